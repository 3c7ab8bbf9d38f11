"""What the site says of its addresses: a map of them, a page for those that lead nowhere."""

from html import escape
from pathlib import Path

from sphinx.application import Sphinx

# GitHub Pages shows it at any depth, so it brings its style along and its links are whole.
LOST = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No such page · {project}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 32rem; margin: 20vh auto; padding: 0 1rem; font: 1.2rem/1.6 Georgia, serif; }}
</style>
</head>
<body>
<main>
<h1>The gradient here is zero</h1>
<p>There is no page at this address, so nothing says which way to go. Try <a href="{base}{root}.html">the beginning of the book</a>, <a href="{base}book/terms.html">its index</a>, or <a href="{base}search.html">the search</a>.</p>
</main>
</body>
</html>
"""

FIRST = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{project}</title>
<meta http-equiv="refresh" content="0; url={root}.html">
<link rel="canonical" href="{base}{root}.html">
</head>
<body><p><a href="{root}.html">{project}</a></p></body>
</html>
"""


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write sitemap.xml, robots.txt, 404.html, and the way from the address of the site to the book."""
    if exception or app.builder.format != "html":
        return
    site, base = Path(app.outdir), app.config.html_baseurl
    pages = sorted(app.env.found_docs)
    lines = [f"<url><loc>{escape(base + page)}.html</loc></url>" for page in pages]
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    names = {
        "project": app.config.project,
        "base": base,
        "root": app.config.root_doc,
    }
    texts = {
        "index.html": FIRST.format(**names),
        "sitemap.xml": "\n".join([head, f"<urlset {space}>", *lines, "</urlset>", ""]),
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n",
        "404.html": LOST.format(**names),
    }
    for name, text in texts.items():
        (site / name).write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handler."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
