"""Every display equation of the book holds, and the lists beside the check fit the book."""

import re
from collections import Counter

import pytest

from eqcheck.mutating import try_mutants
from eqcheck.pages import Page, displays
from eqcheck.running import chapter_of, check_book, each_equation, places
from tests.equations.planting import BOOK
from tests.support import ROOT

CORE = ["mse-gradient.ipynb", "cross-entropy-gradient.ipynb", "mse-as-nll.ipynb"]
DISPLAYS = [(path.name, each.label) for path in BOOK.pages for each in displays(Page.read(path))]
LABELS = [label for _, label in DISPLAYS]


@pytest.fixture(scope="module")
def verdicts():
    """The verdicts on the whole book; those that a build of the site has made are kept."""
    return check_book(BOOK, store=ROOT / "_build" / "verdicts")


@pytest.fixture(scope="module")
def judged(verdicts):
    return {verdict.label: verdict for verdict in verdicts}


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


@pytest.mark.parametrize("name", [path.name for path in BOOK.pages])
def test_equations_are_evaluated(name, verdicts):
    own = [verdict for verdict in verdicts if verdict.chapter == name]
    evaluated = sum(not verdict.reason for verdict in own)
    assert evaluated >= (1 if name in CORE else 0.95) * len(own)
    assert own or name not in CORE


@pytest.mark.parametrize("label", BOOK.referees)
def test_every_referee_judges_a_definition_of_the_book(label, judged):
    assert judged[label].defines
    named = judged[label].referee
    assert re.match(r"(lossbook|numpy|scipy\.\w+|sklearn\.metrics)\.[a-zA-Z]", named), named


def test_a_definition_has_a_referee_or_goes_on_to_a_claim(judged):
    defining = {label for label, verdict in judged.items() if verdict.defines}
    equations = {
        each.label: each for path in BOOK.pages for each in chapter_of(BOOK, path).equations
    }
    for label in defining - BOOK.referees.keys():
        assert any(step.relation != ":=" for step in equations[label].steps), label


def test_what_is_not_evaluated_is_in_the_book_and_has_a_reason():
    assert BOOK.not_evaluated.keys() <= set(LABELS)
    for entry in BOOK.not_evaluated.values():
        assert entry["reason"].strip()
        assert entry.keys() <= {"reason", "experiment"}


def test_what_is_listed_as_no_mistake_is_in_the_book_and_has_a_reason():
    assert BOOK.equivalent.keys() <= set(LABELS)
    for rows in BOOK.equivalent.values():
        assert rows
        assert all(why.strip() for why in rows.values())


def some(book, path, number):
    chapter = chapter_of(book, path)
    return try_mutants(chapter.equations[number], chapter, share=0.05)


def test_no_mistake_in_a_twentieth_of_those_in_the_core_chapters_passes():
    """In the other chapters the nightly run makes them all."""
    where = places(BOOK, [name.removesuffix(".ipynb") for name in CORE])
    trials = list(each_equation(some, BOOK, where))
    labels = [label for chapter, label in DISPLAYS if chapter in CORE]
    assert Counter(trial.label for trial in trials) == Counter(labels) - Counter(BOOK.not_evaluated)
    assert sum(trial.tried for trial in trials) > len(trials)
    survivors = [(trial.label, *each) for trial in trials for each in trial.survivors]
    assert survivors == []
