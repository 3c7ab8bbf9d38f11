"""A tree to numbers: one equation at given sizes, at a random point, with SymPy.

A value is a SymPy expression, or a two-dimensional NumPy array of them; a vector is a column, and
what has one entry is a number. Symbols that no equation defines are random rational numbers from
their domain. A derivative puts SymPy symbols in the place of what it is taken with respect to,
evaluates what is differentiated, from the book's own definitions, and differentiates that.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from lark import Token, Tree

from .chapters import Chapter, Meaning, free_indices, split
from .differentiating import diff
from .latex import MathError, Node, children, name_of
from .notation import Symbol, symbols

DIGITS = 30  # that both sides must share
WORKING = 60  # that are carried
CONSTANTS = {"e": sp.E, r"\pi": sp.pi}
FUNCTIONS = {
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

Value = Any  # sp.Expr | np.ndarray


def number(value: Fraction | int | str) -> sp.Float:
    """Return a rational number with all the digits that are carried."""
    if isinstance(value, Fraction):
        return sp.Float(sp.Rational(value.numerator, value.denominator), WORKING)
    return sp.Float(value, WORKING)


@dataclass
class Point:
    """Random values for free symbols, the same for a symbol whenever it is asked for."""

    seed: int
    drawn: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    exact: bool = False  # rational numbers in SymPy too, for limits, where digits cancel

    def draw(self, name: str, shape: tuple[int, ...], domain: str) -> Value:
        """Return the value of a symbol: rational numbers, none of them special."""
        chance = random.Random(f"{self.seed} {name} {shape} {domain}")
        entries = [self._entry(chance, domain) for _ in range(prod(shape))]
        # At every other point positive vectors add up to 1, for steps that need it.
        if domain == "simplex" or (domain == "positive" and shape and self.seed % 2):
            width = shape[-1]
            rows = [entries[i : i + width] for i in range(0, len(entries), width)]
            entries = [entry / sum(row) for row in rows for entry in row]
        self.drawn[name] = (shape, entries)
        make = sp.Rational if self.exact else number
        return as_value(np.array([make(entry) for entry in entries], dtype=object), shape)

    def function(self, symbol: Symbol, argument: Value) -> Value:
        """Return the value of a function, drawn among the smooth or the strictly convex ones."""
        terms = entries_of(argument).ravel()
        chance = random.Random(f"{self.seed} {symbol.name} {len(terms)}")
        fractions = [Fraction(chance.randint(1, 9), chance.choice((5, 7, 8))) for _ in range(4)]
        slopes = [[Fraction(chance.randint(-9, 9), 16) for _ in terms] for _ in range(2)]
        make = sp.Rational if self.exact else number
        a, b, c, d = map(make, fractions)
        one, two = (sum(make(m) * x for m, x in zip(row, terms, strict=True)) for row in slopes)
        last = sp.sin(b * two + c) if symbol.domain == "smooth" else sp.exp(two)
        squares = sum(x**2 for x in terms)
        value = (
            a * sp.exp(one)
            + last
            + d * (two**3 + squares if symbol.domain == "smooth" else squares)
        )
        self.drawn[symbol.name] = ((), [f"a {symbol.domain} function"])
        if symbol.domain == "smooth":  # at some points it is negative
            value *= chance.choice((-1, 1))
        return value

    def _entry(self, chance: random.Random, domain: str) -> Fraction:
        below = chance.choice((7, 9, 11, 13))
        if domain == "probability":
            return Fraction(chance.randint(1, below - 1), below)
        above = chance.randint(below // 3, 3 * below)
        scale = chance.choice((Fraction(1, 5), 1, 1, 1, 3))
        if self.seed > 2:  # further points go further, every symbol through all scales
            scale = Fraction(4) ** ((self.seed + chance.randrange(2)) % 4 - 2)
        return scale * Fraction(above, below) * (chance.choice((-1, 1)) if domain == "real" else 1)


class Unknowns(Point):
    """No values: SymPy symbols, for what is to hold whatever they are."""

    def draw(self, name: str, shape: tuple[int, ...], domain: str) -> Value:
        """Return a symbol."""
        if shape:
            raise MathError("only numbers stay symbols")
        return (
            sp.Symbol(name, positive=True) if domain == "positive" else sp.Symbol(name, real=True)
        )

    def function(self, symbol: Symbol, argument: Value) -> Value:
        """Return a function of which SymPy knows the name only."""
        return sp.Function(symbol.name)(*entries_of(argument).ravel())


def as_value(entries: np.ndarray, shape: tuple[int, ...] | None = None) -> Value:
    """Return entries as a column or a matrix, one entry as a number."""
    shape = entries.shape if shape is None else shape
    table = entries.reshape((*shape, 1) if len(shape) == 1 else shape or (1, 1))
    return table[0, 0] if table.size == 1 else table


def entries_of(value: Value) -> np.ndarray:
    """Return a value as a matrix, numbers too."""
    return value if isinstance(value, np.ndarray) else np.array([[value]], dtype=object)


def each(function: Callable[[Any], Any], value: Value) -> Value:
    """Apply a function to each entry."""
    if not isinstance(value, np.ndarray):
        return function(value)
    return np.array([[function(entry) for entry in row] for row in value], dtype=object)


def shape_of(value: Value) -> tuple[int, int]:
    """Return rows and columns."""
    return entries_of(value).shape


def in_words(shape: tuple[int, int]) -> str:
    """Return a shape as a reader would say it."""
    return "a number" if shape == (1, 1) else f"{shape[0]} × {shape[1]}"


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


@dataclass(frozen=True)
class Evaluation:
    """The values of formulas at one place of a chapter, at one point.

    Attributes
    ----------
    chapter, order : where in the book we are, which says what the symbols mean
    sizes : N, C and so on
    point : the values of the free symbols
    indices : the indices that are bound, counted from 1
    given : symbols that have a value for the moment, whatever defines them
    varied : the free symbols that differentials, dY, change
    defining : the symbols whose definition is being evaluated
    used : filled with what is asked for
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
    memory: dict[Any, tuple[Used, Any]] = field(default_factory=dict)

    def with_indices(self, **indices: int) -> Evaluation:
        """Bind indices."""
        return replace(self, indices={**self.indices, **indices})

    def with_given(self, given: dict[str, Value]) -> Evaluation:
        """Give symbols a value; what depends on them is evaluated anew."""
        return replace(self, given={**self.given, **given}, memory={})

    def value(self, node: Node) -> Value:
        """Return the value of a formula, by the method that is named as its rule."""
        return getattr(self, f"_{node.data}")(*node.children)

    # Symbols

    def size(self, name: str) -> int:
        """Return a size, N, or 2 itself."""
        if name.isdigit():
            return int(name)
        if name not in self.sizes:
            raise MathError(f"{name} is no size")
        self.used.sizes[name] = self.sizes[name]
        return self.sizes[name]

    def symbol(self, name: str) -> Symbol:
        """Return what is declared of a symbol here."""
        return self.chapter.symbol(name, self.order)

    def whole(self, name: str) -> Value:
        """Return the value of a symbol without an index."""
        if name in self.given:
            return self.given[name]
        symbol = self.symbol(name)
        if symbol.kind == "size":
            return sp.Integer(self.size(name))
        if symbol.kind == "index":
            return sp.Integer(self._index(name))
        if name in CONSTANTS:
            return CONSTANTS[name]
        if symbol.kind != "quantity":
            raise MathError(f"{name} is an {symbol.kind} and has no value by itself")
        shape = tuple(self.size(size) for size in symbol.shape)
        if definition := self.chapter.definition(name, self.order):
            self.used.labels.add(definition.label)
            if name in self.defining:
                raise MathError(f"{name} is defined by itself ({definition.label})")
            inside = replace(self, defining=(*self.defining, name))
            key = (definition.begin, name, *self._indices_in(definition.body))
            try:
                return inside._remember(key, lambda place: place._defined(definition, shape))
            except MathError as error:
                if error.start is None:
                    raise
                raise MathError(f"{error}, in {definition.label or 'a sentence'}") from None
        if not symbol.domain:
            raise MathError(f"{name} is not defined by an equation (with :=) that holds here")
        self.used.free.add(name)
        return self.point.draw(name, shape, symbol.domain)

    def _defined(self, definition: Meaning, shape: tuple[int, ...]) -> Value:
        # Of L(w) := …, what varies with w is taken at w, as in ∂L/∂w.
        if definition.arguments and definition.arguments[0] not in self.given:
            raise MathError(f"{definition.symbol.name} is a function and needs an argument")
        if definition.indices:
            counted = tuple(symbols()[letter].of for letter in definition.indices)
            if counted != self.symbol(definition.symbol.name).shape:
                raise MathError(f"{definition.label} gives {definition.symbol.name} other indices")
            value = np.empty(shape, dtype=object)
            for place in itertools.product(*(range(1, size + 1) for size in shape)):
                inside = self.with_indices(**dict(zip(definition.indices, place, strict=True)))
                entry = inside.value(definition.body)
                if isinstance(entry, np.ndarray):
                    raise MathError(f"{definition.label}: one entry is {in_words(entry.shape)}")
                value[tuple(i - 1 for i in place)] = entry
            value = as_value(value, shape)
        else:
            value = self.value(definition.body)
            wanted = (*shape, 1)[:2] if shape else (1, 1)
            if shape_of(value) != wanted:
                raise MathError(
                    f"{definition.symbol.name} is {in_words(wanted)} in the notation, and "
                    f"{in_words(shape_of(value))} in {definition.label}"
                )
        if definition.power != 1:
            value = sp.root(value, definition.power)
        return value

    def _index(self, name: str) -> int:
        if name not in self.indices:
            raise MathError(f"the index {name} is bound by nothing")
        self.used.indices.add(name)
        return self.indices[name]

    def _symbol(self, *parts: Node) -> Value:
        tree = Tree("symbol", list(parts))
        name, indices = split(tree)
        try:
            if name == r"\delta" and len(indices) == 2:
                one, other = (self._integer(index) for index in indices)
                letters = [name_of(index) for index in indices if index.data == "symbol"]
                if len({symbols()[letter].of for letter in letters if letter in symbols()}) > 1:
                    raise MathError("the delta compares a sample with a class")
                return sp.Integer(one == other)
            if name == "I" and name not in self.given:
                if len(indices) != 1:
                    raise MathError("how large is I?")
                return as_value(np.array(sp.eye(self._integer(indices[0])).tolist(), dtype=object))
            if name == r"\mathbf{1}":
                (count,) = indices or [None]
                if count is None:
                    raise MathError("how many ones are there in \\mathbf{1}?")
                return as_value(np.full((self._integer(count), 1), sp.Integer(1), dtype=object))
            value = self.whole(name)
            return self._entry(name, value, indices) if indices else value
        except MathError as error:
            raise error if error.start is not None else MathError(str(error), parts[0]) from None

    def _entry(self, name: str, value: Value, indices: list[Tree]) -> Value:
        shape = self.symbol(name).shape
        if len(indices) != len(shape):
            raise MathError(f"{name} has {len(shape)} indices, not {len(indices)}")
        place = []
        for index, size in zip(indices, shape, strict=True):
            letter = name_of(index) if index.data == "symbol" else ""
            counts = symbols()[letter].of if letter in symbols() else ""
            if counts and counts != size:
                raise MathError(f"{letter} counts to {counts}, {name} has {size} entries there")
            place.append(self._integer(index))
            if not 1 <= place[-1] <= self.size(size):
                raise MathError(f"{name} has no entry {place[-1]}")
        column = place if len(place) == 2 else [place[0], 1]
        return entries_of(value)[column[0] - 1, column[1] - 1]

    def _integer(self, node: Tree) -> int:
        value = self.value(node)
        if not (isinstance(value, (int, sp.Integer)) or value == int(value)):
            raise MathError("an index must be a whole number", node)
        return int(value)

    # Arithmetic

    def _number(self, token: Token) -> Value:
        exact = token.isdigit() or self.point.exact
        return sp.Rational(str(token)) if exact else number(str(token))

    def _imaginary(self, _: Token) -> Value:
        return sp.I

    def _group(self, inside: Tree) -> Value:
        return self.value(inside)

    def _negative(self, inside: Tree) -> Value:
        return -self.value(inside)

    def _plus(self, left: Tree, right: Tree) -> Value:
        return self._sum(self.value(left), self.value(right), right)

    def _minus(self, left: Tree, right: Tree) -> Value:
        return self._sum(self.value(left), -self.value(right), right)

    @staticmethod
    def _sum(left: Value, right: Value, node: Tree) -> Value:
        if shape_of(left) != shape_of(right):
            shapes = in_words(shape_of(left)), in_words(shape_of(right))
            raise MathError(f"{shapes[0]} and {shapes[1]} cannot be added", node)
        return left + right

    def _product(self, *factors: Tree) -> Value:
        value: Value = None
        rest = list(factors)
        while rest:
            factor = rest.pop(0)
            if rest and factor.data == "call" and factor.children[-1].data == "number":
                raise MathError("where does the argument of the function end?", rest[0])
            if rest and self._is_application(factor, rest[0]):
                one = self._apply(factor, rest.pop(0))
            else:
                one = self.value(factor)
            value = one if value is None else self._times(value, one, factor)
        return value

    @staticmethod
    def _times(left: Value, right: Value, node: Tree) -> Value:
        if not (isinstance(left, np.ndarray) and isinstance(right, np.ndarray)):
            return left * right
        if left.shape[1] != right.shape[0]:
            shapes = in_words(left.shape), in_words(right.shape)
            raise MathError(f"{shapes[0]} times {shapes[1]}: the shapes do not fit", node)
        return as_value(left @ right)

    def _hadamard(self, *factors: Tree) -> Value:
        values = [self.value(factor) for factor in factors]
        if len({shape_of(value) for value in values}) > 1:
            raise MathError("the shapes of an entry-by-entry product differ", factors[0])
        return prod(values[1:], start=values[0])

    def _fraction(self, above: Tree, below: Tree) -> Value:
        divisor = self._scalar(below, "a divisor")
        if divisor == 0:
            raise MathError("division by zero", below)
        return self.value(above) / divisor

    def _scalar(self, node: Tree, what: str) -> Value:
        value = self.value(node)
        if isinstance(value, np.ndarray):
            raise MathError(f"{what} is {in_words(value.shape)}, not a number", node)
        return value

    def _power(self, base: Tree, exponent: Tree) -> Value:
        if base.data == "call" and str(base.children[0]) in FUNCTIONS:
            raise MathError("is the power that of the function or of its argument?", base)
        value, (power,) = self.value(base), children(exponent)
        if isinstance(power, Token) and power.type == "TRANSPOSE":
            name = split(base)[0] if base.data == "symbol" else r"\mathbf{1}"
            if name != r"\mathbf{1}" and not self.symbol(name).shape:
                raise MathError("a number has no transpose", base)
            turned = as_value(value.T) if isinstance(value, np.ndarray) else value
            return self._inverse(turned, base) if power.startswith("-") else turned
        power = (
            sp.Integer(power[-1])
            if isinstance(power, Token)
            else self._scalar(power, "an exponent")
        )
        if power == -1:
            return self._inverse(value, base)
        if isinstance(value, np.ndarray):
            raise MathError(f"a power of {in_words(value.shape)} is not defined", base)
        return value**power

    @staticmethod
    def _inverse(value: Value, node: Tree) -> Value:
        if not isinstance(value, np.ndarray):
            return 1 / value
        if value.shape[0] != value.shape[1]:
            raise MathError(f"{in_words(value.shape)} has no inverse", node)
        return np.array(sp.Matrix(value).inv().tolist(), dtype=object)

    def _root(self, inside: Tree) -> Value:
        return sp.sqrt(self._scalar(inside, "what is under a root"))

    def _absolute(self, inside: Tree) -> Value:
        return _absolute(self._scalar(inside, "what is between bars"))

    def _norm(self, inside: Tree, kind: Token | None) -> Value:
        table = entries_of(self.value(inside))
        entries = table.ravel()
        if kind is not None and (kind[-1] not in "12" or table.shape[1] > 1):
            raise MathError("only the norms 1 and 2 of a vector are known", kind)
        if kind is not None and kind[-1] == "1":
            return sum(map(_absolute, entries))
        return sp.sqrt(sum(entry**2 for entry in entries))

    def _matrix(self, *lines: Tree) -> Value:
        rows = [[self._scalar(cell, "an entry") for cell in line.children] for line in lines]
        if len({len(row) for row in rows}) > 1:
            raise MathError("the lines of a matrix differ in length", lines[0])
        return as_value(np.array(rows, dtype=object))

    def _cases(self, *cases: Tree) -> Value:
        pairs = []
        for case in cases:
            value, _, *condition = case.children
            truth = self.holds(condition[0]) if condition else sp.true
            if truth != False:  # noqa: E712  (it may be neither)
                pairs.append((self.value(value), truth))
            if truth == True:  # noqa: E712
                break
        return sp.Piecewise(*pairs)

    # Functions and what runs over an index

    def _call(self, function: Token, *arguments: Tree) -> Value:
        name = str(function)
        values = [self.value(argument) for argument in arguments]
        if name in (r"\min", r"\max"):
            return (sp.Min if name == r"\min" else sp.Max)(*values)
        if name == r"\operatorname{Beta}" and len(values) == 2:
            return sp.beta(*values)
        if len(values) > 1 or "arg" in name or "Beta" in name:
            raise MathError(f"{name} does not take what is in its bracket", function)
        (value,) = values
        table = entries_of(value)
        if name == r"\operatorname{diag}":
            if table.shape[1] != 1:
                raise MathError("diag needs a column", function)
            return as_value(np.array(sp.diag(*table[:, 0]).tolist(), dtype=object))
        if name in (r"\operatorname{tr}", r"\det"):
            if table.shape[0] != table.shape[1]:
                raise MathError(f"{name} of {in_words(table.shape)}: not square", function)
            return sum(table.diagonal()) if name != r"\det" else sp.Matrix(table).det()
        if "lambda" in name:
            return _eigenvalue(table, largest="max" in name, node=function)
        if name == r"\operatorname{softmax}" and table.shape[1] == 1:
            powers = np.array([[sp.exp(entry)] for entry in table[:, 0]], dtype=object)
            return as_value(powers / powers.sum())
        if isinstance(value, np.ndarray):
            raise MathError(f"{name} of {in_words(value.shape)}, not of a number", function)
        if name == r"\log" and value.is_number and not value.is_positive:
            raise MathError("the logarithm of what is not positive", function)
        return FUNCTIONS[name](value)

    def _call_of_power(self, function: Token, base: Tree, exponent: Tree) -> Value:
        return self._call(function, Tree("power", [base, exponent]))

    def _reduction(self, operator: Token, limits: Tree, term: Tree) -> Value:
        name = str(limits.children[0])
        letter = symbols().get(name)
        if letter is None or letter.kind != "index":
            raise MathError(f"{name} is no index", limits.children[0])
        values = [self.with_indices(**{name: i}).value(term) for i in self._range(letter, limits)]
        if str(operator) == r"\prod":
            if any(isinstance(value, np.ndarray) for value in values):
                raise MathError("a product over an index is one of numbers", operator)
            return prod(values, start=sp.Integer(1))
        return sum(values[1:], start=values[0]) if values else sp.Integer(0)

    def _range(self, letter: Symbol, limits: Tree) -> list[int]:
        if limits.data == "all_but":
            without = self._index(str(limits.children[1]))
            return [i for i in range(1, self.size(letter.of) + 1) if i != without]
        first, last = (self._bound(bound) for bound in limits.children[1:])
        return list(range(first, last + 1))

    def _bound(self, node: Tree) -> int:
        if node.data == "short_power":
            return int(node.children[0][-1])
        return self._integer(node)

    def _is_application(self, function: Tree, group: Tree) -> bool:
        """Tell P(w) and f(x + h) from a product: by what is defined, and what the bracket holds."""
        if function.data not in ("symbol", "primed") or group.data != "group":
            return False
        name, indices = split(function)
        if function.data == "primed" or self._is_drawn(name):
            return True
        definition = None if indices else self.chapter.definition(name, self.order)
        if definition is None:
            return False
        return bool(definition.arguments) or group.children[0].data == "symbol"

    def _is_drawn(self, name: str) -> bool:
        """Tell a function of which nothing is known but its kind."""
        drawn = name in symbols() and symbols()[name].kind == "function"
        return drawn and not self.chapter.definition(name, self.order)

    def _apply(self, function: Tree, group: Tree) -> Value:
        name = split(function)[0]
        if function.data == "primed":
            at = self._scalar(group, "the argument of a derivative")
            unknown = sp.Dummy()
            value = self._function_at(name, unknown, function)
            for _ in function.children[1]:
                value = diff(value, unknown)
            return sp.sympify(value).xreplace({unknown: at})
        definition = self.chapter.definition(name, self.order)
        if self._is_drawn(name) or definition.arguments:
            return self._function_at(name, self.value(group), function)
        # P(w) says that P depends on w.
        at = name_of(group.children[0])
        defined = self.chapter.definition(at, self.order)
        if at not in self.given if self.given else defined:
            raise MathError(f"it is not {at} that varies here", group)
        if not self._depends(definition, at):
            raise MathError(f"{definition.symbol.name} does not depend on {at}", group)
        return self.value(function)

    def _function_at(self, name: str, argument: Value, node: Tree) -> Value:
        if self._is_drawn(name):
            if shape_of(argument)[1] != 1:
                raise MathError(f"{name} takes a number or a column", node)
            self.used.free.add(name)
            return self.point.function(self.symbol(name), argument)
        definition = self.chapter.definition(name, self.order)
        if definition is None or not definition.arguments:
            raise MathError(f"{name} is no function", node)
        if name in self.defining:
            raise MathError(f"{name} is defined by itself", node)
        self.used.labels.add(definition.label)
        inside = self.with_given({definition.arguments[0]: argument})
        return replace(inside, defining=(*self.defining, name)).value(definition.body)

    def _primed(self, name: Token, _: Token) -> Value:
        raise MathError(f"at which place is the derivative of {name} taken?", name)

    def _depends(self, definition: Meaning, on: str) -> bool:
        """Return whether a definition leads to a symbol, through others or directly."""
        seen, waiting = set(), [definition]
        while waiting:
            for symbol in waiting.pop().body.find_data("symbol"):
                name = split(symbol)[0]
                if name == on:
                    return True
                further = self.chapter.definition(name, self.order)
                if further and name not in seen:
                    seen.add(name)
                    waiting.append(further)
        return False

    # Derivatives

    def _derivative(self, above_order: Token | None, term: Tree, *by: Tree) -> Value:
        return self._derive(term, by, above_order)

    def _derivative_of(self, above_order: Token | None, *parts: Tree) -> Value:
        *by, term = parts
        return self._derive(term, tuple(by), above_order)

    def _gradient(self, _: Token, by: Tree, term: Tree) -> Value:
        return self._derive(term, (Tree("by", [by, None]),), None)

    def _derive(self, term: Tree, by: tuple[Tree, ...], above_order: Token | None) -> Value:
        flat = [
            part
            for part in by
            for _ in range(int(part.children[1][-1]) if _is_power(part.children[1]) else 1)
        ]
        targets = [split(part.children[0]) for part in flat]
        if len(targets) != (int(above_order[-1]) if above_order else 1):
            raise MathError("the orders above and below the bar differ", term)
        replaced, value = self._remember(
            (term, *(name for name, _ in targets), *self._indices_in(term)),
            lambda place: place._with_unknowns([name for name, _ in targets], term),
        )
        for place, ((name, indices), part) in enumerate(zip(targets, flat, strict=True)):
            unknown = replaced[name][0]
            entry = self._entry(name, unknown, indices) if indices else unknown
            if part.children[1] is not None and part.children[1].type == "TRANSPOSE":
                if indices or not self.symbol(name).shape:
                    raise MathError("a number has no transpose", part)
                if place == 0:
                    raise MathError("a gradient has the shape of what it is taken by", part)
            value = self._by(value, entry, term)
        now = {
            symbol: number
            for unknown, values in replaced.values()
            for symbol, number in zip(
                entries_of(unknown).ravel(), entries_of(values).ravel(), strict=True
            )
        }
        return each(lambda entry: sp.sympify(entry).xreplace(now), value)

    def _with_unknowns(self, names: list[str], term: Tree) -> tuple[dict[str, Any], Value]:
        """Put SymPy symbols in the place of the book's; return both, and what is differentiated."""
        replaced = {}
        for name in names:
            values = self.whole(name)
            make = self._dummy(name)
            replaced[name] = (each(lambda _, make=make: make(), values), values)
        given = {name: unknown for name, (unknown, _) in replaced.items()}
        return replaced, self.with_given(given).value(term)

    def _dummy(self, name: str) -> Callable[[], sp.Dummy]:
        # SymPy is several times faster without assumptions; a root needs them to undo a square.
        positive = self.symbol(name).domain == "positive"
        return lambda: sp.Dummy(positive=True) if positive else sp.Dummy()

    def _indices_in(self, term: Tree) -> tuple[tuple[str, int | None], ...]:
        return tuple((name, self.indices.get(name)) for name in sorted(free_indices(term)))

    def remembered(self, node: Node) -> Value:
        """Return the value of a formula, from memory if it was evaluated before."""
        return self._remember((node, *self._indices_in(node)), lambda place: place.value(node))

    def _remember(self, key: Any, compute: Callable[[Evaluation], Any]) -> Any:
        used, known = self.memory.get(key, (Used(), None))
        try:
            if key not in self.memory:
                known = compute(replace(self, used=used))
                self.memory[key] = used, known
        finally:  # what was asked for the first time is asked for each time
            self.used.add(used)
        return known

    @staticmethod
    def _by(value: Value, unknown: Value, node: Tree) -> Value:
        if not isinstance(unknown, np.ndarray):
            return each(lambda entry: diff(entry, unknown), value)
        if not isinstance(value, np.ndarray):
            return each(lambda symbol: diff(value, symbol), unknown)
        if value.shape[1] != 1 or unknown.shape[1] != 1:
            raise MathError("the derivative of a matrix by a matrix needs indices", node)
        return as_value(
            np.array([[diff(f, s) for s in unknown[:, 0]] for f in value[:, 0]], dtype=object)
        )

    def _differential(self, _: Token, symbol: Tree) -> Value:
        name, indices = split(symbol)
        if indices:
            raise MathError("the differential of an entry is not known", symbol)
        if name in self.varied:
            free = self.symbol(name)
            shape = tuple(self.size(size) for size in free.shape)
            return self.point.draw(f"d{name}", shape, "real")
        step = sp.Dummy(real=True)
        moved = {
            other: self.whole(other) + step * self._differential(_, Tree("symbol", [other, None]))
            for other in self.varied
        }
        value = self.with_given(moved).value(symbol)
        return each(lambda entry: diff(entry, step).xreplace({step: sp.Integer(0)}), value)

    # Limits and expectations

    def _limit(self, _: Token, variable: Tree, target: Tree, term: Tree) -> Value:
        """Take the variable very close to its limit, from both sides where it can be there."""
        name, signs = name_of(variable), (1, -1)
        if self.symbol(name).kind != "quantity" or self.symbol(name).shape:
            raise MathError("only a number has a limit here", variable)
        unknown = sp.Dummy()
        exact = replace(self, point=replace(self.point, exact=True), memory={})
        value = exact.with_given({name: unknown}).value(term)
        if self.symbol(name).domain == "positive":
            signs = (1,)
        if target.data == "symbol" and name_of(target) == r"\infty":
            places = [1 / LIMIT_AT, 10**4 / LIMIT_AT]
        elif target.data == "negative" and name_of(target.children[0]) == r"\infty":
            places = [-1 / LIMIT_AT, -(10**4) / LIMIT_AT]
        else:
            at = exact.value(target)
            places = [at + sign * LIMIT_AT for sign in signs] + [at + LIMIT_AT / 10**4]
        return each(lambda entry: self._close_to(entry, unknown, places, variable), value)

    @staticmethod
    def _close_to(value: sp.Expr, unknown: sp.Symbol, places: list[sp.Expr], node: Tree) -> Value:
        near = (sp.Float(sp.N(place, LIMIT_DIGITS), LIMIT_DIGITS) for place in places)
        first, *others = (
            sp.N(sp.sympify(value).xreplace({unknown: place}), LIMIT_DIGITS) for place in near
        )
        close = sp.Float(10, WORKING) ** -(DIGITS + 5)
        if not all(abs(first - other) <= close * (1 + abs(first)) for other in others):
            raise MathError("there is no limit", node)
        return sp.N(first, WORKING)

    def _expectation(self, _: Token, variable: Tree, term: Tree) -> Value:
        r"""Return the mean over independent normal entries of variance v, of a polynomial."""
        name = name_of(variable)
        if split(variable)[1] or self.symbol(name).domain != "real":
            raise MathError("an expectation is over a free symbol", variable)
        (size,) = self.symbol(name).shape
        variances = [sp.sympify(v) for v in entries_of(self.whole("v")).ravel()]
        variances *= self.size(size) if len(variances) == 1 else 1

        def mean(rule: list[tuple[Any, Any]]) -> tuple[Value, list[Value]]:
            total, values = sp.Integer(0), []
            for nodes in itertools.product(rule, repeat=self.size(size)):
                entries = [sp.sqrt(v) * node for v, (node, _) in zip(variances, nodes, strict=True)]
                at = self.with_given(
                    {name: as_value(np.array(entries, dtype=object), (len(entries),))}
                )
                values.append(at.value(term))
                total = total + values[-1] * prod(weight for _, weight in nodes)
            return total, values

        value, (first, *others) = mean(NORMAL)
        if all((entries_of(other) == entries_of(first)).all() for other in others):
            raise MathError(f"what stands behind E does not depend on {name}", term)
        if self.size(size) == 1:  # where it costs little to see whether the rule is exact
            rest = entries_of(mean(NORMAL_FINER)[0] - value).ravel()
            if any(abs(sp.N(entry, WORKING)) > TINY for entry in rest if entry.is_number):
                raise MathError("an expectation is known of polynomials up to degree 5", term)
        return value

    # The smallest and the largest

    def _optimum(self, operator: Token, variable: Tree, term: Tree) -> Value:
        name = name_of(variable)
        smallest, place_is_asked = "min" in operator, "arg" in operator
        if self.symbol(name).kind == "index":
            count = self.size(self.symbol(name).of)
            values = [self.with_indices(**{name: i}).value(term) for i in range(1, count + 1)]
            best = (min if smallest else max)(values)
            return sp.Integer(values.index(best) + 1) if place_is_asked else best
        symbol = self.symbol(name)
        if symbol.shape:
            raise MathError("only the minimum over one number can be sought", variable)
        unknown = self._dummy(name)()
        value = self.with_given({name: unknown}).value(term)
        if isinstance(value, np.ndarray):
            raise MathError(f"{operator} of {in_words(value.shape)}", term)
        if sp.sympify(value).free_symbols - {unknown}:
            raise MathError(f"{operator} is sought among numbers", term)
        place = self._remember(
            (term, name, smallest, *self._indices_in(term)),
            lambda _: _best(value if smallest else -value, unknown, symbol.domain),
        )
        if place is None:
            raise MathError(f"{operator} over {name} is not found", operator)
        return place if place_is_asked else value.xreplace({unknown: place})

    # Relations

    def holds(self, condition: Tree) -> Any:
        """Return whether a comparison, beside an equation or in cases, holds at this point."""
        values = [self.value(member) for member in condition.children[::2]]
        relations = condition.children[1::2]
        truths = [
            _COMPARE[str(relation)](left, right)
            for left, relation, right in zip(values, relations, values[1:], strict=False)
        ]
        return sp.And(*truths)


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": sp.Eq,
    r"\ne": sp.Ne,
    "<": sp.Lt,
    ">": sp.Gt,
    r"\le": sp.Le,
    r"\ge": sp.Ge,
}


