r"""What each definition of the book is compared with: the package, NumPy or SciPy, never the page.

A referee takes symbols by their names (``Y_hat`` is \hat{Y}) as arrays, a column as a vector, and
sizes and indices as integers (indices count from 1), and returns what the definition should give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg, special, stats

from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    MSELoss,
    aic,
    bic,
    logsumexp,
    noise_variance,
    softmax,
    softmax_jacobian,
)

REFEREES: dict[str, tuple[str, Callable[..., Any]]] = {
    # mse-gradient
    "eq-mse": ("L", lambda Y_hat, Y: MSELoss()(Y_hat, Y)),
    "eq-se": ("S", lambda Y_hat, Y: MSELoss(reduction="none")(Y_hat, Y)),
    "eq-sse": ("Q", lambda Y_hat, Y: MSELoss(reduction="sum")(Y_hat, Y)),
    "eq-residual": ("R", lambda Y_hat, Y: np.subtract(Y_hat, Y)),
    "eq-mse-moved": ("L_E", lambda Y_hat, E, Y: MSELoss()(Y_hat + E, Y)),
    "eq-mse-matrix-gradient": ("G", lambda Y_hat, Y: _gradient(MSELoss(), Y_hat, Y)),
    "eq-mse-line": (r"\hat{y}", lambda w, x, b: np.polyval([w, b], x)),
    "eq-mse-column": ("L", lambda y_hat, y: MSELoss()(y_hat, y)),
    "eq-mse-many-inputs": (r"\hat{y}", lambda X, w: np.einsum("ik,k->i", X, w)),
    "eq-mse-weighted": (
        "L_a",
        lambda a, y_hat, y: np.mean(a * MSELoss(reduction="none")(y_hat, y)),
    ),
    # cross-entropy-gradient
    "eq-softmax": (r"\hat{y}", lambda z: softmax(z)),
    "eq-cross-entropy": ("L", lambda z, y: CrossEntropyLoss()(z[None], y[None])),
    "eq-entropy": ("H", lambda y: special.entr(y).sum()),
    "eq-kl": ("D", lambda y, y_hat: special.rel_entr(y, y_hat).sum()),
    "eq-softmax-sum": ("s", lambda z: np.exp(z).sum()),
    "eq-softmax-jacobian-matrix": ("J", lambda z: softmax_jacobian(z)),
    "eq-logsumexp": ("A", lambda z: logsumexp(z)),
    "eq-cross-entropy-substituted": (
        "L_t",
        lambda z, t: CrossEntropyLoss()(z[None], np.array([t - 1])),
    ),
    "eq-softmax-rows": (r"\hat{Y}", lambda Z: softmax(Z)),
    "eq-cross-entropy-batch": ("L", lambda Z, Y: CrossEntropyLoss()(Z, Y)),
    "eq-softmax-linear": ("Z", lambda X, W: np.einsum("ik,kj->ij", X, W)),
    "eq-binary-cross-entropy": ("B", lambda y, q: BCEWithLogitsLoss()(special.logit(q), y)),
    "eq-softmax-mean": (r"\bar{u}", lambda z, u: np.average(u, weights=softmax(z))),
    # mse-as-nll
    "eq-nll-one": (r"\Lambda", lambda r, lambda_: -stats.norm.logpdf(r, 0, np.exp(lambda_ / 2))),
    "eq-nll-sum": (
        r"\Lambda",
        lambda y, y_hat, v: -stats.norm.logpdf(y, y_hat, np.sqrt(v)).sum(),
    ),
    "eq-mse-vector": ("L", lambda y_hat, y: MSELoss()(y_hat, y)),
    "eq-variance": (r"\sigma", lambda v: np.sqrt(v)),
    "eq-gaussian-density": ("f", lambda y, y_hat, v: stats.norm.pdf(y, y_hat, np.sqrt(v))),
    "eq-gaussian-likelihood": (
        "P",
        lambda y, y_hat, v: stats.norm.pdf(y, y_hat, np.sqrt(v)).prod(),
    ),
    "eq-residual-vector": ("r", lambda y_hat, y: np.subtract(y_hat, y)),
    "eq-gaussian-nll": (r"\Gamma", lambda y_hat, y, v: GaussianNLLLoss()(y_hat, y, v)),
    "eq-nll-line": (r"\hat{y}", lambda w, x, b: np.polyval([w, b], x)),
    "eq-nll-laplace": (
        r"\Lambda_\beta",
        lambda y, y_hat, beta: -stats.laplace.logpdf(y, y_hat, beta).sum(),
    ),
    # estimating-sigma
    "eq-sigma-model": ("y", lambda X, w, varepsilon: np.einsum("id,d->i", X, w) + varepsilon),
    "eq-sigma-weights": (r"\hat{w}", lambda X, y: np.linalg.lstsq(X, y, rcond=None)[0]),
    "eq-sigma-residuals": ("r", lambda X, y: -_off_the_columns(X, y)),
    "eq-sigma-projection": (r"\mathbf{P}", lambda X: np.matmul(X, np.linalg.pinv(X))),
    "eq-sigma-mle-variance": (
        r"\hat{v}",
        lambda X, y: noise_variance(_off_the_columns(X, y), 0 * y),
    ),
    "eq-sigma-unbiased": (
        r"\tilde{v}",
        lambda X, y, p: noise_variance(_off_the_columns(X, y), 0 * y, p),
    ),
    "eq-sigma-nll": (
        r"\Lambda",
        lambda X, y, v: -stats.norm.logpdf(_off_the_columns(X, y), 0, np.sqrt(v)).sum(),
    ),
    "eq-sigma-constant": (r"\Lambda", lambda y, c, v: -stats.norm.logpdf(y, c, np.sqrt(v)).sum()),
    "eq-sigma-rmse": (r"\mathrm{RMSE}", lambda y_hat, y: np.sqrt(MSELoss()(y_hat, y))),
    "eq-sigma-r2": (r"\mathrm{R}", lambda y_hat, y: 1 - MSELoss()(y_hat, y) / np.var(y)),
    "eq-sigma-aic": (r"\mathrm{AIC}", lambda X, y, p: aic(_smallest_nll(X, y), p + 1)),
    "eq-sigma-bic": (r"\mathrm{BIC}", lambda X, y, p, N: bic(_smallest_nll(X, y), p + 1, N)),
    "eq-sigma-ridge": (r"\hat{w}", lambda X, y, v, v_w: _ridge(X, y, v / v_w)),
}


def _gradient(loss: Any, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    loss(prediction, target)
    return loss.backward()


def _off_the_columns(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the part of y at right angles to the columns of X, from a basis of what is there."""
    basis = linalg.null_space(X.T)
    return basis @ (basis.T @ y)


def _smallest_nll(X: np.ndarray, y: np.ndarray) -> float:
    residuals = _off_the_columns(X, y)
    deviation = np.sqrt(np.mean(residuals**2))  # 0 if the model reaches every target
    return -stats.norm.logpdf(residuals, 0, deviation).sum() if deviation else -np.inf


def _ridge(X: np.ndarray, y: np.ndarray, ratio: float) -> np.ndarray:
    """Return the weights of ridge regression: least squares with p more targets, which are 0."""
    p = X.shape[1]
    rows, targets = np.vstack([X, np.sqrt(ratio) * np.eye(p)]), np.append(y, np.zeros(p))
    return np.linalg.lstsq(rows, targets, rcond=None)[0]
