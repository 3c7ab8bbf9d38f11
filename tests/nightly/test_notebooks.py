"""A reader runs chapters on Colab, and on Binder; one environment serves for both."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page, expect

from tests.support import ROOT
from tests.support.comparing import differences
from tests.support.environment import Environment, commit, instead_of
from tools.repository import URL
from tools.run_chapters import GET_LOSSBOOK, chapters

CORE = ["mse-gradient", "cross-entropy-gradient", "mse-as-nll"]
# Once a week, all chapters.
CHAPTERS = [path.stem for path in chapters()] if "EVERY_CHAPTER" in os.environ else CORE
GIGABYTE = 10**9
REPO2DOCKER = "2026.4.0"


def committed(name: str) -> NotebookNode:
    return nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4)


def not_yet_run(name: str) -> NotebookNode:
    notebook = committed(name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


# Colab: the notebook alone, where there is no lossbook


def on_colab(
    environment: Environment, folder: Path, notebook: NotebookNode, repository: Path
) -> NotebookNode:
    """Run a notebook in a folder of its own; the network's repository is the one given."""
    assert not environment.has("lossbook")
    nbformat.write(notebook, folder / "chapter.ipynb")
    environment.run(
        *("jupyter", "nbconvert", "--to", "notebook", "--execute", "--allow-errors"),
        *("--output", "run.ipynb", "chapter.ipynb"),
        cwd=folder,
        **instead_of(repository, URL),
    )
    environment.run("pip", "uninstall", "--quiet", "--yes", "lossbook")
    return nbformat.read(folder / "run.ipynb", as_version=4)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_gets_the_package_on_colab(binder, repository, tmp_path, name):
    run = on_colab(binder, tmp_path, not_yet_run(name), repository)
    (first, *_) = (cell for cell in run.cells if cell.cell_type == "code")
    assert first.source == GET_LOSSBOOK.strip()
    said = "".join(output.text for output in first.pop("outputs"))
    assert "ERROR" not in said
    first.outputs = []
    assert differences(committed(name), run) == []


def test_a_chapter_says_why_it_could_not(binder, tmp_path):
    chapter = not_yet_run(CORE[0])
    chapter.cells = [cell for cell in chapter.cells if cell.cell_type == "code"][:1]
    (first,) = on_colab(binder, tmp_path, chapter, tmp_path / "nothing").cells
    *said, error = first.outputs
    assert "git clone" in "".join(output.text for output in said)
    assert error.evalue == "not installed: pip says above why"


# Binder: a server started in the repository, a browser, and "Run All Cells"


def test_what_binder_installs_is_small(binder, capsys):
    size = binder.size() / GIGABYTE
    with capsys.disabled():
        print(f"\n.binder: {size:.2f} GB, installed in {binder.seconds:.0f} s")
    assert size <= 1.5


