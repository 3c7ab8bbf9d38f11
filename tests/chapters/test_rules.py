"""Each rule can fail: it is shown a page that breaks it, and one that does not."""

import base64
import io
import json
import re

import numpy as np
import pytest
from nbval.plugin import get_sanitize_patterns
from PIL import Image

from eqcheck.pages import Page, displays
from tests.chapters import rules
from tests.chapters.sample import ALT, code, markdown, written
from tests.support import ROOT
from tests.support.compare_svg import differences


def page(*cells):
    return Page("sample.ipynb", written({"cells": list(cells)}))


def prose(text):
    return Page("sample.md", text)


def figure(alt=ALT, name="fig-line", caption="A line.", formats=("image/svg+xml",), number=1):
    settings = {"image": {"alt": alt}, "figure": {"name": name, "caption": caption}}
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": dict.fromkeys((*formats, "text/plain"), "…"),
    }
    return code("draw()", "figure", mystnb=settings) | {"outputs": [output] * number}


# Equations


@pytest.mark.parametrize(
    "text",
    [
        "$$\na = b\n$$ (eq-one)",
        "$$ a = b $$ (eq-one)",
        "```{math}\n:label: eq-one\na = b\n```",
        "Before $a$.\n\n- item\n\n  $$\n  a = b\n  $$ (eq-one)\n\nafter",
        ":::{prf:theorem} Name\n:label: thm-one\n\n$$\na = b\n$$ (eq-one)\n:::",
        "::::{dropdown} Proof\n:::{note}\n---\nclass: x\n---\n$$\na = b\n$$ (eq-one)\n:::\n::::",
    ],
)
@pytest.mark.parametrize("kind", [prose, lambda text: page(markdown(text))], ids=["md", "ipynb"])
def test_equations_with_labels_are_found(text, kind):
    (display,) = displays(kind(text))
    assert (display.label, display.latex.strip()) == ("eq-one", "a = b")
    line = display.place.line + display.latex[: display.latex.index("a")].count("\n")
    assert text.splitlines()[line - 1].endswith("a = b" if "\n" in text else text)
    assert rules.equations_have_labels(kind(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "$$\na = b\n$$",
        "$$\na = b\n$$ (one)",
        "$$\na = b\n$$ (eq-One)",
        "```{math}\na = b\n```",
        "\\begin{align}\na &= b\n\\end{align}",
        "so $$a = b$$ holds",
        "- no blank line\n  $$\n  a = b\n  $$ (eq-one)",
        "\\[ a = b \\]",
        "> $$\n> a = b\n> $$",
        ":::{prf:theorem}\n:label: thm-one\n\n$$\na = b\n$$\n:::",
        "::::{dropdown} Proof\n:::{note}\n$$\na = b\n$$\n:::\n::::",
    ],
)
def test_an_equation_without_a_label_is_a_fault(text):
    assert len(rules.equations_have_labels(prose(text))) == 1
    assert len(rules.equations_have_labels(page(markdown("Text."), markdown(text)))) == 1


def test_dollars_in_code_are_no_equations():
    text = "```python\nx = '$$'\n```\n\n```{code-block} tex\n$$ a $$\n```\n\n`$$ a $$` and $b$"
    assert displays(prose(text)) == []


@pytest.mark.parametrize("macro", [r"\def\x{1}", r"\newcommand{\x}{1}", r"\let\x=y", r"\gdef\x{1}"])
def test_a_macro_is_a_fault(macro):
    assert len(rules.mathematics_is_plain(prose(f"$${macro} a$$ (eq-a)"))) == 1
    assert rules.mathematics_is_plain(prose(r"$$\left( a \right) \definitely$$ (eq-a)")) == []


