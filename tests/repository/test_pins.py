"""Each version stands once, or the same everywhere; the newest releases are tried without these."""

import pytest

from tests.repository import pinning
from tests.support import ROOT

CHECKS = [
    pinning.every_requirement_is_pinned_once,
    pinning.binder_has_what_a_chapter_needs,
    pinning.hooks_have_the_pinned_versions,
    pinning.newest_lets_go_of_every_pin,
    pinning.installed_is_pinned,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_pins(check):
    assert check(ROOT) == []
