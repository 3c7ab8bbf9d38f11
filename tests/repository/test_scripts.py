"""Scripts that machines call stop at the first failure; the programs they call are played."""

import os
import subprocess

import pytest

from tests.support import ROOT


@pytest.fixture
def call(tmp_path):
    """Run a script with other programs of these names, all of which fail if told to."""

    def called(script, *names, fail):
        for name in names:
            program = tmp_path / name
            program.write_text(
                f'#!/bin/sh\necho "$CI {name} $*" >> {tmp_path}/calls\nexit {int(fail)}\n'
            )
            program.chmod(0o755)
        path = f"{tmp_path}:{os.environ['PATH']}"
        environment = {k: v for k, v in os.environ.items() if k != "CI"} | {"PATH": path}
        done = subprocess.run([ROOT / script], cwd=tmp_path, env=environment, check=False)
        return done.returncode, (tmp_path / "calls").read_text().splitlines()

    return called


@pytest.mark.parametrize("fail", [False, True])
def test_ci_runs_make_test_and_ends_as_it_does(call, fail):
    status, calls = call(".ci/run", "make", "apt-get", "chromium", fail=fail)
    assert (status, calls) == (int(fail), ["true make test"])


@pytest.mark.parametrize("fail", [False, True])
def test_binder_stops_at_an_error(call, fail):
    status, calls = call(".binder/postBuild", "python", fail=fail)
    assert status == int(fail)
    assert len(calls) == (1 if fail else 2)
    assert calls[0].endswith("--editable .")
