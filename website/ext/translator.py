"""How the HTML of an article differs from what Sphinx and MyST-NB write."""

from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class Translator(HTML5Translator):
    """Writes the HTML of an article."""

    def starttag(
        self,
        node: nodes.Element,
        tagname: str,
        suffix: str = "\n",
        empty: bool = False,
        **attributes: Any,
    ) -> str:
        """Add what is said to readers who listen, whichever extension's visitor writes the tag."""
        if tagname == "th":
            attributes["scope"] = "col" if "head" in attributes["classes"] else "row"
        attributes |= node.get("aria", {})
        return str(super().starttag(node, tagname, suffix, empty, **attributes))

    def visit_title(self, node: nodes.Element) -> None:
        """Give the text of a title, without its permalink, an id."""
        start = len(self.body) + 1
        super().visit_title(node)
        if "text_id" in node:
            span = self.starttag(nodes.inline(), "span", "", ids=[node["text_id"]])
            self.body.insert(start, span)

    def depart_title(self, node: nodes.Element) -> None:
        """Let the title of a box end in a permalink, as headings do."""
        if "text_id" in node:
            self.body.append("</span>")
        box: nodes.Element = node.parent
        if isinstance(box, nodes.Admonition):
            self.add_permalink_ref(box, "Link to this")
        super().depart_title(node)

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """Write a permalink whose name is its tooltip."""
        if node["ids"]:
            attributes = {"href": f"#{node['ids'][0]}", "title": title, "aria_label": title}
            self.body.append(element(self, "a", "#", classes=["headerlink"], **attributes))

    def visit_table(self, node: nodes.Element) -> None:
        """Let a table that is too wide be scrolled by itself."""
        self._table_row_indices.append(0)
        self.body.append('<div class="scroll">')
        self.body.append(self.starttag(node, "table", CLASS="table"))

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box that scrolls."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Put a button to copy it beside code, within the one string that Pygments returns."""
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            if "copy" in node:
                attributes = {"type": "button", "aria_label": node["copy"]}
                button = element(self, "button", "Copy", classes=["copy"], **attributes)
                self.body[-1] = self.body[-1].replace("</pre>", f"</pre>{button}", 1)
            raise


def element(self: HTML5Translator, tag: str, text: str, **attributes: Any) -> str:
    """Return an element as HTML; `aria_label` stands for `aria-label`."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return f"{self.starttag(nodes.inline(), tag, '', **named)}{text}</{tag}>"


def visit_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Begin a fold, whose summary is one word."""
    self.body.append(self.starttag(node, "details", classes=["admonition", "hide"]))
    self.body.append(element(self, "summary", "Code", aria_label=node["summary"]) + "\n")


def depart_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """End the fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the translator."""
    app.set_translator("html", Translator)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_hidden_code))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
