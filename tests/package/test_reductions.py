"""Whose mean?  The value and the factor on the gradient, for every reduction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HuberLoss,
    L1Loss,
    LaplaceNLLLoss,
    MSELoss,
    PoissonNLLLoss,
    QuantileLoss,
    SmoothL1Loss,
    StudentTNLLLoss,
)
from lossbook.reduction import REDUCTIONS, gradient_factor, reduce

X = np.array([[0.5, -1.0, 2.0], [2.0, 3.0, 0.25]])
Y = np.array([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]])
LABELS = np.array([2, 1])
WEIGHT = np.array([1.0, 2.0, 5.0])
# What is lost, and how many entries the mean is over: N·C = 6, N = 2, or the weights' sum.
CASES = pytest.mark.parametrize(
    ("cls", "options", "arguments", "count"),
    [
        (MSELoss, {}, (X, Y), 6),
        (L1Loss, {}, (X, Y), 6),
        (HuberLoss, {}, (X, Y), 6),
        (SmoothL1Loss, {}, (X, Y), 6),
        (QuantileLoss, {"quantile": 0.2}, (X, Y), 6),
        (LaplaceNLLLoss, {}, (X, Y), 6),
        (StudentTNLLLoss, {}, (X, Y), 6),
        (BCEWithLogitsLoss, {}, (X, Y), 6),
        (BCEWithLogitsLoss, {"weight": WEIGHT}, (X, Y), 6),
        (GaussianNLLLoss, {}, (X, Y, 2.0), 6),
        (PoissonNLLLoss, {"full": True}, (X, Y), 6),
        (CrossEntropyLoss, {}, (X, LABELS), 2),
        (CrossEntropyLoss, {}, (X, Y), 2),
        (CrossEntropyLoss, {"ignore_index": 1}, (X, LABELS), 1),
        (CrossEntropyLoss, {"weight": WEIGHT}, (X, LABELS), 7),
        (CrossEntropyLoss, {"weight": WEIGHT}, (X, Y), 2),
        (CrossEntropyLoss, {"weight": WEIGHT, "ignore_index": 1}, (X, LABELS), 5),
        (CrossEntropyLoss, {"weight": WEIGHT, "label_smoothing": 0.3}, (X, LABELS), 7),
    ],
)


@CASES
def test_sum_and_mean_are_the_sum_of_none(cls, options, arguments, count):
    losses = {r: cls(reduction=r, **options) for r in REDUCTIONS}
    values = {r: loss(*arguments) for r, loss in losses.items()}
    assert values["sum"] == pytest.approx(values["none"].sum(), rel=1e-14)
    assert values["mean"] == pytest.approx(values["none"].sum() / count, rel=1e-14)
    each = losses["none"].backward()
    np.testing.assert_allclose(losses["sum"].backward(), each, rtol=1e-14)
    np.testing.assert_allclose(losses["mean"].backward(), each / count, rtol=1e-14)


@CASES
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_the_gradient_is_linear_in_upstream(cls, options, arguments, count, reduction):
    del count
    loss = cls(reduction=reduction, **options)
    shape = np.shape(loss(*arguments))
    once = loss.backward()
    np.testing.assert_allclose(loss.backward(-2.5), -2.5 * once, rtol=1e-14)
    assert not loss.backward(0).any()
    if reduction == "none":
        upstream = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
        spread = upstream if once.shape == shape else upstream[:, None]
        np.testing.assert_allclose(loss.backward(upstream.tolist()), spread * once, rtol=1e-14)


def test_weighted_labels_and_the_same_labels_as_probabilities_have_two_means():
    """Labels divide by the sum of their weights, probabilities by N; as in torch."""
    loss = CrossEntropyLoss(weight=WEIGHT)
    by_label, by_row = loss(X, LABELS), loss(X, np.eye(3)[LABELS])
    assert by_row / by_label == pytest.approx((WEIGHT[2] + WEIGHT[1]) / 2)


def test_an_ignored_sample_counts_for_nothing():
    loss = CrossEntropyLoss(ignore_index=1, label_smoothing=0.1)
    alone = CrossEntropyLoss(label_smoothing=0.1)(X[:1], LABELS[:1])
    assert loss(X, LABELS) == pytest.approx(alone, rel=1e-15)
    gradient = loss.backward()
    assert not gradient[1].any()
    assert gradient[0].any()


TABLES = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6)
)


@given(TABLES)
def test_reduce(table):
    np.testing.assert_array_equal(reduce(table, "none"), table)
    total = table.ravel().tolist()
    near = {"rel": 1e-12, "abs": 1e-12 * float(np.abs(table).sum())}
    assert reduce(table, "sum") == pytest.approx(sum(total), **near)
    assert reduce(table, "mean") == pytest.approx(sum(total) / len(total), **near)
    assert reduce(table, "mean", 3.0) == pytest.approx(sum(total) / 3, **near)
    # A count belongs to "mean" alone.
    assert reduce(table, "sum", 3.0) == reduce(table, "sum")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_reduce_keeps_the_precision(dtype):
    table = np.ones((2, 3), dtype)
    for reduction in REDUCTIONS:
        assert reduce(table, reduction, 6.0).dtype == dtype
        assert gradient_factor(reduction, 0.5, table, 6.0).dtype == dtype


def test_a_sum_that_overflows_is_divided_first():
    table = np.full(4, 1e308)
    assert reduce(table, "sum") == np.inf
    assert reduce(table, "mean") == 1e308
    assert reduce(table, "mean", 8.0) == 5e307
    assert reduce(np.array([np.inf, 1.0]), "mean") == np.inf
    assert np.isnan(reduce(np.array([np.nan, 1.0]), "mean"))


def test_the_factor():
    table = np.ones((2, 2))
    assert gradient_factor("sum", 3, table, 4) == 3
    assert gradient_factor("mean", 3, table, 4) == 0.75
    assert gradient_factor("none", 3, table, 4) == 3
    each = [[1.0, 2.0], [3.0, 4.0]]
    assert gradient_factor("none", each, table, 4).tolist() == each
