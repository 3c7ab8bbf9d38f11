"""The last touches to a page: its description, its accessibility, and no script it can do without."""

import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

# Font Awesome draws the theme's icons by 1.5 MB of script or by fonts; icons.css draws those in use.
ICON_SCRIPT = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>")
ICON_FONT = re.compile(r"@font-face\s*{[^}]*fontawesome[^}]*}")
THEME_STYLE = "styles/pydata-sphinx-theme.css"
UNUSED = [
    "scripts/fontawesome.js*",
    "vendor/fontawesome",
    "scripts/*.map",
    "styles/*.map",
]

DESCRIPTION_LENGTH = 200


def description(doctree: nodes.document) -> str:
    """Return the first paragraph that says something, formulae as their TeX, cut at a word."""
    paragraphs = (
        paragraph.astext() for paragraph in doctree.findall(nodes.paragraph)
    )
    words = next((text for text in paragraphs if len(text) > 60), "").split()
    text = ""
    for word in words:
        if len(text) + len(word) > DESCRIPTION_LENGTH:
            return text + " …"
        text = f"{text} {word}".strip()
    return text


def finish_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Describe the page for search engines and link previews; mend the list of sources."""
    # The role that docutils gives a source is deprecated, and no item of a list.
    context["body"] = context.get("body", "").replace(
        'role="doc-biblioentry"', 'role="listitem"'
    )
    context["without_icon_script"] = lambda head: ICON_SCRIPT.sub("", head)
    if doctree is None:
        return
    properties = {
        "og:type": "article",
        "og:site_name": app.config.project,
        "og:title": app.env.titles[pagename].astext(),
        "og:url": context["pageurl"],
        "og:description": (text := description(doctree)),
    }
    tags = [f'<meta name="description" content="{escape(text)}" />']
    tags += [
        f'<meta property="{k}" content="{escape(v)}" />'
        for k, v in properties.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def remove_unused(app: Sphinx, exception: Exception | None) -> None:
    """Delete what the theme brings and no page needs: two thirds of the site."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    style = static / THEME_STYLE
    style.write_text(
        ICON_FONT.sub("", style.read_text(encoding="utf-8")), encoding="utf-8"
    )
    for path in [path for pattern in UNUSED for path in static.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # two patterns may name it


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.add_config_value(
        "comments_config", {}, ""
    )  # Jupyter Book sets it, with or without comments
    app.connect("html-page-context", finish_page, priority=900)
    app.connect("build-finished", remove_unused)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
