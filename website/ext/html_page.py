"""What the template of a page asks for: its preview, its lists of links, and tidier HTML."""

import re
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx

from lossbook import __version__

DESCRIPTION_LENGTH = 200
CARD = "_static/card.png"  # 1200 by 630 pixels

# The theme's buttons, by their labels, in the order and the words of the page.
ACTIONS = {
    "Binder": "Run on Binder",
    "Colab": "Run in Colab",
    "download-source-button": "Download",
    "source-edit-button": "Suggest an edit",
    "source-issues-button": "Report a mistake",
}

# The pictures to try: each stands below the figure that it sets in motion.
EXPLORABLES = {
    "book/mse-gradient": ("squares", "fig-mse-squares"),
    "book/cross-entropy-gradient": ("softmax", "fig-ce-arrows"),
    "book/mse-as-nll": ("likelihood", "fig-nll-sweep"),
    "book/robust-losses": ("outlier", "fig-robust-refit"),
}

# What docutils, MyST-NB and the theme write that is deprecated, not allowed, or wordy.
TIDIER = [
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
    (
        re.compile(r'<summary aria-label="Toggle hidden content">.*?</summary>', re.S),
        "<summary>Code</summary>",
    ),
]
# Code, but not what it prints, can be copied.
CODE = re.compile(
    r'(<div class="highlight-(?:python|bash|bibtex|text) notranslate">.*?</pre>)',
    re.S,
)
COPY = r'\1<button type="button" class="copy">Copy</button>'
SECTION = re.compile(r"<section [^>]*>\s*<h2")
IMAGE = re.compile(r'<img ([^>]*?)src="([^"]*)"([^>]*?)/?>')


def description(doctree: nodes.document) -> str:
    """Return the first paragraph that says something, formulae as their TeX, cut at a word."""
    paragraphs = (paragraph.astext() for paragraph in doctree.findall(nodes.paragraph))
    words = next((text for text in paragraphs if len(text) > 60), "").split()
    text = ""
    for word in words:
        if len(text) + len(word) > DESCRIPTION_LENGTH:
            return text + " …"
        text = f"{text} {word}".strip()
    return text


def preview(app: Sphinx, pagename: str, address: str, doctree: nodes.document) -> str:
    """Return what search engines and previews of a link show of the page."""
    text = description(doctree)
    properties = {
        "og:type": "article",
        "og:site_name": app.config.project,
        "og:title": app.env.titles[pagename].astext(),
        "og:description": text,
        "og:url": address,
        "og:image": app.config.html_baseurl + CARD,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Lossbook: where the gradient of a loss comes from",
    }
    tags = [
        f'<meta name="description" content="{escape(text)}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    tags += [f'<meta property="{k}" content="{escape(v)}">' for k, v in properties.items()]
    return "\n".join(tags)


def actions(buttons: list[dict[str, Any]], branch: str) -> Iterator[tuple[str, str]]:
    """Yield the words and the address of what can be done with a page.

    What is run is what was last released: the same for all students of a course.
    """
    flat = [b for button in buttons for b in button.get("buttons", [button])]
    address = {b.get("label", b["text"]): b["url"] for b in flat if "url" in b}
    for label, words in ACTIONS.items():
        if label in address:
            url = address[label]
            if words.startswith("Run"):
                url = re.sub(rf"/{branch}(?=[/?])", f"/v{__version__}", url)
            yield words, url


def size(svg: Path) -> tuple[int, int]:
    """Return the width and height of a drawing, in pixels."""
    box = ElementTree.parse(svg).getroot().get("viewBox", "0 0 0 0").split()
    return round(float(box[2]) * 4 / 3), round(float(box[3]) * 4 / 3)


def with_size(app: Sphinx, body: str) -> str:
    """Give each image its size, so that nothing moves when it comes, for most come late."""
    files = {name: path for path, name in app.builder.images.items()}
    section = SECTION.search(body)

    def sized(found: re.Match[str]) -> str:
        before, address, after = found.groups()
        name = Path(address).name
        path = Path(app.srcdir, files.get(name, f"book/figures/{name}"))
        if path.suffix != ".svg" or not path.exists():
            return found[0]
        width, height = size(path)
        late = ' loading="lazy"' if section and found.start() > section.start() else ""
        return f'<img {before}src="{address}"{after} width="{width}" height="{height}"{late}>'

    return IMAGE.sub(sized, body)


def with_explorable(body: str, name: str, figure: str) -> str:
    """Put a picture to try below its figure."""
    place = body.index(f'id="{figure}"')
    tag = f"</figure>\n<lossbook-{name}></lossbook-{name}>"
    return body[:place] + body[place:].replace("</figure>", tag, 1)


def with_first_screen(body: str) -> str:
    """Let the page be drawn when one section is here, and not each half formula as it comes."""
    starts = [found.start() for found in SECTION.finditer(body)]
    if len(starts) < 2:
        return body
    return f"{body[: starts[1]]}<script>draw();</script>\n{body[starts[1] :]}"


def finish_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the template what it needs."""
    body = context.get("body", "")
    for wrong, right in TIDIER:
        body = wrong.sub(right, body)
    body = with_size(app, CODE.sub(COPY, body))
    if pagename in EXPLORABLES:
        name, figure = EXPLORABLES[pagename]
        body = with_explorable(body, name, figure)
        context["explorable"] = ["base", name]
    context["body"] = with_first_screen(body)
    context["repository"] = app.config.html_theme_options["repository_url"]
    branch = app.config.html_theme_options["repository_branch"]
    context["actions"] = partial(actions, branch=branch)
    context["preview"] = preview(app, pagename, context["pageurl"], doctree) if doctree else ""
    chapters = context["generate_toctree_html"](
        "sidebar",
        0,
        titles_only=True,
        maxdepth=1,
        includehidden=True,
        collapse=False,
        show_nav_level=1,
    )
    context["chapters"] = str(chapters).replace(
        'class="current reference internal"', 'aria-current="page"'
    )
    # What stands above a part of the list of chapters is no heading of the page.
    context["chapters"] = re.sub(r' aria-level="2"| role="heading"', "", context["chapters"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handler."""
    # Jupyter Book sets it, with or without comments.
    app.add_config_value("comments_config", {}, "")
    app.connect("html-page-context", finish_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
