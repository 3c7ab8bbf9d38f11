"""What tests of several folders share."""

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def nightly(*values: Any) -> Any:
    """Leave one case of a parametrized test to the nightly run."""
    return pytest.param(*values, marks=pytest.mark.nightly)
