"""Losses of a residual: a value and a slope, each one line.

With the residual r = prediction - target, every loss here is a function of r alone, entry by
entry, and its gradient with respect to the prediction is the slope of that function.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import Array, Loss, as_pair, check_positive
from lossbook.reduction import check_not_empty, reduce


class _ResidualLoss(Loss):
    """The walk from a residual to a value; subclasses say which function of it."""

    _residual: Array

    def _value(self, r: Array) -> Array:
        raise NotImplementedError

    def forward(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        """Return the value of the loss.

        Parameters
        ----------
        prediction, target : array_like
            Any shape, the same for both; in the unit of the target.

        Returns
        -------
        scalar or ndarray
            A number; under ``reduction="none"`` an array of the shape of `prediction`.

        Raises
        ------
        TypeError
            If an argument does not hold numbers.
        ValueError
            If the shapes differ, or are empty under ``reduction="mean"``.
        """
        prediction, target = as_pair(prediction, target)
        check_not_empty(prediction.shape, self.reduction)
        with np.errstate(over="ignore", invalid="ignore"):
            self._residual = np.asarray(prediction - target)
            table = np.asarray(self._value(self._residual))
        self._remember(table)
        return reduce(table, self.reduction)

    __call__ = forward


class MSELoss(_ResidualLoss):
    r"""Squared error, ``r**2``, and its mean: equations ``eq-mse`` and ``eq-mse-gradient``.

    .. math::
        L = \frac{1}{NC} \sum_{i,j} (\hat Y_{ij} - Y_{ij})^2, \qquad
        \frac{\partial L}{\partial \hat Y} = \frac{2}{NC} (\hat Y - Y)

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries, N·C for an (N, C) prediction.

    Raises
    ------
    ValueError
        If `reduction` is unknown.

    Notes
    -----
    The value has the square of the target's unit, the gradient its unit.  As
    ``torch.nn.MSELoss``, but shapes are never broadcast.
    """

    def _value(self, r: Array) -> Array:
        return r**2

    def _gradient(self, factor: Array) -> Array:
        return 2 * factor * self._residual


class L1Loss(_ResidualLoss):
    r"""Absolute error, ``|r|``, and its mean.

    .. math::
        L = \frac{1}{NC} \sum_{i,j} |\hat Y_{ij} - Y_{ij}|, \qquad
        \frac{\partial L}{\partial \hat Y} = \frac{1}{NC} \operatorname{sign}(\hat Y - Y)

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.

    Raises
    ------
    ValueError
        If `reduction` is unknown.

    Notes
    -----
    The value has the unit of the target, the gradient none.  At r = 0, where there is a kink,
    the gradient is 0, one of its subgradients and the one that ``torch.nn.L1Loss`` takes.
    """

    def _value(self, r: Array) -> Array:
        return np.asarray(np.sign(r.real) * r)

    def _gradient(self, factor: Array) -> Array:
        return factor * np.sign(self._residual)


class HuberLoss(_ResidualLoss):
    r"""Squared error near zero, absolute error beyond `delta`.

    With c the residual clipped to [-delta, delta],

    .. math::
        \ell(r) = c \left(r - \frac{c}{2}\right)
        = \begin{cases} r^2/2 & |r| \le \delta \\ \delta (|r| - \delta/2) & |r| > \delta
        \end{cases},
        \qquad \ell'(r) = c .

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.
    delta : float
        Where the parabola goes over into lines; in the unit of the target, positive.

    Raises
    ------
    ValueError
        If `delta` is not positive and finite, or `reduction` is unknown.

    Notes
    -----
    As ``torch.nn.HuberLoss``.  :class:`lossbook.SmoothL1Loss` is this divided by `delta`.

    References
    ----------
    Huber, P. J. (1964). Robust estimation of a location parameter. *The Annals of
    Mathematical Statistics* 35(1), 73-101. https://doi.org/10.1214/aoms/1177703732
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = check_positive(delta, "delta")

    def _clipped(self, r: Array) -> Array:
        return np.where(np.abs(r.real) <= self.delta, r, self.delta * np.sign(r.real))

    def _value(self, r: Array) -> Array:
        c = self._clipped(r)
        return c * (r - c / 2)

    def _gradient(self, factor: Array) -> Array:
        return factor * self._clipped(self._residual)
