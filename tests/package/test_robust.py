"""The losses for outliers, against torch, SciPy, scikit-learn and 50 digits; and what they promise.

Against torch.nn itself SmoothL1Loss is in test_against_torch.py; the others have no counterpart
there, but torch.distributions and SciPy know their densities, and scikit-learn the pinball.
"""

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn.metrics import mean_pinball_loss

from lossbook import (
    HuberLoss,
    L1Loss,
    LaplaceNLLLoss,
    MSELoss,
    QuantileLoss,
    SmoothL1Loss,
    StudentTNLLLoss,
)

pytestmark = pytest.mark.filterwarnings("error")
mp = mpmath.mp.clone()  # a context of our own
mp.dps = 50
R = st.floats(-30, 30).map(lambda x: 0.0 if abs(x) < 1e-6 else x)
PAIRS = hnp.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 5)), elements=R)
SCALES = st.floats(0.2, 20)  # SciPy takes the logarithm of the density: it may not underflow
LEVELS = st.floats(0.01, 0.99)


def torch_gradient(value, z):
    (gradient,) = torch.autograd.grad(value.sum(), z)
    return gradient.numpy()


@given(PAIRS, SCALES)
def test_laplace_is_minus_the_log_density(pair, scale):
    prediction, target = pair
    loss = LaplaceNLLLoss("none", scale=scale)
    value = loss(prediction, target)
    size = abs(np.log(2 * scale)) + abs(prediction - target) / scale
    near = {"rtol": 0, "atol": 1e-14 * size.max() + 1e-300}
    np.testing.assert_allclose(value, -stats.laplace.logpdf(target, prediction, scale), **near)
    z = torch.tensor(prediction, requires_grad=True)
    theirs = -torch.distributions.Laplace(z, scale).log_prob(torch.tensor(target))
    np.testing.assert_allclose(value, theirs.detach().numpy(), **near)
    np.testing.assert_allclose(loss.backward(), torch_gradient(theirs, z), rtol=1e-14)


@given(PAIRS, SCALES, st.floats(0.3, 300))
def test_student_is_minus_the_log_density(pair, scale, df):
    prediction, target = pair
    loss = StudentTNLLLoss("none", df=df, scale=scale)
    value = loss(prediction, target)
    near = {"rtol": 1e-12, "atol": 1e-12 * (1 + df)}  # theirs cancel log-gammas
    np.testing.assert_allclose(value, -stats.t.logpdf(target, df, prediction, scale), **near)
    z = torch.tensor(prediction, requires_grad=True)
    theirs = -torch.distributions.StudentT(torch.tensor(df, dtype=z.dtype), z, scale).log_prob(
        torch.tensor(target)
    )
    np.testing.assert_allclose(value, theirs.detach().numpy(), **near)
    np.testing.assert_allclose(loss.backward(), torch_gradient(theirs, z), rtol=1e-12)


@given(PAIRS, LEVELS)
def test_the_pinball_is_that_of_scikit_learn(pair, level):
    prediction, target = pair
    loss = QuantileLoss(quantile=level)
    theirs = mean_pinball_loss(target, prediction, alpha=level)
    assert loss(prediction, target) == pytest.approx(theirs, rel=1e-13)
    z = torch.tensor(prediction, requires_grad=True)
    r = z - torch.tensor(target)
    table = torch.where(r > 0, (1 - level) * r, -level * r) / len(prediction)
    gradient = np.where(prediction == target, 0, torch_gradient(table, z))
    np.testing.assert_allclose(loss.backward(), gradient, rtol=1e-14)


def exact_student(r, df, scale):
    r, df, scale = (mp.mpf(float(value)) for value in (r, df, scale))
    width = df * scale**2
    constant = mp.log(scale) + mp.log(df) / 2 + mp.log(mp.beta(mp.mpf(1) / 2, df / 2))
    value = (df + 1) / 2 * mp.log1p(r**2 / width) + constant
    return value, (df + 1) * r / (width + r**2)


