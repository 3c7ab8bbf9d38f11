"""What a loss remembers between ``forward`` and ``backward``, and what it must not."""

import numpy as np
import pytest

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
)

X, Y, LABELS = np.array([[0.5, -1.0], [2.0, 3.0]]), np.full((2, 2), 0.5), np.array([0, 1])
WEIGHT = np.array([1.0, 3.0])
FLAT = (L1Loss, QuantileLoss, LaplaceNLLLoss)  # their slope does not grow
CASES = pytest.mark.parametrize(
    ("cls", "options", "arguments"),
    [
        (MSELoss, {}, (X, Y)),
        (L1Loss, {}, (X, Y)),
        (HuberLoss, {}, (X, Y)),
        (SmoothL1Loss, {}, (X, Y)),
        (QuantileLoss, {}, (X, Y)),
        (LaplaceNLLLoss, {}, (X, Y)),
        (StudentTNLLLoss, {}, (X, Y)),
        (CrossEntropyLoss, {}, (X, LABELS)),
        (CrossEntropyLoss, {"weight": WEIGHT}, (X, Y)),
        (BCEWithLogitsLoss, {}, (X, Y)),
        (BCEWithLogitsLoss, {"weight": WEIGHT, "pos_weight": WEIGHT}, (X, Y)),
        (GaussianNLLLoss, {}, (X, Y, Y + 1)),
        (PoissonNLLLoss, {"full": True}, (X, Y)),
        (PoissonNLLLoss, {"log_input": False}, (X + 2, Y)),
    ],
)


def gradients(loss):
    result = [loss.backward()]
    if isinstance(loss, GaussianNLLLoss):
        result.append(loss.backward_var())
    return result


def same(one, two):
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


@CASES
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_backward_twice_gives_the_same(cls, options, arguments, reduction):
    loss = cls(reduction=reduction, **options)
    loss(*arguments)
    first = gradients(loss)
    kept = [array.copy() for array in first]
    assert same(gradients(loss), kept)
    for array in first:
        array *= 7  # what was handed out is the caller's own
    assert same(gradients(loss), kept)


@CASES
def test_arrays_may_be_changed_after_forward(cls, options, arguments):
    arguments = [array.copy() for array in arguments]
    options = {key: np.copy(value) for key, value in options.items()}
    loss = cls(reduction="none", **options)
    before = [array.copy() for array in arguments]
    table = loss(*arguments)
    value, expected = table.copy(), gradients(loss)
    for array in (*arguments, *options.values(), table):
        array[...] = 0
    assert same(gradients(loss), expected)
    assert loss(*before).tolist() == value.tolist()  # the weights are the loss's own


@CASES
def test_the_last_forward_counts(cls, options, arguments):
    loss = cls(**options)
    loss(*arguments)
    expected = gradients(loss)
    loss(2 * arguments[0], *arguments[1:])
    assert not np.array_equal(loss.backward(), expected[0]) or cls in FLAT
    loss(*arguments)
    assert same(gradients(loss), expected)


@CASES
def test_a_forward_that_raises_changes_nothing(cls, options, arguments):
    loss = cls(**options)
    loss(*arguments)
    expected = gradients(loss)
    with pytest.raises(ValueError, match="target"):
        loss(np.ones((3, 2)), np.ones((3, 3)), *arguments[2:])
    if cls is GaussianNLLLoss:
        with pytest.raises(ValueError, match="var"):
            loss(X, Y, np.ones(3))
    assert same(gradients(loss), expected)


@CASES
def test_forward_on_complex_numbers_leaves_nothing_to_go_back_from(cls, options, arguments):
    loss = cls(**options)
    real = loss(*arguments)
    shifted = arguments[0].astype(complex)
    shifted[0, 0] += 1e-100j
    value = loss(shifted, *arguments[1:])
    assert value.real == pytest.approx(real, rel=1e-14)
    with pytest.raises(RuntimeError, match="before forward"):
        loss.backward()
    if cls is GaussianNLLLoss:
        with pytest.raises(RuntimeError, match="before forward"):
            loss.backward_var()
    loss(*arguments)
    assert value.imag / 1e-100 == pytest.approx(loss.backward()[0, 0], rel=1e-14)


@CASES
def test_calling_is_forward(cls, options, arguments):
    assert cls(**options)(*arguments) == cls(**options).forward(*arguments)


@CASES
def test_a_loss_prints_as_it_was_made(cls, options, arguments):
    loss = cls(reduction="sum", **options)
    again = eval(repr(loss), {cls.__name__: cls, "array": np.array})
    assert repr(again) == repr(loss)
    assert again(*arguments) == loss(*arguments)
    loss.backward()
    assert repr(again) == repr(loss)  # what is remembered is not part of the name


def test_without_axes_none_gives_a_number():
    for cls in (MSELoss, L1Loss, HuberLoss, BCEWithLogitsLoss, PoissonNLLLoss):
        assert np.isscalar(cls(reduction="none")(0.5, 0.25))
    assert np.isscalar(CrossEntropyLoss(reduction="none")([1.0, 2.0], 1))
    assert np.isscalar(GaussianNLLLoss(reduction="none")(0.5, 0.25, 1.0))


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_a_gradient_without_axes_is_still_an_array(reduction):
    for cls in (MSELoss, L1Loss, HuberLoss, BCEWithLogitsLoss, PoissonNLLLoss):
        loss = cls(reduction=reduction)
        loss(0.5, 0.25)
        assert isinstance(loss.backward(), np.ndarray)
        assert loss.backward().shape == ()
    loss = GaussianNLLLoss(reduction=reduction)
    loss(0.5, 0.25, 1.0)
    assert isinstance(loss.backward(), np.ndarray)
    assert isinstance(loss.backward_var(), np.ndarray)
    assert loss.backward_var().shape == ()
