"""Losses of a residual: a value and a slope, each one line.

With the residual r = prediction - target, every loss here is a function of r alone, entry by
entry, and its gradient with respect to the prediction is the slope of that function.  The slope
says how hard a sample pulls at the fit: the squared error's grows with the residual, all others
are bounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import Array, Loss, as_pair, check_not_negative, check_positive
from lossbook.reduction import check_not_empty, reduce


class ResidualLoss(Loss):
    """A loss of the residual alone; subclasses give its value and its slope.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.

    Raises
    ------
    ValueError
        If `reduction` is unknown.
    """

    _residual: Array

    def _value(self, r: Array) -> Array:
        raise NotImplementedError

    def _slope(self, r: Array) -> Array:
        raise NotImplementedError

    def _gradient(self, factor: Array) -> Array:
        return np.asarray(factor * self._slope(self._residual))

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


class MSELoss(ResidualLoss):
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
    The value has the square of the target's unit, the gradient that unit.  As
    ``torch.nn.MSELoss``, but shapes are never broadcast.
    """

    def _value(self, r: Array) -> Array:
        return r**2

    def _slope(self, r: Array) -> Array:
        return 2 * r

    def _gradient(self, factor: Array) -> Array:
        return np.asarray(2 * factor * self._residual)  # 2 r alone may overflow


class L1Loss(ResidualLoss):
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

    def _slope(self, r: Array) -> Array:
        return np.asarray(np.sign(r))


def _clipped(r: Array, width: float, limit: float) -> Array:
    """Return r / width clipped to [-limit, limit]: the slope of Huber's loss and of Smooth L1."""
    within = np.abs(r.real) < width * limit  # nowhere if width is 0
    return np.where(within, r / (width or 1.0), limit * np.sign(r.real))


def _parabola_and_lines(r: Array, slope: Array, width: float) -> Array:
    """Return the function of r whose slope that is."""
    return np.asarray(slope * (r - width * slope / 2))


class HuberLoss(ResidualLoss):
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
        Where the parabola turns into lines; in the unit of the target, positive.

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

    def _value(self, r: Array) -> Array:
        return _parabola_and_lines(r, self._slope(r), 1.0)

    def _slope(self, r: Array) -> Array:
        return _clipped(r, 1.0, self.delta)


class SmoothL1Loss(ResidualLoss):
    r"""Huber's loss divided by its threshold, so that the slope of its lines is ±1.

    With c = r / beta clipped to [-1, 1],

    .. math::
        \ell(r) = c \left(r - \frac{\beta c}{2}\right)
        = \begin{cases} r^2/(2\beta) & |r| < \beta \\ |r| - \beta/2 & |r| \ge \beta
        \end{cases},
        \qquad \ell'(r) = c .

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.
    beta : float
        Where the parabola turns into lines; in the unit of the target, not negative.  With 0 there
        is no parabola, and this is :class:`lossbook.L1Loss`.

    Raises
    ------
    ValueError
        If `beta` is negative or not finite, or `reduction` is unknown.

    Notes
    -----
    As ``torch.nn.SmoothL1Loss``.  ``HuberLoss(delta=d)`` is d times ``SmoothL1Loss(beta=d)``.

    References
    ----------
    Girshick, R. (2015). Fast R-CNN. *ICCV 2015*, 1440-1448.
    https://doi.org/10.1109/ICCV.2015.169
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = check_not_negative(beta, "beta")

    def _value(self, r: Array) -> Array:
        return _parabola_and_lines(r, self._slope(r), self.beta)

    def _slope(self, r: Array) -> Array:
        return _clipped(r, self.beta, 1.0)


class QuantileLoss(ResidualLoss):
    r"""Pinball loss, whose minimiser is a quantile: equation ``eq-robust-pinball``.

    .. math::
        \ell(r) = \max\bigl((1 - q) r, -q r\bigr), \qquad
        \ell'(r) = \begin{cases} 1 - q & r > 0 \\ -q & r < 0 \end{cases}

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.
    quantile : float
        The level q, between 0 and 1: the share of the targets that is to lie below the
        prediction.

    Raises
    ------
    ValueError
        If `quantile` is not between 0 and 1, or `reduction` is unknown.

    Notes
    -----
    The value has the unit of the target, the gradient none.  At r = 0 the gradient is 0, one of
    the subgradients.  For q = 1/2 this is half of :class:`lossbook.L1Loss`.  PyTorch has no such
    loss; scikit-learn has its value, ``mean_pinball_loss``.

    References
    ----------
    Koenker, R. and Bassett, G. (1978). Regression quantiles. *Econometrica* 46(1), 33-50.
    https://doi.org/10.2307/1913643
    """

    def __init__(self, reduction: str = "mean", quantile: float = 0.5) -> None:
        super().__init__(reduction)
        if not (0 < quantile < 1):
            raise ValueError(f"quantile is {quantile}; expected a number between 0 and 1")
        self.quantile = float(quantile)

    def _value(self, r: Array) -> Array:
        return np.asarray(self._slope(r) * r)

    def _slope(self, r: Array) -> Array:
        q, zero = self.quantile, np.zeros_like(r.real)
        return np.where(r.real > 0, zero + (1 - q), np.where(r.real < 0, zero - q, r.real))
