"""From logits to probabilities: log-sum-exp, softmax, and their derivatives.

Everything starts from one shift: the largest logit of a row is subtracted before anything is
exponentiated.  It changes no result, and after it no exponential can overflow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import Array, as_floating


def _centre(x: Array, axis: int) -> tuple[Array, Array, Array]:
    """Return x - max(x), max(x), and the sum of exp(x - max(x)) without the maximum's own 1.

    The 1 is left out so that ``log1p`` can add it without rounding the small terms away.
    """
    if x.ndim == 0 or x.shape[axis] == 0:
        raise ValueError(f"x has shape {x.shape}; expected at least one entry along axis {axis}")
    top = np.argmax(x.real, axis=axis, keepdims=True)
    largest = np.take_along_axis(x, top, axis)
    with np.errstate(invalid="ignore", over="ignore"):
        centred = x - largest
        exponentials = np.exp(centred)
    np.put_along_axis(exponentials, top, 0, axis)
    return centred, largest, exponentials.sum(axis=axis, keepdims=True)


def logsumexp(x: ArrayLike, axis: int = -1) -> Any:
    r"""Return the logarithm of a sum of exponentials, equation ``eq-logsumexp``.

    .. math::
        \log \sum_k e^{x_k} = m + \log\Bigl(1 + \sum_{k \ne t} e^{x_k - m}\Bigr),
        \qquad m = x_t = \max_k x_k

    Parameters
    ----------
    x : array_like
        Logits, any shape; -inf counts as "not there".
    axis : int
        The axis to sum over.

    Returns
    -------
    scalar or ndarray
        The shape of `x` without `axis`.  -inf if every entry is -inf.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If there is nothing along `axis`.

    References
    ----------
    Blanchard, P., Higham, D. J. and Higham, N. J. (2021). Accurately computing the log-sum-exp
    and softmax functions. *IMA Journal of Numerical Analysis* 41(4), 2311-2330.
    https://doi.org/10.1093/imanum/draa038
    """
    _, largest, rest = _centre(as_floating(x, "x"), axis)
    rest = np.where(np.isfinite(largest), rest, 0)  # an infinite maximum decides alone
    return np.squeeze(largest + np.log1p(rest), axis=axis)[()]


def log_softmax(x: ArrayLike, axis: int = -1) -> Array:
    r"""Return the logarithms of the softmax probabilities, equation ``eq-log-softmax``.

    .. math::
        \log p_k = (x_k - m) - \log\Bigl(1 + \sum_{j \ne t} e^{x_j - m}\Bigr),
        \qquad m = x_t = \max_j x_j

    Parameters
    ----------
    x : array_like
        Logits, any shape; -inf masks an entry.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        The shape of `x`; entries are at most 0, and NaN where a whole row is -inf.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If there is nothing along `axis`.

    Notes
    -----
    The two terms have the same sign, so nothing cancels: a certain class keeps the log of its
    probability, -4e-18 say, to full precision, where x - logsumexp(x) would give 0.
    """
    centred, _, rest = _centre(as_floating(x, "x"), axis)
    return np.asarray(centred - np.log1p(rest))


def softmax(x: ArrayLike, axis: int = -1) -> Array:
    r"""Return probabilities from logits, equation ``eq-softmax``.

    .. math::
        p_k = \frac{e^{x_k - m}}{\sum_j e^{x_j - m}}, \qquad m = \max_j x_j

    Parameters
    ----------
    x : array_like
        Logits, any shape; -inf masks an entry (probability 0).
    axis : int
        The axis of the classes.  The maximum is taken along it, row by row.

    Returns
    -------
    ndarray
        The shape of `x`; sums to 1 along `axis`, and is NaN where a whole row is -inf.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If there is nothing along `axis`.

    References
    ----------
    Blanchard, Higham and Higham (2021), as for :func:`logsumexp`; they show that the division
    is more accurate than exp(x - logsumexp(x)).
    """
    centred, _, rest = _centre(as_floating(x, "x"), axis)
    return np.asarray(np.exp(centred) / (1 + rest))


def softmax_jacobian(x: ArrayLike) -> Array:
    r"""Return the derivative of every probability by every logit, ``eq-softmax-jacobian``.

    .. math::
        \frac{\partial p_j}{\partial x_k} = p_j (\delta_{jk} - p_k), \qquad
        J = \operatorname{diag}(p) - p p^\top

    Parameters
    ----------
    x : array_like
        Logits, shape (C,) or (..., C).

    Returns
    -------
    ndarray
        Shape (..., C, C): symmetric, every row sums to 0.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If there is no class.
    """
    p = softmax(x)
    return np.asarray(p[..., :, None] * (np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :]))


def sigmoid(x: ArrayLike) -> Array:
    r"""Return 1 / (1 + exp(-x)): the softmax of the two logits (0, x), its second entry.

    Parameters
    ----------
    x : array_like
        Logits, any shape.

    Returns
    -------
    ndarray
        The shape of `x`; never overflows, for only exp(-abs(x)) is formed.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    """
    x = as_floating(x, "x")
    small = np.exp(-_absolute(x))
    return np.asarray(np.where(x.real >= 0, 1, small) / (1 + small))


def softplus(x: ArrayLike) -> Array:
    """Return log(1 + exp(x)): what a yes-or-no target costs; its slope is the sigmoid.

    Parameters
    ----------
    x : array_like
        Logits, any shape.

    Returns
    -------
    ndarray
        The shape of `x`; never overflows, for only exp(-abs(x)) is formed.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    """
    x = as_floating(x, "x")
    return np.asarray(np.where(x.real >= 0, x, 0) + np.log1p(np.exp(-_absolute(x))))


def _absolute(x: Array) -> Array:
    """Return abs(x), continued to complex numbers so that the complex step can pass."""
    return np.asarray(np.where(x.real >= 0, x, -x))
