"""Every figure of every chapter as a file of its own, book/figures/<its name>.svg, with its data.

The files are taken out of the notebooks, so there is one source; other pages may show them, and
a lecturer finds each at a permanent address. Beside it lie its data, as <its name>.csv and as a page
of tables, for who cannot see it. The caption in the chapter ends in a link to that page.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from lossbook.plotting.tables import MIME as DATA
from website.ext.katex import typeset

FOLDER = Path("book", "figures")
SVG = "image/svg+xml"

logger = logging.getLogger(__name__)

Table = dict[str, Any]


@dataclass
class Figure:
    """A figure of a notebook, and what the chapter makes of it."""

    name: str
    svg: str
    tables: list[Table]
    chapter: str = ""
    number: str = ""
    alt: str = ""
    caption: nodes.caption | None = None

    @property
    def page(self) -> str:
        """Return the page that its data are on."""
        return (FOLDER / self.name).as_posix()

    @property
    def title(self) -> str:
        """Return what the text calls it."""
        return f"Figure {self.number}" if self.number else self.name


def figures(notebook: Path) -> Iterator[Figure]:
    """Yield the figures of a notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        name = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if name and SVG in data:
                yield Figure(name, "".join(data[SVG]), data.get(DATA, []))


@cache
def figures_of(book: Path) -> dict[str, Figure]:
    """Return all figures of the book by their names."""
    return {
        figure.name: figure
        for notebook in sorted(book.glob("*.ipynb"))
        for figure in figures(notebook)
    }


# ---------- Files ----------


def write(app: Sphinx) -> None:
    """Write the files before any page is read; leave alone those that have not changed."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    found = figures_of(folder.parent).values()
    files = {f"{f.name}.svg": f.svg for f in found}
    files |= {f"{f.name}.csv": as_csv(f.tables) for f in found if f.tables}
    for old in folder.iterdir():
        if old.name not in files:
            old.unlink()
    for file, text in files.items():
        path = folder / file
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy them into the site under their own names."""
    if not exception and app.builder.format == "html":
        shutil.copytree(app.srcdir / FOLDER, app.outdir / FOLDER, dirs_exist_ok=True)


def columns(table: Table) -> dict[str, list[str]]:
    """Return the columns of a table, with an empty cell for a gap."""
    return {
        name: [
            "" if cell == "nan" else cell
            for cell in (cells.split() if isinstance(cells, str) else cells)
        ]
        for name, cells in zip(table["names"], table["values"], strict=True)
    }


