"""How the HTML of an article differs from what Sphinx and MyST-NB write."""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

COPIED = {"python", "bash", "bibtex", "text"}  # languages of code; what code prints has another
COPY = '<button type="button" class="copy">Copy</button>'


class Translator(HTML5Translator):
    """Writes the HTML of an article."""

    def visit_table(self, node: nodes.Element) -> None:
        """Let a table that is too wide be scrolled by itself."""
        self._table_row_indices.append(0)
        self.body.append('<div class="scroll">')
        self.body.append(self.starttag(node, "table", CLASS="table"))

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box that scrolls."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def visit_citation(self, node: nodes.citation) -> None:
        """Write an entry of a list; docutils' role for it is deprecated."""
        super().visit_citation(node)
        self.body[-1] = self.body[-1].replace('"doc-biblioentry"', '"listitem"')

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Put a button to copy it beside code."""
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            if node.get("language") in COPIED:
                self.body[-1] = self.body[-1].replace("</pre>", f"</pre>{COPY}", 1)
            raise


def visit_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Begin a fold, whose summary is one word."""
    classes = " ".join(["admonition", "hide", *node["classes"]])
    self.body.append(f'<details class="{classes}">\n<summary>Code</summary>\n')


def depart_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """End the fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the translator."""
    app.set_translator("html", Translator)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_hidden_code))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