# Pictures and figures


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"![{ALT}](line.svg)", 0),
        (f"```{{figure}} line.svg\n:alt: {ALT}\n:name: fig-line\nCaption.\n```", 0),
        ("![](line.svg)", 1),
        ("![line](line.svg)", 1),
        ("```{figure} line.svg\n:name: fig-line\nCaption.\n```", 1),
        (":::{note}\n```{image} line.svg\n```\n:::", 1),
        (f"![{ALT}](https://example.org/line.svg)", 1),
        (f"![{ALT}](attachment:line.png)", 1),
        ('<img src="http://example.org/line.svg">', 2),
    ],
)
def test_pictures(text, faults):
    assert len(rules.pictures_are_described(prose(text))) == faults


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, None),
        ({"alt": ""}, "says too little"),
        ({"alt": "figure"}, "says too little"),
        ({"alt": "x" * 60}, "says too little"),
        ({"caption": ALT}, "repeats the caption"),
        ({"caption": ""}, "caption is missing"),
        ({"name": "line"}, "expected fig-"),
        ({"name": ""}, "expected fig-"),
        ({"formats": ("image/png",)}, "expected SVG only"),
        ({"formats": ("image/png", "image/svg+xml")}, "expected SVG only"),
        ({"number": 2}, "2 figures"),
    ],
)
def test_figures(settings, fault):
    faults = rules.figures_are_described(page(figure(**settings)))
    assert len(faults) == (fault is not None)
    assert fault is None or fault in faults[0]


def test_a_figure_without_any_settings_has_every_fault():
    bare = figure() | {"metadata": {}}
    assert len(rules.figures_are_described(page(bare))) == 3


def test_a_name_or_an_alt_text_used_twice_is_a_fault():
    pages = [page(figure(), markdown("$$a$$ (eq-a)")), prose("$$a$$ (eq-b)")]
    assert rules.names_are_unique(pages) == []
    assert len(rules.names_are_unique([*pages, prose("$$c$$ (eq-a)")])) == 1
    assert len(rules.names_are_unique([*pages, page(figure(alt="Another.", name="fig-a"))])) == 0
    assert len(rules.names_are_unique([*pages, page(figure(alt="Another."))])) == 1
    assert len(rules.names_are_unique([*pages, page(figure(name="fig-a"))])) == 1


# The rest of a chapter


@pytest.mark.parametrize(
    "text",
    [
        "/home/reader/x.py",
        'File "/tmp/x.py"',
        r"C:\Users\x",
        "line\n/usr/lib/x",
        str(ROOT),
        "ipykernel_12",
    ],
)
def test_a_machine_path_is_a_fault(text):
    stream = {"output_type": "stream", "name": "stdout", "text": [text]}
    assert rules.nothing_of_the_machine(page(code("1") | {"outputs": [stream]}))
    assert rules.nothing_of_the_machine(prose(text))


def test_an_address_is_no_machine_path():
    text = "https://example.org/home/x, a/tmp/b, and/or, [page](../book/index.md), w/o"
    assert rules.nothing_of_the_machine(prose(text)) == []


@pytest.mark.parametrize("counts", [(None, None), (1, 1), (2, 1), (1, 3), (None, 1)])
def test_cells_that_were_not_run_in_order_are_a_fault(counts):
    cells = [code("1") | {"execution_count": count} for count in counts]
    assert rules.cells_were_run(page(*cells))


@pytest.mark.parametrize(("tags", "raised"), [([], True), (["raises-exception"], False)])
def test_an_error_and_its_tag_belong_together(tags, raised):
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    cell = code("f()", tags=tags)
    assert len(rules.errors_are_meant(page(cell | {"outputs": [error] * raised}))) == 1
    assert rules.errors_are_meant(page(cell | {"outputs": [error] * (not raised)})) == []


def test_a_line_of_code_that_scrolls_is_a_fault():
    assert rules.lines_fit(page(code("x" * 88))) == []
    assert len(rules.lines_fit(page(code(f"1\n{'x' * 89}")))) == 1


@pytest.mark.parametrize(
    "cell",
    [
        code("# NBVAL_IGNORE_OUTPUT\nprint(1)"),
        code("1", tags=["nbval-skip"]),
        code("1", tags=["skip-execution"]),
        code("import warnings\nwarnings.filterwarnings('ignore')"),
        code("ax.plot(x);"),
    ],
)
def test_what_hides_from_the_tests_is_a_fault(cell):
    assert len(rules.nothing_is_hidden_from_tests(page(cell))) == 1


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("np.random.default_rng(0).normal(size=3)", 0),
        ("rng = np.random.default_rng(seed=1)\nrng.random()\nrng.uniform()", 0),
        ("torch.manual_seed(0)\ntorch.nn.Linear(1, 1)", 0),
        ("train_test_split(x, random_state=0)\nrandom = 1", 0),
        ("np.random.default_rng()", 1),
        ("np.random.seed(0)\nnp.random.rand(3)", 2),
        ("import random\nrandom.random()", 1),
        ("torch.randn(3)", 1),
        ("layer = nn.Linear(1, 1)\ntorch.manual_seed(0)", 1),
        ("torch.manual_seed()\ntorch.rand(1)", 1),
        ("train_test_split(x)", 1),
        ("%matplotlib inline", 1),
    ],
)
def test_randomness(source, faults):
    assert len(rules.randomness_is_seeded(page(code(source)))) == faults


