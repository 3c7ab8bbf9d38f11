"""What each symbol of the book stands for, read from ``book/equations/notation.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from .pages import ROOT

FILE = ROOT / "book" / "equations" / "notation.yml"
DOMAINS = ("real", "positive", "probability", "simplex")
FUNCTIONS = ("smooth", "convex")


@dataclass(frozen=True)
class Symbol:
    """A symbol: `shape` in sizes, such as N or 2; `domain` "" if an equation must define it."""

    name: str
    kind: str = "quantity"
    of: str = ""
    shape: tuple[str, ...] = ()
    domain: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the tables in notation.md."""

    group: str
    symbols: tuple[Symbol, ...]
    meaning: str


@cache
def lines(path: Path = FILE) -> tuple[Line, ...]:
    """Return the lines of the file; an entry that is not understood is an error."""
    found = []
    for group in yaml.safe_load(path.read_text(encoding="utf-8")):
        for entry in group["symbols"]:
            rest = dict(entry)
            names, meaning = rest.pop("symbols"), rest.pop("meaning")
            kind, of = rest.pop("is", "quantity"), rest.pop("of", "")
            shape, domain = tuple(rest.pop("shape", ())), rest.pop("domain", "")
            domains = FUNCTIONS if kind == "function" else ("", *DOMAINS)
            if rest or domain not in domains or (kind == "index") != bool(of):
                raise ValueError(f"notation.yml: {entry} is not understood")
            symbols = tuple(Symbol(name, kind, of, shape, domain) for name in names)
            found.append(Line(group["title"], symbols, meaning))
    names = [symbol.name for line in found for symbol in line.symbols]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"notation.yml: {', '.join(sorted(twice))} stands there twice")
    return tuple(found)


@cache
def symbols(path: Path = FILE) -> dict[str, Symbol]:
    """Return all symbols by their LaTeX."""
    return {symbol.name: symbol for line in lines(path) for symbol in line.symbols}


def shape_in_words(symbol: Symbol) -> str:
    """Return what the table says of a symbol's shape, as Markdown."""
    if symbol.kind == "index":
        return f"index, 1 to ${symbol.of}$"
    if symbol.kind != "quantity":
        return symbol.kind
    return "$" + r" \times ".join(symbol.shape) + "$" if symbol.shape else "number"
