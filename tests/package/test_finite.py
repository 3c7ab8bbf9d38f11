"""Finite in, finite out, wherever the true result can be represented; and no warning on the way.

pytest turns every warning into an error (pyproject.toml); here that is set once more, so that the
file says what it means.
"""

import mpmath
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
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softmax_jacobian,
    softplus,
)
from lossbook.base import Loss

pytestmark = pytest.mark.filterwarnings("error")
INF = np.inf
HUGE = st.floats(-1e300, 1e300)
OF_A_RESIDUAL = [
    L1Loss,
    HuberLoss,
    SmoothL1Loss,
    QuantileLoss,
    LaplaceNLLLoss,
    StudentTNLLLoss,
]


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 4)), elements=HUGE))
def test_any_logits_up_to_1e300(z):
    p, log_p, labels = softmax(z), log_softmax(z), np.zeros(len(z), int)
    for result in (p, log_p, logsumexp(z), softmax_jacobian(z), sigmoid(z), softplus(z)):
        assert np.isfinite(result).all()
    assert (log_p <= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax_jacobian(z).sum(axis=-1), 0, atol=1e-14)
    for reduction in ("none", "mean"):
        for target in (labels, p):
            loss = CrossEntropyLoss(reduction=reduction, label_smoothing=0.1)
            assert np.isfinite(loss(z, target)).all()
            assert np.isfinite(loss.backward()).all()
        loss = BCEWithLogitsLoss(reduction=reduction)
        assert np.isfinite(loss(z, p)).all()
        assert np.isfinite(loss.backward()).all()


