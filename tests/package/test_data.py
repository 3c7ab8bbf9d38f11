"""The data sets are what their descriptions say."""

import numpy as np
import pytest

from lossbook import data


@pytest.fixture
def scikit_learn():
    pytest.importorskip("sklearn")


@pytest.mark.usefixtures("scikit_learn")
def test_diabetes():
    d = data.diabetes()
    assert d.x.shape == (442, 10)
    assert d.x.dtype == d.y.dtype == np.float64
    assert d.y.shape == (442,)
    assert (d.y.min(), d.y.max()) == (25, 346)
    column = dict(zip(d.names, d.x.T, strict=True))
    # In the units of the measurement, not scaled.
    assert (column["age"].min(), column["age"].max()) == (19, 79)
    assert (column["bmi"].min(), column["bmi"].max()) == (18, 42.2)
    assert 60 < column["bp"].min() < column["bp"].max() < 140
    assert len(column) == 10
    # Efron et al. (2004), section 2: body mass index and a blood serum value come in first.
    correlation = {name: np.corrcoef(values, d.y)[0, 1] for name, values in column.items()}
    assert sorted(correlation, key=correlation.get)[-2:] == ["s5", "bmi"]


@pytest.mark.usefixtures("scikit_learn")
def test_digits():
    d = data.digits()
    assert d.x.shape == (1797, 64) == (len(d.y), len(d.names))
    assert d.x.dtype == np.float64
    assert (d.x.min(), d.x.max()) == (0, 1)
    assert d.y.dtype == np.int64
    assert set(d.y) == set(range(10))
    # A zero has no ink in the middle, a one has.
    middle = d.x.reshape(-1, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))
    assert middle[d.y == 0].mean() < 0.1 < 0.5 < middle[d.y == 1].mean()


@pytest.mark.usefixtures("scikit_learn")
def test_chin_ups():
    d = data.chin_ups()
    assert d.x.shape == (20, 3)
    assert d.names == ("weight", "waist", "pulse")
    assert d.x.dtype == d.y.dtype == np.float64
    assert (d.y.min(), d.y.max(), d.y.sum()) == (1, 17, 189)
    assert (d.x[:, 1].min(), d.x[:, 1].max()) == (31, 46)
    np.testing.assert_array_equal(d.y, np.round(d.y))


def test_noisy_line():
    d = data.noisy_line(100_000, w=-3.0, b=0.5, sigma=0.2, seed=1)
    assert d.x.shape == (100_000, 1)
    assert d.y.shape == (100_000,)
    w, b = np.polyfit(d.x[:, 0], d.y, 1)
    noise = d.y - (w * d.x[:, 0] + b)
    # Five standard errors of each estimate.
    near = 5 / np.sqrt(100_000)
    assert w == pytest.approx(-3, abs=0.2 * near)
    assert b == pytest.approx(0.5, abs=0.2 * near)
    assert noise.std() == pytest.approx(0.2, rel=near)
    assert d.x.mean() == pytest.approx(0, abs=near)
    assert d.x.std() == pytest.approx(1, rel=near)


def test_the_same_seed_gives_the_same_points():
    one, two, other = data.noisy_line(), data.noisy_line(), data.noisy_line(seed=1)
    np.testing.assert_array_equal(one.y, two.y)
    assert len(one.y) == 100
    assert not np.array_equal(one.y, other.y)
    np.testing.assert_array_equal(data.noisy_line(sigma=0).y, 2 * one.x[:, 0] + 1)


@pytest.mark.parametrize("make", [data.diabetes, data.digits, data.chin_ups, data.noisy_line])
def test_what_it_prints(make):
    if make is not data.noisy_line:
        pytest.importorskip("sklearn")
    d = make()
    assert repr(d) == f"Dataset(x: {d.x.shape}, y: {d.y.shape}; {d.about})"
    assert len(d.names) == d.x.shape[1]


def test_what_a_line_says_about_itself():
    assert data.noisy_line(seed=4).about == "y = 2.0 x + 1.0 + 0.5 ε, seed 4"
