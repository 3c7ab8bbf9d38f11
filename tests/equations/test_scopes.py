"""What := and \\in say holds where it should, and nowhere else."""

import pytest

from eqcheck.chapters import read
from eqcheck.pages import Page
from tests.equations.planting import BOOK, display, faults


def failing(*paragraphs):
    """Return the labels of the equations that do not hold on a page."""
    found = faults("\n\n".join(["# A page", *paragraphs]) + "\n")
    return sorted(label for label, fault in found.items() if fault)


def box(kind, *paragraphs):
    inside = "\n\n".join(paragraphs)
    return f"````{{{kind}}} Name\n:label: ex-a\n\n{inside}\n````"


def claims(**claimed):
    """Return displays: eq-a, eq-b and so on."""
    return [display(latex, f"eq-{label}") for label, latex in claimed.items()]


def test_a_definition_holds_to_the_end_of_its_section():
    a, b = claims(a="c = 2", b="c = 2")
    assert failing("## One", "Let $c := 2$.", a, "## Two", "Let $c := 3$.", b) == ["eq-b"]


def test_a_definition_holds_in_the_sections_within_its_section():
    a, b = claims(a="c = 2", b="c = 2")
    assert failing("## One", "Let $c := 2$.", "### Within", a, "### Also", b) == []


def test_after_a_section_within_the_outer_definition_holds_again():
    text = ["## One", "Let $c := 2$.", "### Within", "Let $c := 3$."]
    a, b, c = claims(a="c = 3", b="c = 2", c="c = 3")
    assert failing(*text, a, "### Next", b, c) == ["eq-c"]


def test_a_definition_in_the_first_section_holds_in_the_whole_chapter():
    (a,) = claims(a="c = 2")
    assert failing("Let $c := 2$.", "## One", "### Within", a) == []


def test_a_new_definition_hides_the_one_before():
    a, b, c = claims(a="c = 2", b="c = 3", c="c = 2")
    assert failing("Let $c := 2$.", a, "Let $c := 3$.", b, c) == ["eq-c"]


def test_a_declaration_hides_a_definition():
    a, b = claims(a="c = 2", b="c = 2")
    assert failing("Let $c := 2$.", a, r"For every $c \in \mathbb{R}$,", b) == ["eq-b"]


def test_a_definition_hides_a_declaration_and_has_its_shape():
    a, b = claims(a=r"y = 2 x", b=r"\mathbf{1}_N^\top y = 2 \sum_{i=1}^{N} x_i")
    assert failing(r"Let $y \in \mathbb{R}^N$ and $y_i := 2 x_i$.", a, b) == []


def test_a_declaration_holds_to_the_end_of_its_section():
    a, b, c = claims(a="y = x", b=r"y^\top z = z^\top y", c=r"y^\top x = x^\top y")
    text = [r"Let $y \in \mathbb{R}^N$.", c, "## Two", b]
    assert failing("## One", *text) == []
    assert failing("## One", *text, a) == ["eq-a"]


@pytest.mark.parametrize("kind", ["exercise", "solution"])
def test_what_is_said_in_an_exercise_or_solution_holds_there_alone(kind):
    a, b, c = claims(a="c = 3", b="c = 2", c="c = 3")
    inside = box(kind, "Let $c := 3$.", a)
    assert failing("## One", "Let $c := 2$.", inside, b, c) == ["eq-c"]


def test_what_is_said_in_an_exercise_holds_not_in_the_next_one():
    a, b, c = claims(a="c = 3", b="c = 2", c="c = 3")
    one, two = box("exercise", "Let $c := 3$.", a), box("exercise", b, c)
    assert failing("Let $c := 2$.", one, two.replace("ex-a", "ex-b")) == ["eq-c"]


def test_a_declaration_in_an_exercise_holds_there_alone():
    a, b = claims(a=r"y^\top x = x^\top y", b=r"y^\top z = z^\top y")
    assert failing(box("exercise", r"Let $y \in \mathbb{R}^N$.", a), b) == []


