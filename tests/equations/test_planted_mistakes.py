"""A mistake is planted in a chapter: the check finds it, and says where and what is wrong."""

import re

import pytest

from eqcheck.chapters import read
from eqcheck.mutating import corrections
from tests.equations.planting import BOOK, equation_of, planted

MSE = "mse-gradient.ipynb"
CROSS_ENTROPY = "cross-entropy-gradient.ipynb"
NLL = "mse-as-nll.ipynb"
NUMBER = r"-?\d+(\.\d+(e[+-]\d+)?)?"
VALUE = rf"({NUMBER}|\({NUMBER}([,;] {NUMBER})*\))"


def ids(case):
    return f"{case[1]}: {case[2]} -> {case[3] or 'nothing'}"


def told(planted_mistake):
    """Return the message, line by line."""
    return planted_mistake.fault().split("\n")


# Chapter, label, what is replaced, by what; how the line that is named begins; the two sides; the
# symbols whose values are named.
REFUTED = [
    (
        *(MSE, "eq-mse-gradient", r"\hat{Y} - Y", r"\hat{Y} + Y"),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial \hat{Y}}"),
        *(r"= \frac{2}{N C} (\hat{Y} + Y)", r"N C Y \hat{Y}"),
    ),
    (
        *(MSE, "eq-mse-gradient", r"\hat{Y} - Y", r"Y - \hat{Y}"),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial \hat{Y}}"),
        *(r"= \frac{2}{N C} (Y - \hat{Y})", r"N C Y \hat{Y}"),
    ),
    (
        *(MSE, "eq-mse-gradient", "{2}{N C}", "{1}{N C}"),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial \hat{Y}}"),
        *(r"= \frac{1}{N C} (\hat{Y} - Y)", r"N C Y \hat{Y}"),
    ),
    (
        *(MSE, "eq-mse-w", r"\frac{2}{N} \sum", r"2 \sum", r"&= 2 \sum"),
        r"\sum_{i=1}^{N} \frac{\partial L}{\partial \hat{y}_i}"
        r" \frac{\partial \hat{y}_i}{\partial w}",
        *(r"= 2 \sum_{i=1}^{N} (\hat{y}_i - y_i) x_i", "N b w x y"),
    ),
    (
        *(MSE, "eq-delta", r" \delta_{jk}", "", r"\frac{\partial \hat{Y}_{ij}}"),
        r"\frac{\partial \hat{Y}_{ij}}{\partial \hat{Y}_{mk}}",
        *(r"= \delta_{im}", "N C i j k m"),
    ),
    (
        *(MSE, "eq-delta", r"\delta_{jk}", r"\delta_{jj}", r"\frac{\partial \hat{Y}_{ij}}"),
        r"\frac{\partial \hat{Y}_{ij}}{\partial \hat{Y}_{mk}}",
        *(r"= \delta_{im} \delta_{jj}", "N C i j k m"),
    ),
    (
        *(MSE, "eq-mse-weighted-gradient", "a_m", "a_i", r"\frac{\partial L_a}"),
        *(r"\frac{\partial L_a}{\partial \hat{y}_m}", r"= \frac{2}{N} a_i (\hat{y}_m - y_m)"),
        r"N i m a y \hat{y}",
    ),
    (
        *(MSE, "eq-sse", r"_{j=1}^{C}", r"_{j=1}^{C - 1}", "Q :="),
        *(r"\mathbf{1}_N^\top S \mathbf{1}_C", r"= \sum_{i=1}^{N} \sum_{j=1}^{C - 1} S_{ij}"),
        r"N C Y \hat{Y}",
    ),
    (
        *(MSE, "eq-sse", r"_{i=1}^{N}", r"_{i=2}^{N}", "Q :="),
        *(r"\mathbf{1}_N^\top S \mathbf{1}_C", r"= \sum_{i=2}^{N} \sum_{j=1}^{C} S_{ij}"),
        r"N C Y \hat{Y}",
    ),
    (
        *(MSE, "eq-rmse-gradient", r"\frac{1}{2 \sqrt{L}}", r"\frac{1}{\sqrt{L}}"),
        *(r"\frac{\partial \sqrt{L}}", r"\frac{\partial \sqrt{L}}{\partial \hat{Y}}"),
        *(r"= \frac{1}{\sqrt{L}} \frac{\partial L}{\partial \hat{Y}}", r"N C Y \hat{Y}"),
    ),
    (
        *(CROSS_ENTROPY, "eq-cross-entropy-gradient", r"\hat{y} - y", r"y - \hat{y}"),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial z}", r"= y - \hat{y}", "C y z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-cross-entropy-jacobian-route"),
        *(r" , \qquad \sum_{j=1}^{C} y_j = 1", "", r"&= \hat{y}_k - y_k"),
        *(r"\hat{y}_k \sum_{j=1}^{C} y_j - y_k", r"= \hat{y}_k - y_k", "C k y z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-softmax-different", r" , \qquad j \ne k", ""),
        *(r"\frac{\partial \hat{y}_j}", r"\frac{\partial \hat{y}_j}{\partial z_k}"),
        *(r"= \frac{0 \cdot s - e^{z_j} e^{z_k}}{s^2}", "C j k z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-softmax-jacobian", r"- \hat{y}_k", r"- \hat{y}_j"),
        *(r"\frac{\partial \hat{y}_j}", r"\frac{\partial \hat{y}_j}{\partial z_k}"),
        *(r"= \hat{y}_j (\delta_{jk} - \hat{y}_j)", "C j k z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-gibbs", r"&\le", r"&\ge", r"&\ge"),
        r"\sum_{j=1}^{C} y_j \log \frac{\hat{y}_j}{y_j}",
        r"\ge \sum_{j=1}^{C} y_j \left( \frac{\hat{y}_j}{y_j} - 1 \right)",
        r"C y \hat{y}",
    ),
    (
        *(CROSS_ENTROPY, "eq-log-softmax", r"\log \hat{y}_j", r"\hat{y}_j"),
        *(r"\hat{y}_j = z_j", r"\hat{y}_j", "= z_j - A", "C j z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-cross-entropy-batch-gradient", r"\frac{1}{N} ", ""),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial Z}", r"= (\hat{Y} - Y)", "N C Y Z"),
    ),
    (
        *(CROSS_ENTROPY, "eq-cross-entropy-matrix-route", r"- J^\top", r"J^\top"),
        *(r"\frac{\partial L}", r"\frac{\partial L}{\partial z}"),
        *(r"= J^\top \operatorname{diag}(\hat{y})^{-1} y", "C y z"),
    ),
    (
        *(NLL, "eq-nll-affine", r"\frac{N}{2 \sigma^2} L", r"\frac{N}{\sigma^2} L"),
        *(r"\Lambda =", r"\Lambda"),
        *(r"= \frac{N}{\sigma^2} L + \frac{N}{2} \log (2 \pi \sigma^2)", r"N v y \hat{y}"),
    ),
    (
        *(NLL, "eq-nll-variance-gradient", r"- \frac{N}{2 v^2}", r"\frac{N}{2 v^2}"),
        *(r"\frac{\partial \Lambda}", r"\frac{\partial \Lambda}{\partial v}"),
        *(r"= \frac{N}{2 v^2} L + \frac{N}{2 v}", r"N v y \hat{y}"),
    ),
    (
        *(NLL, "eq-nll-gradient", r"\hat{y}_m - y_m", r"y_m - \hat{y}_m", r"&= \frac{y_m"),
        r"\frac{1}{2 v} \sum_{i=1}^{N} \frac{\partial}{\partial \hat{y}_m} (y_i - \hat{y}_i)^2",
        *(r"= \frac{y_m - \hat{y}_m}{v}", "N m v y"),
    ),
    (
        *(NLL, "eq-nll-at-mle", r"1 + \log", r"\log", r"\hat{\Lambda} :="),
        *(r"\min_v \Lambda(v)", r"= \frac{N}{2} \left( \log (2 \pi \hat{\sigma}^2) \right)"),
        r"N y \hat{y}",
    ),
]


