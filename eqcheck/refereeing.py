"""Definitions against their referees: what a library gives for the same symbols."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from math import prod
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import sympy as sp

from .chapters import Equation, Step
from .evaluating import Evaluation
from .latex import MathError
from .messages import Refutation
from .notation import Symbol
from .values import Value, entries_of, in_words, real_number, shape_of

TOLERANCE = 1e-10


def compare_with_referee(step: Step, place: Evaluation, equation: Equation) -> str:
    """Compare what a definition gives with what its referee gives; return the referee's name."""
    book = place.chapter.book
    expected_name, referee = book.referees.get(equation.label, ("", None))
    if referee is None:
        # A definition that goes on to a claim, L := … = …, is judged by the claim.
        if not any(other.left is step.right for other in equation.steps):
            raise MathError(f"this definition has no referee in {book.shown(book.referees_file)}")
        return ""
    meaning = next(m for m in place.chapter.meanings if m.begin == equation.order and m.label)
    name = meaning.symbol.name
    if name != expected_name:
        raise MathError(f"{expected_name} should be defined here, not {name}", step.left)
    by_itself = not meaning.arguments and meaning.power == 1
    value = place.whole(name) if by_itself else place.value(step.right)
    given = _arguments(referee, place)
    try:
        expected = np.asarray(referee(**given), dtype=float)
    except (ArithmeticError, ValueError) as error:  # what the page defines is nothing to it
        raise MathError(f"{full_name(referee)} refuses its arguments: {error}") from error
    found = _as_array(value, place.symbol(name), place)
    if found.shape != expected.shape or not np.allclose(
        found, expected, rtol=TOLERANCE, atol=TOLERANCE
    ):
        raise Refutation(step, (value, expected), place, full_name(referee))
    return full_name(referee)


@cache
def python_name(name: str) -> str:
    r"""Return a symbol's name in Python: ``Y_hat`` for ``\hat{Y}``."""
    accent = re.fullmatch(r"\\(hat|bar|tilde|mathbf)\{(.*)\}", name)
    if accent:
        return f"{python_name(accent[2])}_{accent[1].removeprefix('math')}"
    return re.sub(r"\\mathrm|[\\{}]", "", name)


def _arguments(referee: Callable[..., Any], place: Evaluation) -> dict[str, Any]:
    names = {python_name(name): name for name in reversed(place.notation.symbols)}
    found = {}
    for parameter in inspect.signature(referee).parameters:
        if (plain := parameter.rstrip("_")) not in names:
            raise MathError(f"{plain}, which the referee takes, is not in {place.notation.source}")
        name = names[plain]
        symbol = place.symbol(name)
        if symbol.kind == "function":
            found[parameter] = partial(_at, symbol, place)
        else:
            found[parameter] = _as_array(place.whole(name), symbol, place)
    return found


def _at(function: Symbol, place: Evaluation, argument: Any) -> Any:
    """Return the value of a drawn function at a number, as NumPy would."""
    value = complex(sp.N(place.point.function(function, sp.sympify(complex(argument))), 20))
    return value if np.iscomplexobj(argument) else value.real


def _as_array(value: Value, symbol: Symbol, place: Evaluation) -> Any:
    if symbol.kind != "quantity":
        return int(value)
    entries = [float(real_number(entry, None)) for entry in entries_of(value).ravel()]
    shape = place.shape(symbol.name)
    if len(entries) != prod(shape):
        raise MathError(f"{symbol.name} is {in_words(shape_of(value))} here")
    return np.array(entries).reshape(shape)


@cache
def full_name(referee: Callable[..., Any]) -> str:
    """Return what a referee calls, by its full name.

    That is the first function that its file imports by name; if there is none, the first of a
    module, such as ``np.mean``; if there is none, what a function of its own file calls.
    """
    known = getattr(referee, "__globals__", {})
    text = inspect.getsource(referee)
    body = text.partition("lambda")[2].partition(":")[2] or text.partition(":\n")[2]
    own = []
    dotted = ""
    for call in re.findall(r"(?<![\w.)])[A-Za-z_][\w.]*(?=\()", body):
        head, _, rest = call.partition(".")
        found = known.get(head)
        if isinstance(found, ModuleType):
            dotted = dotted or f"{found.__name__}.{rest}"
        elif isinstance(found, FunctionType) and found.__globals__ is known:
            own.append(found)
        elif found is not None:
            return f"{_public_module(found)}.{call}"
    return dotted or next(map(full_name, own), "a function")


def _public_module(thing: Any) -> str:
    """Return the shortest module that offers a function or a class."""
    parts = thing.__module__.split(".")
    names = [".".join(parts[: i + 1]) for i in range(len(parts))]
    offers = (n for n in names if getattr(sys.modules.get(n), thing.__name__, None) is thing)
    return next(offers, thing.__module__)