def test_what_is_said_in_another_box_holds_after_it():
    a, b = claims(a="c = 3", b="c = 3")
    assert failing(box("note", "Let $c := 3$.", a), b) == []


def test_where_no_definition_holds_the_first_one_does():
    a, b = claims(a=r"\sigma = 2", b=r"\sigma = 3")
    text = ["## One", r"Let $\sigma := 2$.", "## Two", r"Let $\sigma := 3$.", b, "## Three", a]
    assert failing(*text) == []


def test_a_definition_may_be_used_before_it_stands():
    a, b = claims(a=r"\sigma = 2", b=r"\sigma = 3")
    assert failing("## One", a, b, "## Two", r"Let $\sigma := 2$.") == ["eq-b"]


def test_a_definition_within_an_exercise_is_none_of_the_text_around_it():
    a, b = claims(a="c = 3", b="c = 3")
    assert failing("## One", a, "## Two", box("exercise", "Let $c := 3$."), b) == ["eq-a", "eq-b"]


def test_the_function_that_a_section_chooses_is_any_function_elsewhere():
    a, b = claims(a="g(b) = b^2", b="g(b) = b^2")
    assert failing("## One", "Let $g(c) := c^2$.", a, "## Two", b) == ["eq-b"]


def test_a_display_defines_as_a_sentence_does():
    a, b, c = claims(a="A := b + 1 = 1 + b", b="A = 1 + b", c="A = b")
    assert failing(a, b, c) == ["eq-c"]


def test_a_definition_in_a_condition_holds_in_its_equation_alone():
    a, b = claims(a=r"b c = 2 b , \qquad c := 2", b="c = 2")
    assert failing(a, b) == ["eq-b"]


def test_several_symbols_are_declared_at_once():
    (a,) = claims(a=r"y^\top x + z^\top x = (y + z)^\top x")
    assert failing(r"Let $y, z \in \mathbb{R}^N$.", a) == []
    assert failing(r"Let $y \in \mathbb{R}^N$.", a) == ["eq-a"]


def test_what_a_definition_uses_is_what_holds_where_it_is_used():
    a, b = claims(a="A = 3", b="A = 5")
    assert failing("Let $A := c + 1$ and $c := 2$.", a, "Let $c := 4$.", b) == []


def test_definitions_that_rest_on_each_other_are_a_fault():
    (a,) = claims(a="A = s")
    assert failing("Let $A := s$ and $s := A$.", a) == ["eq-a"]


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (r"Let $\varphi := 2$.", r"\varphi is not in book/equations/notation.yml"),
        (r"Let $\varphi \in \mathbb{R}$.", r"\varphi is not in book/equations/notation.yml"),
        (r"Let $y := $ this.", "the grammar stops"),
        (r"Let $y \in [2, 3]$.", "intervals"),
        (r"Let $y \in \mathbb{Z}$.", "the grammar stops"),
        (r"Let $A := y_j$.", "the index j is bound by nothing"),
        (r"Let $2 := A$.", "needs a symbol on its left"),
        (r"Let $y_b := 2$.", "an index that is no index"),
        (r"Let $y_j \in (0, 1)$.", "y"),
    ],
)
def test_a_sentence_that_cannot_be_read_is_a_fault(sentence, why):
    chapter = read(Page("page.md", f"# A page\n\nText.\n\n{sentence}\n"), BOOK)
    ((place, label, fault),) = chapter.faults
    assert (str(place), label) == ("page.md, line 5", "")
    assert "is read as a definition or a declaration" in fault
    assert why in fault


def test_sentences_that_define_nothing_are_not_read():
    text = r"As $\lambda \to \infty$, $y = \varphi$ and $\int y$, $\notin$ vanish."
    assert read(Page("page.md", f"# A page\n\n{text}\n"), BOOK).faults == []


def test_chapters_do_not_mix():
    one = faults("# One\n\nLet $c := 2$.\n\n" + display("c = 2"), "one.md")
    two = faults("# Two\n\n" + display("c = 2"), "two.md")
    assert one == {"eq-a": ""}
    assert "does not hold" in two["eq-a"]
