"""Equations to be checked: on small pages, and in the chapters with something changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from eqcheck.book import Book
from eqcheck.chapters import Chapter, Equation, read
from eqcheck.checking import check
from eqcheck.pages import Page, Place, source
from tests.support import ROOT

BOOK = Book(ROOT)


def display(latex: str, label: str = "eq-a") -> str:
    return f"$$\n{latex}\n$$ ({label})"


def small_page(latex: str, *before: str) -> str:
    """Return a page with one equation, labelled eq-a, after other paragraphs."""
    return "\n\n".join(["# A page", *before, display(latex)]) + "\n"


def faults(text: str, name: str = "page.md") -> dict[str, str]:
    """Return what is said of each equation of a page by label, "" if it holds."""
    chapter = read(Page(name, text), BOOK)
    unread = {label: f"{place} ({label}): {what}" for place, label, what in chapter.faults}
    return unread | {each.label: check(each, chapter).fault for each in chapter.equations}


def fault(latex: str, *before: str) -> str:
    """Return what is said against an equation on a small page."""
    return "\n".join(filter(None, faults(small_page(latex, *before)).values()))


def equation_of(chapter: Chapter, label: str) -> Equation:
    return next(equation for equation in chapter.equations if equation.label == label)


@dataclass
class Planted:
    """A chapter with a mistake in one cell; `start` is where in the cell the equation begins."""

    page: Page
    label: str
    cell: str
    text: str
    start: int

    def place(self, at: str) -> str:
        """Return how a message names the equation and the line that begins with some LaTeX."""
        line = self.text[: self.text.index(f"\n{at}", self.start) + 1].count("\n") + 1
        return f"{Place(self.page.name, self.cell, line)} ({self.label})"

    def fault(self) -> str:
        """Return what is said against the equation."""
        chapter = read(self.page, BOOK)
        for place, label, what in chapter.faults:
            if label == self.label:
                return f"{place} ({label}): {what}"
        return check(equation_of(chapter, self.label), chapter).fault


def planted(chapter: str, label: str, old: str, new: str) -> Planted:
    """Change an equation of a chapter, or else the last such text above it in its cell."""
    notebook = json.loads((ROOT / "book" / chapter).read_text(encoding="utf-8"))
    cell = next(each for each in notebook["cells"] if f"$$ ({label})" in source(each))
    text = source(cell)
    end = text.index(f"$$ ({label})")
    start = text.rindex("$$", 0, end)
    if old in text[start:end]:
        assert text[start:end].count(old) == 1, f"{old} occurs more than once in {label}"
        place = text.index(old, start)
    else:
        place = text.rindex(old, 0, start)
        start += len(new) - len(old)
    cell["source"] = text[:place] + new + text[place + len(old) :]
    return Planted(Page(chapter, json.dumps(notebook)), label, cell["id"], cell["source"], start)
