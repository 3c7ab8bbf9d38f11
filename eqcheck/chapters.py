r"""The equations of a chapter, and which meaning of a symbol holds where.

``L := …`` gives the symbol on its left a meaning, and so does ``y \in \mathbb{R}^N``, in a display
or in a sentence. A meaning holds from where it stands to the end of its section (of its exercise
or solution, if it stands in one), unless the symbol is given a new one. Where none holds, the
chapter's first definition of the symbol does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lark import Token, Tree

from .latex import MathError, Node, children, name_of, parse
from .notation import Symbol, symbols
from .pages import Display, Page, Place, display_of

BOXES = {"exercise", "solution"}  # what is said in one holds there alone
FOREVER = 10**9


@dataclass
class Meaning:
    """What a symbol is: free, with shape and domain, or the right side of an equation."""

    symbol: Symbol
    begin: int
    end: int = FOREVER
    label: str = ""
    indices: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    power: int = 1
    body: Tree | None = None
    lasting: bool = True  # whether it may serve where none holds


@dataclass
class Step:
    """Two sides, what stands between them, and the conditions in the same row."""

    left: Tree
    relation: Token
    right: Tree
    conditions: tuple[Tree, ...]


@dataclass
class Equation:
    """A display equation, step by step; what its conditions say of indices holds in every step."""

    chapter: str
    label: str
    latex: str
    place: Place
    order: int
    tree: Tree
    steps: list[Step] = field(default_factory=list)
    conditions: list[Tree] = field(default_factory=list)

    def place_of(self, start: int | None) -> Place:
        """Return the line of a position in the LaTeX."""
        return self.place.below(self.latex[:start].count("\n") if start else 0)


@dataclass
class Chapter:
    """The equations of a page, and the meanings of its symbols."""

    name: str
    equations: list[Equation] = field(default_factory=list)
    meanings: list[Meaning] = field(default_factory=list)
    faults: list[tuple[Place, str, str]] = field(default_factory=list)  # place, label, what

    def symbol(self, name: str, order: int) -> Symbol:
        """Return what is declared of a symbol at a place of the chapter."""
        holding = [m for m in self._holding(name, order) if not m.body]
        if holding:
            return holding[-1].symbol
        if name not in symbols():
            raise MathError(f"{name} is not in book/equations/notation.yml")
        return symbols()[name]

    def definition(self, name: str, order: int) -> Meaning | None:
        """Return the definition of a symbol that holds at a place of the chapter, if one does."""
        if holding := self._holding(name, order):
            return holding[-1] if holding[-1].body else None
        defined = (m for m in self.meanings if m.symbol.name == name and m.body and m.lasting)
        return next(defined, None)

    def _holding(self, name: str, order: int) -> list[Meaning]:
        return [m for m in self.meanings if m.symbol.name == name and m.begin <= order < m.end]


def read(page: Page) -> Chapter:
    """Return the chapter that a page is; what cannot be read is among its faults."""
    chapter = Chapter(page.name)
    sections: list[tuple[int, int]] = []  # (level of the heading, how many meanings there were)
    boxes: tuple[Place, ...] = ()

    def close(level: int, order: int) -> None:
        while sections and sections[-1][0] >= level:
            for meaning in chapter.meanings[sections.pop()[1] :]:
                meaning.end = min(meaning.end, order)

    def add(meanings: Iterator[Meaning]) -> None:
        for meaning in meanings:
            # What an exercise says of a symbol that has a meaning without it, it says for itself;
            # so does a section that chooses a g, where elsewhere it may be any.
            anything = symbols()[meaning.symbol.name].kind == "function"
            meaning.lasting &= not ((boxes or anything) and meaning.symbol.domain)
            chapter.meanings.append(meaning)

    for order, piece in enumerate(page.pieces):
        here = tuple(place for name, place in piece.within if name in BOXES)
        if here != boxes:
            close(99, order)
            if here:
                sections.append((99, len(chapter.meanings)))
            boxes = here
        if piece.token.type == "heading_open" and not boxes:
            level = int(piece.token.tag[1])
            close(level, order)
            sections.append((level, len(chapter.meanings)))
        for display in display_of(piece):
            try:
                equation = equation_of(page.name, display, order)
                add(meanings_of(equation))
                chapter.equations.append(equation)
            except MathError as error:
                place = display.place.below(display.latex[: error.start or 0].count("\n"))
                chapter.faults.append((place, display.label, str(error)))
        if piece.token.type == "math_inline":
            latex = piece.token.content
            try:
                add(_meanings_in_a_sentence(page.name, latex, piece.place, order))
            except MathError as error:
                fault = f"${latex}$ is read as a definition or a declaration: {error}"
                chapter.faults.append((piece.place, "", fault))
    return chapter


def _meanings_in_a_sentence(page: str, latex: str, place: Place, order: int) -> Iterator[Meaning]:
    if ":=" in latex:
        yield from meanings_of(equation_of(page, Display("", latex, place), order))
    elif re.search(r"\\in(?![A-Za-z])", latex):
        yield from _declared(parse(latex, "declaration"), order)


def equation_of(chapter: str, display: Display, order: int) -> Equation:
    """Return a display as an equation; `order` is its place among the pieces of the page."""
    tree = parse(display.latex)
    found = Equation(chapter, display.label, display.latex, display.place, order, tree)
    for row in tree.children:
        parts = [part for part in row.children if part is not None]
        given = parts.pop().children if _is(parts[-1], "given") else []
        if row.data == "given":  # behind the last row
            parts, given = [], row.children
            found.steps[-1].conditions += tuple(filter(_is_claim, given))
        found.conditions += [part for part in given if not _is_claim(part)]
        claims = tuple(part for part in given if _is_claim(part))
        if row.data == "continuation":
            if not found.steps:
                raise MathError("the first row has nothing on its left", row)
            parts.insert(0, found.steps[-1].right)
        for left, relation, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            found.steps.append(Step(left, relation, right, claims))
    return found


def _is(node: Node, rule: str) -> bool:
    return isinstance(node, Tree) and node.data == rule


def _is_claim(condition: Tree) -> bool:
    """Tell a condition on quantities, which holds in its row, from one on indices, or a meaning."""
    if condition.data == "declaration" or condition.children[1] == ":=":
        return False
    return not all(is_index(symbol) or is_size(symbol) for symbol in condition.find_data("symbol"))


def is_index(symbol: Tree) -> bool:
    """Tell whether a symbol is an index."""
    return _is_of_kind("index", symbol)


def is_size(symbol: Tree) -> bool:
    """Tell whether a symbol is a size."""
    return _is_of_kind("size", symbol)


def _is_of_kind(kind: str, symbol: Tree) -> bool:
    name = name_of(symbol)
    return name in symbols() and symbols()[name].kind == kind


def meanings_of(equation: Equation) -> Iterator[Meaning]:
    """Yield what an equation defines, one thing at most, and declares."""
    if len([step for step in equation.steps if step.relation == ":="]) > 1:
        raise MathError("a display defines one thing", equation.steps[-1].relation)
    for before, step in zip([None, *equation.steps], equation.steps, strict=False):
        if step.relation == ":=":
            if before and before.right is step.left:
                raise MathError(":= stands after another relation", step.relation)
            yield _definition(step.left, step.right, equation)
    for condition in equation.conditions:
        if condition.data == "declaration":
            yield from _declared(condition, equation.order)
        elif condition.children[1] == ":=":
            meaning = _definition(condition.children[0], condition.children[2], equation)
            yield replace(meaning, label="", end=equation.order + 1, lasting=False)


def _definition(left: Node, body: Node, equation: Equation) -> Meaning:
    power, arguments = 1, ()
    if left.data == "power":
        (exponent,) = children(left.children[1])
        digits = exponent[-1] if isinstance(exponent, Token) else str(exponent.children[0])
        if not digits.isdigit():
            raise MathError("a definition has a symbol, or a power of one, on its left", left)
        power, left = int(digits), left.children[0]
    if left.data == "product" and len(left.children) == 2 and left.children[1].data == "group":
        (argument,) = left.children[1].children
        if argument.data != "symbol":
            raise MathError("a function is defined for a symbol in its bracket", argument)
        arguments, left = (name_of(argument),), left.children[0]
    if left.data != "symbol":
        raise MathError(":= needs a symbol on its left", left)
    symbol, indices = split(left)
    if symbol not in symbols():
        raise MathError(f"{symbol} is not in book/equations/notation.yml", left)
    letters = [name_of(i) if i.data == "symbol" else "" for i in indices]
    for letter in letters:
        if letter not in symbols() or symbols()[letter].kind != "index":
            raise MathError(f"{symbol} is defined for an index that is no index", left)
    if free := free_indices(body) - free_indices(left):
        raise MathError(f"the index {', '.join(sorted(free))} is bound by nothing", body)
    return Meaning(
        symbols()[symbol],
        equation.order,
        label=equation.label,
        indices=tuple(letters),
        arguments=arguments,
        power=power,
        body=body,
    )


def _declared(tree: Tree, order: int) -> Iterator[Meaning]:
    *names, domain = tree.children
    kind, shape = _domain(domain)
    for node in names:
        name = name_of(node)
        if name not in symbols():
            raise MathError(f"{name} is not in book/equations/notation.yml", node)
        if isinstance(node.children[-1], Tree):
            raise MathError("a symbol is declared whole, without an index", node)
        if symbols()[name].kind != "quantity":
            raise MathError(f"{name} is no quantity", node)
        yield Meaning(Symbol(name, shape=shape, domain=kind), order)


def _domain(tree: Tree) -> tuple[str, tuple[str, ...]]:
    sizes = tuple(_sizes(tree.children[-1]))
    if tree.data == "interval":
        low, high = (_limit(limit) for limit in tree.children[:2])
        if (low, high) not in {("0", "1"), ("0", r"\infty")}:
            raise MathError("only the intervals from 0 to 1 and from 0 to \\infty are known", tree)
        return ("probability" if high == "1" else "positive"), sizes
    if tree.data == "simplex":
        return "simplex", (*sizes, str(tree.children[0]))
    return "real", sizes


def _limit(node: Tree) -> str:
    return str(children(node)[0])


def _sizes(tree: Tree | None) -> Iterator[str]:
    for token in tree.children if tree else ():
        yield token[-1] if token.type == "SHORT_POWER" else str(token)


def split(symbol: Tree) -> tuple[str, list[Tree]]:
    """Return a symbol's name and its indices: ``L_t`` is a name, ``y_j`` has an index."""
    name, index = name_of(symbol), symbol.children[-1]
    if not isinstance(index, Tree):
        return name, []
    parts = children(index)
    if isinstance(parts[0], Token):  # _1
        digit = Token.new_borrow_pos("NUMBER", parts[0][-1], parts[0])
        return name, [Tree("number", [digit], index.meta)]
    if len(parts) == 1:
        whole = f"{name}_{name_of(parts[0])}" if parts[0].data == "symbol" else ""
        if whole in symbols():
            return whole, []
        if parts[0].data == "product":
            parts = parts[0].children
    return name, list(parts)


def free_indices(node: Node | None) -> set[str]:
    """Return the indices that a formula uses and binds by no sum."""
    if not isinstance(node, Tree):
        return set()
    if node.data == "reduction":
        _, limits, term = node.children
        bound, *others = limits.children
        named = {str(other) for other in others if isinstance(other, Token)}
        return named.union(free_indices(term) - {str(bound)}, *map(free_indices, others))
    if node.data == "optimum":
        _, variable, term = node.children
        return free_indices(term) - {name_of(variable)}
    if node.data == "symbol":
        inside = free_indices(node.children[-1])
        return inside | ({name_of(node)} if is_index(node) else set())
    return set().union(*(free_indices(child) for child in node.children))
