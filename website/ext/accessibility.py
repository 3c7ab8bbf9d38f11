"""Names for readers who listen: of headings and boxes, of code and its output, of tables.

What docutils, MyST-NB and the extensions for theorems write looks right and says little: a heading
ends in its permalink, and a theorem is a `div` like any other. The names are added to the tree;
the translator writes them.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

CODE = {"python", "bash", "bibtex", "text"}  # languages of code; what code prints has another


class NameAll(SphinxPostTransform):
    """Give everything on the page its name.

    `aria` holds attributes for the tag of a node, `text_id` the id for the text of a title.
    """

    default_priority = 990  # after the transforms that change the tree
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Visit every node, counting the boxes and the code of the page."""
        section, boxes, code = "", 0, 0
        for node in self.document.findall(nodes.Element):
            parent: nodes.Element = node.parent
            if isinstance(node, nodes.title) and isinstance(parent, nodes.section):
                section = node["text_id"] = f"{parent['ids'][0]}-name"
                node["aria"] = {"aria-labelledby": section}
            elif isinstance(node, nodes.title) and isinstance(parent, nodes.Admonition):
                boxes += 1
                node["text_id"] = f"box-title-{boxes}"
                parent["aria"] = {"role": "group", "aria-labelledby": node["text_id"]}
            elif isinstance(node, nodes.table) and not isinstance(node[0], nodes.title):
                node["aria"] = {"aria-labelledby": section}
            elif isinstance(node, HideCodeCellNode):
                node["summary"] = f"Code {code + 1}"
            elif isinstance(node, nodes.literal_block) and node.get("language") in CODE:
                code += 1
                group = parent if "cell_input" in parent["classes"] else node
                group["aria"] = {"role": "group", "aria-label": f"Code {code}"}
                node["copy"] = f"Copy code {code}"
            elif "cell_output" in node["classes"]:
                node["aria"] = {"role": "group", "aria-label": f"Output of code {code}"}
            elif isinstance(node, nodes.citation):
                node["aria"] = {"role": "listitem"}  # docutils' role for it is deprecated


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(NameAll)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
