"""Finite in, finite out, wherever the true result can be represented; and no warning on the way.

pytest turns every warning into an error (pyproject.toml); here that is set once more, so that the
file says what it means.
"""

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
    log_softmax,
    logsumexp,
    softmax,
    softmax_jacobian,
)
from lossbook.base import Loss
from lossbook.residual import ResidualLoss
from tests.package.losses import LOSSES

pytestmark = pytest.mark.filterwarnings("error")
INF = np.inf
HUGE = st.floats(-1e300, 1e300)
OF_A_RESIDUAL = dict.fromkeys(
    case.loss for case in LOSSES if issubclass(case.loss, (ResidualLoss, GaussianNLLLoss))
)


@pytest.mark.parametrize("cls", OF_A_RESIDUAL)
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
    mpmath = pytest.importorskip("mpmath")
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
