"""How far a long step is: in place on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
SECONDS = 30  # between two lines of a log


def counted(things: Iterable[T], total: int, name: str) -> Iterator[T]:
    """Yield things, and say on stderr how many of them have come."""
    stream = sys.stderr
    in_place = stream.isatty()
    last = time.monotonic()
    for number, thing in enumerate(things, 1):
        if in_place:
            end = "\n" if number == total else ""
            print(f"\r{name} {number} of {total}", end=end, file=stream, flush=True)
        elif time.monotonic() - last > SECONDS:
            last = time.monotonic()
            print(f"{name} {number} of {total}", file=stream, flush=True)
        yield thing