@pytest.mark.parametrize("case", REFUTED, ids=ids)
def test_two_sides_that_differ_are_shown_with_their_values_and_the_inputs(case):
    *change, at, left, right, inputs = case
    mistake = planted(*change)
    begin, one, other, values, given = told(mistake)
    assert begin == f"{mistake.place(at)} does not hold:"
    assert (one.strip(), other.strip()) == (left, right)
    assert re.fullmatch(rf"  the left side is {VALUE}, the right side {VALUE}", values)
    names = re.findall(r"(?:for|,) ([^ ,;]+) = ", given)
    assert set(inputs.split()) <= set(names)
    assert len(names) == len(set(names))


# A definition that is not what its referee says; the line; the referee.
CONTRADICTED = [
    (MSE, "eq-mse", r"\frac{1}{N C} ", "", "L :=", "lossbook.MSELoss"),
    (MSE, "eq-residual", r"\hat{Y} - Y", r"Y - \hat{Y}", "R :=", "numpy.subtract"),
    (MSE, "eq-mse-column", r"\hat{y}_i - y_i", r"\hat{y}_i + y_i", "L :=", "lossbook.MSELoss"),
    (CROSS_ENTROPY, "eq-softmax", "k=1", "k=2", r"\hat{y}_j", "lossbook.softmax"),
    (CROSS_ENTROPY, "eq-cross-entropy", r"\log", "", "L :=", "lossbook.CrossEntropyLoss"),
    (CROSS_ENTROPY, "eq-logsumexp", r"\log \sum", r"\sum", "A :=", "lossbook.logsumexp"),
    (
        *(CROSS_ENTROPY, "eq-cross-entropy-batch", r"\frac{1}{N} ", ""),
        *("L :=", "lossbook.CrossEntropyLoss"),
    ),
    (
        *(NLL, "eq-gaussian-density", r"\sqrt{2 \pi \sigma^2}", r"2 \pi \sigma^2"),
        *("f :=", "stats.norm.pdf"),
    ),
    (NLL, "eq-gaussian-likelihood", r"\prod", r"\sum", "P :=", "stats.norm.pdf"),
    (NLL, "eq-nll-one", r"e^{-\lambda}", r"e^\lambda", r"\Lambda :=", "stats.norm.logpdf"),
]


