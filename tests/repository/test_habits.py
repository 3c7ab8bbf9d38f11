"""What `make lint` asks for holds: style, types, spelling."""

import subprocess
import sys

import pytest

from tests.support import ROOT

COMMANDS = {
    "ruff": ["ruff", "check", "--no-cache"],
    "format": ["ruff", "format", "--check", "--no-cache"],
    "mypy": ["mypy", "--strict", "lossbook"],
    "codespell": ["codespell_lib"],
}


@pytest.mark.parametrize("habit", COMMANDS)
def test_habit(habit):
    command = [sys.executable, "-m", *COMMANDS[habit]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
