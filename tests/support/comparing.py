"""Tell whether a chapter that was run anew shows what the committed one shows."""

import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns

from lossbook.plotting.tables import MIME as DATA
from tests.support import ROOT, compare_data, compare_svg
from tools.run_chapters import canonical

SVG = "image/svg+xml"
SANITIZE = ROOT / "tests" / "chapters" / "sanitize.cfg"
NOISE = get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8"))


def differences(committed: NotebookNode, run: NotebookNode) -> list[str]:
    """Return in words what the cells show that is not as committed; [] if nothing."""
    run = nbformat.reads(canonical(nbformat.writes(run)), as_version=4)
    pairs = zip(committed.cells, run.cells, strict=True)
    return [
        f"{old.id}: {difference}"
        for old, new in pairs
        if old.cell_type == "code"
        for difference in _of_a_cell(old, new)
    ]


def of_figures(committed: dict[str, Any], drawn: dict[str, Any]) -> list[str]:
    """Return what differs between two figures in canonical form and their data; [] if nothing."""
    return [
        *compare_svg.differences(committed[SVG], drawn[SVG]),
        *compare_data.differences(committed.get(DATA, []), drawn.get(DATA, [])),
    ]


def _of_a_cell(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    if new.execution_count is None:
        yield "was not run"
    before, after = ([_shown(output) for output in cell.outputs] for cell in (old, new))
    if [kinds.keys() for kinds in before] != [kinds.keys() for kinds in after]:
        yield f"{before}, now {after}"
        return
    for was, now in zip(before, after, strict=True):
        if SVG in was:
            yield from of_figures(was, now)
        for kind in was.keys() - {SVG, DATA}:
            if _without_noise(was[kind]) != _without_noise(now[kind]):
                yield f"{was[kind]!r}, now {now[kind]!r}"


def _shown(output: NotebookNode) -> dict[str, Any]:
    """Return what an output shows, by kind."""
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": f"{output.ename}: {output.evalue}"}
    return dict(output.data)


def _without_noise(text: str) -> str:
    for pattern, replacement in NOISE:
        text = re.sub(pattern, replacement, text)
    return text
