"""The derivatives that the check takes are SymPy's."""

import pytest
import sympy as sp

from eqcheck.differentiating import diff

x, y = sp.Dummy("x", real=True), sp.Dummy("y", real=True)
Unknown = sp.Function("f")


def is_zero(difference: sp.Expr) -> bool:
    at = {x: sp.Rational(3, 7), y: sp.Rational(5, 4)}
    return difference == 0 or abs(difference.xreplace(at).evalf(40)) < 1e-30


@pytest.mark.parametrize(
    "value",
    [
        3,
        sp.Float(3),
        y,
        x,
        x + 2 * x**2 + y,
        3 * x * sp.exp(x) * (x + y),
        x**-3,
        (x + y) ** y,
        y**x,
        (1 + x) ** (x * y),
        sp.exp(-(x**2) / (2 * y)),
        sp.log(sp.exp(x) + sp.exp(y)),
        sp.tanh(x * y) / sp.cos(x),
        sp.erf(x / sp.sqrt(2)),
        sp.Abs(x**2 + y),
        sp.sign(x) * x,
        sp.Heaviside(x * y, 0) * x,
        sp.Max(x, y**2) ** 2,
        sp.Piecewise((x**2, x < y), (x * y, True)),
        Unknown(x) ** 2,
    ],
    ids=str,
)
def test_it_is_that_of_sympy(value):
    assert is_zero(diff(value, x) - sp.diff(value, x))
    assert is_zero(diff(diff(value, x), y) - sp.diff(value, x, y))


def test_unknowns_of_the_same_name_are_different():
    assert diff(x * sp.Dummy("x"), x) != 2 * x
