"""Each fault that a chapter can have is planted, and must be caught by what catches it in earnest.

A small book is made that has one chapter for each fault.  It is tested as this one is: by the same
files, with the same settings, in a pytest of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest
import yaml

from lossbook.plotting.tables import MIME as DATA
from tests.chapters.sample import ALT, BOOK, cell, code, markdown, written
from tests.support import ROOT
from tools.run_chapters import canonical, run

SHARED = (
    "_config.yml",
    "pyproject.toml",
    "eqcheck",
    "tests/__init__.py",
    "tests/chapters",
    "tests/support",
    "tools",
)
PLANTS = {}


def plant(*caught_by):
    """Register a function that plants a fault, and all the tests that must fail because of it."""

    def register(function):
        PLANTS[function.__name__.replace("_", "-")] = function, set(caught_by)
        return function

    return register


@plant()
def sound(chapter):
    pass


@plant()
def sound_with_figure(chapter):
    pass


@plant("cells_were_run")
def stripped(chapter):
    for c in chapter["cells"]:
        if c["cell_type"] == "code":
            c |= {"execution_count": None, "outputs": []}
    # An error that is not shown would be caught by another rule.
    cell(chapter, "failure").update(metadata={}, source="2")


@plant("Cell 1")
def stripped_but_counted(chapter):
    cell(chapter, "sum")["outputs"] = []


@plant("Cell 1")
def stale_printed_number(chapter):
    stream = cell(chapter, "sum")["outputs"][0]
    assert stream["text"] == ["0.30000000000000004\n"]
    stream["text"] = ["0.3\n"]


@plant("Cell 1")
def stale_code(chapter):
    cell(chapter, "sum")["source"] = "print(0.31)\n1e-17"


@plant("Cell 2")
def stale_error_message(chapter):
    error = cell(chapter, "failure")["outputs"][0]
    error |= {"evalue": "else", "traceback": ["ValueError: else"]}


@plant("Cell 4")
def stale_figure(chapter):
    data = cell(chapter, "figure")["outputs"][0]["data"]
    svg = "".join(data["image/svg+xml"])
    x = re.search(r'<path d="M [\d.]+ [\d.]+\s+L ([\d.]+) [\d.]+\s*" clip-path', svg)
    moved = f"{svg[: x.start(1)]}{float(x[1]) + 1.1:.2f}{svg[x.end(1) :]}"
    data["image/svg+xml"] = moved.splitlines(keepends=True)


@plant("Cell 4")
def figure_with_a_part_less(chapter):
    data = cell(chapter, "figure")["outputs"][0]["data"]
    svg = "".join(data["image/svg+xml"])
    fewer = re.sub(r"\s*<path [^>]*/>(?![\s\S]*<path )", "", svg)
    assert fewer != svg
    data["image/svg+xml"] = fewer.splitlines(keepends=True)


def data_of_figure(chapter):
    """Return the one table of the sample's figure, a line from 0, 0 to 1, 1."""
    (table,) = cell(chapter, "figure")["outputs"][0]["data"][DATA]
    assert table["names"] == ["x from", "y from", "x to", "y to"]
    assert table["values"] == ["0", "0", "1", "1"]
    return table


@plant("Cell 4")
def figure_with_a_changed_number(chapter):
    data_of_figure(chapter)["values"][3] = "1.002"


@plant()
def figure_with_the_last_digit_of_another_processor(chapter):
    data_of_figure(chapter)["values"][2:] = ["0.9999", "1.001"]


@plant("Cell 4")
def figure_with_a_number_more(chapter):
    data_of_figure(chapter)["values"][3] = "1 1"


@plant("Cell 4")
def figure_whose_line_has_another_name(chapter):
    data_of_figure(chapter)["series"] = "dashed blue line"


@plant("Cell 4")
def figure_without_data(chapter):
    del cell(chapter, "figure")["outputs"][0]["data"][DATA]


@plant("figures_are_described")
def figure_without_alt_text(chapter):
    del cell(chapter, "figure")["metadata"]["mystnb"]["image"]


