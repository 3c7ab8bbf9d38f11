"""The small mistakes that a person makes in an equation, each of which the check must reject.

A mutant is the LaTeX of a display with one change: a sign, an index, a factor, a hat, a transpose,
a bound, a function. It is put in the equation's place and checked like it. A definition that its
referee lets pass has still to get past the other equations of its chapter.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from lark import Token, Tree

from .book import Settings
from .chapters import Chapter, Equation, equation_of, meanings_of
from .checking import Memories, check
from .latex import MathError, Node, children, end_of, name_of, start_of, text_of
from .notation import Notation
from .pages import Display

SWAPS = {
    r"\le": r"\ge",
    r"\ge": r"\le",
    "<": ">",
    ">": "<",
    r"\ne": "=",
    r"\log": r"\exp",
    r"\exp": r"\log",
    r"\sum": r"\prod",
    r"\prod": r"\sum",
    r"\min": r"\max",
    r"\max": r"\min",
    r"\operatorname{argmin}": r"\operatorname{argmax}",
    r"\operatorname{argmax}": r"\operatorname{argmin}",
}


@dataclass(frozen=True)
class Mutant:
    """An equation with one mistake: what was done, and the LaTeX that came of it."""

    mistake: str
    latex: str

    def row(self, equation: Equation) -> str:
        """Return the first row that differs from the equation's, on one line."""
        rows = zip(_rows(self.latex), _rows(equation.latex), strict=False)
        return next(changed for changed, original in rows if changed != original)


@dataclass(frozen=True)
class Edit:
    """A change of the LaTeX between two positions."""

    mistake: str
    start: int
    end: int
    text: str


def _rows(latex: str) -> list[str]:
    return [" ".join(row.split()) for row in latex.split(r"\\")]


def mutants(equation: Equation, chapter: Chapter) -> list[Mutant]:
    """Return the mutants of an equation, none twice."""
    found: dict[str, Mutant] = {}
    for edit in _Mistakes(equation, chapter.notation, chapter.book.settings).edits():
        latex = equation.latex[: edit.start] + edit.text + equation.latex[edit.end :]
        if latex != equation.latex:
            found.setdefault("".join(latex.split()), Mutant(edit.mistake, latex))
    return list(found.values())


def rejection(equation: Equation, chapter: Chapter, mutant: Mutant, memories: Memories) -> str:
    """Return what the check says against a mutant, "" if it lets it pass.

    `memories` holds what has been evaluated for this equation and its other mutants.
    """
    try:
        changed, place = _with(chapter, equation, mutant.latex)
    except MathError as error:
        return f"cannot be read: {error}"
    meanings = [m for m in (*chapter.meanings, *changed.meanings) if m.begin == equation.order]
    if not meanings:
        return check(place, changed, memories).fault
    others = (other for other in changed.equations if other is not place)
    faults = (check(each, changed).fault for each in (place, *others))
    return next(filter(None, faults), "")


def corrections(equation: Equation, chapter: Chapter) -> Iterator[str]:
    """Yield the rows with which an equation would hold that does not: one change of a row."""
    memories: Memories = {}
    for mutant in mutants(equation, chapter):
        if not rejection(equation, chapter, mutant, memories):
            yield mutant.row(equation)


def _with(chapter: Chapter, equation: Equation, latex: str) -> tuple[Chapter, Equation]:
    display = Display(equation.label, latex, equation.place)
    changed = equation_of(chapter, display, equation.order)
    old = [m for m in chapter.meanings if m.begin == equation.order]
    new = list(meanings_of(changed, chapter.notation))
    for meaning in new:
        meaning.end = old[0].end if old else meaning.end
    meanings = [m for m in chapter.meanings if m.begin < equation.order]
    meanings += new + [m for m in chapter.meanings if m.begin > equation.order]
    equations = [changed if e is equation else e for e in chapter.equations]
    return replace(chapter, meanings=meanings, equations=equations), changed


@dataclass(frozen=True)
class Trial:
    """How the mutants of an equation fared; survivors as (mistake, row), the others as rows."""

    label: str
    tried: int
    survivors: list[tuple[str, str]]
    listed: list[str]
    stale: list[str]


