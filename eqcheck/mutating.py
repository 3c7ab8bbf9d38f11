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
from functools import cache
from itertools import pairwise

import yaml
from lark import Token, Tree

from . import chapters, checking
from .chapters import Chapter, Equation, is_index, is_size
from .latex import MathError, Node, children, name_of, text_of
from .notation import symbols
from .pages import ROOT, Display

EQUIVALENT = ROOT / "book" / "equations" / "equivalent.yml"
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
    "N": "C",
    "C": "N",
}
SYMMETRIC = {r"\delta", r"\mathbf{H}", r"\mathbf{P}"}


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


def mutants(equation: Equation) -> list[Mutant]:
    """Return the mutants of an equation, none twice."""
    found = {}
    for edit in _edits(equation):
        latex = equation.latex[: edit.start] + edit.text + equation.latex[edit.end :]
        if latex != equation.latex:
            found.setdefault("".join(latex.split()), Mutant(edit.mistake, latex))
    return list(found.values())


def rejection(
    equation: Equation, chapter: Chapter, mutant: Mutant, memories: checking.Memories
) -> str:
    """Return what the check says against a mutant, "" if it lets it pass.

    `memories` holds what has been evaluated for this equation and its other mutants.
    """
    try:
        changed, place = _with(chapter, equation, mutant.latex)
    except MathError as error:
        return f"cannot be read: {error}"
    meanings = [m for m in (*chapter.meanings, *changed.meanings) if m.begin == equation.order]
    if not meanings:
        return checking.check(place, changed, memories).fault
    others = (other for other in changed.equations if other is not place)
    faults = (checking.check(each, changed).fault for each in (place, *others))
    return next(filter(None, faults), "")


def corrections(equation: Equation, chapter: Chapter) -> Iterator[str]:
    """Yield the rows with which an equation would hold that does not: one change of a row."""
    memories: checking.Memories = {}
    for mutant in mutants(equation):
        if not rejection(equation, chapter, mutant, memories):
            yield mutant.row(equation)


def _with(chapter: Chapter, equation: Equation, latex: str) -> tuple[Chapter, Equation]:
    display = Display(equation.label, latex, equation.place)
    changed = chapters.equation_of(chapter.name, display, equation.order)
    old = [m for m in chapter.meanings if m.begin == equation.order]
    new = list(chapters.meanings_of(changed))
    for meaning in new:
        meaning.end = old[0].end if old else meaning.end
    meanings = [m for m in chapter.meanings if m.begin < equation.order]
    meanings += new + [m for m in chapter.meanings if m.begin > equation.order]
    equations = [changed if e is equation else e for e in chapter.equations]
    return replace(chapter, meanings=meanings, equations=equations), changed


