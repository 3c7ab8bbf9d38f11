"""`make release` and `make address` change every file that they should, here in a copy."""

import json
import re
import subprocess

import pytest

from tests.repository import agreement
from tests.repository.conftest import copied
from tests.repository.reading import addresses
from tools.repository import BRANCH, SITE, URL, files, name
from tools.run_chapters import chapters


def make(root, *arguments):
    """Run make in a copy, with its environment as it is."""
    command = ["make", "--old-file=.venv/.ready", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def python(root, *arguments):
    command = [".venv/bin/python", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def changes(root):
    return subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=True).stdout


def disagreements(root):
    checks = (
        agreement.version_is_one,
        agreement.release_is_in_the_changelog,
        agreement.year_is_one,
        agreement.addresses_are_those_of_config,
    )
    return [fault for check in checks for fault in check(root)]


def first_cells(root):
    """Return what the first cells of the chapters install."""
    for path in chapters(root):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        cell = next(cell for cell in cells if cell["cell_type"] == "code")
        yield from re.findall(r"(git\+[^\s\\]+)", "".join(cell["source"]))


@pytest.mark.parametrize(("version", "ref"), [("9.8.0", "v9.8.0"), ("9.9.0.dev0", BRANCH)])
def test_a_version_is_in_every_file_and_links_lead_to_what_is_shown(copy, version, ref):
    """The tests of the site hold the links of a page to the same `ref`."""
    done = make(copy, "release", f"VERSION={version}")
    assert done.returncode == 0, done.stderr
    assert ("git tag v" in done.stdout) == (ref != BRANCH)
    assert "git commit" in done.stdout
    assert disagreements(copy) == []
    code = "import lossbook, tools.repository; print(lossbook.__version__, tools.repository.ref())"
    assert python(copy, "-c", code).split() == [version, ref]
    assert [*first_cells(copy)] == [f"git+{URL}@{ref}"] * len(chapters(copy))
    assert python(copy, "-m", "tools.run_chapters", "--check", *chapters(copy)[:1]) == ""
    schema = "vendor.citation-file-format"
    python(copy, "-m", "check_jsonschema", "--builtin-schema", schema, "CITATION.cff")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.0.0", "expected X.Y.Z or X.Y.Z.dev0 after 9.9.0.dev0"),
        ("v10.0.0", "expected X.Y.Z or X.Y.Z.dev0 after 9.9.0.dev0"),
        ("", "required: version"),
        (
            "9.9.0",
            "CHANGELOG.md has nothing new under [Unreleased]",
        ),  # nothing has changed since 9.8.0
    ],
)
def test_a_version_that_cannot_be_changes_nothing(copy, version, said):
    before = changes(copy)
    done = make(copy, "release", f"VERSION={version}")
    assert done.returncode != 0
    assert said in done.stderr
    assert changes(copy) == before


def test_a_new_address_is_in_every_file(tmp_path):
    root = copied(tmp_path)
    there = "https://github.com/ada/descent", "https://ada.github.io/descent/"
    done = make(root, "address", f"REPOSITORY={there[0]}", f"SITE={there[1]}")
    assert done.returncode == 0, done.stderr
    assert addresses(root) == there
    old = re.compile("|".join(map(re.escape, (URL, SITE.rstrip("/"), f"/{name(URL)}"))))
    assert {file: old.findall(text) for file, text in files(root) if old.search(text)} == {}
    assert disagreements(root) == []
    assert (
        "git clone https://github.com/ada/descent\ncd descent\n"
        in dict(files(root))["CONTRIBUTING.md"]
    )
    python(root, "-m", "tools.run_chapters", "--check", *chapters(root)[:1])


@pytest.mark.parametrize("given", ["ada/descent https://x.org/", f"{URL} ada.github.io"])
def test_an_address_that_cannot_be_changes_nothing(copy, given):
    before = changes(copy)
    repository, site = given.split()
    assert make(copy, "address", f"REPOSITORY={repository}", f"SITE={site}").returncode != 0
    assert changes(copy) == before
