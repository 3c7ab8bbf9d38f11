"""The book's figure style."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.figure import Figure

from lossbook.plotting.palette import BLUE, GREEN, GREY, INK, ORANGE
from lossbook.plotting.tables import bundle

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
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN], linestyle=["-", "--", "-."]),
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
    """Set the book's style; in a notebook, show figures as SVG together with their data.

    The SVG carries no date, so a figure that has not changed is the same file.  With it go the
    tables of :func:`lossbook.plotting.data_of`, for readers who cannot see it.
    """
    mpl.rcParams.update(STYLE)
    try:
        from IPython.core.getipython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    shell: Any = get_ipython()
    if shell is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]
        shell.display_formatter.mimebundle_formatter.for_type(Figure, bundle)
