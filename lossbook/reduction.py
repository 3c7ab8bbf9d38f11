"""How a table of losses becomes one number, and the factor that this puts on the gradient.

A loss first fills a table with one entry per prediction (regression) or per sample
(classification).  The *reduction* turns the table into the value:

========  ==================  ==============================================
name      value               factor on each entry's slope, upstream ``u``
========  ==================  ==============================================
"none"    the table itself    ``u`` (a number, or one for each entry)
"sum"     sum of the entries  ``u``
"mean"    sum / count         ``u / count``
========  ==================  ==============================================

``count`` is the number of entries, unless the loss says otherwise (a weighted
cross-entropy divides by the sum of its weights).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

REDUCTIONS = ("none", "sum", "mean")


def check_reduction(reduction: str) -> str:
    """Return `reduction` if it is one of ``REDUCTIONS``.

    Raises
    ------
    ValueError
        If it is not.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {reduction!r}; expected one of {', '.join(REDUCTIONS)}")
    return reduction


def check_not_empty(shape: tuple[int, ...], reduction: str) -> None:
    """Reject a mean over nothing, which would be 0/0.

    Raises
    ------
    ValueError
        If `reduction` is "mean" and `shape` holds no entry.
    """
    if reduction == "mean" and 0 in shape:
        raise ValueError(
            f"prediction has shape {shape}: it is empty, and a mean over no entries is 0/0; "
            'expected at least one entry, or reduction="sum", whose empty sum is 0'
        )


def reduce(table: NDArray[Any], reduction: str, count: float | None = None) -> Any:
    """Turn a table of losses into the value of the loss.

    Parameters
    ----------
    table : ndarray
        One loss per entry, any shape.
    reduction : {"mean", "sum", "none"}
        What to do with it.
    count : float, optional
        What "mean" divides by; the number of entries by default.

    Returns
    -------
    scalar or ndarray
        The value, in the precision of `table`; the table itself for "none".
    """
    if reduction == "none":
        return table[()]  # a table without axes is a number
    with np.errstate(over="ignore"):
        total = table.sum()
    if reduction == "sum":
        return total
    count = table.size if count is None else count
    if not np.isfinite(total):  # the sum may overflow where the mean does not: divide first
        return (table / count).sum()
    return total / total.dtype.type(count)


def gradient_factor(
    reduction: str, upstream: ArrayLike, table: NDArray[Any], count: float
) -> NDArray[Any]:
    """Return the factor that stands before the slope of each entry of the table.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        As it was used for the value.
    upstream : array_like
        The derivative of the final quantity with respect to the value of this loss: a number,
        or for "none" an array of the shape of `table` if the entries go on separately.
    table : ndarray
        The losses that were reduced; their precision is that of the factor.
    count : float
        What "mean" divided by.

    Returns
    -------
    ndarray
        Shape ``()`` or that of `table`.

    Raises
    ------
    ValueError
        If `upstream` has another shape.
    """
    upstream = np.asarray(upstream, dtype=table.dtype)
    if upstream.shape != () and (reduction != "none" or upstream.shape != table.shape):
        expected = f"a number or shape {table.shape}" if reduction == "none" else "a number"
        raise ValueError(
            f"upstream has shape {upstream.shape}; expected {expected} "
            f"under reduction={reduction!r}"
        )
    return np.asarray(upstream / table.dtype.type(count) if reduction == "mean" else upstream)
