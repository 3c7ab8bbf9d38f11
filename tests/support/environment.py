"""A virtual environment that a user starts with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import ROOT

# What the tests' own environment would tell that one.
OURS = ("COV_", "IPYTHON", "JUPYTER", "MPL", "PIP_", "PYTEST", "PYTHON", "VIRTUAL_ENV")


class Environment:
    """A virtual environment that knows nothing of the one that the tests run in."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.folder = folder
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        config = str(folder / "config")  # the settings of whoever runs the tests do not count
        self.variables = theirs | {
            "PATH": os.pathsep.join([str(self.bin), os.environ["PATH"]]),
            **dict.fromkeys(("IPYTHONDIR", "MPLCONFIGDIR"), config),
            **dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), config),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_COMPILE": "1",  # Python compiles what it imports
            # Where PyTorch's index is out of reach, pip would try it long for each package.
            "PIP_RETRIES": "1",
        }

    def make(self, *requirements: str | Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
        if requirements:
            self.run("pip", "install", "--quiet", *requirements)

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def run(
        self, program: str, *arguments: str | Path, cwd: Path | None = None, **variables: str
    ) -> str:
        """Run a program, one of the environment's if it has it, and return what it prints."""
        done = subprocess.run(
            [shutil.which(program, path=self.variables["PATH"]), *arguments],
            env=self.variables | variables,
            cwd=cwd or self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{program} {arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def has(self, package: str) -> bool:
        code = f"from importlib.util import find_spec; print(bool(find_spec({package!r})))"
        return self.run("python", "-c", code).strip() == "True"

    def size(self) -> int:
        """Return how many bytes are installed."""
        return sum(f.stat().st_size for f in self.folder.rglob("*") if f.is_file())


def copy_repository(folder: Path) -> None:
    """Copy the repository as it stands, without what git ignores, and commit it."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/\n", "\n").split()
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", *ignored))
    commit(folder)


def commit(folder: Path) -> None:
    """Make a folder a repository, with all that is in it."""
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "All"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def instead_of(folder: Path, address: str) -> dict[str, str]:
    """Return the variables with which git takes a folder for what is at an address."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
