"""One stylesheet for the whole site, with the fonts in it, and nothing beside it that no page needs.

The fonts hold the letters that the pages use and no others, and lie in the stylesheet itself: so
a page is drawn once, with its mathematics, and nothing moves; and it works from a folder, where
browsers refuse fonts in files.
"""

import logging
import re
import shutil
from base64 import b64encode
from collections import defaultdict
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from sphinx.application import Sphinx

STYLES = [
    "pygments.css",
    "katex/katex.min.css",
    "lossbook.css",
    "explorables/explorables.css",
]
BUNDLE = "site.css"
# What pages ask for. The second line is the search, which only its own page loads.
KEPT = {
    *(BUNDLE, "pygments.css", "lossbook.js", "logo.svg", "card.png", "explorables"),
    *("documentation_options.js", "doctools.js", "sphinx_highlight.js"),
    *("language_data.js", "searchtools.js", "excerpts.js"),
}

COMMENT = re.compile(r"/\*.*?\*/", re.S)
FACE = re.compile(r"@font-face\s*{([^}]*)}")
SOURCE = re.compile(r'url\("?(fonts/[^")]*)"?\)')
WEIGHTS = {"wght": (400, 600)}  # from text to headings

VOID = {
    *("area", "base", "br", "col", "embed", "hr"),
    *("img", "input", "link", "meta", "source", "wbr"),
}  # fmt: skip
# What is not set in these fonts.
OTHER = {"math", "script", "style", "pre", "code", "title"}
SIZING = {"sizing", "fontsize-ensurer"}

# The classes by which KaTeX's stylesheet chooses a font; what has none of them is in Main-Regular.
KATEX = {
    "mathnormal": "Math-Italic", "mathit": "Main-Italic", "textit": "Main-Italic",
    "mathbf": "Main-Bold", "textbf": "Main-Bold",
    "boldsymbol": "Math-BoldItalic", "mathboldsf": "SansSerif-Bold",
    "amsrm": "AMS-Regular", "mathbb": "AMS-Regular", "textbb": "AMS-Regular",
    "mathcal": "Caligraphic-Regular", "mathfrak": "Fraktur-Regular",
    "mathtt": "Typewriter-Regular", "texttt": "Typewriter-Regular",
    "mathscr": "Script-Regular", "mathsf": "SansSerif-Regular", "textsf": "SansSerif-Regular",
    "small-op": "Size1-Regular", "large-op": "Size2-Regular",
    "size1": "Size1-Regular", "size2": "Size2-Regular",
    "size3": "Size3-Regular", "size4": "Size4-Regular",
    "delim-size1": "Size1-Regular", "delim-size4": "Size4-Regular",
}  # fmt: skip


class Letters(HTMLParser):
    """Reads pages, and notes the letters of each KaTeX font, and under "" those of the text."""

    def __init__(self) -> None:
        """Start with what a script may say."""
        super().__init__()
        self.used = defaultdict(set, {"": set(map(chr, range(0x20, 0x7F)))})
        self.boxes: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the classes of the box that begins."""
        if tag not in VOID:
            self.boxes.append((tag, (dict(attrs).get("class") or "").split()))

    def handle_endtag(self, tag: str) -> None:
        """Leave the box."""
        while self.boxes and self.boxes.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note the letters."""
        if not OTHER.isdisjoint(tag for tag, _ in self.boxes):
            return
        self.used[self.font()].update(data)

    def font(self) -> str:
        """Return the font here: of the boxes around it, the nearest that chooses one decides."""
        classes = [classes for _, classes in self.boxes]
        drawing = [i for i, names in enumerate(classes) if "katex-html" in names]
        if not drawing:
            return ""
        for names in classes[: drawing[-1] : -1]:
            # Within a change of size, size1 to size11 are sizes of type.
            if SIZING.isdisjoint(names):
                for name in names:
                    if name in KATEX:
                        return KATEX[name]
        return "Main-Regular"


def shrunk(path: Path, used: set[str]) -> bytes | None:
    """Return a font with these letters only, or None if it has none of them."""
    font = TTFont(path, recalcTimestamp=False)
    here = {ord(letter) for letter in used} & set(font.getBestCmap())
    if not here - {0x20, 0xA0}:
        return None
    options = Options(flavor="woff2", recalc_timestamp=False, layout_features=["*"])
    options.name_IDs = []  # a changed font does not bear the reserved name
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=here)
    subsetter.subset(font)
    if "fvar" in font:
        font = instantiateVariableFont(font, WEIGHTS)
    font.flavor = "woff2"
    font.save(stream := BytesIO())
    return stream.getvalue()


def with_fonts(style: str, folder: Path, used: dict[str, set[str]]) -> str:
    """Put each font that is used into its rule, and take away the rules of the others."""

    def face(rule: re.Match[str]) -> str:
        if not (source := SOURCE.search(rule[1])):
            return rule[0]
        name = Path(source[1]).stem
        wanted = used[name.removeprefix("KaTeX_") if "KaTeX" in name else ""]
        font = shrunk(folder / source[1], wanted)
        if font is None:
            return ""
        data = f'url("data:font/woff2;base64,{b64encode(font).decode()}")'
        return rule[0].replace(source[0], data)

    return FACE.sub(face, style)


def bundle(app: Sphinx, exception: Exception | None) -> None:
    """Write the stylesheet; remove what it was made of, and what the theme brought."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    letters = Letters()
    for page in sorted(site.rglob("*.html")):
        letters.feed(page.read_text(encoding="utf-8"))
    parts = []
    for name in STYLES:
        path = Path(app.srcdir, "website", "theme", "static", name)
        if not path.exists():
            # The colours of code, which the theme has written.
            path = static / name
        style = COMMENT.sub("", path.read_text(encoding="utf-8"))
        parts.append(with_fonts(style, path.parent, letters.used))
    (static / BUNDLE).write_text("\n".join(parts), encoding="utf-8")
    for path in static.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handler, after all that write to the site."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.connect("build-finished", bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
