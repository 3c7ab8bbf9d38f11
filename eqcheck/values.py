"""Values and their shapes.

A value is a SymPy expression, or a two-dimensional NumPy array of them; a vector is a column, and
what has one entry is a number.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from .latex import MathError, Node

DIGITS = 30  # that both sides must share
WORKING = 60  # that are carried
ZERO = sp.Float(10, WORKING) ** -50  # what remains where digits cancel

Value = Any  # sp.Expr | np.ndarray


def number(value: Fraction | int | str) -> sp.Float:
    """Return a rational number with all the digits that are carried."""
    if isinstance(value, Fraction):
        return sp.Float(sp.Rational(value.numerator, value.denominator), WORKING)
    return sp.Float(value, WORKING)


def is_table(value: Value) -> bool:
    """Return whether a value is a vector or a matrix."""
    return isinstance(value, np.ndarray)


def table_of(entries: Any) -> Any:
    """Return SymPy's entries, or lists of them, as an array."""
    return np.array(entries, dtype=object)


def as_value(entries: Any, shape: tuple[int, ...] | None = None) -> Value:
    """Return entries as a column or a matrix, one entry as a number."""
    shape = entries.shape if shape is None else shape
    table = entries.reshape((*shape, 1) if len(shape) == 1 else shape or (1, 1))
    return table[0, 0] if table.size == 1 else table


def entries_of(value: Value) -> Any:
    """Return a value as a matrix, numbers too."""
    return value if isinstance(value, np.ndarray) else table_of([[value]])


def each(function: Callable[[Any], Any], value: Value) -> Value:
    """Apply a function to each entry."""
    if not isinstance(value, np.ndarray):
        return function(value)
    return table_of([[function(entry) for entry in row] for row in value])


def shape_of(value: Value) -> tuple[int, int]:
    """Return rows and columns."""
    rows, columns = entries_of(value).shape
    return rows, columns


def in_words(shape: tuple[int, ...]) -> str:
    """Return a shape as a reader would say it."""
    return "a number" if shape == (1, 1) else f"{shape[0]} × {shape[1]}"


def real_number(entry: Value, node: Node) -> sp.Float:
    """Return an entry with all its digits; one that is no real number is an error."""
    found = sp.N(entry, WORKING)
    real, imaginary = found.as_real_imag()
    if imaginary.is_Float and abs(imaginary) < ZERO:  # rounding, where an i was divided by an i
        found = real
    if not found.is_Float and not found.is_Integer:
        raise MathError(f"comes out as {found}, not as a real number", node)
    return found
