"""Equal to torch.nn, in value and in gradient, for every option on drawn inputs.

What "equal to 1e-12" is relative to: two correct programs that add and subtract the same numbers
in another order differ by a few roundings *of those numbers*, and where they cancel that is more
than any share of the result.  So each comparison names its scale.  For the losses of a residual
nothing cancels, and the scale is the result itself, entry by entry.  A cross-entropy and its
gradient are made from logits minus logits and from probabilities: the scale is the weight of the
entry times 1, plus the result.  (torch rounds log p at 1 even where it is tiny; test_accuracy.py
shows who is right there.)  A Gaussian log-likelihood is the sum of two terms of either sign: the
scale is the sum of their sizes.
"""

import inspect

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.special import gammaln

import lossbook
from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    PoissonNLLLoss,
    SmoothL1Loss,
)

RELATIVE = {np.float64: 1e-12, np.float32: 1e-5}
DTYPES = st.sampled_from([np.float64, np.float32])
REDUCTIONS = st.sampled_from(["none", "sum", "mean"])
SIDE = st.integers(1, 4)


def shapes(least_axes):
    """(), (N,), (N, C), (N, C, d1) and (N, C, d1, d2), from `least_axes` on."""
    return st.integers(least_axes, 4).flatmap(lambda axes: st.tuples(*[SIDE] * axes))


def numbers(dtype, low, high):
    """Floats of this precision from a range; small ones are not made so small as to underflow."""
    width = np.finfo(dtype).bits
    low, high = float(dtype(low)), float(dtype(high))
    floats = st.floats(low, high, width=width, allow_subnormal=False)
    return floats.map(lambda x: 0.0 if abs(x) < 1e-6 else x)


def arrays(dtype, shape, low=-30.0, high=30.0):
    return hnp.arrays(dtype, shape, elements=numbers(dtype, low, high))


def upstreams(draw, dtype, reduction, shape):
    """A number, or under "none" now and then a number for each entry."""
    if reduction == "none" and draw(st.booleans()):
        return draw(arrays(dtype, shape, -3, 3))
    return draw(numbers(dtype, -3, 3))


def leaf(array):
    return torch.tensor(array, requires_grad=True)


def torch_backward(value, upstream):
    """Go back from torch's value; a number counts for every entry, as it does in lossbook."""
    value.backward(torch.as_tensor(upstream, dtype=value.dtype).expand(value.shape))


def assert_close(ours, theirs, scale, dtype):
    theirs = theirs.detach().numpy()
    assert ours.dtype == dtype == theirs.dtype
    assert ours.shape == theirs.shape
    excess = np.abs(np.float64(ours) - theirs) - RELATIVE[dtype] * np.asarray(scale, np.float64)
    assert (excess <= 0).all(), f"{ours}\n{theirs}\nexceeds by {excess.max()}"


def share(reduction, upstream, count):
    """The size of what stands before the slope of an entry."""
    return np.abs(upstream) / (count if reduction == "mean" else 1)


@given(st.data())
@pytest.mark.parametrize("name", ["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss"])
def test_losses_of_a_residual(name, data):
    draw = data.draw
    dtype, reduction, shape = draw(DTYPES), draw(REDUCTIONS), draw(shapes(0))
    prediction, target = draw(arrays(dtype, shape)), draw(arrays(dtype, shape))
    upstream = upstreams(draw, dtype, reduction, shape)
    turns = draw(st.floats(0.1, 40))
    options = {"HuberLoss": {"delta": turns}, "SmoothL1Loss": {"beta": turns}}.get(name, {})
    loss = getattr(lossbook, name)(reduction=reduction, **options)
    referee = getattr(torch.nn, name)(reduction=reduction, **options)

    value = loss(prediction, target)
    z = leaf(prediction)
    expected = referee(z, torch.tensor(target))
    torch_backward(expected, upstream)
    # Squares of residuals near 1e-6 and a hundred or so entries: no underflow, no cancellation.
    assert_close(value, expected, np.abs(expected.detach().numpy()), dtype)
    assert_close(loss.backward(upstream), z.grad, np.abs(z.grad.numpy()), dtype)


