"""Drawings that several chapters share."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike

from lossbook.plotting.palette import BLUE, INK, ORANGE


def label_line(ax: Axes, x: float, y: float, text: str, color: str = INK, **options: Any) -> None:
    """Write `text` beside a line, in its colour: clearer than a legend.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    x, y : float
        The position, in data coordinates.
    text : str
        What to write.
    color : str
        The colour of the line.
    **options
        Passed on to ``Axes.annotate``, for example ``ha="right"``.
    """
    ax.annotate(text, (x, y), xytext=(4, 0), textcoords="offset points", color=color, **options)


def residual_squares(ax: Axes, x: ArrayLike, target: ArrayLike, prediction: ArrayLike) -> None:
    """Draw each squared residual as what it is: a square whose side is the residual.

    Parameters
    ----------
    ax : Axes
        Where to draw; its aspect is set to equal, or the squares would not be squares.
    x : array_like
        Positions of the samples, shape (N,), in the unit of the target.
    target, prediction : array_like
        Shape (N,).
    """
    x, target, prediction = np.asarray(x), np.asarray(target), np.asarray(prediction)
    ax.set_aspect("equal")
    for x_i, y_i, p_i in zip(x, target, prediction, strict=True):
        side = abs(p_i - y_i)
        ax.add_patch(
            Rectangle((x_i, min(y_i, p_i)), side, side, facecolor=BLUE, alpha=0.18, edgecolor=BLUE)
        )
        ax.plot([x_i, x_i], [y_i, p_i], color=BLUE, linestyle="-", linewidth=2.5)
    ax.plot(x, prediction, "s", color=INK, markersize=6, linestyle="none")
    ax.plot(x, target, "o", color=ORANGE, markersize=7, linestyle="none")


def computational_graph(
    nodes: dict[str, tuple[float, float, str]],
    edges: list[tuple[str, str, str, str]],
    figsize: tuple[float, float] = (6.4, 2.6),
) -> Figure:
    """Draw a computation from left to right, with the gradient that flows back.

    Parameters
    ----------
    nodes : dict
        ``name: (x, y, text)``, the position and the text in the circle.
    edges : list
        ``(from, to, forward, backward)``: the names of two nodes, what is computed between them
        (written above the arrow) and the factor of the backward pass (below).
    figsize : tuple of float
        Width and height in inches.

    Returns
    -------
    Figure
        Arrows and forward labels in ink, backward factors in orange.
    """
    fig, ax = plt.subplots(figsize=figsize)
    ax.set_axis_off()
    for name_from, name_to, forward, backward in edges:
        start, end = nodes[name_from][:2], nodes[name_to][:2]
        _arrow(ax, start, end)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        _beside(ax, middle, forward, 7, va="bottom")
        _beside(ax, middle, backward, -7, va="top", color=ORANGE)
    for x, y, text in nodes.values():
        _circle(ax, x, y)
        ax.text(x, y, text, ha="center", va="center")
    xs = [x for x, _, _ in nodes.values()]
    ys = [y for _, y, _ in nodes.values()]
    ax.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    ax.set_ylim(min(ys) - 0.6, max(ys) + 0.6)
    return fig


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow between the rims of two circles."""
    gap: Any = {"shrinkA": 21, "shrinkB": 21}
    style: Any = {"arrowstyle": "-|>", "mutation_scale": 13, "color": INK, "linewidth": 1.3}
    ax.add_patch(FancyArrowPatch(start, end, **gap, **style))


def _circle(ax: Axes, x: float, y: float) -> None:
    style: Any = {"markerfacecolor": "white", "markeredgecolor": INK, "markeredgewidth": 1.3}
    ax.plot(x, y, "o", markersize=38, linestyle="none", **style)


def _beside(ax: Axes, place: tuple[float, float], text: str, points: int, **options: Any) -> None:
    """Write a text that many points above a place."""
    ax.annotate(text, place, xytext=(0, points), textcoords="offset points", ha="center", **options)