def as_csv(tables: list[Table]) -> str:
    """Return all tables as one, a row for each point."""
    rows = [
        {"panel": table["panel"], "series": series(table)}
        | dict(zip(columns(table), cells, strict=True))
        for table in tables
        for cells in zip(*columns(table).values(), strict=True)
    ]
    names = dict.fromkeys(name for row in rows for name in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def series(table: Table) -> str:
    """Return the name of the series, and which of its points are there."""
    return ", ".join(filter(None, (table["series"], table["note"])))


# ---------- The link in the caption ----------


class DataLink(nodes.Inline, nodes.Element):
    """A link to the data; it holds no text, for the search would find that."""


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let the caption of a figure end in a link to its data; remember both for the page."""
    if app.builder.format != "html":
        return
    found = figures_of(Path(app.srcdir) / FOLDER.parent)
    numbers = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    for node in doctree.findall(nodes.figure):
        figure = next((found[i] for i in node["ids"] if i in found), None)
        caption = next(node.findall(nodes.caption), None)
        if figure and figure.tables and caption:
            figure.chapter = docname
            figure.number = ".".join(map(str, numbers.get(node["ids"][0], ())))
            figure.alt = next(node.findall(nodes.image)).get("alt", "")
            figure.caption = caption.deepcopy()
            caption += DataLink(figure=figure)


def visit_link(self: HTML5Translator, node: DataLink) -> None:
    """Write the link."""
    figure = node["figure"]
    address = self.builder.get_relative_uri(figure.chapter, figure.page)
    self.body.append(
        f' <a class="figure-data-link" href="{escape(address)}"'
        f' aria-label="Data of {escape(figure.title)}">data</a>'
    )
    raise nodes.SkipNode


# ---------- The page of tables ----------


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each figure that a chapter shows and that has data."""
    for figure in figures_of(Path(app.srcdir) / FOLDER.parent).values():
        if figure.chapter:
            title = f"Data of {figure.title}"
            body = f"<h1>{title}</h1>\n{head(app, figure)}\n{tables(figure)}"
            yield figure.page, {"title": title, "body": body}, "page.html"


def head(app: Sphinx, figure: Figure) -> str:
    """Return the figure, its caption, and the links to the chapter and to the file."""
    back = app.builder.get_relative_uri(figure.page, figure.chapter)
    chapter = escape(app.env.titles[figure.chapter].astext())
    return (
        f'<figure><img src="{figure.name}.svg" alt="{escape(figure.alt)}">'
        f"<figcaption>{caption(app.builder, figure)}</figcaption></figure>\n"
        f'<p><a href="{escape(back)}#{figure.name}">{figure.title}</a> of the chapter'
        f" “{chapter}”. The numbers below, to four digits, were read off the figure;"
        f' they are also in <a href="{figure.name}.csv">one file</a> (CSV).</p>'
    )


def caption(builder: StandaloneHTMLBuilder, figure: Figure) -> str:
    """Return the caption, whose links were made for the chapter."""
    assert figure.caption is not None
    base = builder.get_target_uri(figure.chapter)
    here = builder.get_target_uri(figure.page)
    for reference in figure.caption.findall(nodes.reference):
        address = reference.get("refuri") or f"#{reference.get('refid', '')}"
        if not urlsplit(address).scheme:
            address = relative_uri(here, urljoin(base, address))
        reference["refuri"] = address
    text = nodes.paragraph("", "", *figure.caption.children)
    return builder.render_partial(text)["fragment"]


def tables(figure: Figure) -> str:
    """Return the tables, under the titles of the panels."""
    parts, panel = [], ""
    for table in figure.tables:
        if table["panel"] != panel:
            panel = table["panel"]
            parts.append(f"<h2>{said(panel)}</h2>")
        parts.append(as_html(table))
    return "\n".join(parts)


def as_html(table: Table) -> str:
    """Return a table that can be read out loud."""
    found = columns(table)
    heads = "".join(f'<th scope="col">{heading(table, name)}</th>' for name in found)
    kinds = ["" if isinstance(v, str) else ' class="words"' for v in table["values"]]
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td{kind}>{said(cell)}</td>" for kind, cell in zip(kinds, cells, strict=True))
        + "</tr>"
        for cells in zip(*found.values(), strict=True)
    )
    return (
        '<div class="pst-scrollable-table-container"><table class="table figure-data">'
        f"<caption>{said(series(table))}</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def heading(table: Table, name: str) -> str:
    """Return the name of a column, with the label of its axis if that has one."""
    axis, _, end = name.partition(" ")
    if re.fullmatch(r"[-+.e\d]+", axis):
        return f"x = {axis}"  # a column of an image
    label = said(table["labels"].get(axis, axis))
    return f"{label}, {end}" if end else label


def said(text: str) -> str:
    """Return text as HTML, formulae set."""
    odd = re.split(r"\$([^$]+)\$", text)
    return "".join(formula(part) if number % 2 else escape(part) for number, part in enumerate(odd))


def formula(tex: str) -> str:
    """Return a formula as the pages have it, or warn."""
    answer = typeset(tex, display=False)
    if "error" in answer:
        logger.warning("%s", answer["error"], type="typesetting")
    return f'<span class="math">{answer.get("html", "")}</span>'


def expect_data(app: Sphinx, config: Config) -> None:
    """Keep myst-nb from warning of data that it has no way to show."""
    config.suppress_warnings.append("mystnb.unknown_mime_type")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.add_node(DataLink, html=(visit_link, None))
    app.connect("config-inited", expect_data)
    app.connect("builder-inited", write)
    app.connect("doctree-resolved", link)
    app.connect("html-collect-pages", pages)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
