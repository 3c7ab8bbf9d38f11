"""One server and one browser for all tests of the site."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import browser as browsers
import pytest
from playwright.sync_api import Browser, sync_playwright
from serving import serving


def go_without(what: str) -> NoReturn:
    """Skip a test for want of something; where all tests must run, fail."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], AbstractContextManager[str]]:
    return serving


@pytest.fixture(scope="session")
def host(site) -> Iterator[str]:
    with serving(site.root) as address:
        yield address


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