@cache
def equivalent() -> dict[str, dict[str, str]]:
    """Return the mutants that are no mistakes: {label: {row: why}}."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return {
        label: {" ".join(row.split()): group["why"] for group in groups for row in group["rows"]}
        for label, groups in listed.items()
    }


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
    chosen = mutants(equation)
    if share < 1:
        chance = random.Random(equation.label)
        chosen = chance.sample(chosen, min(len(chosen), 1 + int(share * len(chosen))))
    memories: checking.Memories = {}
    passed = {
        mutant.row(equation): mutant.mistake
        for mutant in chosen
        if not rejection(equation, chapter, mutant, memories)
    }
    known = equivalent().get(equation.label, {})
    return Trial(
        equation.label,
        len(chosen),
        [(mistake, row) for row, mistake in passed.items() if row not in known],
        [row for row in passed if row in known],
        [row for row in known if row not in passed] if share == 1 else [],
    )


# The mistakes


def _edits(equation: Equation) -> Iterator[Edit]:
    letters = sorted(_index_letters(equation.tree))
    for node in equation.tree.iter_subtrees_topdown():
        if node.data != "symbol" or isinstance(node.children[0], Token):
            yield from _edits_of(node, equation.latex, letters)
    for given in equation.tree.find_data("given"):
        yield Edit("a condition lost", _start(given), _end(given), "")
    for side in {id(side): side for s in equation.steps for side in (s.left, s.right)}.values():
        if side.data == "negative":
            yield _insert("a 2 too many", _start(side.children[0]), "2 ")
        elif side.data != "number":
            yield _insert("a minus too many", _start(side), "- ")
            yield _insert("a 2 too many", _start(side), "2 ")


def _edits_of(node: Tree, latex: str, letters: list[str]) -> Iterator[Edit]:
    start, end = _start(node), _end(node)
    kind = str(node.data)
    parts = children(node)
    if kind in ("plus", "minus"):
        sign = latex.index("+" if kind == "plus" else "-", _end(parts[0]))
        yield Edit("a sign", sign, sign + 1, "-" if kind == "plus" else "+")
        if kind == "minus" and not _is_even(latex[end:]):
            left, right = (text_of(latex, part) for part in parts)
            yield Edit("a difference the other way round", start, end, f"{right} - ({left})")
    elif kind == "negative":
        yield Edit("a minus lost", start, start + 1, "")
    elif kind == "fraction":
        above, below = (text_of(latex, part) for part in parts)
        yield Edit("a denominator lost", start, end, f"({above})")
        yield Edit("a fraction upside down", start, end, f"\\frac{{{below}}}{{{above}}}")
    elif kind == "product":
        for place, factor in enumerate(parts):
            if not _is_argument(parts, place):
                yield Edit("a factor lost", _start(factor), _end(factor), " ")
        for one, other in pairwise(parts):
            texts = [text_of(latex, part) for part in (one, other)]
            factors_differ = texts[0] != texts[1] and "fraction" not in (one.data, other.data)
            if factors_differ and any(r"\top" in text for text in texts):
                swapped = f"{texts[1]} {texts[0]}"
                yield Edit("the order of a product", _start(one), _end(other), swapped)
    elif kind == "hadamard":
        sign = latex.index(r"\odot", _end(parts[0]))
        yield Edit("the wrong product", sign, sign + len(r"\odot"), "")
    elif kind == "power":
        yield Edit("an exponent lost", _start(parts[1]), end, "")
        yield from _minus_in(parts[1])
    elif kind in ("call", "call_of_power"):
        yield Edit("a function lost", start, _end(parts[0]), "")
    elif kind in ("root", "absolute"):
        yield Edit(f"{kind} lost", start, end, f"({text_of(latex, parts[0])})")
    elif kind == "differential":
        yield Edit("a d lost", start, _start(parts[1]), "")
    elif kind == "reduction":
        yield Edit("a sum lost", start, _start(parts[2]), "")
    elif kind == "primed":
        yield _insert("a prime too many", end, "'")
        if len(node.children[1]) > 1:
            yield Edit("a prime lost", end - 1, end, "")
    elif kind == "expectation":
        yield Edit("an expectation lost", start, _start(parts[2]), "")
    elif kind == "from_to":
        yield from _bounds(parts, latex, letters)
    elif kind == "symbol":
        yield from _symbol(node, letters)
    for token in node.children:
        if isinstance(token, Token) and token in SWAPS and kind != "simplex":
            swapped = SWAPS[token]
            yield Edit(f"{token} for {swapped}", token.start_pos, token.end_pos, swapped + " ")
        elif isinstance(token, Token) and token.type == "NUMBER":
            for other in ("2", "N") if token == "1" else ("1",):
                yield Edit(f"{other} for {token}", token.start_pos, token.end_pos, other)


def _minus_in(exponent: Tree) -> Iterator[Edit]:
    (inside,) = children(exponent)
    in_braces = isinstance(inside, Tree) and (inside.data != "symbol" or len(inside.children) > 1)
    if in_braces and inside.data not in ("negative", "number"):
        yield _insert("a minus in the exponent", _start(inside), "-")


def _bounds(parts: list[Node], latex: str, letters: list[str]) -> Iterator[Edit]:
    letter, first, last = parts
    for other in letters:
        if other != letter:
            yield Edit("a summed index", letter.start_pos, letter.end_pos, other)
    for low in ("0", "2"):
        yield Edit("a lower bound", _start(first), _end(first), low)
    upper = text_of(latex, last)
    start = latex.rindex("^", 0, _end(last))
    yield Edit("an upper bound", start, _end(last), f"^{{{upper} - 1")


def _symbol(node: Tree, letters: list[str]) -> Iterator[Edit]:
    token, index, end = node.children[0], node.children[-1], _end(node)
    symmetric = name_of(node) in SYMMETRIC
    if is_size(node):
        yield Edit("a size lost", token.start_pos, token.end_pos, "1")
    for other in _relatives(name_of(node)):
        yield Edit(f"{other} for {token}", token.start_pos, token.end_pos, other + " ")
    if not isinstance(index, Tree):
        if name_of(node) in symbols() and symbols()[name_of(node)].shape and not symmetric:
            yield _insert("a transpose too many", end, r"^\top")
        return
    yield Edit("an index lost", _start(index), _end(index), " ")
    named = [part for part in index.find_data("symbol") if is_index(part)]
    for part in named:
        for other in letters:
            if other != name_of(part):
                yield Edit("an index", _start(part), _end(part), other)
    if len(named) == 2 and name_of(named[0]) != name_of(named[1]) and not symmetric:
        one, two = named
        yield Edit("indices swapped", _start(one), _end(two), f"{name_of(two)}{name_of(one)}")


def _relatives(name: str) -> list[str]:
    """Return the symbols that one takes for this one: with a hat or a bar, or without."""
    plain = name.partition("{")[2].rstrip("}") if name.startswith((r"\hat", r"\bar")) else name
    family = [plain, f"\\hat{{{plain}}}", f"\\bar{{{plain}}}"]
    return [other for other in family if other != name and other in symbols()]


def _index_letters(tree: Tree) -> set[str]:
    bound = {str(part.children[0]) for part in tree.find_data("from_to")}
    return bound | {name_of(part) for part in tree.find_data("symbol") if is_index(part)}


def _is_argument(factors: list[Node], place: int) -> bool:
    """Tell the (w) of P(w): without it the formula says the same."""
    group = factors[place]
    return place > 0 and group.data == "group" and group.children[0].data == "symbol"


def _is_even(after: str) -> bool:
    """Tell whether a bracket is squared, or stands between bars: its sign does not matter."""
    return re.match(r"\s*(\\right)?\s*(\)\s*\^2|\\r[vV]ert)", after) is not None


def _insert(mistake: str, at: int, text: str) -> Edit:
    return Edit(mistake, at, at, text)


def _start(node: Node) -> int:
    return node.start_pos if isinstance(node, Token) else node.meta.start_pos


def _end(node: Node) -> int:
    return node.end_pos if isinstance(node, Token) else node.meta.end_pos
