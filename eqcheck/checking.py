"""Whether each equation of a chapter holds.

Both sides of each relation are evaluated with 60 digits, at random rational points, for tables of
several shapes, and for every value of the indices that stay free; 30 digits must agree.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from lark import Token

from .calculus import differentials
from .chapters import Chapter, Equation, Step
from .evaluating import Evaluation, Memory
from .latex import MathError, Node
from .messages import Refutation, pointer, refuted
from .points import Point, Unknowns
from .refereeing import compare_with_referee
from .values import (
    DIGITS,
    WORKING,
    ZERO,
    Value,
    entries_of,
    in_words,
    is_table,
    real_number,
    shape_of,
)

POINTS_WITHOUT_SIZES = 8
MORE_POINTS = 12  # that are tried at most until the conditions hold
TOLERANCE = sp.Float(10, WORKING) ** -DIGITS

# What was evaluated, by sizes, point and the differentials that are taken.
Memories = dict[tuple[Any, ...], Memory]


@dataclass
class Verdict:
    """What was found of an equation.

    Attributes
    ----------
    chapter, label : which one it is
    defines : whether it defines a symbol
    sizes : the sizes that mattered, as often as they were tried
    points : at how many random points numbers were compared
    compared : how many pairs of numbers
    proved : whether SymPy finds both sides equal for all values, where no size is involved
    rests_on : the labels of the definitions that it uses
    referee : what a definition was compared with
    fault : what is wrong, "" if nothing is
    refuted : whether two values differ, which nothing can excuse
    reason, experiment : why it cannot be evaluated, and the figure that bears it out
    """

    chapter: str
    label: str
    defines: bool = False
    sizes: list[dict[str, int]] = field(default_factory=list)
    points: int = 0
    compared: int = 0
    proved: bool = False
    rests_on: set[str] = field(default_factory=set)
    referee: str = ""
    fault: str = ""
    refuted: bool = False
    reason: str = ""
    experiment: str = ""


def check(equation: Equation, chapter: Chapter, memories: Memories | None = None) -> Verdict:
    """Check one equation: its definition against its referee, all else side against side.

    `memories` may be shared by equations between which nothing changes but the equation. Only what
    an author can cause becomes a fault of the equation; any other exception is one of the check.
    """
    return _Check(equation, chapter, {} if memories is None else memories).verdict()


class _Check:
    """The check of one equation, and what is counted on the way."""

    def __init__(self, equation: Equation, chapter: Chapter, memories: Memories):
        self.equation, self.chapter, self.memories = equation, chapter, memories
        defines = any(step.relation == ":=" for step in equation.steps)
        self.found = Verdict(equation.chapter, equation.label, defines)
        self.compared: set[tuple[int, tuple[int, ...]]] = set()  # steps, and for which sizes
        self.fitting: list[tuple[int, ...]] = []  # the sizes that fit the conditions on sizes
        self.at: set[tuple[int, ...]] = set()  # the points at which something was compared
        self.last: Evaluation | None = None
        parts = [part for part in equation.conditions if part.data == "comparison"]
        self.on_indices = [part for part in parts if part.children[1] != ":="]
        self.on_quantities = [part for step in equation.steps for part in step.conditions]

    def verdict(self) -> Verdict:
        equation, found = self.equation, self.found
        try:
            for place in self._places():
                self.last, before = place, found.compared
                self._compare_at(place)
                if found.compared > before:
                    self.at.add((*place.sizes.values(), place.point.seed))
                found.points = len(self.at)
            self._require_every_step()
        except Refutation as refutation:
            found.refuted = True
            found.fault = refuted(refutation, equation)
        except (ArithmeticError, RecursionError) as error:
            found.fault = f"{equation.place} ({equation.label}) cannot be evaluated: {error!r}"
        except MathError as error:
            line = equation.place_of(error.start)
            found.fault = f"{line} ({equation.label}): {error}{pointer(equation, error.start)}"
        if self.last:
            found.rests_on |= self.last.used.labels - {equation.label, ""}
        return found

    def _require_every_step(self) -> None:
        # In smaller tables too much is equal.
        large = self.fitting[: 2 if len(self.found.sizes) > 1 else 1] or [()]
        for (number, step), sizes in itertools.product(enumerate(self.equation.steps), large):
            if (number, sizes) not in self.compared:
                raise MathError("the conditions of this step never hold", step.right)

    # Where it is evaluated

    def _places(self) -> Iterator[Evaluation]:
        """Yield an evaluation for all sizes, points and values of the free indices."""
        notation, order = self.chapter.notation, self.equation.order
        free, varied = self._free(), self._varied()
        on_sizes = [part for part in self.on_indices if not notation.free_indices(part)]
        seen: list[dict[str, int]] = []
        used: set[str] | None = None  # the sizes that matter, known after the first
        for sizes, points in self.chapter.book.settings.sizes:
            relevant = {name: n for name, n in sizes.items() if used is None or name in used}
            if relevant in seen:
                continue
            sized = Evaluation(self.chapter, order, sizes, Point(0))
            if not all(_holds(part, sized) for part in on_sizes):
                continue
            self.fitting.append(tuple(sizes.values()))
            seed = complete = admitted = 0
            # A point at which some condition does not hold does not count, but serves other steps.
            while complete < points and seed < points + MORE_POINTS:
                seed += 1
                place, there = self._at(sizes, seed, varied, free)
                yield from there
                admitted += len(there)
                complete += any(_all_hold(self.on_quantities, each) for each in there)
                if used is None and complete == points:
                    used = {*place.used.sizes, *map(notation.counted_by, free)}
                    relevant = {name: n for name, n in sizes.items() if name in used}
                    points = points if used else POINTS_WITHOUT_SIZES
            seen.append(relevant)
            if admitted:
                self.found.sizes.append(relevant)

    def _at(
        self, sizes: dict[str, int], seed: int, varied: tuple[str, ...], free: list[str]
    ) -> tuple[Evaluation, list[Evaluation]]:
        """Return an evaluation, and one for each value of the free indices that is admitted."""
        notation, order = self.chapter.notation, self.equation.order
        memory = self.memories.setdefault((*sizes.values(), seed, *varied), {})
        point = Point(seed)
        place = Evaluation(self.chapter, order, sizes, point, varied=varied, memory=memory)
        ranges = [range(1, place.sizes[notation.counted_by(name)] + 1) for name in free]
        there = [
            place.with_indices(**dict(zip(free, bound, strict=True)))
            for bound in itertools.product(*ranges)
        ]
        return place, [each for each in there if _all_hold(self.on_indices, each)]

    def _free(self) -> list[str]:
        """Return the indices that the equation leaves free."""
        sides = [side for step in self.equation.steps for side in (step.left, step.right)]
        free = sorted(set().union(*map(self.chapter.notation.free_indices, sides)))
        for limits in self.equation.tree.find_data("from_to"):
            index = limits.children[0]
            if index in free:
                raise MathError(f"{index} is free and is summed over", index)
        return free

    def _varied(self) -> tuple[str, ...]:
        """Return the free symbols whose differentials are taken; if none, all they rest on."""
        order = self.equation.order
        names = list(dict.fromkeys(differentials(self.equation.tree, self.chapter.notation)))
        free = [name for name in names if not self.chapter.definition(name, order)]
        if names and not free:
            sizes, _ = self.chapter.book.settings.sizes[0]
            place = Evaluation(self.chapter, order, sizes, Point(1))
            for name in names:
                place.whole(name)
            free = sorted(place.used.free)
            if not free:
                raise MathError("a differential of what cannot vary")
        return tuple(free)

    # What is compared there

    def _compare_at(self, place: Evaluation) -> None:
        for number, step in enumerate(self.equation.steps):
            if not _all_hold(step.conditions, place):
                continue
            left, right = place.remembered(step.left), place.remembered(step.right)
            if step.relation == ":=":
                referee = compare_with_referee(step, place, self.equation)
                self.found.referee = referee or self.found.referee
            else:
                _compare(step, left, right, place)
            self.compared.add((number, tuple(place.sizes.values())))
            self.found.compared += entries_of(right).size


def _all_hold(conditions: list[Node] | tuple[Node, ...], place: Evaluation) -> bool:
    return all(_holds(condition, place) for condition in conditions)


def _holds(condition: Node, place: Evaluation) -> bool:
    sides = condition.children[::2]
    for side in sides:
        if is_table(place.value(side)):
            raise MathError("a condition must compare numbers", side)
    values = [real_number(place.value(side), side) for side in sides]
    relations = condition.children[1::2]
    return all(_related(*each) for each in zip(values, relations, values[1:], strict=False))


def _compare(step: Step, left: Value, right: Value, place: Evaluation) -> None:
    if shape_of(left) != shape_of(right):
        shapes = in_words(shape_of(left)), in_words(shape_of(right))
        raise MathError(f"the left side is {shapes[0]}, the right side {shapes[1]}", step.right)
    for one, other in zip(entries_of(left).ravel(), entries_of(right).ravel(), strict=True):
        numbers = real_number(one, step.left), real_number(other, step.right)
        if not _related(numbers[0], step.relation, numbers[1]):
            raise Refutation(step, (left, right), place)


def _related(one: sp.Float, relation: Token, two: sp.Float) -> bool:
    largest = max(abs(one), abs(two))
    close = abs(one - two) <= TOLERANCE * largest or largest < ZERO
    return bool(
        {
            "=": close,
            r"\ne": not close,
            "<": one < two and not close,
            ">": one > two and not close,
            r"\le": one < two or close,
            r"\ge": one > two or close,
        }[str(relation)]
    )


def prove(equation: Equation, chapter: Chapter) -> bool:
    """Return whether SymPy reduces the difference of all sides to 0, whatever the values."""
    place = Evaluation(chapter, equation.order, {}, Unknowns(0))
    claims = equation.steps
    if any(step.relation != "=" or step.conditions for step in claims):
        return False
    try:
        differences = [place.value(step.left) - place.value(step.right) for step in claims]
        return all(sp.simplify(difference) == 0 for difference in differences)
    except (MathError, TypeError, ValueError):  # SymPy gives up in several ways
        return False
