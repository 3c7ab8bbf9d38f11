"""The tool that runs chapters: one form, the same bytes each time, and clear faults."""

import json

import nbformat
import pytest

from tests.chapters.sample import cell, chapter, code, written
from tools import run_chapters
from tools.run_chapters import ChapterError, canonical, canonical_svg, chapters, main, run


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return the sample chapter, run, and its bytes after one run and after two."""
    path = tmp_path_factory.mktemp("run") / "sample.ipynb"
    path.write_text(written(chapter()))
    run(path)
    once = path.read_bytes()
    run(path)
    return once, path.read_bytes()


def output(executed, name):
    (found,) = cell(json.loads(executed[0]), name)["outputs"]
    return found


def test_a_second_run_writes_the_same_bytes(executed):
    assert executed[0] == executed[1]


def test_the_form_is_one_that_jupyter_reads(executed):
    text = executed[0].decode()
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert text.startswith('{\n "cells"')
    assert text.endswith("}\n")
    assert canonical(text) == text


def test_cells_are_counted_and_keep_their_names(executed):
    cells = json.loads(executed[0])["cells"]
    question, *others = (c["id"] for c in chapter()["cells"])
    assert [c["id"] for c in cells] == [question, "get-lossbook", *others]
    assert [c["execution_count"] for c in cells if c["cell_type"] == "code"] == [1, 2, 3, 4, 5]


def test_the_code_begins_with_getting_the_package(executed):
    first = cell(json.loads(executed[0]), "get-lossbook")
    assert (first["metadata"], first["outputs"]) == ({"tags": ["remove-cell"]}, [])
    changed = executed[0].decode().replace("%pip install", "%conda install")
    assert canonical(changed) == executed[0].decode()


def test_an_error_is_one_line(executed):
    assert output(executed, "failure")["traceback"] == ["ValueError: meant to fail"]


def test_a_figure_has_no_date_no_version_and_no_other_format(executed):
    data = output(executed, "figure")["data"]
    assert set(data) == {"application/vnd.lossbook.data+json", "image/svg+xml", "text/plain"}
    svg = "".join(data["image/svg+xml"])
    assert svg.startswith("<svg ")
    assert "<metadata>" not in svg
    assert "Matplotlib v" not in svg


MESSY = {
    "metadata": {"kernelspec": {"name": "conda-env-x", "display_name": "x"}, "widgets": {}},
    "nbformat": 4,
    "nbformat_minor": 4,
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Été  \n", "\n", "text\n", "\n"]},
        code("1 + 1", "twice") | {"metadata": {"execution": {"iopub.busy": "now"}, "tags": []}},
        code("1 + 1", "twice") | {"metadata": {"collapsed": True, "tags": ["hide-input"]}},
        code("1 + 1", "not a proper id!"),
        code("  \n", "empty"),
        code("print()", "streams")
        | {
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
                {"output_type": "stream", "name": "stdout", "text": "c \n"},
                {"output_type": "stream", "name": "stderr", "text": "d\n"},
                {
                    "output_type": "display_data",
                    "metadata": {"needs_background": "light"},
                    "data": {
                        "image/png": "AAAA",
                        "image/svg+xml": "<?xml?>\r\n<svg>\r\n</svg>\r\n",
                    },
                },
            ]
        },
    ],
}


def test_canonical_form_settles_what_an_editor_leaves():
    text = canonical(written(MESSY))
    assert canonical(text) == text
    notebook = json.loads(text)
    title, _, first, second, third, last = notebook["cells"]
    assert "conda" not in text
    assert "widgets" not in text
    assert "Été" in text
    assert "".join(title["source"]) == "# Été\n\ntext"
    assert first["metadata"] == {}
    assert second["metadata"] == {"tags": ["hide-input"]}
    ids = [c["id"] for c in notebook["cells"]]
    assert len(set(ids)) == 6
    assert first["id"] == "twice"
    assert ids == [c["id"] for c in json.loads(canonical(written(MESSY)))["cells"]]
    assert third["id"].isalnum()
    out, err, figure = last["outputs"]
    assert "".join(out["text"]) == "a\nbc \n"  # what was printed stays, blanks too
    assert err["name"] == "stderr"
    assert figure == {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/svg+xml": ["<svg>\n", "</svg>\n"]},
    }


def test_canonical_form_does_not_hide_that_a_chapter_was_never_run():
    cells = json.loads(canonical(written(chapter())))["cells"]
    assert {c["execution_count"] for c in cells if c["cell_type"] == "code"} == {None}


def test_svg_is_rounded_where_it_is_a_place_and_nowhere_else():
    svg = (
        '<svg viewBox="0 0 9.12345 9"> <path id="m0123456789" d="M 1.23456 -0.001 \nL 2 3"/>'
        '<g transform="translate(1.239 2) scale(0.015625)"><use xlink:href="#m0123456789" '
        'x="7.999" y="1"/></g><g clip-path="url(#m0123456789)" style="opacity: 0.125"/></svg>'
    )
    assert canonical_svg(svg, "cell") == (
        '<svg viewBox="0 0 9.12345 9"> <path id="cell-1" d="M 1.23 0\nL 2 3"/>'
        '<g transform="translate(1.24 2) scale(0.015625)"><use xlink:href="#cell-1" '
        'x="8" y="1"/></g><g clip-path="url(#cell-1)" style="opacity: 0.125"/></svg>\n'
    )


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([code("1"), code("1 / 0", "bad")], r"sample.ipynb, code cell 3 \(bad\):(?s:.*)ZeroDiv"),
        ([code("1", "mild", tags=["raises-exception"])], r"code cell 2 \(mild\): .*raises nothing"),
        ([code("while True: pass", "long")], r"code cell 2 \(long\): not done after 1 seconds"),
    ],
    ids=["error", "no error", "too long"],
)
def test_a_fault_names_chapter_and_cell_and_leaves_the_file(tmp_path, cells, message):
    path = tmp_path / "sample.ipynb"
    path.write_text(written(chapter() | {"cells": cells}))
    before = path.read_bytes()
    with pytest.raises(ChapterError, match=message):
        run(path, timeout=1)
    assert path.read_bytes() == before


def test_a_chapter_works_in_its_own_folder(tmp_path):
    path = tmp_path / "sample.ipynb"
    place = code("from pathlib import Path\n\nPath('here.txt').write_text('x')")
    path.write_text(written(chapter() | {"cells": [place]}))
    run(path)
    assert (tmp_path / "here.txt").exists()


def test_the_command_runs_what_the_toc_names(tmp_path, monkeypatch, capsys):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.md").write_text("# Index\n")
    path = tmp_path / "book" / "one.ipynb"
    path.write_text(written(chapter() | {"cells": [code("1 + 1")]}))
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n- caption: A\n  chapters:\n"
        "  - file: book/one\n  - url: https://example.org\n"
    )
    assert chapters(tmp_path) == [path]
    monkeypatch.setattr(run_chapters, "chapters", lambda: chapters(tmp_path))
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("one.ipynb")
    assert main(["--check"]) == 0


def test_the_command_fails_with_the_chapter(tmp_path, capsys):
    path = tmp_path / "sample.ipynb"
    path.write_text(written(chapter() | {"cells": [code("1 / 0")]}))
    assert main([str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
