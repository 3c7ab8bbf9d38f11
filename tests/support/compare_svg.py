"""Tell whether two figures show the same, up to what rounding does on another processor."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image

POINTS = 0.02  # far below what is seen, just above the rounding to 1/100 point
SHADES = 2  # of 255
_PIXELS = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]*)")
# No exponents: matplotlib writes none, and the colour #1e9000 is not a number.
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def differences(committed: str, drawn: str) -> list[str]:
    """Return what differs between two figures in canonical form, in words; [] if nothing."""
    return _pixels(committed, drawn) or _lines(_without_pixels(committed), _without_pixels(drawn))


def _without_pixels(svg: str) -> str:
    return _PIXELS.sub("pixels", svg)


def _lines(committed: str, drawn: str) -> list[str]:
    if _NUMBER.sub("0", committed) != _NUMBER.sub("0", drawn):
        pairs = zip(committed.splitlines(), drawn.splitlines(), strict=False)
        for old, new in pairs:
            if _NUMBER.sub("0", old) != _NUMBER.sub("0", new):
                return [f"other parts, from here on: {old.strip()!r}, now {new.strip()!r}"]
        return ["other parts: one figure has more of them"]
    return [
        f"{old.strip()!r}, now {new.strip()!r}"
        for old, new in zip(committed.splitlines(), drawn.splitlines(), strict=True)
        if not np.allclose(_numbers(old), _numbers(new), rtol=0, atol=POINTS + 1e-9)
    ][:5]


def _numbers(line: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(line)]


def _pixels(committed: str, drawn: str) -> list[str]:
    old, new = _PIXELS.findall(committed), _PIXELS.findall(drawn)
    if len(old) != len(new):
        return [f"{len(old)} pixel images, now {len(new)}"]
    for number, (a, b) in enumerate(zip(map(_decoded, old), map(_decoded, new), strict=True), 1):
        if a.shape != b.shape or np.abs(a - b).max(initial=0) > SHADES:
            return [f"pixel image {number} shows something else"]
    return []


def _decoded(data: str) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    return np.asarray(image.convert("RGBA"), dtype=np.int64)
