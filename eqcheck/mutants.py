"""Make every small mistake in every display equation, and see that the check rejects each.

    python -m eqcheck.mutants [label or page ...]

What it lets pass must be listed, with the reason why it is no mistake, in equations/equivalent.yml.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from .book import chapter_of, each_equation
from .checking import check
from .mutating import Trial, try_mutants


def trials(path: Path, number: int) -> tuple[str, Trial]:
    """Try all mutants of one equation; if it does not hold itself, to reject them means nothing."""
    chapter = chapter_of(path)
    equation = chapter.equations[number]
    if check(equation, chapter).fault:
        survivor = "none: it does not hold itself", equation.label
        return chapter.name, Trial(equation.label, 0, [survivor], [], [])
    return chapter.name, try_mutants(equation, chapter)


def main(wanted: list[str]) -> int:
    """Print the survivors and the rates; return 1 if one survives that is not listed."""
    begin = time.perf_counter()
    counts: dict[str, Counter[str]] = {}
    failed = False
    for name, trial in each_equation(trials, wanted):
        count = counts.setdefault(name, Counter())
        count.update(tried=trial.tried, listed=len(trial.listed), survive=len(trial.survivors))
        for mistake, row in trial.survivors:
            print(f"{trial.label} survives ({mistake}):\n    {row}")
        for row in trial.stale:
            print(f"{trial.label}: equivalent.yml lists what does not survive:\n    {row}")
        failed |= bool(trial.survivors or trial.stale)
    for name, count in counts.items():
        judged = count["tried"] - count["listed"]
        rate = 100 * (judged - count["survive"]) / judged
        print(
            f"{name}: {count['tried']} mutants, {count['listed']} of them equivalent; "
            f"{judged - count['survive']} of {judged} rejected, {rate:.4g} %"
        )
    print(f"{time.perf_counter() - begin:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
