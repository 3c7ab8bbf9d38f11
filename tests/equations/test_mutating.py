"""Mutants are mistakes, all kinds of them; one that survives is reported."""

import re
import shutil
from dataclasses import replace

import pytest
import yaml

from eqcheck.__main__ import main, trials
from eqcheck.book import Book
from eqcheck.chapters import read
from eqcheck.mutating import corrections, mutants, rejection, try_mutants
from eqcheck.pages import Page
from eqcheck.running import chapter_of, check_book, each_equation, places
from tests.equations.planting import BOOK, equation_of, small_page
from tests.support import ROOT

KINDS = [
    "a 2 too many",
    "a minus too many",
    "a condition lost",
    "a sign",
    "a difference the other way round",
    "a minus lost",
    "a denominator lost",
    "a fraction upside down",
    "a factor lost",
    "the order of a product",
    "the wrong product",
    "an exponent lost",
    "a minus in the exponent",
    "a function lost",
    "root lost",
    "absolute lost",
    "a d lost",
    "a sum lost",
    "a summed index",
    "a lower bound",
    "an upper bound",
    "a transpose too many",
    "an index lost",
    "an index",
    "indices swapped",
    "a size lost",
    r"\le for \ge",
    r"\ge for \le",
    r"\ne for =",
    r"\log for \exp",
    r"\exp for \log",
    r"\sum for \prod",
    r"\prod for \sum",
    r"\min for \max",
    "N for C",
    "C for N",
    r"\hat{y} for y",
    r"y for \hat{y}",
    r"\hat{Y} for Y",
    "1 for 2",
    "2 for 1",
]


@pytest.fixture(scope="module")
def changed():
    """Every equation of the book, with its mutants."""
    chapters = [chapter_of(BOOK, path) for path in BOOK.pages]
    return [(each, mutants(each, chapter)) for chapter in chapters for each in chapter.equations]


@pytest.fixture(scope="module")
def mistakes(changed):
    return {mutant.mistake for _, found in changed for mutant in found}


def small(latex, *before):
    chapter = read(Page("page.md", small_page(latex, *before)), BOOK)
    return equation_of(chapter, "eq-a"), chapter


def rows(latex, *before):
    """Return the mutants of an equation by what was done."""
    equation, chapter = small(latex, *before)
    found = {}
    for mutant in mutants(equation, chapter):
        found.setdefault(mutant.mistake, []).append(" ".join(mutant.latex.split()))
    return found


