"""What the Makefile does besides building and testing: it lints, and says how far it is."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT


def test_lint_finds_nothing():
    command = ["make", "--silent", "--old-file=.venv/.ready", "lint"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where make is to install; its pip only says how it is called, and fails at first."""
    for name in ("Makefile", "requirements.txt", "constraints.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\necho "quiet=$PIP_QUIET $*"\ncase "$*" in *retries*) exit 1; esac\n'
    )
    python.chmod(0o755)
    for name in ("MAKEFLAGS", "MAKELEVEL"):  # of the make that runs these tests
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_log_of_the_installation_is_short(fresh):
    run = subprocess.run(
        ["make", ".venv/.ready"], cwd=fresh, capture_output=True, text=True, check=True
    )
    first, *pips = run.stdout.splitlines()
    assert "a few minutes, once" in first
    calls = [line for line in pips if line.startswith("quiet=")]
    assert [line.startswith("quiet=1 ") for line in calls] == [True] * 3
    assert ["--retries 0" in line for line in calls] == [True, False, False]
    assert (fresh / ".venv" / ".ready").exists()


def test_the_installation_shows_its_progress_on_a_terminal(fresh):
    terminal, end = pty.openpty()
    subprocess.run(["make", ".venv/.ready"], cwd=fresh, stdout=end, stderr=end, check=True)
    os.close(end)
    shown = os.read(terminal, 100_000).decode()
    assert "a few minutes, once" in shown
    assert shown.count("quiet= -m pip install") == 3
