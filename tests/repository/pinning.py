"""Check that a version is pinned once, or to the same everywhere.

Each check takes the root of a repository and returns its faults in words.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata

from packaging.requirements import Requirement

import noxfile
from tests.repository.reading import (
    Root,
    all_pins,
    canonical_name,
    disagreement,
    only,
    pages,
    pins,
    tested_pythons,
    text,
    toml,
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
    python = text(root, ".binder/runtime.txt").strip().removeprefix("python-")
    if python not in tested_pythons(root):
        faults.append(f".binder has Python {python}, which no workflow tests")
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


def older_and_newer_releases_are_tried(root: Root) -> list[str]:
    """Nox tries the oldest releases that are admitted, which readers are told, and the newest."""
    project = toml(root, "pyproject.toml")["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    floors = [line for group in groups for line in group]
    oldest = noxfile.oldest().splitlines()
    running = text(root, "book/running.md").lower()
    faults = [
        f"noxfile.py does not try {f}" for f in floors if f.replace(" >=", "==") not in oldest
    ]
    faults += [f"running.md lacks {f}" for f in floors if f.replace(">=", "") not in running]
    bound = [line for line in noxfile.newest().splitlines() if re.match(r"-c|[\w.-]+[<=>]", line)]
    if bound != ["jupyter-book<2"]:
        faults.append(f"the newest releases are bound by {bound}")
    if tested_pythons(root) != noxfile.PYTHONS:
        faults.append(f"nox tries the Pythons {noxfile.PYTHONS}, test.yml {tested_pythons(root)}")
    return faults


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
        for python in noxfile.PYTHONS
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
