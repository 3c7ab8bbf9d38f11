r"""What each definition of the book is compared with: the package, NumPy or SciPy, never the page.

A referee takes symbols by their names (``Y_hat`` is \hat{Y}) as arrays, a column as a vector, and
sizes and indices as integers (indices count from 1), and returns what the definition should give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg, special, stats
from sklearn.metrics import mean_pinball_loss

from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    PoissonNLLLoss,
    QuantileLoss,
    SmoothL1Loss,
    aic,
    bic,
    central_difference,
    complex_step,
    log_softmax,
    logsumexp,
    noise_variance,
    softmax,
    softmax_jacobian,
)

REFEREES: dict[str, tuple[str, Callable[..., Any]]] = {
    # checking-gradients
    "eq-check-central": ("D_h", lambda g, x, h: central_difference(g, x, step=h)),
    "eq-check-bound": (
        "E_h",
        lambda g, x, h, M, epsilon: np.polyval([M / 6, 0, 0, epsilon * abs(g(x))], h) / h,
    ),
    "eq-check-forward": ("F_h", lambda g, x, h: np.diff([g(x), g(x + h)])[0] / h),
    "eq-check-complex": ("C_h", lambda g, x, h: complex_step(g, x, step=h)),
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
    # reductions
    "eq-red-weighted": ("L_a", lambda a, S: np.dot(a, S)),
    "eq-red-mean": ("L", lambda S: np.mean(S)),
    "eq-red-sse": ("Q", lambda Y_hat, Y: MSELoss(reduction="sum")(Y_hat, Y)),
    "eq-red-sse-column": ("Q", lambda X, w, y: MSELoss(reduction="sum")(X @ w, y)),
    "eq-red-weighted-mean": ("L_a", lambda a, S: np.average(S, weights=a)),
    "eq-red-whole": ("L", lambda S: np.mean(S)),
    "eq-red-first": ("L_m", lambda S, m: np.mean(S[:m])),
    "eq-red-rest": (r"\tilde{L}_m", lambda S, m: np.mean(S[m:])),
    "eq-red-mean-of-means": (
        r"\bar{L}_m",
        lambda S, m, q: np.average([S[:m].mean(), S[m:].mean()], weights=[1 - q, q]),
    ),
    "eq-red-mean-of-roots": (
        r"\bar{r}_m",
        lambda S, m: np.average(np.sqrt([S[:m].mean(), S[m:].mean()]), weights=[m, len(S) - m]),
    ),
    "eq-red-pairs": ("L", lambda y_hat, y: np.mean((y_hat[:, None] - y) ** 2)),
    # least-squares
    "eq-lsq-loss": ("L", lambda X, w, y: MSELoss()(X @ w, y)),
    "eq-lsq-prediction": (r"\hat{y}", lambda X, w: np.einsum("ik,k->i", X, w)),
    "eq-lsq-loss-index": ("L", lambda y_hat, y: MSELoss()(y_hat, y)),
    "eq-lsq-solution": (r"\hat{w}", lambda X, y: np.linalg.lstsq(X, y, rcond=None)[0]),
    "eq-lsq-projection": (r"\mathbf{P}", lambda X: np.matmul(X, np.linalg.pinv(X))),
    "eq-lsq-descent": (
        r"\tilde{w}",
        lambda w, eta, X, y: w - eta * np.dot(X.T, _gradient(MSELoss(), X @ w, y)),
    ),
    "eq-lsq-gradient-short": ("G", lambda X, w, y: np.dot(X.T, _gradient(MSELoss(), X @ w, y))),
    "eq-lsq-condition": (r"\kappa", lambda X: np.linalg.cond(X) ** 2),
    "eq-lsq-means": (r"\bar{x}", lambda X: np.mean(X, axis=0)),
    "eq-lsq-standardised": (r"\tilde{X}", lambda X: stats.zscore(X)),
    # softmax
    "eq-sm-softmax": (r"\hat{y}", lambda z: softmax(z)),
    "eq-sm-jacobian": ("J", lambda z: softmax_jacobian(z)),
    "eq-sm-temperature": (r"\hat{y}", lambda z, tau: special.softmax(z / tau)),
    "eq-sm-lse": ("A", lambda z: logsumexp(z)),
    "eq-sm-mean": (r"\bar{u}", lambda z, u: np.average(u, weights=softmax(z))),
    "eq-sm-total": ("s", lambda z: np.exp(z).sum()),
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
    # cross-entropy-in-practice
    "eq-practice-softmax": (r"\hat{y}", lambda z: softmax(z)),
    "eq-practice-loss": ("L", lambda y, z: -np.sum(y * log_softmax(z))),
    "eq-practice-entropy": (
        "H",
        lambda y: np.sum(y) * special.entr(y / np.sum(y)).sum(),
    ),
    "eq-practice-divergence": ("D", lambda y, z: special.rel_entr(y, y.sum() * softmax(z)).sum()),
    "eq-practice-sigmoid": ("q", lambda z: special.expit(z)),
    "eq-practice-bce": ("B", lambda z, y: BCEWithLogitsLoss()(z, y)),
    "eq-practice-pos-weight": ("L_a", lambda z, y, a: BCEWithLogitsLoss(pos_weight=a)(z, y)),
    "eq-practice-multi": ("L", lambda z, y: np.sum(np.logaddexp(0, z) - y * z)),
    "eq-practice-rows": (r"\hat{Y}", lambda Z: softmax(Z)),
    "eq-practice-weighted": ("L", lambda Z, Y, a: CrossEntropyLoss(np.atleast_1d(a))(Z, Y)),
    "eq-practice-weighted-mean": (
        "L_a",
        lambda Z, Y, a: np.average(
            -np.sum(Y * a * log_softmax(Z), axis=1) / (Y @ np.atleast_1d(a)),
            weights=Y @ np.atleast_1d(a),
        ),
    ),
    "eq-practice-smoothed": (
        r"\tilde{y}",
        lambda y, gamma: np.average([y, np.full_like(y, 1 / y.size)], 0, [1 - gamma, gamma]),
    ),
    "eq-practice-double": ("L", lambda y, z: CrossEntropyLoss()(softmax(z)[None], y[None])),
    "eq-practice-double-residual": (
        "u",
        lambda y, z: _gradient(CrossEntropyLoss(), softmax(z)[None], y[None])[0],
    ),
    "eq-practice-double-mean": (r"\bar{u}", lambda z, u: np.average(u, weights=softmax(z))),
    "eq-practice-double-floor": (
        "L_t",
        lambda z, t: CrossEntropyLoss()(softmax(z)[None], np.array([t - 1])),
    ),
    "eq-practice-patch": ("L_t", lambda z, t, xi: -np.log(np.add(softmax(z)[t - 1], xi))),
    "eq-practice-temperature": (r"\hat{Y}", lambda Z, tau: softmax(Z / tau)),
    "eq-practice-temperature-loss": ("L", lambda Z, Y, tau: CrossEntropyLoss()(Z / tau, Y)),
    "eq-practice-student": (r"\hat{y}", lambda z, tau: softmax(z / tau)),
    "eq-practice-teacher": (r"\tilde{y}", lambda z_tilde, tau: softmax(z_tilde / tau)),
    "eq-practice-distillation": (
        "L",
        lambda z, z_tilde, tau: (
            special.entr(softmax(z_tilde / tau)).sum()
            + special.rel_entr(softmax(z_tilde / tau), softmax(z / tau)).sum()
        ),
    ),
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
        r"\Lambda_\theta",
        lambda y, y_hat, theta: -stats.laplace.logpdf(y, y_hat, theta).sum(),
    ),
    # robust-losses
    "eq-robust-laplace": (r"\rho", lambda r, theta: -stats.laplace.logpdf(r, 0, theta)),
    "eq-robust-pinball-mean": (
        "L",
        lambda c, y, q: QuantileLoss(quantile=float(q))(np.full_like(y, c), y),
    ),
    "eq-robust-huber": (r"\rho", lambda r, delta: HuberLoss(delta=float(delta))(r, 0.0)),
    "eq-robust-student": (r"\rho", lambda r, nu, theta: -stats.t.logpdf(r, nu, 0, theta)),
    "eq-robust-step": (
        r"\tilde{w}",
        lambda X, a, y: np.linalg.lstsq(np.sqrt(a)[:, None] * X, np.sqrt(a) * y)[0],
    ),
    "eq-robust-clip": (r"\psi", lambda r, delta: np.clip(r, -delta, delta)),
    "eq-robust-smooth": (r"\rho", lambda r, delta: SmoothL1Loss(beta=float(delta))(r, 0.0)),
    "eq-robust-logcosh": (r"\rho", lambda r: np.logaddexp(r, -r) - np.log(2)),
    "eq-robust-student-in-scale": (
        r"\rho",
        lambda r, nu, theta: stats.t.logpdf(0, nu) - stats.t.logpdf(r, nu, 0, theta),
    ),
    # cheat-sheet
    "eq-sheet-squared": (r"\rho", lambda r: MSELoss()([r], [0.0])),
    "eq-sheet-absolute": (r"\rho", lambda r: L1Loss()([r], [0.0])),
    "eq-sheet-huber": (r"\rho", lambda r, delta: HuberLoss(delta=delta)([r], [0.0])),
    "eq-sheet-quantile": (r"\rho", lambda r, q: mean_pinball_loss([0.0], [r], alpha=float(q))),
    "eq-sheet-student": (r"\rho", lambda r, nu, theta: -stats.t.logpdf(r, nu, 0, theta)),
    "eq-sheet-gaussian": (r"\Lambda", lambda r, v: GaussianNLLLoss()([r], [0.0], v)),
    "eq-sheet-poisson": ("L", lambda z, y: PoissonNLLLoss()([z], [y])),
    "eq-sheet-binary": ("L", lambda z, y: BCEWithLogitsLoss()([z], [y])),
    "eq-sheet-cross-entropy": ("L", lambda z, y: CrossEntropyLoss()(z[None], y[None])),
    "eq-sheet-smoothing": (
        "L",
        lambda z, y, gamma: CrossEntropyLoss(label_smoothing=gamma)(z[None], y[None]),
    ),
    # one-theorem
    "eq-one-finite": ("A", lambda a, chi, z: special.logsumexp(chi * z, b=a)),
    "eq-one-probabilities": ("q", lambda a, chi, z: softmax(np.log(a) + chi * z)),
    "eq-one-sigmoid": ("q", lambda z: special.expit(z)),
    "eq-one-poisson": ("L", lambda z, y: PoissonNLLLoss()(z, y)),
    "eq-one-linear": ("z", lambda X, w: np.einsum("id,d->i", X, w)),
    "eq-one-average": (r"\bar{y}", lambda y: np.mean(y)),
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
    # heteroscedastic
    "eq-het-nll": (
        r"\Lambda",
        lambda y, y_hat, lambda_: -stats.norm.logpdf(y, y_hat, np.exp(lambda_ / 2)).sum(),
    ),
    "eq-het-wls": (
        "L_a",
        lambda a, y_hat, y: np.sum(a * MSELoss(reduction="none")(y_hat, y)) / 2,
    ),
    "eq-het-wls-solution": (
        r"\hat{w}",
        lambda X, y, v: np.linalg.lstsq(X / np.sqrt(v)[:, None], y / np.sqrt(v), rcond=None)[0],
    ),
    "eq-het-gamma": (
        r"\Gamma",
        lambda y_hat, y, lambda_: GaussianNLLLoss(eps=1e-300)(y_hat, y, np.exp(lambda_)),
    ),
    "eq-het-beta": (
        r"\Gamma_\beta",
        lambda y_hat, y, lambda_, a: np.mean(
            a * GaussianNLLLoss(reduction="none", eps=1e-300)(y_hat, y, np.exp(lambda_))
        ),
    ),
    # training
    "eq-train-hidden": ("U", lambda X, V: np.einsum("id,dn->in", X, V)),
    "eq-train-tanh": ("T", lambda U: 2 * special.expit(2 * U) - 1),
    "eq-train-scores": ("Z", lambda T, W: np.einsum("in,nj->ij", T, W)),
    "eq-train-softmax": (r"\hat{Y}", lambda Z: softmax(Z)),
    "eq-train-loss": ("L", lambda Z, Y: CrossEntropyLoss()(Z, Y)),
    "eq-train-output": ("G", lambda Z, Y: _gradient(CrossEntropyLoss(), Z, Y)),
    "eq-train-square": ("L", lambda Y_hat, Y: MSELoss()(Y_hat, Y)),
    "eq-train-mean": (r"\bar{y}", lambda y: np.mean(y)),
    "eq-train-uncleared": (
        r"\tilde{w}",
        lambda w, eta, G, H_bf: w - eta * np.sum([G, H_bf * w]),
    ),
}


def _gradient(loss: Any, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    loss(prediction, target)
    return np.asarray(loss.backward())


def _off_the_columns(X: np.ndarray, y: np.ndarray) -> Any:
    """Return the part of y at right angles to the columns of X, by a basis."""
    basis = linalg.null_space(X.T)
    return basis @ (basis.T @ y)


def _smallest_nll(X: np.ndarray, y: np.ndarray) -> Any:
    residuals = _off_the_columns(X, y)
    deviation = np.sqrt(np.mean(residuals**2))  # 0 if the model reaches every target
    return -stats.norm.logpdf(residuals, 0, deviation).sum() if deviation else -np.inf


def _ridge(X: np.ndarray, y: np.ndarray, ratio: float) -> Any:
    """Return the weights of ridge regression: least squares with p more targets, all 0."""
    p = X.shape[1]
    return np.linalg.lstsq(
        np.vstack([X, np.sqrt(ratio) * np.eye(p)]),
        np.append(y, np.zeros(p)),
        rcond=None,
    )[0]
