"""The data of a figure, read off the figure itself, as tables.

They are for who cannot see a figure, and for who wants to draw it anew.  A drawing, which has no
axes that numbers could be read from, has no data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import ArrowStyle, Patch, Polygon, Rectangle, StepPatch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedLocator, FuncFormatter
from matplotlib.typing import ColorType
from numpy.typing import ArrayLike

from lossbook.plotting.style import BLUE, GREEN, GREY, INK, LIGHT, RED

MIME = "application/vnd.lossbook.data+json"
DIGITS = 4  # significant ones
LONGEST, THINNED = 60, 41  # points of a line

# As the captions call them.
COLOURS = {
    BLUE: "blue",
    RED: "orange",
    GREEN: "green",
    INK: "black",
    GREY: "grey",
    LIGHT: "light grey",
    "#000000": "black",
    "#ffffff": "white",
}
LINES = {"-": "solid", "--": "dashed", "-.": "dash-dotted", ":": "dotted"}
MARKS = {"o": "dots", ".": "dots", "s": "squares", "^": "triangles", "D": "diamonds", "*": "stars"}


@dataclass(frozen=True)
class Table:
    """One series of a figure.

    Attributes
    ----------
    panel : str
        The title of its axes, or which one it is; empty in a figure that has but one.
    series : str
        What the figure calls it, if anything, and what it looks like.
    labels : dict
        The label of each axis that has one, ``{"x": "step $h$"}``, formulae as TeX.
    log : list of str
        The axes that are logarithmic.
    note : str
        Which points are there, if not all are: "every 5th point".
    columns : dict
        Numbers, None in a gap; or the words that stand on the axis in their place.  A name begins
        with the axis that the column is read from, as in ``"y from"``.
    """

    panel: str
    series: str
    labels: dict[str, str]
    log: list[str]
    note: str
    columns: dict[str, list[float | None] | list[str]]


class _Series(NamedTuple):
    """What one artist shows."""

    look: str
    colour: str
    columns: dict[str, Any]
    is_curve: bool = False  # a whole of its own, which may be thinned; else rows, to be joined
    is_fill: bool = False  # lies behind what its colour stands for
    label: str = ""


def data_of(fig: Figure) -> list[Table]:
    """Read the data off a figure, one table for each series of each of its axes.

    Lines, points, bars, steps, areas, bands, arrows, reference lines, images and meshes are read,
    the levels of contours, and texts that state a number.  Numbers are rounded to four significant
    digits; a long line keeps about forty points, its ends among them.  Lines in ``LIGHT`` are a
    grid; of axes that are switched off, only the images are data.

    Parameters
    ----------
    fig : Figure
        Any figure of matplotlib.

    Returns
    -------
    list of Table
        In the order of drawing; empty if the figure is but a drawing.
    """
    insets: list[Any] = [inset for ax in fig.axes for inset in ax.child_axes]
    every = [ax for ax in (*fig.axes, *insets) if ax.get_label() != "<colorbar>"]
    tables = []
    for number, ax in enumerate(every, 1):
        titles = [ax.get_title(loc=side) for side in ("left", "center", "right")]
        otherwise = f"panel {number}" if len(every) > 1 else ""
        panel = " ".join(filter(None, titles)) or otherwise
        tables += [_table(ax, panel, series) for series in _named(ax, _joined(_all_series(ax)))]
    return tables


def bundle(fig: Figure) -> dict[str, Any]:
    """Return the data of a figure as a notebook keeps it beside the picture.

    Parameters
    ----------
    fig : Figure
        Any figure of matplotlib.

    Returns
    -------
    dict
        ``{MIME: tables}``, or nothing if there are none.  The numbers of a column are one string:
        a notebook would give each a line of its own.
    """
    tables = [
        {
            "panel": table.panel,
            "series": table.series,
            "labels": table.labels,
            "log": table.log,
            "note": table.note,
            "names": list(table.columns),
            "values": [_packed(values) for values in table.columns.values()],
        }
        for table in data_of(fig)
    ]
    return {MIME: tables} if tables else {}


def _packed(values: list[Any]) -> str | list[str]:
    if any(isinstance(value, str) for value in values):
        return values
    return " ".join("nan" if value is None else f"{value:g}" for value in values)


# From series to tables


def _joined(found: Iterator[_Series]) -> list[_Series]:
    """Put together what looks the same, point by point; count curves that look the same."""
    series: dict[str, _Series] = {}
    for one in found:
        look, number = one.look, 1
        while look in series and (one.is_curve or not _are_alike(one, series[look])):
            number += 1
            look = f"{one.look} {number}"
        if look in series:
            before = series[look]
            rows = {name: [*values, *one.columns[name]] for name, values in before.columns.items()}
            series[look] = before._replace(columns=rows)
        else:
            series[look] = one._replace(look=look)
    return list(series.values())


def _are_alike(one: _Series, other: _Series) -> bool:
    return one.label == other.label and one.columns.keys() == other.columns.keys()


def _named(ax: Axes, found: list[_Series]) -> Iterator[_Series]:
    """Give each series its label, or the one text in its colour; then yield the other texts."""
    texts = [text for text in ax.texts if ax.axison and text.get_visible() and text.get_text()]
    names = {}
    for colour in {one.colour for one in found} - {COLOURS[INK]}:  # the colour of any text
        said = [text for text in texts if _colour(text.get_color()) == colour]
        alike = [one for one in found if one.colour == colour]
        lines = [one for one in alike if not one.is_fill] or alike
        if len(said) == len(lines) == 1:
            names[lines[0].look] = said[0]
    for one in found:
        label = one.label or (names[one.look].get_text() if one.look in names else "")
        yield one._replace(look=f"{label} ({one.look})" if label else one.look)
    stated = [
        (text.get_text(), *_place(text))
        for text in texts
        # The 1 of z_1 is no value.
        if text not in names.values() and re.search(r"(?<![\w{^])\d", text.get_text())
    ]
    if stated:
        words, x, y = zip(*stated, strict=True)
        yield _Series("text", "", {"text": words, "x": x, "y": y})


def _place(text: Text) -> tuple[float, float]:
    x, y = text.xy if isinstance(text, Annotation) else text.get_position()
    return float(x), float(y)


def _table(ax: Axes, panel: str, series: _Series) -> Table:
    columns = {name: np.asarray(values) for name, values in series.columns.items()}
    for axis in "xy":
        low, high = columns.get(f"{axis} from"), columns.get(f"{axis} to")
        if low is not None and high is not None and np.array_equal(low, high):
            # A segment along the other axis.
            columns = {
                name.removesuffix(" from") if name[0] == axis else name: values
                for name, values in columns.items()
                if name != f"{axis} to"
            }
    note = ""
    length = max(map(len, columns.values()))
    if series.is_curve and length > LONGEST:
        step = round((length - 1) / (THINNED - 1))
        kept = [*range(0, length - 1, step), length - 1]
        columns = {name: values[kept] for name, values in columns.items()}
        note = f"every {_ordinal(step)} point" + (" and the last" if (length - 1) % step else "")
    log = [axis for axis in "xy" if getattr(ax, f"get_{axis}scale")() == "log"]
    words = {"x": _words(ax.xaxis), "y": _words(ax.yaxis)}
    return Table(
        panel=_one_line(panel),
        series=_one_line(series.look),
        labels={axis: label for axis in "xy" if (label := _label(ax, axis))},
        log=log,
        note=note,
        columns={
            name: _cells(values, words.get(name[0], {}), _noise(ax, name))
            for name, values in columns.items()
        },
    )


def _noise(ax: Axes, name: str) -> float:
    """Return what an eye takes for 0, and what is another number on another processor."""
    if name[0] not in "xy":
        return 1e-9
    low, high = getattr(ax, f"get_{name[0]}lim")()
    return 0.0 if getattr(ax, f"get_{name[0]}scale")() == "log" else 1e-6 * abs(high - low)


def _cells(
    values: np.ndarray[Any, Any], words: dict[float, str], noise: float
) -> list[float | None] | list[str]:
    if values.dtype.kind in "UO":
        return [_one_line(text) for text in values]
    if all(value in words for value in values):
        return [words[value] for value in values]
    return [
        (0.0 if abs(value) < noise else float(f"{value:.{DIGITS}g}") + 0.0)
        if np.isfinite(value)
        else None
        for value in values
    ]


def _label(ax: Axes, axis: str) -> str:
    """Return the label of an axis, which may stand at another one that it is shared with."""
    shared: Any = getattr(ax, f"get_shared_{axis}_axes")()
    labels = [getattr(part, f"get_{axis}label")() for part in (ax, *shared.get_siblings(ax))]
    labels.append(getattr(ax.figure, f"get_sup{axis}label")())
    return _one_line(next(filter(None, labels), ""))


def _words(axis: Axis) -> dict[float, str]:
    """Return the words that stand on an axis in place of its numbers: ``{position: word}``."""
    places = axis.get_major_locator()
    text = axis.get_major_formatter()
    if not (isinstance(places, FixedLocator) and isinstance(text, FuncFormatter)):
        return {}
    words = {float(place): _one_line(str(text(place))) for place in places.tick_values(0, 0)}
    return words if all(word[:1].isalpha() for word in words.values()) else {}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")  # codespell:ignore nd
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


# From artists to series


def _all_series(ax: Axes) -> Iterator[_Series]:
    """Yield what the axes show, in the order of drawing."""
    bars = {
        patch: container
        for container in ax.containers
        if isinstance(container, BarContainer)
        for patch in container.patches
    }
    artists = [*ax.images, *ax.collections, *ax.patches, *ax.lines, *ax.texts]
    for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
        shown: _Series | None = None
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
            yield shown._replace(label=shown.label or _public(artist.get_label()))


def _line(ax: Axes, line: Line2D) -> _Series | None:
    x, y = (_numbers(values) for values in line.get_data(orig=False))
    colour, style = _colour(line.get_color()), str(line.get_linestyle())
    mark = str(line.get_marker())
    marks = "" if mark in ("", "None", "none") else MARKS.get(mark, "marks")
    look = f"{LINES.get(style)} {colour} line"
    x_is_data, y_is_data = line.get_transform().contains_branch_seperately(ax.transData)
    if colour == COLOURS[LIGHT] or not (x_is_data or y_is_data):
        return None
    if not y_is_data:
        return _Series(f"vertical {look}", colour, {"x": x[:1]})
    if not x_is_data:
        return _Series(f"horizontal {look}", colour, {"y": y[:1]})
    if style not in LINES:
        return _Series(f"{colour} {marks}", colour, {"x": x, "y": y}) if marks else None
    look += f" with {marks}" if marks else ""
    if len(x) == 2:
        return _Series(look, colour, _ends(x[:1], y[:1], x[1:], y[1:]))
    return _Series(look, colour, {"x": x, "y": y}, is_curve=True)


def _ends(x_from: ArrayLike, y_from: ArrayLike, x_to: ArrayLike, y_to: ArrayLike) -> dict[str, Any]:
    return {"x from": x_from, "y from": y_from, "x to": x_to, "y to": y_to}


def _bars(container: BarContainer) -> _Series:
    """Read bars: the range that each stands on, or only where, if they are apart."""
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
        columns = {x: np.round(middle)}  # groups, side by side, of what has one number
    else:
        columns = {x: middle, "width": width}
    heights = {f"{y} from": low, f"{y} to": low + height} if low.any() else {y: height}
    colour = _colour_of(first)
    hatched = "hatched " if first.get_hatch() else ""
    label = container.get_label()
    return _Series(f"{hatched}{colour} bars", colour, columns | heights, label=_public(label))


def _patch(ax: Axes, patch: Patch) -> _Series | None:
    colour = _colour_of(patch)
    if isinstance(patch, StepPatch):
        heights, edges, _ = patch.get_data()
        return _steps(colour, np.asarray(edges), np.asarray(heights))
    if isinstance(patch, Polygon):
        x, y = np.asarray(patch.get_xy(), dtype=float).T
        if len(x) > 4 and np.array_equal(x[::2], x[1::2]) and np.array_equal(y[1:-1:2], y[2::2]):
            return _steps(colour, x[::2], y[1:-1:2])  # as hist draws them
        return _Series(f"{colour} area", colour, {"x": x, "y": y}, is_curve=True, is_fill=True)
    if not isinstance(patch, Rectangle):
        return None
    x, y = patch.get_x(), patch.get_y()
    columns = _ends([x], [y], [x + patch.get_width()], [y + patch.get_height()])
    is_data = patch.get_data_transform().contains_branch_seperately(ax.transData)
    columns = {
        name: values
        for name, values in columns.items()
        if is_data["xy".index(name[0])]  # a span has no end along the other axis
    }
    noun = "rectangles" if all(is_data) else "span"
    return _Series(f"{colour} {noun}", colour, columns, is_fill=True) if columns else None


def _steps(colour: str, edges: np.ndarray[Any, Any], heights: np.ndarray[Any, Any]) -> _Series:
    columns = {"x from": edges[:-1], "x to": edges[1:], "y": heights}
    return _Series(f"{colour} steps", colour, columns)


def _collection(collection: Collection) -> _Series | None:
    colour = _colour_of(collection)
    if isinstance(collection, ContourSet):
        return _Series(f"{colour} contours", colour, {"level": collection.levels})
    if isinstance(collection, PathCollection):
        x, y = _numbers(collection.get_offsets()).T
        columns = {"x": x, "y": y}
        sizes, values = collection.get_sizes(), collection.get_array()
        if len(sizes) > 1:
            columns["size"] = _numbers(sizes)
        if values is not None:
            columns["value"] = _numbers(values)
        return _Series(f"{colour} dots", colour, columns)
    if isinstance(collection, LineCollection):
        ends = np.array([part for part in collection.get_segments() if len(part) == 2])
        if not len(ends):
            return None
        return _Series(f"{colour} lines", colour, _ends(*ends.reshape(-1, 4).T))
    if isinstance(collection, PolyCollection):
        bands = [band for path in collection.get_paths() if (band := _band(path.vertices))]
        if bands:
            columns = {name: np.concatenate([band[name] for band in bands]) for name in bands[0]}
            return _Series(f"{colour} band", colour, columns, is_curve=True, is_fill=True)
    return None


def _band(vertices: ArrayLike) -> dict[str, Any]:
    """Read the outline of fill_between: start, there, end, back, and the start once more."""
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


def _matrix(image: AxesImage | QuadMesh) -> _Series | None:
    """Read an image row by row, under the positions of its columns."""
    values = _numbers(image.get_array())
    if values.ndim != 2:
        return None  # colours, no numbers
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
    return _Series("image", "", {"y": y, **columns})


def _arrow(text: Annotation) -> _Series | None:
    """Read an arrow between two points; one that leads from a word only points."""
    arrow = text.arrow_patch
    if arrow is None or text.get_text() or type(arrow.get_arrowstyle()) is ArrowStyle.Curve:
        return None
    (x, y), (x_to, y_to) = text.xyann, text.xy
    colour = _colour(arrow.get_edgecolor())
    return _Series(f"{colour} arrows", colour, _ends([x], [y], [x_to], [y_to]))


def _public(label: object) -> str:
    """Return a label that an artist was given; those that matplotlib gives begin with _."""
    return "" if label is None or str(label).startswith("_") else str(label)


def _numbers(values: Any) -> np.ndarray[Any, Any]:
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=float), np.nan))


def _colour_of(artist: Patch | Collection) -> str:
    """Name the colour of an area; where it has none or is white, that of its edge."""
    for colours in (artist.get_facecolor(), artist.get_edgecolor()):
        for first in np.reshape(np.asarray(colours, dtype=float), (-1, 4))[:1]:
            if first[3] > 0 and (name := _colour(tuple(first))) != "white":
                return name
    return "white"


def _colour(colour: ColorType) -> str:
    name = to_hex(colour)
    return COLOURS.get(name, name)