@pytest.mark.parametrize("case", CONTRADICTED, ids=ids)
def test_a_wrong_definition_is_shown_beside_what_its_referee_gives(case):
    *change, at, referee = case
    mistake = planted(*change)
    begin, _, _, values, given = told(mistake)
    assert begin == f"{mistake.place(at)} does not hold:"
    found = re.fullmatch(rf"  (.*) gives {VALUE}, the page {VALUE}", values)
    assert found
    assert referee in found[1]
    assert given.startswith("  for ")


# What cannot be read or evaluated: the line; the reason; at what it points, if it does.
UNSAID = "is not defined by an equation (with :=) that holds here"
REASONS = [
    (
        *(MSE, "eq-mse-trace", r"R^\top R", "R R"),
        *("L =", "2 × 3 times 2 × 3: the shapes do not fit", "R)"),
    ),
    (
        *(MSE, "eq-mse-linear", r"X^\top", "X"),
        *(r"\frac{\partial L}", "2 × 4 times 2 × 1: the shapes do not fit", "(X w"),
    ),
    (
        *(MSE, "eq-mse-index", r"\hat{Y}_{mk} - Y_{mk})", r"\hat{Y}_{mk} - Y_{km})"),
        *(r"&= \frac{2}{N C} (", "k counts to C, Y has N entries there", "Y_{km}"),
    ),
    (
        *(MSE, "eq-mse-index", r"\hat{Y}_{mk} - Y_{mk})", r"\hat{Y}_{mk} - Y_{mj})"),
        *(r"\frac{\partial L}", "j is free and is summed over", "j=1"),
    ),
    (
        *(MSE, "eq-mse-b", r"\sum_{i=1}^{N} (", "("),
        *(r"\frac{\partial L}{\partial b}", "i is free and is summed over", "i=1"),
    ),
    (
        *(MSE, "eq-mse-step", r"R - \eta", r"R - \varphi"),
        *("R -", r"\varphi is not in book/equations/notation.yml", r"\varphi"),
    ),
    (
        *(MSE, "eq-mse-line", ":= w x_i", r":= \hat{y}_i x_i"),
        *(r"\hat{y}_i :=", r"\hat{y} is defined by itself (eq-mse-line)", ""),
    ),
    (MSE, "eq-residual", ":=", "=", "R =", f"R {UNSAID}", "R ="),
    (
        *(MSE, "eq-mse-trace", r"R := \hat{Y} - Y", r"R = \hat{Y} - Y"),
        *("L =", f"R {UNSAID}", r"R^\top"),
    ),
    (
        *(MSE, "eq-mse-line", r"y, \hat{y} \in \mathbb{R}^N", r"y, \hat{y} \in \mathbb{R}^C"),
        *(r"\hat{y}_i :=", r"eq-mse-line gives \hat{y} other indices", ""),
    ),
    (
        *(MSE, "eq-mse-column", r"y, \hat{y} \in", r"\hat{y} \in"),
        *("L :=", "i counts to N, y has C entries there", ""),
    ),
    (
        *(MSE, "eq-mse-linear", r"w \in \mathbb{R}^p", r"w \in \mathbb{R}^N"),
        *(r"\frac{\partial L}", "2 × 4 times 2 × 1: the shapes do not fit", ""),
    ),
    (
        *(MSE, "eq-mse-trace", r"\operatorname{tr}", r"\operatorname{trace}"),
        *("L =", r"the grammar stops at '\\operatorname{trace}(R", ""),
    ),
    (
        *(MSE, "eq-mse-differential", r"R^\top \mathrm{d}\hat{Y}", r"R \mathrm{d}\hat{Y}"),
        *(r"&= \frac{2}{N C} \operatorname{tr}(R \m", "the shapes do not fit", r"\mathrm"),
    ),
    (
        *(MSE, "eq-mse-column", r"\hat{y}_i - y_i", r"\hat{y}_m - y_i"),
        *("L :=", "the index m is bound by nothing", ""),
    ),
    (
        *(
            CROSS_ENTROPY,
            "eq-softmax-jacobian-matrix",
            r"\hat{y} \hat{y}^\top",
            r"\hat{y}^\top \hat{y}",
        ),
        *("J :=", "3 × 3 and a number cannot be added", r"\hat{y}^\top \hat{y}"),
    ),
    (
        *(CROSS_ENTROPY, "eq-softmax-regression", r"= \frac{1}{N} X^\top", r"= \frac{1}{N} X"),
        *(r"\frac{\partial L}", "2 × 4 times 2 × 3: the shapes do not fit", r"(\hat{Y} - Y)"),
    ),
    (
        *(
            CROSS_ENTROPY,
            "eq-softmax-rows",
            r"Z \in \mathbb{R}^{N \times C}",
            r"Z \in \mathbb{R}^C",
        ),
        *(r"\hat{Y}_{ij}", "Z has 1 indices, not 2", ""),
    ),
    (
        *(CROSS_ENTROPY, "eq-log-softmax", r"\log", r"\logg"),
        *(r"\logg", r"the grammar stops at '\\logg", ""),
    ),
    (
        *(CROSS_ENTROPY, "eq-softmax", r"z \in \mathbb{R}^C", r"z \in \mathbb{R}"),
        *(r"\hat{y}_j :=", "z has 0 indices, not 1", ""),
    ),
    (
        *(NLL, "eq-nll-matrix", r"r^\top r", r"r r^\top"),
        *(r"\Lambda =", "2 × 2 and a number cannot be added", ""),
    ),
    (NLL, "eq-variance", ":=", "=", r"\sigma =", rf"\sigma {UNSAID}", r"\sigma"),
    (NLL, "eq-residual-vector", r"r := \hat{y}", "r := r", "r :=", "r is defined by itself", ""),
    (
        *(NLL, "eq-sigma-mle", r"\operatorname{argmin}", r"\operatorname{argmax}"),
        *(r"\hat{\sigma}^2 :=", r"\operatorname{argmax} over v is not found", ""),
    ),
    (
        *(NLL, "eq-slope-mle", r"\sum_{i=1}^{N} x_i^2", "x_i^2"),
        *(r"\hat{w} :=", "i is free and is summed over", "i=1"),
    ),
]


