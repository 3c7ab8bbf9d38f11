"""The tables of the notation, made from the file by which the equations are checked.

So a reader is told of a symbol what the check takes it for.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from eqcheck.book import Book
from eqcheck.notation import Line, shape_in_words
from website.ext.markdown_directive import Generated

WITH_SHAPE = ["| symbol | shape | meaning |", "|:-:|:-:|---|"]
WITHOUT_SHAPE = ["| symbol | meaning |", "|:-:|---|"]


def table(group: list[Line]) -> list[str]:
    """Return the lines of a Markdown table; operations have no shape."""
    operations = any(line.symbols[0].kind == "operation" for line in group)
    found = list(WITHOUT_SHAPE if operations else WITH_SHAPE)
    for line in group:
        cells = [", ".join(f"${symbol.name}$" for symbol in line.symbols)]
        if not operations:
            cells.append(shape_in_words(line.symbols[0]))
        found.append(f"| {' | '.join([*cells, line.meaning])} |")
    return found


class Notation(Generated):
    """The table of one group of the notation, which the argument names."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Write the table as Markdown, and have it read as such."""
        book = Book(Path(self.env.srcdir))
        self.env.note_dependency(str(book.data(book.notation_file)))
        title = self.arguments[0]
        group = [line for line in book.notation.lines if line.group == title]
        if not group:
            raise self.error(f"{book.notation.source} has no group {title!r}")
        return self.read(table(group))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("notation", Notation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