@st.composite
def classification(draw, probabilities):
    """Everything a cross-entropy takes."""
    dtype, reduction, axes = draw(DTYPES), draw(REDUCTIONS), draw(st.integers(1, 4))
    shape = draw(st.tuples(*[SIDE] * axes))
    axis = 0 if axes == 1 else 1
    classes, table = shape[axis], shape[:axis] + shape[axis + 1 :]
    weight = draw(st.none() | arrays(dtype, (classes,), 0, 3))
    if probabilities:
        share = draw(arrays(np.float64, shape, 0, 1))
        total = share.sum(axis=axis, keepdims=True)
        target = np.where(total > 0, share / np.where(total > 0, total, 1), 1 / classes)
        target = target.astype(dtype)
        ignore_index = -100
    else:
        ignore_index = draw(st.sampled_from([-100, -1, 0, 1, 7]))
        labels = st.integers(0, classes - 1) | st.just(ignore_index)
        target = draw(hnp.arrays(np.int64, table, elements=labels))
    return {
        "dtype": dtype,
        "logits": draw(arrays(dtype, shape)),
        "target": target,
        "upstream": upstreams(draw, dtype, reduction, table),
        "options": {
            "weight": weight,
            "ignore_index": ignore_index,
            "reduction": reduction,
            "label_smoothing": draw(st.just(0.0) | st.floats(0, 1)),
        },
    }


def compare_cross_entropy(dtype, logits, target, upstream, options, count):
    loss = CrossEntropyLoss(**options)
    weight = options["weight"]
    referee = torch.nn.CrossEntropyLoss(
        **options | {"weight": None if weight is None else torch.tensor(weight)}
    )
    value = loss(logits, target)
    z = leaf(logits)
    expected = referee(z, torch.tensor(target))
    torch_backward(expected, upstream)

    heaviest = 1.0 if weight is None else weight.max()
    reduction = options["reduction"]
    entries = logits.size // logits.shape[0 if logits.ndim == 1 else 1]
    spread = {"none": 1, "sum": entries, "mean": entries / count}[reduction]
    scale = spread * heaviest * (1 + logits.max() - logits.min())
    assert_close(value, expected, scale, dtype)
    factor = share(reduction, upstream, count)
    if np.ndim(factor):
        factor = np.expand_dims(factor, 0 if logits.ndim == 1 else 1)
    # Where a whole row is multiplied by 0 both gradients are 0, to the last bit.
    assert_close(loss.backward(upstream), z.grad, heaviest * factor, dtype)


@given(classification(probabilities=False))
def test_cross_entropy_of_labels(case):
    options, target = case["options"], case["target"]
    counts = target != options["ignore_index"]
    weight = options["weight"]
    weight = np.ones(100) if weight is None else weight
    count = float(weight[np.where(counts, target, 0)][counts].sum())
    if options["reduction"] == "mean":
        assume(count > 0)  # torch's NaN; an error here, see test_errors.py
    compare_cross_entropy(**case, count=count or 1.0)


@given(classification(probabilities=True))
def test_cross_entropy_of_probabilities(case):
    rows = case["logits"].size // case["logits"].shape[0 if case["logits"].ndim == 1 else 1]
    compare_cross_entropy(**case, count=rows)


def broadcastable(draw, dtype, shape):
    """None, or weights of some shape that broadcasts to `shape`."""
    if draw(st.booleans()):
        return None
    kept = draw(st.integers(0, len(shape)))
    ones = draw(st.tuples(*[st.booleans()] * kept))
    tail = shape[len(shape) - kept :]
    tail = tuple(1 if one else side for one, side in zip(ones, tail, strict=True))
    return draw(arrays(dtype, tail, 0, 3))


