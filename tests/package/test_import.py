"""``import lossbook`` brings NumPy alone; the rest comes on demand: in fresh interpreters."""

import subprocess
import sys

import pytest

import lossbook

OTHERS = {"matplotlib", "mpmath", "scipy", "sklearn", "torch"}


def run(code: str) -> str:
    """Run a line of code as at a fresh prompt, and return what it prints."""
    command = [sys.executable, "-c", f"import sys, lossbook; {code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_package_and_its_data_import_numpy_alone():
    everything = f"lossbook.data.noisy_line(); dir(lossbook); print({OTHERS} & set(sys.modules))"
    assert run(everything) == "set()"


def test_the_figures_need_no_import_of_their_own():
    pytest.importorskip("matplotlib")
    assert run("print(lossbook.plotting.data_of.__name__)") == "data_of"


def test_a_prompt_offers_the_names_of_the_book():
    names = [*lossbook.__all__, "data", "plotting", "__version__"]
    assert run("print(*dir(lossbook))").split() == sorted(names)
