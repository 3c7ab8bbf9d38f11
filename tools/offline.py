"""Pack the built site into one archive, to be opened where there is no network.

    python -m tools.offline

It contains the pages as they are on the web, search and notebooks included; archives of the same
site are identical.
"""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lossbook import __version__
from tools import ROOT

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say


def pack(site: Path, archive: Path) -> None:
    """Write all files of a site into an archive, in a folder of the archive's name."""
    with ZipFile(archive, "w") as pages:
        for file in sorted(path for path in site.rglob("*") if path.is_file()):
            name = f"{archive.stem}/{file.relative_to(site).as_posix()}"
            pages.writestr(ZipInfo(name, LONG_AGO), file.read_bytes(), ZIP_DEFLATED)


if __name__ == "__main__":
    target = ROOT / "_build" / f"lossbook-{__version__}.zip"
    pack(ROOT / "_build" / "html", target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB; unpack it and open index.html")
