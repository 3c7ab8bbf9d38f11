"""Mutants are mistakes, all kinds of them; one that survives is reported."""

from pathlib import Path

import pytest

from eqcheck import __main__ as check_equations
from eqcheck import book, mutating
from eqcheck import mutants as mutate_equations
from eqcheck.chapters import read
from eqcheck.mutating import Trial, corrections, mutants, rejection, try_mutants
from eqcheck.pages import Page, pages_in_toc
from tests.equations.planting import equation_of, small_page
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
def equations():
    return [equation for path in pages_in_toc() for equation in book.chapter_of(path).equations]


@pytest.fixture(scope="module")
def mistakes(equations):
    return {mutant.mistake for equation in equations for mutant in mutants(equation)}


def small(latex, *before):
    chapter = read(Page("page.md", small_page(latex, *before)))
    return equation_of(chapter, "eq-a"), chapter


def rows(latex, *before):
    """Return the mutants of an equation by what was done."""
    equation, _ = small(latex, *before)
    found = {}
    for mutant in mutants(equation):
        found.setdefault(mutant.mistake, []).append(" ".join(mutant.latex.split()))
    return found


def swap(kind):
    """Return the mistake that is named as the one for the other, whichever way round."""
    one, found, other = kind.partition(" for ")
    return {kind, f"{other} for {one}"} if found else {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mistake_is_made_in_the_book(kind, mistakes):
    assert swap(kind) & mistakes


def test_no_mutant_is_the_original_or_stands_twice(equations):
    for equation in equations:
        plain = ["".join(mutant.latex.split()) for mutant in mutants(equation)]
        assert "".join(equation.latex.split()) not in plain
        assert len(plain) == len(set(plain)) > 0


def test_a_mutant_differs_in_one_row(equations):
    for equation in equations[::4]:
        original = [" ".join(row.split()) for row in equation.latex.split(r"\\")]
        for mutant in mutants(equation):
            changed = [" ".join(row.split()) for row in mutant.latex.split(r"\\")]
            differing = [new for new, old in zip(changed, original, strict=False) if new != old]
            assert differing[0] == mutant.row(equation)
            assert len(differing) == 1 or len(changed) < len(original)


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
    for mutant in mutants(equation):
        assert rejection(equation, chapter, mutant, {}), mutant.latex
    assert try_mutants(equation, chapter).survivors == []


def test_a_mutant_that_is_true_survives_and_is_reported():
    equation, chapter = small(r"\operatorname{tr}(X^\top X) = \operatorname{tr}(X^\top X)")
    trial = try_mutants(equation, chapter)
    assert trial.tried == len(mutants(equation))
    assert (
        "the order of a product",
        r"\operatorname{tr}(X X^\top) = \operatorname{tr}(X^\top X)",
    ) in (trial.survivors)


def of_the_book(label):
    path = next(
        path
        for path in pages_in_toc()
        if label in [equation.label for equation in book.chapter_of(path).equations]
    )
    return equation_of(book.chapter_of(path), label), book.chapter_of(path)


def test_a_mutant_that_is_listed_as_no_mistake_is_not_reported(monkeypatch):
    equation, chapter = of_the_book("eq-mse-trace")
    trial = try_mutants(equation, chapter)
    assert (trial.survivors, trial.stale) == ([], [])
    assert trial.listed == list(mutating.equivalent()["eq-mse-trace"])
    monkeypatch.setattr(mutating, "equivalent", dict)
    assert [row for _, row in try_mutants(equation, chapter).survivors] == trial.listed


def test_what_is_listed_and_is_rejected_is_reported_as_stale(monkeypatch):
    equation, chapter = of_the_book("eq-mse-trace")
    entries = {"eq-mse-trace": {**mutating.equivalent()["eq-mse-trace"], "L = 2": "no reason"}}
    monkeypatch.setattr(mutating, "equivalent", lambda: entries)
    assert try_mutants(equation, chapter).stale == ["L = 2"]


def test_a_share_of_the_mutants_is_the_same_each_time():
    equation, chapter = of_the_book("eq-delta")
    one, two = (try_mutants(equation, chapter, share=0.2) for _ in range(2))
    assert one == two
    assert one.tried == 1 + int(0.2 * len(mutants(equation)))


def test_a_wrong_definition_without_a_referee_is_found_by_the_other_equations():
    chapter = read(
        Page(
            "page.md",
            "# A\n\n$$\nA := b + c = c + b\n$$ (eq-a)\n\n$$\nA - b = c\n$$ (eq-b)\n",
        )
    )
    equation = equation_of(chapter, "eq-a")
    for mutant in mutants(equation):
        assert rejection(equation, chapter, mutant, {}), mutant.latex


@pytest.mark.parametrize("right", ["1 + 1 + 2", "3 + 1", "4 - 1 + 1"])
def test_what_is_suggested_holds_at_all_sizes(right):
    equation, chapter = small(rf"\mathbf{{1}}_N^\top \mathbf{{1}}_N = {right}")
    assert list(corrections(equation, chapter)) == []


# On the command line


@pytest.fixture
def one_page(tmp_path, monkeypatch):
    """Make the book one small page."""

    def make(latex, *before):
        path = tmp_path / "page.md"
        path.write_text(small_page(latex, *before), encoding="utf-8")
        monkeypatch.setattr(book, "pages_in_toc", lambda: [path])
        book.chapter_of.cache_clear()
        return path

    yield make
    book.chapter_of.cache_clear()


def test_the_check_says_that_an_equation_holds(one_page, capsys):
    one_page("b + c = c + b")
    assert check_equations.main([]) == 0
    assert "page.md: 1 of 1 equations hold" in capsys.readouterr().out


@pytest.mark.parametrize("labels", [[], ["eq-a"]])
def test_the_check_fails_with_an_equation_that_does_not_hold(one_page, capsys, labels):
    one_page("b + c = c - b")
    assert check_equations.main(labels) == 1
    printed = capsys.readouterr().out
    assert "page.md, line 4 (eq-a) does not hold:" in printed
    assert "It would hold with\n    b + c = c + b" in printed
    assert "page.md: 0 of 1 equations hold" in printed


def test_the_check_fails_with_an_equation_that_cannot_be_read(one_page, capsys):
    one_page(r"b = \funny c")
    assert check_equations.main([]) == 1
    assert "page.md, line 4 (eq-a): the grammar stops at" in capsys.readouterr().out


def test_the_check_can_be_asked_about_one_equation_of_the_book(monkeypatch, capsys):
    monkeypatch.setattr(book, "pages_in_toc", lambda: [ROOT / "book" / "mse-gradient.ipynb"])
    assert check_equations.main(["eq-mse-gradient"]) == 0
    assert "mse-gradient.ipynb: 1 of 1 equations hold" in capsys.readouterr().out


def test_a_label_that_no_equation_has_is_an_error(monkeypatch):
    monkeypatch.setattr(check_equations, "check_book", lambda _: [])
    assert check_equations.main(["eq-nothing"]) != 0


def trials(*found):
    return lambda *_: iter([("page.md", trial) for trial in found])


@pytest.mark.parametrize(
    ("trial", "code", "said"),
    [
        (
            Trial("eq-a", 3, [], ["L = 2"], []),
            0,
            "3 mutants, 1 of them equivalent; 2 of 2 rejected",
        ),
        (Trial("eq-a", 3, [("a sign", "L = 1")], [], []), 1, "eq-a survives (a sign):\n    L = 1"),
        (Trial("eq-a", 3, [], [], ["L = 2"]), 1, "lists what does not survive:\n    L = 2"),
    ],
)
def test_the_mutants_on_the_command_line(trial, code, said, monkeypatch, capsys):
    monkeypatch.setattr(mutate_equations, "each_equation", trials(trial))
    assert mutate_equations.main([]) == code
    assert said in capsys.readouterr().out


def test_the_trials_of_the_command_line_are_those_of_the_module(one_page):
    path = one_page("b + c = c + b")
    name, trial = mutate_equations.trials(Path(path), 0)
    assert (name, trial.label, trial.survivors) == ("page.md", "eq-a", [])


def test_what_does_not_hold_itself_has_no_mutants(one_page):
    path = one_page("b + c = b - c")
    _, trial = mutate_equations.trials(Path(path), 0)
    assert (trial.tried, [mistake for mistake, _ in trial.survivors]) == (
        0,
        ["none: it does not hold itself"],
    )


@pytest.mark.parametrize(("wanted", "found"), [([], 1), (["eq-a"], 1), (["page"], 1), (["b"], 0)])
def test_only_the_labels_and_pages_that_are_wanted_are_looked_at(one_page, wanted, found):
    one_page("b + c = c + b")
    assert len(list(book.each_equation(mutate_equations.trials, wanted))) == found


# What cannot be evaluated


def listed(monkeypatch, **entry):
    monkeypatch.setattr(book, "not_evaluated", lambda: {"eq-a": entry})


@pytest.mark.parametrize("latex", [r"\lim_{b \to 0} \operatorname{sign}(b) = 1", "Q = 1"])
def test_what_cannot_be_evaluated_and_is_listed_has_its_reason(one_page, monkeypatch, latex):
    one_page(latex)
    (verdict,) = book.check_book()
    assert verdict.fault
    listed(monkeypatch, reason="a limit", experiment="fig-limit")
    (verdict,) = book.check_book()
    assert (verdict.chapter, verdict.label, verdict.fault) == ("page.md", "eq-a", "")
    assert (verdict.reason, verdict.experiment) == ("a limit", "fig-limit")


@pytest.mark.parametrize("latex", ["b = b", "b = c"])
def test_what_can_be_evaluated_may_not_be_listed(one_page, monkeypatch, latex):
    one_page(latex)
    listed(monkeypatch, reason="a limit")
    (verdict,) = book.check_book()
    assert verdict.reason == ""
    assert "eq-a" in verdict.fault


def test_what_rests_on_a_wrong_equation_says_so(tmp_path, monkeypatch):
    path = tmp_path / "page.md"
    path.write_text("# A\n\n$$\nA := b = c\n$$ (eq-a)\n\n$$\nA = c\n$$ (eq-b)\n", encoding="utf-8")
    monkeypatch.setattr(book, "pages_in_toc", lambda: [path])
    one, two = book.check_book()
    assert "does not hold" in one.fault
    assert two.fault == "eq-b rests on eq-a, which fails"


def test_definitions_that_rest_on_each_other_say_so(tmp_path, monkeypatch):
    path = tmp_path / "page.md"
    path.write_text(
        "# A\n\n$$\nA := s = s\n$$ (eq-a)\n\n$$\ns := A = A\n$$ (eq-b)\n", encoding="utf-8"
    )
    monkeypatch.setattr(book, "pages_in_toc", lambda: [path])
    assert any("is defined by itself" in verdict.fault for verdict in book.check_book())
