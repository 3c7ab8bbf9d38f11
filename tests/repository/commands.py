"""Whether the commands that readers and machines are told are the ones there are.

Each check takes the root of a repository and returns its faults in words.
"""

from __future__ import annotations

import doctest
import os
import re

from tests.repository.reading import (
    Root,
    blocks,
    disagreement,
    only,
    steps,
    targets,
    tested_pythons,
    text,
    toml,
    workflows,
)


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
    """Every `make TARGET` that a reader or a workflow is told of is in the Makefile."""
    known, documented = targets(root), text(root, "Makefile")
    places = {name: text(root, name) for name in ("README.md", "CONTRIBUTING.md", "book/index.md")}
    said = {
        name: set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", where, re.M))
        for name, where in places.items()
    }
    called = {name: {pair[0] or pair[1] for pair in pairs} for name, pairs in said.items()}
    called[".ci/run"] = set(re.findall(r"^make ([a-z]+)", text(root, ".ci/run"), re.M))
    for name, workflow in workflows(root).items():
        runs = "\n".join(step.get("run", "") for step in steps(workflow))
        called[name] = set(re.findall(r"\bmake ([a-z]+)", runs))
    faults = [
        f"{name} calls make {target}, which is not in the Makefile"
        for name, of_it in called.items()
        for target in sorted(of_it - known)
    ]
    faults += [f"{name} calls no make" for name, of_it in called.items() if not of_it]
    helped = set(re.findall(r'@echo "make (\w+) ', documented))
    return faults + [f"make help tells of {name}, not there" for name in sorted(helped - known)]


def readme_is_what_make_does(root: Root) -> list[str]:
    """The lines for readers without make are those of the Makefile."""
    shell = "\n".join(blocks(text(root, "README.md"), "bash"))
    said = {re.split(r"\s{2,}#", line)[0].strip() for line in shell.splitlines()}
    done = text(root, "Makefile")
    for short, long in (("$(PIP)", "pip install"), ("$(BIN)/", ""), ("python -m pytest", "pytest")):
        done = done.replace(short, long)
    lines = (
        "pip install -r requirements.txt",
        "pip install --no-deps --no-build-isolation --editable .",
        "jupyter-book build . -W -n --keep-going",
        "python -m tools.browser",
        "pytest",
    )
    return [f"README.md lacks the line {line!r}" for line in lines if line not in said] + [
        f"the Makefile no longer has {line!r}"
        for line in lines
        if not re.search(rf"^.*[\s@]{re.escape(line)}(?:\s|$)", done, re.M)
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


def ci_run_is_whole(root: Root) -> list[str]:
    path = root / ".ci" / "run"
    script = path.read_text(encoding="utf-8")
    faults = [] if os.access(path, os.X_OK) else [".ci/run is not executable"]
    if not script.startswith("#!/usr/bin/env bash\n"):
        faults.append(".ci/run does not begin with #!/usr/bin/env bash")
    lines = [line for line in script.splitlines() if line and not line.startswith("#")]
    if lines[0] != "set -euo pipefail":
        faults.append(".ci/run does not begin with set -euo pipefail")
    if not re.search(r"apt-get install .*\bchromium\b", script):
        faults.append(".ci/run installs no chromium")
    if lines[-1] != "make test":
        faults.append(".ci/run does not end in make test")
    return faults


def workflows_ask_for_little(root: Root) -> list[str]:
    """Least permissions, pinned actions, an end to everything, one run at a time."""
    faults = []
    for name, workflow in workflows(root).items():
        if workflow.get("permissions") != {"contents": "read"}:
            faults.append(f"{name}: permissions are {workflow.get('permissions')}")
        if "concurrency" not in workflow:
            faults.append(f"{name}: has no concurrency")
        if workflow.get("env", {}).get("CI") != "true":
            faults.append(f"{name}: CI is not true, so a missing browser would pass")
        for label, job in workflow["jobs"].items():
            if "timeout-minutes" not in job:
                faults.append(f"{name}: {label} has no end")
            allowed = {"pages": "write", "id-token": "write"} if label == "deploy" else {}
            if job.get("permissions", {}) != allowed:
                faults.append(f"{name}: {label} may do {job.get('permissions')}")
        for step in steps(workflow):
            if "uses" in step and not re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]):
                faults.append(f"{name}: {step['uses']} is not pinned to a major version")
            if step.get("continue-on-error") or "|| true" in step.get("run", ""):
                faults.append(f"{name}: a failure of {step.get('name')!r} would not be seen")
    return faults


def workflows_do_all(root: Root) -> list[str]:
    """What is deployed was tested; what is tested each week is the newest."""
    found = workflows(root)
    runs = {
        name: [step["run"] for step in steps(workflow) if "run" in step]
        for name, workflow in found.items()
    }
    faults = [
        f"test.yml does not run {command}"
        for command in ("make browser", "make lint", "make test", "make book")
        if command not in runs["test.yml"]
    ]
    deploy = found["test.yml"]["jobs"]["deploy"]
    others = found["test.yml"]["jobs"].keys() - {"deploy"}
    if {*deploy.get("needs", ())} != others or "refs/heads/main" not in deploy.get("if", ""):
        faults.append("test.yml deploys what was not tested, or not only main")
    if "pull_request" not in found["test.yml"]["on"]:
        faults.append("test.yml does not test pull requests")
    if "schedule" not in found["newest.yml"]["on"]:
        faults.append("newest.yml has no schedule")
    if not any("python -m pytest" in run for run in runs["newest.yml"]):
        faults.append("newest.yml runs no tests")
    return faults


def binder_stops_at_an_error(root: Root) -> list[str]:
    path = root / ".binder" / "postBuild"
    faults = [] if os.access(path, os.X_OK) else ["postBuild is not executable"]
    if not re.match(
        r"#!/bin/bash\n(?:#.*\n)*set -euo pipefail\n", path.read_text(encoding="utf-8")
    ):
        faults.append("postBuild does not begin with set -euo pipefail")
    if not re.search(r"pip install .*--editable \.$", path.read_text(encoding="utf-8"), re.M):
        faults.append("postBuild does not install lossbook")
    python = only(r"\Apython-(3\.\d+)\n\Z", text(root, ".binder/runtime.txt"))
    if python not in tested_pythons(root):
        faults.append(f"runtime.txt has Python {python}, which no workflow tests")
    return faults
