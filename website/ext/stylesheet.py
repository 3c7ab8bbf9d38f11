"""One stylesheet for the whole site, with the fonts in it.

The fonts hold the letters that the pages use and no others, and lie in the stylesheet itself: so
a page is drawn once, with its mathematics, and nothing moves; and it works from a folder, where
browsers refuse fonts in files.
"""

import logging
import re
import shutil
from base64 import b64encode
from collections import defaultdict
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import lxml.html
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.theming import Theme

from website.ext.incremental import digest
from website.ext.theme import THEME

STATIC = THEME / "static"
STYLES = ["katex/katex.min.css", "lossbook.css", "explorables/explorables.css"]
BUNDLE = "site.css"

COMMENT = re.compile(r"/\*.*?\*/", re.S)
FACE = re.compile(r"@font-face\s*{([^}]*)}")
SOURCE = re.compile(r'url\("?(fonts/[^")]*)"?\)')
WEIGHTS = {"wght": (400, 600)}  # from text to headings

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


Letters = dict[str, set[str]]  # of each KaTeX font, and under "" those of the text


def letters_of(pages: list[Path]) -> Letters:
    """Return the letters that pages use, and those that a script may write."""
    used = defaultdict(set, {"": set(map(chr, range(0x20, 0x7F)))})
    for page in pages:
        note_letters(lxml.html.fromstring(page.read_bytes()), "", used)
    return used


def note_letters(box: lxml.html.HtmlElement, font: str, used: Letters) -> None:
    """Note the letters in a box, which is in another whose font is given."""
    if box.tag in OTHER or not isinstance(box.tag, str):
        return
    classes = (box.get("class") or "").split()
    if "katex-html" in classes:
        font = "Main-Regular"
    elif font and SIZING.isdisjoint(classes):
        # Within a change of size, size1 to size11 are sizes of type.
        font = next((KATEX[name] for name in classes if name in KATEX), font)
    used[font].update(box.text or "")
    for child in box:
        note_letters(child, font, used)
        used[font].update(child.tail or "")


def subset(path: Path, used: set[str]) -> bytes | None:
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


def kept(path: Path, used: set[str], folder: Path) -> bytes:
    """Return the subset of a font that an earlier build has kept in a folder, or make it."""
    rests_on = path.read_bytes() + "".join([*sorted(used), digest()]).encode()
    key = sha256(rests_on).hexdigest()
    file = folder / f"{key}.woff2"
    if not file.exists():
        folder.mkdir(exist_ok=True)
        whole = file.with_suffix(".tmp")
        whole.write_bytes(subset(path, used) or b"")
        whole.replace(file)
    return file.read_bytes()


def with_fonts(style: str, source: Path, used: Letters, folder: Path | None) -> str:
    """Put each font that is used into its rule, and take away the rules of the others.

    Without a folder to keep subsets in, the fonts are left whole.
    """

    def face(rule: re.Match[str]) -> str:
        if not (file := SOURCE.search(rule[1])):
            return rule[0]
        path = source / file[1]
        wanted = used[path.stem.removeprefix("KaTeX_") if "KaTeX" in path.stem else ""]
        font = kept(path, wanted, folder) if folder else path.read_bytes()
        data = f'url("data:font/woff2;base64,{b64encode(font).decode()}")'
        return rule[0].replace(file[0], data) if font else ""

    return FACE.sub(face, style)


def code_colours(theme: Theme) -> str:
    """Return the colours of code in both themes, which theme.toml names."""
    styles = {"light": theme.pygments_style_default, "dark": theme.pygments_style_dark}
    rules = []
    for name, style in styles.items():
        formatter: Any = HtmlFormatter(style=str(style))
        rules.append(
            f'html[data-theme="{name}"] .highlight {{\n{formatter.get_style_defs("&")}\n}}'
        )
    return "\n".join(rules)


def bundle(app: Sphinx, exception: Exception | None) -> None:
    """Write the stylesheet, and remove from the site the files that it was made of."""
    if exception or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    site = Path(app.outdir)
    draft = app.tags.has("draft")
    used = defaultdict(set) if draft else letters_of(sorted(site.rglob("*.html")))
    folder = None if draft else Path(app.doctreedir, "fonts")
    parts = [code_colours(app.builder.theme)]
    for name in STYLES:
        path = STATIC / name
        style = COMMENT.sub("", path.read_text(encoding="utf-8"))
        parts.append(with_fonts(style, path.parent, used, folder))
    static = site / "_static"
    for part in ("fonts", "katex"):
        shutil.rmtree(static / part)
    for sheet in static.rglob("*.css"):
        sheet.unlink()
    (static / BUNDLE).write_text("\n".join(parts), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the handler, after all that write to the site."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.connect("build-finished", bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
