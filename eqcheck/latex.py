"""LaTeX to a tree, by the grammar of ``grammar.lark``; each node knows its place in the text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree, UnexpectedInput

Node = Tree | Token


class MathError(Exception):
    """Mathematics that cannot be read or evaluated; `start` is where in the LaTeX, if known."""

    def __init__(self, message: str, node: Node | int | None = None):
        super().__init__(message)
        if isinstance(node, Tree):
            node = None if node.meta.empty else node.meta.start_pos
        self.start = node.start_pos if isinstance(node, Token) else node


@cache
def _parser() -> Lark:
    return Lark.open(
        str(Path(__file__).with_name("grammar.lark")),
        parser="lalr",
        start=["display", "declaration"],
        propagate_positions=True,
        maybe_placeholders=True,
    )


def parse(latex: str, start: str = "display") -> Tree:
    r"""Return the tree of a display equation, or of a declaration such as ``y \in \mathbb{R}``."""
    try:
        return _parser().parse(latex, start=start)
    except UnexpectedInput as error:
        rest = latex[error.pos_in_stream or 0 :].split("\n")[0] if error.pos_in_stream else ""
        place = f"at {rest[:30]!r}" if rest else "at its end"
        raise MathError(f"the grammar stops {place}", error.pos_in_stream) from None


def name_of(symbol: Tree) -> str:
    """Return a symbol's name without its index, spelled as in notation.yml."""
    return "".join(symbol.children[0].split())


def text_of(latex: str, node: Node) -> str:
    """Return the LaTeX of a node, on one line."""
    span = node if isinstance(node, Token) else node.meta
    return " ".join(latex[span.start_pos : span.end_pos].split())


def children(tree: Tree) -> list[Node]:
    """Return the children that are there, without the placeholders of what was left out."""
    return [child for child in tree.children if child is not None]
