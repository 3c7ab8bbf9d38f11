"""The pre-commit hooks run, each on a sound file and on a faulty one."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support import ROOT

CONFIG = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
HOOKS = [hook["id"] for repository in CONFIG["repos"] for hook in repository["hooks"]]
CHAPTER = (ROOT / "book" / "softmax.ipynb").read_text(encoding="utf-8")
CITATION = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")

# For each hook a file that it accepts, and one that it refuses.
FILES = {
    "ruff": ("a.py", '"""Say so."""\n', '"""Say so."""\n\nimport os\n'),
    "ruff-format": ("b.py", '"""Say so."""\n', '"""Say so."""\n\n\n'),
    "codespell": ("c.md", "the\n", "t" + "eh\n"),
    "chapters": ("book/d.ipynb", CHAPTER, CHAPTER.replace("\n  {", "\n   {", 1)),
    "citation": ("CITATION.cff", CITATION, CITATION.replace("type: book", "type: textbook")),
    "workflows": (".github/workflows/e.yml", WORKFLOW, WORKFLOW.replace("runs-on", "runs")),
    "zizmor": (
        ".github/workflows/f.yml",
        WORKFLOW,
        WORKFLOW.replace("  pull_request:", "  pull_request_target:"),
    ),
    "check-toml": ("g.toml", "a = 1\n", "a = \n"),
    "check-yaml": ("h.yml", "a: 1\n", "a: [1\n"),
    "check-added-large-files": ("i.txt", "small\n", "large\n" * 200_000),
}


def outcomes(root: Path, which: int) -> dict[str, str]:
    """Write all files of one kind into the repository, run all hooks, and say how each went."""
    names = [name for name, *_ in FILES.values()]
    for name, *contents in FILES.values():
        (root / name).write_text(contents[which], encoding="utf-8")
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    run = subprocess.run(
        [".venv/bin/pre-commit", "run", "--verbose", "--color=never", "--files", *names],
        cwd=root,
        env=os.environ | {"PRE_COMMIT_HOME": str(root.parent / "pre-commit")},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"\.(Passed|Failed)\n- hook id: (.*)\n", run.stdout)
    return {hook: outcome for outcome, hook in found}


@pytest.fixture(scope="module")
def runs(copy):
    return outcomes(copy, 0), outcomes(copy, 1)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_accepts_a_sound_file_and_refuses_a_faulty_one(runs, hook):
    assert [run[hook] for run in runs] == ["Passed", "Failed"]
