"""Losses that are negative log-likelihoods: the target was drawn, the prediction says whence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import (
    Array,
    Loss,
    as_floating,
    as_pair,
    check_entries,
    check_not_negative,
    check_positive,
)
from lossbook.reduction import check_not_empty, reduce


def noise_variance(prediction: ArrayLike, target: ArrayLike, fitted: int = 0) -> Any:
    r"""Return the variance of the noise that the residuals give, equation ``eq-sigma-unbiased``.

    With the N residuals r = prediction - target, and the number p of parameters of a linear
    model that were fitted to the same targets,

    .. math:: \tilde v = \frac{1}{N - p} \sum_{i=1}^{N} r_i^2 .

    Parameters
    ----------
    prediction, target : array_like
        Any shape, the same for both; N is the number of entries.
    fitted : int
        What is subtracted from N: 0 for the variance of maximum likelihood, which is the mean
        squared error; p, the intercept counted, for the unbiased variance.

    Returns
    -------
    scalar
        The variance, in the square of the target's unit.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If the shapes differ or are empty, or `fitted` is negative or not less than N.
    """
    prediction, target = as_pair(prediction, target)
    check_not_empty(prediction.shape, "mean")
    if not 0 <= fitted < prediction.size:
        raise ValueError(
            f"fitted is {fitted}; expected a number from 0 to {prediction.size - 1}, "
            f"less than the {prediction.size} residuals"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        table = np.asarray((prediction - target) ** 2)
    return reduce(table, "mean", prediction.size - fitted)


def aic(nll: float, parameters: int) -> float:
    r"""Return Akaike's information criterion, equation ``eq-sigma-aic``; smaller is better.

    Parameters
    ----------
    nll : float
        The negative log-likelihood at its minimum, in nats, with all its constants: not the
        mean over the samples.
    parameters : int
        How many parameters were fitted, the variance of the noise among them.

    Returns
    -------
    float
        ``2 * nll + 2 * parameters``.

    References
    ----------
    Akaike, H. (1974). A new look at the statistical model identification. *IEEE Transactions on
    Automatic Control* 19(6), 716-723. https://doi.org/10.1109/TAC.1974.1100705
    """
    return 2 * nll + 2 * parameters


def bic(nll: float, parameters: int, n: int) -> float:
    r"""Return Schwarz's information criterion, equation ``eq-sigma-bic``; smaller is better.

    Parameters
    ----------
    nll : float
        As for :func:`aic`.
    parameters : int
        As for :func:`aic`.
    n : int
        The number of residuals, at least 1.

    Returns
    -------
    float
        ``2 * nll + parameters * log(n)``.

    Raises
    ------
    ValueError
        If `n` is less than 1.

    References
    ----------
    Schwarz, G. (1978). Estimating the dimension of a model. *The Annals of Statistics* 6(2),
    461-464. https://doi.org/10.1214/aos/1176344136
    """
    if n < 1:
        raise ValueError(f"n is {n}; expected the number of residuals, at least 1")
    return 2 * nll + parameters * float(np.log(n))


class GaussianNLLLoss(Loss):
    r"""Negative log-likelihood of targets with Gaussian noise, equation ``eq-gaussian-nll``.

    With the residual r = prediction - target and the variance v,

    .. math::
        \ell = \frac{1}{2} \Bigl(\log v + \frac{r^2}{v}\Bigr), \qquad
        \frac{\partial \ell}{\partial \hat y} = \frac{r}{v}, \qquad
        \frac{\partial \ell}{\partial v} = \frac{1}{2v} \Bigl(1 - \frac{r^2}{v}\Bigr).

    Parameters
    ----------
    full : bool
        Whether to add the constant log(2π)/2 to each entry, without which the value is no
        log-likelihood (and is still minimised by the same predictions).
    eps : float
        Variances below this are taken as this, a guard against a collapse to 0; positive.
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.

    Raises
    ------
    ValueError
        If `eps` is not positive and finite, or `reduction` is unknown.

    Notes
    -----
    The value is in nats and may be negative, for a density may exceed 1.  As
    ``torch.nn.GaussianNLLLoss``, but a variance of 0 is an error, as a negative one is.

    References
    ----------
    Nix, D. A. and Weigend, A. S. (1994). Estimating the mean and variance of the target
    probability distribution. *ICNN'94*, 55-60. https://doi.org/10.1109/ICNN.1994.374138
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.full = bool(full)
        self.eps = check_positive(eps, "eps")

    def forward(self, prediction: ArrayLike, target: ArrayLike, var: ArrayLike) -> Any:
        """Return the value of the loss.

        Parameters
        ----------
        prediction, target : array_like
            Any shape, the same for both.
        var : array_like
            The variance of the noise, in the square of the target's unit: one number, one per
            entry, or shared along an axis, whose length is then 1; the last axis may be left
            out instead.

        Returns
        -------
        scalar or ndarray
            A number; under ``reduction="none"`` an array of the shape of `prediction`.

        Raises
        ------
        TypeError
            If an argument does not hold numbers.
        ValueError
            If the shapes do not fit, a variance is not positive, or a mean would be over
            nothing.
        """
        prediction, target = as_pair(prediction, target)
        check_not_empty(prediction.shape, self.reduction)
        v = self._check_variance(var, prediction)
        with np.errstate(over="ignore", invalid="ignore"):
            r = prediction - target
            table = np.asarray((np.log(v) + (r / np.sqrt(v)) ** 2) / 2)
            if self.full:
                table = table + table.real.dtype.type(np.log(2 * np.pi) / 2)
        self._residual, self._v = np.asarray(r), v
        self._remember(table)
        return reduce(table, self.reduction)

    __call__ = forward

    def _gradient(self, factor: Array) -> Array:
        return factor * (self._residual / self._v)

    def backward_var(self, upstream: ArrayLike = 1.0) -> Array:
        """Return the gradient with respect to the variance of the last ``forward``.

        Parameters
        ----------
        upstream : array_like
            The derivative of the final quantity with respect to this loss.

        Returns
        -------
        ndarray
            The shape of `var` as it was given: what several entries share collects the sum of
            their gradients.  A variance below `eps` gets the gradient at `eps`.

        Raises
        ------
        RuntimeError
            If there was no ``forward``.
        ValueError
            If `upstream` has another shape.
        """
        factor = self._factor(upstream, "backward_var")
        r, v = self._residual, self._v
        with np.errstate(over="ignore", invalid="ignore"):
            # Expanded, so that r**2 / v alone need not fit.
            gradient = np.asarray(factor * ((1 / v - (r / v) ** 2) / 2))
        shared = tuple(axis for axis, length in enumerate(v.shape) if length == 1)
        return np.asarray(gradient.sum(axis=shared).reshape(self._var_shape))

    def _check_variance(self, var: ArrayLike, prediction: Array) -> Array:
        """Return the variances, clamped and in a shape that broadcasts to the prediction's."""
        v = as_floating(var, "var")
        if v.ndim == 0 and v.dtype.kind == "f":  # a plain number takes the precision of the rest
            v = v.astype(prediction.real.dtype)
        check_entries(v, v.real > 0, "var", "variances greater than 0")
        given, shape = v.shape, prediction.shape
        if v.ndim == 0:
            v = v.reshape((1,) * len(shape))
        elif v.shape == shape[:-1]:
            v = v[..., None]
        if v.ndim != len(shape) or any(
            n not in (1, m) for n, m in zip(v.shape, shape, strict=True)
        ):
            raise ValueError(
                f"var has shape {given}; expected a number, {shape} with any axis of length 1, "
                f"or {shape[:-1]}, for a prediction of shape {shape}"
            )
        self._var_shape = given
        return np.where(v.real < self.eps, v.real.dtype.type(self.eps), v)


