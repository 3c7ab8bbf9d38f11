"""Check that the commands which readers and machines are told to run are there.

Each check takes the root of a repository and returns its faults in words.
"""

from __future__ import annotations

import doctest
import re

from tests.repository.reading import (
    Root,
    blocks,
    disagreement,
    only,
    steps,
    tested_pythons,
    text,
    toml,
    workflows,
)
from tools.repository import files


def oldest_python_is_one(root: Root) -> list[str]:
    project = toml(root, "pyproject.toml")
    minor = only(r"version_info < \(3, (\d+)\)", text(root, "Makefile"))
    return disagreement(
        "oldest Python",
        {
            "pyproject.toml": project["project"]["requires-python"].removeprefix(">="),
            "ruff": project["tool"]["ruff"]["target-version"].replace("py3", "3."),
            "mypy": project["tool"]["mypy"]["python_version"],
            "Makefile": f"3.{minor}",
            "README.md": only(r"Python (3\.\d+) or newer", text(root, "README.md")),
            "test.yml": tested_pythons(root)[0],
        },
    )


def commands_exist(root: Root) -> list[str]:
    """Every `make TARGET` that anyone is told of is in the Makefile, and so is what it needs."""
    makefile = text(root, "Makefile")
    known = set(re.findall(r"^([a-z][\w-]*):(?!=)", makefile, re.M))
    called = {"make help": set(re.findall(r'@echo "make ([\w-]+)', makefile))}
    for name, content in files(root):
        if name == ".ci/run" or name.endswith((".md", ".yml")):
            told = re.findall(r"^\s*(?:run: |- )?make ([a-z-]+)|`make ([a-z-]+)", content, re.M)
            called[name] = {one or other for one, other in told}
    return [
        f"{name} calls make {target}, which is not in the Makefile"
        for name, of_it in called.items()
        for target in sorted(of_it - known)
    ]


def bare(root: Root) -> list[str]:
    """Return README's lines for readers without make."""
    (block,) = (b for b in blocks(text(root, "README.md"), "bash") if "-m venv" in b)
    return [re.split(r"\s{2,}#", line)[0].strip() for line in block.splitlines()]


def readme_is_what_make_does(root: Root) -> list[str]:
    """The lines for readers without make are those of the Makefile."""
    done = text(root, "Makefile")
    for short, long in (
        *(("$(PIP)", "pip install"), ("$(BIN)/", ""), ("python -m pytest", "pytest")),
        ("$(TESTS)", str(only(r"^TESTS \?= (.*)$", done))),
    ):
        done = done.replace(short, long)
    return [
        f"the Makefile has no {line!r}"
        for line in bare(root)[2:]  # after the environment is made and activated
        if not re.search(rf"[\s@]{re.escape(line)}(?:\s|$)", done)
    ]


def readme_example_runs(root: Root) -> list[str]:
    found = blocks(text(root, "README.md"), "python")
    parser, faults, tried = doctest.DocTestParser(), [], 0
    for number, block in enumerate(found, 1):
        runner = doctest.DocTestRunner(verbose=False)
        test = parser.get_doctest(block, {}, f"example {number}", "README.md", 0)
        runner.run(test, out=faults.append)
        tried += runner.summarize(verbose=False).attempted
    return faults if tried else ["README.md has no example"]


def failures_are_seen(root: Root) -> list[str]:
    """Every job of a workflow ends, and none passes over a failure; zizmor checks the rest."""
    faults = []
    for name, workflow in workflows(root).items():
        if workflow.get("env", {}).get("CI") != "true":
            faults.append(f"{name}: CI is not true, so a missing browser would pass")
        faults += [
            f"{name}: {label} has no end"
            for label, job in workflow["jobs"].items()
            if "timeout-minutes" not in job
        ]
        faults += [
            f"{name}: a failure of {step.get('name')!r} would not be seen"
            for step in steps(workflow)
            if step.get("continue-on-error") or "|| true" in step.get("run", "")
        ]
    return faults


def deployed_is_what_was_tested(root: Root) -> list[str]:
    """Only main is deployed, after all jobs, and nothing runs between the tests and the upload."""
    workflow = workflows(root)["test.yml"]
    jobs = workflow["jobs"]
    deploy = jobs["deploy"]
    *_, test, upload = jobs["test"]["steps"]
    faults = []
    if {*deploy["needs"]} != jobs.keys() - {"deploy"}:
        faults.append("test.yml deploys before all jobs have passed")
    if "github.ref == 'refs/heads/main'" not in deploy["if"]:
        faults.append("test.yml deploys other branches than main")
    if test.get("run") != "make test":
        faults.append(f"test.yml runs {test} last before the upload")
    if not upload.get("uses", "").startswith("actions/upload-pages-artifact@"):
        faults.append(f"test.yml ends in {upload}")
    elif upload["with"]["path"] != "_build/html":
        faults.append(f"test.yml uploads {upload['with']['path']}")
    return faults


def nightly_is_whole(root: Root) -> list[str]:
    """Every night all tests run, and the lines that README has for Windows."""
    nightly = workflows(root)["nightly.yml"]
    runs = [step["run"] for step in steps(nightly) if "run" in step]
    faults = [] if "make test-all" in runs else ["nightly.yml does not run make test-all"]
    if "schedule" not in nightly["on"]:
        faults.append("nightly.yml has no schedule")
    windows = "\n".join(s["run"] for s in nightly["jobs"]["windows"]["steps"] if "run" in s)
    said = [line.replace("bin", "Scripts") if "activate" in line else line for line in bare(root)]
    wanted = [line for line in said if not line.startswith("pytest")]
    return faults + [f"nightly.yml lacks {w!r}" for w in wanted if w not in windows.splitlines()]
