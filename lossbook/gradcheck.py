"""The referees: independent ways to ask whether a gradient is right.

==================  ================================  ============================  ===========
referee             estimate                          error                         calls
==================  ================================  ============================  ===========
central difference  (f(x + h) - f(x - h)) / 2h        h² from the curve, 1/h from   2 per entry
                                                      rounding
complex step        Im f(x + ih) / h                  rounding only                 1 per entry
random direction    (f(x + hv) - f(x - hv)) / 2h      as central differences        2 in all
Taylor remainder    |f(x + hv) - f(x) - h g·v|        none: h² if g is right,       1 per step
                                                      h if it is not
==================  ================================  ============================  ===========

None of them knows a derivative rule.  All of them need only the value of the function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import Array, as_floating

Function = Callable[[Array], Any]
EPS = float(np.finfo(np.float64).eps)
STEP = EPS ** (1 / 3)  # balances truncation, h², against rounding, eps/h
COMPLEX_STEP = 1e-100  # nothing is subtracted, so it can be as small as one likes


def _value(f: Function, x: Array) -> Any:
    value = np.asarray(f(x))
    if value.size != 1:
        raise ValueError(f"f returned an array of shape {value.shape}; expected one number")
    return value.reshape(())[()]


def _real_point(x: ArrayLike) -> Array:
    point = as_floating(x, "x")
    if point.dtype.kind == "c":
        raise TypeError("x is complex; expected real numbers")
    return point.astype(np.float64)  # always a copy


def _check_shape(array: Array, x: Array, name: str) -> None:
    if array.shape != x.shape:
        raise ValueError(f"{name} has shape {array.shape}; expected {x.shape}, the shape of x")


def _exact(x: Any, step: Any) -> Any:
    """Return the step nearest to `step` that leads from x to floating-point numbers both ways.

    Points that lie unevenly about x give the slope beside x, not at x.
    """
    step = (x + step) - x
    return x - (x - step)


def central_difference(f: Function, x: ArrayLike, step: float | None = None) -> Array:
    r"""Estimate a gradient by central differences, ``eq-check-central``.

    .. math::
        \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    x : array_like
        Where; taken as float64.
    step : float, optional
        h; by default the cube root of the machine epsilon, 6.1e-6, times the root of
        max(1, abs(x_i)): between the scale of x, which rounding asks for, and that of f.

    Returns
    -------
    ndarray
        The shape of `x`.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `f` returns more than one number.
    """
    x = _real_point(x)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        h = STEP * max(1.0, abs(float(x[i]))) ** 0.5 if step is None else step
        h = _exact(x[i], h)
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        # Divide by the step that was really taken, not by the one that was asked for.
        taken = up[i] - down[i]
        gradient[i] = (_value(f, up) - _value(f, down)) / taken
    return gradient


def complex_step(f: Function, x: ArrayLike, step: float = COMPLEX_STEP) -> Array:
    r"""Compute a gradient by the complex step, exact up to rounding: ``eq-check-complex``.

    .. math::
        \frac{\partial f}{\partial x_i} \approx \frac{\operatorname{Im} f(x + \mathrm{i} h e_i)}{h}

    Parameters
    ----------
    f : callable
        Takes a complex array of the shape of `x`, returns one number; must be made of analytic
        functions (no ``abs``, no comparison of complex numbers).
    x : array_like
        Where; taken as float64.
    step : float
        h; there is no subtraction, so it can be tiny.

    Returns
    -------
    ndarray
        The shape of `x`.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `f` returns more than one number.

    References
    ----------
    Squire, W. and Trapp, G. (1998). Using complex variables to estimate derivatives of real
    functions. *SIAM Review* 40(1), 110-112. https://doi.org/10.1137/S003614459631241X
    """
    x = _real_point(x)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        shifted = x.astype(np.complex128)
        shifted[i] += 1j * step
        gradient[i] = np.imag(_value(f, shifted)) / step
    return gradient


def directional_derivative(
    f: Function, x: ArrayLike, direction: ArrayLike, step: float = STEP
) -> float:
    r"""Estimate the slope of f along a direction: two calls, ``eq-check-direction``.

    .. math::
        \sum_i \frac{\partial f}{\partial x_i} v_i \approx \frac{f(x + h v) - f(x - h v)}{2h}

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    x : array_like
        Where; taken as float64.
    direction : array_like
        v, the shape of `x`.
    step : float
        h.

    Returns
    -------
    float
        The slope.

    Raises
    ------
    TypeError
        If `x` or `direction` does not hold real numbers.
    ValueError
        If the shapes differ, or `f` returns more than one number.
    """
    x, v = _real_point(x), _real_point(direction)
    _check_shape(v, x, "direction")
    h = _exact(x, step * v)
    return float((_value(f, x + h) - _value(f, x - h)) / (2 * step))


def taylor_remainder(
    f: Function, gradient: ArrayLike, x: ArrayLike, direction: ArrayLike, steps: ArrayLike
) -> Array:
    r"""Return what a linear model of f leaves over, for steps along one direction.

    .. math::
        \Bigl| f(x + h v) - f(x) - h \sum_i g_i v_i \Bigr|

    A tenth of the step leaves a hundredth if `gradient` is right, ``eq-check-taylor-right``, and
    a tenth if it is not, ``eq-check-taylor-wrong``: no tolerance has to be chosen.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    gradient : array_like
        The gradient to be judged, g, the shape of `x`.
    x : array_like
        Where; taken as float64.
    direction : array_like
        v, the shape of `x`.
    steps : array_like
        The steps h, shape (n,).

    Returns
    -------
    ndarray
        Shape (n,), one remainder for each step.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If the shapes differ, or `f` returns more than one number.
    """
    x, g, v, h = map(_real_point, (x, gradient, direction, steps))
    _check_shape(g, x, "gradient")
    _check_shape(v, x, "direction")
    if h.ndim != 1:
        raise ValueError(f"steps has shape {h.shape}; expected (n,)")
    at, slope = _value(f, x.copy()), float((g * v).sum())
    moved = np.array([_value(f, x + step * v) for step in h], dtype=np.float64)
    return np.asarray(np.abs(moved - at - h * slope))


@dataclass(frozen=True)
class Verdict:
    """What one referee says.

    Attributes
    ----------
    referee : str
        Its name.
    calls : int
        How often it called the function.
    error : float
        The largest distance between the gradient and its own estimate, at the entry that is
        worst relative to what is allowed there.
    allowed : float
        The distance that its own rounding and truncation can explain, at that entry.
    detail : str
        The two numbers that are furthest apart, and where.
    """

    referee: str
    calls: int
    error: float
    allowed: float
    detail: str

    @property
    def agrees(self) -> bool:
        """Whether the error is explained."""
        return self.error <= self.allowed < np.inf  # False for NaN


@dataclass(frozen=True)
class GradientCheck:
    """The verdicts of all referees; prints as a table, and is true if all agree.

    Attributes
    ----------
    verdicts : tuple of Verdict
        One for each referee, in the order in which they were asked.
    """

    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every referee agrees."""
        return all(verdict.agrees for verdict in self.verdicts)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        head = f"{'referee':<20}{'calls':>6}{'error':>10}{'allowed':>10}  verdict"
        rows = (
            f"{v.referee:<20}{v.calls:>6}{v.error:>10.0e}{v.allowed:>10.0e}  "
            + ("agrees" if v.agrees else f"DISAGREES\n    {v.detail}")
            for v in self.verdicts
        )
        return "\n".join([head, *rows])

    __repr__ = __str__


