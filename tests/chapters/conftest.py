"""nbval compares what a chapter prints; this compares its figures and their data, as numbers."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from nbval.plugin import IPyNbCell

from tests.support.comparing import DATA, SVG, of_figures
from tools.run_chapters import canonical_svg


class FigureComparison:
    """Fails a cell whose figures, drawn anew, are not the committed ones."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        if isinstance(item, IPyNbCell):
            item.parent.skip_compare = {*item.parent.skip_compare, DATA}  # to the last digit
        yield  # nbval runs the cell, and has compared how many figures there are
        if not isinstance(item, IPyNbCell) or item.cell.execution_count is None:
            return
        committed, drawn = (
            [output.data for output in outputs if SVG in output.get("data", {})]
            for outputs in (item.cell.outputs, item.test_outputs)
        )
        for old, new in zip(committed, drawn, strict=True):
            canonical = canonical_svg(new[SVG], item.cell.id)
            if found := of_figures(old, {**new, SVG: canonical}):
                item.raise_cell_error("Figure differs from the committed one", "\n".join(found))


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    # The chapters lie outside this folder, where only a registered plugin reaches.
    if not config.pluginmanager.has_plugin("figures"):
        config.pluginmanager.register(FigureComparison(), "figures")
