"""A chapter in a few lines, to plant faults in."""

from __future__ import annotations

import json
from typing import Any

ALT = "A straight line that rises from the origin to the point one, one."


def chapter() -> dict[str, Any]:
    """Return a chapter that keeps every rule once it has been run."""
    return {
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": [
            markdown("# A chapter\n\nOf one equation.\n\n$$\na = b\n$$ (eq-sample)", "question"),
            code("numbers = [0.1, 0.2]\nprint(sum(numbers))\nsum(numbers) - 0.3", "sum"),
            code('raise ValueError("meant to fail")', "failure", tags=["raises-exception"]),
            code(
                "from matplotlib import pyplot as plt\n\n"
                "from lossbook.plotting.style import use_style\n\n"
                "use_style()",
                "style",
            ),
            code(
                "fig, ax = plt.subplots()\n_ = ax.plot([0, 1], [0, 1])",
                "figure",
                mystnb={
                    "image": {"alt": ALT},
                    "figure": {"name": "fig-sample", "caption": "A line."},
                },
            ),
        ],
    }


def markdown(source: str, name: str = "text") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(source: str, name: str = "code", **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell of that id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def written(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook)
