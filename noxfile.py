"""Run the package and the chapters with other releases: the oldest and the newest admitted.

    nox [--session oldest]

A Python that is not on the machine is left out. With the oldest Python and the pinned releases,
`make test` runs them; here they meet newer Pythons.
"""

import re
import tomllib
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHONS = ["3.11", "3.12", "3.13"]  # the oldest that is admitted first
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PIN = re.compile(r"^([\w.-]+)==(.*)$", re.MULTILINE)

nox.options.envdir = str(ROOT / ".nox")


def oldest() -> str:
    """Return the requirements, those of the package as old as `pyproject.toml` admits them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    floors = dict(line.split(" >=") for group in groups for line in group)
    return PIN.sub(lambda pin: f"{pin[1]}=={floors.get(pin[1], pin[2])}", REQUIREMENTS)


def newest() -> str:
    """Return the requirements without pins; Jupyter Book 2 reads neither of the two files."""
    loose = PIN.sub(r"\1", REQUIREMENTS).replace("jupyter-book", "jupyter-book<2")
    return re.sub(r"^-c .*", "", loose, flags=re.MULTILINE)


def run(session: nox.Session, requirements: str, *options: str) -> None:
    """Install the requirements and the package; run its tests, and the chapters."""
    file = Path(session.create_tmp()) / "requirements.txt"
    here = requirements.replace("-c constraints.txt", f"-c {ROOT}/constraints.txt")
    file.write_text(here, encoding="utf-8")
    session.install("--retries", "1", "-r", str(file))  # the Makefile says why
    session.install("--no-deps", "--no-build-isolation", str(ROOT))
    session.run("python", "-m", "pip", "list")
    session.chdir(ROOT)
    options = (*options, *session.posargs)
    session.run("pytest", "-n", "logical", "--dist", "loadscope", *options, "tests/package", "book")


@nox.session(name="oldest", python=PYTHONS[0])
def with_the_oldest(session: nox.Session) -> None:
    """Run both with the oldest releases; that these are deprecated elsewhere is no news."""
    run(session, oldest(), "-W", "ignore::DeprecationWarning")


@nox.session(name="pinned", python=PYTHONS[1:])
def with_the_pinned(session: nox.Session) -> None:
    """Run both with the pinned releases, and the units of the check of the equations."""
    run(session, REQUIREMENTS, "-m", "not nightly", "tests/equations")


@nox.session(name="newest", python=PYTHONS)
def with_the_newest(session: nox.Session) -> None:
    """Run both with whatever there is today, and build the site with the newest Python."""
    run(session, newest())
    if session.python == PYTHONS[-1]:
        build = ("jupyter-book", "build", ".", "-W", "-n", "--keep-going", "--path-output")
        session.run(*build, session.create_tmp(), env={"PYTHONPATH": str(ROOT)})
