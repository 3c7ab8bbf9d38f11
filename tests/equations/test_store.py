"""A verdict is kept until something changes on which it rests."""

import json
import shutil
import subprocess
import sys
from importlib import metadata
from multiprocessing import Process
from pathlib import Path

import numpy as np
import pytest

import eqcheck
from eqcheck.book import Book
from eqcheck.running import chapter_of, check_book
from eqcheck.store import Store
from tests.support import ROOT

OTHER = ROOT / "tests" / "books" / "other"
FALSE = " + F - h s"
TRUE = r" + \sum_{a=2}^{M} x_a"
MARK = 987_654  # a number of points that no check finds


class Kept:
    """A copy of the small book, whose equations hold, and whose verdicts are kept."""

    def __init__(self, root):
        self.root = root
        self.file = root / "_build" / "verdicts" / "page.md.json"

    def keep_and_mark(self):
        self.change("page.md", FALSE, TRUE)
        assert self.points() == self.points() != MARK
        kept = json.loads(self.file.read_text(encoding="utf-8"))
        for verdict in kept["verdicts"]:
            verdict["points"] = MARK
        self.file.write_text(json.dumps(kept), encoding="utf-8")

    def change(self, name, old, new):
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    def points(self):
        chapter_of.cache_clear()
        verdicts = check_book(Book(self.root, "check"), store=self.file.parent)
        assert [verdict.fault for verdict in verdicts] == ["", ""]
        return {verdict.points for verdict in verdicts}

    def is_used(self):
        return self.points() == {MARK}


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    root = tmp_path_factory.mktemp("marked") / "book"
    shutil.copytree(OTHER, root)
    Kept(root).keep_and_mark()
    return root


@pytest.fixture
def book(marked, tmp_path):
    shutil.copytree(marked, tmp_path / "book")
    yield Kept(tmp_path / "book")
    chapter_of.cache_clear()


def test_verdicts_are_kept(book):
    assert book.is_used()


# What is changed, and how.
NOTHING_MATHEMATICAL = [
    ("page.md", "A rectangle has the sides", "Every rectangle has two sides,"),
    ("page.md", "\n\n$$\nF", "\n\nOne more paragraph.\n\n$$\nF"),
    ("page.md", "# Rectangles", "# Squares"),
    ("_config.yml", "Rectangles", "Squares"),
    ("shapes/drawing/style.py", "no referee calls", "nothing calls"),
]
ALL_THAT_COUNTS = [
    ("page.md", "F := s h", "F := h s"),
    ("page.md", r"x_1 + \sum", r"\, x_1 + \sum"),
    ("page.md", "$s$ and", r"$s \in (0, \infty)$ and"),
    ("page.md", "A rectangle", "## A rectangle\n\nA rectangle"),
    ("page.md", "# Rectangles", "## Rectangles"),
    ("page.md", "\n$$\nF := s h\n$$ (eq-area)", "\n```{exercise}\n$$\nF := s h\n$$ (eq-area)\n```"),
    ("page.md", "(eq-false)", "(eq-true)"),
    ("check/notation.yml", "where the points are", "places"),
    ("check/settings.yml", "{points: 2, M: 4}", "{points: 2, M: 3}"),
    ("check/referees.py", "[s, h]", "[h, s]"),
    ("shapes/area.py", "A package", "The package"),
]


@pytest.mark.parametrize("change", NOTHING_MATHEMATICAL, ids=str)
def test_a_change_without_mathematics_checks_nothing_again(book, change):
    book.change(*change)
    assert book.is_used()


def test_a_change_of_a_style_checks_nothing_again(book):
    (book.root / "website").mkdir()
    (book.root / "website" / "style.css").write_text("a {color: red}", encoding="utf-8")
    (book.root / "website" / "page.html").write_text("<p>", encoding="utf-8")
    shutil.rmtree(book.root / "_build" / "html", ignore_errors=True)
    assert book.is_used()


@pytest.mark.parametrize("change", ALL_THAT_COUNTS, ids=str)
def test_a_change_of_what_a_verdict_rests_on_makes_it_anew(book, change):
    book.change(*change)
    if change[2].startswith("\n```"):  # in an exercise, the definition has no use elsewhere
        assert not Store(Book(book.root, "check"), book.file.parent).get(chapter(book))
    else:
        assert not book.is_used()


def chapter(book):
    chapter_of.cache_clear()
    return chapter_of(Book(book.root, "check"), book.root / "page.md")


def test_what_is_listed_as_not_evaluated_makes_verdicts_anew(book):
    listed = book.root / "check" / "not-evaluated.yml"
    listed.write_text("eq-elsewhere: {reason: none}\n", encoding="utf-8")
    assert not book.is_used()


@pytest.mark.parametrize("name", ["lark", "mpmath", "numpy", "sympy"])
def test_another_release_of_a_library_makes_verdicts_anew(book, name, monkeypatch):
    known = metadata.version
    monkeypatch.setattr(
        "eqcheck.store.version", lambda asked: "0.0" if asked == name else known(asked)
    )
    assert not book.is_used()


def test_another_release_of_python_makes_verdicts_anew(book, monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert not book.is_used()


def test_another_release_of_what_a_referee_calls_makes_verdicts_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(np, "__version__", np.__version__)
    own = tmp_path / "book"
    shutil.copytree(OTHER, own)
    referees = own / "check" / "referees.py"
    text = referees.read_text(encoding="utf-8").replace(
        "import math", "import scipy.special\nimport math"
    )
    referees.write_text(text, encoding="utf-8")
    store = Store(Book(own, "check"), tmp_path)
    before = store._common
    monkeypatch.setattr(sys.modules["scipy"], "__version__", "0.0")
    assert Store(Book(own, "check"), tmp_path)._common != before


@pytest.mark.parametrize(
    ("name", "comment"), [("checking.py", "#"), ("grammar.lark", "//"), ("README.md", "")]
)
def test_a_change_of_the_check_itself_makes_verdicts_anew(book, tmp_path, name, comment):
    copy = tmp_path / "copy" / "eqcheck"
    shutil.copytree(Path(eqcheck.__file__).parent, copy)
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{comment} One more line.\n")
    command = [sys.executable, "-m", "eqcheck", "--root", str(book.root), "--equations", "check"]
    run = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert (str(MARK) in book.file.read_text(encoding="utf-8")) == (name == "README.md")


def test_a_file_that_was_cut_off_is_not_used(book):
    text = book.file.read_text(encoding="utf-8")
    book.file.write_text(text[: len(text) // 2], encoding="utf-8")
    assert not book.is_used()


def test_a_verdict_that_has_a_fault_is_not_kept(book):
    book.change("page.md", TRUE, FALSE)
    chapter_of.cache_clear()
    _, false = check_book(Book(book.root, "check"), store=book.file.parent)
    assert "does not hold" in false.fault
    assert str(MARK) in book.file.read_text(encoding="utf-8")


def put_often(root):
    own = Book(root, "check")
    store = Store(own, root / "_build" / "verdicts")
    read = chapter_of(own, root / "page.md")
    verdicts = check_book(own)
    for _ in range(200):
        store.put(read, verdicts)
        found = store.get(read)
        assert found
        assert len(found) == 2


def test_processes_that_keep_verdicts_at_once_do_not_disturb_each_other(book):
    processes = [Process(target=put_often, args=(book.root,)) for _ in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert [path.name for path in book.file.parent.iterdir()] == ["page.md.json"]
