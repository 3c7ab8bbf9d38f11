"""Parts of a page that are made while the site is built: Markdown, read where it is put."""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


class Generated(SphinxDirective):
    """A directive that writes Markdown."""

    def read(self, markdown: list[str], parent: nodes.Element | None = None) -> list[nodes.Node]:
        """Put what some lines of Markdown say into a node."""
        parent = nodes.Element() if parent is None else parent
        text = StringList(markdown, source=self.env.docname)
        self.state.nested_parse(text, self.content_offset, parent)
        return parent.children

    def section(self, anchor: str, title: str, markdown: list[str]) -> nodes.section:
        """Return a section with a heading above some lines of Markdown."""
        heading, _ = self.state.inline_text(title, self.lineno)
        section = nodes.section(ids=[anchor])
        section += nodes.title("", "", *heading)
        self.read(markdown, section)
        return section
