"""What each definition of the book is compared with: the package, NumPy or SciPy, never the page.

A referee takes symbols by their names (``Y_hat`` is \\hat{Y}) as arrays, a column as a vector, and
sizes and indices as integers (indices count from 1), and returns what the definition should give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special, stats

from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    MSELoss,
    logsumexp,
    softmax,
    softmax_jacobian,
)

REFEREES: dict[str, Callable[..., Any]] = {
    # mse-gradient
    "eq-mse": lambda Y_hat, Y: MSELoss()(Y_hat, Y),
    "eq-se": lambda Y_hat, Y: MSELoss(reduction="none")(Y_hat, Y),
    "eq-sse": lambda Y_hat, Y: MSELoss(reduction="sum")(Y_hat, Y),
    "eq-residual": lambda Y_hat, Y: np.subtract(Y_hat, Y),
    "eq-mse-moved": lambda Y_hat, E, Y: MSELoss()(Y_hat + E, Y),
    "eq-mse-matrix-gradient": lambda Y_hat, Y: _gradient(MSELoss(), Y_hat, Y),
    "eq-mse-line": lambda w, x, b: np.polyval([w, b], x),
    "eq-mse-column": lambda y_hat, y: MSELoss()(y_hat, y),
    "eq-mse-many-inputs": lambda X, w: np.einsum("ik,k->i", X, w),
    "eq-mse-weighted": lambda a, y_hat, y: np.mean(a * MSELoss(reduction="none")(y_hat, y)),
    # cross-entropy-gradient
    "eq-softmax": lambda z: softmax(z),
    "eq-cross-entropy": lambda z, y: CrossEntropyLoss()(z[None], y[None]),
    "eq-entropy": lambda y: special.entr(y).sum(),
    "eq-kl": lambda y, y_hat: special.rel_entr(y, y_hat).sum(),
    "eq-softmax-sum": lambda z: np.exp(z).sum(),
    "eq-softmax-jacobian-matrix": lambda z: softmax_jacobian(z),
    "eq-logsumexp": lambda z: logsumexp(z),
    "eq-cross-entropy-substituted": lambda z, t: CrossEntropyLoss()(z[None], np.array([t - 1])),
    "eq-softmax-rows": lambda Z: softmax(Z),
    "eq-cross-entropy-batch": lambda Z, Y: CrossEntropyLoss()(Z, Y),
    "eq-softmax-linear": lambda X, W: np.einsum("ik,kj->ij", X, W),
    "eq-binary-cross-entropy": lambda y, q: BCEWithLogitsLoss()(special.logit(q), y),
    "eq-sigmoid": lambda z: special.expit(z),
    "eq-softmax-mean": lambda z, u: np.average(u, weights=softmax(z)),
    # mse-as-nll
    "eq-mse-vector": lambda y_hat, y: MSELoss()(y_hat, y),
    "eq-variance": lambda v: np.sqrt(v),
    "eq-gaussian-density": lambda y, y_hat, v: stats.norm.pdf(y, y_hat, np.sqrt(v)),
    "eq-gaussian-likelihood": lambda y, y_hat, v: stats.norm.pdf(y, y_hat, np.sqrt(v)).prod(),
    "eq-residual-vector": lambda y_hat, y: np.subtract(y_hat, y),
    "eq-gaussian-nll": lambda y_hat, y, v: GaussianNLLLoss()(y_hat, y, v),
    "eq-nll-line": lambda w, x, b: np.polyval([w, b], x),
    "eq-nll-laplace": lambda y, y_hat, beta: -stats.laplace.logpdf(y, y_hat, beta).sum(),
}


def _gradient(loss: Any, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    loss(prediction, target)
    return loss.backward()
