"""The check rejects every small mistake in every equation of the book."""

import pytest

from eqcheck.__main__ import main
from eqcheck.running import chapter_of, places
from tests.equations.planting import BOOK
from tests.support import ROOT

PAGES = [path for path in BOOK.pages if chapter_of(BOOK, path).equations]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_mistake_in_a_chapter_is_rejected(page, capsys):
    code = main(["--mutants", "--root", str(ROOT), page.stem])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert f"{page.name}: " in printed
    assert "100 %" in printed


def test_every_equation_that_is_evaluated_has_its_turn():
    labels = [chapter_of(BOOK, path).equations[number].label for path, number in places(BOOK)]
    assert len(labels) > 400
    assert {path for path, _ in places(BOOK)} == set(PAGES)
