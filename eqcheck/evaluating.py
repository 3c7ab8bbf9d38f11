"""A tree to numbers: one equation at given sizes, at a random point, with SymPy.

Symbols that no equation defines are random rational numbers from their domain. Each rule of the
grammar is evaluated by the function of its name in ``arithmetic``, ``functions``,
``calculus`` or ``analysis``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from .chapters import Chapter, Meaning
from .latex import MathError, Node
from .notation import Notation, Symbol
from .points import Point
from .values import Value, as_value, in_words, is_table, shape_of

CONSTANTS = {"e": sp.E, r"\pi": sp.pi}


@dataclass
class Used:
    """What was asked for: sizes, indices, free symbols, and the labels of definitions."""

    free: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    indices: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)

    def add(self, other: Used) -> None:
        """Count what was asked for elsewhere."""
        self.free |= other.free
        self.sizes |= other.sizes
        self.indices |= other.indices
        self.labels |= other.labels


Memory = dict[Any, tuple[Used, Any]]


@dataclass
class Evaluation:
    """The values of formulas at one place of a chapter, at one point.

    What is bound or given is changed in a copy alone; `used` and `memory` are filled as formulas
    are evaluated.

    Attributes
    ----------
    chapter, order : where in the book we are, which decides the meaning of the symbols
    sizes : N, C and so on
    point : the values of the free symbols
    indices : the indices that are bound, counted from 1
    given : symbols that have a value for the moment, whatever defines them
    varied : the free symbols that differentials, dY, change
    defining : the symbols whose definition is being evaluated
    used : what was asked for
    memory : what was used and what came out, by formula and bound indices, as long as nothing
        else is given
    """

    chapter: Chapter
    order: int
    sizes: dict[str, int]
    point: Point
    indices: dict[str, int] = field(default_factory=dict)
    given: dict[str, Value] = field(default_factory=dict)
    varied: tuple[str, ...] = ()
    defining: tuple[str, ...] = ()
    used: Used = field(default_factory=Used)
    memory: Memory = field(default_factory=dict)

    def with_indices(self, **indices: int) -> Evaluation:
        """Bind indices."""
        return replace(self, indices={**self.indices, **indices})

    def with_given(self, given: dict[str, Value]) -> Evaluation:
        """Give symbols a value; what depends on them is evaluated again."""
        return replace(self, given={**self.given, **given}, memory={})

    @property
    def notation(self) -> Notation:
        """What the symbols of the book stand for."""
        return self.chapter.book.notation

    def value(self, node: Node) -> Value:
        """Return the value of a formula, by the function that is named as its rule."""
        return rules()[node.data](self, *node.children)

    def scalar(self, node: Node, what: str) -> Value:
        """Return the value of a formula that must be a number."""
        value = self.value(node)
        if is_table(value):
            raise MathError(f"{what} is {in_words(value.shape)}, not a number", node)
        return value

    def integer(self, node: Node) -> int:
        """Return the value of an index or a bound."""
        value = sp.sympify(self.scalar(node, "an index"))
        if not (value.is_number and value.is_real and value == int(value)):
            raise MathError("an index must be a whole number", node)
        return int(value)

    # Symbols

    def size(self, name: str) -> int:
        """Return a size, N, or 2 itself."""
        if name.isdigit():
            return int(name)
        if name not in self.sizes:
            raise MathError(f"{name} is not a size")
        self.used.sizes[name] = self.sizes[name]
        return self.sizes[name]

    def index(self, name: str) -> int:
        """Return the value of an index that is bound."""
        if name not in self.indices:
            raise MathError(f"the index {name} is bound by nothing")
        self.used.indices.add(name)
        return self.indices[name]

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a symbol as it is declared here."""
        return tuple(self.size(size) for size in self.symbol(name).shape)

    def symbol(self, name: str) -> Symbol:
        """Return what is declared of a symbol here."""
        return self.chapter.symbol(name, self.order)

    def definition(self, name: str) -> Meaning | None:
        """Return the definition of a symbol that holds here, if one does."""
        return self.chapter.definition(name, self.order)

    def whole(self, name: str) -> Value:
        """Return the value of a symbol without an index."""
        if name in self.given:
            return self.given[name]
        symbol = self.symbol(name)
        if symbol.kind == "size":
            return sp.Integer(self.size(name))
        if symbol.kind == "index":
            return sp.Integer(self.index(name))
        if name in CONSTANTS:
            return CONSTANTS[name]
        if symbol.kind != "quantity":
            raise MathError(f"{name} is an {symbol.kind} and has no value by itself")
        shape = self.shape(name)
        if definition := self.definition(name):
            return self._by_definition(name, definition, shape)
        if not symbol.domain:
            raise MathError(f"{name} is not defined by an equation (with :=) that holds here")
        self.used.free.add(name)
        return self.point.draw(name, shape, symbol.domain)

    def _by_definition(self, name: str, definition: Meaning, shape: tuple[int, ...]) -> Value:
        self.used.labels.add(definition.label)
        if name in self.defining:
            raise MathError(f"{name} is defined by itself ({definition.label})")
        inside = replace(self, defining=(*self.defining, name))
        key = (definition.begin, name, *self.indices_in(definition.body))
        try:
            return inside.remember(key, lambda place: place._defined(definition, shape))
        except MathError as error:
            if error.start is None:
                raise
            raise MathError(f"{error}, in {definition.label or 'a sentence'}") from None

    def _defined(self, definition: Meaning, shape: tuple[int, ...]) -> Value:
        # Of L(w) := …, what varies with w is taken at w, as in ∂L/∂w.
        name = definition.symbol.name
        if definition.arguments and definition.arguments[0] not in self.given:
            raise MathError(f"{name} is a function and needs an argument")
        if definition.indices:
            value = self._entry_by_entry(definition, shape)
        else:
            value = self.value(definition.body)
            wanted = (*shape, 1)[:2] if shape else (1, 1)
            if shape_of(value) != wanted:
                raise MathError(
                    f"{name} is {in_words(wanted)} in the notation, and "
                    f"{in_words(shape_of(value))} in {definition.label}"
                )
        if definition.power != 1:
            if is_table(value):
                raise MathError(f"a power of {in_words(value.shape)} is not defined")
            value = sp.root(value, definition.power)
        return value

    def _entry_by_entry(self, definition: Meaning, shape: tuple[int, ...]) -> Value:
        name = definition.symbol.name
        counted = tuple(self.notation.counted_by(letter) for letter in definition.indices)
        if counted != self.symbol(name).shape:
            raise MathError(f"{definition.label} gives {name} other indices")
        value = np.empty(shape, dtype=object)
        for place in itertools.product(*(range(1, size + 1) for size in shape)):
            inside = self.with_indices(**dict(zip(definition.indices, place, strict=True)))
            entry = inside.value(definition.body)
            if is_table(entry):
                raise MathError(f"{definition.label}: one entry is {in_words(entry.shape)}")
            value[tuple(i - 1 for i in place)] = entry
        return as_value(value, shape)

    # Memory

    def indices_in(self, term: Node) -> tuple[tuple[str, int | None], ...]:
        """Return the free indices of a formula, and what they are bound to."""
        free = sorted(self.notation.free_indices(term))
        return tuple((name, self.indices.get(name)) for name in free)

    def remembered(self, node: Node) -> Value:
        """Return the value of a formula, from memory if it was evaluated before."""
        return self.remember((node, *self.indices_in(node)), lambda place: place.value(node))

    def remember(self, key: Any, compute: Callable[[Evaluation], Any]) -> Any:
        """Return what is computed, from memory if it was computed before."""
        used, known = self.memory.get(key, (Used(), None))
        try:
            if key not in self.memory:
                known = compute(replace(self, used=used))
                self.memory[key] = used, known
        finally:  # what was asked for the first time is asked for each time
            self.used.add(used)
        return known


@cache
def rules() -> dict[str, Callable[..., Value]]:
    """Return how each rule of the grammar is evaluated."""
    from . import analysis, arithmetic, calculus, functions  # which build on this module

    return arithmetic.RULES | functions.RULES | calculus.RULES | analysis.RULES
