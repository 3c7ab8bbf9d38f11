"""The data of each figure: as a page of tables, for readers who cannot see it, and as a CSV file.

Both are made from what the notebook holds beside the drawing. The caption in the chapter ends in a
link to the page, whose template is website/theme/figure-data.html.
"""

import csv
import io
import re
from collections.abc import Iterator
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

from website.ext.figures import FOLDER, Figure, Image, Table, figures_of
from website.ext.katex import typeset
from website.ext.translator import element

logger = logging.getLogger(__name__)


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


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the CSV files into the site."""
    if not exception and app.builder.format == "html":
        for figure in figures_of(Path(app.srcdir)).values():
            if figure.tables:
                path = Path(app.outdir, FOLDER, f"{figure.name}.csv")
                path.write_text(as_csv(figure.tables), encoding="utf-8")


# ---------- The link in the caption ----------


class DataLink(nodes.Inline, nodes.Element):
    """A link to the data; it contains no text, because the search would index it."""


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let the caption of a figure end in a link to its data; remember both for the page."""
    if app.builder.format != "html":
        return
    found = figures_of(Path(app.srcdir))
    numbers = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    for node in doctree.findall(nodes.figure):
        figure = next((found[i] for i in node["ids"] if i in found), None)
        caption = next(node.findall(nodes.caption), None)
        if figure and figure.tables and caption:
            figure.chapter = docname
            figure.number = ".".join(map(str, numbers.get(node["ids"][0], ())))
            figure.alt = next(node.findall(Image))["alt"]
            figure.caption = caption.deepcopy()
            caption += DataLink(figure=figure)


def visit_link(self: HTML5Translator, node: DataLink) -> None:
    """Write the link."""
    figure = node["figure"]
    address = self.builder.get_relative_uri(figure.chapter, f"{FOLDER}/{figure.name}")
    attributes = {"href": address, "aria_label": f"Data of {figure.title}"}
    self.body.append(" " + element(self, "a", "data", classes=["figure-data-link"], **attributes))
    raise nodes.SkipNode


# ---------- The page of tables ----------


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each figure that a chapter shows and that has data."""
    assert isinstance(app.builder, StandaloneHTMLBuilder)
    for figure in figures_of(Path(app.srcdir)).values():
        if figure.chapter:
            context = {
                "title": f"Data of {figure.title}",
                "figure": figure,
                "caption": caption(app.builder, figure),
                "chapter": app.env.titles[figure.chapter].astext(),
                "tables": [as_shown(table) for table in figure.tables],
                "with_formulae": with_formulae,
            }
            yield f"{FOLDER}/{figure.name}", context, "figure-data.html"


def caption(builder: StandaloneHTMLBuilder, figure: Figure) -> str:
    """Return the caption, whose links were made for the chapter."""
    assert figure.caption is not None
    base = builder.get_target_uri(figure.chapter)
    here = builder.get_target_uri(f"{FOLDER}/{figure.name}")
    for reference in figure.caption.findall(nodes.reference):
        address = reference.get("refuri") or f"#{reference.get('refid', '')}"
        if not urlsplit(address).scheme:
            address = relative_uri(here, urljoin(base, address))
        reference["refuri"] = address
    text = nodes.paragraph("", "", *figure.caption.children)
    return builder.render_partial(text)["fragment"]


def as_shown(table: Table) -> dict[str, Any]:
    """Return a table as the template needs it, its cells with whether their column is of words."""
    found = columns(table)
    words = [not isinstance(values, str) for values in table["values"]]
    return {
        "panel": table["panel"],
        "series": series(table),
        "heads": [heading(table, name) for name in found],
        "rows": [
            list(zip(cells, words, strict=True)) for cells in zip(*found.values(), strict=True)
        ],
    }


def heading(table: Table, name: str) -> str:
    """Return the name of a column, with the label of its axis if that has one."""
    axis, _, end = name.partition(" ")
    if re.fullmatch(r"[-+.e\d]+", axis):
        return f"x = {axis}"  # a column of an image
    label = table["labels"].get(axis, axis)
    return f"{label}, {end}" if end else label


def with_formulae(text: str) -> str:
    """Return text as HTML, what is between dollar signs as KaTeX sets it."""
    odd = re.split(r"\$([^$]+)\$", text)
    return "".join(formula(part) if number % 2 else escape(part) for number, part in enumerate(odd))


def formula(tex: str) -> str:
    """Return a formula as the pages have it, or warn."""
    answer = typeset(tex, display=False)
    if "error" in answer:
        logger.warning("%s", answer["error"], type="katex")
    return f'<span class="math">{answer.get("html", "")}</span>'


def expect_data(app: Sphinx, config: Config) -> None:
    """Keep MyST-NB from warning of data that it has no way to show."""
    config.suppress_warnings.append("mystnb.unknown_mime_type")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.setup_extension("website.ext.figures")
    app.add_node(DataLink, html=(visit_link, None))
    app.connect("config-inited", expect_data)
    app.connect("doctree-resolved", link)
    app.connect("html-collect-pages", pages)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