@pytest.mark.parametrize("df", [1e-3, 0.5, 1.0, 4.0, 99.0, 100.0, 1e8])
@pytest.mark.parametrize("scale", [1e-100, 0.3, 1e100])
@pytest.mark.parametrize("r", [0.0, 1e-300, 1e-9, 0.3, -1.0, 2.0, 1e10, -1e200, 1e300])
def test_student_to_the_last_digits(r, df, scale):
    loss = StudentTNLLLoss(df=df, scale=scale)
    value, slope = exact_student(r, df, scale)
    size = float(abs(value)) + (df + 1) * 1e-3 + abs(np.log(scale))  # what is added up
    assert abs(loss(r, 0.0) - float(value)) <= 1e-14 * size + (5e-14 if df == 99 else 0)
    assert loss.backward() == pytest.approx(float(slope), rel=1e-14, abs=1e-307)


def test_many_degrees_of_freedom_are_the_gaussian():
    r = np.linspace(-5, 5, 41)
    loss = StudentTNLLLoss("none", df=1e300, scale=2.0)
    np.testing.assert_allclose(loss(r, 0 * r), -stats.norm.logpdf(r, 0, 2.0), rtol=1e-14)
    np.testing.assert_allclose(loss.backward(), r / 4, rtol=1e-14)


@given(PAIRS, SCALES)
def test_huber_is_its_threshold_times_smooth_l1(pair, delta):
    huber, smooth = HuberLoss(delta=delta), SmoothL1Loss(beta=delta)
    assert huber(*pair) == pytest.approx(delta * smooth(*pair), rel=1e-12, abs=1e-300)
    np.testing.assert_allclose(huber.backward(), delta * smooth.backward(), rtol=1e-12)


@given(PAIRS)
def test_the_ends(pair):
    """Smooth L1 without a parabola is L1; half an L1 is the pinball of the median."""
    for loss, factor in ((SmoothL1Loss(beta=0), 1), (QuantileLoss(quantile=0.5), 2)):
        assert factor * loss(*pair) == L1Loss()(*pair)
        plain = L1Loss()
        plain(*pair)
        np.testing.assert_array_equal(factor * loss.backward(), plain.backward())
    assert HuberLoss(delta=100)(*pair) == pytest.approx(MSELoss()(*pair) / 2, rel=1e-12)


@given(hnp.arrays(np.float64, st.integers(1, 9), elements=R, unique=True), LEVELS)
def test_the_pinball_is_smallest_at_a_quantile(targets, level):
    loss = QuantileLoss(quantile=level)
    values = [loss(np.full_like(targets, c), targets) for c in targets]
    best = targets[int(np.argmin(values))]
    # Of the targets, at most a share of q lies below the best, at most 1 - q above it.
    assert np.mean(targets < best) <= level + 1e-9
    assert np.mean(targets > best) <= 1 - level + 1e-9


@pytest.mark.parametrize(
    ("loss", "bound"),
    [
        (HuberLoss("sum", delta=1.5), 1.5),
        (SmoothL1Loss("sum", beta=0.1), 1.0),
        (QuantileLoss("sum", quantile=0.9), 0.9),
        (LaplaceNLLLoss("sum", scale=0.5), 2.0),
        (StudentTNLLLoss("sum", df=3.0, scale=0.5), 4 / np.sqrt(3)),
    ],
    ids=repr,
)
def test_no_residual_pulls_harder_than_the_bound(loss, bound):
    r = np.concatenate([np.linspace(-50, 50, 1001), [1e300, -1e300]])
    assert np.isfinite(loss(r, np.zeros_like(r)))
    pulls = loss.backward()
    assert np.abs(pulls).max() <= bound * (1 + 1e-15)
    assert np.abs(pulls).max() > 0.9 * bound
    if isinstance(loss, StudentTNLLLoss):
        assert abs(pulls[-1]) < 1e-290  # it lets go


def test_what_is_not_finite_stays_visible():
    for cls in (SmoothL1Loss, QuantileLoss, LaplaceNLLLoss, StudentTNLLLoss):
        loss = cls()
        assert np.isnan(loss([np.nan], [0.0]))
        assert np.isnan(loss.backward()).all()
        assert loss([np.inf], [0.0]) == np.inf
        assert not np.isnan(loss.backward()).any()