@plant("equations_have_labels")
def equation_without_label(chapter):
    chapter["cells"].append(markdown("$$\nc = d\n$$", "unlabelled"))


@plant("errors_are_meant", "Cell 2")
def error_without_tag(chapter):
    cell(chapter, "failure")["metadata"] = {}


@plant("errors_are_meant", "Cell 2")
def error_that_has_gone(chapter):
    cell(chapter, "failure").update(source='"no error"', outputs=[])


@plant("nothing_on_stderr")
def warning_on_stderr(chapter):
    # Committed as it is, so nbval is content; a reader is not.
    text = "careful\n"
    source = 'import sys\n\n_ = sys.stderr.write("careful\\n")'
    output = {"output_type": "stream", "name": "stderr", "text": [text]}
    chapter["cells"].append(code(source, "warning") | {"execution_count": 4, "outputs": [output]})


@plant("Cell 3")
def new_warning_on_stderr(chapter):
    # Not in the committed output: new with a release of a dependency, say.
    source = 'import warnings\n\nwarnings.warn("deprecated", stacklevel=2)'
    chapter["cells"].append(code(source, "warning") | {"execution_count": 4})


@plant()
def noise_of_another_processor(chapter):
    # 5.6e-17 there, another 1.1e-16 here: no fault, the cell asserts a bound.
    number = cell(chapter, "sum")["outputs"][1]["data"]
    assert number["text/plain"] == ["5.551115123125783e-17"]
    number["text/plain"] = ["-1.1e-16"]


@plant("Cell 1")
def error_above_noise(chapter):
    cell(chapter, "sum")["outputs"][1]["data"]["text/plain"] = ["5.6e-08"]


@plant("every page is in the toc")
def missing_from_toc(chapter):
    pass


@pytest.fixture(scope="session")
def failed(tmp_path_factory):
    """Return for each chapter of the small book the names of the tests that it failed."""
    root = tmp_path_factory.mktemp("small-book")
    shutil.copytree(BOOK, root, dirs_exist_ok=True)
    for name in SHARED:
        (root / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    sample = (root / "book" / "sample.ipynb").rename(root / "book" / "sound.ipynb")
    run(sample)
    executed = sample.read_text(encoding="utf-8")
    for number, (name, (function, _)) in enumerate(PLANTS.items()):
        # Names are unique in the book, so each chapter has its own.
        text = executed.replace("eq-sample", f"eq-{number}")
        text = text.replace("fig-sample", f"fig-{number}").replace(ALT, f"{ALT} Number {number}.")
        planted = json.loads(text)
        if "figure" not in name:
            planted["cells"] = [c for c in planted["cells"] if c["id"] not in ("style", "figure")]
        function(planted)
        chapter_text = canonical(written(planted))
        (root / "book" / f"{name}.ipynb").write_text(chapter_text, encoding="utf-8")
    files = [{"file": f"book/{name}"} for name in PLANTS if name != "missing-from-toc"]
    toc = {"format": "jb-book", "root": "book/index", "chapters": files}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc))

    report = root / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
    command += ["tests/chapters/test_chapters.py", "book"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    return _failures(report)


def _failures(report):
    failures = defaultdict(set)
    for case in ET.parse(report).iter("testcase"):
        failures["tests"].add(case.get("name"))
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        if problem is None:
            continue
        name = case.get("name")
        if name.startswith("Cell"):
            where = case.get("classname").split(".")
            failures[where[-1] if where[-1] != "ipynb" else where[-2]].add(name)
        elif "[" in name:
            rule, _, page = name.partition("[")[2].rstrip("]").partition("-")
            failures[page].add(rule)
        elif "toc" in name:
            failures["missing-from-toc"].add("every page is in the toc")
        else:
            failures["the book"].add(name)
    return failures


@pytest.mark.parametrize("name", PLANTS)
def test_the_fault_is_caught_and_nothing_else_is_blamed(failed, name):
    assert failed[name] == PLANTS[name][1]


def test_no_test_of_the_whole_book_fails_but_that_of_the_toc(failed):
    assert failed["the book"] == set()
    assert len(failed["tests"]) > len(PLANTS)