def swap(kind):
    """Return the mistake that is named as the one for the other, whichever way round."""
    one, found, other = kind.partition(" for ")
    return {kind, f"{other} for {one}"} if found else {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mistake_is_made_in_the_book(kind, mistakes):
    assert swap(kind) & mistakes


def test_no_mutant_is_the_original_or_occurs_twice(changed):
    for equation, found in changed:
        plain = ["".join(mutant.latex.split()) for mutant in found]
        assert "".join(equation.latex.split()) not in plain
        assert len(plain) == len(set(plain)) > 0


def test_a_mutant_differs_in_one_row(changed):
    for equation, found in changed[::4]:
        original = [" ".join(row.split()) for row in equation.latex.split(r"\\")]
        for mutant in found:
            rows = [" ".join(row.split()) for row in mutant.latex.split(r"\\")]
            differing = [new for new, old in zip(rows, original, strict=False) if new != old]
            assert differing[0] == mutant.row(equation)
            assert len(differing) == 1 or len(rows) < len(original)


def test_the_mutants_of_a_gradient_are_those_that_a_person_would_make():
    found = rows(r"\frac{2}{N C} (\hat{Y}_{ij} - Y_{ij}) = c")
    assert r"\frac{2}{N C} (\hat{Y}_{ij} + Y_{ij}) = c" in found["a sign"]
    assert r"(2) (\hat{Y}_{ij} - Y_{ij}) = c" in found["a denominator lost"]
    assert r"\frac{1}{N C} (\hat{Y}_{ij} - Y_{ij}) = c" in found["1 for 2"]
    assert r"\frac{2}{N C} (\hat{Y}_{ij} - Y_{ji}) = c" in found["indices swapped"]
    assert r"\frac{2}{N C} (\hat{Y}_{ij} - \hat{Y} _{ij}) = c" in found[r"\hat{Y} for Y"]
    (turned,) = found["a difference the other way round"]
    assert turned == r"\frac{2}{N C} (Y_{ij} - (\hat{Y}_{ij})) = c"
    assert any("N  (" in row or "{N }" in row for row in found["a factor lost"])


def test_the_mutants_of_a_sum_change_its_bounds():
    found = rows(r"\sum_{j=1}^{C} y_j z_k = b")
    assert [row[:14] for row in found["a lower bound"]] == [r"\sum_{j=0}^{C}", r"\sum_{j=2}^{C}"]
    assert found["an upper bound"] == [r"\sum_{j=1}^{C - 1} y_j z_k = b"]
    assert found["a sum lost"] == ["y_j z_k = b"]
    assert r"\sum_{j=1}^{C} y_k z_k = b" in found["an index"]
    assert r"\prod _{j=1}^{C} y_j z_k = b" in found[r"\sum for \prod"]


def test_every_mutant_of_what_is_true_for_no_other_reason_is_rejected():
    equation, chapter = small(r"\frac{\partial L}{\partial b} = 2 b c", "Let $L := b^2 c$.")
    for mutant in mutants(equation, chapter):
        assert rejection(equation, chapter, mutant, {}), mutant.latex
    assert try_mutants(equation, chapter).survivors == []


def test_a_mutant_that_is_true_survives_and_is_reported():
    equation, chapter = small(r"\operatorname{tr}(X^\top X) = \operatorname{tr}(X^\top X)")
    trial = try_mutants(equation, chapter)
    assert trial.tried == len(mutants(equation, chapter))
    assert (
        "the order of a product",
        r"\operatorname{tr}(X X^\top) = \operatorname{tr}(X^\top X)",
    ) in (trial.survivors)


def of_the_book(label, book=BOOK):
    ((path, number),) = places(book, [label])
    chapter = chapter_of(book, path)
    return chapter.equations[number], chapter


def with_equivalent(tmp_path, rows):
    """Return the book with other rows listed as no mistakes in eq-mse-trace."""
    path = tmp_path / "equivalent.yml"
    listed = {"eq-mse-trace": [{"why": "of some reason", "rows": list(rows)}]} if rows else {}
    path.write_text(yaml.safe_dump(listed), encoding="utf-8")
    return replace(BOOK, equivalent_file=str(path))


def test_a_mutant_that_is_listed_as_no_mistake_is_not_reported(tmp_path):
    equation, chapter = of_the_book("eq-mse-trace")
    trial = try_mutants(equation, chapter)
    assert (trial.survivors, trial.stale) == ([], [])
    assert trial.listed == list(BOOK.equivalent["eq-mse-trace"])
    unlisted = of_the_book("eq-mse-trace", with_equivalent(tmp_path, []))
    assert [row for _, row in try_mutants(*unlisted).survivors] == trial.listed


def test_what_is_listed_and_is_rejected_is_reported_as_stale(tmp_path):
    rows = [*BOOK.equivalent["eq-mse-trace"], "L = 2"]
    trial = try_mutants(*of_the_book("eq-mse-trace", with_equivalent(tmp_path, rows)))
    assert trial.stale == ["L = 2"]


def test_a_share_of_the_mutants_is_the_same_each_time():
    equation, chapter = of_the_book("eq-delta")
    one, two = (try_mutants(equation, chapter, share=0.2) for _ in range(2))
    assert one == two
    assert one.tried == 1 + int(0.2 * len(mutants(equation, chapter)))


def test_a_wrong_definition_without_a_referee_is_found_by_the_other_equations():
    chapter = read(
        Page(
            "page.md",
            "# A\n\n$$\nA := b + c = c + b\n$$ (eq-a)\n\n$$\nA - b = c\n$$ (eq-b)\n",
        ),
        BOOK,
    )
    equation = equation_of(chapter, "eq-a")
    for mutant in mutants(equation, chapter):
        assert rejection(equation, chapter, mutant, {}), mutant.latex


@pytest.mark.parametrize("right", ["1 + 1 + 2", "3 + 1", "4 - 1 + 1"])
def test_what_is_suggested_holds_at_all_sizes(right):
    equation, chapter = small(rf"\mathbf{{1}}_N^\top \mathbf{{1}}_N = {right}")
    assert list(corrections(equation, chapter)) == []


# On the command line


@pytest.fixture
def make(tmp_path):
    """Make a book of one page that has this one's notation, and perhaps other lists."""
    shutil.copytree(BOOK.data(""), tmp_path / BOOK.equations)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    book = Book(tmp_path)

    def make(text, not_evaluated=None, equivalent=None):
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        lists = {book.not_evaluated_file: not_evaluated, book.equivalent_file: equivalent}
        for file, entries in lists.items():
            book.data(file).write_text(yaml.safe_dump(entries or {}), encoding="utf-8")
        chapter_of.cache_clear()
        return Book(tmp_path)

    yield make
    chapter_of.cache_clear()


def run(book, *arguments):
    return main(["--root", str(book.root), *arguments])


def test_the_check_says_that_an_equation_holds(make, capsys):
    assert run(make(small_page("b + c = c + b"))) == 0
    assert "page.md: 1 of 1 equations hold" in capsys.readouterr().out


@pytest.mark.parametrize("labels", [[], ["eq-a"]])
def test_the_check_fails_with_an_equation_that_does_not_hold(make, capsys, labels):
    assert run(make(small_page("b + c = c - b")), *labels) == 1
    printed = capsys.readouterr().out
    assert "page.md, line 4 (eq-a) does not hold:" in printed
    assert "It would hold with\n    b + c = c + b" in printed
    assert "page.md: 0 of 1 equations hold" in printed


def test_the_check_fails_with_an_equation_that_cannot_be_read(make, capsys):
    assert run(make(small_page(r"b = \funny c"))) == 1
    assert "page.md, line 4 (eq-a): the grammar stops at" in capsys.readouterr().out


def test_the_check_can_be_asked_about_one_equation_of_the_book(capsys):
    assert main(["--root", str(ROOT), "--anew", "eq-mse-gradient"]) == 0
    assert "mse-gradient.ipynb: 1 of 1 equations hold" in capsys.readouterr().out


def test_a_label_that_no_equation_has_is_an_error(make, capsys):
    assert run(make(small_page("b + c = c + b")), "eq-nothing") == 1
    assert "eq-nothing is neither a label nor a page with equations" in capsys.readouterr().out


def test_a_mutant_that_survives_fails_unless_it_is_listed(make, capsys):
    assert run(make(small_page("b + 0 = b")), "--mutants") == 1
    printed = capsys.readouterr().out
    assert "eq-a survives (a sign):\n    b - 0 = b" in printed
    tried = int(re.search(r"page.md: (\d+) mutants, 0 of them equivalent; ", printed)[1])
    listed = {"eq-a": [{"why": "0 has no sign", "rows": ["b - 0 = b"]}]}
    assert run(make(small_page("b + 0 = b"), equivalent=listed), "--mutants") == 0
    said = f"{tried} mutants, 1 of them equivalent; {tried - 1} of {tried - 1} rejected, 100 %"
    assert said in capsys.readouterr().out


def test_a_mutant_that_is_listed_and_rejected_fails(make, capsys):
    listed = {"eq-a": [{"why": "of no reason", "rows": ["b - c = c + b"]}]}
    assert run(make(small_page("b + c = c + b"), equivalent=listed), "--mutants") == 1
    said = "equivalent.yml lists a mutant that is rejected:\n    b - c = c + b"
    assert said in capsys.readouterr().out


def test_what_does_not_hold_itself_has_no_mutants(make, capsys):
    book = make(small_page("b + c = b - c"))
    ((_, trial),) = each_equation(trials, book, places(book))
    assert (trial.tried, trial.survivors) == (0, [("none: it does not hold itself", "eq-a")])
    assert run(book, "--mutants") == 1
    assert "eq-a survives (none: it does not hold itself)" in capsys.readouterr().out


@pytest.mark.parametrize(("wanted", "found"), [([], 1), (["eq-a"], 1), (["page"], 1), (["b"], 0)])
def test_only_the_labels_and_pages_that_are_wanted_are_looked_at(make, wanted, found):
    book = make(small_page("b + c = c + b"))
    assert len(list(each_equation(trials, book, places(book, wanted)))) == found


def test_an_equation_can_be_checked_beside_one_that_cannot_be_read(make):
    text = small_page(r"b = \funny c") + "\n$$\nb = b\n$$ (eq-b)\n"
    (verdict,) = check_book(make(text), ["eq-b"])
    assert (verdict.label, verdict.fault) == ("eq-b", "")
    (verdict,) = check_book(make(text))
    assert (verdict.label, bool(verdict.fault)) == ("eq-a", True)


# What cannot be evaluated


@pytest.mark.parametrize("latex", [r"\lim_{b \to 0} \operatorname{sign}(b) = 1", "Q = 1"])
def test_what_cannot_be_evaluated_and_is_listed_has_its_reason(make, latex):
    (verdict,) = check_book(make(small_page(latex)))
    assert verdict.fault
    entry = {"reason": "a limit", "experiment": "fig-limit"}
    (verdict,) = check_book(make(small_page(latex), not_evaluated={"eq-a": entry}))
    assert (verdict.chapter, verdict.label, verdict.fault) == ("page.md", "eq-a", "")
    assert (verdict.reason, verdict.experiment) == ("a limit", "fig-limit")


@pytest.mark.parametrize("latex", ["b = b", "b = c"])
def test_what_can_be_evaluated_may_not_be_listed(make, latex):
    (verdict,) = check_book(make(small_page(latex), not_evaluated={"eq-a": {"reason": "a limit"}}))
    assert verdict.reason == ""
    assert "eq-a" in verdict.fault


def test_what_rests_on_a_wrong_equation_says_so(make):
    one, two = check_book(make("# A\n\n$$\nA := b = c\n$$ (eq-a)\n\n$$\nA = c\n$$ (eq-b)\n"))
    assert "does not hold" in one.fault
    assert two.fault == "eq-b rests on eq-a, which fails"


def test_definitions_that_rest_on_each_other_say_so(make):
    book = make("# A\n\n$$\nA := s = s\n$$ (eq-a)\n\n$$\ns := A = A\n$$ (eq-b)\n")
    assert any("is defined by itself" in verdict.fault for verdict in check_book(book))
