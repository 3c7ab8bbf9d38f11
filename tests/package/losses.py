"""Every loss of the package with all that the tests need to know of it: a new loss is one entry.

`LOSSES` stands under every test of test_losses.py: against PyTorch and 50 digits, before the
referees, in every reduction and precision, on hostile input.  Problems are drawn from a seed, so
a failure is the same on every machine; its seed is in the message.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook
from lossbook.base import Loss

try:
    import mpmath

    mp = mpmath.mp.clone()  # a context of our own
    mp.dps = 50
except ImportError:  # the tests that need it are skipped
    mp = None

Draw = Callable[[np.random.Generator, tuple[int, ...]], tuple[dict[str, Any], tuple[Any, ...]]]


@dataclass(frozen=True)
class Case:
    """A loss and one kind of target.

    draw : options and arguments from a random generator and the shape of the prediction.
    exact : the loss of one entry (with `rows`, of one row of logits), in numbers of mpmath.
    size : what rounding errors are relative to, for the value and for each gradient: the sizes of
        the terms that are added up.  None where nothing cancels: the result itself.
    torch : the same in PyTorch; None if it has none.  By default, the class of the same name.
    rows : whether the prediction has an axis of classes, which the value has not.
    count : what "mean" divides by.
    kinks : the sizes of residuals at which the loss has a kink; away from these it is smooth.
    least : the number of axes that a prediction must have.
    positive : whether a prediction must be positive.
    """

    loss: type[Loss]
    draw: Draw
    exact: Callable[..., Any]
    size: Callable[..., tuple[Any, ...]] = lambda *_, **__: (None, None)
    torch: Callable[..., Any] | str | None = "nn"
    rows: bool = False
    count: Callable[..., float] = lambda z, *_, **__: z.size
    kinks: Callable[..., list[float]] = lambda **_: []
    least: int = 0
    positive: bool = False
    label: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, [self.loss.__name__, self.label]))

    def axis(self, shape: tuple[int, ...]) -> int:
        """Return where the classes are."""
        return 0 if len(shape) == 1 else 1

    def problem(
        self, seed: int, shape: tuple[int, ...] = (2, 3), dtype: Any = np.float64
    ) -> "Problem":
        options, arguments = self.draw(np.random.default_rng(seed), shape)
        arrays = [np.asarray(argument) for argument in arguments]
        cast = tuple(a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays)
        return Problem(self, options, cast, f"{self}, seed {seed}, shape {shape}")


@dataclass(frozen=True)
class Problem:
    """A case with numbers."""

    case: Case
    options: dict[str, Any]
    arguments: tuple[np.ndarray, ...]
    name: str

    def loss(self, reduction: str = "mean") -> Loss:
        return self.case.loss(reduction=reduction, **self.options)

    def solve(self, reduction: str = "mean", upstream: Any = 1.0) -> list[np.ndarray]:
        """Return the value, the gradient, and with a variance the gradient in that."""
        loss = self.loss(reduction)
        return [loss(*self.arguments), *gradients(loss, upstream)]

    def at(self, prediction: np.ndarray) -> "Problem":
        return Problem(self.case, self.options, (prediction, *self.arguments[1:]), self.name)

    def where_smooth(self) -> "Problem":
        """Move each target whose residual is at a kink, or nearly, and each rate that is near 0."""
        z, y, *rest = self.arguments
        z = z + 0.5 if self.case.positive else z
        for kink in self.case.kinks(**self.options):
            y = np.where(np.abs(np.abs(z - y) - kink) < 0.02, y + 0.1, y)
        return Problem(self.case, self.options, (z, y, *rest), self.name)

    @property
    def count(self) -> float:
        return self.case.count(*self.arguments, **self.options)

    def spread(self, table: Any) -> Any:
        """Give a table with a number for each loss the shape of the prediction."""
        shape = self.arguments[0].shape
        has_classes = self.case.rows and np.ndim(table) > 0
        return np.expand_dims(table, self.case.axis(shape)) if has_classes else table


def gradients(loss: Loss, upstream: Any = 1.0) -> list[np.ndarray]:
    every = [loss.backward(upstream)]
    if isinstance(loss, lossbook.GaussianNLLLoss):
        every.append(loss.backward_var(upstream))
    return every


def along(v: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return variances in a shape that broadcasts to that of the prediction."""
    return v if v.ndim == z.ndim else v[..., None]


