"""The book's figure style, its colours, and the figures that come back.

matplotlib is imported with this module, which is why ``import lossbook`` leaves it out.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike

# Three hues that colour-blind readers tell apart (after Okabe and Ito), unequal in lightness so
# that they differ in grey, and dark enough that words can be written in them: 4.5:1 on white.
BLUE = "#0a3f85"
RED = "#c04a14"
GREEN = "#0a6254"
INK = "#222222"
GREY = "#767676"
LIGHT = "#dddddd"

STYLE: Any = {
    "figure.figsize": (5.8, 3.4),
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 11.5,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "cm",
    "text.color": INK,
    "axes.facecolor": "white",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN], linestyle=["-", "--", "-."]),
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "svg.fonttype": "path",  # the same letters on every machine
    "svg.hashsalt": "lossbook",  # the same ids in every run
}


def use_style() -> None:
    """Set the book's style, and SVG with the data as the format of figures in a notebook.

    The SVG carries no date, so that a figure that has not changed is the same file.  Beside it
    stand the tables of :func:`lossbook.plotting.tables.data_of`, for who cannot see it.
    """
    mpl.rcParams.update(STYLE)
    try:
        from IPython.core.getipython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    shell: Any = get_ipython()
    if shell is not None:
        from lossbook.plotting.tables import bundle  # needs the colours of this module

        set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]
        shell.display_formatter.mimebundle_formatter.for_type(Figure, bundle)


def label_line(ax: Axes, x: float, y: float, text: str, color: str = INK, **options: Any) -> None:
    """Write `text` beside a line, in its colour: a legend that needs no looking up.

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
    """Draw each squared residual as what it is: a square, whose side is the residual.

    Parameters
    ----------
    ax : Axes
        Where to draw; its aspect is made equal, or the squares would not be squares.
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
    ax.plot(x, target, "o", color=RED, markersize=7, linestyle="none")


def computational_graph(
    nodes: dict[str, tuple[float, float, str]],
    edges: list[tuple[str, str, str, str]],
    figsize: tuple[float, float] = (6.4, 2.6),
) -> Figure:
    """Draw a computation from left to right, and the gradient that flows back.

    Parameters
    ----------
    nodes : dict
        ``name: (x, y, text)``, the position and what is written in the circle.
    edges : list
        ``(from, to, forward, backward)``: the names of two nodes, what is computed on the way
        (written above the arrow) and the factor that the way back multiplies by (below).
    figsize : tuple of float
        Width and height in inches.

    Returns
    -------
    Figure
        Forward arrows in ink, backward factors in red.
    """
    from matplotlib import pyplot as plt

    fig, ax = plt.subplots(figsize=figsize)
    ax.set_axis_off()
    for name_from, name_to, forward, backward in edges:
        (x0, y0, _), (x1, y1, _) = nodes[name_from], nodes[name_to]
        ax.add_patch(
            FancyArrowPatch(
                (x0, y0),
                (x1, y1),
                arrowstyle="-|>",
                mutation_scale=13,
                shrinkA=21,
                shrinkB=21,
                color=INK,
                linewidth=1.3,
            )
        )
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        ax.annotate(
            forward, middle, xytext=(0, 7), textcoords="offset points", ha="center", va="bottom"
        )
        ax.annotate(
            backward,
            middle,
            xytext=(0, -7),
            textcoords="offset points",
            ha="center",
            va="top",
            color=RED,
        )
    for x, y, text in nodes.values():
        ax.plot(
            x,
            y,
            "o",
            markersize=38,
            markerfacecolor="white",
            markeredgecolor=INK,
            markeredgewidth=1.3,
            linestyle="none",
        )
        ax.text(x, y, text, ha="center", va="center")
    xs = [x for x, _, _ in nodes.values()]
    ys = [y for _, y, _ in nodes.values()]
    ax.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    ax.set_ylim(min(ys) - 0.6, max(ys) + 0.6)
    return fig