@given(st.data())
def test_binary_cross_entropy(data):
    draw = data.draw
    dtype, reduction, shape = draw(DTYPES), draw(REDUCTIONS), draw(shapes(0))
    logits = draw(arrays(dtype, shape, -90, 90))
    target = draw(arrays(dtype, shape, 0, 1))
    upstream = upstreams(draw, dtype, reduction, shape)
    options = {key: broadcastable(draw, dtype, shape) for key in ("weight", "pos_weight")}
    loss = BCEWithLogitsLoss(reduction=reduction, **options)
    tensors = {k: None if v is None else torch.tensor(v) for k, v in options.items()}
    referee = torch.nn.BCEWithLogitsLoss(reduction=reduction, **tensors)

    value = loss(logits, target)
    z = leaf(logits)
    expected = referee(z, torch.tensor(target))
    torch_backward(expected, upstream)
    weight = 1.0 if options["weight"] is None else options["weight"]
    pos_weight = 1.0 if options["pos_weight"] is None else options["pos_weight"]
    heavy = np.broadcast_to(weight * np.maximum(pos_weight, 1), shape)
    table = heavy * (1 + np.abs(logits))
    scale = {"none": table, "sum": table.sum(), "mean": table.mean()}[reduction]
    assert_close(value, expected, scale, dtype)
    factor = share(reduction, upstream, logits.size)
    assert_close(loss.backward(upstream), z.grad, heavy * factor, dtype)


@given(st.data())
@pytest.mark.parametrize("form", ["number", "per entry", "per row", "shared along an axis"])
def test_gaussian_nll(form, data):
    draw = data.draw
    dtype, reduction = draw(DTYPES), draw(REDUCTIONS)
    shape = draw(shapes(0 if form in ("number", "per entry") else 1))
    prediction, target = draw(arrays(dtype, shape)), draw(arrays(dtype, shape))
    upstream = upstreams(draw, dtype, reduction, shape)
    eps = draw(st.sampled_from([1e-6, 1e-3, 0.5]))
    options = {"full": draw(st.booleans()), "eps": eps, "reduction": reduction}
    var_shape = {"number": (), "per entry": shape, "per row": shape[:-1]}.get(form)
    if var_shape is None:
        axis = draw(st.integers(0, len(shape) - 1))
        var_shape = (*shape[:axis], 1, *shape[axis + 1 :])
    var = draw(arrays(dtype, var_shape, 1e-4, 50))

    loss, referee = GaussianNLLLoss(**options), torch.nn.GaussianNLLLoss(**options)
    value = loss(prediction, target, float(var) if form == "number" else var)
    z, v = leaf(prediction), leaf(var)
    # torch gives a number no gradient; spread over the entries, it gets the sum of theirs.
    expected = referee(z, torch.tensor(target), v.expand(shape) if form == "number" else v)
    torch_backward(expected, upstream)

    clamped = np.maximum(np.float64(var), eps)
    if form == "per row":
        clamped = clamped[..., None]
    square = (np.float64(prediction) - target) ** 2 / clamped
    table = np.abs(np.log(clamped)) + square + 1
    scale = {"none": table, "sum": table.sum(), "mean": table.mean()}[reduction]
    assert_close(value, expected, scale, dtype)
    if form == "number":
        assert_close(value, referee(z, torch.tensor(target), float(var)), scale, dtype)

    factor = share(reduction, upstream, prediction.size)
    assert_close(loss.backward(upstream), z.grad, factor * np.sqrt(square / clamped), dtype)
    terms = torch.tensor(np.broadcast_to(factor * (1 + square) / clamped, shape))
    summed = terms.sum(-1) if form == "per row" else terms.sum_to_size(var.shape)
    assert_close(loss.backward_var(upstream), v.grad, summed.numpy(), dtype)


@given(st.data())
@pytest.mark.parametrize("log_input", [True, False])
def test_poisson_nll(log_input, data):
    draw = data.draw
    dtype, reduction, shape = draw(DTYPES), draw(REDUCTIONS), draw(shapes(0))
    prediction = draw(arrays(dtype, shape, -5, 5) if log_input else arrays(dtype, shape, 1e-3, 50))
    target = draw(arrays(dtype, shape, 0, 40) | arrays(dtype, shape, 0, 3).map(np.round))
    upstream = upstreams(draw, dtype, reduction, shape)
    full = draw(st.booleans())
    # torch adds eps to every rate, we guard with it: equal where it is 0.
    options = {"log_input": log_input, "full": full, "reduction": reduction, "eps": 0.0}
    loss, referee = PoissonNLLLoss(**options), torch.nn.PoissonNLLLoss(**options)

    value = loss(prediction, target)
    z = leaf(prediction)
    expected = referee(z, torch.tensor(target))
    torch_backward(expected, upstream)
    rate = np.exp(np.float64(prediction)) if log_input else np.float64(prediction)
    table = rate + target * np.abs(np.log(rate)) + target**2 + 1
    scale = {"none": table, "sum": table.sum(), "mean": table.mean()}[reduction]
    if full:  # log y! here, Stirling's approximation of it there, and 0 up to y = 1
        y = np.maximum(np.float64(target), 1e-300)
        stirling = y * np.log(y) - y + np.log(2 * np.pi * y) / 2
        gap = gammaln(target + 1.0) - np.where(target > 1, stirling, 0)
        gap = torch.tensor(np.asarray(gap, dtype))
        expected = expected + {"none": gap, "sum": gap.sum(), "mean": gap.mean()}[reduction]
    assert_close(value, expected, scale, dtype)
    slope = rate + target if log_input else 1 + target / rate
    assert_close(
        loss.backward(upstream), z.grad, share(reduction, upstream, rate.size) * slope, dtype
    )


