"""What is drawn: random values for the symbols that no equation defines."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp

from .latex import MathError
from .notation import Symbol
from .values import Value, as_value, entries_of, number, table_of


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
        # At every other point positive vectors sum to 1, for steps that need it.
        if domain == "simplex" or (domain == "positive" and shape and self.seed % 2):
            width = shape[-1]
            rows = [entries[i : i + width] for i in range(0, len(entries), width)]
            entries = [entry / sum(row) for row in rows for entry in row]
        self.drawn[name] = (shape, entries)
        return as_value(table_of([self._make(entry) for entry in entries]), shape)

    def function(self, symbol: Symbol, argument: Value) -> Value:
        """Return the value of a function, drawn among the smooth or the strictly convex ones."""
        terms = entries_of(argument).ravel()
        chance = random.Random(f"{self.seed} {symbol.name} {len(terms)}")
        fractions = [Fraction(chance.randint(1, 9), chance.choice((5, 7, 8))) for _ in range(4)]
        slopes = [[Fraction(chance.randint(-9, 9), 16) for _ in terms] for _ in range(2)]
        make = self._make
        a, b, c, d = map(make, fractions)
        one, two = (sum(make(m) * x for m, x in zip(row, terms, strict=True)) for row in slopes)
        smooth = symbol.domain == "smooth"
        last = sp.sin(b * two + c) if smooth else sp.exp(two)
        squares = sum(x**2 for x in terms)
        value = a * sp.exp(one) + last + d * (two**3 + squares if smooth else squares)
        self.drawn[symbol.name] = ((), [f"a {symbol.domain} function"])
        if smooth:  # at some points it is negative
            value *= chance.choice((-1, 1))
        return value

    def _make(self, value: Fraction) -> sp.Expr:
        return sp.Rational(value) if self.exact else number(value)

    def _entry(self, chance: random.Random, domain: str) -> Fraction:
        below = chance.choice((7, 9, 11, 13))
        if domain == "probability":
            return Fraction(chance.randint(1, below - 1), below)
        above = chance.randint(below // 3, 3 * below)
        scale = Fraction(chance.choice((Fraction(1, 5), 1, 1, 1, 3)))
        if self.seed > 2:  # further points go further, every symbol through all scales
            scale = Fraction(4) ** ((self.seed + chance.randrange(2)) % 4 - 2)
        return scale * Fraction(above, below) * (chance.choice((-1, 1)) if domain == "real" else 1)


class Unknowns(Point):
    """No values: SymPy symbols, for what is to hold whatever they are."""

    def draw(self, name: str, shape: tuple[int, ...], domain: str) -> Value:
        """Return a symbol."""
        if shape:
            raise MathError("only numbers stay symbols")
        if domain == "positive":
            return sp.Symbol(name, positive=True)
        return sp.Symbol(name, real=True)

    def function(self, symbol: Symbol, argument: Value) -> Value:
        """Return a function of which SymPy knows only the name."""
        return sp.Function(symbol.name)(*entries_of(argument).ravel())
