"""The check knows no book: another one is checked from its own folder."""

import os
import pty
import shutil
import subprocess
import sys

import pytest

from tests.support import ROOT

OTHER = ROOT / "tests" / "books" / "other"


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The folder of a small book, and how its check went on a terminal."""
    folder = tmp_path_factory.mktemp("other") / "book"
    shutil.copytree(OTHER, folder)
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "eqcheck", "--equations", "check"]
    run = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=end, text=True, check=False
    )
    os.close(end)
    return folder, run, os.read(terminal, 10_000).decode()


def test_it_has_its_own_notation_sizes_and_referees(checked):
    _, run, _ = checked
    assert run.returncode == 1
    assert "page.md: 1 of 2 equations hold" in run.stdout
    assert "(eq-area)" not in run.stdout


def test_what_is_false_there_is_said_with_its_place_and_its_own_sizes(checked):
    _, run, _ = checked
    assert "page.md, line 10 (eq-false) does not hold:" in run.stdout
    assert "  for M = 4, h = " in run.stdout


def test_a_verdict_with_a_fault_is_not_kept(checked):
    folder, _, _ = checked
    assert not list(folder.rglob("page.md.json"))


def test_a_terminal_shows_in_place_how_far_it_is(checked):
    *_, shown = checked
    assert shown.startswith("\requations 1 of 2\requations 2 of 2")
    assert shown.count("\n") == 1
