"""Names for readers who listen: of headings and boxes, of code and its output, of tables.

What docutils, MyST-NB and the extensions for theorems write looks right and says little: a heading
ends in the sign of its permalink, and a theorem is a `div` like any other.
"""

import re
from itertools import count
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

PERMALINK = re.compile(r'<a class="headerlink" href="[^"]*" title="([^"]*)"(?=>#</a>)')
# A heading, and its text without the permalink.
HEADING = re.compile(
    r'<(h[1-6])([^>]*)>((?:(?!</?h[1-6]\b|<a class="headerlink").)*)'
    r'(?=<a class="headerlink" href="#([^"]*)")',
    re.S,
)
# A theorem, an exercise or a remark, and its title without the permalink.
BOX = re.compile(
    r'(<div class="[^"]*\badmonition"(?: id="[^"]*")?)(>\s*<p class="admonition-title">)'
    r'((?:(?!</p>|<a class="headerlink").)*)',
    re.S,
)
# The code of a cell or on its own, what it prints, the fold that it may lie in, and its button.
CODE = re.compile(
    r'(?P<code><div class="(?:cell_input docutils container|highlight-\w+ notranslate)")'
    r'(?P<inside>(?<=container")>\s*<div class="highlight-\w+ notranslate")?'
    r'|(?P<output><div class="cell_output docutils container")'
    r"|(?P<fold><summary)(?=>Code<)"
    r'|(?P<copy><button type="button" class="copy")'
)
TABLE = re.compile(r'id="([^"]*-name)"|<table class="table"(?!>\s*<caption)')
HEAD = re.compile(r'<th class="(?=head|(stub))')


def name_headings(body: str) -> str:
    """Let a heading be named by its text, without the link in it."""
    return HEADING.sub(r'<\1\2 aria-labelledby="\4-name"><span id="\4-name">\3</span>', body)


def name_boxes(body: str) -> str:
    """Make each box a group that its title names."""
    numbers = count(1)

    def named(found: re.Match[str]) -> str:
        start, title, text = found.groups()
        name = f"box-title-{next(numbers)}"
        group = f'{start} role="group" aria-labelledby="{name}"{title}'
        return f'{group}<span id="{name}">{text}</span>'

    return BOX.sub(named, body)


def name_code(body: str) -> str:
    """Give the code of a page numbers, by which its output, fold and button are named."""
    number = 0

    def named(found: re.Match[str]) -> str:
        nonlocal number
        number += found.lastgroup in ("code", "inside")
        return {
            "code": f'{found["code"]} role="group" aria-label="Code {number}"',
            "inside": f'{found["code"]} role="group" aria-label="Code {number}"{found["inside"]}',
            "output": f'{found[0]} role="group" aria-label="Output of code {number}"',
            "fold": f'{found[0]} aria-label="Code {number + 1}"',
            "copy": f'{found[0]} aria-label="Copy code {number}"',
        }[str(found.lastgroup)]

    return CODE.sub(named, body)


def name_tables(body: str) -> str:
    """Let a table without a caption bear the name of its section; say what its heads are of."""
    section = ""

    def named(found: re.Match[str]) -> str:
        nonlocal section
        section = found[1] or section
        label = f' aria-labelledby="{section}"' if section and not found[1] else ""
        return found[0] + label

    body = HEAD.sub(lambda th: f'<th scope="{"row" if th[1] else "col"}" class="', body)
    return TABLE.sub(named, body)


def name_all(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give everything on the page its name."""
    body = PERMALINK.sub(r'\g<0> aria-label="\1"', context.get("body", ""))
    for name in (name_headings, name_boxes, name_code, name_tables):
        body = name(body)
    context["body"] = body


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handler, after those that write to the body."""
    app.connect("html-page-context", name_all, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
