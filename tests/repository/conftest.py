"""A copy of the repository, to be changed."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.environment import commit


def copied(folder: Path) -> Path:
    """Copy the repository, committed, with the environment that the tests run in."""
    root = folder / "repository"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/\n", "\n").split()
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", *ignored))
    (root / ".venv").symlink_to(sys.prefix)
    commit(root)
    return root


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy"))
