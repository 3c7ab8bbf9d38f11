"""A copy of the repository, to be changed."""

import sys
from pathlib import Path

import pytest

from tests.support.environment import copy_repository


def copied(folder: Path) -> Path:
    """Copy the repository, committed, with the environment that the tests run in."""
    root = folder / "repository"
    copy_repository(root)
    (root / ".venv").symlink_to(sys.prefix)
    return root


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy"))
