"""Every figure of every chapter as a file of its own, book/figures/<its name>.svg.

The files are taken out of the notebooks, so there is one source; other pages may show them, and
a lecturer finds each at a permanent address.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = Path("book", "figures")


def figures(notebook: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the SVG text of each figure of a notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        name = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
        for output in cell.get("outputs", []):
            if name and (svg := output.get("data", {}).get("image/svg+xml")):
                yield name, "".join(svg)


def write(app: Sphinx) -> None:
    """Write the files before any page is read; leave alone those that have not changed."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    drawn = {
        f"{name}.svg": svg
        for notebook in sorted(folder.parent.glob("*.ipynb"))
        for name, svg in figures(notebook)
    }
    for old in folder.iterdir():
        if old.name not in drawn:
            old.unlink()
    for file, svg in drawn.items():
        path = folder / file
        if not path.exists() or path.read_text(encoding="utf-8") != svg:
            path.write_text(svg, encoding="utf-8")


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy them into the site under their own names."""
    if not exception and app.builder.format == "html":
        shutil.copytree(
            app.srcdir / FOLDER, app.outdir / FOLDER, dirs_exist_ok=True
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.connect("builder-inited", write)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
