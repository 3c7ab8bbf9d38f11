"""Theorems and exercises without a section of their own; solutions that fold without a script."""

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node


def html(text: str) -> nodes.raw:
    """Return a node that is written as it stands."""
    return nodes.raw("", text, format="html")


def replace(node: nodes.Element, replacement: list[nodes.Node]) -> None:
    """Replace one node with several; `replace_self` would give the first of them its id."""
    place = node.parent.index(node)
    node.parent[place : place + 1] = replacement


class FinishBoxes(SphinxPostTransform):
    """Write the boxes as a page needs them, once their titles have been resolved."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Visit every box."""
        for box in list(self.document.findall(nodes.Element)):
            if isinstance(box, nodes.Admonition):
                self.unwrap(box)
            if isinstance(box, solution_node) and "dropdown" in box["classes"]:
                self.fold(box)

    @staticmethod
    def unwrap(box: nodes.Element) -> None:
        """Take the content out of its section, whose id is the same in every box."""
        for section in [child for child in box if isinstance(child, nodes.section)]:
            replace(section, section.children)

    @staticmethod
    def fold(solution: nodes.Element) -> None:
        """Make it `<details>`, and its title, without the link in it, `<summary>`."""
        title, *content = solution.children
        for reference in list(title.findall(nodes.reference)):
            replace(reference, reference.children)
        replace(
            solution,
            [
                html(f'<details class="solution" id="{escape(solution["ids"][0])}"><summary>'),
                *title.children,
                html("</summary>"),
                *content,
                html("</details>"),
            ],
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(FinishBoxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
