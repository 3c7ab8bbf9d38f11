"""Negative log-likelihoods: the prediction gives the distribution that the target came from."""

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
from lossbook.residual import ResidualLoss


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


class LaplaceNLLLoss(ResidualLoss):
    r"""Negative log-likelihood of targets with Laplace noise: equation ``eq-nll-laplace``.

    .. math::
        \ell(r) = \log (2 \theta) + \frac{|r|}{\theta}, \qquad
        \ell'(r) = \frac{\operatorname{sign}(r)}{\theta}

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.
    scale : float
        The scale θ of the noise, its mean distance from the prediction; in the unit of the
        target, positive.

    Raises
    ------
    ValueError
        If `scale` is not positive and finite, or `reduction` is unknown.

    Notes
    -----
    The value is in nats, with its constant, and may be negative.  At r = 0, where there is a
    kink, the gradient is 0.  PyTorch has no such loss, but ``torch.distributions.Laplace``.
    """

    def __init__(self, reduction: str = "mean", scale: float = 1.0) -> None:
        super().__init__(reduction)
        self.scale = check_positive(scale, "scale")

    def _value(self, r: Array) -> Array:
        return np.asarray(np.sign(r.real) * (r / self.scale) + math.log(2 * self.scale))

    def _slope(self, r: Array) -> Array:
        return np.asarray(np.sign(r) / self.scale)


class StudentTNLLLoss(ResidualLoss):
    r"""Negative log-likelihood of targets with Student-t noise: equation ``eq-robust-student``.

    .. math::
        \ell(r) = \frac{\nu + 1}{2} \log \left(1 + \frac{r^2}{\nu \theta^2}\right)
        + \log \left(\theta \sqrt{\nu}\, B\Bigl(\frac{1}{2}, \frac{\nu}{2}\Bigr)\right), \qquad
        \ell'(r) = \frac{(\nu + 1) r}{\nu \theta^2 + r^2}

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries.
    df : float
        The degrees of freedom ν, positive: 1 is Cauchy's distribution, and a large number
        comes near to the Gaussian.
    scale : float
        The scale θ of the noise, in the unit of the target, positive.  It is no standard
        deviation: for ν > 2 that is θ √(ν / (ν - 2)), for ν ≤ 2 there is none.

    Raises
    ------
    ValueError
        If `df` or `scale` is not positive and finite, or `reduction` is unknown.

    Notes
    -----
    The value is in nats, with its constant, and may be negative.  PyTorch has no such loss, but
    ``torch.distributions.StudentT``.

    References
    ----------
    Lange, K. L., Little, R. J. A. and Taylor, J. M. G. (1989). Robust statistical modeling using
    the t distribution. *Journal of the American Statistical Association* 84(408), 881-896.
    https://doi.org/10.1080/01621459.1989.10478852
    """

    def __init__(self, reduction: str = "mean", df: float = 1.0, scale: float = 1.0) -> None:
        super().__init__(reduction)
        self.df = check_positive(df, "df")
        self.scale = check_positive(scale, "scale")

    def _folded(self, r: Array) -> tuple[Array, Array]:
        """Return where abs(u) > 1, and there 1/u, elsewhere u, with u = r / (scale √df)."""
        root = math.sqrt(self.df)
        u = r / self.scale / root
        far = np.abs(u.real) > 1
        return far, np.where(far, root * (self.scale / np.where(far, r, 1)), u)

    def _value(self, r: Array) -> Array:
        # log(1 + u²) is log(1 + 1/u²) + log(u²); that u² fits, or u, is not needed.
        far, small = self._folded(r)
        log_unit = math.log(self.scale) + math.log(self.df) / 2
        log_u = np.where(far, np.log(np.where(far, np.sign(r.real) * r, 1)) - log_unit, 0)
        value = (self.df + 1) / 2 * (np.log1p(small**2) + 2 * log_u)
        return np.asarray(value + (math.log(self.scale) + _log_of_constant(self.df)))

    def _slope(self, r: Array) -> Array:
        # (df + 1) r / (df scale² + r²), numerator and denominator divided by df scale², or by r².
        far, small = self._folded(r)
        near = r / self.scale / self.scale / self.df
        slope = np.where(far, 1 / np.where(far, r, 1), near) / (1 + small**2)
        return np.asarray((self.df + 1) * slope)


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


def _log_of_constant(df: float) -> float:
    """Return the logarithm of √df B(1/2, df/2), which tends to that of √(2π)."""
    if df < 100:
        beta = math.lgamma(0.5) + math.lgamma(df / 2) - math.lgamma((df + 1) / 2)
        return math.log(df) / 2 + beta
    x = 1 / df  # Stirling's series: the two log-gammas would cancel
    return math.log(2 * math.pi) / 2 + x / 4 - x**3 / 24 + x**5 / 20
