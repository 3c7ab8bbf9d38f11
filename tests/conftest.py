"""One build of the site for all tests, also where they run in several processes."""

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from checks import ROOT, build
from filelock import FileLock


@dataclass(frozen=True)
class Site:
    """A built site, and how its build went."""

    built: CompletedProcess[str]
    root: Path

    def file(self, page: str) -> Path:
        return self.root / f"{page}.html"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build the site, unless another process has done so; if it is at it, wait for it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    result = folder / "site.pickle"
    with FileLock(folder / "site.lock"):
        if not result.exists():
            result.write_bytes(pickle.dumps(build(ROOT, folder / "site")))
    return Site(pickle.loads(result.read_bytes()), folder / "site" / "_build" / "html")
