"""What the residuals of a fit say about its noise, and which of several models to prefer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import as_pair
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