def try_mutants(equation: Equation, chapter: Chapter, share: float = 1.0) -> Trial:
    """Try the mutants of an equation that holds, or the same random share of them each time."""
    chosen = mutants(equation, chapter)
    if share < 1:
        chance = random.Random(equation.label)
        chosen = chance.sample(chosen, min(len(chosen), 1 + int(share * len(chosen))))
    memories: Memories = {}
    passed = {
        mutant.row(equation): mutant.mistake
        for mutant in chosen
        if not rejection(equation, chapter, mutant, memories)
    }
    known = chapter.book.equivalent.get(equation.label, {})
    return Trial(
        equation.label,
        len(chosen),
        [(mistake, row) for row, mistake in passed.items() if row not in known],
        [row for row in passed if row in known],
        [row for row in known if row not in passed] if share == 1 else [],
    )


# The mistakes


class _Mistakes:
    """The changes of an equation; those of each rule of the grammar in a method of its name."""

    def __init__(self, equation: Equation, notation: Notation, settings: Settings):
        self.equation, self.latex, self.notation = equation, equation.latex, notation
        self.swaps = SWAPS | settings.swaps
        self.symmetric = settings.symmetric
        tree = equation.tree
        bound = {str(part.children[0]) for part in tree.find_data("from_to")}
        named = {name_of(part) for part in tree.find_data("symbol") if notation.is_index(part)}
        self.letters = sorted(bound | named)

    def edits(self) -> Iterator[Edit]:
        for node in self.equation.tree.iter_subtrees_topdown():
            if node.data != "symbol" or isinstance(node.children[0], Token):
                yield from getattr(self, f"_{node.data}", self._nothing)(node, *children(node))
                yield from self._tokens(node)
        for given in self.equation.tree.find_data("given"):
            yield Edit("a condition lost", start_of(given), end_of(given), "")
        steps = self.equation.steps
        for side in {id(side): side for s in steps for side in (s.left, s.right)}.values():
            if side.data == "negative":
                yield _insert("a 2 too many", start_of(side.children[0]), "2 ")
            elif side.data != "number":
                yield _insert("a minus too many", start_of(side), "- ")
                yield _insert("a 2 too many", start_of(side), "2 ")

    def _nothing(self, _: Node, *__: Node) -> Iterator[Edit]:
        yield from ()

    def _tokens(self, node: Node) -> Iterator[Edit]:
        for token in node.children:
            if not isinstance(token, Token):
                continue
            start, end = token.start_pos or 0, token.end_pos or 0
            if token in self.swaps and node.data != "simplex":
                swapped = self.swaps[token]
                yield Edit(f"{token} for {swapped}", start, end, swapped + " ")
            elif token.type == "NUMBER":
                for other in ("2", "N") if token == "1" else ("1",):
                    yield Edit(f"{other} for {token}", start, end, other)

    def _plus(self, _: Node, left: Node, __: Node) -> Iterator[Edit]:
        sign = self.latex.index("+", end_of(left))
        yield Edit("a sign", sign, sign + 1, "-")

    def _minus(self, node: Node, left: Node, right: Node) -> Iterator[Edit]:
        sign = self.latex.index("-", end_of(left))
        yield Edit("a sign", sign, sign + 1, "+")
        if not _is_even(self.latex[end_of(node) :]):
            turned = f"{text_of(self.latex, right)} - ({text_of(self.latex, left)})"
            yield Edit("a difference the other way round", start_of(node), end_of(node), turned)

    def _negative(self, node: Node, _: Node) -> Iterator[Edit]:
        yield Edit("a minus lost", start_of(node), start_of(node) + 1, "")

    def _fraction(self, node: Node, *parts: Node) -> Iterator[Edit]:
        above, below = (text_of(self.latex, part) for part in parts)
        start, end = start_of(node), end_of(node)
        yield Edit("a denominator lost", start, end, f"({above})")
        yield Edit("a fraction upside down", start, end, f"\\frac{{{below}}}{{{above}}}")

    def _product(self, _: Node, *factors: Node) -> Iterator[Edit]:
        for place, factor in enumerate(factors):
            # Without the (w) of P(w) the formula says the same.
            if not (place and factor.data == "group" and factor.children[0].data == "symbol"):
                yield Edit("a factor lost", start_of(factor), end_of(factor), " ")
        for one, other in pairwise(factors):
            texts = [text_of(self.latex, part) for part in (one, other)]
            factors_differ = texts[0] != texts[1] and "fraction" not in (one.data, other.data)
            if factors_differ and any(r"\top" in text for text in texts):
                swapped = f"{texts[1]} {texts[0]}"
                yield Edit("the order of a product", start_of(one), end_of(other), swapped)

    def _hadamard(self, _: Node, first: Node, *__: Node) -> Iterator[Edit]:
        sign = self.latex.index(r"\odot", end_of(first))
        yield Edit("the wrong product", sign, sign + len(r"\odot"), "")

    def _power(self, node: Node, _: Node, exponent: Node) -> Iterator[Edit]:
        yield Edit("an exponent lost", start_of(exponent), end_of(node), "")
        (inside,) = children(exponent)
        in_braces = isinstance(inside, Tree) and (
            inside.data != "symbol" or len(inside.children) > 1
        )
        if in_braces and inside.data not in ("negative", "number"):
            yield _insert("a minus in the exponent", start_of(inside), "-")

    def _call(self, node: Node, function: Node, *_: Node) -> Iterator[Edit]:
        yield Edit("a function lost", start_of(node), end_of(function), "")

    _call_of_power = _call

    def _root(self, node: Node, inside: Node) -> Iterator[Edit]:
        bare = f"({text_of(self.latex, inside)})"
        yield Edit(f"{node.data} lost", start_of(node), end_of(node), bare)

    _absolute = _root

    def _differential(self, node: Node, _: Node, symbol: Node) -> Iterator[Edit]:
        yield Edit("a d lost", start_of(node), start_of(symbol), "")

    def _reduction(self, node: Node, *parts: Node) -> Iterator[Edit]:
        yield Edit("a sum lost", start_of(node), start_of(parts[-1]), "")

    def _expectation(self, node: Node, *parts: Node) -> Iterator[Edit]:
        yield Edit("an expectation lost", start_of(node), start_of(parts[-1]), "")

    def _primed(self, node: Node, _: Node, primes: Node) -> Iterator[Edit]:
        end = end_of(node)
        yield _insert("a prime too many", end, "'")
        if len(primes) > 1:
            yield Edit("a prime lost", end - 1, end, "")

    def _from_to(self, _: Node, letter: Node, first: Node, last: Node) -> Iterator[Edit]:
        for other in self.letters:
            if other != letter:
                yield Edit("a summed index", start_of(letter), end_of(letter), other)
        for low in ("0", "2"):
            yield Edit("a lower bound", start_of(first), end_of(first), low)
        upper = text_of(self.latex, last)
        start = self.latex.rindex("^", 0, end_of(last))
        yield Edit("an upper bound", start, end_of(last), f"^{{{upper} - 1")

    def _symbol(self, node: Node, token: Node, *_: Node) -> Iterator[Edit]:
        index, name = node.children[-1], name_of(node)
        symmetric = name in self.symmetric
        if self.notation.is_size(node):
            yield Edit("a size lost", start_of(token), end_of(token), "1")
        for other in self._relatives(name):
            yield Edit(f"{other} for {token}", start_of(token), end_of(token), other + " ")
        if not isinstance(index, Tree):
            if (
                name in self.notation.symbols
                and self.notation.symbols[name].shape
                and not symmetric
            ):
                yield _insert("a transpose too many", end_of(node), r"^\top")
            return
        yield Edit("an index lost", start_of(index), end_of(index), " ")
        named = [part for part in index.find_data("symbol") if self.notation.is_index(part)]
        for part in named:
            for other in self.letters:
                if other != name_of(part):
                    yield Edit("an index", start_of(part), end_of(part), other)
        if len(named) == 2 and name_of(named[0]) != name_of(named[1]) and not symmetric:
            one, two = named
            swapped = f"{name_of(two)}{name_of(one)}"
            yield Edit("indices swapped", start_of(one), end_of(two), swapped)

    def _relatives(self, name: str) -> list[str]:
        """Return the symbols that one takes for this one: with a hat or a bar, or without."""
        plain = name.partition("{")[2].rstrip("}") if name.startswith((r"\hat", r"\bar")) else name
        family = [plain, f"\\hat{{{plain}}}", f"\\bar{{{plain}}}"]
        return [other for other in family if other != name and other in self.notation.symbols]


def _is_even(after: str) -> bool:
    """Tell whether a bracket is squared, or is between bars: its sign does not matter."""
    return re.match(r"\s*(\\right)?\s*(\)\s*\^2|\\r[vV]ert)", after) is not None


def _insert(mistake: str, at: int, text: str) -> Edit:
    return Edit(mistake, at, at, text)
