"""Check every display equation of a book, and say what is wrong with those that do not hold.

    python -m eqcheck [--mutants] [label or page ...]

With labels, or pages such as mse-gradient, only these are checked. With --mutants every small
mistake is made in every equation instead, and each must be rejected; a mutant that is no mistake
must be listed, with the reason, in the book's equivalent.yml.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from .book import Book
from .checking import Verdict, check
from .mutating import Trial, try_mutants
from .running import chapter_of, check_book, each_equation, places


def main(arguments: list[str] | None = None) -> int:
    """Check a book or try its mutants; return 1 if something is wrong."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser("python -m eqcheck", description=summary)
    parser.add_argument("wanted", nargs="*", metavar="label or page", help="only these")
    parser.add_argument("--root", type=Path, default=Path(), help="where _toc.yml is")
    parser.add_argument(
        "--equations", default=Book.equations, help="the folder with notation.yml, from the root"
    )
    parser.add_argument("--mutants", action="store_true", help="try all mutants")
    parser.add_argument("--anew", action="store_true", help="use no verdicts that were kept")
    given = parser.parse_args(arguments)
    book = Book(given.root.resolve(), given.equations)
    begin = time.perf_counter()
    if given.mutants:
        failed = report_mutants(book, given.wanted)
    else:
        store = None if given.anew else book.root / "_build" / "verdicts"
        failed = report_verdicts(check_book(book, given.wanted, store), given.wanted)
    print(f"{time.perf_counter() - begin:.0f} s")
    return failed


def report_verdicts(verdicts: list[Verdict], wanted: list[str]) -> int:
    """Print the faults and a summary; return 1 if there is a fault."""
    faults = [verdict.fault for verdict in verdicts if verdict.fault]
    print(*faults, sep="\n\n", end="\n\n" if faults else "")
    for chapter in dict.fromkeys(verdict.chapter for verdict in verdicts):
        of_chapter = [verdict for verdict in verdicts if verdict.chapter == chapter]
        hold = sum(not v.fault and not v.reason for v in of_chapter)
        listed = sum(bool(v.reason) for v in of_chapter)
        more = f", {listed} cannot be evaluated" if listed else ""
        print(f"{chapter}: {hold} of {len(of_chapter)} equations hold{more}")
    known = {name for v in verdicts for name in (v.label, Path(v.chapter).stem)}
    for name in sorted(set(wanted) - known):
        print(f"{name} is neither a label nor a page with equations")
    return int(bool(faults or set(wanted) - known))


def report_mutants(book: Book, wanted: list[str]) -> int:
    """Print the survivors and the rates; return 1 if one survives that is not listed."""
    counts: dict[str, Counter[str]] = {}
    failed = False
    for name, trial in each_equation(trials, book, places(book, wanted)):
        count = counts.setdefault(name, Counter())
        count.update(tried=trial.tried, listed=len(trial.listed), survive=len(trial.survivors))
        for mistake, row in trial.survivors:
            print(f"{trial.label} survives ({mistake}):\n    {row}")
        for row in trial.stale:
            print(
                f"{trial.label}: {book.equivalent_file} lists a mutant that is rejected:\n    {row}"
            )
        failed |= bool(trial.survivors or trial.stale)
    for name, count in counts.items():
        judged = count["tried"] - count["listed"]
        rejected = judged - count["survive"]
        rate = f"{100 * rejected / judged:.4g} %" if judged else "none"
        print(
            f"{name}: {count['tried']} mutants, {count['listed']} of them equivalent; "
            f"{rejected} of {judged} rejected, {rate}"
        )
    return int(failed)


def trials(book: Book, path: Path, number: int) -> tuple[str, Trial]:
    """Try all mutants of one equation; if it does not hold itself, rejections mean nothing."""
    chapter = chapter_of(book, path)
    equation = chapter.equations[number]
    if check(equation, chapter).fault:
        survivor = "none: it does not hold itself", equation.label
        return chapter.name, Trial(equation.label, 0, [survivor], [], [])
    return chapter.name, try_mutants(equation, chapter)


if __name__ == "__main__":
    sys.exit(main())
