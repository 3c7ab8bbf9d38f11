"""The users who are played here start with nothing but what a file of the repository installs."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lossbook import __version__
from tests.support import ROOT
from tests.support.environment import Environment, copy_repository


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it stands, released: a clone of its own, with the tag of its version."""
    folder = tmp_path_factory.mktemp("repository") / "lossbook"
    copy_repository(folder)
    subprocess.run(["git", "tag", f"v{__version__}"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def binder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """What Binder installs, without lossbook, which only postBuild adds."""
    environment = Environment(tmp_path_factory.mktemp("binder"))
    begin = time.perf_counter()
    environment.make("-r", ROOT / ".binder" / "requirements.txt")
    environment.seconds = time.perf_counter() - begin
    yield environment
    environment.remove()
