"""A chapter in a few lines, in a small book, to plant faults in."""

from __future__ import annotations

import json
from typing import Any

from tests.support import ROOT

BOOK = ROOT / "tests" / "books" / "sample"
ALT = "A straight line that rises from the origin to the point one, one."


def chapter() -> dict[str, Any]:
    """Return a chapter that keeps every rule once it has been run."""
    return json.loads((BOOK / "book" / "sample.ipynb").read_text(encoding="utf-8"))


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
