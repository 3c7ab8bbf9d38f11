"""The files of the repository agree with each other, and each check can tell if they do not."""

from inspect import signature

import pytest

from lossbook import __version__
from tests.repository import agreement, commands, pinning
from tests.support import ROOT
from tools.repository import SITE, URL, files, ref

CHECKS = {
    name: check
    for module in (agreement, commands, pinning)
    for name, check in vars(module).items()
    if getattr(check, "__module__", "") == module.__name__
    and str(signature(check)) == "(root: 'Root') -> 'list[str]'"
    and name != "bare"
}


@pytest.mark.parametrize("name", CHECKS)
def test_repository(name):
    assert CHECKS[name](ROOT) == []


BINDER = ".binder/requirements.txt"
BIB = "book/references.bib"
CITE = "book/cite.md"
TEST = ".github/workflows/test.yml"
NIGHTLY = ".github/workflows/nightly.yml"

# What must be found: the check, the file, what is replaced, by what. None: it is added at the end.
FAULTS = [
    ("version_is_one", "lossbook/__init__.py", f'"{__version__}"', '"9.9.9"'),
    ("version_is_one", "README.md", f"/{ref()}?", "/v9.9.9?"),
    ("release_is_in_the_changelog", "CITATION.cff", None, "date-released: 2000-01-01"),
    ("release_is_in_the_changelog", "lossbook/__init__.py", f'"{__version__}"', '"9.9.9"'),
    ("year_is_one", CITE, "year    = {", "year    = {1"),
    ("title_and_author_are_one", CITE, "gradient of a loss", "gradient of the loss"),
    ("title_and_author_are_one", "LICENSE", "The Lossbook authors", "A. N. Other"),
    ("licences_are_whole", "LICENSE-text", "irrevocable license to", "license to"),
    ("addresses_are_those_of_config", "_config.yml", URL, URL[:-1]),
    ("addresses_are_those_of_config", CITE, None, SITE.replace("https", "http")),
    ("addresses_are_those_of_config", "README.md", None, "git@github.com:me/lossbook.git"),
    ("addresses_are_those_of_config", "CITATION.cff", f"repository-code: {URL}", ""),
    ("links_to_the_site_lead_somewhere", CITE, "mse-gradient.html#", "mse.html#"),
    ("links_to_the_site_lead_somewhere", CITE, "#equation-eq-mse", "#equation-eq-sme"),
    ("links_to_files_lead_somewhere", "README.md", "(CONTRIBUTING.md)", "(DEVELOP.md)"),
    ("issues_are_linked_alike", "book/index.md", None, "https://github.com/a/b/issues/"),
    ("citations_are_known", "book/index.md", None, "{cite}`stigler1981, nobody1999`"),
    ("citations_are_known", BIB, None, "@book{x1999, title={X}, url={https://x.org}}"),
    ("sources_can_be_found", BIB, "doi     = {10.1017/S0370164600014346}", ""),
    ("nothing_of_the_machine_is_left", "Makefile", None, "# /home/reader/lossbook"),
    ("oldest_python_is_one", "README.md", "Python 3.11", "Python 3.10"),
    ("commands_exist", "README.md", "make book ", "make site "),
    ("commands_exist", NIGHTLY, "make test-all", "make everything"),
    ("readme_is_what_make_does", "README.md", "--retries 0 ", ""),
    ("readme_example_runs", "README.md", "1.5755", "1.5756"),
    ("failures_are_seen", TEST, "timeout-minutes: 30", "continue-on-error: true"),
    ("failures_are_seen", NIGHTLY, "run: make book", "run: make book || true"),
    ("deployed_is_what_was_tested", TEST, "needs: [test, versions]", "needs: [test]"),
    ("deployed_is_what_was_tested", TEST, "run: make test", "run: make book"),
    ("nightly_is_whole", "README.md", "pip install --no-deps", "pip install"),
    ("every_requirement_is_pinned_once", "requirements.txt", "numpy==", "numpy>="),
    ("every_requirement_is_pinned_once", "constraints.txt", None, "numpy==2.4.6"),
    ("binder_has_what_a_chapter_needs", BINDER, "sympy==1.14.0\n", ""),
    ("binder_has_what_a_chapter_needs", BINDER, "sympy==1", "sympy==0"),
    ("binder_has_what_a_chapter_needs", ".binder/runtime.txt", "3.11", "3.9"),
    (
        "older_and_newer_releases_are_tried",
        "pyproject.toml",
        "matplotlib >=3.9",
        "matplotlib >=3.8",
    ),
    ("installed_is_pinned", "constraints.txt", "Jinja2==3", "Jinja2==2"),
    ("installed_is_pinned", "constraints.txt", None, "six-times-seven==4.2"),
]


@pytest.mark.parametrize(("name", "file", "old", "new"), FAULTS)
def test_a_fault_is_found(copy, name, file, old, new):
    path = copy / file
    before = path.read_text(encoding="utf-8")
    assert old is None or old in before, f"{file} no longer has what is replaced here"
    path.write_text(f"{before}\n{new}\n" if old is None else before.replace(old, new))
    try:
        assert CHECKS[name](copy)
    finally:
        path.write_text(before, encoding="utf-8")


def test_every_check_is_seen_to_find_a_fault():
    assert CHECKS.keys() == {fault[0] for fault in FAULTS}


def test_all_files_are_read():
    names = {name for name, _ in files()}
    assert {"README.md", ".ci/run", ".github/workflows/test.yml", "book/index.md"} <= names
    assert not any(name.startswith((".git/", ".venv/", "_build/")) for name in names)
