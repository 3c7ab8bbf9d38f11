"""The oldest releases that are tried are those that `pyproject.toml` admits."""

import pytest

import noxfile
from tests.repository import reading
from tests.support import ROOT


def pins(requirements: str) -> dict[str, str]:
    return dict(noxfile.PIN.findall(requirements))


NAMES = {"numpy": "NumPy", "matplotlib": "Matplotlib", "scikit-learn": "scikit-learn"}


@pytest.mark.parametrize("name", NAMES)
def test_the_oldest_is_the_oldest_that_is_admitted(name):
    project = reading.toml(ROOT, "pyproject.toml")["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    admitted = [line for group in groups for line in group]
    assert f"{name} >={pins(noxfile.oldest())[name]}" in admitted


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_is_told_of_it(name):
    told = f"{NAMES[name]} {pins(noxfile.oldest())[name]}"
    assert told in (ROOT / "book" / "running.md").read_text(encoding="utf-8")


def test_all_else_is_pinned_as_ever():
    oldest, ever = pins(noxfile.oldest()), pins(noxfile.REQUIREMENTS)
    assert oldest.keys() == ever.keys()
    changed = {name for name in ever if oldest[name] != ever[name]}
    assert changed == NAMES.keys()


def test_the_pythons_are_those_of_the_workflow():
    assert reading.tested_pythons(ROOT) == noxfile.PYTHONS
