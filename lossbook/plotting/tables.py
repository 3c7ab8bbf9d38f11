"""The data of a figure, read off the figure itself, as tables.

They are for readers who cannot see a figure, and for anyone who wants to redraw it.  A drawing
without axes has no data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedLocator, FuncFormatter

from lossbook.plotting.palette import INK, colour_name
from lossbook.plotting.series import DIGITS, Series, series_of

MIME = "application/vnd.lossbook.data+json"
LONGEST, THINNED = 60, 41  # points of a line


@dataclass(frozen=True)
class Table:
    """One series of a figure.

    Attributes
    ----------
    panel : str
        The title of its axes, or their number; empty in a figure with only one.
    series : str
        The label it has in the figure, if any, and what it looks like.
    labels : dict
        The label of each axis that has one, ``{"x": "step $h$"}``, formulae as TeX.
    log : list of str
        The logarithmic axes.
    note : str
        Which points are kept, if not all: "every 5th point".
    columns : dict
        Numbers, None in a gap; or the words that the axis shows for them.  A name begins with the
        axis that the column is read from, as in ``"y from"``.
    """

    panel: str
    series: str
    labels: dict[str, str]
    log: list[str]
    note: str
    columns: dict[str, list[float | None] | list[str]]


def data_of(fig: Figure) -> list[Table]:
    """Read the data off a figure, one table for each series of each of its axes.

    It reads lines, points, bars, steps, areas, bands, arrows, reference lines, images, meshes, the
    levels of contours, and texts that state a number.  Numbers are rounded to four significant
    digits; a long line keeps about forty points, its ends among them.  Lines in ``LIGHT`` are
    taken for a grid; on axes that are switched off, only images are data.

    Parameters
    ----------
    fig : Figure
        Any figure of matplotlib.

    Returns
    -------
    list of Table
        In the order of drawing; empty for a mere drawing.
    """
    insets: list[Any] = [inset for ax in fig.axes for inset in ax.child_axes]
    every = [ax for ax in (*fig.axes, *insets) if ax.get_label() != "<colorbar>"]
    tables = []
    for number, ax in enumerate(every, 1):
        titles = [ax.get_title(loc=side) for side in ("left", "center", "right")]
        otherwise = f"panel {number}" if len(every) > 1 else ""
        panel = " ".join(filter(None, titles)) or otherwise
        tables += [_table(ax, panel, series) for series in _named(ax, _joined(series_of(ax)))]
    return tables


def bundle(fig: Figure) -> dict[str, Any]:
    """Return the data of a figure in the form that a notebook stores beside the picture.

    Parameters
    ----------
    fig : Figure
        Any figure of matplotlib.

    Returns
    -------
    dict
        ``{MIME: tables}``, or empty if there are none.  The numbers of a column are one string,
        since a notebook would put each on a line of its own.
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


def _joined(found: Iterator[Series]) -> list[Series]:
    """Join points that look the same into one series; number curves that look the same."""
    series: dict[str, Series] = {}
    for one in found:
        look, number = one.look, 1
        while look in series and (one.is_curve or not _are_alike(one, series[look])):
            number += 1
            look = f"{one.look} {number}"
        if look in series:
            before = series[look]
            rows = {name: [*values, *one.columns[name]] for name, values in before.columns.items()}
            series[look] = replace(before, columns=rows)
        else:
            series[look] = replace(one, look=look)
    return list(series.values())


def _are_alike(one: Series, other: Series) -> bool:
    return one.label == other.label and one.columns.keys() == other.columns.keys()


def _named(ax: Axes, found: list[Series]) -> Iterator[Series]:
    """Name each series by its label, or the only text in its colour; then yield the other texts."""
    texts = [text for text in ax.texts if ax.axison and text.get_visible() and text.get_text()]
    names = {}
    for colour in {one.colour for one in found} - {colour_name(INK)}:  # the colour of any text
        said = [text for text in texts if colour_name(text.get_color()) == colour]
        alike = [one for one in found if one.colour == colour]
        lines = [one for one in alike if not one.is_fill] or alike
        if len(said) == len(lines) == 1:
            names[lines[0].look] = said[0]
    for one in found:
        label = one.label or (names[one.look].get_text() if one.look in names else "")
        yield replace(one, look=f"{label} ({one.look})" if label else one.look)
    stated = [
        (text.get_text(), *_place(text))
        for text in texts
        # The 1 of z_1 is not a value.
        if text not in names.values() and re.search(r"(?<![\w{^])\d", text.get_text())
    ]
    if stated:
        words, x, y = zip(*stated, strict=True)
        yield Series("text", "", {"text": words, "x": x, "y": y})


def _place(text: Text) -> tuple[float, float]:
    x, y = text.xy if isinstance(text, Annotation) else text.get_position()
    return float(x), float(y)


def _table(ax: Axes, panel: str, series: Series) -> Table:
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
    """Return the size below which a number looks like 0 and depends on the processor."""
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
    """Return the label of an axis, which may be written at another axis that shares it."""
    shared: Any = getattr(ax, f"get_shared_{axis}_axes")()
    labels = [getattr(part, f"get_{axis}label")() for part in (ax, *shared.get_siblings(ax))]
    labels.append(getattr(ax.figure, f"get_sup{axis}label")())
    return _one_line(next(filter(None, labels), ""))


def _words(axis: Axis) -> dict[float, str]:
    """Return the words that an axis shows instead of numbers: ``{position: word}``."""
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
