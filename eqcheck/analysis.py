"""The rules of the grammar for limits, expectations, optima and eigenvalues."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

import mpmath
import sympy as sp
from lark import Token

from .calculus import unknown_for
from .evaluating import Evaluation
from .latex import MathError, Node, name_of
from .values import (
    DIGITS,
    WORKING,
    Value,
    as_value,
    each,
    entries_of,
    in_words,
    is_table,
    real_number,
    table_of,
)

TINY = sp.Float(10, WORKING) ** -40
LIMIT_AT = sp.Rational(1, 10**60)  # how close to its limit a variable is taken
LIMIT_DIGITS = 400  # that are carried there
# The nodes and weights with which a mean over a normal variable is exact up to the power 5, and 9.
NORMAL = [(0, sp.Rational(2, 3)), (sp.sqrt(3), sp.Rational(1, 6)), (-sp.sqrt(3), sp.Rational(1, 6))]
NORMAL_FINER = [(0, sp.Rational(8, 15))] + [
    (sign * sp.sqrt(5 + root * sp.sqrt(10)), sp.Rational(7, 60) - root * sp.sqrt(10) / 30)
    for sign in (1, -1)
    for root in (1, -1)
]


# Limits


def _limit(at: Evaluation, _: Token, variable: Node, target: Node, term: Node) -> Value:
    """Take the variable very close to its limit, from both sides where it can be there."""
    name = name_of(variable)
    if at.symbol(name).kind != "quantity" or at.symbol(name).shape:
        raise MathError("only a number has a limit here", variable)
    unknown = sp.Dummy()
    exact = replace(at, point=replace(at.point, exact=True), memory={})
    value = exact.with_given({name: unknown}).value(term)
    if target.data == "symbol" and name_of(target) == r"\infty":
        places = [1 / LIMIT_AT, 10**4 / LIMIT_AT]
    elif target.data == "negative" and name_of(target.children[0]) == r"\infty":
        places = [-1 / LIMIT_AT, -(10**4) / LIMIT_AT]
    else:
        goal = exact.value(target)
        signs = (1,) if at.symbol(name).domain == "positive" else (1, -1)
        places = [goal + sign * LIMIT_AT for sign in signs] + [goal + LIMIT_AT / 10**4]
    return each(lambda entry: _close_to(entry, unknown, places, variable), value)


def _close_to(value: sp.Expr, unknown: sp.Symbol, places: list[sp.Expr], node: Node) -> Value:
    near = (sp.Float(sp.N(place, LIMIT_DIGITS), LIMIT_DIGITS) for place in places)
    first, *others = found = [
        sp.N(sp.sympify(value).xreplace({unknown: place}), LIMIT_DIGITS) for place in near
    ]
    close = sp.Float(10, WORKING) ** -(DIGITS + 5)
    if not all(each.is_number and each.is_finite for each in found) or not all(
        abs(first - other) <= close * (1 + abs(first)) for other in others
    ):
        raise MathError("there is no limit", node)
    return sp.N(first, WORKING)


# Expectations


def _expectation(at: Evaluation, _: Token, variable: Node, term: Node) -> Value:
    """Return the mean over independent normal entries of a known variance, of a polynomial."""
    name, indices = at.notation.split(variable)
    variance = at.chapter.book.settings.variance
    symbol = at.symbol(name)
    if indices or symbol.domain != "real" or len(symbol.shape) != 1:
        raise MathError("an expectation is over a free vector", variable)
    if not variance:
        raise MathError("settings.yml names no variance for an expectation", variable)
    count = at.size(symbol.shape[0])
    variances = [sp.sympify(v) for v in entries_of(at.whole(variance)).ravel()]
    variances *= count if len(variances) == 1 else 1

    def mean(rule: list[tuple[Any, Any]]) -> tuple[Value, list[Value]]:
        total, values = sp.Integer(0), []
        for nodes in itertools.product(rule, repeat=count):
            entries = [sp.sqrt(v) * node for v, (node, _) in zip(variances, nodes, strict=True)]
            noise = as_value(table_of(entries), (count,))
            values.append(at.with_given({name: noise}).value(term))
            total = total + values[-1] * prod(weight for _, weight in nodes)
        return total, values

    value, (first, *others) = mean(NORMAL)
    if all((entries_of(other) == entries_of(first)).all() for other in others):
        raise MathError(f"what follows E does not depend on {name}", term)
    if count == 1:  # where it costs little to see whether the rule is exact
        rest = entries_of(mean(NORMAL_FINER)[0] - value).ravel()
        if any(abs(sp.N(entry, WORKING)) > TINY for entry in rest if entry.is_number):
            raise MathError("an expectation is known of polynomials up to degree 5", term)
    return value


# The smallest and the largest


def _optimum(at: Evaluation, operator: Token, variable: Node, term: Node) -> Value:
    name = name_of(variable)
    smallest, place_is_asked = "min" in operator, "arg" in operator
    symbol = at.symbol(name)
    if symbol.kind == "index":
        counted = range(1, at.size(symbol.of) + 1)
        values = [at.with_indices(**{name: i}).scalar(term, "a candidate") for i in counted]
        best = (min if smallest else max)(real_number(value, term) for value in values)
        place = [real_number(value, term) for value in values].index(best)
        return sp.Integer(place + 1) if place_is_asked else values[place]
    if symbol.shape:
        raise MathError("only the minimum over one number can be found", variable)
    unknown = unknown_for(at, name)
    value = at.with_given({name: unknown}).value(term)
    if is_table(value):
        raise MathError(f"{operator} of {in_words(value.shape)}", term)
    if sp.sympify(value).free_symbols - {unknown}:
        raise MathError(f"{operator} is sought among numbers", term)
    place = at.remember(
        (term, name, smallest, *at.indices_in(term)),
        lambda _: _best(value if smallest else -value, unknown, symbol.domain),
    )
    if place is None:
        raise MathError(f"{operator} over {name} is not found", operator)
    return place if place_is_asked else sp.sympify(value).xreplace({unknown: place})


def _best(value: sp.Expr, unknown: sp.Symbol, domain: str) -> sp.Float | None:
    """Return where a function of one number is smallest: the best of a grid, then a root of f'."""
    f, slope = (sp.lambdify(unknown, term, "mpmath") for term in (value, sp.diff(value, unknown)))
    spread = {
        "positive": mpmath.exp,
        "probability": lambda x: 1 / (1 + mpmath.exp(-x)),
    }.get(domain, mpmath.sinh)
    try:
        with mpmath.workdps(15):
            grid = [spread(mpmath.mpf(i) / 10) for i in range(-80, 81)]
            at = min(range(1, len(grid) - 1), key=lambda i: f(grid[i]))
        low, high = grid[at - 1], grid[at + 1]
        with mpmath.workdps(WORKING + 10):
            if not slope(low) < 0 < slope(high):
                return None
            tiny = mpmath.mpf(10) ** -100
            root = mpmath.findroot(slope, (low, high), solver="anderson", tol=tiny)
    except (ArithmeticError, TypeError, ValueError):  # it is not real there, or has no such root
        return None
    return sp.Float(root, WORKING)


# Eigenvalues


def eigenvalue(table: Value, largest: bool, node: Node) -> sp.Float:
    """Return the largest or the smallest eigenvalue of a symmetric matrix of numbers."""
    entries = [[sp.N(entry, WORKING) for entry in row] for row in table]
    if table.shape[0] != table.shape[1] or not all(
        entry.is_Float or entry.is_Integer for row in entries for entry in row
    ):
        raise MathError("only matrices of numbers have eigenvalues here", node)
    with mpmath.workdps(WORKING):
        matrix = mpmath.matrix(entries)
        if mpmath.mnorm(matrix - matrix.T) > mpmath.mpf(10) ** -DIGITS * (1 + mpmath.mnorm(matrix)):
            raise MathError("eigenvalues are those of a symmetric matrix", node)
        values = mpmath.eigsy(matrix, eigvals_only=True)
        return sp.Float((max if largest else min)(values), WORKING)


RULES: dict[str, Callable[..., Value]] = {
    "limit": _limit,
    "expectation": _expectation,
    "optimum": _optimum,
}
