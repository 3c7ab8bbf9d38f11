"""What is at the site's own address: the way to the book, a page for wrong addresses, a sitemap."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the pages that no author writes."""
    yield "index", {}, "redirect.html"
    yield "404", {}, "404.html"


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write what search engines ask for."""
    if exception or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    context = {"base": app.config.html_baseurl, "pages": sorted(app.env.found_docs)}
    for name in ("sitemap.xml", "robots.txt"):
        text = app.builder.templates.render(name, context)
        Path(app.outdir, name).write_text(f"{text.strip()}\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handlers."""
    app.connect("html-collect-pages", pages)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
