"""The colours of the book's figures, and what its captions call them."""

from __future__ import annotations

from matplotlib.colors import to_hex
from matplotlib.typing import ColorType

# Three hues that colour-blind readers can tell apart (after Okabe and Ito), unequal in lightness
# so that they differ in grey, and dark enough for text in them to be read: 4.5:1 on white.
BLUE = "#0a3f85"
ORANGE = "#c04a14"
GREEN = "#0a6254"
INK = "#222222"
GREY = "#767676"
LIGHT = "#dddddd"

_NAMES = {
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    INK: "black",
    GREY: "grey",
    LIGHT: "light grey",
    "#000000": "black",
    "#ffffff": "white",
}


def colour_name(colour: ColorType) -> str:
    """Return the name of a colour of the book, or the hexadecimal code of any other.

    Parameters
    ----------
    colour : color
        Anything that matplotlib takes for a colour.

    Returns
    -------
    str
        For example "orange", or "#123456".
    """
    code = to_hex(colour)
    return _NAMES.get(code, code)
