"""Show one page as the site will have it, within seconds.

    python -m tools.draft mse-gradient

Only this page is built, into _build/draft. It is chapter 1 there, links to other pages lead nowhere
and no equation is checked: `make book` does all of that.
"""

import argparse
import os
import shutil
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any

import yaml
from jupyter_book.sphinx import build_sphinx

from eqcheck.pages import pages_in_toc
from tools import ROOT

OUTPUT = ROOT / "_build" / "draft"
# What a page says of pages that are not there.
MISSING = ["ref", "myst.xref_missing", "toc", "etoc", "bibtex"]


def build(page: str, output: Path = OUTPUT) -> Path:
    """Build one page; return its file."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = settings["sphinx"]["config"]["extensions"]
    chapters = [] if page == "index" else [{"file": f"book/{page}"}]
    parts = [{"caption": "Draft", "numbered": True, "chapters": chapters}]
    toc = {"format": "jb-book", "root": "book/index", "parts": parts if chapters else []}
    overrides: dict[str, Any] = {
        "extensions": [e for e in extensions if e != "website.ext.ledger" or page == "ledger"],
        "latex_individualpages": False,
        "suppress_warnings": MISSING,
    }
    shutil.rmtree(output / "html", ignore_errors=True)  # another page, of an earlier draft
    with tempfile.TemporaryDirectory() as folder:
        overrides["external_toc_path"] = str(Path(folder, "_toc.yml"))
        Path(folder, "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
        result = build_sphinx(
            ROOT,
            output / "html",
            path_config=ROOT / "_config.yml",
            noconfig=True,
            confoverrides=overrides,
            tags=["draft"],
            quiet=True,
        )
    if isinstance(result, Exception):
        raise result
    return output / "html" / "book" / f"{page}.html"


def main() -> None:
    """Build the page that is named, and open it."""
    pages = [path.stem for path in pages_in_toc(ROOT)]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("page", choices=pages, metavar="page", help=", ".join(pages))
    address = build(parser.parse_args().page).as_uri()
    print(address)
    displays = {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    if sys.stdout.isatty() and (displays or sys.platform in ("darwin", "win32")):
        webbrowser.open(address)


if __name__ == "__main__":
    main()
