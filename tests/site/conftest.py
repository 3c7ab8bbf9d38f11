"""One server for all tests of the site."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tools.serving import serving


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], AbstractContextManager[str]]:
    return serving


@pytest.fixture(scope="session")
def host(site) -> Iterator[str]:
    with serving(site.root) as address:
        yield address
