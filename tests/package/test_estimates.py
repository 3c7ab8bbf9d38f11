"""The variance of the noise and the information criteria, against NumPy, SciPy and torch."""

import numpy as np
import pytest

from lossbook import GaussianNLLLoss, MSELoss, aic, bic, check_gradient, noise_variance


@pytest.fixture
def line():
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    return x, 2 * x + 1 + 0.5 * rng.normal(size=30)


@pytest.mark.parametrize("correction", [0, 1, 2, 9])
def test_around_a_mean_it_is_the_variance_of_numpy_and_torch(correction):
    y = np.random.default_rng(1).normal(size=(5, 2))
    found = noise_variance(np.full_like(y, y.mean()), y, fitted=correction)
    assert found == pytest.approx(np.var(y, ddof=correction), rel=1e-14)
    torch = pytest.importorskip("torch")
    assert found == pytest.approx(torch.var(torch.tensor(y), correction=correction).item())


def test_of_a_line_it_gives_the_standard_error_of_scipy(line):
    stats = pytest.importorskip("scipy.stats")
    x, y = line
    fit = stats.linregress(x, y)
    unbiased = noise_variance(fit.slope * x + fit.intercept, y, fitted=2)
    assert fit.stderr == pytest.approx(np.sqrt(unbiased / np.sum((x - x.mean()) ** 2)))


def test_without_fitted_parameters_it_is_the_mean_squared_error_and_minimises_the_nll(line):
    x, y = line
    v = noise_variance(x, y)
    assert v == MSELoss()(x, y)
    loss = GaussianNLLLoss(full=True, reduction="sum")
    loss(x, y, v)
    assert loss.backward_var() == pytest.approx(0, abs=1e-12)
    assert check_gradient(lambda q: noise_variance(q, y, 3), 2 / 27 * (x - y), x).passed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_in_is_precision_out(dtype):
    found = noise_variance(np.array([1.0, 2.5], dtype), np.zeros(2, dtype), 1)
    assert found == 7.25
    assert found.dtype == dtype


def test_a_sum_that_overflows_where_the_variance_does_not():
    assert noise_variance([1.2e154] * 4, [0.0] * 4) == pytest.approx(1.44e308, rel=1e-14)
    assert noise_variance([1e300, 0.0], [0.0, 0.0]) == np.inf


def test_the_criteria_of_a_gaussian_sample():
    stats = pytest.importorskip("scipy.stats")
    y = np.random.default_rng(2).normal(3, 2, size=40)
    nll = -stats.norm.logpdf(y, *stats.norm.fit(y)).sum()
    v = noise_variance(np.full(40, y.mean()), y)
    assert nll == pytest.approx(20 * (1 + np.log(2 * np.pi * v)))
    assert aic(nll, 2) == pytest.approx(40 * (1 + np.log(2 * np.pi * v)) + 4)
    assert bic(nll, 2, 40) - aic(nll, 2) == pytest.approx(2 * (np.log(40) - 2))
    assert bic(nll, 2, 1) == 2 * nll


def test_the_criteria_are_those_of_scikit_learn(line):
    mixture = pytest.importorskip("sklearn.mixture")
    y = line[1][:, None]
    mixture = mixture.GaussianMixture(1, reg_covar=0).fit(y)
    nll = -mixture.score_samples(y).sum()
    assert aic(nll, 2) == pytest.approx(mixture.aic(y))
    assert bic(nll, 2, 30) == pytest.approx(mixture.bic(y))