def collected(slopes: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Sum what several entries contribute to one variance."""
    axes = (
        range(slopes.ndim) if v.ndim == 0 else np.flatnonzero(np.equal(along(v, slopes).shape, 1))
    )
    return slopes.sum(axis=tuple(axes)).reshape(v.shape)


def at_50_digits(problem: Problem) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the table of losses, and the slope of each in the prediction, and in the variance.

    The slope is a difference quotient of the formula, at a step that 50 digits allow.
    """
    z, *rest = problem.arguments
    options, exact, shape = problem.options, problem.case.exact, z.shape
    if problem.case.rows:
        axis = problem.case.axis(shape)
        z, y = (np.moveaxis(a, axis, -1) if a.shape == shape else a for a in (z, *rest))
        values, slopes = np.empty(z.shape[:-1]), np.empty(z.shape)
        for i in np.ndindex(values.shape):
            row, target = mp_numbers(z[i]), int(y[i]) if y[i].ndim == 0 else mp_numbers(y[i])
            values[i], slopes[i] = with_slopes(
                lambda *row, y=target: exact(row, y, **options), row, range(len(row))
            )
        return values, [np.moveaxis(slopes, -1, axis)]
    arrays = np.broadcast_arrays(*(along(array, z) for array in problem.arguments))
    each = {k: np.broadcast_to(v, shape) for k, v in options.items() if isinstance(v, np.ndarray)}
    values, slopes = np.empty(shape), np.empty((len(rest), *shape))
    for i in np.ndindex(shape):
        own = options | {k: mp.mpf(float(v[i])) for k, v in each.items()}
        f = functools.partial(exact, **own)
        given = mp_numbers([array[i] for array in arrays])
        values[i], slopes[(slice(None), *i)] = with_slopes(f, given, (0, 2)[: len(rest)])
    return values, [slopes[0], *(collected(slope, rest[1]) for slope in slopes[1:])]


def mp_numbers(values):
    return [mp.mpf(float(value)) for value in values]


def with_slopes(f, at, which):
    """Return f and its derivatives in some of its arguments."""
    slopes = [mp.diff(lambda v, k=k: f(*at[:k], v, *at[k + 1 :]), at[k]) for k in which]
    return f(*at), slopes


# The formulas of the pages, entry by entry.


def huber(z, y, delta):
    r = abs(z - y)
    return r**2 / 2 if r <= delta else delta * (r - mp.mpf(delta) / 2)


def student(z, y, df, scale):
    df, scale = mp.mpf(df), mp.mpf(scale)
    constant = mp.log(scale * mp.sqrt(df)) + mp.log(mp.beta(mp.mpf(1) / 2, df / 2))
    return (df + 1) / 2 * mp.log1p((z - y) ** 2 / (df * scale**2)) + constant


def gaussian(z, y, v, full, eps):
    v = max(v, eps)
    return (mp.log(v) + (z - y) ** 2 / v + (mp.log(2 * mp.pi) if full else 0)) / 2


def poisson(z, y, log_input, full, eps):
    rate = mp.exp(z) if log_input else z
    power = y * (z if log_input else mp.log(max(z, eps))) if y else 0
    return rate - power + (mp.loggamma(y + 1) if full else 0)


def cross_entropy(z, y, weight=None, ignore_index=-100, label_smoothing=0):
    if isinstance(y, int):
        if y == ignore_index:
            return 0 * z[0]
        y = [int(k == y) for k in range(len(z))]
    smooth, top = mp.mpf(label_smoothing), max(z)
    log_sum = top + mp.log(mp.fsum(mp.exp(v - top) for v in z))
    shares = [(1 - smooth) * t + smooth / len(z) for t in y]
    heavy = [1] * len(z) if weight is None else [mp.mpf(float(w)) for w in weight]
    return mp.fsum(w * q * (log_sum - v) for w, q, v in zip(heavy, shares, z, strict=True))


def binary_cross_entropy(z, y, weight=1, pos_weight=1):
    def softplus(v):
        return max(v, 0) + mp.log1p(mp.exp(-abs(v)))

    return weight * (pos_weight * y * softplus(-z) + (1 - y) * softplus(z))


# What is drawn: often with ties, sometimes with saturated logits.


def pair(rng, shape):
    z, y = 5 * rng.normal(size=(2, *shape))
    return z, np.where(rng.random(shape) < 0.2, z, y)


def pair_with(name, low, high):
    return lambda rng, shape: ({name: rng.uniform(low, high)}, pair(rng, shape))


def logits(rng, shape):
    return rng.normal(0, 3, shape) * rng.choice([1, 10], shape, p=[0.9, 0.1])


def with_labels(rng, shape):
    z, axis = logits(rng, shape), 0 if len(shape) == 1 else 1
    classes, ignore = shape[axis], int(rng.choice([-100, -1, 0, 1, 7]))
    labels = rng.integers(0, classes, shape[:axis] + shape[axis + 1 :])
    labels = np.where(rng.random(labels.shape) < 0.2, ignore, labels)
    weight = rng.uniform(0.1, 3, classes) * (rng.random(classes) < 0.9)
    options = {"ignore_index": ignore, "label_smoothing": rng.choice([0, rng.random()])}
    if rng.random() < 0.6:
        options["weight"] = weight
    # A mean over nothing is an error; draw again.
    return (options, (z, labels)) if labels_count(z, labels, **options) else with_labels(rng, shape)


def labels_count(z, y, weight=None, ignore_index=-100, **_):
    classes = z.shape[0 if z.ndim == 1 else 1]
    weight = np.ones(classes) if weight is None else weight
    return float(weight[y[y != ignore_index]].sum())


def with_probabilities(rng, shape):
    axis = 0 if len(shape) == 1 else 1
    share = rng.random(shape) * (rng.random(shape) < 0.7) + 1e-3
    options = {"label_smoothing": rng.choice([0, rng.random()])}
    if rng.random() < 0.6:
        options["weight"] = rng.uniform(0, 3, shape[axis])
    return options, (logits(rng, shape), share / share.sum(axis=axis, keepdims=True))


def binary(rng, shape):
    def weight():
        kept = shape[rng.integers(0, len(shape) + 1) :]
        return rng.uniform(0, 3, [side if rng.random() < 0.7 else 1 for side in kept])

    options = {k: weight() for k in ("weight", "pos_weight") if rng.random() < 0.6}
    target = np.where(rng.random(shape) < 0.4, rng.integers(0, 2, shape), rng.random(shape))
    return options, (10 * logits(rng, shape), target)


def noisy(var_shape):
    def draw(rng, shape):
        options = {"full": bool(rng.integers(2)), "eps": float(rng.choice([1e-6, 1e-3, 0.5]))}
        var = rng.uniform(1e-2, 9, var_shape(shape)) * rng.choice([1, 0.01])
        return options, (*pair(rng, shape), var)

    return draw


def gaussian_size(z, y, v, eps, **_):
    given, v = v, np.maximum(along(v, z), eps)
    square = (z - y) ** 2 / v
    return np.abs(np.log(v)) + square + 1, np.abs(z - y) / v, collected((1 + square) / v, given)


def counted(log_input):
    def draw(rng, shape):
        options = {"log_input": log_input, "full": bool(rng.integers(2)), "eps": 0.0}
        z = rng.normal(0, 2, shape)
        y = np.where(rng.random(shape) < 0.5, rng.poisson(3, shape), rng.uniform(0, 40, shape))
        return options, (z if log_input else np.exp(z), y)

    return draw


def poisson_size(z, y, log_input, **_):
    rate = np.exp(z) if log_input else z
    return rate + y * np.abs(np.log(rate)) + y**2 + 1, rate + y if log_input else 1 + y / rate


def poisson_of_torch(torch, z, y, full, **options):
    """PyTorch takes Stirling's approximation of log(y!), and 0 up to y = 1."""
    plain = torch.nn.PoissonNLLLoss(reduction="none", **options)(z, y)
    return plain + torch.lgamma(y + 1) if full else plain


LOSSES = [
    Case(lossbook.MSELoss, lambda *shape: ({}, pair(*shape)), lambda z, y: (z - y) ** 2),
    Case(
        lossbook.L1Loss,
        lambda *shape: ({}, pair(*shape)),
        lambda z, y: abs(z - y),
        kinks=lambda: [0.0],
    ),
    Case(
        lossbook.HuberLoss,
        pair_with("delta", 0.1, 15),
        huber,
        kinks=lambda delta: [delta],
    ),
    Case(
        lossbook.SmoothL1Loss,
        pair_with("beta", 0.1, 15),
        lambda z, y, beta: huber(z, y, beta) / beta,
        kinks=lambda beta: [beta],
    ),
    Case(
        lossbook.SmoothL1Loss,
        lambda *shape: ({"beta": 0.0}, pair(*shape)),
        lambda z, y, beta: abs(z - y) + beta,
        kinks=lambda beta: [beta],
        label="without a parabola",
    ),
    Case(
        lossbook.QuantileLoss,
        pair_with("quantile", 0.01, 0.99),
        lambda z, y, quantile: max((1 - mp.mpf(quantile)) * (z - y), quantile * (y - z)),
        torch=None,
        kinks=lambda **_: [0.0],
    ),
    Case(
        lossbook.LaplaceNLLLoss,
        pair_with("scale", 0.1, 15),
        lambda z, y, scale: mp.log(2 * mp.mpf(scale)) + abs(z - y) / mp.mpf(scale),
        lambda z, y, scale: (abs(np.log(2 * scale)) + np.abs(z - y) / scale, None),
        lambda torch, z, y, scale: -torch.distributions.Laplace(z, scale).log_prob(y),
        kinks=lambda **_: [0.0],
    ),
    Case(
        lossbook.StudentTNLLLoss,
        lambda rng, shape: (
            {"df": 10 ** rng.uniform(-0.5, 2.5), "scale": rng.uniform(0.1, 15)},
            pair(rng, shape),
        ),
        student,
        lambda z, y, df, scale: (
            (1 + df) * (1 + np.abs(np.log(scale)) + np.log1p(np.abs(z - y))),
            None,
        ),
        lambda torch, z, y, df, scale: (
            -torch.distributions.StudentT(torch.tensor(df, dtype=z.dtype), z, scale).log_prob(y)
        ),
    ),
    *(
        Case(
            lossbook.CrossEntropyLoss,
            draw,
            cross_entropy,
            lambda z, _, weight=None, **__: (
                (1 if weight is None else weight.max()) * (1 + np.ptp(z)),
                1 if weight is None else weight.max(),
            ),
            rows=True,
            count=count,
            least=1,
            label=label,
        )
        for label, draw, count in (
            ("labels", with_labels, labels_count),
            (
                "probabilities",
                with_probabilities,
                lambda z, *_, **__: z.size // z.shape[0 if z.ndim == 1 else 1],
            ),
        )
    ),
    Case(
        lossbook.BCEWithLogitsLoss,
        binary,
        binary_cross_entropy,
        lambda z, _, weight=1, pos_weight=1: (
            weight * np.maximum(pos_weight, 1) * (1 + np.abs(z)),
            weight * np.maximum(pos_weight, 1) + 0 * z,
        ),
    ),
    *(
        Case(
            lossbook.GaussianNLLLoss,
            noisy(var_shape),
            gaussian,
            gaussian_size,
            least=least,
            label=label,
        )
        for label, least, var_shape in (
            ("one variance", 0, lambda _: ()),
            ("one per entry", 0, lambda shape: shape),
            ("one per row", 1, lambda shape: shape[:-1]),
            ("shared along an axis", 1, lambda shape: (1, *shape[1:])),
        )
    ),
    *(
        Case(
            lossbook.PoissonNLLLoss,
            counted(log_input),
            poisson,
            poisson_size,
            poisson_of_torch,
            positive=not log_input,
            label=label,
        )
        for label, log_input in (("logarithms", True), ("rates", False))
    ),
]
