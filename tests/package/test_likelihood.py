"""The negative log-likelihoods are those of SciPy's distributions, and keep their last digits."""

import itertools

import numpy as np
import pytest

from lossbook import GaussianNLLLoss, LaplaceNLLLoss, PoissonNLLLoss, StudentTNLLLoss
from tests.package.losses import mp, pair, student


@pytest.fixture(scope="module")
def stats():
    return pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(20))
def test_with_its_constant_each_is_minus_the_log_density(stats, seed):
    rng = np.random.default_rng(seed)
    z, y = pair(rng, (5,))
    scale, df = rng.uniform(0.2, 20), 10 ** rng.uniform(-0.5, 2.5)
    for loss, extra, theirs in [
        (LaplaceNLLLoss("none", scale=scale), (), stats.laplace.logpdf(y, z, scale)),
        (StudentTNLLLoss("none", df=df, scale=scale), (), stats.t.logpdf(y, df, z, scale)),
        (
            GaussianNLLLoss(full=True, reduction="none"),
            (scale**2,),
            stats.norm.logpdf(y, z, scale),
        ),
    ]:
        # SciPy cancels log-gammas in the density of Student.
        np.testing.assert_allclose(loss(z, y, *extra), -theirs, rtol=1e-12, atol=1e-12 * (1 + df))


def test_poisson_with_its_constant_is_minus_the_log_probability(stats):
    counts = np.arange(200.0)
    z = np.linspace(-3, 6, 200)
    value = PoissonNLLLoss(full=True, reduction="none")(z, counts)
    np.testing.assert_allclose(value, -stats.poisson.logpmf(counts, np.exp(z)), rtol=1e-12)
    rates = PoissonNLLLoss(log_input=False, full=True, reduction="none")(np.exp(z), counts)
    np.testing.assert_allclose(rates, value, rtol=1e-12)


def test_many_degrees_of_freedom_are_the_gaussian(stats):
    r = np.linspace(-5, 5, 41)
    loss = StudentTNLLLoss("none", df=1e300, scale=2.0)
    np.testing.assert_allclose(loss(r, 0 * r), -stats.norm.logpdf(r, 0, 2.0), rtol=1e-14)
    np.testing.assert_allclose(loss.backward(), r / 4, rtol=1e-14)


@pytest.mark.parametrize("df", [1e-3, 0.5, 1.0, 4.0, 99.0, 100.0, 1e8])
def test_student_to_the_last_digits(df):
    pytest.importorskip("mpmath")
    residuals = [0.0, 1e-300, 1e-9, 0.3, -1.0, 2.0, 1e10, -1e200, 1e300]
    for scale, r in itertools.product([1e-100, 0.3, 1e100], residuals):
        loss = StudentTNLLLoss(df=df, scale=scale)
        at, width = mp.mpf(r), mp.mpf(df) * mp.mpf(scale) ** 2
        value, slope = student(at, 0, df, scale), (mp.mpf(df) + 1) * at / (width + at**2)
        size = float(abs(value)) + (df + 1) * 1e-3 + abs(np.log(scale))  # what is added up
        assert abs(loss(r, 0.0) - float(value)) <= 1e-14 * size + (5e-14 if df == 99 else 0)
        assert loss.backward() == pytest.approx(float(slope), rel=1e-14, abs=1e-307)


def test_the_guard_of_poisson_changes_nothing_above_it():
    torch = pytest.importorskip("torch")
    rates, counts = [1e-7, 0.5, 3.0], [1.0, 0.0, 2.0]
    value = PoissonNLLLoss(log_input=False, eps=1e-8)(rates, counts)
    assert value == PoissonNLLLoss(log_input=False, eps=0)(rates, counts)
    theirs = torch.nn.PoissonNLLLoss(log_input=False, eps=1e-8)
    added = theirs(torch.tensor(rates), torch.tensor(counts)).item()
    assert added == pytest.approx(value - np.log(1.1) / 3, abs=1e-6)


def test_stirling_is_what_torch_adds_for_the_constant_of_poisson():
    torch = pytest.importorskip("torch")
    z, y = np.zeros(3), np.array([1.0, 2.0, 30.0])
    theirs = torch.nn.PoissonNLLLoss(full=True, reduction="none")(torch.tensor(z), torch.tensor(y))
    gap = PoissonNLLLoss(full=True, reduction="none")(z, y) - theirs.numpy()
    np.testing.assert_allclose(gap, [0, 0.0413, 1 / 360], atol=1e-4)
