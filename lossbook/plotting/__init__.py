"""The book's figures: their style, its drawings, and the tables of data behind them."""

from lossbook.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LIGHT,
    RED,
    computational_graph,
    label_line,
    residual_squares,
    use_style,
)
from lossbook.plotting.tables import data_of

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LIGHT",
    "RED",
    "computational_graph",
    "data_of",
    "label_line",
    "residual_squares",
    "use_style",
]
