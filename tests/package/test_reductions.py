"""Whose mean?  The value and the factor on the gradient, for every reduction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lossbook import (
    CrossEntropyLoss,
)
from lossbook.reduction import REDUCTIONS, gradient_factor, reduce

X = np.array([[0.5, -1.0, 2.0], [2.0, 3.0, 0.25]])
Y = np.array([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]])
LABELS = np.array([2, 1])
WEIGHT = np.array([1.0, 2.0, 5.0])


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
