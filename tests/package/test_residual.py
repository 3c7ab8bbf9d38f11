"""What the losses of a residual promise beside their formulas."""

import numpy as np
import pytest

from lossbook import (
    HuberLoss,
    L1Loss,
    LaplaceNLLLoss,
    MSELoss,
    QuantileLoss,
    SmoothL1Loss,
    StudentTNLLLoss,
)
from tests.package.losses import pair

SEEDS = range(20)


def drawn(seed):
    """Return a prediction, a target, and a random generator for the rest."""
    rng = np.random.default_rng(seed)
    return *pair(rng, (rng.integers(1, 6),)), rng


@pytest.mark.parametrize("seed", SEEDS)
def test_huber_is_its_threshold_times_smooth_l1(seed):
    *both, rng = drawn(seed)
    delta = rng.uniform(0.2, 20)
    huber, smooth = HuberLoss(delta=delta), SmoothL1Loss(beta=delta)
    assert huber(*both) == pytest.approx(delta * smooth(*both), rel=1e-12, abs=1e-300)
    np.testing.assert_allclose(huber.backward(), delta * smooth.backward(), rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_smooth_l1_without_a_parabola_and_twice_the_pinball_of_the_median_are_l1(seed):
    *both, _ = drawn(seed)
    plain = L1Loss()
    for loss, factor in ((SmoothL1Loss(beta=0), 1), (QuantileLoss(quantile=0.5), 2)):
        assert factor * loss(*both) == plain(*both)
        np.testing.assert_array_equal(factor * loss.backward(), plain.backward())
    assert HuberLoss(delta=100)(*both) == pytest.approx(MSELoss()(*both) / 2, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pinball_is_that_of_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    prediction, target, rng = drawn(seed)
    level = rng.uniform(0.01, 0.99)
    theirs = metrics.mean_pinball_loss(target, prediction, alpha=level)
    assert QuantileLoss(quantile=level)(prediction, target) == pytest.approx(theirs, rel=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pinball_is_smallest_at_a_quantile(seed):
    _, targets, rng = drawn(seed)
    level = rng.uniform(0.01, 0.99)
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


@pytest.mark.parametrize("cls", [SmoothL1Loss, QuantileLoss, LaplaceNLLLoss, StudentTNLLLoss])
def test_what_is_not_finite_stays_visible(cls):
    loss = cls()
    assert np.isnan(loss([np.nan], [0.0]))
    assert np.isnan(loss.backward()).all()
    assert loss([np.inf], [0.0]) == np.inf
    assert not np.isnan(loss.backward()).any()
