"""Check every display equation of the book, and say what is wrong with those that do not hold.

    python -m eqcheck [label or page ...]

With labels, or pages such as mse-gradient, only these are checked.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from .book import check_book


def main(wanted: list[str]) -> int:
    """Print the faults and a summary; return 1 if there is a fault."""
    begin = time.perf_counter()
    verdicts = check_book(wanted)
    unknown = set(wanted) - {name for v in verdicts for name in (v.label, Path(v.chapter).stem)}
    faults = [verdict.fault for verdict in verdicts if verdict.fault]
    print(*faults, sep="\n\n", end="\n\n" if faults else "")
    for chapter in dict.fromkeys(verdict.chapter for verdict in verdicts):
        of_chapter = [verdict for verdict in verdicts if verdict.chapter == chapter]
        hold = sum(not v.fault and not v.reason for v in of_chapter)
        listed = sum(bool(v.reason) for v in of_chapter)
        more = f", {listed} cannot be evaluated" if listed else ""
        print(f"{chapter}: {hold} of {len(of_chapter)} equations hold{more}")
    print(f"{time.perf_counter() - begin:.0f} s")
    for label in sorted(unknown):
        print(f"{label} is neither a label nor a page with equations")
    return bool(faults or unknown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