@pytest.mark.parametrize("case", REASONS, ids=ids)
def test_what_cannot_be_read_or_evaluated_is_named_with_its_reason(case):
    *change, at, reason, pointed = case
    mistake = planted(*change)
    begin, *more = told(mistake)
    assert begin.startswith(f"{mistake.place(at)}: ")
    assert reason in begin
    if pointed:
        line, mark = more[:2]
        assert line[mark.index("^") :].startswith(pointed)


def test_what_is_said_to_depend_on_a_symbol_must_depend_on_it():
    assert planted(NLL, "eq-nll-argmin", r"\Lambda(w)", r"\Lambda(v)").fault()


def test_the_values_in_a_message_are_those_of_the_two_sides():
    mistake = planted(MSE, "eq-mse-gradient", "{2}{N C}", "{1}{N C}")
    _, _, _, values, given = told(mistake)
    left, right = (
        [float(number) for number in re.findall(r"-?\d\.\d+", side)]
        for side in values.split("right")
    )
    assert right == pytest.approx([number / 2 for number in left], abs=1e-5)
    read_off = dict(re.findall(r"(?:, )?(\S+) = (\([^)]*\)|\d+)", given))
    target, prediction = (
        [eval(number) for number in re.findall(r"-?\d+(?:/\d+)?", read_off[name])]
        for name in ("Y", r"\hat{Y}")
    )
    count = int(read_off["N"]) * int(read_off["C"])
    gradient = [2 * (one - two) / count for one, two in zip(prediction, target, strict=True)]
    assert left == pytest.approx(gradient, abs=1e-5)


