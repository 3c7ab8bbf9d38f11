"""What tests of several folders share."""

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def nightly(value: Any) -> Any:
    """Leave one value of a parametrized test to the nightly run."""
    return pytest.param(value, marks=pytest.mark.nightly)