def _is_power(token: Token | None) -> bool:
    return token is not None and token.type == "SHORT_POWER"


def _eigenvalue(table: np.ndarray, largest: bool, node: Node) -> sp.Float:
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


def _absolute(value: sp.Expr) -> sp.Expr:
    """Return the absolute value, as a root, which SymPy differentiates without assumptions."""
    return abs(value) if value.is_number else sp.sqrt(value**2)


def _best(value: sp.Expr, unknown: sp.Symbol, domain: str) -> sp.Float | None:
    """Return where a function of one number is smallest: the best of a grid, then a root of f'."""
    f, slope = (sp.lambdify(unknown, term, "mpmath") for term in (value, sp.diff(value, unknown)))
    with mpmath.workdps(15):
        steps = [mpmath.mpf(i) / 10 for i in range(-80, 81)]
        spread = {
            "positive": mpmath.exp,
            "probability": lambda x: 1 / (1 + mpmath.exp(-x)),
        }.get(domain, mpmath.sinh)
        grid = [spread(step) for step in steps]
        at = min(range(1, len(grid) - 1), key=lambda i: f(grid[i]))
    low, high = grid[at - 1], grid[at + 1]
    with mpmath.workdps(WORKING + 10):
        if not slope(low) < 0 < slope(high):
            return None
        root = mpmath.findroot(slope, (low, high), solver="anderson", tol=mpmath.mpf(10) ** -100)
    return sp.Float(root, WORKING)


def differentials(tree: Tree) -> Iterator[str]:
    """Yield the symbols whose differential a formula takes."""
    for part in tree.find_data("differential"):
        yield split(part.children[1])[0]
