"""Explorables: interactive figures, each below the figure of a chapter that it brings to life.

The metadata of the figure's cell name it: `mystnb: {explorable: squares}`. The template then loads
website/theme/static/explorables/squares.js, which defines the element that is put on the page.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def is_cell(node: nodes.Node) -> bool:
    """Return whether a node is a cell of code of a notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


class PlaceExplorables(SphinxTransform):
    """Put each explorable below its figure, and note the page's script."""

    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """Visit every cell."""
        for cell in self.document.findall(is_cell):
            assert isinstance(cell, nodes.container)
            name = cell["cell_metadata"].get("mystnb", {}).get("explorable")
            if name:
                figure = next(cell.findall(nodes.figure))
                tag = f"<lossbook-{name}></lossbook-{name}>"
                place = figure.parent.index(figure) + 1
                figure.parent.insert(place, nodes.raw("", tag, format="html"))
                self.env.metadata[self.env.docname]["explorable"] = name


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(PlaceExplorables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
