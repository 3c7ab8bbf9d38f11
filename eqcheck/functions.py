"""The rules of the grammar for functions: those that are known, defined or drawn.

A product is among them, because P(w) looks like one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp
from lark import Token, Tree

from .analysis import eigenvalue
from .arithmetic import FUNCTIONS
from .chapters import Meaning
from .differentiating import diff
from .evaluating import Evaluation
from .latex import MathError, Node, name_of
from .values import Value, as_value, entries_of, in_words, is_table, shape_of, table_of


def _call(at: Evaluation, function: Token, *arguments: Node) -> Value:
    name = str(function)
    values = [at.value(argument) for argument in arguments]
    if name in (r"\min", r"\max"):
        return _extreme(name, values, function)
    if name == r"\operatorname{Beta}" and len(values) == 2 and not any(map(is_table, values)):
        return sp.beta(*values)
    if len(values) > 1 or "arg" in name or "Beta" in name:
        raise MathError(f"{name} does not take what is in its bracket", function)
    (value,) = values
    if name in OF_TABLES:
        return OF_TABLES[name](entries_of(value), function)
    if name == r"\operatorname{softmax}" and shape_of(value)[1] == 1:
        powers = table_of([[sp.exp(entry)] for entry in entries_of(value)[:, 0]])
        return as_value(powers / powers.sum())
    if is_table(value):
        raise MathError(f"{name} of {in_words(value.shape)}, not of a number", function)
    if name == r"\log" and value.is_number and not value.is_positive:
        raise MathError("the logarithm of what is not positive", function)
    return FUNCTIONS[name](value)


def _extreme(name: str, values: list[Value], node: Node) -> Value:
    if any(map(is_table, values)):
        raise MathError(f"{name} takes numbers", node)
    try:
        return (sp.Min if name == r"\min" else sp.Max)(*values)
    except ValueError:  # SymPy's word on numbers that are not real
        raise MathError("only real numbers are compared", node) from None


def _diag(table: Value, node: Node) -> Value:
    if table.shape[1] != 1:
        raise MathError("diag needs a column", node)
    return as_value(table_of(sp.diag(*table[:, 0]).tolist()))


def _trace(table: Value, node: Node) -> Value:
    return sum(_square(table, node).diagonal())


def _determinant(table: Value, node: Node) -> Value:
    return sp.Matrix(_square(table, node)).det()


def _square(table: Value, node: Node) -> Value:
    if table.shape[0] != table.shape[1]:
        raise MathError(f"{node} of {in_words(table.shape)}: not square", node)
    return table


def _eigenvalue(table: Value, node: Node) -> Value:
    return eigenvalue(table, largest="max" in node, node=node)


OF_TABLES: dict[str, Callable[[Value, Node], Value]] = {
    r"\operatorname{diag}": _diag,
    r"\operatorname{tr}": _trace,
    r"\det": _determinant,
    r"\lambda_{\min}": _eigenvalue,
    r"\lambda_{\max}": _eigenvalue,
}


def _call_of_power(at: Evaluation, function: Token, base: Node, exponent: Node) -> Value:
    return _call(at, function, Tree("power", [base, exponent]))


def _is_application(at: Evaluation, function: Node, group: Node) -> bool:
    """Tell P(w) and f(x + h) from a product: by what is defined, and what the bracket contains."""
    if function.data not in ("symbol", "primed") or group.data != "group":
        return False
    name, indices = at.notation.split(function)
    if function.data == "primed" or _is_drawn(at, name):
        return True
    definition = None if indices else at.definition(name)
    if definition is None:
        return False
    return bool(definition.arguments) or group.children[0].data == "symbol"


def _is_drawn(at: Evaluation, name: str) -> bool:
    """Tell a function of which nothing is known but its kind."""
    return at.notation.kind_of(name) == "function" and not at.definition(name)


def _apply(at: Evaluation, function: Node, group: Node) -> Value:
    name = at.notation.split(function)[0]
    if function.data == "primed":
        place = at.scalar(group, "the argument of a derivative")
        unknown = sp.Dummy()
        value = _function_at(at, name, unknown, function)
        for _ in function.children[1]:
            value = diff(value, unknown)
        return sp.sympify(value).xreplace({unknown: place})
    definition = at.definition(name)
    if definition is None or definition.arguments:
        return _function_at(at, name, at.value(group), function)
    # P(w) says that P depends on w.
    variable = name_of(group.children[0])
    if variable not in at.given if at.given else at.definition(variable):
        raise MathError(f"it is not {variable} that varies here", group)
    if not _depends(at, definition, variable):
        raise MathError(f"{name} does not depend on {variable}", group)
    return at.value(function)


def _function_at(at: Evaluation, name: str, argument: Value, node: Node) -> Value:
    if _is_drawn(at, name):
        if shape_of(argument)[1] != 1:
            raise MathError(f"{name} takes a number or a column", node)
        at.used.free.add(name)
        return at.point.function(at.symbol(name), argument)
    definition = at.definition(name)
    if definition is None or not definition.arguments:
        raise MathError(f"{name} is not a function", node)
    if name in at.defining:
        raise MathError(f"{name} is defined by itself", node)
    at.used.labels.add(definition.label)
    inside = at.with_given({definition.arguments[0]: argument})
    return replace(inside, defining=(*at.defining, name)).value(definition.body)


def _primed(_at: Evaluation, name: Token, _: Token) -> Value:
    raise MathError(f"at which place is the derivative of {name} taken?", name)


def _depends(at: Evaluation, definition: Meaning, on: str) -> bool:
    """Return whether a definition leads to a symbol, through others or directly."""
    seen: set[str] = set()
    waiting = [definition]
    while waiting:
        for part in waiting.pop().body.find_data("symbol"):
            name = at.notation.split(part)[0]
            if name == on:
                return True
            further = at.definition(name)
            if further and name not in seen:
                seen.add(name)
                waiting.append(further)
    return False


def _product(at: Evaluation, *factors: Node) -> Value:
    value: Value = None
    rest = list(factors)
    while rest:
        factor = rest.pop(0)
        if rest and factor.data == "call" and factor.children[-1].data == "number":
            raise MathError("where does the argument of the function end?", rest[0])
        if rest and _is_application(at, factor, rest[0]):
            one = _apply(at, factor, rest.pop(0))
        else:
            one = at.value(factor)
        value = one if value is None else _times(value, one, factor)
    return value


def _times(left: Value, right: Value, node: Node) -> Value:
    if not (is_table(left) and is_table(right)):
        return left * right
    if left.shape[1] != right.shape[0]:
        shapes = in_words(left.shape), in_words(right.shape)
        raise MathError(f"{shapes[0]} times {shapes[1]}: the shapes do not fit", node)
    return as_value(left @ right)


RULES: dict[str, Callable[..., Value]] = {
    "call": _call,
    "call_of_power": _call_of_power,
    "primed": _primed,
    "product": _product,
}
