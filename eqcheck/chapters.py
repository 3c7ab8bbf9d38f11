r"""The equations of a chapter, and which meaning of a symbol holds where.

``L := …`` gives the symbol on its left a meaning, and so does ``y \in \mathbb{R}^N``, in a display
or in a sentence. A meaning holds from where it appears to the end of its section (of its exercise
or solution, if it is in one), unless the symbol is given a new one. Where none holds, the
chapter's first definition of the symbol does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lark import Token, Tree

from .book import Book
from .latex import MathError, Node, children, name_of, parse
from .notation import Notation, Symbol
from .pages import Display, Page, Place, display_of

BOXES = {"exercise", "solution"}  # a meaning given in one holds there alone
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
    body: Node = None
    lasting: bool = True  # whether it serves where no other holds


@dataclass
class Step:
    """Two sides, the relation between them, and the conditions in the same row."""

    left: Node
    relation: Token
    right: Node
    conditions: tuple[Node, ...]


@dataclass
class Equation:
    """A display equation, step by step; its conditions on indices hold in every step."""

    chapter: str
    label: str
    latex: str
    place: Place
    order: int
    tree: Node
    steps: list[Step] = field(default_factory=list)
    conditions: list[Node] = field(default_factory=list)

    def place_of(self, start: int | None) -> Place:
        """Return the line of a position in the LaTeX."""
        return self.place.below(self.latex[:start].count("\n") if start else 0)


@dataclass
class Chapter:
    """The equations of a page, and the meanings of its symbols."""

    page: Page
    book: Book
    equations: list[Equation] = field(default_factory=list)
    meanings: list[Meaning] = field(default_factory=list)
    faults: list[tuple[Place, str, str]] = field(default_factory=list)  # place, label, what

    @property
    def name(self) -> str:
        """The file name of the page."""
        return self.page.name

    @property
    def notation(self) -> Notation:
        """What each symbol stands for where the chapter declares nothing else."""
        return self.book.notation

    def symbol(self, name: str, order: int) -> Symbol:
        """Return what is declared of a symbol at a place of the chapter."""
        holding = [m for m in self._holding(name, order) if not m.body]
        if holding:
            return holding[-1].symbol
        return self.notation.find(name)

    def definition(self, name: str, order: int) -> Meaning | None:
        """Return the definition of a symbol that holds at a place of the chapter, if one does."""
        if holding := self._holding(name, order):
            return holding[-1] if holding[-1].body else None
        defined = (m for m in self.meanings if m.symbol.name == name and m.body and m.lasting)
        return next(defined, None)

    def _holding(self, name: str, order: int) -> list[Meaning]:
        return [m for m in self.meanings if m.symbol.name == name and m.begin <= order < m.end]


@dataclass(frozen=True)
class Item:
    """A part of a page on which the check depends; `order` is its place among all pieces.

    `kind` is "heading", with its level as text; "box" where an exercise or solution begins, or,
    without text, ends; "display"; or "formula", within a sentence.
    """

    kind: str
    text: str
    place: Place
    order: int
    label: str = ""


def outline(page: Page) -> Iterator[Item]:
    """Yield what the verdicts on a page can depend on: its mathematics and its structure."""
    boxes: tuple[Place, ...] = ()
    for order, piece in enumerate(page.pieces):
        token, place = piece.token, piece.place
        here = {place: name for name, place in piece.within if name in BOXES}
        if (*here,) != boxes:
            boxes = (*here,)
            yield Item("box", " ".join(here.values()), place, order)
        if token.type == "heading_open" and not boxes:
            yield Item("heading", token.tag[1], place, order)
        for display in display_of(piece):
            yield Item("display", display.latex, display.place, order, display.label)
        if token.type == "math_inline":
            yield Item("formula", token.content, place, order)


def read(page: Page, book: Book) -> Chapter:
    """Return the chapter that a page is; what cannot be read is among its faults."""
    chapter = Chapter(page, book)
    sections: list[tuple[int, int]] = []  # (level of the heading, how many meanings there were)
    in_box = False
    for item in outline(page):
        if item.kind in ("box", "heading"):
            level = int(item.text) if item.kind == "heading" else 99
            while sections and sections[-1][0] >= level:
                for meaning in chapter.meanings[sections.pop()[1] :]:
                    meaning.end = min(meaning.end, item.order)
            in_box = item.kind == "box" and bool(item.text)
            if item.kind == "heading" or in_box:
                sections.append((level, len(chapter.meanings)))
        elif item.kind == "display":
            _read_display(chapter, item, in_box)
        else:
            _read_formula(chapter, item, in_box)
    return chapter


def _read_display(chapter: Chapter, item: Item, in_box: bool) -> None:
    display = Display(item.label, item.text, item.place)
    try:
        equation = equation_of(chapter, display, item.order)
        _add(chapter, meanings_of(equation, chapter.notation), in_box)
        chapter.equations.append(equation)
    except MathError as error:
        place = item.place.below(item.text[: error.start or 0].count("\n"))
        chapter.faults.append((place, item.label, str(error)))


def _read_formula(chapter: Chapter, item: Item, in_box: bool) -> None:
    try:
        if ":=" in item.text:
            equation = equation_of(chapter, Display("", item.text, item.place), item.order)
            _add(chapter, meanings_of(equation, chapter.notation), in_box)
        elif re.search(r"\\in(?![A-Za-z])", item.text):
            declaration = parse(item.text, "declaration")
            _add(chapter, _declared(declaration, item.order, chapter.notation), in_box)
    except MathError as error:
        fault = f"${item.text}$ is read as a definition or a declaration: {error}"
        chapter.faults.append((item.place, "", fault))


def _add(chapter: Chapter, meanings: Iterator[Meaning], in_box: bool) -> None:
    for meaning in meanings:
        # An exercise that gives a new meaning to a symbol gives it for itself alone; so does a
        # section that chooses a g, which may be any function elsewhere.
        anything = chapter.notation.kind_of(meaning.symbol.name) == "function"
        meaning.lasting &= not ((in_box or anything) and meaning.symbol.domain)
        chapter.meanings.append(meaning)


def equation_of(chapter: Chapter, display: Display, order: int) -> Equation:
    """Return a display as an equation; `order` is its place among the pieces of the page."""
    tree = parse(display.latex)
    found = Equation(chapter.name, display.label, display.latex, display.place, order, tree)
    for row in tree.children:
        parts = [part for part in row.children if part is not None]
        given = parts.pop().children if _is(parts[-1], "given") else []
        if row.data == "given":  # behind the last row
            parts, given = [], row.children
        claims = tuple(part for part in given if _is_claim(part, chapter.notation))
        found.conditions += [part for part in given if part not in claims]
        if row.data == "given":
            found.steps[-1].conditions += claims
        if row.data == "continuation":
            if not found.steps:
                raise MathError("the first row has nothing on its left", row)
            parts.insert(0, found.steps[-1].right)
        for left, relation, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            found.steps.append(Step(left, relation, right, claims))
    return found


def _is(node: Node, rule: str) -> bool:
    return isinstance(node, Tree) and node.data == rule


def _is_claim(condition: Node, notation: Notation) -> bool:
    """Tell a condition on quantities, which holds in its row, from one on indices, or a meaning."""
    if condition.data == "declaration" or condition.children[1] == ":=":
        return False
    symbols = condition.find_data("symbol")
    return not all(notation.is_index(each) or notation.is_size(each) for each in symbols)


def meanings_of(equation: Equation, notation: Notation) -> Iterator[Meaning]:
    """Yield what an equation defines, one thing at most, and declares."""
    if len([step for step in equation.steps if step.relation == ":="]) > 1:
        raise MathError("a display defines one thing", equation.steps[-1].relation)
    for before, step in zip([None, *equation.steps], equation.steps, strict=False):
        if step.relation == ":=":
            if before and before.right is step.left:
                raise MathError(":= follows another relation", step.relation)
            yield _definition(step.left, step.right, equation, notation)
    for condition in equation.conditions:
        if condition.data == "declaration":
            yield from _declared(condition, equation.order, notation)
        elif condition.children[1] == ":=":
            left, _, right, *_ = condition.children
            meaning = _definition(left, right, equation, notation)
            yield replace(meaning, label="", end=equation.order + 1, lasting=False)


def _definition(left: Node, body: Node, equation: Equation, notation: Notation) -> Meaning:
    power = 1
    arguments: tuple[str, ...] = ()
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
    name, indices = notation.split(left)
    symbol = notation.find(name, left)
    letters = tuple(name_of(i) if i.data == "symbol" else "" for i in indices)
    if any(notation.kind_of(letter) != "index" for letter in letters):
        raise MathError(f"{name} is defined for an index that is no index", left)
    if free := notation.free_indices(body) - notation.free_indices(left):
        raise MathError(f"the index {', '.join(sorted(free))} is bound by nothing", body)
    return Meaning(symbol, equation.order, FOREVER, equation.label, letters, arguments, power, body)


def _declared(tree: Node, order: int, notation: Notation) -> Iterator[Meaning]:
    *names, domain = tree.children
    kind, shape = _domain(domain)
    for node in names:
        name = name_of(node)
        symbol = notation.find(name, node)
        if isinstance(node.children[-1], Tree):
            raise MathError("a symbol is declared whole, without an index", node)
        if symbol.kind != "quantity":
            raise MathError(f"{name} is not a quantity", node)
        yield Meaning(Symbol(name, shape=shape, domain=kind), order)


def _domain(tree: Node) -> tuple[str, tuple[str, ...]]:
    sizes = tuple(_sizes(tree.children[-1]))
    if tree.data == "interval":
        low, high = (_limit(limit) for limit in tree.children[:2])
        if (low, high) not in {("0", "1"), ("0", r"\infty")}:
            raise MathError("only the intervals from 0 to 1 and from 0 to \\infty are known", tree)
        return ("probability" if high == "1" else "positive"), sizes
    if tree.data == "simplex":
        return "simplex", (*sizes, str(tree.children[0]))
    return "real", sizes


def _limit(node: Node) -> str:
    return str(children(node)[0])


def _sizes(tree: Node) -> Iterator[str]:
    for token in tree.children if tree else ():
        yield token[-1] if token.type == "SHORT_POWER" else str(token)
