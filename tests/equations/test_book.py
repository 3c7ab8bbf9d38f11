"""Every display equation of the book holds, and the lists beside the check fit the book."""

import json
import re
from collections import Counter

import pytest

from book.equations.referees import REFEREES
from eqcheck.book import chapter_of, each_equation, not_evaluated
from eqcheck.checking import Verdict
from eqcheck.mutating import equivalent, try_mutants
from eqcheck.pages import Page, displays, pages_in_toc

CORE = ["mse-gradient.ipynb", "cross-entropy-gradient.ipynb", "mse-as-nll.ipynb"]
DISPLAYS = [
    (path.name, each.label) for path in pages_in_toc() for each in displays(Page.read(path))
]
LABELS = [label for _, label in DISPLAYS]


@pytest.fixture(scope="module")
def verdicts(site):
    """What the check said while the site was built."""
    rows = json.loads((site.root / "ledger.json").read_text(encoding="utf-8"))
    return [Verdict(**row) for row in rows]


@pytest.mark.parametrize("label", LABELS)
def test_the_equation_holds(label, verdicts):
    (verdict,) = [each for each in verdicts if each.label == label]
    assert not verdict.fault, verdict.fault


def test_every_display_is_judged_once_and_nothing_else_is(verdicts):
    assert Counter((each.chapter, each.label) for each in verdicts) == Counter(DISPLAYS)
    assert not any(each.fault for each in verdicts)


def test_what_is_evaluated_is_compared_at_several_points(verdicts):
    for verdict in verdicts:
        if not verdict.reason:
            assert verdict.points >= 2, verdict.label
            assert verdict.compared >= verdict.points, verdict.label


@pytest.mark.parametrize("name", [path.name for path in pages_in_toc()])
def test_equations_are_evaluated(name, verdicts):
    own = [verdict for verdict in verdicts if verdict.chapter == name]
    evaluated = sum(not verdict.reason for verdict in own)
    assert evaluated >= (1 if name in CORE else 0.95) * len(own)
    assert own or name not in CORE


def test_every_referee_judges_a_definition_of_the_book(verdicts):
    judged = {verdict.label: verdict for verdict in verdicts}
    for label in REFEREES:
        assert label in judged
        assert judged[label].defines, label
        assert re.match(r"(lossbook|numpy|scipy\.\w+)\.\w", judged[label].referee), label


def test_a_definition_has_a_referee_or_goes_on_to_a_claim(verdicts):
    judged = {verdict.label for verdict in verdicts if verdict.defines}
    equations = {each.label: each for path in pages_in_toc() for each in chapter_of(path).equations}
    for label in judged - REFEREES.keys():
        assert any(step.relation != ":=" for step in equations[label].steps), label


def test_what_is_not_evaluated_is_in_the_book_and_has_a_reason():
    assert not_evaluated().keys() <= set(LABELS)
    for entry in not_evaluated().values():
        assert entry["reason"].strip()
        assert entry.keys() <= {"reason", "experiment"}


def test_what_is_listed_as_no_mistake_is_in_the_book_and_has_a_reason():
    assert equivalent().keys() <= set(LABELS)
    for rows in equivalent().values():
        assert rows
        assert all(why.strip() for why in rows.values())


def some(path, number):
    chapter = chapter_of(path)
    return try_mutants(chapter.equations[number], chapter, share=0.05)


def test_no_mistake_in_a_twentieth_of_them_passes():
    trials = list(each_equation(some))
    assert Counter(trial.label for trial in trials) == Counter(LABELS) - Counter(not_evaluated())
    assert sum(trial.tried for trial in trials) > len(trials)
    survivors = [(trial.label, *each) for trial in trials for each in trial.survivors]
    assert survivors == []
