"""Whether each equation of a chapter holds, and what to say if one does not.

Both sides of each relation are evaluated with 60 digits, at random rational points, for tables of
several shapes, and for every value of the indices that stand free; 30 digits must agree.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from lark import Token, Tree

import lossbook
from book.equations.referees import REFEREES

from .chapters import Chapter, Equation, Step, free_indices
from .evaluating import (
    DIGITS,
    WORKING,
    Evaluation,
    Point,
    Unknowns,
    Used,
    Value,
    differentials,
    entries_of,
    in_words,
    shape_of,
)
from .latex import MathError, Node, text_of
from .notation import Symbol, symbols

# The sizes, and how many points for each; those that tell most come first.
SIZES = [
    ({"N": 2, "C": 3, "p": 4, "K": 2}, 2),
    ({"N": 3, "C": 2, "p": 1, "K": 3}, 2),
    ({"N": 1, "C": 3, "p": 2, "K": 1}, 1),
    ({"N": 3, "C": 1, "p": 2, "K": 2}, 1),
    ({"N": 1, "C": 1, "p": 1, "K": 1}, 1),
]
POINTS_WITHOUT_SIZES = 8
MORE_POINTS = 12  # that are tried at most until the conditions hold
TOLERANCE = sp.Float(10, WORKING) ** -DIGITS
ZERO = sp.Float(10, WORKING) ** -50  # what is left where digits cancel
REFEREE_TOLERANCE = 1e-10


# What was evaluated, by sizes, point and the differentials that are taken.
Memories = dict[tuple[Any, ...], dict[Any, tuple[Used, Any]]]


@dataclass
class Verdict:
    """What was found of an equation.

    Attributes
    ----------
    chapter, label : which one it is
    defines : whether it says what a symbol means
    sizes : the sizes that mattered, as often as they were tried
    points : at how many random points numbers were compared
    compared : how many pairs of numbers
    proved : whether SymPy finds both sides equal for all values, where no size is involved
    rests_on : the labels of the definitions that it uses
    referee : what a definition was compared with
    fault : what is wrong, "" if nothing is
    refuted : whether two values differ, so that nothing can excuse it
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


@dataclass
class Refutation(Exception):  # noqa: N818
    """One place at which two sides differ."""

    step: Step
    values: tuple[Value, Value]
    place: Evaluation
    referee: str = ""  # what gave the second value, if not the page


def check(equation: Equation, chapter: Chapter, memories: Memories | None = None) -> Verdict:
    """Check one equation: its definition against its referee, all else side against side.

    `memories` may be shared by equations between which nothing changes but the equation.
    """
    defines = any(step.relation == ":=" for step in equation.steps)
    verdict = Verdict(equation.chapter, equation.label, defines)
    compared: set[tuple[int, tuple[int, ...]]] = set()
    place = None
    memories = {} if memories is None else memories
    fitting: list[tuple[int, ...]] = []
    at: set[tuple[int, ...]] = set()  # the points at which something was compared
    try:
        for place in _places(equation, chapter, verdict, memories, fitting):
            before = verdict.compared
            _check_at(place, equation, verdict, compared)
            if verdict.compared > before:
                at.add((*place.sizes.values(), place.point.seed))
            verdict.points = len(at)
        # In smaller tables too much is equal.
        large = fitting[: 2 if len(verdict.sizes) > 1 else 1] or [()]
        for (number, step), sizes in itertools.product(enumerate(equation.steps), large):
            if (number, sizes) not in compared:
                raise MathError("the conditions of this step never hold", step.right)
    except Refutation as refutation:
        verdict.refuted = True
        verdict.fault = _message(refutation, equation)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        verdict.fault = f"{equation.place} ({equation.label}) cannot be evaluated: {error!r}"
    except MathError as error:
        line = equation.place_of(error.start)
        verdict.fault = f"{line} ({equation.label}): {error}{_pointer(equation, error.start)}"
    if place:
        verdict.rests_on |= place.used.labels - {equation.label, ""}
    return verdict


def _pointer(equation: Equation, start: int | None) -> str:
    """Return the line of LaTeX with a mark below the place."""
    if start is None:
        return ""
    begin = equation.latex.rfind("\n", 0, start) + 1
    line = equation.latex[begin:].split("\n")[0]
    return f"\n    {line}\n    {' ' * (start - begin)}^"


def prove(equation: Equation, chapter: Chapter) -> bool:
    """Return whether SymPy reduces the difference of all sides to 0, whatever the values."""
    place = Evaluation(chapter, equation.order, {}, Unknowns(0))
    claims = equation.steps
    if any(step.relation != "=" or step.conditions for step in claims):
        return False
    try:
        differences = [place.value(step.left) - place.value(step.right) for step in claims]
        return all(sp.simplify(difference) == 0 for difference in differences)
    except (MathError, TypeError, ValueError):
        return False


