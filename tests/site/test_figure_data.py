"""The data of each figure, as the site has them: a page of tables, a file, and links."""

import csv

import pytest

from lossbook.plotting.tables import MIME as DATA
from tests.site import checks

FOLDER = "book/figures"


FIGURES = {name: (chapter, data[DATA]) for name, chapter, data in checks.figures() if DATA in data}
DRAWINGS = [name for name, _, data in checks.figures() if DATA not in data]


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


def figure_of(site, name):
    """Return a figure as its chapter shows it."""
    (figure,) = checks.parse(site.file(FIGURES[name][0])).cssselect(f"figure#{name}")
    return figure


@pytest.mark.parametrize("name", FIGURES, scope="class")
class TestFigure:
    def test_the_caption_leads_to_the_data_and_they_back(self, site, name):
        chapter, _ = FIGURES[name]
        figure = figure_of(site, name)
        (link,) = figure.cssselect("figcaption a.figure-data-link")
        assert link.get("href") == f"figures/{name}.html"
        page = checks.parse(page_of(site, name))
        number = checks.text(checks.first(figure, ".caption-number")).strip()
        title = checks.text(checks.first(page, "article h1"))
        assert link.get("aria-label") == title == f"Data of {number}"
        back = f"../{chapter.removeprefix('book/')}.html#{name}"
        assert [checks.text(a) for a in page.cssselect(f'article a[href="{back}"]')] == [number]
        assert page.cssselect(f'article a[href="{name}.csv"]')

    def test_the_page_shows_the_figure_as_the_chapter_does(self, site, name):
        there = figure_of(site, name)
        here = checks.first(checks.parse(page_of(site, name)), "article figure")
        image = checks.first(here, "img")
        assert image.get("src") == f"{name}.svg"
        assert image.get("alt") == checks.first(there, "img").get("alt")
        caption = checks.text(checks.first(there, ".caption-text")).removesuffix("data").strip()
        assert checks.text(checks.first(here, "figcaption")).strip() == caption

    def test_the_page_is_sound(self, site, name):
        page = page_of(site, name)
        parsed = checks.parse(page)
        assert checks.broken_links(site.root, page) == []
        assert checks.repeated_ids(parsed) == []
        assert checks.images_without_text(parsed) == []
        assert checks.unset_mathematics(parsed) == []

    def test_the_tables_have_heads_and_the_numbers_of_the_notebook(self, site, name):
        shown = checks.parse(page_of(site, name)).cssselect("article table.figure-data")
        for table, source in zip(shown, FIGURES[name][1], strict=True):
            assert checks.text(checks.first(table, "caption")).strip()
            heads = table.cssselect("thead th[scope=col]")
            assert len(heads) == len(source["names"])
            assert all(checks.text(head).strip() for head in heads)
            cells = [[*map(checks.text, tr.cssselect("td"))] for tr in table.cssselect("tbody tr")]
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
