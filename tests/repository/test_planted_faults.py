"""Each check can fail: a fault is planted in a copy of the repository, and must be found."""

import shutil

import pytest

from tests.repository import agreement, commands, pinning, reading
from tests.support import ROOT

BINDER = ".binder/requirements.txt"
BIB = "book/references.bib"
CITE = "book/cite.md"
TEST = ".github/workflows/test.yml"
HOOKS = ".pre-commit-config.yaml"
NEWEST = ".github/workflows/newest.yml"
NOX = "noxfile.py"
REPOSITORY = "https://github.com/lossbook/lossbook"
SITE = "https://lossbook.github.io/lossbook/"

# (the check that must find it, the file, what is replaced, by what); None: added at the end
PLANTS = [
    (agreement.citation_is_valid, "CITATION.cff", "type: book", "type: textbook"),
    (agreement.citation_is_valid, "CITATION.cff", "message:", "remark:"),
    (agreement.citation_is_valid, "CITATION.cff", "2026-11-21", "2026-13-21"),
    (agreement.version_is_one, "pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"'),
    (agreement.version_is_one, "lossbook/__init__.py", '"0.1.0"', '"0.1.1"'),
    (agreement.version_is_one, CITE, "Version 0.1.0", "Version 0.1"),
    (agreement.version_is_one, "CHANGELOG.md", "## [Unreleased]", "## [0.2.0] - 2027-01-01"),
    (agreement.date_is_one, "CITATION.cff", "2026-11-21", "2026-11-22"),
    (agreement.date_is_one, CITE, "{2026}", "{2025}"),
    (agreement.title_and_author_are_one, CITE, "gradient of a loss", "gradient of the loss"),
    (agreement.title_and_author_are_one, "LICENSE", "The Lossbook authors", "A. N. Other"),
    (agreement.title_and_author_are_one, "README.md", "> The Lossbook", "> Lossbook"),
    (agreement.licences_are_whole, "LICENSE", "free of charge, ", ""),
    (agreement.licences_are_whole, "LICENSE-text", "irrevocable license to", "license to"),
    (agreement.licences_are_whole, "CITATION.cff", "  - CC-BY-4.0\n", ""),
    (agreement.addresses_are_those_of_config, "_config.yml", REPOSITORY, REPOSITORY[:-1]),
    (agreement.addresses_are_those_of_config, "_config.yml", SITE, "https://lossbook.org/"),
    (agreement.addresses_are_those_of_config, CITE, None, "http://lossbook.github.io/lossbook/"),
    (agreement.addresses_are_those_of_config, "README.md", None, "github.com/me/lossbook"),
    (agreement.addresses_are_those_of_config, "README.md", None, "git@github.com:me/lossbook.git"),
    (agreement.addresses_are_those_of_config, "CITATION.cff", f"repository-code: {REPOSITORY}", ""),
    (agreement.addresses_are_those_of_config, "CITATION.cff", SITE, SITE + "book/"),
    (agreement.links_to_the_site_lead_somewhere, CITE, "mse-gradient.html#", "mse.html#"),
    (agreement.links_to_the_site_lead_somewhere, CITE, "#equation-eq-mse", "#equation-eq-sme"),
    (agreement.links_to_the_site_lead_somewhere, CITE, "fig-ce-digits.svg)", "fig-digits.svg)"),
    (agreement.links_to_files_lead_somewhere, "README.md", "(CONTRIBUTING.md)", "(DEVELOP.md)"),
    (agreement.issues_are_linked_alike, "book/index.md", None, "https://github.com/a/b/issues/"),
    (agreement.issues_are_linked_alike, "book/index.md", None, "http://github.com/a/b/pull/1"),
    (agreement.issues_are_linked_alike, "book/index.md", None, "https://github.com/a/b/pulls/1"),
    (agreement.citations_are_known, "book/index.md", None, "{cite}`stigler1981, nobody1999`"),
    (agreement.citations_are_known, BIB, None, "@book{x1999, title={X}, url={https://x.org}}"),
    (agreement.sources_can_be_found, BIB, "doi     = {10.1017/S0370164600014346}", ""),
    (agreement.sources_can_be_found, BIB, "= {10.1017/", "= {https://doi.org/10.1017/"),
    (agreement.sources_can_be_found, BIB, "https://jmlr.org", "http://jmlr.org"),
    (agreement.nothing_of_the_machine_is_left, "Makefile", None, "# /home/reader/lossbook"),
    (agreement.nothing_of_the_machine_is_left, "book/index.md", None, "TODO: say more"),
    (commands.oldest_python_is_one, "pyproject.toml", ">=3.11", ">=3.12"),
    (commands.oldest_python_is_one, "README.md", "Python 3.11", "Python 3.10"),
    (commands.oldest_python_is_one, TEST, '"3.11", ', ""),
    (commands.commands_exist, "README.md", "make book ", "make site "),
    (commands.commands_exist, "Makefile", "\nlint: ", "\ncheck: "),
    (commands.commands_exist, NEWEST, "make book", "make html"),
    (commands.readme_is_what_make_does, "Makefile", "--keep-going", "--all"),
    (commands.readme_is_what_make_does, "README.md", "python -m tools.browser", ""),
    (commands.readme_example_runs, "README.md", "1.5755", "1.5756"),
    (commands.readme_example_runs, "README.md", "```python", "```pycon"),
    (commands.ci_run_is_whole, ".ci/run", "set -euo pipefail", "set -e"),
    (commands.ci_run_is_whole, ".ci/run", "make test", "make test || true"),
    (commands.ci_run_is_whole, ".ci/run", "recommends chromium", "recommends"),
    (commands.binder_stops_at_an_error, ".binder/postBuild", "set -euo pipefail\n", ""),
    (commands.binder_stops_at_an_error, ".binder/postBuild", "--editable .", "numpy"),
    (commands.binder_stops_at_an_error, ".binder/runtime.txt", "3.11", "3.9"),
    (commands.workflows_ask_for_little, TEST, "contents: read", "contents: write"),
    (commands.workflows_ask_for_little, TEST, "pages: write", "contents: write"),
    (commands.workflows_ask_for_little, TEST, "actions/checkout@v6", "actions/checkout@main"),
    (commands.workflows_ask_for_little, TEST, "timeout-minutes: 60", "continue-on-error: true"),
    (commands.workflows_ask_for_little, NEWEST, "run: make book", "run: make book || true"),
    (commands.workflows_ask_for_little, NEWEST, 'CI: "true"', 'CI: "false"'),
    (commands.workflows_do_all, TEST, "run: make test", "run: make book"),
    (commands.workflows_do_all, TEST, "    needs: [test, oldest]\n", "    needs: [test]\n"),
    (commands.workflows_do_all, NEWEST, "schedule:", "push:"),
    (commands.workflows_do_all, NEWEST, "-m pytest", "-m compileall"),
    (pinning.every_requirement_is_pinned_once, "requirements.txt", "numpy==", "numpy>="),
    (pinning.every_requirement_is_pinned_once, "requirements.txt", "-c constraints.txt", ""),
    (pinning.every_requirement_is_pinned_once, "constraints.txt", None, "numpy==2.4.6"),
    (pinning.binder_has_what_a_chapter_needs, BINDER, "sympy==1", "sympy==0"),
    (pinning.binder_has_what_a_chapter_needs, BINDER, "sympy==1.14.0\n", ""),
    (pinning.binder_has_what_a_chapter_needs, BINDER, None, "pytest==9.2.0"),
    (pinning.binder_has_what_a_chapter_needs, BINDER, "whl/cpu", "whl"),
    (pinning.hooks_have_the_pinned_versions, HOOKS, "nbclient==0", "nbclient==1"),
    (pinning.hooks_have_the_pinned_versions, "requirements.txt", "ruff==0", "ruff==1"),
    (pinning.newest_lets_go_of_every_pin, NOX, 'PIN.sub(r"\\1", REQUIREMENTS)', "REQUIREMENTS"),
    (pinning.newest_lets_go_of_every_pin, NOX, "book<2", "book"),
    (pinning.newest_lets_go_of_every_pin, NOX, '"^-c .*"', '"^-d .*"'),
    (pinning.installed_is_pinned, "constraints.txt", "Jinja2==3", "Jinja2==2"),
    (pinning.installed_is_pinned, "constraints.txt", "Jinja2==", "# Jinja2=="),
    (pinning.installed_is_pinned, "constraints.txt", None, "six-times-seven==4.2"),
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    root = tmp_path_factory.mktemp("planted") / "repository"
    for name, _ in reading.files(ROOT):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    return root


@pytest.fixture(scope="module")
def sound(copy):
    """What each check says of the copy before anything is planted."""
    return {check: check(copy) for check in {plant[0] for plant in PLANTS}}


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    PLANTS,
    ids=[f"{check.__name__}-{number}" for number, (check, *_) in enumerate(PLANTS)],
)
def test_a_planted_fault_is_found(copy, sound, check, file, old, new):
    path = copy / file
    before = path.read_text(encoding="utf-8")
    if old is None:
        after = f"{before}\n{new}\n"
    else:
        assert old in before, f"{file} no longer has what this plant replaces"
        after = before.replace(old, new)
    path.write_text(after, encoding="utf-8")
    try:
        assert set(check(copy)) - set(sound[check])
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    ("check", "file"),
    [
        (commands.ci_run_is_whole, ".ci/run"),
        (commands.binder_stops_at_an_error, ".binder/postBuild"),
    ],
)
def test_a_script_that_cannot_be_run_is_found(copy, check, file):
    mode = (copy / file).stat().st_mode
    (copy / file).chmod(0o644)
    try:
        assert any("not executable" in fault for fault in check(copy))
    finally:
        (copy / file).chmod(mode)


def test_every_check_has_a_plant():
    checks = {
        function
        for module in (agreement, commands, pinning)
        for name, function in vars(module).items()
        if getattr(function, "__module__", "") == module.__name__
        and not name.startswith("_")
        and "root" in function.__code__.co_varnames[: function.__code__.co_argcount]
    }
    assert checks == {plant[0] for plant in PLANTS}