# Where an equation is evaluated


def _places(
    equation: Equation,
    chapter: Chapter,
    verdict: Verdict,
    memories: Memories,
    fitting: list[tuple[int, ...]],
) -> Iterator[Evaluation]:
    """Yield an evaluation for all sizes, points and values of the free indices.

    `fitting` is filled with the sizes that fit the equation's conditions on sizes.
    """
    sides = [side for step in equation.steps for side in (step.left, step.right)]
    free = sorted(set().union(*map(free_indices, sides)))
    for limits in equation.tree.find_data("from_to"):
        if limits.children[0] in free:
            raise MathError(f"{limits.children[0]} is free and is summed over", limits.children[0])
    varied = _varied(equation, chapter)
    on_indices = [
        part
        for part in equation.conditions
        if part.data == "comparison" and part.children[1] != ":="
    ]
    on_sizes = [part for part in on_indices if not free_indices(part)]
    on_quantities = [condition for step in equation.steps for condition in step.conditions]
    seen = []
    used: set[str] | None = None  # the sizes that matter, known after the first
    for sizes, points in SIZES:
        relevant = {name: n for name, n in sizes.items() if used is None or name in used}
        if relevant in seen:
            continue
        sized = Evaluation(chapter, equation.order, sizes, Point(0))
        if not all(_holds(part, sized) for part in on_sizes):
            continue
        fitting.append(tuple(sizes.values()))
        seed = complete = admitted = 0
        # A point at which some condition does not hold does not count, but serves other steps.
        while complete < points and seed < points + MORE_POINTS:
            seed += 1
            key = (*sizes.values(), seed, *varied)
            place = Evaluation(
                chapter,
                equation.order,
                sizes,
                Point(seed),
                varied=varied,
                memory=memories.setdefault(key, {}),
            )
            ranges = [range(1, sizes[symbols()[name].of] + 1) for name in free]
            there = [
                place.with_indices(**dict(zip(free, bound, strict=True)))
                for bound in itertools.product(*ranges)
            ]
            there = [each for each in there if all(_holds(part, each) for part in on_indices)]
            yield from there
            admitted += len(there)
            complete += any(all(_holds(part, each) for part in on_quantities) for each in there)
            if used is None and complete == points:
                used = {*place.used.sizes, *(symbols()[name].of for name in free)}
                relevant = {name: n for name, n in sizes.items() if name in used}
                points = points if used else POINTS_WITHOUT_SIZES
        seen.append(relevant)
        if admitted:
            verdict.sizes.append(relevant)


def _varied(equation: Equation, chapter: Chapter) -> tuple[str, ...]:
    """Return the free symbols whose differentials are taken; if none is, all that they rest on."""
    names = list(dict.fromkeys(differentials(equation.tree)))
    free = [name for name in names if not chapter.definition(name, equation.order)]
    if names and not free:
        place = Evaluation(chapter, equation.order, SIZES[0][0], Point(1))
        for name in names:
            place.whole(name)
        free = sorted(place.used.free)
        if not free:
            raise MathError("a differential of what cannot vary")
    return tuple(free)


def _holds(condition: Tree, place: Evaluation) -> bool:
    sides = condition.children[::2]
    for side in sides:
        if isinstance(place.value(side), np.ndarray):
            raise MathError("a condition must compare numbers", side)
    values = [_number(place.value(side), side) for side in sides]
    relations = map(str, condition.children[1::2])
    return all(_related(*pair) for pair in zip(values, relations, values[1:], strict=False))


def _check_at(
    place: Evaluation,
    equation: Equation,
    verdict: Verdict,
    compared: set[tuple[int, tuple[int, ...]]],
) -> None:
    for number, step in enumerate(equation.steps):
        if not all(_holds(condition, place) for condition in step.conditions):
            continue
        left, right = place.remembered(step.left), place.remembered(step.right)
        if step.relation == ":=":
            _compare_with_referee(step, place, equation, verdict)
        else:
            _compare(step, left, right, place)
        compared.add((number, tuple(place.sizes.values())))
        verdict.compared += entries_of(right).size


def _compare(step: Step, left: Value, right: Value, place: Evaluation) -> None:
    if shape_of(left) != shape_of(right):
        shapes = in_words(shape_of(left)), in_words(shape_of(right))
        raise MathError(f"the left side is {shapes[0]}, the right side {shapes[1]}", step.right)
    for one, other in zip(entries_of(left).ravel(), entries_of(right).ravel(), strict=True):
        if not _related(_number(one, step.left), step.relation, _number(other, step.right)):
            raise Refutation(step, (left, right), place)


