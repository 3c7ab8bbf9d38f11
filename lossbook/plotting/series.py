"""From the artists of a figure to series of numbers: one function for each kind of artist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import ArrowStyle, Patch, Polygon, Rectangle, StepPatch
from matplotlib.text import Annotation
from numpy.typing import ArrayLike

from lossbook.plotting.palette import LIGHT, colour_name

DIGITS = 4  # significant ones
LINES = {"-": "solid", "--": "dashed", "-.": "dash-dotted", ":": "dotted"}
MARKS = {"o": "dots", ".": "dots", "s": "squares", "^": "triangles", "D": "diamonds", "*": "stars"}


@dataclass(frozen=True)
class Series:
    """What one artist shows.

    Attributes
    ----------
    look : str
        What it looks like: "dashed orange line".
    colour : str
        The name of its colour; empty if it has none of its own.
    columns : dict
        The numbers of each column, by name.
    is_curve : bool
        Whether it is a whole that may be thinned; if not, it is rows that may be joined.
    is_fill : bool
        Whether it lies behind what its colour stands for.
    label : str
        The label that it was given, if any.
    """

    look: str
    colour: str
    columns: dict[str, Any]
    is_curve: bool = False
    is_fill: bool = False
    label: str = ""


def series_of(ax: Axes) -> Iterator[Series]:
    """Yield what the axes show, in the order of drawing.

    Parameters
    ----------
    ax : Axes
        Any axes of matplotlib.

    Yields
    ------
    Series
        One for each artist that shows data.
    """
    bars = {
        patch: container
        for container in ax.containers
        if isinstance(container, BarContainer)
        for patch in container.patches
    }
    artists = [*ax.images, *ax.collections, *ax.patches, *ax.lines, *ax.texts]
    for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
        shown: Series | None = None
        if not artist.get_visible():
            continue
        if isinstance(artist, AxesImage | QuadMesh):
            shown = _matrix(artist)
        elif not ax.axison:
            continue
        elif artist in bars:
            container = bars[artist]
            if artist is container.patches[0]:
                shown = _bars(container)
        elif isinstance(artist, Line2D):
            shown = _line(ax, artist)
        elif isinstance(artist, Patch):
            shown = _patch(ax, artist)
        elif isinstance(artist, Collection):
            shown = _collection(artist)
        elif isinstance(artist, Annotation):
            shown = _arrow(artist)
        if shown and len(next(iter(shown.columns.values()))):
            yield replace(shown, label=shown.label or _public(artist.get_label()))


def _line(ax: Axes, line: Line2D) -> Series | None:
    x, y = (_as_floats(values) for values in line.get_data(orig=False))
    colour, style = colour_name(line.get_color()), str(line.get_linestyle())
    mark = str(line.get_marker())
    marks = "" if mark in ("", "None", "none") else MARKS.get(mark, "marks")
    look = f"{LINES.get(style)} {colour} line"
    x_is_data, y_is_data = line.get_transform().contains_branch_seperately(ax.transData)
    if colour == colour_name(LIGHT) or not (x_is_data or y_is_data):
        return None
    if not y_is_data:
        return Series(f"vertical {look}", colour, {"x": x[:1]})
    if not x_is_data:
        return Series(f"horizontal {look}", colour, {"y": y[:1]})
    if style not in LINES:
        return Series(f"{colour} {marks}", colour, {"x": x, "y": y}) if marks else None
    look += f" with {marks}" if marks else ""
    if len(x) == 2:
        return Series(look, colour, _ends(x[:1], y[:1], x[1:], y[1:]))
    return Series(look, colour, {"x": x, "y": y}, is_curve=True)


def _ends(x_from: ArrayLike, y_from: ArrayLike, x_to: ArrayLike, y_to: ArrayLike) -> dict[str, Any]:
    return {"x from": x_from, "y from": y_from, "x to": x_to, "y to": y_to}


def _bars(container: BarContainer) -> Series:
    """Read bars: the range that each covers, or only its middle if there are gaps."""
    first = container.patches[0]
    x, y = ("y", "x") if container.orientation == "horizontal" else ("x", "y")
    boxes = [(bar.get_x(), bar.get_width(), bar.get_y(), bar.get_height()) for bar in container]
    left, width, low, height = np.array(boxes, dtype=float).T
    if x == "y":
        left, width, low, height = low, height, left, width
    right, middle = left + width, left + width / 2
    if len(left) > 1 and np.allclose(right[:-1], left[1:]):
        columns = {f"{x} from": left, f"{x} to": right}
    elif np.allclose(np.diff(middle), 1) and len(left) > 1:
        columns = {x: np.round(middle)}  # groups of bars side by side share a number
    else:
        columns = {x: middle, "width": width}
    heights = {f"{y} from": low, f"{y} to": low + height} if low.any() else {y: height}
    colour = _main_colour(first)
    hatched = "hatched " if first.get_hatch() else ""
    label = container.get_label()
    return Series(f"{hatched}{colour} bars", colour, columns | heights, label=_public(label))


def _patch(ax: Axes, patch: Patch) -> Series | None:
    colour = _main_colour(patch)
    if isinstance(patch, StepPatch):
        heights, edges, _ = patch.get_data()
        return _steps(colour, np.asarray(edges), np.asarray(heights))
    if isinstance(patch, Polygon):
        x, y = np.asarray(patch.get_xy(), dtype=float).T
        if len(x) > 4 and np.array_equal(x[::2], x[1::2]) and np.array_equal(y[1:-1:2], y[2::2]):
            return _steps(colour, x[::2], y[1:-1:2])  # as hist draws them
        return Series(f"{colour} area", colour, {"x": x, "y": y}, is_curve=True, is_fill=True)
    if not isinstance(patch, Rectangle):
        return None
    x, y = patch.get_x(), patch.get_y()
    columns = _ends([x], [y], [x + patch.get_width()], [y + patch.get_height()])
    is_data = patch.get_data_transform().contains_branch_seperately(ax.transData)
    columns = {
        name: values
        for name, values in columns.items()
        if is_data["xy".index(name[0])]  # a span has no ends along the other axis
    }
    noun = "rectangles" if all(is_data) else "span"
    return Series(f"{colour} {noun}", colour, columns, is_fill=True) if columns else None


def _steps(colour: str, edges: np.ndarray[Any, Any], heights: np.ndarray[Any, Any]) -> Series:
    columns = {"x from": edges[:-1], "x to": edges[1:], "y": heights}
    return Series(f"{colour} steps", colour, columns)


def _collection(collection: Collection) -> Series | None:
    colour = _main_colour(collection)
    if isinstance(collection, ContourSet):
        return Series(f"{colour} contours", colour, {"level": collection.levels})
    if isinstance(collection, PathCollection):
        x, y = _as_floats(collection.get_offsets()).T
        columns = {"x": x, "y": y}
        sizes, values = collection.get_sizes(), collection.get_array()
        if len(sizes) > 1:
            columns["size"] = _as_floats(sizes)
        if values is not None:
            columns["value"] = _as_floats(values)
        return Series(f"{colour} dots", colour, columns)
    if isinstance(collection, LineCollection):
        ends = np.array([part for part in collection.get_segments() if len(part) == 2])
        if not len(ends):
            return None
        return Series(f"{colour} lines", colour, _ends(*ends.reshape(-1, 4).T))
    if isinstance(collection, PolyCollection):
        bands = [band for path in collection.get_paths() if (band := _band(path.vertices))]
        if bands:
            columns = {name: np.concatenate([band[name] for band in bands]) for name in bands[0]}
            return Series(f"{colour} band", colour, columns, is_curve=True, is_fill=True)
    return None


def _band(vertices: ArrayLike) -> dict[str, Any]:
    """Read the outline of fill_between: start, there, end, back, and the start again."""
    outline = np.asarray(vertices, dtype=float)
    half = len(outline) // 2
    there, back = outline[1:half], outline[half + 1 : 2 * half][::-1]
    for along, across in (("x", "y"), ("y", "x")):
        at, of = "xy".index(along), "xy".index(across)
        if len(there) == len(back) and np.array_equal(there[:, at], back[:, at]):
            return {
                along: there[:, at],
                f"{across} from": there[:, of],
                f"{across} to": back[:, of],
            }
    return {}


def _matrix(image: AxesImage | QuadMesh) -> Series | None:
    """Read an image row by row; its columns are named by their positions."""
    values = _as_floats(image.get_array())
    if values.ndim != 2:
        return None  # colours, not numbers
    if isinstance(image, QuadMesh):
        places = np.asarray(image.get_coordinates())
        x: np.ndarray[Any, Any] = places[0, :, 0]
        y: np.ndarray[Any, Any] = places[:, 0, 1]
    else:
        left, right, bottom, top = image.get_extent()
        rows, columns = values.shape
        first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
        x, y = np.linspace(left, right, columns + 1), np.linspace(first, last, rows + 1)
    x, y = (
        (ends[1:] + ends[:-1]) / 2 if len(ends) > size else ends
        for ends, size in ((x, values.shape[1]), (y, values.shape[0]))
    )
    columns = {f"{at:.{DIGITS}g}": column for at, column in zip(x, values.T, strict=True)}
    return Series("image", "", {"y": y, **columns})


def _arrow(text: Annotation) -> Series | None:
    """Read an arrow between two points; an arrow from a word is only a pointer."""
    arrow = text.arrow_patch
    if arrow is None or text.get_text() or type(arrow.get_arrowstyle()) is ArrowStyle.Curve:
        return None
    (x, y), (x_to, y_to) = text.xyann, text.xy
    colour = colour_name(arrow.get_edgecolor())
    return Series(f"{colour} arrows", colour, _ends([x], [y], [x_to], [y_to]))


def _public(label: object) -> str:
    """Return a label that an artist was given; matplotlib's own begin with an underscore."""
    return "" if label is None or str(label).startswith("_") else str(label)


def _as_floats(values: Any) -> np.ndarray[Any, Any]:
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=float), np.nan))


def _main_colour(artist: Patch | Collection) -> str:
    """Name the colour of an area, or of its edge if it has none or is white."""
    for colours in (artist.get_facecolor(), artist.get_edgecolor()):
        for first in np.reshape(np.asarray(colours, dtype=float), (-1, 4))[:1]:
            if first[3] > 0 and (name := colour_name(tuple(first))) != "white":
                return name
    return "white"
