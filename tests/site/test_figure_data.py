"""The data of each figure, as the site has them: a page of tables, a file, and links."""

import csv
import json

import pytest

from lossbook.plotting.tables import MIME as DATA
from tests.site import checks
from tests.site.checks import NOTEBOOKS, ROOT

FOLDER = "book/figures"


def outputs():
    """Yield for each figure of the book its name, its chapter and what the notebook has of it."""
    for chapter in NOTEBOOKS:
        notebook = json.loads((ROOT / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if "image/svg+xml" in output.get("data", {}):
                    name = cell["metadata"]["mystnb"]["figure"]["name"]
                    yield name, chapter, output["data"]


FIGURES = {name: (chapter, data[DATA]) for name, chapter, data in outputs() if DATA in data}
DRAWINGS = [name for name, _, data in outputs() if DATA not in data]


def column(cells):
    """Return a column of a notebook, which keeps numbers in one string; a gap is an empty cell."""
    if isinstance(cells, str):
        return ["" if cell == "nan" else cell for cell in cells.split()]
    return cells


def rows(table):
    return [list(row) for row in zip(*map(column, table["values"]), strict=True)]


def page_of(site, name):
    return site.file(f"{FOLDER}/{name}")


def test_most_figures_have_data_and_a_drawing_has_none(site):
    assert len(FIGURES) > 50
    assert {"fig-mse-graph", "fig-train-graph"} <= set(DRAWINGS)
    for name in DRAWINGS:
        assert not page_of(site, name).exists()
        assert not (site.root / FOLDER / f"{name}.csv").exists()


def test_the_search_finds_no_link_and_no_page_of_data(site):
    index = (site.root / "searchindex.js").read_text(encoding="utf-8")
    assert f"{FOLDER}/" not in index


@pytest.mark.parametrize("name", FIGURES, scope="class")
class TestFigure:
    def test_the_caption_leads_to_the_data_and_they_back(self, site, name):
        chapter, _ = FIGURES[name]
        figure = checks.parse(site.file(chapter)).find("figure", id=name)
        (link,) = figure.select("figcaption a.figure-data-link")
        assert link["href"] == f"figures/{name}.html"
        page = checks.parse(page_of(site, name))
        number = figure.select_one(".caption-number").get_text().strip()
        assert link["aria-label"] == page.select_one("article h1").get_text() == f"Data of {number}"
        back = f"../{chapter.removeprefix('book/')}.html#{name}"
        assert [a.get_text() for a in page.select(f'article a[href="{back}"]')] == [number]
        assert page.select_one(f'article a[href="{name}.csv"]')

    def test_the_page_shows_the_figure_as_the_chapter_does(self, site, name):
        there = checks.parse(site.file(FIGURES[name][0])).find("figure", id=name)
        here = checks.parse(page_of(site, name)).select_one("article figure")
        assert here.img["src"] == f"{name}.svg"
        assert here.img["alt"] == there.img["alt"]
        text = there.select_one(".caption-text").get_text().removesuffix("data").strip()
        assert here.figcaption.get_text().strip() == text

    def test_the_page_is_sound(self, site, name):
        page = page_of(site, name)
        parsed = checks.parse(page)
        assert checks.broken_links(site.root, page) == []
        assert checks.repeated_ids(parsed) == []
        assert checks.images_without_text(parsed) == []
        assert checks.unset_mathematics(parsed) == []

    def test_the_tables_have_heads_and_the_numbers_of_the_notebook(self, site, name):
        shown = checks.parse(page_of(site, name)).select("article table.figure-data")
        for table, source in zip(shown, FIGURES[name][1], strict=True):
            assert table.caption.get_text().strip()
            heads = table.select("thead th[scope=col]")
            assert len(heads) == len(source["names"])
            assert all(head.get_text().strip() for head in heads)
            cells = [[td.get_text() for td in tr.select("td")] for tr in table.select("tbody tr")]
            for row, expected in zip(cells, rows(source), strict=True):
                for cell, said in zip(row, expected, strict=True):
                    assert cell == said or "$" in said  # a formula, which is set

    def test_the_file_has_every_row(self, site, name):
        with (site.root / FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            written = list(csv.DictReader(file))
        expected = [(table["panel"], *row) for table in FIGURES[name][1] for row in rows(table)]
        names = [table["names"] for table in FIGURES[name][1] for _ in rows(table)]
        assert [
            (row["panel"], *[row[column] for column in columns])
            for row, columns in zip(written, names, strict=True)
        ] == expected
        assert all(row["series"] for row in written)
