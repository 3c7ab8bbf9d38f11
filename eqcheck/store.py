"""Verdicts that are kept, by a hash of all that they rest on.

A change of a style or of a sentence without mathematics leaves a chapter's hash as it is, so its
equations need not be checked again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from .book import Book
from .chapters import Chapter, outline
from .checking import Verdict

LIBRARIES = ("lark", "mpmath", "numpy", "sympy")  # on which the check itself rests


@dataclass(frozen=True)
class Store:
    """The verdicts on a book's chapters, a file for each in a folder."""

    book: Book
    folder: Path

    def get(self, chapter: Chapter) -> list[Verdict] | None:
        """Return the verdicts on a chapter, None if they must be made."""
        try:
            kept = json.loads(self._file(chapter).read_text(encoding="utf-8"))
            key, rows = kept["key"], kept["verdicts"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # not there, or not ours
        if key != self._key(chapter):
            return None
        return [Verdict(**{**row, "rests_on": set(row["rests_on"])}) for row in rows]

    def put(self, chapter: Chapter, verdicts: list[Verdict]) -> None:
        """Keep the verdicts on a chapter, unless there is a fault, which names lines."""
        if any(verdict.fault for verdict in verdicts):
            return
        rows = [{**asdict(verdict), "rests_on": sorted(verdict.rests_on)} for verdict in verdicts]
        self.folder.mkdir(parents=True, exist_ok=True)
        # Another process may read or write the same file, so it is replaced atomically.
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"key": self._key(chapter), "verdicts": rows}, file, indent=1)
        Path(name).replace(self._file(chapter))

    def _file(self, chapter: Chapter) -> Path:
        return self.folder / f"{chapter.name}.json"

    def _key(self, chapter: Chapter) -> str:
        items = [(item.kind, item.text, item.label) for item in outline(chapter.page)]
        return _hash([self._common, chapter.name, repr(items)])

    @cached_property
    def _common(self) -> str:
        """What the verdicts on all chapters rest on."""
        return _hash([platform.python_version(), *_versions(self.book), *_sources(self.book)])


def _hash(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _versions(book: Book) -> Iterator[str]:
    """Yield the versions of the libraries that the check and the referees call."""
    yield from (f"{name} {version(name)}" for name in LIBRARIES)
    things = vars(book.referees_module).values() if book.referees_module else ()
    modules = {
        getattr(thing, "__module__", None) or getattr(thing, "__name__", "") for thing in things
    }
    for name in sorted({str(module).partition(".")[0] for module in modules}):
        if found := getattr(sys.modules.get(name), "__version__", None):
            yield f"{name} {found}"


def _sources(book: Book) -> Iterator[str]:
    """Yield the book's data, and the source of the check and of what the referees call."""
    files = (book.notation_file, book.settings_file, book.referees_file, book.not_evaluated_file)
    paths = [book.data(file) for file in files]
    paths += [path for path in _tree(Path(__file__).parent) if path.suffix in (".py", ".lark")]
    for package, left_out in book.settings.packages.items():
        folder = book.root / package
        inside = ((path, path.relative_to(folder).with_suffix("")) for path in _tree(folder))
        paths += [p for p, name in inside if p.suffix == ".py" and name.parts[0] not in left_out]
    for path in paths:
        yield path.read_text(encoding="utf-8") if path.exists() else ""


def _tree(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
