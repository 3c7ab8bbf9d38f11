"""The book's figures: their style, its drawings, and the tables of data behind them.

matplotlib is imported with this package, which is why ``import lossbook`` leaves it out.
"""

from lossbook.plotting.drawings import computational_graph, label_line, residual_squares
from lossbook.plotting.palette import BLUE, GREEN, GREY, INK, LIGHT, ORANGE
from lossbook.plotting.style import use_style
from lossbook.plotting.tables import data_of

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LIGHT",
    "ORANGE",
    "computational_graph",
    "data_of",
    "label_line",
    "residual_squares",
    "use_style",
]
