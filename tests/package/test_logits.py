"""The functions of logits: against torch, and on logits of any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import lossbook
from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softmax_jacobian,
    softplus,
)

INF = np.inf
SHAPES = [(1,), (4,), (2, 3), (3, 2, 4), (2, 1, 3, 2)]
IN_BOTH_PRECISIONS = pytest.mark.parametrize(
    ("dtype", "near"), [(np.float64, 1e-12), (np.float32, 1e-5)], ids=["float64", "float32"]
)


def drawn(shape, dtype, seed):
    return np.random.default_rng(seed).uniform(-30, 30, shape).astype(dtype)


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
@IN_BOTH_PRECISIONS
def test_the_functions_of_rows_are_those_of_torch(name, dtype, near):
    torch = pytest.importorskip("torch")
    for seed, shape in enumerate(SHAPES * 4):
        x = drawn(shape, dtype, seed)
        size = 1 + (0 if name == "softmax" else np.abs(x).max())
        for axis in range(-len(shape), len(shape)):
            ours = getattr(lossbook, name)(x, axis=axis)
            theirs = getattr(torch, name)(torch.tensor(x), dim=axis).numpy()
            assert ours.dtype == dtype
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=near * size)


@IN_BOTH_PRECISIONS
def test_sigmoid_and_softplus_are_those_of_torch(dtype, near):
    torch = pytest.importorskip("torch")
    x = np.concatenate([2.5 * drawn((200,), dtype, 0), np.array([0.0, -0.0, 80, -80], dtype)])
    # Both keep their relative precision in the far tail; so does -logsigmoid(-x) in torch.
    for ours, theirs in (
        (sigmoid(x), torch.sigmoid(torch.tensor(x))),
        (softplus(x), -torch.nn.functional.logsigmoid(-torch.tensor(x))),
    ):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=near)
    assert sigmoid(x[0]) == sigmoid(x)[0]


@IN_BOTH_PRECISIONS
def test_the_jacobian_of_softmax_is_that_of_torch(dtype, near):
    torch = pytest.importorskip("torch")
    for seed, size in enumerate([1, 2, 3, 4] * 3):
        x = drawn((size,), dtype, seed)
        theirs = torch.autograd.functional.jacobian(lambda z: z.softmax(0), torch.tensor(x))
        np.testing.assert_allclose(softmax_jacobian(x), theirs.numpy(), rtol=0, atol=near)
        batch = np.stack([x, 2 * x])
        each = np.stack([softmax_jacobian(row) for row in batch])
        np.testing.assert_allclose(softmax_jacobian(batch), each, rtol=1e-6, atol=1e-9)


HUGE = st.floats(-1e300, 1e300)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 4)), elements=HUGE))
def test_any_logits_up_to_1e300(z):
    p, log_p, labels = softmax(z), log_softmax(z), np.zeros(len(z), int)
    for result in (p, log_p, logsumexp(z), softmax_jacobian(z), sigmoid(z), softplus(z)):
        assert np.isfinite(result).all()
    assert (log_p <= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax_jacobian(z).sum(axis=-1), 0, atol=1e-14)
    for reduction in ("none", "mean"):
        for loss, target in (
            (CrossEntropyLoss(reduction=reduction, label_smoothing=0.1), labels),
            (CrossEntropyLoss(reduction=reduction, label_smoothing=0.1), p),
            (BCEWithLogitsLoss(reduction=reduction), p),
        ):
            assert np.isfinite(loss(z, target)).all()
            assert np.isfinite(loss.backward()).all()


@given(hnp.arrays(np.float64, (2, 3), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_no_logits_whatever_cause_a_warning_or_are_modified(z):
    before = z.copy()
    for function in (softmax, log_softmax, logsumexp, sigmoid, softplus):
        function(z)
    for function in (softmax, log_softmax, logsumexp):
        function(z, axis=0)
    with np.errstate(invalid="ignore"):
        softmax_jacobian(z)
    np.testing.assert_array_equal(z, before)


def test_a_gap_that_is_not_representable_is_infinite_without_a_warning():
    z = np.array([1.7e308, -1.7e308])
    assert log_softmax(z).tolist() == [0, -INF]
    assert softmax(z).tolist() == [1, 0]
    assert logsumexp(z) == 1.7e308


def test_logsumexp_of_infinities():
    assert logsumexp([-INF, -INF]) == -INF
    assert logsumexp([INF, 1.0]) == INF
    assert logsumexp([INF, INF]) == INF


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_precision_in_is_precision_out(dtype):
    one = dtype(1)
    for function in (sigmoid, softplus):
        assert function(one).dtype == dtype
    for function in (softmax, log_softmax, logsumexp, softmax_jacobian):
        assert function(np.array([one, 2 * one])).dtype == dtype


def test_integers_are_promoted():
    assert softmax(np.array([1, 0, 1], np.int8)).dtype == np.float64
