"""A whole book at once: every verdict, for the command line, the tests and a build of the site."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import TypeVar

from .book import Book
from .chapters import Chapter, read
from .checking import Verdict, check, prove
from .mutating import corrections
from .pages import Page
from .progress import counted
from .store import Store

T = TypeVar("T")
Place = tuple[Path, int]  # a page, and the number of an equation in it


@cache
def chapter_of(book: Book, path: Path) -> Chapter:
    """Return a chapter, read once in a process."""
    return read(Page.read(path), book)


def places(book: Book, wanted: Collection[str] = ()) -> list[Place]:
    """Return where the equations of a book are; if labels or pages are wanted, only those."""
    return [
        (path, number)
        for path in book.pages
        for number, equation in enumerate(chapter_of(book, path).equations)
        if _is_wanted(path, equation.label, wanted)
    ]


def _is_wanted(path: Path, label: str, wanted: Collection[str]) -> bool:
    return not wanted or path.stem in wanted or label in wanted


def each_equation(
    work: Callable[[Book, Path, int], T], book: Book, where: Collection[Place]
) -> Iterator[T]:
    """Do something with equations of a book, on all processors, in the order given."""
    if where:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            done = pool.map(work, repeat(book), *zip(*where, strict=True), chunksize=2)
            yield from counted(done, len(where), "equations")


def check_book(
    book: Book, wanted: Collection[str] = (), store: Path | None = None
) -> list[Verdict]:
    """Check every equation of a book; of a chapter that cannot be read, say only that.

    Parameters
    ----------
    book : the book
    wanted : labels or pages; if there are any, only those are checked
    store : the folder in which verdicts are kept and looked up; without one, all are made anew
    """
    kept = Store(book, store) if store else None
    chapters = {path: chapter_of(book, path) for path in book.pages}
    found = {path: kept.get(chapter) for path, chapter in chapters.items()} if kept else {}
    new = [place for place in places(book, wanted) if not found.get(place[0])]
    made = defaultdict(list)
    for (path, _), verdict in zip(new, each_equation(_verdict, book, new), strict=True):
        made[path].append(verdict)
    verdicts: list[Verdict] = []
    for path, chapter in chapters.items():
        known = found.get(path)
        if known is None:
            unread = list(_unread(chapter))
            broken = any(v.fault for v in unread if _is_wanted(path, v.label, wanted))
            known = unread + _with_causes([] if broken else made[path])
            if kept and len(made[path]) == len(chapter.equations):
                kept.put(chapter, known)
        verdicts += [each for each in known if _is_wanted(path, each.label, wanted)]
    return verdicts


def _with_causes(verdicts: list[Verdict]) -> list[Verdict]:
    """Say of a chapter's wrong equations if they only rest on others that are wrong."""
    wrong = {verdict.label for verdict in verdicts if verdict.fault}
    rests = {verdict.label: verdict.rests_on for verdict in verdicts}
    for verdict in verdicts:
        roots = {root for root in verdict.rests_on & wrong if verdict.label not in rests[root]}
        if verdict.fault and roots:
            verdict.fault = f"{verdict.label} rests on {', '.join(sorted(roots))}, which fails"
    return verdicts


def _unread(chapter: Chapter) -> Iterator[Verdict]:
    """Yield what could not be read, as a fault unless it is known that it cannot be."""
    for place, label, fault in chapter.faults:
        if label in chapter.book.not_evaluated:
            yield _excused(chapter, label)
        else:
            named = f" ({label})" if label else ""
            yield Verdict(chapter.name, label, fault=f"{place}{named}: {fault}")


def _verdict(book: Book, path: Path, number: int) -> Verdict:
    chapter = chapter_of(book, path)
    equation = chapter.equations[number]
    verdict = check(equation, chapter)
    if equation.label in book.not_evaluated:
        if not verdict.fault:
            verdict.fault = f"{equation.label} can be evaluated: no need to list it"
            return verdict
        return verdict if verdict.refuted else _excused(chapter, equation.label)
    if verdict.fault:
        lines = [f"\n  It would hold with\n    {row}" for row in corrections(equation, chapter)]
        verdict.fault += "".join(lines[:2])
    verdict.proved = not any(verdict.sizes) and prove(equation, chapter)
    return verdict


def _excused(chapter: Chapter, label: str) -> Verdict:
    entry = chapter.book.not_evaluated[label]
    experiment = entry.get("experiment", "")
    return Verdict(chapter.name, label, reason=entry["reason"], experiment=experiment)
