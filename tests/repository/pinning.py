"""Whether every version stands in one place, or the same in all.

Each check takes the root of a repository and returns its faults in words.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from tests.repository.reading import (
    Root,
    all_pins,
    canonical_name,
    disagreement,
    only,
    pages,
    pins,
    read_yaml,
    steps,
    text,
    workflows,
)

BINDER_ONLY = {"jupyterlab", "jupyterlab-myst", "jupytext", "nbgitpuller"}
COME_ALONG = {"IPython", "matplotlib_inline", "cycler"}  # with Jupyter and with matplotlib
DISTRIBUTIONS = {"sklearn": "scikit-learn"}


def every_requirement_is_pinned_once(root: Root) -> list[str]:
    faults = []
    for name in ("requirements.txt", "constraints.txt", ".binder/requirements.txt"):
        lines = [line for line in text(root, name).splitlines() if not re.match(r"#|-|\s*$", line)]
        pinned = pins(root, name)
        faults += [f"{name}: {line!r} is no pin" for line in lines if not re.search("==", line)]
        if len(lines) != len(pinned):
            faults.append(f"{name}: {len(lines)} lines, {len(pinned)} pins")
    twice = pins(root, "requirements.txt").keys() & pins(root, "constraints.txt").keys()
    faults += [f"{name} is in requirements.txt and in constraints.txt" for name in sorted(twice)]
    if "\n-c constraints.txt\n" not in text(root, "requirements.txt"):
        faults.append("requirements.txt does not name constraints.txt")
    return faults


def binder_has_what_a_chapter_needs(root: Root) -> list[str]:
    """Binder installs what chapters and `lossbook` import, at the same versions, and no more."""
    pinned, binder = pins(root, "requirements.txt"), pins(root, ".binder/requirements.txt")
    sources = ["".join(cell["source"]) for page in pages(root) for cell in page.python]
    sources += [path.read_text(encoding="utf-8") for path in (root / "lossbook").glob("*.py")]
    imported = {DISTRIBUTIONS.get(name, name) for source in sources for name in _imports(source)}
    imported -= {"lossbook", *COME_ALONG, *sys.stdlib_module_names}
    faults = [
        f".binder has {name} {version}, requirements.txt {pinned.get(name)}"
        for name, version in binder.items()
        if name not in BINDER_ONLY and version != pinned.get(name)
    ]
    faults += [f".binder lacks {name}" for name in sorted(imported - binder.keys())]
    more = binder.keys() - imported - BINDER_ONLY
    faults += [f".binder has {name}, which nothing imports" for name in sorted(more)]
    index = r"^--extra-index-url (\S+)$"
    places = ("requirements.txt", ".binder/requirements.txt")
    return faults + disagreement(
        "index of torch", {place: only(index, text(root, place)) for place in places}
    )


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def hooks_have_the_pinned_versions(root: Root) -> list[str]:
    pinned = all_pins(root)
    faults = []
    for repository in read_yaml(root, ".pre-commit-config.yaml")["repos"]:
        for hook in repository["hooks"]:
            if not (needs := hook.get("additional_dependencies")):
                faults.append(f"hook {hook['id']} names no version")
            for name, version in (need.split("==") for need in needs or []):
                if name == "pre-commit-hooks":
                    continue  # in use here only
                if version != pinned.get(canonical_name(name)):
                    faults.append(
                        f"hook {hook['id']} has {name} {version}, "
                        f"the pin is {pinned.get(canonical_name(name))}"
                    )
    return faults


def newest_lets_go_of_every_pin(root: Root) -> list[str]:
    """The line of newest.yml that makes newest.txt leaves one bound, that of Jupyter Book."""
    runs = [step.get("run", "") for step in steps(workflows(root)["newest.yml"])]
    (line,) = (run.strip() for run in runs if run.strip().endswith("> newest.txt"))
    command = ["bash", "-euc", line.removesuffix("> newest.txt")]
    here = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PATH": here},
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = {re.sub("^jupyter-book$", "jupyter-book<2", n) for n in pins(root, "requirements.txt")}
    lines = done.stdout.splitlines()
    left = {line for line in lines if line and not line.startswith(("#", "--extra-index-url "))}
    return [f"newest.txt: {line}" for line in sorted(left ^ wanted)]


# The environment that the tests run in


def environments() -> list[dict[str, str]]:
    """Return the systems and Pythons that a requirement may be for, as markers see them."""
    systems = (
        ("linux", "Linux", "posix"),
        ("darwin", "Darwin", "posix"),
        ("win32", "Windows", "nt"),
    )
    return [
        {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
        | {"sys_platform": platform, "platform_system": system, "os_name": name}
        for python in ("3.11", "3.12", "3.13")
        for platform, system, name in systems
    ]


def needed(roots: Iterable[str]) -> set[str]:
    """Return what distributions need, on any system, as far as what is installed tells."""
    found: set[str] = set()
    waiting = [(canonical_name(name), frozenset[str]()) for name in roots]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        found.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for another system
        for need in map(Requirement, requires):
            if _wanted(need, extras):
                following = canonical_name(need.name), frozenset(need.extras)
                waiting += [following] * (following not in seen)
                seen.add(following)
    return found


def _wanted(need: Requirement, extras: frozenset[str]) -> bool:
    return need.marker is None or any(
        need.marker.evaluate(environment | {"extra": extra})
        for environment in environments()
        for extra in extras | {""}
    )


def installed_is_pinned(root: Root) -> list[str]:
    """What is installed is what is pinned, and nothing is pinned that nothing needs."""
    pinned = all_pins(root)
    wanted = needed(pins(root, "requirements.txt"))
    faults = [f"{name} is pinned, but nothing needs it" for name in sorted(pinned.keys() - wanted)]
    for name in sorted(wanted):
        try:
            version = metadata.version(name).partition("+")[0]  # +cpu
        except metadata.PackageNotFoundError:
            continue
        if version != pinned.get(name):
            faults.append(f"{name} {version} is installed, the pin is {pinned.get(name)}")
    return faults
