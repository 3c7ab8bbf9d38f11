"""The theme of the site, which is in website/theme, and what its templates are given."""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment.adapters.toctree import TocTree
from sphinx.transforms.post_transforms import SphinxPostTransform

from lossbook import __version__

THEME = Path(__file__).resolve().parents[1] / "theme"

DESCRIPTION_LENGTH = 200
SECTIONS_FIRST = 1  # sections that are there when a page is first drawn


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


def sections(builder: StandaloneHTMLBuilder, pagename: str) -> str:
    """Return the list of the sections of a page, without the title of the page itself."""
    title = TocTree(builder.env).get_toc_for(pagename, builder)
    lists = list(title.findall(nodes.bullet_list))[1:2]
    return builder.render_partial(lists[0])["fragment"] if lists else ""


def give_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the templates what Sphinx does not."""
    assert isinstance(app.builder, StandaloneHTMLBuilder)
    context["base"] = app.config.html_baseurl
    context["ref"] = f"v{__version__}"  # of the repository, where a chapter is run
    if doctree:
        context["heading"] = app.env.titles[pagename].astext()
        context["description"] = description(doctree)
        context["sections"] = sections(app.builder, pagename)


class FirstPaint(SphinxPostTransform):
    """Let a page be drawn when one section is here, and not each half formula as it comes."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Call the template's `draw` before the second section."""
        found = [
            n for n in self.document.findall(nodes.section) if n.parent.parent is self.document
        ]
        if len(found) > SECTIONS_FIRST:
            following = found[SECTIONS_FIRST]
            script = nodes.raw("", "<script>draw();</script>\n", format="html")
            following.parent.insert(following.parent.index(following), script)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the theme and its handlers."""
    app.add_html_theme("lossbook", str(THEME))
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it, comments or none
    app.add_post_transform(FirstPaint)
    app.connect("html-page-context", give_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