REFEREES = ("central difference", "complex step", "random direction")


def check_gradient(
    f: Function,
    gradient: ArrayLike,
    x: ArrayLike,
    *,
    referees: tuple[str, ...] = REFEREES,
    seed: int = 0,
) -> GradientCheck:
    """Ask the referees whether `gradient` is the gradient of `f` at `x`.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    gradient : array_like
        The gradient to be judged, the shape of `x`.
    x : array_like
        Where; a point at which `f` is smooth.
    referees : tuple of str
        Whom to ask; leave out "complex step" if `f` is not analytic.
    seed : int
        Chooses the random direction.

    Returns
    -------
    GradientCheck
        Prints as a table; ``bool(check)`` tells whether all agree.

    Raises
    ------
    TypeError
        If `x` or `gradient` does not hold real numbers.
    ValueError
        If the shapes differ, a referee is unknown, or `f` returns more than one number.

    Notes
    -----
    Each entry is compared on its own, so one wrong entry cannot hide among large ones.  What
    is allowed is what the method itself cannot resolve: a share of the entry (truncation), and
    the rounding of the values of f, divided by the step.

    Near a minimum the gradient is the small difference of large terms, of which rounding is all
    that is left: check at a point with no special property.

    `f` is called at many points, and a loss of this package remembers the last one: take its
    ``backward()`` before the check, not after.
    """
    x, g = _real_point(x), _real_point(gradient)
    _check_shape(g, x, "gradient")
    size = np.abs(float(np.real(_value(f, x.copy()))))
    rounding = 16 * EPS * size / STEP
    verdicts = []
    for referee in referees:
        if referee == "central difference":
            estimate = central_difference(f, x)
            allowed = 1e-6 * np.abs(estimate) + rounding
            verdicts.append(_judge(referee, 2 * x.size, g, estimate, allowed))
        elif referee == "complex step":
            estimate = complex_step(f, x)
            largest = np.abs(estimate).max(initial=0.0)
            allowed = 1e-12 * np.abs(estimate) + 64 * EPS * largest
            verdicts.append(_judge(referee, x.size, g, estimate, allowed))
        elif referee == "random direction":
            rng = np.random.default_rng(seed)
            # No entry small: each must be able to show. Not all ±1: softmax is blind to those.
            v = rng.choice([-1.0, 1.0], size=x.shape) * rng.uniform(0.5, 1.5, size=x.shape)
            slope = np.asarray(directional_derivative(f, x, v))
            claimed = np.asarray((g * v).sum())
            allowed = np.asarray(1e-7 * np.abs(g * v).sum() + rounding)
            verdicts.append(_judge(referee, 2, claimed, slope, allowed))
        else:
            raise ValueError(f"referee is {referee!r}; expected one of {', '.join(REFEREES)}")
    return GradientCheck(tuple(verdicts))


def _judge(referee: str, calls: int, claimed: Array, estimate: Array, allowed: Array) -> Verdict:
    if claimed.size == 0:
        return Verdict(referee, calls, 0.0, 0.0, "")
    error = np.abs(claimed - estimate)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(error == 0, 0.0, error / allowed)
    excess = np.where(np.isnan(excess), np.inf, excess)
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), excess.shape))
    place = f"gradient[{', '.join(map(str, worst))}]" if worst else "the slope"
    detail = f"{place} is {claimed[worst] + 0.0:.6g}, expected {estimate[worst] + 0.0:.6g}"
    return Verdict(referee, calls, float(error[worst]), float(allowed[worst]), detail)
