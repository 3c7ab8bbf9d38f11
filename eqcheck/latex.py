"""LaTeX to a tree, by the grammar of ``grammar.lark``; each node knows its place in the text."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree, UnexpectedInput

Node = Any  # a Tree or a Token, whose parts mypy cannot know


class MathError(Exception):
    """Mathematics that cannot be read or evaluated; `start` is where in the LaTeX, if known."""

    def __init__(self, message: str, node: Node = None):
        super().__init__(message)
        known = not isinstance(node, Tree) or not node.meta.empty
        self.start: int | None = start_of(node) if node is not None and known else None


@cache
def _parser() -> Lark:
    return Lark.open(
        str(Path(__file__).with_name("grammar.lark")),
        parser="lalr",
        start=["display", "declaration"],
        propagate_positions=True,
        maybe_placeholders=True,
    )


@lru_cache(maxsize=2**10)
def parse(latex: str, start: str = "display") -> Node:
    r"""Return the tree of a display equation, or of a declaration such as ``y \in \mathbb{R}``."""
    try:
        return _parser().parse(latex, start=start)
    except UnexpectedInput as error:
        rest = latex[error.pos_in_stream or 0 :].split("\n")[0] if error.pos_in_stream else ""
        place = f"at {rest[:30]!r}" if rest else "at its end"
        raise MathError(f"the grammar stops {place}", error.pos_in_stream) from None


def start_of(node: Node) -> int:
    """Return where in the LaTeX a node begins; a position is returned as it is."""
    if isinstance(node, int):
        return node
    return (node if isinstance(node, Token) else node.meta).start_pos or 0


def end_of(node: Node) -> int:
    """Return where in the LaTeX a node ends."""
    return (node if isinstance(node, Token) else node.meta).end_pos or 0


def name_of(symbol: Node) -> str:
    """Return a symbol's name without its index, spelled as in the notation."""
    return "".join(symbol.children[0].split())


def text_of(latex: str, node: Node) -> str:
    """Return the LaTeX of a node, on one line."""
    return " ".join(latex[start_of(node) : end_of(node)].split())


def children(tree: Node) -> list[Node]:
    """Return the children that are there, without the placeholders of what was left out."""
    return [child for child in tree.children if child is not None]
