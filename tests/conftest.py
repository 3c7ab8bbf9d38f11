"""One build of the site for all tests, also where they run in several processes; one browser."""

import os
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import NoReturn

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from tests.site.checks import ROOT, build
from tools import browser as browsers


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


def go_without(what: str) -> NoReturn:
    """Skip a test for want of something; where all tests must run, fail."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def java() -> None:
    """See that there is Java, which the validator of HTML needs."""
    if not shutil.which("java"):
        go_without("no Java: install one to have the HTML validated")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = browsers.find()
    if executable is None:
        go_without("no Chromium: install one, or name one in the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=browsers.FLAGS)
        yield chromium
        chromium.close()
