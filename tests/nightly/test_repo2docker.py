"""What Binder makes of the repository, as its own tool says; no image is built."""

import re

from tests.support import ROOT
from tests.support.environment import Environment

REPO2DOCKER = "2026.4.0"


def test_binder_reads_what_lies_in_its_folder(repository, tmp_path):
    environment = Environment(tmp_path / "environment")
    environment.make(f"jupyter-repo2docker=={REPO2DOCKER}")
    recipe = environment.run(
        *("bash", "-c", "repo2docker --no-build --debug --user-id 1000 --user-name reader . 2>&1"),
        cwd=repository,
    )
    assert "Building conda environment for python=3.11\n" in recipe
    assert 'bin/pip install --no-cache-dir -r ".binder/requirements.txt"\n' in recipe
    assert "RUN chmod +x .binder/postBuild\nRUN ./.binder/postBuild\n" in recipe
    assert "constraints.txt" not in recipe  # nothing is read at the top of the repository
    (lock,) = environment.folder.rglob("conda/environment.py-3.11-linux-64.lock")
    brought = re.search(r"/jupyterlab-([\d.]+)-", lock.read_text(encoding="utf-8"))[1]
    assert f"jupyterlab=={brought}\n" in (ROOT / ".binder/requirements.txt").read_text()