@pytest.mark.parametrize(
    ("case", "row"),
    [
        (
            (MSE, "eq-mse-gradient", r"\hat{Y} - Y", r"\hat{Y} + Y"),
            r"\frac{\partial L}{\partial \hat{Y}} = \frac{2}{N C} (\hat{Y} - Y) .",
        ),
        ((MSE, "eq-delta", r"\delta_{jk}", r"\delta_{jj}"), r"\delta_{im} \delta_{jk}"),
        (
            (CROSS_ENTROPY, "eq-softmax-jacobian", r"- \hat{y}_k", r"- \hat{y}_j"),
            r"\frac{\partial \hat{y}_j}{\partial z_k} = \hat{y}_j (\delta_{jk} - \hat{y}_k) ,",
        ),
        ((CROSS_ENTROPY, "eq-gibbs", r"&\le", r"&\ge"), r"&\le \sum_{j=1}^{C} y_j \left("),
        (
            (NLL, "eq-nll-variance-gradient", r"- \frac{N}{2 v^2}", r"+ \frac{N}{2 v^2}"),
            r"- \frac{N}{2 v^2} L",
        ),
    ],
    ids=lambda value: ids(value) if isinstance(value, tuple) else "",
)
def test_the_row_with_which_it_would_hold_is_suggested(case, row):
    mistake = planted(*case)
    chapter = read(mistake.page, BOOK)
    if not chapter.faults:
        suggested = list(corrections(equation_of(chapter, mistake.label), chapter))
        assert any(row in " ".join(each.split()) for each in suggested)
