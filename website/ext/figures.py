"""Every figure of every chapter as a file of its own, book/figures/<its name>.svg.

The files are taken out of the notebooks, so there is one source. Chapters show them there; other
pages may show them, as figures/<name>.svg; and a lecturer finds each at a permanent address.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from lossbook.plotting.tables import MIME as DATA

FOLDER = PurePosixPath("book", "figures")
SVG = "image/svg+xml"

Table = dict[str, Any]


@dataclass
class Figure:
    """A figure of a notebook, and what the chapter makes of it."""

    notebook: Path
    name: str
    svg: str
    tables: list[Table]
    chapter: str = ""
    number: str = ""
    alt: str = ""
    caption: nodes.caption | None = None

    @property
    def file(self) -> str:
        """Return the address of its file within the site."""
        return f"{FOLDER}/{self.name}.svg"

    @property
    def title(self) -> str:
        """Return what the text calls it."""
        return f"Figure {self.number}" if self.number else self.name

    @property
    def size(self) -> tuple[int, int]:
        """Return its width and height, in pixels."""
        box = ElementTree.fromstring(self.svg).get("viewBox", "0 0 0 0").split()
        return round(float(box[2]) * 4 / 3), round(float(box[3]) * 4 / 3)


def figures(notebook: Path) -> Iterator[Figure]:
    """Yield the figures of a notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        name = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if name and SVG in data:
                yield Figure(notebook, name, "".join(data[SVG]), data.get(DATA, []))


@cache
def figures_of(root: Path) -> dict[str, Figure]:
    """Return all figures of the book by their names."""
    notebooks = sorted((root / FOLDER.parent).glob("*.ipynb"))
    return {figure.name: figure for notebook in notebooks for figure in figures(notebook)}


class Image(nodes.General, nodes.Element):
    """The image of a figure, with its `name`, `alt` and `size`."""


class ShowFiles(SphinxTransform):
    """Show the figure's own file for each image, before Sphinx looks for another."""

    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """Visit every image."""
        found = figures_of(Path(self.env.srcdir))
        for image in list(self.document.findall(nodes.image)):
            if figure := found.get(self.name(image)):
                self.env.note_dependency(str(figure.notebook))
                image.replace_self(
                    Image(name=figure.name, alt=image.get("alt", ""), size=figure.size)
                )

    def name(self, image: nodes.image) -> str:
        """Return the name of the figure that an image belongs to, "" if it is of none."""
        path = PurePosixPath(self.env.docname).parent / image["uri"]
        if path.parent == FOLDER:
            return str(path.stem)
        within: nodes.Element | None = image.parent
        while within and not isinstance(within, nodes.figure):
            within = within.parent
        return str(within["ids"][0]) if within and within["ids"] else ""


def visit_image(self: HTML5Translator, node: Image) -> None:
    """Write an image with its size, so that nothing moves when it arrives; most may do so late."""
    here = self.builder.get_target_uri(self.builder.current_docname)
    attributes = {
        "alt": node["alt"],
        "src": relative_uri(here, f"{FOLDER}/{node['name']}.svg"),
        "width": node["size"][0],
        "height": node["size"][1],
    }
    if self.section_level > 1:  # below the first heading within the page
        attributes["loading"] = "lazy"
    self.body.append(self.starttag(node, "img", "\n", **attributes))
    raise nodes.SkipNode


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the files into the site."""
    if not exception and app.builder.format == "html":
        Path(app.outdir, FOLDER).mkdir(parents=True, exist_ok=True)
        for figure in figures_of(Path(app.srcdir)).values():
            Path(app.outdir, figure.file).write_text(figure.svg, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.add_node(Image, html=(visit_image, None))
    app.add_transform(ShowFiles)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
