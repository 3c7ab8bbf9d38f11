"""The rules that a page of the book keeps: each takes a page and returns its faults in words."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from run_chapters import ROOT, canonical, pages_in_toc

LONGEST_LINE = 88  # a longer line of code scrolls on the page
SHORTEST_ALT = 40


@dataclass(frozen=True)
class Page:
    """A page of the book, in Markdown or as a notebook."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Page:
        # Bytes: the ends of lines are part of what is checked.
        return cls(path.name, path.read_bytes().decode())

    @cached_property
    def notebook(self) -> dict[str, Any] | None:
        return json.loads(self.text) if self.name.endswith(".ipynb") else None

    @property
    def cells(self) -> list[dict[str, Any]]:
        return self.notebook["cells"] if self.notebook else []

    @property
    def code(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "code" and _source(cell)]

    @cached_property
    def markdown(self) -> list[str]:
        if self.notebook is None:
            return [self.text]
        return [_source(cell) for cell in self.cells if cell["cell_type"] == "markdown"]

    @cached_property
    def tokens(self) -> list[Token]:
        return [token for text in self.markdown for token in _tokens(text)]


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _source(cell: dict[str, Any]) -> str:
    return _joined(cell["source"])


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


# Markdown, read by the parser that the site is built with


@cache
def _parser() -> Any:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(config["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def _tokens(text: str) -> Iterator[Token]:
    """Yield all tokens, those within lines and within directives too."""
    for token in _parser().parse(text):
        yield token
        yield from token.children or []
        if _directive(token) not in (None, "math", "code", "code-block", "code-cell", "raw"):
            yield from _tokens(_body(token))


def _directive(token: Token) -> str | None:
    match = re.match(r"\{([^}]+)\}", token.info) if "fence" in token.type else None
    return match[1] if match else None


_OPTIONS = re.compile(r"\A(?:\s*---\n(?:.*\n)*?---(?:\n|\Z)|(?:[ \t]*:[\w-]+:.*(?:\n|\Z))+)")
_OPTION = re.compile(r"^[ \t]*:?([\w-]+):[ \t]*(.*)$", re.M)


def _body(token: Token) -> str:
    return _OPTIONS.sub("", token.content)


def _options(token: Token) -> dict[str, str]:
    match = _OPTIONS.match(token.content)
    return dict(_OPTION.findall(match[0])) if match else {}


# What each page keeps


def equations(page: Page) -> list[tuple[str, str]]:
    """Return the display equations as (label, LaTeX); the label is "" where there is none."""
    found = []
    for token in page.tokens:
        if token.type in ("math_block", "math_block_label", "amsmath"):
            found.append((token.info if token.type == "math_block_label" else "", token.content))
        elif _directive(token) == "math":
            found.append((_options(token).get("label", ""), _body(token)))
        else:
            # Within a paragraph MyST reads $$a$$ as $a$ between two dollars, and prints the label.
            found += [
                ("", f"$${child.content}$$")
                for before, child in pairwise(token.children or [])
                if child.type == "math_inline" and before.content.endswith("$")
            ]
    return found


def equations_have_labels(page: Page) -> list[str]:
    faults = [
        f"no label eq-… on {' '.join(latex.split())[:60]!r}"
        + (" (it needs a paragraph of its own)" if latex.startswith("$$") else "")
        for label, latex in equations(page)
        if not re.fullmatch(r"eq-[a-z0-9-]+", label)
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
            source, alt = str(token.attrs.get("src", "")), token.content
        elif _directive(token) in ("image", "figure"):
            source, alt = token.info.partition("}")[2].strip(), _options(token).get("alt", "")
        elif token.type.startswith("html_") and "<img" in token.content:
            source = "".join(re.findall(r'src="([^"]*)"', token.content))
            alt = "".join(re.findall(r'alt="([^"]*)"', token.content))
        else:
            continue
        if re.match(r"(?:https?:)?//|attachment:|data:", source):
            faults.append(f"picture {source[:60]!r} is not a file of the book")
        if len(alt.strip()) < SHORTEST_ALT:
            faults.append(f"picture {source[:60]!r} says too little in its alt text: {alt!r}")
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
        f"{_place(cell)}: writes to stderr: {_joined(output['text'])[:80]!r}"
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
        for line in _source(cell).splitlines()
        if len(line) > LONGEST_LINE
    ]


def nothing_is_hidden_from_tests(page: Page) -> list[str]:
    marker = re.compile(r"#\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)")
    silencer = re.compile(r"\b(?:filterwarnings|simplefilter|catch_warnings)\b")
    faults = []
    for cell in page.code:
        source = _source(cell)
        found = [*marker.findall(source), *silencer.findall(source)]
        found += [tag for tag in _tags(cell) if tag.startswith(("nbval-", "skip-"))]
        faults += [f"{_place(cell)}: {name} hides what the tests should see" for name in found]
        if source.rstrip().endswith(";"):
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
    for cell in page.code:
        try:
            tree = ast.parse(_source(cell))
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
    names = [label for page in pages for label, _ in equations(page) if label]
    figures = [_figure_texts(cell) for page in pages for cell in page.code if _images(cell)]
    names += [text for alt, name, _ in figures for text in (alt, name) if text]
    return [f"{name!r} is there {n} times" for name, n in Counter(names).items() if n > 1]


def pages_of(book: Path) -> list[Path]:
    """Return all pages in the book's folder; folders that begin with _ or . hold no pages."""
    files = (path for ending in ("md", "ipynb") for path in book.rglob(f"*.{ending}"))
    return sorted(p for p in files if not re.search(r"/[._]", f"/{p.relative_to(book).as_posix()}"))


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
