"""The docstrings are complete, and what they show and name is there."""

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import lossbook

NEEDS_MATPLOTLIB = "lossbook.plotting"
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(lossbook.__path__, "lossbook.")
    if find_spec("matplotlib") or not module.name.startswith(NEEDS_MATPLOTLIB)
]
BOOK = Path(__file__).parents[2] / "book"


def of_this_module(module):
    for name, thing in vars(module).items():
        here = getattr(thing, "__module__", None) == module.__name__
        if here and not name.startswith("_") and callable(thing):
            yield thing


def public():
    """Return everything public: functions, classes, and the methods that a class has itself."""
    found = {}
    for module in MODULES:
        for thing in of_this_module(module):
            if not inspect.isroutine(thing) and not inspect.isclass(thing):
                continue
            found[f"{module.__name__}.{thing.__name__}"] = thing
            if inspect.isclass(thing):
                for name, method in inspect.getmembers(thing, inspect.isfunction):
                    if not name.startswith("_"):
                        found[f"{module.__name__}.{thing.__name__}.{name}"] = method
    return found


PUBLIC = public()
EVERY = pytest.mark.parametrize("thing", PUBLIC.values(), ids=PUBLIC.keys())


def sections(thing):
    """Split a numpydoc docstring: {heading: the lines below it}, the summary under ""."""
    found = {"": []}
    heading = ""
    lines = inspect.getdoc(thing).splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and re.fullmatch("-+", below) and len(below) == len(line):
            heading = line
            found[heading] = []
        elif not re.fullmatch("-{3,}", line):
            found[heading].append(line)
    return found


def entries(lines):
    """Names of a section's entries: {name: (type, description)}."""
    found, names = {}, []
    for line in lines:
        if line and not line.startswith(" "):
            head, _, kind = line.partition(" : ")
            names = [name.strip() for name in head.split(",")]
            found.update({name: [kind, ""] for name in names})
        for name in names if line.startswith(" ") else ():
            found[name][1] += line.strip() + " "
    return found


def parameters(thing):
    of_call = inspect.signature(thing).parameters
    return [
        ("**" if p.kind is p.VAR_KEYWORD else "") + name
        for name, p in of_call.items()
        if name != "self"
    ]


def test_something_is_found():
    assert len(PUBLIC) > 40
    assert "lossbook.likelihood.GaussianNLLLoss.backward_var" in PUBLIC
    assert set(lossbook.__all__) <= {name.split(".")[2] for name in PUBLIC}
    assert all(hasattr(lossbook, name) for name in lossbook.__all__)
    assert lossbook.__all__ == sorted(lossbook.__all__)


@EVERY
def test_the_summary_is_one_line_and_a_sentence(thing):
    summary, _, rest = inspect.getdoc(thing).partition("\n")
    assert summary.endswith(".")
    assert summary[0].isupper()
    assert not rest or rest.startswith("\n")


# What these take is what their one line says; they are for the other modules, not for readers.
SHORT = {
    "as_pair",
    "check_entries",
    "check_not_empty",
    "check_not_negative",
    "check_positive",
    "check_reduction",
    "first_index",
}


@EVERY
def test_every_parameter_is_described_and_no_other(thing):
    heading = "Attributes" if dataclasses.is_dataclass(thing) else "Parameters"
    described = entries(sections(thing).get(heading, []))
    assert list(described) == ([] if thing.__name__ in SHORT else parameters(thing))
    for name, (kind, description) in described.items():
        assert kind or name.startswith("**"), f"{name} has no type"
        assert description, f"{name} is not described"


@EVERY
def test_what_is_returned_is_described(thing):
    if inspect.isclass(thing):
        return
    annotation = inspect.signature(thing).return_annotation
    if annotation == "None" or thing.__name__ in SHORT:
        return
    heading = "Yields" if annotation.startswith("Iterator") else "Returns"
    assert any(line.startswith("    ") for line in sections(thing)[heading])


@EVERY
def test_what_is_raised_is_described(thing):
    """A ``raise`` in the body, or in a check that it calls, needs its class under Raises."""
    if dataclasses.is_dataclass(thing):
        return
    source = inspect.getsource(thing.__init__ if inspect.isclass(thing) else thing)
    raised = set(re.findall(r"raise (\w+Error)", source)) - {"NotImplementedError"}
    if re.search(r"(check_\w+|super\(\).__init__)\(", source):
        raised.add("ValueError")
    if "self._factor(" in source:
        raised |= {"RuntimeError", "ValueError"}
    if re.search(r"(_real_point|as_floating|as_pair)\(", source):
        raised.add("TypeError")
    if re.search(r"(_value\(f|as_pair|_centre)\(?", source):
        raised.add("ValueError")
    described = "\n".join(sections(thing).get("Raises", []))
    assert {name for name in raised if name not in described} == set()


@pytest.mark.parametrize("module", [lossbook, *MODULES], ids=lambda m: m.__name__)
def test_the_examples_give_what_they_show(module):
    result = doctest.testmod(module, raise_on_error=True)
    assert result.failed == 0


def test_there_is_an_example():
    assert doctest.testmod(lossbook).attempted >= 4


def test_every_equation_that_is_named_stands_in_the_book():
    named = {
        label
        for module in MODULES
        for label in re.findall(r"``(eq-[a-z0-9-]+)``", inspect.getsource(module))
    }
    assert len(named) > 5
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.md", "*.ipynb")
        for path in BOOK.glob(pattern)
    )
    labels = set(re.findall(r"\$\$ \((eq-[a-z0-9-]+)\)", text))
    labels |= set(re.findall(r":label: (eq-[a-z0-9-]+)", text))
    assert named - labels == set()


@EVERY
def test_a_doi_is_given_as_an_address(thing):
    doc = inspect.getdoc(thing)
    if "References" in doc:
        text = "\n".join(sections(thing)["References"])
        assert "https://doi.org/10." in text or "as for :func:" in text
