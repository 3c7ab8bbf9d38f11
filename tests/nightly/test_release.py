"""What a page links to and what its notebook installs are the same thing, also in a release."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from lxml import html

from tests.repository.conftest import copied
from tests.repository.test_renewal import make
from tools.repository import BRANCH, URL, name


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with one chapter."""
    root = copied(tmp_path_factory.mktemp("release"))
    toc = {"format": "jb-book", "root": "book/index", "chapters": [{"file": "book/mse-gradient"}]}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    return root


@pytest.mark.parametrize(("version", "ref"), [("9.8.0", "v9.8.0"), ("9.9.0.dev0", BRANCH)])
def test_page_and_first_cell_lead_to_one_state(copy, version, ref):
    assert make(copy, "release", f"VERSION={version}").returncode == 0
    command = [".venv/bin/jupyter-book", "build", ".", "--all", "-q", "--keep-going"]
    own = os.environ | {"PYTHONPATH": str(copy)}  # before what the environment has installed
    subprocess.run(command, cwd=copy, env=own, check=True, capture_output=True)
    page = copy / "_build" / "html" / "book" / "mse-gradient.html"
    found = {a.text_content(): a.get("href") for a in html.parse(str(page)).iter("a")}
    assert f"/{name(URL)}/{ref}?" in found["Run on Binder"]
    assert f"/{name(URL)}/blob/{ref}/" in found["Run in Colab"]
    notebook = (page.parent / found["Download"]).read_text(encoding="utf-8")
    source = "".join(line for cell in json.loads(notebook)["cells"] for line in cell["source"])
    assert re.findall(r"git\+([^\s\\]+)", source) == [f"{URL}@{ref}"]