class PoissonNLLLoss(Loss):
    r"""Negative log-likelihood of counts, equation ``eq-one-poisson``.

    With the logarithm z of the predicted rate, which is the natural parameter,

    .. math::
        \ell = e^z - y z, \qquad \frac{\partial \ell}{\partial z} = e^z - y,

    and with the rate itself, which is not,

    .. math::
        \ell = \hat y - y \log \hat y, \qquad
        \frac{\partial \ell}{\partial \hat y} = 1 - \frac{y}{\hat y}.

    Parameters
    ----------
    log_input : bool
        Whether the prediction is the logarithm of the rate, or the rate.
    full : bool
        Whether to add the constant log(y!) to each entry, without which the value is no
        log-likelihood (and is still minimised by the same predictions).
    eps : float
        With ``log_input=False``, rates below this are taken as this inside the logarithm, a
        guard against the rate 0 where something was counted; 0 for no guard.
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.

    Raises
    ------
    ValueError
        If `eps` is negative or not finite, or `reduction` is unknown.

    Notes
    -----
    The value is in nats.  As ``torch.nn.PoissonNLLLoss``, with these differences: negative
    targets and rates are errors, for with them there is no minimum, or no logarithm; `eps` is
    not added to the rate, which would change every loss a little; and `full` adds log(y!)
    itself, where torch adds Stirling's approximation, too small by 0.041 for y = 2.

    References
    ----------
    Nelder, J. A. and Wedderburn, R. W. M. (1972). Generalized linear models. *Journal of the
    Royal Statistical Society A* 135(3), 370-384. https://doi.org/10.2307/2344614
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        eps: float = 1e-8,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction)
        self.log_input = bool(log_input)
        self.full = bool(full)
        self.eps = check_not_negative(eps, "eps")

    def forward(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        """Return the value of the loss.

        Parameters
        ----------
        prediction : array_like
            Logarithms of rates, any shape; with ``log_input=False`` rates, none negative.
        target : array_like
            The same shape: counts, or means of counts, none negative.

        Returns
        -------
        scalar or ndarray
            A number; under ``reduction="none"`` an array of the shape of `prediction`.

        Raises
        ------
        TypeError
            If an argument does not hold numbers.
        ValueError
            If the shapes differ, a target or a rate is negative, or a mean would be over
            nothing.
        """
        prediction, y = as_pair(prediction, target)
        check_not_empty(prediction.shape, self.reduction)
        check_entries(y, y.real >= 0, "target", "counts, none negative")
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self.log_input:
                z, rate = prediction, np.exp(prediction)
            else:
                check_entries(
                    prediction, prediction.real >= 0, "prediction", "rates, none negative"
                )
                floor = prediction.real.dtype.type(self.eps)
                guarded = np.where(prediction.real < floor, floor, prediction)
                z, rate = np.log(guarded), prediction
                self._guarded = guarded
            table = np.asarray(rate - np.where(y == 0, 0, y * z))
            if self.full:
                table = table + _log_factorial(y)
            # Where two terms are too large for a float, their difference may not be.
            large = ~np.isfinite(table) & np.isfinite(z) & (y > 0)
            per_count = np.exp(z - np.log(y)) - z + (np.log(y) - 1 if self.full else 0)
            table = np.where(large, y * per_count, table)
        self._rate, self._y = np.asarray(rate).copy(), y.copy()
        self._remember(table)
        return reduce(table, self.reduction)

    __call__ = forward

    def _gradient(self, factor: Array) -> Array:
        if self.log_input:
            return np.asarray(factor * (self._rate - self._y))
        with np.errstate(divide="ignore"):
            return np.asarray(factor * (1 - np.where(self._y == 0, 0, self._y / self._guarded)))


def _log_factorial(y: Array) -> Array:
    """Return log(y!), by the logarithm of the gamma function at y + 1."""
    logarithms = [math.lgamma(n + 1) if n < 2.5e305 else np.inf for n in y.real.ravel().tolist()]
    return np.array(logarithms).reshape(y.shape).astype(y.real.dtype)