@given(hnp.arrays(np.float64, (2, 3), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_no_logits_whatever_cause_a_warning(z):
    for function in (softmax, log_softmax, logsumexp, sigmoid, softplus):
        function(z)


def test_a_gap_that_is_not_representable_is_infinite_without_a_warning():
    z = np.array([1.7e308, -1.7e308])
    assert log_softmax(z).tolist() == [0, -INF]
    assert softmax(z).tolist() == [1, 0]
    assert logsumexp(z) == 1.7e308


@pytest.mark.parametrize("cls", [MSELoss, *OF_A_RESIDUAL, GaussianNLLLoss])
def test_infinite_numbers_cause_no_warning(cls):
    loss = cls(reduction="sum")
    rest = (1.0,) if cls is GaussianNLLLoss else ()
    for prediction, target in [(INF, INF), (INF, 0.0), (np.nan, 0.0), (1.7e308, -1.7e308)]:
        loss([prediction, 0.0], [target, 0.0], *rest)
        for upstream in (1.0, 0.0):
            assert loss.backward(upstream)[1] == 0
            if rest:
                loss.backward_var(upstream)


def test_huge_logits_give_the_exact_answers():
    z = np.array([[1e300, -1e300], [1e300, -1e300]])
    loss = CrossEntropyLoss(reduction="none")
    assert loss(z, [0, 1]).tolist() == [0, 2e300]
    assert loss.backward().tolist() == [[0, 0], [1, -1]]
    loss = BCEWithLogitsLoss(reduction="none")
    assert loss(z, [[1, 1], [0, 0]]).tolist() == [[0, 1e300], [1e300, 0]]
    assert loss.backward().tolist() == [[0, -1], [1, 0]]


@pytest.mark.parametrize("logit", [40.0, 800.0, 1e300])
def test_saturated_targets(logit):
    loss = BCEWithLogitsLoss(reduction="none")
    value = loss([logit, -logit, logit, -logit], [1, 0, 0, 1])
    small = np.exp(-logit)
    np.testing.assert_allclose(value, [small, small, logit, logit], rtol=1e-15)
    # The gradient of a right answer is tiny, not 0: sigmoid(-z) is formed, not 1 - sigmoid(z).
    np.testing.assert_allclose(loss.backward(), [-small, small, 1, -1], rtol=1e-15)


def test_minus_infinity_masks_a_class():
    z = np.array([[1.0, -INF, 2.0], [-INF, 5.0, -INF]])
    p = softmax(z)
    assert p[0, 1] == 0
    assert p[1].tolist() == [0, 1, 0]
    np.testing.assert_allclose(p[0, ::2], softmax(z[0, ::2]), rtol=1e-15)
    assert logsumexp(z).tolist() == [logsumexp([1.0, 2.0]), 5]
    assert log_softmax(z)[1].tolist() == [-INF, 0, -INF]
    assert np.isfinite(softmax_jacobian(z)).all()
    for target in ([2, 1], [[0.3, 0, 0.7], [0, 1, 0]]):
        loss = CrossEntropyLoss()
        assert np.isfinite(loss(z, target))
        gradient = loss.backward()
        assert np.isfinite(gradient).all()
        assert gradient[0, 1] == gradient[1, 0] == gradient[1, 2] == 0


def test_a_masked_class_that_is_the_target_costs_infinitely_much():
    loss = CrossEntropyLoss()
    assert loss([-INF, 0.0], 0) == INF
    assert loss.backward().tolist() == [-1, 1]


def test_a_weight_of_zero_silences_a_masked_class():
    loss = CrossEntropyLoss(weight=[0, 1], label_smoothing=0.5)
    assert loss([-INF, 0.0], 1) == 0


def test_infinite_logits_in_the_binary_case():
    loss = BCEWithLogitsLoss(reduction="none")
    assert loss([-INF, INF], [0, 1]).tolist() == [0, 0]
    assert loss.backward().tolist() == [0, 0]
    assert loss([-INF, INF], [1, 0]).tolist() == [INF, INF]
    assert loss.backward().tolist() == [-1, 1]


def test_logsumexp_of_infinities():
    assert logsumexp([-INF, -INF]) == -INF
    assert logsumexp([INF, 1.0]) == INF
    assert logsumexp([INF, INF]) == INF


def name(value):
    return repr(value) if isinstance(value, Loss) else ""


@pytest.mark.parametrize(
    ("loss", "arguments", "true"),
    [
        (MSELoss(), ([1.2e154] * 4, [0.0] * 4), 1.44e308),
        (L1Loss(), ([1.5e308] * 4, [0.0] * 4), 1.5e308),
        (HuberLoss(delta=10), ([1e307] * 4, [0.0] * 4), 1e308),
        (SmoothL1Loss(beta=10), ([1.5e308] * 4, [0.0] * 4), 1.5e308),
        (QuantileLoss(quantile=0.2), ([1.5e308] * 4, [0.0] * 4), 1.2e308),
        (LaplaceNLLLoss(scale=10), ([1.5e308] * 20, [0.0] * 20), 1.5e307),
        (CrossEntropyLoss(), ([[8e307, -8e307]] * 4, [1] * 4), 1.6e308),
        (CrossEntropyLoss(weight=[1, 0.5]), ([[8e307, -8e307]] * 4, [1] * 4), 1.6e308),
        (BCEWithLogitsLoss(), ([1e308] * 4, [0.0] * 4), 1e308),
        (GaussianNLLLoss(), ([1.3e154] * 4, [0.0] * 4, 1.0), 0.845e308),
        (PoissonNLLLoss(), ([-1e154] * 4, [1.7e154] * 4), 1.7e308),
        (PoissonNLLLoss(log_input=False), ([1.7e308] * 4, [0.0] * 4), 1.7e308),
    ],
    ids=name,
)
def test_a_sum_that_overflows_where_the_mean_does_not(loss, arguments, true):
    assert loss(*arguments) == pytest.approx(true, rel=1e-14)
    gradient = loss.backward()
    assert np.isfinite(gradient).all()
    loss.reduction = "sum"
    assert loss(*arguments) == INF  # true: the sum is not representable


@pytest.mark.parametrize(
    ("loss", "arguments"),
    [
        (MSELoss(), ([1e300], [0.0])),
        (MSELoss(reduction="sum"), ([1.7e308], [-1.7e308])),
        (MSELoss(reduction="sum"), ([1e308], [0.0])),
        (L1Loss(reduction="none"), ([1.7e308], [-1.7e308])),
        (HuberLoss(delta=1e200), ([1e300], [0.0])),
        (GaussianNLLLoss(), ([1e305], [0.0], 1e-6)),
        (PoissonNLLLoss(), ([710.0], [1.0])),
        (PoissonNLLLoss(full=True), ([1e300], [1e300])),
        (PoissonNLLLoss(log_input=False, eps=0), ([0.0], [1.0])),
        (BCEWithLogitsLoss(pos_weight=1e10), ([-1e300], [1.0])),
        (CrossEntropyLoss(weight=[1, 1e10], reduction="sum"), ([[1e300, -1e300]], [1])),
    ],
    ids=name,
)
def test_what_is_not_representable_is_infinite_without_a_warning(loss, arguments):
    assert np.all(loss(*arguments) == INF)
    assert not np.isnan(loss.backward()).any()
    if isinstance(loss, GaussianNLLLoss):
        assert loss.backward_var() == -INF


def test_the_variance_may_be_huge_or_tiny():
    loss = GaussianNLLLoss(eps=1e-300)
    assert loss([1e150], [0.0], 1e300) == pytest.approx((np.log(1e300) + 1) / 2)
    assert loss([1e-150], [0.0], 1e-300) == pytest.approx((np.log(1e-300) + 1) / 2)
    # r**2 / v = 1e350 does not fit, r**2 / v**2 = 1e100 does.
    loss([1e300], [0.0], 1e250)
    assert loss.backward_var() == pytest.approx(-5e99)
    assert loss.backward().tolist() == pytest.approx([1e50])


def test_counts_as_large_as_floats_can_be():
    """Both terms overflow; their difference may be finite, or infinite with either sign."""
    loss = PoissonNLLLoss(reduction="none")
    z, y = [709.7, 710.0, 720.0, -1e300], [2.5e305, 1.7e308, 1e306, 1e300]
    true = [float(mpmath.exp(a) - mpmath.mpf(b) * mpmath.mpf(a)) for a, b in zip(z, y, strict=True)]
    assert loss(z, y).tolist() == pytest.approx(true, rel=1e-13)
    assert true[1:] == [-INF, INF, INF]
    assert np.isfinite(PoissonNLLLoss(full=True)([705.0], [1e306]))
    assert loss.backward().tolist() == [np.exp(709.7) - 2.5e305, INF, INF, -1e300]


@given(
    hnp.arrays(np.float64, 4, elements=HUGE),
    hnp.arrays(np.float64, 4, elements=st.floats(0, 1e308)),
    st.booleans(),
    st.booleans(),
)
def test_finite_counts_never_give_nan(z, y, log_input, full):
    z = z if log_input else np.abs(z)
    loss = PoissonNLLLoss(log_input, full, reduction="none")
    assert not np.isnan(loss(z, y)).any()
    assert not np.isnan(loss.backward()).any()


def test_a_rate_of_zero():
    unguarded = PoissonNLLLoss(log_input=False, eps=0, reduction="none")
    assert unguarded([0.0, 0.0], [0.0, 1.0]).tolist() == [0, INF]  # nothing counted: no surprise
    assert unguarded.backward().tolist() == [1, -INF]
    guarded = PoissonNLLLoss(log_input=False, reduction="none")
    assert guarded([0.0, 0.0], [0.0, 1.0]).tolist() == [0, -np.log(1e-8)]
    assert guarded.backward().tolist() == pytest.approx([1, 1 - 1e8])
    masked = PoissonNLLLoss(reduction="none")
    assert masked([-INF, -INF], [0, 1]).tolist() == [0, INF]
    assert masked.backward().tolist() == [0, -1]


def losses():
    """One case of every loss and every option that takes an array: (loss, arrays)."""
    x = np.linspace(-2, 3, 6).reshape(2, 3)
    y = np.full((2, 3), 1 / 3)
    labels = np.array([2, 0])
    weight = np.array([0.5, 1.0, 2.0])
    return [
        (MSELoss, {}, (x, y)),
        (L1Loss, {}, (x, y)),
        *((cls, {}, (x, y)) for cls in OF_A_RESIDUAL[1:]),
        (CrossEntropyLoss, {"weight": weight, "label_smoothing": 0.1}, (x, labels)),
        (CrossEntropyLoss, {"weight": weight}, (x, y)),
        (BCEWithLogitsLoss, {"weight": weight, "pos_weight": weight}, (x, y)),
        (GaussianNLLLoss, {"full": True}, (x, y, y)),
        (GaussianNLLLoss, {}, (x, y, y[:, 0])),
        (GaussianNLLLoss, {"eps": 1.0}, (x, y, y)),
        (PoissonNLLLoss, {"full": True}, (x, y)),
        (PoissonNLLLoss, {"log_input": False, "eps": 1.0}, (x + 2, y)),
    ]


CASES = pytest.mark.parametrize(("cls", "options", "arguments"), losses())
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])