def test_a_seed_in_an_earlier_cell_counts():
    assert (
        rules.randomness_is_seeded(page(code("torch.manual_seed(0)"), code("torch.rand(1)"))) == []
    )
    assert rules.randomness_is_seeded(page(code("torch.rand(1)"), code("torch.manual_seed(0)")))


def test_a_form_that_is_not_canonical_is_a_fault():
    assert rules.form_is_canonical(Page("a.ipynb", json.dumps({"cells": []})))


@pytest.mark.parametrize(
    ("files", "toc", "faults"),
    [
        (["index.md", "a.ipynb", "_static/x.md", ".hidden/y.md"], ["a"], 0),
        (["index.md", "a.ipynb"], [], 1),
        (["index.md"], ["a"], 1),
        (["index.md", "a.ipynb"], ["a", "a"], 1),
        (["index.md", "a.ipynb", "a.md"], ["a"], 1),
        (["index.md", "deep/a.md"], ["a"], 2),
    ],
)
def test_toc(tmp_path, files, toc, faults):
    for file in files:
        (tmp_path / "book" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / file).touch()
    entries = "".join(f"\n- file: book/{name}" for name in toc)
    (tmp_path / "_toc.yml").write_text(f"root: book/index\nchapters: {entries or '[]'}")
    assert len(rules.toc_is_complete(tmp_path)) == faults


# What nbval does not compare


def sanitized(text):
    patterns = get_sanitize_patterns((ROOT / "tests/chapters/sanitize.cfg").read_text())
    for pattern, replacement in patterns:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("error    3e-11  agrees", "error   -1e-16  agrees"),
        ("error: 1.2e-09", "error: 0e+00"),
        ("(3.55e-15, 2e-300)", "(0.00e+00, 1e-10)"),
        ("[1.11022302e-16 0.00000000e+00]", "[-2.1e-16  5.e-17]"),
        ('<?xml version="1.0"?>\n<svg width="1">\n</svg>\n', '<svg width="2"></svg>'),
    ],
)
def test_rounding_noise_and_svg_text_are_not_compared(one, other):
    assert sanitized(one) == sanitized(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3e-08", "4e-08"),
        ("0e+00", "1e+00"),
        ("1e+09", "2e+09"),
        ("0.0", "-0.0"),
        ("name-09", "name-10"),
        ("0.30000000000000004", "0.3"),
        ("3e-11 agrees", "3e-11 DISAGREES"),
    ],
)
def test_all_else_is_compared(one, other):
    assert sanitized(one) != sanitized(other)


# Figures, compared number by number


def svg(x=1.0, colour="#0b4f9e", paths=1, shade=0):
    pixels = io.BytesIO()
    Image.fromarray(np.full((2, 2), 100 + shade, dtype=np.uint8)).save(pixels, "png")
    image = base64.encodebytes(pixels.getvalue()).decode()
    path = f'<path d="M {x} 2 \nL 3 4" style="fill: {colour}"/>\n'
    return f'<svg>\n{path * paths}<image href="data:image/png;base64,\n{image}" x="1"/>\n</svg>'


@pytest.mark.parametrize("change", [{}, {"x": 1.02}, {"x": 0.98}, {"shade": 2}])
def test_figures_that_look_the_same(change):
    assert differences(svg(), svg(**change)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"x": 1.03},
        {"x": 2.1},
        {"x": -1.0},
        {"paths": 2},
        {"paths": 0},
        {"colour": "#0b4f9f"},
        {"colour": "#1b4f9e"},
        {"colour": "#1e9000"},
        {"shade": 9},
    ],
)
def test_figures_that_do_not(change):
    assert differences(svg(), svg(**change))
    assert differences(svg(**change), svg())


def test_colours_are_not_read_as_powers_of_ten():
    assert differences(svg(colour="#1e9000"), svg(colour="#2e9000"))
