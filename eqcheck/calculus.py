"""The rules of the grammar for derivatives and differentials.

A derivative substitutes SymPy symbols for what it is taken with respect to, evaluates what is
differentiated, from the book's own definitions, and differentiates that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from lark import Token, Tree

from .arithmetic import entry_of
from .differentiating import diff
from .evaluating import Evaluation
from .latex import MathError, Node
from .notation import Notation
from .values import Value, as_value, each, entries_of, is_table, table_of


def _derivative(at: Evaluation, above_order: Token | None, term: Node, *by: Node) -> Value:
    return _derive(at, term, by, above_order)


def _derivative_of(at: Evaluation, above_order: Token | None, *parts: Node) -> Value:
    *by, term = parts
    return _derive(at, term, tuple(by), above_order)


def _gradient(at: Evaluation, _: Token, by: Node, term: Node) -> Value:
    return _derive(at, term, (Tree("by", [by, None]),), None)


def _derive(at: Evaluation, term: Node, by: tuple[Node, ...], above_order: Token | None) -> Value:
    flat = [part for part in by for _ in range(_order(part.children[1]))]
    targets = [at.notation.split(part.children[0]) for part in flat]
    if len(targets) != (int(above_order[-1]) if above_order else 1):
        raise MathError("the orders above and below the bar differ", term)
    names = [name for name, _ in targets]
    replaced, value = at.remember(
        (term, *names, *at.indices_in(term)), lambda place: _with_unknowns(place, names, term)
    )
    for number, ((name, indices), part) in enumerate(zip(targets, flat, strict=True)):
        unknown = replaced[name][0]
        entry = entry_of(at, name, unknown, indices) if indices else unknown
        if part.children[1] is not None and part.children[1].type == "TRANSPOSE":
            if indices or not at.symbol(name).shape:
                raise MathError("a number has no transpose", part)
            if number == 0:
                raise MathError("a gradient has the shape of what it is taken by", part)
        value = _by(value, entry, term)
    now = {
        symbol: number
        for pair in replaced.values()
        for symbol, number in zip(*(entries_of(side).ravel() for side in pair), strict=True)
    }
    return each(lambda entry: sp.sympify(entry).xreplace(now), value)


def _order(token: Token | None) -> int:
    return int(token[-1]) if token is not None and token.type == "SHORT_POWER" else 1


def _with_unknowns(
    at: Evaluation, names: list[str], term: Node
) -> tuple[dict[str, tuple[Value, Value]], Value]:
    """Return unknowns and values of symbols, and a formula with the unknowns in it."""
    replaced = {}
    for name in names:
        values = at.whole(name)
        replaced[name] = unknown_for(at, name, values), values
    given = {name: unknown for name, (unknown, _) in replaced.items()}
    return replaced, at.with_given(given).value(term)


def unknown_for(at: Evaluation, name: str, values: Value = 0) -> Value:
    """Return SymPy symbols, as many as there are values of a symbol of the book."""
    # SymPy is several times faster without assumptions; a root needs them to undo a square.
    positive = at.symbol(name).domain == "positive"
    return each(lambda _: sp.Dummy(positive=True) if positive else sp.Dummy(), values)


def _by(value: Value, unknown: Value, node: Node) -> Value:
    if not is_table(unknown):
        return each(lambda entry: diff(entry, unknown), value)
    if not is_table(value):
        return each(lambda symbol: diff(value, symbol), unknown)
    if value.shape[1] != 1 or unknown.shape[1] != 1:
        raise MathError("the derivative of a matrix by a matrix needs indices", node)
    return as_value(table_of([[diff(f, s) for s in unknown[:, 0]] for f in value[:, 0]]))


def _differential(at: Evaluation, _: Token, symbol: Node) -> Value:
    name, indices = at.notation.split(symbol)
    if indices:
        raise MathError("the differential of an entry is not known", symbol)
    if name in at.varied:
        return at.point.draw(f"d{name}", at.shape(name), "real")
    step = sp.Dummy(real=True)
    moved = {
        other: at.whole(other) + step * _differential(at, _, Tree("symbol", [other, None]))
        for other in at.varied
    }
    value = at.with_given(moved).value(symbol)
    return each(lambda entry: diff(entry, step).xreplace({step: sp.Integer(0)}), value)


def differentials(tree: Node, notation: Notation) -> Iterator[str]:
    """Yield the symbols whose differential a formula takes."""
    for part in tree.find_data("differential"):
        yield notation.split(part.children[1])[0]


RULES: dict[str, Callable[..., Value]] = {
    "derivative": _derivative,
    "derivative_of": _derivative_of,
    "gradient": _gradient,
    "differential": _differential,
}
