"""The rules of the grammar for symbols, arithmetic, sums over an index, and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import sympy as sp
from lark import Token, Tree

from .evaluating import Evaluation
from .latex import MathError, Node, children, name_of
from .notation import Symbol
from .values import Value, as_value, entries_of, in_words, is_table, number, shape_of, table_of

# The functions of one number.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    r"\log": sp.log,
    r"\exp": sp.exp,
    r"\sin": sp.sin,
    r"\cos": sp.cos,
    r"\tan": sp.tan,
    r"\tanh": sp.tanh,
    r"\operatorname{sign}": sp.sign,
    r"\operatorname{sigmoid}": lambda x: 1 / (1 + sp.exp(-x)),
    r"\operatorname{Im}": sp.im,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": sp.Eq,
    r"\ne": sp.Ne,
    "<": sp.Lt,
    ">": sp.Gt,
    r"\le": sp.Le,
    r"\ge": sp.Ge,
}
ONES = r"\mathbf{1}"


# Symbols


def symbol(at: Evaluation, *parts: Node) -> Value:
    """Return the value of a symbol, with an index or without."""
    name, indices = at.notation.split(Tree("symbol", list(parts)))
    try:
        if name == r"\delta" and len(indices) == 2:
            return _delta(at, indices)
        if name == "I" and name not in at.given:
            if len(indices) != 1:
                raise MathError("how large is I?")
            return as_value(table_of(sp.eye(at.integer(indices[0])).tolist()))
        if name == ONES:
            if len(indices) != 1:
                raise MathError(f"how many ones are there in {ONES}?")
            return as_value(np.full((at.integer(indices[0]), 1), sp.Integer(1), dtype=object))
        value = at.whole(name)
        return entry_of(at, name, value, indices) if indices else value
    except MathError as error:
        raise error if error.start is not None else MathError(str(error), parts[0]) from None


def _delta(at: Evaluation, indices: list[Node]) -> Value:
    one, other = (at.integer(index) for index in indices)
    letters = [name_of(index) for index in indices if index.data == "symbol"]
    if len({at.notation.counted_by(letter) for letter in letters} - {""}) > 1:
        raise MathError("the delta compares a sample with a class")
    return sp.Integer(one == other)


def entry_of(at: Evaluation, name: str, value: Value, indices: list[Node]) -> Value:
    """Return an entry of the value of a symbol."""
    shape = at.symbol(name).shape
    if len(indices) != len(shape):
        raise MathError(f"{name} has {len(shape)} indices, not {len(indices)}")
    place = []
    for index, size in zip(indices, shape, strict=True):
        letter = name_of(index) if index.data == "symbol" else ""
        counts = at.notation.counted_by(letter)
        if counts and counts != size:
            raise MathError(f"{letter} counts to {counts}, {name} has {size} entries there")
        place.append(at.integer(index))
        if not 1 <= place[-1] <= at.size(size):
            raise MathError(f"{name} has no entry {place[-1]}")
    row, column = place if len(place) == 2 else (place[0], 1)
    return entries_of(value)[row - 1, column - 1]


# Arithmetic


def _number(at: Evaluation, token: Token) -> Value:
    exact = token.isdigit() or at.point.exact
    return sp.Rational(str(token)) if exact else number(str(token))


def _imaginary(_at: Evaluation, _: Token) -> Value:
    return sp.I


def _group(at: Evaluation, inside: Node) -> Value:
    return at.value(inside)


def _negative(at: Evaluation, inside: Node) -> Value:
    return -at.value(inside)


def _plus(at: Evaluation, left: Node, right: Node) -> Value:
    return _sum(at.value(left), at.value(right), right)


def _minus(at: Evaluation, left: Node, right: Node) -> Value:
    return _sum(at.value(left), -at.value(right), right)


def _sum(left: Value, right: Value, node: Node) -> Value:
    if shape_of(left) != shape_of(right):
        shapes = in_words(shape_of(left)), in_words(shape_of(right))
        raise MathError(f"{shapes[0]} and {shapes[1]} cannot be added", node)
    return left + right


def _hadamard(at: Evaluation, *factors: Node) -> Value:
    values = [at.value(factor) for factor in factors]
    if len({shape_of(value) for value in values}) > 1:
        raise MathError("the shapes of an entry-by-entry product differ", factors[0])
    return prod(values[1:], start=values[0])


def _fraction(at: Evaluation, above: Node, below: Node) -> Value:
    divisor = at.scalar(below, "a divisor")
    if divisor == 0:
        raise MathError("division by zero", below)
    return at.value(above) / divisor


def _power(at: Evaluation, base: Node, exponent: Node) -> Value:
    if base.data == "call" and str(base.children[0]) in FUNCTIONS:
        raise MathError("is the power that of the function or of its argument?", base)
    value, (power,) = at.value(base), children(exponent)
    if isinstance(power, Token) and power.type == "TRANSPOSE":
        name = at.notation.split(base)[0] if base.data == "symbol" else ONES
        if name != ONES and not at.symbol(name).shape:
            raise MathError("a number has no transpose", base)
        turned = as_value(value.T) if is_table(value) else value
        return _inverse(turned, base) if power.startswith("-") else turned
    short = isinstance(power, Token)
    power = sp.Integer(power[-1]) if short else at.scalar(power, "an exponent")
    if power == -1:
        return _inverse(value, base)
    if is_table(value):
        raise MathError(f"a power of {in_words(value.shape)} is not defined", base)
    return value**power


def _inverse(value: Value, node: Node) -> Value:
    if not is_table(value):
        if value == 0:
            raise MathError("division by zero", node)
        return 1 / value
    if value.shape[0] != value.shape[1]:
        raise MathError(f"{in_words(value.shape)} has no inverse", node)
    try:
        return table_of(sp.Matrix(value).inv().tolist())
    except sp.matrices.exceptions.NonInvertibleMatrixError:
        raise MathError("the matrix has no inverse", node) from None


def _root(at: Evaluation, inside: Node) -> Value:
    return sp.sqrt(at.scalar(inside, "what is under a root"))


def absolute(value: Value) -> Value:
    """Return the absolute value, as a root, which SymPy differentiates without assumptions."""
    return abs(value) if value.is_number else sp.sqrt(value**2)


def _absolute(at: Evaluation, inside: Node) -> Value:
    return absolute(at.scalar(inside, "what is between bars"))


def _norm(at: Evaluation, inside: Node, kind: Token | None) -> Value:
    table = entries_of(at.value(inside))
    entries = table.ravel()
    if kind is not None and (kind[-1] not in "12" or table.shape[1] > 1):
        raise MathError("only the norms 1 and 2 of a vector are known", kind)
    if kind is not None and kind[-1] == "1":
        return sum(map(absolute, entries))
    return sp.sqrt(sum(entry**2 for entry in entries))


def _matrix(at: Evaluation, *lines: Node) -> Value:
    rows = [[at.scalar(cell, "an entry") for cell in line.children] for line in lines]
    if len({len(row) for row in rows}) > 1:
        raise MathError("the lines of a matrix differ in length", lines[0])
    return as_value(table_of(rows))


def _cases(at: Evaluation, *cases: Node) -> Value:
    pairs = []
    for case in cases:
        value, _, *condition = case.children
        truth = holds(at, condition[0]) if condition else sp.true
        if truth != False:  # noqa: E712  (it may be neither)
            pairs.append((at.scalar(value, "a case"), truth))
        if truth == True:  # noqa: E712
            break
    if not pairs:
        raise MathError("none of the cases applies", cases[0])
    return sp.Piecewise(*pairs)


def holds(at: Evaluation, condition: Node) -> Any:
    """Return whether a comparison holds at this point, perhaps depending on unknowns."""
    values = [at.scalar(member, "what is compared") for member in condition.children[::2]]
    relations = condition.children[1::2]
    try:
        truths = [
            COMPARE[str(relation)](left, right)
            for left, relation, right in zip(values, relations, values[1:], strict=False)
        ]
    except TypeError:  # SymPy's word on numbers that are not real
        raise MathError("only real numbers are compared", condition) from None
    return sp.And(*truths)


# What runs over an index


def _reduction(at: Evaluation, operator: Token, limits: Node, term: Node) -> Value:
    name = str(limits.children[0])
    if at.notation.kind_of(name) != "index":
        raise MathError(f"{name} is no index", limits.children[0])
    counted = _range(at, at.notation.symbols[name], limits)
    values = [at.with_indices(**{name: i}).value(term) for i in counted]
    if str(operator) == r"\prod":
        if any(map(is_table, values)):
            raise MathError("a product over an index is one of numbers", operator)
        return prod(values, start=sp.Integer(1))
    return sum(values[1:], start=values[0]) if values else sp.Integer(0)


def _range(at: Evaluation, letter: Symbol, limits: Node) -> list[int]:
    if limits.data == "all_but":
        without = at.index(str(limits.children[1]))
        return [i for i in range(1, at.size(letter.of) + 1) if i != without]
    first, last = (_bound(at, bound) for bound in limits.children[1:])
    return list(range(first, last + 1))


def _bound(at: Evaluation, node: Node) -> int:
    if node.data == "short_power":
        return int(node.children[0][-1])
    return at.integer(node)


RULES: dict[str, Callable[..., Value]] = {
    "symbol": symbol,
    "number": _number,
    "imaginary": _imaginary,
    "group": _group,
    "negative": _negative,
    "plus": _plus,
    "minus": _minus,
    "hadamard": _hadamard,
    "fraction": _fraction,
    "power": _power,
    "root": _root,
    "absolute": _absolute,
    "norm": _norm,
    "matrix": _matrix,
    "cases": _cases,
    "reduction": _reduction,
}
