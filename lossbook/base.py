"""What every loss shares: checked input, ``forward`` before ``backward``, a readable name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.reduction import check_reduction, gradient_factor

Array = NDArray[Any]
"""An array of floating-point numbers; complex only on the way through the complex step."""


def as_floating(value: ArrayLike, name: str) -> Array:
    """Return `value` as an array of floating-point numbers, its precision kept.

    Parameters
    ----------
    value : array_like
        Numbers of any shape.
    name : str
        What the caller calls it; used in the error message.

    Returns
    -------
    ndarray
        float16, float32, float64 and complex arrays as they are (not copied), integers and
        booleans as float64.

    Raises
    ------
    TypeError
        If `value` does not contain numbers.
    """
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise TypeError(f"{name} has dtype {array.dtype}; expected an array of numbers")
    return array


def as_pair(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Return prediction and target as arrays of the same shape.

    Integer targets take the precision of the prediction.

    Raises
    ------
    TypeError
        If one of them does not contain numbers.
    ValueError
        If the shapes differ.  NumPy would broadcast (N, 1) against (N,) to an (N, N) table,
        and the loss of perfect predictions would not be zero.
    """
    prediction = as_floating(prediction, "prediction")
    raw = np.asarray(target)
    target = raw.astype(prediction.dtype) if raw.dtype.kind in "biu" else as_floating(raw, "target")
    if prediction.shape != target.shape:
        raise ValueError(
            f"target has shape {target.shape}, prediction has shape {prediction.shape}; "
            "expected the same shape, for nothing is broadcast"
        )
    return prediction, target


def check_positive(value: float, name: str) -> float:
    """Return an option that must be positive and finite.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not (0 < value < np.inf):
        raise ValueError(f"{name} is {value}; expected a positive, finite number")
    return float(value)


def check_not_negative(value: float, name: str) -> float:
    """Return an option that must be finite and not negative.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not (0 <= value < np.inf):
        raise ValueError(f"{name} is {value}; expected a finite number, not negative")
    return float(value)


def first_index(mask: Array) -> tuple[int, ...]:
    """Return the first index at which `mask` is true."""
    return tuple(int(i) for i in np.argwhere(mask)[0])


def check_entries(array: Array, valid: Array, name: str, expected: str) -> None:
    """Raise unless `valid` holds everywhere.

    Raises
    ------
    ValueError
        If it does not; the message names the first entry of `array` that is not valid.
    """
    if not np.all(valid):
        where = first_index(~valid)
        at = f" at index {where}" if where else ""
        raise ValueError(f"{name} holds {array[where]}{at}; expected {expected}")


class Loss:
    """A loss with a memory of its last ``forward``, which is all that ``backward`` needs.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        How the table of losses becomes the value; see :mod:`lossbook.reduction`.

    Raises
    ------
    ValueError
        If `reduction` is unknown.
    """

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = check_reduction(reduction)
        self._table: Array | None = None  # the losses of the last forward
        self._count = 0.0  # what "mean" divided by

    def backward(self, upstream: ArrayLike = 1.0) -> Array:
        """Return the gradient with respect to the prediction of the last ``forward``.

        Parameters
        ----------
        upstream : array_like
            The derivative of the final quantity with respect to this loss.

        Returns
        -------
        ndarray
            The shape of the prediction.

        Raises
        ------
        RuntimeError
            If there was no ``forward``.
        ValueError
            If `upstream` has another shape.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self._gradient(self._factor(upstream)))

    def _gradient(self, factor: Array) -> Array:
        """Return the closed form: `factor` times the slope of each loss in the prediction."""
        raise NotImplementedError

    def _remember(self, table: Array, count: float | None = None) -> None:
        # The complex step asks for values only: nothing real is left to go back from.
        self._table = None if np.iscomplexobj(table) else table
        self._count = float(table.size if count is None else count)

    def _factor(self, upstream: ArrayLike, method: str = "backward") -> Array:
        """Return the factor that the chain rule and the reduction put on each slope."""
        if self._table is None:
            raise RuntimeError(
                f"{type(self).__name__}.{method} was called before forward; "
                "expected forward on real numbers first"
            )
        return gradient_factor(self.reduction, upstream, self._table, self._count)

    def __repr__(self) -> str:
        options = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        arguments = ", ".join(f"{k}={v!r}" for k, v in options.items())
        return f"{type(self).__name__}({arguments})"
