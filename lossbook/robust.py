"""Losses of a residual that an outlier cannot own, and the one whose minimiser is a quantile.

As in :mod:`lossbook.residual`, each is a function of r = prediction - target, entry by entry:
a value and a slope.  The slope says how hard a sample pulls.  It is bounded in all of them.
"""

from __future__ import annotations

import math

import numpy as np

from lossbook.base import Array, check_not_negative, check_positive
from lossbook.residual import _ResidualLoss


class SmoothL1Loss(_ResidualLoss):
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
        Where the parabola goes over into lines; in the unit of the target, not negative.  With 0
        there is no parabola, and this is :class:`lossbook.L1Loss`.

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

    def _clipped(self, r: Array) -> Array:
        # The 1 is for beta = 0, where no residual is within the parabola.
        return np.where(np.abs(r.real) < self.beta, r / (self.beta or 1.0), np.sign(r.real))

    def _value(self, r: Array) -> Array:
        c = self._clipped(r)
        return np.asarray(c * (r - self.beta * c / 2))

    def _gradient(self, factor: Array) -> Array:
        return factor * self._clipped(self._residual)


class QuantileLoss(_ResidualLoss):
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

    def _slope(self, r: Array) -> Array:
        q, zero = self.quantile, np.zeros_like(r.real)
        return np.where(r.real > 0, zero + (1 - q), np.where(r.real < 0, zero - q, r.real))

    def _value(self, r: Array) -> Array:
        return np.asarray(self._slope(r) * r)

    def _gradient(self, factor: Array) -> Array:
        return factor * self._slope(self._residual)


class LaplaceNLLLoss(_ResidualLoss):
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

    def _gradient(self, factor: Array) -> Array:
        return factor * (np.sign(self._residual) / self.scale)


class StudentTNLLLoss(_ResidualLoss):
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

    def _gradient(self, factor: Array) -> Array:
        # (df + 1) r / (df scale² + r²), above and below divided by df scale², or by r².
        r = self._residual
        far, small = self._folded(r)
        near = r / self.scale / self.scale / self.df
        slope = np.where(far, 1 / np.where(far, r, 1), near) / (1 + small**2)
        return np.asarray(factor * ((self.df + 1) * slope))


def _log_of_constant(df: float) -> float:
    """Return the logarithm of √df B(1/2, df/2), which tends to that of √(2π)."""
    if df < 100:
        beta = math.lgamma(0.5) + math.lgamma(df / 2) - math.lgamma((df + 1) / 2)
        return math.log(df) / 2 + beta
    x = 1 / df  # Stirling's series: the two log-gammas would cancel
    return math.log(2 * math.pi) / 2 + x / 4 - x**3 / 24 + x**5 / 20
