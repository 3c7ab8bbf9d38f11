"""A contributor does what CONTRIBUTING.md says, in a clone, with the environment of the tests."""

import os
import re
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.repository.conftest import copied
from tests.repository.reading import blocks
from tests.support import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# What the tests of this file run; what others run, or what runs all of them.
HERE = {
    ".venv/bin/pre-commit install",
    ".venv/bin/pytest book/mse-gradient.ipynb",
    ".venv/bin/python -m tools.run_chapters book/NAME.ipynb",
    "make draft",
    "make run",
    "make serve",
    "make equations",
}
ELSEWHERE = {
    ".venv/bin/pytest tests/package": "tests/package",
    "python -m pytest -o addopts= tests/package": "tests/nightly/test_package.py",
    "make book": "tests/site",
    "make links": "tests/nightly/test_outside_links.py",
    "make lint": "tests/repository/test_make.py",
    "make release": "tests/repository/test_renewal.py",
    "make address": "tests/repository/test_renewal.py",
    "make versions": ".github/workflows/test.yml",
    "make test": ".github/workflows/test.yml",
    "make test-all": ".github/workflows/nightly.yml",
}


def test_every_command_is_run():
    said = [line.split("  #")[0].strip() for b in blocks(TEXT, "bash") for line in b.splitlines()]
    said += re.findall(r"`((?:make|\.venv/bin|pytest|python|pip) ?[^`]+)`", TEXT)
    commands = {re.split(r" [A-Z]+=", line)[0] for line in said if line[:3] not in ("git", "cd ")}
    assert len(commands) > 10
    assert commands - HERE - ELSEWHERE.keys() == set()
    assert all((ROOT / place).exists() for place in ELSEWHERE.values())


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("contributor"))


def run(clone: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as it is written; make takes the environment and the site as they are."""
    words = command.replace("make ", "make -o .venv/.ready -o _build/html/book/index.html ").split()
    return subprocess.run(words, cwd=clone, capture_output=True, text=True, check=False)


def commit(clone: Path, file: str, content: str) -> subprocess.CompletedProcess[str]:
    (clone / file).write_text(content, encoding="utf-8")
    subprocess.run(["git", "add", file], cwd=clone, check=True)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *who, "commit", "--message", f"Add {file}"]
    where = os.environ | {"PRE_COMMIT_HOME": str(clone.parent / "pre-commit")}
    return subprocess.run(
        command, cwd=clone, env=where, capture_output=True, text=True, check=False
    )


def test_the_hooks_check_what_is_committed(clone):
    assert run(clone, ".venv/bin/pre-commit install").returncode == 0
    refused = commit(clone, "tools/sample.py", "import os\n")
    assert refused.returncode != 0
    assert "imported but unused" in refused.stdout + refused.stderr
    accepted = commit(clone, "tools/sample.py", '"""Say so."""\n')
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr


@pytest.mark.parametrize(
    "command",
    [
        ".venv/bin/pytest book/mse-gradient.ipynb",
        ".venv/bin/python -m tools.run_chapters book/mse-gradient.ipynb",
        "make draft PAGE=mse-gradient",
        "make run",
        "make equations",
    ],
)
def test_a_command_does_what_it_should(clone, command):
    done = run(clone, command)
    assert done.returncode == 0, done.stdout + done.stderr
    check = run(clone, ".venv/bin/python -m tools.run_chapters --check")
    assert (check.returncode, check.stderr) == (0, "")


def test_the_site_is_served(clone):
    (clone / "_build" / "html").mkdir(parents=True)
    (clone / "_build" / "html" / "index.html").write_text("Lossbook")
    command = ["make", "-o", ".venv/.ready", "-o", "_build/html/book/index.html", "serve"]
    server = subprocess.Popen(command, cwd=clone, process_group=0)
    try:
        for _ in range(100):
            try:
                answer = urllib.request.urlopen("http://127.0.0.1:8000/", timeout=5).read()
            except OSError:
                assert server.poll() is None, "make serve has ended"
                time.sleep(0.2)
            else:
                break
        assert answer == b"Lossbook"
    finally:
        os.killpg(server.pid, 15)
        server.wait()
