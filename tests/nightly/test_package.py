"""A programmer installs the package, and tries it at a prompt."""

import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

import lossbook
from tests.support import ROOT
from tests.support.environment import Environment


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is made from it."""
    folder = tmp_path_factory.mktemp("dist")
    code = f"from flit_core.buildapi import build_sdist; build_sdist({str(folder)!r})"
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=repository, check=True)
    (source,) = folder.glob("*.tar.gz")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, source], check=True)
    (wheel,) = folder.glob("*.whl")
    return source, wheel


def test_the_wheel_has_the_package_and_nothing_else(built):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lossbook").rglob("*.py")}
    with ZipFile(built[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == modules | {"lossbook/py.typed"}


def test_the_source_has_what_it_is_built_and_read_with(built):
    with tarfile.open(built[0]) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    wanted = {"LICENSE", "README.md", "pyproject.toml", "lossbook/py.typed", "lossbook/__init__.py"}
    assert wanted <= names


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("package"))
    environment.make(built[1])
    return environment


def test_numpy_is_all_that_it_brings(installed):
    lines = installed.run("pip", "list", "--format=freeze", "--exclude=pip", "--exclude=setuptools")
    assert {line.partition("==")[0] for line in lines.splitlines()} == {"lossbook", "numpy"}


def test_the_example_of_the_readme_runs(installed, tmp_path):
    example = tmp_path / "example.txt"
    example.write_text((ROOT / "README.md").read_text(encoding="utf-8").replace("```", ""))
    printed = installed.run("python", "-m", "doctest", "--verbose", example)
    assert "Test passed." in printed
    assert "CrossEntropyLoss" in printed


def test_its_tests_need_numpy_pytest_and_hypothesis_alone(repository, tmp_path):
    environment = Environment(tmp_path)
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    environment.make(*[p for p in pins if p.startswith(("hypothesis==", "numpy==", "pytest=="))])
    command = ["python", "-m", "pytest", "-o", "addopts=", "tests/package", "-rs"]
    printed = environment.run(*command, cwd=repository)
    assert " passed" in printed
    assert "could not import 'torch'" in printed


@pytest.mark.parametrize("module", ["plotting", "data.digits()"])
def test_what_is_missing_is_named(installed, module):
    code = f"import lossbook; lossbook.{module}"
    with pytest.raises(AssertionError, match=r"No module named '(matplotlib|sklearn)'"):
        installed.run("python", "-c", code)


def test_a_prompt_completes_the_names_of_the_book():
    completer = IPCompleter(namespace={"lossbook": lossbook})
    with provisionalcompleter():
        offered = list(completer.completions("lossbook.", len("lossbook.")))
    names = {completion.text.rpartition(".")[2] for completion in offered}
    assert names == {*lossbook.__all__, "data", "plotting"}


@pytest.mark.parametrize("name", [n for n in lossbook.__all__ if n.endswith("Loss")])
def test_a_loss_says_what_it_is(name):
    loss = getattr(lossbook, name)()
    assert repr(loss).startswith(f"{name}(reduction='mean'")
    public = {attribute for attribute in dir(loss) if not attribute.startswith("_")}
    assert public - set(vars(loss)) <= {"forward", "backward", "backward_var"}