def all_results(loss, arguments):
    results = [loss(*arguments), loss.backward(0.5)]
    if isinstance(loss, GaussianNLLLoss):
        results.append(loss.backward_var(0.5))
    return results


@CASES
@REDUCTIONS
def test_inputs_are_never_modified(cls, options, arguments, reduction):
    arrays = [*arguments, *(v for v in options.values() if isinstance(v, np.ndarray))]
    before = [array.copy() for array in arrays]
    all_results(cls(reduction=reduction, **options), arguments)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(hnp.arrays(np.float64, (3, 2), elements=st.floats(allow_nan=False)), st.sampled_from([0, 1]))
def test_functions_never_modify_their_argument(x, axis):
    before = x.copy()
    for function in (softmax, log_softmax, logsumexp):
        function(x, axis=axis)
    for function in (sigmoid, softplus, softmax_jacobian):
        with np.errstate(invalid="ignore"):
            function(x)
    np.testing.assert_array_equal(x, before)


@CASES
@REDUCTIONS
def test_read_only_arrays_and_lists_are_taken(cls, options, arguments, reduction):
    def frozen(array):
        array = array.copy()
        array.flags.writeable = False
        return array

    expected = all_results(cls(reduction=reduction, **options), arguments)
    for form in (frozen, np.ndarray.tolist, np.asfortranarray):
        changed = {k: form(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        results = all_results(cls(reduction=reduction, **changed), [form(a) for a in arguments])
        for result, wanted in zip(results, expected, strict=True):
            np.testing.assert_allclose(result, wanted, rtol=1e-14)


@CASES
@REDUCTIONS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_in_is_precision_out(cls, options, arguments, reduction, dtype):
    def cast(array):
        return array.astype(dtype) if array.dtype.kind == "f" else array

    # Options are float64 here on purpose: it is the data that decide.
    results = all_results(cls(reduction=reduction, **options), [cast(a) for a in arguments])
    assert [np.asarray(r).dtype for r in results] == [dtype] * len(results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_of_single_numbers(dtype):
    one = dtype(1)
    losses = [MSELoss(), *(cls() for cls in OF_A_RESIDUAL), HuberLoss(delta=0.3)]
    for loss in (*losses, BCEWithLogitsLoss(pos_weight=0.3)):
        assert loss(2 * one, one) > 0 or isinstance(loss, BCEWithLogitsLoss)
        assert loss(one, one).dtype == loss.backward(0.1).dtype == dtype
    loss = GaussianNLLLoss(full=True)
    assert loss(one, one, 2.0).dtype == loss.backward().dtype == loss.backward_var().dtype == dtype
    loss = PoissonNLLLoss(full=True)
    assert loss(one, one).dtype == loss.backward().dtype == dtype
    for function in (sigmoid, softplus):
        assert function(one).dtype == dtype
    for function in (softmax, log_softmax, logsumexp, softmax_jacobian):
        assert function(np.array([one, 2 * one])).dtype == dtype


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, bool])
def test_integers_are_promoted(dtype):
    whole, other = np.array([1, 0, 1], dtype), np.array([0, 1, 1], dtype)
    loss = MSELoss()
    assert loss(whole, other) == pytest.approx(2 / 3)  # 0 - 1 in uint8 would be 255
    assert loss.backward().tolist() == pytest.approx([2 / 3, -2 / 3, 0])
    assert loss.backward().dtype == np.float64
    assert softmax(whole).dtype == np.float64
    # A whole-numbered target takes the precision of the prediction, it does not raise it.
    single = np.float32([1, 2, 3])
    assert MSELoss()(single, other).dtype == np.float32
    assert BCEWithLogitsLoss()(single, other).dtype == np.float32
    assert CrossEntropyLoss()(single, np.array([1, 0, 0], dtype)).dtype == np.float32


def test_arrays_of_two_precisions_give_the_wider():
    single, double = np.ones(3, np.float32), np.full(3, 0.5)
    assert MSELoss()(single, double).dtype == MSELoss()(double, single).dtype == np.float64
    assert GaussianNLLLoss()(single, single, double).dtype == np.float64
    # A number is no array: it takes the precision of the rest.
    assert GaussianNLLLoss()(single, single, 0.5).dtype == np.float32


def test_half_precision_stays_half_precision():
    loss = MSELoss()
    assert loss(np.float16([1, 2]), np.float16([0, 0])).dtype == np.float16
    assert loss.backward().dtype == np.float16
