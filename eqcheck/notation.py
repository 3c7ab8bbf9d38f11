"""What each symbol of a book stands for, read from its notation file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from lark import Token, Tree

from .latex import MathError, Node, children, name_of

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
    """Symbols that share a line of the book's tables of notation."""

    group: str
    symbols: tuple[Symbol, ...]
    meaning: str


@dataclass(frozen=True)
class Notation:
    """The symbols of a book; `source` is what messages call the file."""

    source: str
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, path: Path, source: str = "") -> Notation:
        """Read a file; an entry that is not understood raises ValueError."""
        source = source or path.name
        groups = yaml.safe_load(path.read_text(encoding="utf-8"))
        lines = [
            _line(entry, group["title"], source) for group in groups for entry in group["symbols"]
        ]
        counts = Counter(symbol.name for line in lines for symbol in line.symbols)
        if twice := sorted(name for name, count in counts.items() if count > 1):
            raise ValueError(f"{source}: {', '.join(twice)} is listed twice")
        return cls(source, tuple(lines))

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """All symbols by their LaTeX."""
        return {symbol.name: symbol for line in self.lines for symbol in line.symbols}

    def kind_of(self, name: str) -> str:
        """Return what kind of symbol a name is, "" if it is not listed."""
        return self.symbols[name].kind if name in self.symbols else ""

    def is_index(self, symbol: Node) -> bool:
        """Return whether a symbol is an index."""
        return self.kind_of(name_of(symbol)) == "index"

    def is_size(self, symbol: Node) -> bool:
        """Return whether a symbol is a size."""
        return self.kind_of(name_of(symbol)) == "size"

    def counted_by(self, name: str) -> str:
        """Return the size up to which an index counts, "" for any other symbol."""
        return self.symbols[name].of if name in self.symbols else ""

    def find(self, name: str, node: Node = None) -> Symbol:
        """Return a symbol; `node` is where a missing one appears."""
        if name not in self.symbols:
            raise MathError(f"{name} is not in {self.source}", node)
        return self.symbols[name]

    def split(self, symbol: Node) -> tuple[str, list[Node]]:
        """Return a symbol's name and its indices: ``L_t`` is a name, ``y_j`` has an index."""
        name, index = name_of(symbol), symbol.children[-1]
        if not isinstance(index, Tree):
            return name, []
        first, *others = parts = children(index)
        if isinstance(first, Token):  # _1
            digit = Token.new_borrow_pos("NUMBER", first[-1], first)
            return name, [Tree("number", [digit], index.meta)]
        if not others:
            whole = f"{name}_{name_of(first)}" if first.data == "symbol" else ""
            if whole in self.symbols:
                return whole, []
            if first.data == "product":
                parts = first.children
        return name, list(parts)

    def free_indices(self, node: Node) -> set[str]:
        """Return the indices that a formula uses and binds by no sum."""
        if not isinstance(node, Tree):
            return set()
        if node.data == "reduction":
            _, limits, term = node.children
            bound, *others = limits.children
            named = {str(other) for other in others if isinstance(other, Token)}
            inside = self.free_indices(term) - {str(bound)}
            return named.union(inside, *map(self.free_indices, others))
        if node.data == "optimum":
            _, variable, term = node.children
            return self.free_indices(term) - {name_of(variable)}
        if node.data == "symbol":
            inside = self.free_indices(node.children[-1])
            return inside | ({name_of(node)} if self.is_index(node) else set())
        return set().union(*map(self.free_indices, node.children))


def _line(entry: dict[str, object], group: str, source: str) -> Line:
    rest = dict(entry)
    names, meaning = rest.pop("symbols"), rest.pop("meaning")
    kind, of = str(rest.pop("is", "quantity")), str(rest.pop("of", ""))
    shape, domain = rest.pop("shape", []), str(rest.pop("domain", ""))
    domains = FUNCTIONS if kind == "function" else ("", *DOMAINS)
    if (
        rest
        or not (isinstance(names, list) and isinstance(shape, list))
        or domain not in domains
        or (kind == "index") != bool(of)
    ):
        raise ValueError(f"{source}: {entry} is not understood")
    sizes = tuple(map(str, shape))
    return Line(group, tuple(Symbol(n, kind, of, sizes, domain) for n in names), str(meaning))


def shape_in_words(symbol: Symbol) -> str:
    """Return what a table of notation says of a symbol's shape, as Markdown."""
    if symbol.kind == "index":
        return f"index, 1 to ${symbol.of}$"
    if symbol.kind != "quantity":
        return symbol.kind
    return "$" + r" \times ".join(symbol.shape) + "$" if symbol.shape else "number"