def _number(entry: Any, node: Node) -> sp.Float:
    found = sp.N(entry, WORKING)
    real, imaginary = found.as_real_imag()
    if imaginary.is_Float and abs(imaginary) < ZERO:  # rounding, where an i was divided by an i
        found = real
    if not found.is_Float and not found.is_Integer:
        raise MathError(f"comes out as {found}, not as a real number", node)
    return found


def _related(one: sp.Float, relation: str, two: sp.Float) -> bool:
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


# Definitions


def python_name(name: str) -> str:
    r"""Return a symbol's name in Python: ``Y_hat`` for ``\hat{Y}``."""
    accent = re.fullmatch(r"\\(hat|bar|tilde|mathbf)\{(.*)\}", name)
    if accent:
        return f"{python_name(accent[2])}_{accent[1].removeprefix('math')}"
    return re.sub(r"\\mathrm|[\\{}]", "", name)


def _compare_with_referee(
    step: Step, place: Evaluation, equation: Equation, verdict: Verdict
) -> None:
    """Compare what a definition gives with what the package, NumPy or SciPy gives."""
    expected_name, referee = REFEREES.get(equation.label, ("", None))
    if referee is None:
        # A definition that goes on to a claim, L := … = …, is judged by the claim.
        if not any(other.left is step.right for other in equation.steps):
            raise MathError("this definition has no referee in book/equations/referees.py")
        return
    meaning = next(m for m in place.chapter.meanings if m.begin == equation.order and m.label)
    name = meaning.symbol.name
    if name != expected_name:
        raise MathError(f"{expected_name} should be defined here, not {name}", step.left)
    symbol = place.symbol(name)
    by_itself = not meaning.arguments and meaning.power == 1
    value = place.whole(name) if by_itself else place.value(step.right)
    expected = np.asarray(referee(**_arguments(referee, place)), dtype=float)
    verdict.referee = _names_in(referee)
    found = _as_array(value, symbol, place)
    if found.shape != expected.shape or not np.allclose(
        found, expected, rtol=REFEREE_TOLERANCE, atol=REFEREE_TOLERANCE
    ):
        raise Refutation(step, (value, expected), place, verdict.referee)


def _arguments(referee: Any, place: Evaluation) -> dict[str, Any]:
    found = {}
    for parameter in inspect.signature(referee).parameters:
        name = next(name for name in symbols() if python_name(name) == parameter.rstrip("_"))
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
    entries = [float(sp.N(entry, 20)) for entry in entries_of(value).ravel()]
    return np.array(entries).reshape([place.size(size) for size in symbol.shape])


def _names_in(referee: Any) -> str:
    """Return what a referee calls first, of the package if anything, by its full name."""
    body = inspect.getsource(referee).partition("lambda")[2].partition(":")[2]
    calls = re.findall(r"(?<![\w.)])[A-Za-z_][\w.]*(?=\()", body)
    name = next((call for call in calls if call in vars(lossbook)), calls[0])
    module, _, rest = name.partition(".")
    full = {"np": "numpy", "special": "scipy.special", "stats": "scipy.stats"}.get(
        module, "lossbook"
    )
    return f"{full}.{rest or name}"


# What to say


def _message(found: Refutation, equation: Equation) -> str:
    lines = [
        f"{equation.place_of(_start(found.step.right))} ({equation.label}) does not hold:",
        f"      {text_of(equation.latex, found.step.left)}",
        f"    {found.step.relation} {text_of(equation.latex, found.step.right)}",
    ]
    left, right = (_in_digits(value) for value in found.values)
    if found.referee:
        lines.append(f"  {found.referee} gives {right}, the page {left}")
    else:
        lines.append(f"  the left side is {left}, the right side {right}")
    lines.append(f"  for {_inputs(found.place)}")
    return "\n".join(lines)


def _start(node: Node) -> int:
    return node.start_pos if isinstance(node, Token) else node.meta.start_pos


def _in_digits(value: Any) -> str:
    table = np.atleast_2d(value) if isinstance(value, np.ndarray) else entries_of(value)
    table = table.T if table.shape[1] == 1 else table
    rows = [", ".join(str(sp.N(entry, 6)) for entry in row) for row in table]
    return rows[0] if table.size == 1 else "(" + "; ".join(rows) + ")"


def _inputs(place: Evaluation) -> str:
    parts = [f"{name} = {n}" for name, n in place.used.sizes.items()]
    parts += [f"{name} = {n}" for name, n in place.indices.items() if name in place.used.indices]
    for name, (shape, entries) in sorted(place.point.drawn.items()):
        rows = np.array(entries, dtype=object).reshape(-1, shape[-1] if shape else 1)
        text = "; ".join(", ".join(map(str, row)) for row in rows)
        parts.append(f"{name} = ({text})" if shape else f"{name} = {text}")
    return ", ".join(parts)
