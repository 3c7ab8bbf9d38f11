"""The book keeps its rules. That its chapters still run is nbval's part, over book/."""

import pytest

from eqcheck.pages import Page, pages_of
from tests.chapters.rules import (
    CHAPTER_RULES,
    PAGE_RULES,
    names_are_unique,
    toc_is_complete,
)
from tests.support import ROOT

PAGES = pages_of(ROOT / "book")
CHAPTERS = [path for path in PAGES if path.suffix == ".ipynb"]


def name(value):
    return getattr(value, "stem", None) or value.__name__


def test_the_book_has_chapters():
    assert CHAPTERS


@pytest.mark.parametrize("path", PAGES, ids=name)
@pytest.mark.parametrize("rule", PAGE_RULES, ids=name)
def test_page(path, rule):
    assert rule(Page.read(path)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
@pytest.mark.parametrize("rule", CHAPTER_RULES, ids=name)
def test_chapter(path, rule):
    assert rule(Page.read(path)) == []


def test_nothing_is_named_twice():
    assert names_are_unique([Page.read(path) for path in PAGES]) == []


def test_every_page_is_in_the_toc():
    assert toc_is_complete(ROOT) == []
