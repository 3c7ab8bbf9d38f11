"""What to say of an equation that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from .chapters import Equation, Step
from .evaluating import Evaluation
from .latex import start_of, text_of
from .values import Value, entries_of, table_of


@dataclass
class Refutation(Exception):  # noqa: N818
    """One place at which two sides differ."""

    step: Step
    values: tuple[Value, Value]
    place: Evaluation
    referee: str = ""  # what gave the second value, if not the page


def refuted(found: Refutation, equation: Equation) -> str:
    """Return where an equation does not hold, both sides, and for which values."""
    lines = [
        f"{equation.place_of(start_of(found.step.right))} ({equation.label}) does not hold:",
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


def pointer(equation: Equation, start: int | None) -> str:
    """Return the line of LaTeX with a mark below the place."""
    if start is None:
        return ""
    begin = equation.latex.rfind("\n", 0, start) + 1
    line = equation.latex[begin:].split("\n")[0]
    return f"\n    {line}\n    {' ' * (start - begin)}^"


def _in_digits(value: Any) -> str:
    table = np.atleast_2d(value) if isinstance(value, np.ndarray) else entries_of(value)
    table = table.T if table.shape[1] == 1 else table
    rows = [", ".join(str(sp.N(entry, 6)) for entry in row) for row in table]
    return rows[0] if table.size == 1 else "(" + "; ".join(rows) + ")"


def _inputs(place: Evaluation) -> str:
    parts = [f"{name} = {n}" for name, n in place.used.sizes.items()]
    parts += [f"{name} = {n}" for name, n in place.indices.items() if name in place.used.indices]
    for name, (shape, entries) in sorted(place.point.drawn.items()):
        rows = table_of(entries).reshape(-1, shape[-1] if shape else 1)
        text = "; ".join(", ".join(map(str, row)) for row in rows)
        parts.append(f"{name} = ({text})" if shape else f"{name} = {text}")
    return ", ".join(parts)
