"""Pages of a book, Markdown or notebooks, read by the parser that the site is built with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it.token import Token

# The syntax beyond CommonMark, by MyST's names, that is read where no _config.yml names another.
SYNTAX = frozenset(
    {
        *("amsmath", "attrs_inline", "colon_fence", "deflist"),
        *("dollarmath", "smartquotes", "substitution", "tasklist"),
    }
)
VERBATIM = (None, "math", "code", "code-block", "code-cell", "raw")


@dataclass(frozen=True)
class Place:
    """A place in a page: a line, counted from 1 in its cell or in the file."""

    page: str
    cell: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}, {f'cell {self.cell}, ' if self.cell else ''}line {self.line}"

    def below(self, lines: int) -> Place:
        """Return the place so many lines further down."""
        return replace(self, line=self.line + lines)


@dataclass(frozen=True)
class Piece:
    """A token of Markdown, where it begins, and the directives around it."""

    token: Token
    place: Place
    within: tuple[tuple[str, Place], ...]


@dataclass(frozen=True)
class Page:
    """A page of a book, in Markdown or as a notebook."""

    name: str
    text: str
    syntax: frozenset[str] = SYNTAX

    @classmethod
    def read(cls, path: Path) -> Page:
        """Read a file of the book whose _config.yml is the nearest above it.

        As bytes, because the ends of lines are part of what is checked.
        """
        root = next((up for up in path.absolute().parents if (up / "_config.yml").exists()), None)
        return cls(path.name, path.read_bytes().decode(), syntax_of(root) if root else SYNTAX)

    @cached_property
    def notebook(self) -> dict[str, Any] | None:
        """The notebook, if it is one."""
        return json.loads(self.text) if self.name.endswith(".ipynb") else None

    @property
    def cells(self) -> list[dict[str, Any]]:
        """All cells of a notebook."""
        return self.notebook["cells"] if self.notebook else []

    @property
    def code(self) -> list[dict[str, Any]]:
        """The cells of code that are not empty."""
        return [cell for cell in self.cells if cell["cell_type"] == "code" and source(cell)]

    @property
    def python(self) -> list[dict[str, Any]]:
        """The cells of code that are plain Python: all but the one that calls pip."""
        return [cell for cell in self.code if cell["id"] != "get-lossbook"]

    @property
    def markdown(self) -> list[str]:
        """The Markdown, cell by cell."""
        return [text for _, text in self._markdown]

    @cached_property
    def _markdown(self) -> list[tuple[str, str]]:
        if self.notebook is None:
            return [("", self.text)]
        return [(c.get("id", ""), source(c)) for c in self.cells if c["cell_type"] == "markdown"]

    @cached_property
    def pieces(self) -> list[Piece]:
        """All tokens in their order, those within lines and within directives too."""
        return [
            piece
            for cell, text in self._markdown
            for piece in _pieces(_parser(self.syntax), text, Place(self.name, cell, 1), ())
        ]

    @property
    def tokens(self) -> list[Token]:
        """The tokens alone."""
        return [piece.token for piece in self.pieces]

    @property
    def title(self) -> str:
        """The first heading, as Markdown."""
        heading = next(i for i, token in enumerate(self.tokens) if token.tag == "h1")
        return self.tokens[heading + 1].content


def joined(text: str | list[str]) -> str:
    """Return a notebook's text, which may be a list of lines, as one string."""
    return text if isinstance(text, str) else "".join(text)


def source(cell: dict[str, Any]) -> str:
    """Return the text of a cell."""
    return joined(cell["source"])


@cache
def syntax_of(root: Path) -> frozenset[str]:
    """Return the syntax that a book's _config.yml enables."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8")) or {}
    return frozenset(config.get("parse", {}).get("myst_enable_extensions", SYNTAX))


@cache
def _parser(syntax: frozenset[str]) -> Any:
    # Imported here, because it is slow and a list of the pages does not need it.
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    return create_md_parser(MdParserConfig(enable_extensions=set(syntax)), RendererHTML)


def _pieces(
    parser: Any, text: str, start: Place, within: tuple[tuple[str, Place], ...]
) -> Iterator[Piece]:
    place = start
    for token in parser.parse(text):
        place = start.below(token.map[0]) if token.map else place
        yield Piece(token, place, within)
        lines = 0
        for child in token.children or []:
            yield Piece(child, place.below(lines), within)
            lines += child.type in ("softbreak", "hardbreak")
        if (name := directive(token)) not in VERBATIM:
            inside = (*within, (name, place))
            start_of_body = place.below(1 + _option_lines(token))
            yield from _pieces(parser, body(token), start_of_body, inside)


def directive(token: Token) -> str | None:
    """Return the name of the directive that a fence is, None if it is not one."""
    match = re.match(r"\{([^}]+)\}", token.info) if "fence" in token.type else None
    return match[1] if match else None


_OPTIONS = re.compile(r"\A(?:\s*---\n(?:.*\n)*?---(?:\n|\Z)|(?:[ \t]*:[\w-]+:.*(?:\n|\Z))+)")
_OPTION = re.compile(r"^[ \t]*:?([\w-]+):[ \t]*(.*)$", re.M)


def _option_lines(token: Token) -> int:
    match = _OPTIONS.match(token.content)
    return match[0].count("\n") if match else 0


def body(token: Token) -> str:
    """Return the text in a directive, without its options."""
    return _OPTIONS.sub("", token.content)


def options(token: Token) -> dict[str, str]:
    """Return the options of a directive."""
    match = _OPTIONS.match(token.content)
    return dict(_OPTION.findall(match[0])) if match else {}


@dataclass(frozen=True)
class Display:
    """A display equation: label ("" where there is none), LaTeX, and where that begins."""

    label: str
    latex: str
    place: Place


def displays(page: Page) -> list[Display]:
    """Return the display equations of a page in their order."""
    return [display for piece in page.pieces for display in display_of(piece)]


def display_of(piece: Piece) -> Iterator[Display]:
    """Yield the display equation that a piece is, if it is one."""
    token, place = piece.token, piece.place
    if token.type in ("math_block", "math_block_label", "amsmath"):
        label = token.info if token.type == "math_block_label" else ""
        yield Display(label, token.content, place)
    elif directive(token) == "math":
        lines = 1 + _option_lines(token)
        yield Display(options(token).get("label", ""), body(token), place.below(lines))
    else:
        # Within a paragraph MyST reads $$a$$ as $a$ between two dollars, and prints the label.
        for before, child in pairwise(token.children or []):
            if child.type == "math_inline" and before.content.endswith("$"):
                yield Display("", f"$${child.content}$$", place)


def pages_of(book: Path) -> list[Path]:
    """Return all pages in the book's folder; folders that begin with _ or . hold no pages."""
    files = (path for ending in ("md", "ipynb") for path in book.rglob(f"*.{ending}"))
    return sorted(p for p in files if not re.search(r"/[._]", f"/{p.relative_to(book).as_posix()}"))


def pages_in_toc(root: Path) -> list[Path]:
    """Return the pages that _toc.yml names, in reading order, with their extensions."""

    def names(entry: Any) -> Iterator[str]:
        if isinstance(entry, list):
            for part in entry:
                yield from names(part)
        elif isinstance(entry, dict):
            for key, part in entry.items():
                if key in ("root", "file"):
                    yield part
                else:
                    yield from names(part)

    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    pages = []
    for name in names(toc):
        files = [root / f"{name}{ending}" for ending in (".ipynb", ".md")]
        pages.append(next((file for file in files if file.exists()), root / name))
    return pages
