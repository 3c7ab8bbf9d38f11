"""The files of the repository agree with each other and with what they speak of."""

import pytest

from tests.repository import agreement, commands
from tests.repository.reading import files
from tests.support import ROOT

CHECKS = [
    agreement.citation_is_valid,
    agreement.version_is_one,
    agreement.date_is_one,
    agreement.title_and_author_are_one,
    agreement.licences_are_whole,
    agreement.addresses_are_those_of_config,
    agreement.links_to_the_site_lead_somewhere,
    agreement.links_to_files_lead_somewhere,
    agreement.issues_are_linked_alike,
    agreement.citations_are_known,
    agreement.sources_can_be_found,
    agreement.nothing_of_the_machine_is_left,
    commands.oldest_python_is_one,
    commands.commands_exist,
    commands.readme_is_what_make_does,
    commands.readme_example_runs,
    commands.ci_run_is_whole,
    commands.binder_stops_at_an_error,
    commands.workflows_ask_for_little,
    commands.workflows_do_all,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_repository(check):
    assert check(ROOT) == []


def test_all_files_are_read():
    names = {name for name, _ in files(ROOT)}
    assert {"README.md", ".ci/run", ".github/workflows/test.yml", "book/index.md"} <= names
    made = (".git/", ".venv/", "_build/")
    assert not any(name.startswith(made) for name in names)