@pytest.fixture(scope="module")
def clone(binder: Environment, repository: Path, tmp_path_factory) -> Path:
    """A clone of the repository that Binder has set up; its chapters have not been run."""
    folder = tmp_path_factory.mktemp("clone") / "lossbook"
    subprocess.run(["git", "clone", "--quiet", repository, folder], check=True)
    binder.run("bash", ".binder/postBuild", cwd=folder)
    for name in CHAPTERS:
        nbformat.write(not_yet_run(name), folder / "book" / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A lecturer's repository."""
    folder = tmp_path_factory.mktemp("course")
    nbformat.write(not_yet_run(CORE[0]), folder / "week1.ipynb")
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def server(binder: Environment, clone: Path, course: Path) -> Iterator[str]:
    """JupyterLab in the clone, as Binder starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=")
    command = [binder.bin / "jupyter", "lab", *options]
    log = clone.parent / "server.log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            command,
            cwd=clone,
            env=binder.variables | instead_of(course, "https://github.com/NAME/COURSE"),
            stdout=output,
            stderr=output,
        )
    try:
        for _ in range(300):
            with socket.socket() as answer:
                if answer.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert started.poll() is None, log.read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        started.terminate()
        started.wait()


@pytest.fixture(scope="module", params=CHAPTERS)
def lab(request, browser: Browser, server: str, clone: Path) -> Iterator[tuple[Page, list[str]]]:
    """A chapter in JupyterLab, when all its cells have been run, and what they show wrongly."""
    file = clone / "book" / f"{request.param}.ipynb"
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        page = context.new_page()
        page.goto(f"{server}lab/tree/book/{file.name}?reset")
        expect(page.locator(".jp-Notebook .myst h1")).to_be_visible(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        for _ in range(120):
            page.wait_for_timeout(1000)
            page.keyboard.press("Control+s")
            if not (text := file.read_text(encoding="utf-8")).endswith("}\n"):
                continue  # it is being saved
            run = nbformat.reads(text, as_version=4)
            if all(cell.execution_count for cell in run.cells if cell.cell_type == "code"):
                break
        yield page, differences(committed(request.param), run)


def test_all_cells_run_and_show_what_is_committed(lab):
    assert lab[1] == []


def test_boxes_and_formulae_are_set(lab):
    shown = lab[0].evaluate("""async () => {
        const panel = document.querySelector(".jp-WindowedPanel-outer");
        const found = { raw: "" };
        for (let top = 0; top < panel.scrollHeight; top += panel.clientHeight / 2) {
            panel.scrollTo(0, top);  // only what is near is drawn
            await new Promise(done => setTimeout(done, 100));
            for (const kind of ["h2", ".katex-display", ".myst-proof", ".myst-exercise"])
                found[kind] = Math.max(found[kind] ?? 0, panel.querySelectorAll(kind).length);
            for (const cell of panel.querySelectorAll(".jp-MarkdownCell .myst")) {
                const text = cell.cloneNode(true);
                text.querySelectorAll(".katex, code, pre").forEach(part => part.remove());
                found.raw += text.textContent.match(/.*(:::|\\$|`|\\{[a-z:]+\\}).*/)?.[0] ?? "";
            }
        }
        return found;
    }""")
    assert shown.pop("raw") == ""
    assert all(shown.values()), shown


def test_a_lecturer_brings_notebooks_of_their_own(browser, server, clone):
    text = (ROOT / "book" / "running.md").read_text(encoding="utf-8")
    (link,) = re.findall(r"https://mybinder\.org/\S+urlpath=(git-pull\S+)", text)
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        page = context.new_page()
        page.goto(server + unquote(link))
        page.wait_for_url("**/lab/tree/COURSE/week1.ipynb**", timeout=60_000)
        expect(page.locator(".jp-Notebook .myst h1").last).to_be_visible(timeout=60_000)
    assert (clone / "COURSE" / "week1.ipynb").is_file()


def test_binder_reads_what_lies_in_its_folder(binder, repository):
    """Binder's own tool, here for this last test alone, says so; no image is built."""
    binder.run("pip", "install", "--quiet", f"jupyter-repo2docker=={REPO2DOCKER}")
    recipe = binder.run(
        *("bash", "-c", "repo2docker --no-build --debug --user-id 1000 --user-name reader . 2>&1"),
        cwd=repository,
    )
    assert "Building conda environment for python=3.11\n" in recipe
    assert 'bin/pip install --no-cache-dir -r ".binder/requirements.txt"\n' in recipe
    assert "RUN chmod +x .binder/postBuild\nRUN ./.binder/postBuild\n" in recipe
    assert "constraints.txt" not in recipe  # nothing is read at the top of the repository
    (lock,) = binder.folder.rglob("conda/environment.py-3.11-linux-64.lock")
    brought = re.search(r"/jupyterlab-([\d.]+)-", lock.read_text(encoding="utf-8"))[1]
    assert f"jupyterlab=={brought}\n" in (ROOT / ".binder/requirements.txt").read_text()
