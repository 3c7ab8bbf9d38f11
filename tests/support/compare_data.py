"""Tell whether the data of two figures are the same, up to what rounding does elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

LAST_DIGIT = 1e-3  # the fourth significant digit of a number whose first is 1
# Of the largest number of a column: 1/50 point in a plot of 400 points, as compare_svg has it.
UNSEEN = 5e-5


def differences(committed: list[dict[str, Any]], drawn: list[dict[str, Any]]) -> list[str]:
    """Return what differs between the tables of two figures, in words; [] if nothing."""
    if len(committed) != len(drawn):
        return [f"{len(committed)} tables of data, now {len(drawn)}"]
    return [
        f"{old['panel']} {old['series']}, {difference}".strip()
        for old, new in zip(committed, drawn, strict=True)
        for difference in _of_a_table(old, new)
    ]


def _of_a_table(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = [
        f"{key}: {old.get(key)!r}, now {new.get(key)!r}"
        for key in sorted((old.keys() | new.keys()) - {"values"})
        if old.get(key) != new.get(key)
    ]
    return found or [
        f"{name}: {before!r}, now {after!r}"
        for name, before, after in zip(old["names"], old["values"], new["values"], strict=True)
        if not _same(before, after, is_log=name[0] in old["log"])
    ]


def _same(before: Any, after: Any, *, is_log: bool) -> bool:
    """Compare two columns: of words, or of numbers in one string."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return bool(before == after)
    old, new = (np.array(column.split(), dtype=float) for column in (before, after))
    if old.shape != new.shape:
        return False
    sizes = np.abs(np.nan_to_num(old))
    digits = 10.0 ** np.floor(np.log10(np.where(sizes > 0, sizes, 1))) * LAST_DIGIT
    unseen = 0.0 if is_log else UNSEEN * sizes.max(initial=0)
    allowed = 1.01 * np.maximum(np.where(sizes > 0, digits, 0), unseen)
    return bool(
        np.array_equal(np.isnan(old), np.isnan(new))
        and (np.nan_to_num(np.abs(old - new)) <= allowed).all()
    )
