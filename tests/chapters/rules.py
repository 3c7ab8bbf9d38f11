"""The rules that a page of the book keeps: each takes a page and returns its faults in words."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eqcheck.pages import Page, directive, displays, joined, options, pages_in_toc, pages_of, source
from tests.support import ROOT
from tools.run_chapters import canonical

LONGEST_LINE = 88  # a longer line of code scrolls on the page
SHORTEST_ALT = 40


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _outputs(cell: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [output for output in cell["outputs"] if output["output_type"] == kind]


def _images(cell: dict[str, Any]) -> list[list[str]]:
    """Return for each picture that a cell shows the formats in which it is there."""
    kinds = ([k for k in o.get("data", {}) if k.startswith("image/")] for o in cell["outputs"])
    return [formats for formats in kinds if formats]


def _place(cell: dict[str, Any]) -> str:
    return f"cell {cell['id']}"


# What each page keeps


def equations_have_labels(page: Page) -> list[str]:
    faults = [
        f"no label eq-… on {' '.join(display.latex.split())[:60]!r}"
        + (" (it needs a paragraph of its own)" if display.latex.startswith("$$") else "")
        for display in displays(page)
        if not re.fullmatch(r"eq-[a-z0-9-]+", display.label)
    ]
    return faults + [
        "\\[ is not read as mathematics: use $$"
        for token in page.tokens
        if token.type == "inline" and token.content.startswith("\\[")
    ]


def mathematics_is_plain(page: Page) -> list[str]:
    macro = re.compile(
        r"\\(?:[gex]?def|let|(?:re)?newcommand|providecommand|DeclareMathOperator)(?![A-Za-z])"
    )
    return [f"{found} defines a macro" for text in page.markdown for found in macro.findall(text)]


def pictures_are_described(page: Page) -> list[str]:
    faults = []
    for token in page.tokens:
        if token.type == "image":
            file, alt = str(token.attrs.get("src", "")), token.content
        elif directive(token) in ("image", "figure"):
            file, alt = token.info.partition("}")[2].strip(), options(token).get("alt", "")
        elif token.type.startswith("html_") and "<img" in token.content:
            file = "".join(re.findall(r'src="([^"]*)"', token.content))
            alt = "".join(re.findall(r'alt="([^"]*)"', token.content))
        else:
            continue
        if re.match(r"(?:https?:)?//|attachment:|data:", file):
            faults.append(f"picture {file[:60]!r} is not a file of the book")
        if len(alt.strip()) < SHORTEST_ALT:
            faults.append(f"picture {file[:60]!r} says too little in its alt text: {alt!r}")
    return faults


def nothing_of_the_machine(page: Page) -> list[str]:
    places = "|".join(re.escape(str(p)) for p in (ROOT, Path.home(), sys.prefix) if p != Path("/"))
    path = re.compile(
        rf"(?<![\w.:/+-])(?:/(?:home|Users|root|tmp|usr|opt|var|mnt|private)/\w+|(?:{places})\b)"
        r"|[A-Za-z]:\\Users\b|site-packages|ipykernel_\d+"
    )
    strings = _strings(page.notebook) if page.notebook else [page.text]
    return [f"machine path {m[0]!r}" for text in strings for m in path.finditer(text)]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))


# What a chapter that runs keeps besides


def cells_were_run(page: Page) -> list[str]:
    # nbval compares nothing where the count is null, so a stripped chapter would pass.
    return [
        f"{_place(cell)}: execution count is {cell['execution_count']}, expected {number}"
        for number, cell in enumerate(page.code, 1)
        if cell["execution_count"] != number
    ]


def errors_are_meant(page: Page) -> list[str]:
    faults = []
    for cell in page.code:
        tagged, raised = "raises-exception" in _tags(cell), bool(_outputs(cell, "error"))
        if raised and not tagged:
            faults.append(f"{_place(cell)}: shows an error without the tag raises-exception")
        if tagged and not raised:
            faults.append(f"{_place(cell)}: has the tag raises-exception, but shows no error")
    return faults


def nothing_on_stderr(page: Page) -> list[str]:
    return [
        f"{_place(cell)}: writes to stderr: {joined(output['text'])[:80]!r}"
        for cell in page.code
        for output in _outputs(cell, "stream")
        if output["name"] != "stdout"
    ]


def form_is_canonical(page: Page) -> list[str]:
    expected = canonical(page.text)
    if page.text == expected:
        return []
    pairs = zip(page.text.splitlines(), expected.splitlines(), strict=False)
    line = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), "at the end")
    return [f"not in canonical form (line {line}): run `make run`"]


def figures_are_described(page: Page) -> list[str]:
    faults = []
    for cell in page.code:
        images = _images(cell)
        if not images:
            continue
        if len(images) > 1:
            faults.append(f"{_place(cell)}: {len(images)} figures, but one alt text: split it")
        faults += [
            f"{_place(cell)}: figure as {', '.join(formats)}, expected SVG only"
            for formats in images
            if formats != ["image/svg+xml"]
        ]
        alt, name, caption = _figure_texts(cell)
        if len(alt) < SHORTEST_ALT or len(alt.split()) < 6:
            faults.append(f"{_place(cell)}: mystnb.image.alt says too little: {alt!r}")
        if alt and alt == caption:
            faults.append(f"{_place(cell)}: the alt text repeats the caption")
        if not re.fullmatch(r"fig-[a-z0-9-]+", name):
            faults.append(f"{_place(cell)}: mystnb.figure.name is {name!r}, expected fig-…")
        if not caption:
            faults.append(f"{_place(cell)}: mystnb.figure.caption is missing")
    return faults


def _figure_texts(cell: dict[str, Any]) -> tuple[str, str, str]:
    """Return alt text, name and caption of the figure that a cell draws."""
    settings = cell["metadata"].get("mystnb", {})
    image, figure = settings.get("image", {}), settings.get("figure", {})
    texts = (image.get("alt", ""), figure.get("name", ""), figure.get("caption", ""))
    return tuple(" ".join(str(text).split()) for text in texts)  # type: ignore[return-value]


def lines_fit(page: Page) -> list[str]:
    return [
        f"{_place(cell)}: {len(line)} characters, at most {LONGEST_LINE}: {line[:40]!r}…"
        for cell in page.code
        for line in source(cell).splitlines()
        if len(line) > LONGEST_LINE
    ]


def nothing_is_hidden_from_tests(page: Page) -> list[str]:
    marker = re.compile(r"#\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)")
    silencer = re.compile(r"\b(?:filterwarnings|simplefilter|catch_warnings)\b")
    faults = []
    for cell in page.code:
        text = source(cell)
        found = [*marker.findall(text), *silencer.findall(text)]
        found += [tag for tag in _tags(cell) if tag.startswith(("nbval-", "skip-"))]
        faults += [f"{_place(cell)}: {name} hides what the tests should see" for name in found]
        if text.rstrip().endswith(";"):
            faults.append(f"{_place(cell)}: a closing ; hides a value from the page only: use _ =")
    return faults


# Whatever of torch draws from its global generator, layers by their initial weights.
_TORCH_RANDOM = re.compile(
    r"(?:.*\.)?(?:torch\.(?:rand\w*|normal|bernoulli|multinomial|poisson)"
    r"|(?:Linear|Bilinear|Conv\w+|Embedding|RNN|LSTM|GRU|Transformer\w*|MultiheadAttention"
    r"|Dropout\w*|DataLoader|random_split|r?sample"
    r"|(?:normal|uniform|bernoulli|exponential|cauchy)_))"
)
# Generators that the whole program shares.
_UNSEEDABLE = re.compile(
    r"(?:np|numpy)\.random\.(?!default_rng$|Generator$|SeedSequence$|PCG64$)\w+|random\.\w+"
)


def randomness_is_seeded(page: Page) -> list[str]:
    faults = []
    torch_seeded = False
    for cell in page.python:
        try:
            tree = ast.parse(source(cell))
        except SyntaxError:
            faults.append(f"{_place(cell)}: is not plain Python")
            continue
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            name = ast.unparse(call.func)
            last = name.rpartition(".")[2]
            given = bool(call.args or call.keywords)
            torch_seeded |= last == "manual_seed" and given
            if (
                (last == "default_rng" and not given)
                or (last == "train_test_split" and "random_state" not in _keywords(call))
                or (_TORCH_RANDOM.fullmatch(name) and not torch_seeded)
                or _UNSEEDABLE.fullmatch(name)
            ):
                faults.append(f"{_place(cell)}: {name}(…) has no seed")
    return faults


def _keywords(call: ast.Call) -> list[str | None]:
    return [keyword.arg for keyword in call.keywords]


PAGE_RULES: list[Callable[[Page], list[str]]] = [
    equations_have_labels,
    mathematics_is_plain,
    pictures_are_described,
    nothing_of_the_machine,
]
CHAPTER_RULES: list[Callable[[Page], list[str]]] = [
    cells_were_run,
    errors_are_meant,
    nothing_on_stderr,
    form_is_canonical,
    figures_are_described,
    lines_fit,
    nothing_is_hidden_from_tests,
    randomness_is_seeded,
]


# What the book as a whole keeps


def names_are_unique(pages: list[Page]) -> list[str]:
    """Labels of equations, names of figures, alt texts: none stands twice in the book."""
    names = [display.label for page in pages for display in displays(page) if display.label]
    figures = [_figure_texts(cell) for page in pages for cell in page.code if _images(cell)]
    names += [text for alt, name, _ in figures for text in (alt, name) if text]
    return [f"{name!r} is there {n} times" for name, n in Counter(names).items() if n > 1]


def toc_is_complete(root: Path) -> list[str]:
    """Every page is in _toc.yml once, and everything in _toc.yml is a page."""
    named, there = Counter(pages_in_toc(root)), pages_of(root / "book")
    faults = [f"{page.name} is not in _toc.yml" for page in there if page not in named]
    for page, times in named.items():
        if not page.is_file():
            faults.append(f"_toc.yml names {page.name}, which is not there")
        if times > 1:
            faults.append(f"_toc.yml names {page.name} {times} times")
    return faults
