"""The whole book at once: every verdict, for the tests and for the ledger of the site."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from .chapters import Chapter, read
from .checking import Verdict, check, prove
from .mutating import corrections
from .pages import ROOT, Page, pages_in_toc

NOT_EVALUATED = ROOT / "book" / "equations" / "not-evaluated.yml"
T = TypeVar("T")


@cache
def chapter_of(path: Path) -> Chapter:
    """Return a chapter, read once."""
    return read(Page.read(path))


@cache
def not_evaluated() -> dict[str, dict[str, str]]:
    """Return the equations that cannot be evaluated: {label: {reason, and perhaps experiment}}."""
    return yaml.safe_load(NOT_EVALUATED.read_text(encoding="utf-8")) or {}


def _is_wanted(path: Path, label: str, wanted: Collection[str]) -> bool:
    return not wanted or path.stem in wanted or label in wanted


def each_equation(work: Callable[[Path, int], T], wanted: Collection[str] = ()) -> Iterator[T]:
    """Do something with every equation of the book, on all processors, in the order of the book.

    If labels or pages are wanted, with those alone.
    """
    places = [
        (path, i)
        for path in pages_in_toc()
        for i, equation in enumerate(chapter_of(path).equations)
        if _is_wanted(path, equation.label, wanted)
    ]
    if not places:
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(work, *zip(*places, strict=True), chunksize=2)


def check_book(wanted: Collection[str] = ()) -> list[Verdict]:
    """Check every equation of the book; of a chapter that cannot be read, say only that.

    If labels or pages are wanted, only those are checked.
    """
    unread = [
        verdict
        for path in pages_in_toc()
        for verdict in _unread(chapter_of(path))
        if _is_wanted(path, verdict.label, wanted)
    ]
    chapters = {verdict.chapter for verdict in unread if verdict.fault}
    verdicts = [v for v in each_equation(_verdict, wanted) if v.chapter not in chapters]
    wrong = {verdict.label for verdict in verdicts if verdict.fault}
    rests = {verdict.label: verdict.rests_on for verdict in verdicts}
    for verdict in verdicts:
        roots = {root for root in verdict.rests_on & wrong if verdict.label not in rests[root]}
        if verdict.fault and roots:
            verdict.fault = f"{verdict.label} rests on {', '.join(sorted(roots))}, which fails"
    return unread + verdicts


def _unread(chapter: Chapter) -> Iterator[Verdict]:
    """Yield what could not be read, as a fault unless it is known that it cannot be."""
    for place, label, fault in chapter.faults:
        if label in not_evaluated():
            yield _excused(chapter.name, label)
        else:
            yield Verdict(
                chapter.name, label, fault=f"{place}{f' ({label})' if label else ''}: {fault}"
            )


def _verdict(path: Path, number: int) -> Verdict:
    chapter = chapter_of(path)
    equation = chapter.equations[number]
    verdict = check(equation, chapter)
    if equation.label in not_evaluated():
        if not verdict.fault:
            verdict.fault = f"{equation.label} can be evaluated: no need to list it"
            return verdict
        return verdict if verdict.refuted else _excused(chapter.name, equation.label)
    if verdict.fault:
        lines = [f"\n  It would hold with\n    {row}" for row in corrections(equation, chapter)]
        verdict.fault += "".join(lines[:2])
    verdict.proved = not any(verdict.sizes) and prove(equation, chapter)
    return verdict


def _excused(chapter: str, label: str) -> Verdict:
    entry: dict[str, Any] = not_evaluated()[label]
    return Verdict(chapter, label, reason=entry["reason"], experiment=entry.get("experiment", ""))
