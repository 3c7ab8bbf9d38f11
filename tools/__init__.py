"""Scripts that make calls, each ``python -m tools.NAME`` from the root of the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