def test_the_guard_of_poisson_changes_nothing_above_it():
    rates, counts = [1e-7, 0.5, 3.0], [1.0, 0.0, 2.0]
    value = PoissonNLLLoss(log_input=False, eps=1e-8)(rates, counts)
    assert value == PoissonNLLLoss(log_input=False, eps=0)(rates, counts)
    theirs = torch.nn.PoissonNLLLoss(log_input=False, eps=1e-8)
    added = theirs(torch.tensor(rates), torch.tensor(counts)).item()
    assert added == pytest.approx(value - np.log(1.1) / 3, abs=1e-6)


def test_poisson_with_its_constant_is_the_log_probability():
    counts = np.arange(200.0)
    z = np.linspace(-3, 6, 200)
    value = PoissonNLLLoss(full=True, reduction="none")(z, counts)
    np.testing.assert_allclose(value, -stats.poisson.logpmf(counts, np.exp(z)), rtol=1e-12)
    rates = PoissonNLLLoss(log_input=False, full=True, reduction="none")(np.exp(z), counts)
    np.testing.assert_allclose(rates, value, rtol=1e-12)


@given(st.data())
@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
def test_functions_of_logits(name, data):
    draw = data.draw
    dtype, shape = draw(DTYPES), draw(shapes(1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    x = draw(arrays(dtype, shape))
    ours = getattr(lossbook, name)(x, axis=axis)
    theirs = getattr(torch, name)(torch.tensor(x), dim=axis)
    assert_close(ours, theirs, 1 + (0 if name == "softmax" else np.abs(x).max()), dtype)


@given(st.data())
def test_sigmoid_and_softplus(data):
    dtype = data.draw(DTYPES)
    x = data.draw(arrays(dtype, data.draw(shapes(0)), -80, 80))
    # Both keep their relative precision in the far tail; so does -logsigmoid(-x) in torch.
    theirs = torch.sigmoid(torch.tensor(x))
    assert_close(lossbook.sigmoid(x), theirs, theirs.numpy(), dtype)
    theirs = -torch.nn.functional.logsigmoid(-torch.tensor(x))
    assert_close(lossbook.softplus(x), theirs, theirs.numpy(), dtype)


@given(st.data())
def test_softmax_jacobian(data):
    dtype = data.draw(DTYPES)
    x = data.draw(arrays(dtype, data.draw(st.tuples(SIDE))))
    theirs = torch.autograd.functional.jacobian(lambda z: z.softmax(0), torch.tensor(x))
    assert_close(lossbook.softmax_jacobian(x), theirs, 1, dtype)
    batch = np.stack([x, 2 * x])
    each = np.stack([lossbook.softmax_jacobian(row) for row in batch])
    np.testing.assert_allclose(lossbook.softmax_jacobian(batch), each, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    "ours",
    [
        MSELoss,
        L1Loss,
        HuberLoss,
        CrossEntropyLoss,
        BCEWithLogitsLoss,
        GaussianNLLLoss,
        PoissonNLLLoss,
        SmoothL1Loss,
    ],
)
def test_names_and_defaults_are_those_of_torch(ours):
    def options(cls):
        parameters = inspect.signature(cls).parameters
        old = ("size_average", "reduce")  # torch has given these up, and they are not here
        return [(k, p.kind, p.default) for k, p in parameters.items() if k not in old]

    assert options(ours) == options(getattr(torch.nn, ours.__name__))
