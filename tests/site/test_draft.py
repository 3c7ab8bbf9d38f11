"""`make draft` shows one page, in the theme of the site, without the rest of the book."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.site import checks
from tests.site.checks import ROOT

PAGE = "mse-gradient"


@pytest.fixture(scope="module")
def draft():
    """Return the page that the command names."""
    command = [sys.executable, "-m", "tools.draft", PAGE]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    address = made.stdout.splitlines()[-1]
    return Path(unquote(urlsplit(address).path))


def test_it_shows_the_theorem_and_its_mathematics(draft):
    page = checks.parse(draft)
    theorem = checks.first(page, "article #thm-mse-gradient")
    assert "Gradient of the mean squared error" in checks.text(theorem)
    assert theorem.cssselect(".katex-html .base")
    assert checks.unset_mathematics(page) == []


def test_it_is_in_the_theme_with_its_figures_and_their_script(draft):
    page = checks.parse(draft)
    for node in page.cssselect("head link[rel=stylesheet], head script[src], article img"):
        file = draft.parent / (node.get("href") or node.get("src"))
        assert file.stat().st_size > 0, node
    style = (draft.parents[1] / "_static" / "site.css").read_text(encoding="utf-8")
    assert "Lossbook Serif" in style
    assert "KaTeX_Main" in style
    assert page.cssselect("article figure img")
    assert page.cssselect("article lossbook-squares")


def test_no_other_chapter_is_built(draft):
    assert {path.stem for path in draft.parent.glob("*.html")} == {"index", PAGE}


def test_a_page_that_the_book_has_not_is_refused():
    command = [sys.executable, "-m", "tools.draft", "no-such-page"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert PAGE in made.stderr  # it says which there are
