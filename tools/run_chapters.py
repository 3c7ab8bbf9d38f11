"""Run the chapters in place, and write each in the one form that is committed.

    python -m tools.run_chapters [--check] [chapter.ipynb ...]

Without names, all chapters of _toc.yml are run.  A file in canonical form holds what the reader
sees and nothing of the machine that made it, so a chapter that has not changed is the same file.
Its first cell of code gets the package where there is none, and is not shown on the site.
With ``--check`` nothing is run or written; chapters that are not in canonical form are named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from eqcheck.pages import pages_in_toc
from tools import ROOT
from tools.repository import URL, ref

TIMEOUT = 60  # seconds for one cell
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("mystnb", "tags")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
GET_LOSSBOOK = f"""\
from importlib.util import find_spec

if not find_spec("lossbook"):  # as on Colab
    %pip install --quiet git+{URL}@{ref()}
    assert find_spec("lossbook"), "not installed: pip says above why"
"""


class ChapterError(Exception):
    """A chapter that cannot be run to its end; the message names chapter and cell."""


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the chapters that can be run, in reading order."""
    return [page for page in pages_in_toc(root) if page.suffix == ".ipynb"]


# The canonical form


def canonical(text: str) -> str:
    """Return the canonical form of a notebook; the canonical form of that is itself."""
    notebook = json.loads(text)
    _give_ids(notebook["cells"])
    notebook |= {"metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    notebook = nbformat.reads(json.dumps(notebook), as_version=4)  # joins lists of lines
    _get_lossbook_first(notebook)
    notebook.cells = [_canonical_cell(cell) for cell in notebook.cells if cell.source.strip()]
    return f"{nbformat.writes(notebook, indent=1)}\n"


def _get_lossbook_first(notebook: NotebookNode) -> None:
    """Let the code of a notebook begin with getting the package."""
    places = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    if not places:
        return
    if notebook.cells[places[0]].id != "get-lossbook":
        notebook.cells.insert(places[0], nbformat.v4.new_code_cell(id="get-lossbook"))
    first = notebook.cells[places[0]]
    first.source, first.metadata.tags = GET_LOSSBOOK, ["remove-cell"]


def _give_ids(cells: list[dict[str, Any]]) -> None:
    """Keep every proper id; give other cells one that depends on the notebook alone."""
    taken: set[str] = set()
    wanting = []
    for cell in cells:
        name = cell.get("id")
        if isinstance(name, str) and CELL_ID.fullmatch(name) and name not in taken:
            taken.add(name)
        else:
            wanting.append(cell)
    for cell in wanting:
        seed = "".join(cell["source"])
        name = _digest(seed)
        while name in taken:
            seed += "+"
            name = _digest(seed)
        cell["id"] = name
        taken.add(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _canonical_cell(cell: NotebookNode) -> NotebookNode:
    cell.source = _without_trailing_blanks(cell.source)
    cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
    if not cell.get("attachments", True):
        del cell["attachments"]
    if cell.cell_type == "code":
        cell.outputs = [canonical_output(o, cell.id) for o in _merge_streams(cell.outputs)]
    return cell


def _without_trailing_blanks(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\r\n").splitlines()).rstrip()


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join pieces of one stream, which arrive cut in a different place in each run."""
    merged: list[NotebookNode] = []
    for output in outputs:
        is_stream = output.output_type == "stream"
        if is_stream and merged and merged[-1].get("name") == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def canonical_output(output: NotebookNode, cell_id: str) -> NotebookNode:
    """Return an output without what depends on the machine; text is left as it was printed."""
    if output.output_type == "error":
        # Frames name files of this machine, and the reader needs only the last line.
        output.traceback = [f"{output.ename}: {output.evalue}"]
    elif "data" in output:
        output.metadata = {}
        output.data.pop("application/vnd.jupyter.widget-view+json", None)
        if "image/svg+xml" in output.data:
            output.data.pop("image/png", None)
            output.data["image/svg+xml"] = canonical_svg(output.data["image/svg+xml"], cell_id)
    return output


# Coordinates only: rounding the factor of a scale() would move what it scales.
_COORDINATES = re.compile(r'(?<= )(?:d|x|y|points)="[^"]*"|(?<=translate\()[^)]*')
_DECIMAL = re.compile(r"-?\d+\.\d+")
_HASHED_ID = re.compile(r' id="([^"]*[0-9a-f]{10})"')


def canonical_svg(svg: str, prefix: str) -> str:
    """Return a figure without date, version and noise: 1/100 point is less than anyone sees."""
    svg = svg.replace("\r\n", "\n")
    svg = re.sub(r"^.*?(?=<svg\b)", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _COORDINATES.sub(lambda match: _DECIMAL.sub(_rounded, match[0]), svg)
    # Matplotlib names a path after the hash of its unrounded numbers; count them instead.
    for number, name in enumerate(dict.fromkeys(_HASHED_ID.findall(svg)), 1):
        svg = re.sub(rf'(?<=[#"]){re.escape(name)}(?=[")])', f"{prefix}-{number}", svg)
    return _without_trailing_blanks(svg) + "\n"


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


# Running


def execute(notebook: NotebookNode, folder: Path, name: str, timeout: int = TIMEOUT) -> None:
    """Run all cells in a new kernel that works in `folder`; stop at the first fault."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(stderr=subprocess.DEVNULL):  # the kernel's own messages
        number = 0
        for index, cell in enumerate(notebook.cells):
            number += cell.cell_type == "code"
            place = f"{name}, code cell {number} ({cell.id})"
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise ChapterError(f"{place}:\n{error}") from error
            except CellTimeoutError as error:
                raise ChapterError(f"{place}: not done after {timeout} seconds") from error
            except DeadKernelError as error:
                raise ChapterError(f"{place}: the kernel died") from error
            raised = any(output.output_type == "error" for output in cell.get("outputs", []))
            if "raises-exception" in cell.metadata.get("tags", []) and not raised:
                raise ChapterError(f"{place}: is tagged raises-exception, but raises nothing")


def run(path: Path, timeout: int = TIMEOUT) -> None:
    """Run one chapter in place; if it fails, the file stays as it was."""
    notebook = nbformat.reads(canonical(path.read_text(encoding="utf-8")), as_version=4)
    execute(notebook, path.parent, path.name, timeout)
    path.write_text(canonical(nbformat.writes(notebook)), encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 0 if all is well."""
    parser = argparse.ArgumentParser(description="Run the chapters in place.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="chapter.ipynb")
    parser.add_argument("--check", action="store_true", help="only tell what is not canonical")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.paths or chapters():
        if options.check:
            if path.read_bytes() != canonical(path.read_text(encoding="utf-8")).encode():
                print(f"{path.name} is not in canonical form: run it", file=sys.stderr)
                status = 1
            continue
        start = time.perf_counter()
        try:
            run(path.resolve())
        except ChapterError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{path.name:<40}{time.perf_counter() - start:6.1f} s", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
