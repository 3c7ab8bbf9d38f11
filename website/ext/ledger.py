"""The ledger: every equation is checked while the site is built, and a page says how.

An equation that does not hold is a warning, so that it fails the build. Beside its number each
equation has a mark, which leads to its row in the ledger; that leads back to the equation.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from eqcheck.book import Book
from eqcheck.checking import POINTS_WITHOUT_SIZES, Verdict
from eqcheck.pages import Page
from eqcheck.running import check_book
from website.ext.markdown_directive import Generated
from website.ext.translator import element

logger = logging.getLogger(__name__)

HEAD = [
    "| equation | what it is | sizes | points | rests on |",
    "|:-:|---|:-:|:-:|---|",
]


@cache
def verdicts(book: Book) -> tuple[Verdict, ...]:
    """Check the book, once for all pages; what has not changed since the last build is known."""
    return tuple(check_book(book, store=book.root / "_build" / "verdicts"))


@cache
def by_label(book: Book) -> dict[str, Verdict]:
    """Return the verdicts that a page can link to."""
    return {verdict.label: verdict for verdict in verdicts(book) if verdict.label}


def warn(app: Sphinx) -> None:
    """Say of each equation that does not hold where it is, and why."""
    for verdict in verdicts(Book(Path(app.srcdir))):
        if verdict.fault:
            logger.warning("%s", verdict.fault)


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the ledger beside the pages as data, too."""
    if exception or app.builder.format != "html":
        return
    found = verdicts(Book(Path(app.srcdir)))
    rows = [{**asdict(verdict), "rests_on": sorted(verdict.rests_on)} for verdict in found]
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (Path(app.outdir) / "ledger.json").write_text(text, encoding="utf-8")


# ---------- The mark beside an equation ----------


def mark(app: Sphinx, writer: HTML5Translator, label: str, number: str) -> str:
    """Return the link from an equation to its row, "" if no page of the book has it."""
    builder = writer.builder
    places = cast(StandardDomain, builder.env.get_domain("std")).anonlabels
    if f"ledger-{label}" not in places:
        return ""
    page, anchor = places[f"ledger-{label}"]
    address = f"{builder.get_relative_uri(builder.current_docname, page)}#{anchor}"
    sign, said = "✓", f"Equation ({number}) checked by machine: how"
    verdict = by_label(Book(Path(builder.srcdir)))[label]
    if verdict.reason:
        sign, said = "○", f"Equation ({number}) not checked by machine: why"
    if verdict.fault:
        sign, said = "✗", f"Equation ({number}) failed the check"
    attributes = {"href": address, "title": said, "aria_label": said}
    return element(writer, "a", sign, classes=["ledger-mark"], **attributes)


# ---------- The page ----------


class Ledger(Generated):
    """All equations of the book, one table for each chapter."""

    def run(self) -> list[nodes.Node]:
        """Write each table as Markdown, and have it read as such."""
        book = Book(Path(self.env.srcdir))
        files = (book.notation_file, book.settings_file, book.not_evaluated_file)
        for path in (*map(book.data, files), *book.pages):
            self.env.note_dependency(str(path))
        verdicts = by_label(book)
        found = self.read([totals(verdicts), "", *sizes_tried(book)])
        for path in book.pages:
            rows = [row(v, book) for v in verdicts.values() if v.chapter == path.name]
            if rows:
                title = Page.read(path).title
                anchor = f"ledger-{path.stem}"
                found.append(self.section(anchor, title, [*HEAD, *rows]))
        return found


def totals(verdicts: dict[str, Verdict]) -> str:
    """Say how many equations there are, and what became of them."""
    found = verdicts.values()
    definitions = sum(verdict.defines for verdict in found)
    left_out = sum(bool(verdict.reason) for verdict in found)
    points = sum(verdict.points for verdict in found)
    numbers = sum(verdict.compared for verdict in found)
    return (
        f"The book has {len(found)} numbered equations, {definitions} definitions"
        f" and {len(found) - definitions} claims."
        f" **{len(found) - left_out} of {len(found)} were evaluated**, at {points}"
        f" points altogether, and {numbers} pairs of numbers compared."
    )


def sizes_tried(book: Book) -> list[str]:
    """Say for which sizes, and at how many points, an equation is evaluated."""
    tried = book.settings.sizes
    names = [f"${name}$" for name in tried[0][0]]
    rows = [[*sizes.values(), points] for sizes, points in tried]
    return [
        "An equation is evaluated for these sizes, as far as it depends on them;"
        " what then becomes the same is tried once. Where there is no size, there"
        f" are {POINTS_WITHOUT_SIZES} points.",
        "",
        f"| {' | '.join(names)} | points |",
        "|:-:" * (len(names) + 1) + "|",
        *[f"| {' | '.join(map(str, cells))} |" for cells in rows],
    ]


def row(verdict: Verdict, book: Book) -> str:
    """Return the row of an equation, whose number in it can be linked to."""
    used = [label for label in by_label(book) if label in verdict.rests_on]
    cells = [
        f"[{{eq}}`{verdict.label}`]{{#ledger-{verdict.label}}}",
        ", ".join(["definition" if verdict.defines else "claim", *remarks(verdict)]),
        ", ".join(f"${name}$" for name in sizes_of(verdict, book)),
        str(verdict.points or ""),
        ", ".join(f"{{eq}}`{label}`" for label in used),
    ]
    return f"| {' | '.join(cells)} |"


def remarks(verdict: Verdict) -> Iterator[str]:
    """Yield what else there is to say of a definition or a claim."""
    if verdict.fault:
        yield "**which does not hold**"
    if verdict.reason:
        yield f"not evaluated: {verdict.reason}"
    if verdict.experiment:
        yield f"see {{numref}}`{verdict.experiment}`"
    if verdict.referee:
        yield "as " + ", ".join(f"`{n}`" for n in verdict.referee.split(", "))
    if verdict.proved:
        yield "for all values"


def sizes_of(verdict: Verdict, book: Book) -> list[str]:
    """Return the sizes that an equation depends on, in their usual order."""
    names, _ = book.settings.sizes[0]
    return [name for name in names if any(name in sizes for sizes in verdict.sizes)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive; check before any page is read, publish last."""
    app.setup_extension("website.ext.katex")
    app.add_directive("ledger", Ledger)
    app.connect("builder-inited", warn)
    app.connect("equation-mark", mark)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
