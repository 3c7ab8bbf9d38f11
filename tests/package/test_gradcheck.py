"""The checker, checked: it takes what is right, and rejects 0.05 % too much in one entry."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from lossbook import (
    CrossEntropyLoss,
    MSELoss,
    central_difference,
    check_gradient,
    complex_step,
    directional_derivative,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softmax_jacobian,
    softplus,
    taylor_remainder,
)
from lossbook.gradcheck import REFEREES, STEP, GradientCheck, Verdict

# Functions whose derivatives are known from elsewhere: (f, its gradient).
KNOWN = {
    "square": (lambda x: (x**2).sum(), lambda x: 2 * x),
    "cube": (lambda x: (x**3).sum(), lambda x: 3 * x**2),
    "exp": (lambda x: np.exp(x).sum(), np.exp),
    "sin": (lambda x: np.sin(x).sum(), np.cos),
    "log": (lambda x: np.log(3 + x).sum(), lambda x: 1 / (3 + x)),
    "sqrt": (lambda x: np.sqrt(3 + x).sum(), lambda x: 0.5 / np.sqrt(3 + x)),
    "linear": (lambda x: (np.arange(x.size).reshape(x.shape) * x).sum(), None),
    "product": (np.prod, lambda x: np.prod(x) / x),
    "rational": (lambda x: (x / (1 + x**2)).sum(), lambda x: (1 - x**2) / (1 + x**2) ** 2),
    # Squire and Trapp's own example.
    "squire": (
        lambda x: (np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)).sum(),
        lambda x: (
            np.exp(x)
            * (np.cos(3 * x) + np.sin(3 * x) / 2 + 1.5 * np.sin(x))
            / (np.sin(x) ** 3 + np.cos(x) ** 3) ** 2
        ),
    ),
}
POINTS = [np.array(0.7), np.array([0.3, -0.5, 1.1]), np.array([[0.2, 0.4], [0.6, 0.8]])]


def known(name, x):
    f, gradient = KNOWN[name]
    return f, np.arange(x.size).reshape(x.shape) if gradient is None else gradient(x)


@pytest.mark.parametrize("x", POINTS, ids=["number", "vector", "table"])
@pytest.mark.parametrize("name", KNOWN)
class TestOnKnownFunctions:
    def test_the_complex_step_is_exact(self, name, x):
        f, gradient = known(name, x)
        estimate = complex_step(f, x)
        assert estimate.shape == x.shape
        np.testing.assert_allclose(estimate, gradient, rtol=2e-14, atol=1e-15)

    def test_central_differences_are_good_to_1e_9(self, name, x):
        f, gradient = known(name, x)
        estimate = central_difference(f, x)
        assert estimate.shape == x.shape
        np.testing.assert_allclose(estimate, gradient, rtol=2e-9, atol=2e-9)

    def test_the_slope_along_a_direction(self, name, x):
        f, gradient = known(name, x)
        v = np.cos(np.arange(x.size)).reshape(x.shape)
        slope = directional_derivative(f, x, v)
        assert isinstance(slope, float)
        assert slope == pytest.approx((gradient * v).sum(), rel=1e-8, abs=1e-9)

    def test_the_right_gradient_is_taken(self, name, x):
        f, gradient = known(name, x)
        assert check_gradient(f, gradient, x)
        for referee in REFEREES:
            assert check_gradient(f, gradient, x, referees=(referee,))

    def test_a_wrong_gradient_is_not(self, name, x):
        f, gradient = known(name, x)
        for wrong in (-gradient, 2 * gradient, gradient + 0.1, gradient * 1.0005, 0 * gradient):
            if name == "squire" and x.ndim == 1:
                continue  # near a pole: 0.1 is less than the rounding of the large entry
            if np.any(wrong != gradient):
                assert not check_gradient(f, wrong, x)


def test_the_error_of_central_differences_falls_with_the_square_of_the_step():
    errors = [abs(central_difference(np.exp, 1.0, step=h) - np.e) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)
    errors = [abs(directional_derivative(np.exp, 1.0, 1.0, step=h) - np.e) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)
    assert errors[0] == pytest.approx(np.e * 1e-4 / 6, rel=0.01)


def test_the_step_that_was_really_taken_is_divided_by():
    """Next to 1e6 a step of 1e-9 is off by 5 % or so; the slope of a line must not be."""
    assert central_difference(lambda x: 2 * x, 1e6 + 0.1, step=1e-9) == 2


def test_steps_grow_with_the_point():
    points = []

    def spy(x):
        points.append(float(x))
        return x

    central_difference(spy, 1e6)
    central_difference(spy, -1e-6)
    up, down, up_small, down_small = points
    assert (up - down) / 2 == pytest.approx(STEP * 1e3)
    assert (up_small - down_small) / 2 == pytest.approx(STEP)
    assert pytest.approx(6.1e-6, rel=0.01) == STEP


def test_complex_step_with_another_step():
    seen = []

    def spy(x):
        seen.append(x.copy())
        return np.exp(x).sum()

    estimate = complex_step(spy, [0.0, 1.0], step=1e-20)
    assert [z.imag.tolist() for z in seen] == [[1e-20, 0], [0, 1e-20]]
    np.testing.assert_allclose(estimate, [1, np.e], rtol=1e-15)


@pytest.mark.parametrize("x", [0.0, -0.0, 1e-300, -3.0, 40.0, -40.0])
def test_the_complex_step_passes_through_the_functions_of_logits(x):
    """They choose a branch by the sign of x; at 0 the two must fit together."""
    p = sigmoid(x)
    np.testing.assert_allclose(complex_step(softplus, x), p, rtol=1e-15)
    np.testing.assert_allclose(complex_step(sigmoid, x), p * sigmoid(-x), rtol=1e-15)
    z = np.array([x, 0.0, x])  # ties, of which one is the maximum
    np.testing.assert_allclose(complex_step(logsumexp, z), softmax(z), rtol=1e-15)
    for k in range(3):
        slopes = complex_step(lambda z, k=k: softmax(z)[k], z)
        np.testing.assert_allclose(slopes, softmax_jacobian(z)[k], rtol=1e-14, atol=1e-16)
        slopes = complex_step(lambda z, k=k: log_softmax(z)[k], z)
        np.testing.assert_allclose(slopes, np.eye(3)[k] - softmax(z), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("constant", [1e6, -1e6])
def test_the_rounding_of_a_large_value_is_allowed_for(constant):
    """The differences lose what the constant rounds away: 1e6 · eps / h = 4e-5 of the slope."""

    def f(x):
        return (x**2).sum() + constant

    x = np.array([0.3, 0.7])
    check = check_gradient(f, 2 * x, x)
    assert check, check
    assert check.verdicts[0].error > 1e-8
    # They see less for that, and the complex step does not.
    assert [v.agrees for v in check_gradient(f, 2.0001 * x, x).verdicts] == [True, False, True]
    assert [v.agrees for v in check_gradient(f, 2.1 * x, x).verdicts] == [False, False, False]


@pytest.mark.parametrize("referee", REFEREES)
def test_a_gradient_where_there_is_none_is_rejected(referee):
    def f(x):
        return (x[:2] ** 2).sum()

    x, right = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 0.0])
    assert check_gradient(f, right, x, referees=(referee,))
    assert not check_gradient(f, [2.0, 4.0, 1e-3], x, referees=(referee,))


@pytest.mark.parametrize("referee", REFEREES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_rejected(referee, bad):
    x = np.array([1.0, 2.0])
    assert not check_gradient(lambda x: (x**2).sum(), [2.0, bad], x, referees=(referee,))


def test_a_function_that_is_not_finite_is_rejected():
    with np.errstate(invalid="ignore"):
        check = check_gradient(lambda x: (x * np.nan).sum(), [1.0], [1.0])
    assert not any(verdict.agrees for verdict in check.verdicts)


@pytest.mark.parametrize("seed", range(20))
def test_errors_that_cancel_in_the_sum_do_not_cancel_along_a_direction(seed):
    """Softmax gradients sum to 0, and so may their errors: the direction must not be all ones."""
    x, wrong = np.array([1.0, 2.0]), [2.1, 3.9]
    only = {"referees": ("random direction",), "seed": seed}
    assert not check_gradient(lambda x: (x**2).sum(), wrong, x, **only)


@pytest.mark.parametrize("size", [1, 7, 400])
def test_what_each_referee_costs(size):
    calls = 0

    def counted(x):
        nonlocal calls
        calls += 1
        return (x**2).sum()

    x = np.linspace(1, 2, size)
    for referee, cost in zip(REFEREES, (2 * size, size, 2), strict=True):
        calls = 0
        (verdict,) = check_gradient(counted, 2 * x, x, referees=(referee,)).verdicts
        assert verdict.calls == cost
        assert calls == cost + 1  # one more, for the size of the value
    calls = 0
    directional_derivative(counted, x, x)
    assert calls == 2


def test_functions_may_scribble_on_what_they_get():
    def scribbles(x):
        value = (x**2).sum()
        x[...] = 99
        return value

    x = np.array([1.0, -2.0])
    assert check_gradient(scribbles, 2 * x, x)
    assert x.tolist() == [1, -2]


def test_whole_numbers_single_precision_and_lists_are_taken_as_float64():
    def f(x):
        assert x.dtype in (np.float64, np.complex128)
        return (x**2).sum()

    for x in ([1, 2], np.float32([1, 2]), (1.0, 2.0)):
        assert check_gradient(f, [2, 4], x)


def test_a_value_in_an_array_of_one_is_a_number():
    assert check_gradient(lambda x: (x**2).sum(keepdims=True), [2.0], [1.0])


def test_nothing_to_check_is_no_error():
    check = check_gradient(np.sum, [], [])
    assert check
    assert [verdict.error for verdict in check.verdicts] == [0, 0, 0]


def test_the_seed_chooses_the_direction():
    seen = []

    def spy(x):
        seen.append(x.copy())
        return x.sum()

    x = np.zeros(64)
    for seed in (0, 0, 1):
        check_gradient(spy, np.ones(64), x, referees=("random direction",), seed=seed)
    first, again, other = (seen[i] for i in (1, 4, 7))
    assert first.tolist() == again.tolist() != other.tolist()
    assert (np.abs(first) >= STEP / 2).all()  # no entry is so small that its error could hide
    assert len(set(np.sign(first))) == 2


def test_the_table():
    right = Verdict("central difference", 6, 4.2e-12, 2.0e-7, "")
    wrong = Verdict("complex step", 3, 5e-4, 1e-12, "gradient[1] is 1.0005, expected 1")
    assert str(GradientCheck((right,))) == (
        "referee              calls     error   allowed  verdict\n"
        "central difference       6     4e-12     2e-07  agrees"
    )
    check = GradientCheck((right, wrong))
    table = (
        "referee              calls     error   allowed  verdict\n"
        "central difference       6     4e-12     2e-07  agrees\n"
        "complex step             3     5e-04     1e-12  DISAGREES\n"
        "    gradient[1] is 1.0005, expected 1"
    )
    assert repr(check) == str(check) == table
    assert GradientCheck((right,)).passed
    assert not check.passed
    assert not check


def test_the_verdict_names_the_worst_entry_and_both_numbers():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    wrong = 2 * x
    wrong[1, 0] = 6.5
    wrong[0, 1] = 4.001
    check = check_gradient(lambda x: (x**2).sum(), wrong, x)
    central, exact, slope = check.verdicts
    assert central.detail == exact.detail == "gradient[1, 0] is 6.5, expected 6"
    assert exact.error == pytest.approx(0.5)
    assert slope.detail.startswith("the slope is ")
    assert "DISAGREES\n    gradient[1, 0] is 6.5, expected 6\n" in str(check)


def test_the_worst_entry_is_the_worst_for_its_size():
    """0.1 too much in 1e6 is within the truncation allowed, 0.1 % too much in 1e-3 is not."""

    def f(x):
        return 1e6 * x[0] + 1e-3 * x[1]

    check = check_gradient(f, [1e6 + 0.1, 1.001e-3, 0.0], [0.0, 0.0, 0.0])
    assert not check.verdicts[0].agrees
    assert check.verdicts[0].detail == "gradient[1] is 0.001001, expected 0.001"


@pytest.mark.parametrize("referee", REFEREES)
def test_a_value_of_0_leaves_room_for_truncation(referee):
    x = np.ones(3)
    assert check_gradient(lambda x: (x**3 - x).sum(), 2 * x, x, referees=(referee,))


@pytest.mark.parametrize("referee", REFEREES)
def test_the_scale_of_the_function_does_not_matter(referee):
    def f(x):
        return 1e-30 * (x**2).sum()

    x = np.array([1.0, 2.0])
    assert check_gradient(f, 2e-30 * x, x, referees=(referee,))
    assert not check_gradient(f, 2.001e-30 * x, x, referees=(referee,))


def test_a_saturated_sample_in_a_batch_is_taken():
    """Its own entries, p - 1 with p near 1, are known to a rounding of 1 and no better."""
    z, labels = np.array([[0.0, -30.0], [0.3, 0.7]]), [0, 0]
    loss = CrossEntropyLoss()
    loss(z, labels)
    check = check_gradient(lambda z: CrossEntropyLoss()(z, labels), loss.backward(), z)
    assert check, check


@pytest.mark.parametrize("margin", [20.0, 30.0, 80.0, 300.0])
@pytest.mark.parametrize("smoothing", [False, True])
def test_a_batch_of_saturated_samples_is_taken(margin, smoothing):
    """The gradient must not be what is left of p - 1 after rounding: all of it is small here."""
    z, labels = np.array([[margin, 0.0, -1.0], [0.1, margin - 2, 0.5]]), np.array([0, 1])
    target = np.eye(3)[labels] if smoothing else labels
    loss = CrossEntropyLoss()
    loss(z, target)
    gradient = loss.backward()
    check = check_gradient(lambda z: CrossEntropyLoss()(z, target), gradient, z)
    assert check, check
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15 * np.abs(gradient).max())
    gradient[0, 0] *= 1.0005
    assert not check_gradient(lambda z: CrossEntropyLoss()(z, target), gradient, z)


@pytest.mark.parametrize("referee", REFEREES)
def test_an_exact_minimum_is_taken(referee):
    """The points on both sides lie evenly about it, so that their values are the same."""
    y = np.array([1.0, -2.0, 3.3, 0.1, 1e5])
    loss = MSELoss()
    loss(y, y)
    check = check_gradient(lambda z: MSELoss()(z, y), loss.backward(), y, referees=(referee,))
    assert check, check
    assert check.verdicts[0].error == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_the_rounding_of_the_largest_entry_is_allowed_for_in_each(sign):
    """The gradient softmax(z) - 1 has the entries -1 and 1 - 1 + 1e-13."""
    z = np.array([0.0, -30.0])
    right = sign * (softmax(z) - 1)
    assert check_gradient(lambda z: sign * (logsumexp(z) - z.sum()), right, z)


class TestTaylorRemainder:
    STEPS = np.array([1e-2, 1e-3, 1e-4])
    X, V = np.array([[0.3, -0.5], [1.1, 0.2]]), np.array([[1.0, -0.5], [0.7, 1.2]])

    @staticmethod
    def f(x):
        return np.exp(x).sum()

    def slopes(self, gradient):
        left = taylor_remainder(self.f, gradient, self.X, self.V, self.STEPS)
        assert left.shape == (3,)
        return np.diff(np.log10(left)) / np.diff(np.log10(self.STEPS))

    def test_the_right_gradient_leaves_a_square(self):
        np.testing.assert_allclose(self.slopes(np.exp(self.X)), 2, atol=0.01)

    def test_a_wrong_one_leaves_a_line(self):
        np.testing.assert_allclose(self.slopes(1.5 * np.exp(self.X)), 1, atol=0.02)

    def test_a_slightly_wrong_one_leaves_a_line_in_the_end(self):
        first, last = self.slopes(0.9995 * np.exp(self.X))
        assert first > last
        assert last == pytest.approx(1.2, abs=0.1)

    def test_its_values(self):
        left = taylor_remainder(lambda x: (x**2).sum(), [2.0, 4.0], [1, 2], [3, 1], [0.5, -2])
        np.testing.assert_allclose(left, [2.5, 40])

    @pytest.mark.parametrize("name", ["gradient", "direction"])
    def test_shapes_must_agree(self, name):
        given = {"gradient": self.X, "direction": self.V, name: np.ones(2)}
        with pytest.raises(ValueError, match=rf"{name} has shape \(2,\); expected \(2, 2\)"):
            taylor_remainder(self.f, x=self.X, steps=self.STEPS, **given)

    def test_steps_are_a_list(self):
        with pytest.raises(ValueError, match=r"steps has shape \(\); expected \(n,\)"):
            taylor_remainder(self.f, self.X, self.X, self.V, 0.1)

    def test_each_step_costs_one_call(self):
        calls = 0

        def counted(x):
            nonlocal calls
            calls += 1
            x_sum = self.f(x)
            x[...] = 99  # it may scribble on what it gets
            return x_sum

        taylor_remainder(counted, self.X, self.X, self.V, self.STEPS)
        assert calls == 4


def test_a_verdict_agrees_up_to_what_is_allowed():
    assert Verdict("", 1, 1.0, 1.0, "").agrees
    assert not Verdict("", 1, 1.1, 1.0, "").agrees
    assert not Verdict("", 1, np.nan, 1.0, "").agrees


def test_what_was_said_cannot_be_changed():
    check = check_gradient(np.sum, [2.0], [1.0])
    with pytest.raises(FrozenInstanceError):
        check.verdicts = ()
    with pytest.raises(FrozenInstanceError):
        check.verdicts[0].error = 0.0


@pytest.mark.parametrize("shift", [1e2, 1e3, 1e4])
def test_a_common_shift_of_the_logits_does_not_put_the_referees_off(shift):
    logits, labels = np.array([[0.3, -1.2, 0.8], [1.0, 0.0, -0.5]]) + shift, np.array([2, 0])
    loss = CrossEntropyLoss()
    loss(logits, labels)
    gradient = loss.backward()
    assert check_gradient(lambda z: loss(z, labels), gradient, logits).passed
    gradient[0, 1] *= 1.0005
    assert not check_gradient(lambda z: loss(z, labels), gradient, logits).passed
