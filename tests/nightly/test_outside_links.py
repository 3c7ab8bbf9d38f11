"""A reader follows a link to the outside, and finds what the book says is there."""

import shutil
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO

import pytest
import yaml

from tests.support import ROOT
from tools.links import check, dead
from tools.serving import Quiet, serving

LINKS = ROOT / "tests" / "books" / "links"
PATIENCE = 1  # seconds, for the test of the checker


asked: set[str] = set()


class Outside(Quiet):
    """Hosts as there are on the web."""

    def send_head(self) -> BytesIO:
        first = self.path not in asked
        asked.add(self.path)
        if self.path == "/slow" or (self.path == "/flaky" and first):
            time.sleep(2 * PATIENCE)
        match self.path:
            case "/there" | "/slow" | "/flaky" | "/doi/10.1000/there":
                status = HTTPStatus.OK
            case "/no-head":
                only_get = HTTPStatus.METHOD_NOT_ALLOWED
                status = only_get if self.command == "HEAD" else HTTPStatus.OK
            case "/moved" | "/circle":
                status = HTTPStatus.MOVED_PERMANENTLY
            case "/members":
                status = HTTPStatus.FORBIDDEN
            case "/repair":
                status = HTTPStatus.SERVICE_UNAVAILABLE
            case _:
                status = HTTPStatus.NOT_FOUND
        page = b'<h1 id="section">There</h1>'
        self.send_response(status)
        self.send_header("Content-Length", str(len(page)))
        if status == HTTPStatus.MOVED_PERMANENTLY:
            self.send_header("Location", "/there" if self.path == "/moved" else self.path)
        self.end_headers()
        return BytesIO(page)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """What the checker says of a book with links of every kind, with this book's settings."""
    book = tmp_path_factory.mktemp("links") / "book"
    shutil.copytree(LINKS, book)
    ours = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    settings = {name: value for name, value in ours.items() if name.startswith("linkcheck")}
    with serving(book, Outside) as host:
        settings |= {"linkcheck_timeout": PATIENCE, "linkcheck_doi_registry": f"{host}doi/"}
        config = {
            "title": "Links",
            "html": {"baseurl": "https://book.example/"},
            "sphinx": {"extra_extensions": ["website.ext.outside_links"], "config": settings},
        }
        (book / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        text = (book / "index.md").read_text(encoding="utf-8")
        (book / "index.md").write_text(text.replace("HOST/", host), encoding="utf-8")
        checked = check(book, book.parent / "output")
        yield {
            verdict: sorted(link.replace(host, "/").split()[0] for link in links)
            for verdict, links in checked.items()
        }


def test_links_that_lead_nowhere_are_dead(found):
    assert sorted(dead(found)) == [
        "/circle",
        "/doi/10.1000/gone",
        "/gone",
        "/slow",
        "/there#nowhere",
        "http://127.0.0.1:9/",
    ]


def test_links_that_lead_somewhere_are_not(found):
    ok = ["/doi/10.1000/there", "/flaky", "/no-head", "/there", "/there#section"]
    assert found["working"] == ok
    assert found["redirected"] == ["/moved"]


def test_a_host_that_refuses_machines_is_not_held_against_the_link(found):
    assert found["refused"] == ["/members"]
    assert found["ignored"] == ["/repair", "https://book.example/not-there-yet.html"]


def online() -> bool:
    """Tell whether there is a network, going by the two hosts to which most links lead."""
    for host in ("doi.org", "github.com"):
        try:
            socket.create_connection((host, 443), timeout=10).close()
        except OSError:
            continue
        return True
    return False


def test_no_link_of_the_book_is_dead(tmp_path):
    if not online():
        pytest.skip("no network: links to the outside cannot be checked")
    found = check(ROOT, tmp_path)
    assert len(found.get("working", []) + found.get("redirected", [])) > 100
    assert dead(found) == []
