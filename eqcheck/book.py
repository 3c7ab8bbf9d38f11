"""A book whose equations are checked: where it is, and what the check must know of it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from .notation import Notation
from .pages import pages_in_toc

Sizes = tuple[dict[str, int], int]  # the sizes of a table, and at how many points it is tried
Referee = tuple[str, Callable[..., Any]]  # the symbol that is defined, and what it should be


@dataclass(frozen=True)
class Settings:
    """What ``settings.yml`` says.

    Attributes
    ----------
    sizes : for which sizes, and at how many points each, an equation is evaluated
    variance : the symbol for the variance of the noise over which an expectation is taken
    swaps : sizes that are mistaken for each other
    symmetric : matrices that are their own transposes
    packages : local packages that the referees call, each with the parts that they do not
    """

    sizes: tuple[Sizes, ...] = (({}, 1),)
    variance: str = ""
    swaps: dict[str, str] = field(default_factory=dict)
    symmetric: frozenset[str] = frozenset()
    packages: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read a file; what it leaves out has the defaults."""
        given = _yaml(path)
        sizes = tuple((each, each.pop("points")) for each in given.pop("sizes", []))
        pairs = given.pop("confused", [])
        swaps = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
        symmetric = frozenset(given.pop("symmetric", ()))
        return cls(sizes or cls.sizes, swaps=swaps, symmetric=symmetric, **given)


@dataclass(frozen=True)
class Book:
    """A book with its data for the check, which are read when they are first needed.

    Attributes
    ----------
    root : the folder with ``_config.yml`` and ``_toc.yml``
    equations : the folder with the data, from the root
    notation_file, settings_file, referees_file, not_evaluated_file, equivalent_file : the files in
        that folder; only the first must exist
    """

    root: Path
    equations: str = "book/equations"
    notation_file: str = "notation.yml"
    settings_file: str = "settings.yml"
    referees_file: str = "referees.py"
    not_evaluated_file: str = "not-evaluated.yml"
    equivalent_file: str = "equivalent.yml"

    def __reduce__(self) -> Any:  # what was read stays behind: referees cannot be pickled
        return Book, astuple(self)

    def data(self, file: str) -> Path:
        """Return the path of one of the files."""
        return self.root / self.equations / file

    def shown(self, file: str) -> str:
        """Return the path of a file as messages name it."""
        path = self.data(file)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else file

    @property
    def pages(self) -> list[Path]:
        """The pages in reading order."""
        return pages_in_toc(self.root)

    @cached_property
    def notation(self) -> Notation:
        """What each symbol stands for."""
        file = self.notation_file
        return Notation.read(self.data(file), self.shown(file))

    @cached_property
    def settings(self) -> Settings:
        """The sizes, and what the symbols' table does not say."""
        return Settings.read(self.data(self.settings_file))

    @cached_property
    def referees_module(self) -> ModuleType | None:
        """The module with the referees, None if the book has none."""
        path = self.data(self.referees_file)
        if not path.exists():
            return None
        spec = importlib.util.spec_from_file_location("referees", path)
        if spec is None or spec.loader is None:
            raise ValueError(f"{path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @property
    def referees(self) -> dict[str, Referee]:
        """What each definition is compared with, by label."""
        return self.referees_module.REFEREES if self.referees_module else {}

    @cached_property
    def not_evaluated(self) -> dict[str, dict[str, str]]:
        """The equations that cannot be evaluated: {label: {reason, and perhaps experiment}}."""
        return _yaml(self.data(self.not_evaluated_file))

    @cached_property
    def equivalent(self) -> dict[str, dict[str, str]]:
        """The mutants that are no mistakes: {label: {row: why}}."""
        listed = _yaml(self.data(self.equivalent_file))
        return {
            label: {
                " ".join(row.split()): group["why"] for group in groups for row in group["rows"]
            }
            for label, groups in listed.items()
        }


def _yaml(path: Path) -> dict[str, Any]:
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
