"""The site that `make book` built, and a browser; imported late, for the package needs neither."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class Site:
    """A built site."""

    root: Path

    def file(self, page: str) -> Path:
        return self.root / f"{page}.html"


@pytest.fixture(scope="session")
def site() -> Site:
    """Return the site that is deployed; no test builds another."""
    found = Site(ROOT / "_build" / "html")
    index = found.file("book/index")
    # Without make there is no .ready, and nothing says whether the site is up to date.
    ask = ["make", "--question", "--old-file=.venv/.ready", index.relative_to(ROOT)]
    outdated = (
        shutil.which("make") and subprocess.run(ask, cwd=ROOT, capture_output=True).returncode
    )
    if outdated or not index.exists():
        pytest.fail("_build/html is older than its sources, or not there: run `make book`")
    return found


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], AbstractContextManager[str]]:
    from tools.serving import serving

    return serving


@pytest.fixture(scope="session")
def host(site: Site, serve: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(site.root) as address:
        yield address


def go_without(what: str) -> NoReturn:
    """Skip a test for want of something; where all tests must run, fail."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def java() -> None:
    """Require Java, which the validator of HTML needs."""
    if not shutil.which("java"):
        go_without("no Java: install one to have the HTML validated")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tools import browser as browsers

    executable = browsers.find()
    if executable is None:
        go_without("no Chromium: install one, or name one in the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=browsers.FLAGS)
        yield chromium
        chromium.close()
