"""One build of the site for all tests; what shares it runs in one of the workers."""

from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from checks import ROOT, build


@dataclass(frozen=True)
class Site:
    """A built site, and how its build went."""

    built: CompletedProcess[str]
    root: Path

    def file(self, page: str) -> Path:
        return self.root / f"{page}.html"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    output = tmp_path_factory.mktemp("site")
    return Site(build(ROOT, output), output / "_build" / "html")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the cells of a chapter, and the tests of a file, in order and in one worker."""
    for item in items:
        with_site = "site" in getattr(item, "fixturenames", ())
        group = "site" if with_site else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
