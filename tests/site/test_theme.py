"""The theme of the site, and builds that keep what was read before."""

import shutil

import pytest

from tests.site import checks
from tests.site.checks import PAGES, ROOT
from website.ext import incremental

EXPLORABLES = {
    "book/mse-gradient": "squares",
    "book/cross-entropy-gradient": "softmax",
    "book/mse-as-nll": "likelihood",
    "book/robust-losses": "outlier",
}


@pytest.mark.parametrize("path", PAGES)
def test_no_other_theme_has_left_its_classes(site, path):
    attributes = checks.parse(site.file(path)).xpath("//@class")
    classes = {name for attribute in attributes for name in attribute.split()}
    assert [name for name in classes if name.startswith(("pst-", "bd-", "sbt-", "nav-"))] == []


def test_the_list_of_chapters_says_which_is_open(site):
    for path in PAGES:
        here = checks.parse(site.file(path)).cssselect('#contents a[aria-current="page"]')
        assert len(here) == (path != PAGES[0])


@pytest.mark.parametrize("path", PAGES)
def test_the_list_of_sections_leads_to_every_section(site, path):
    page = checks.parse(site.file(path))
    links = page.xpath("//*[@id='sections']//a/@href")
    sections = page.xpath("//article/section//section[h2 or h3 or h4]/@id")
    assert sorted(links) == sorted(f"#{section}" for section in sections)


def test_each_figure_is_on_the_site_once_and_chapters_show_that_file(site):
    figures = [(path, name) for name, path, _ in checks.figures()]
    drawings = {path.relative_to(site.root) for path in site.root.rglob("*.svg")}
    drawings = {path for path in drawings if path.parts[0] != "_static"}
    assert sorted(map(str, drawings)) == sorted(f"book/figures/{name}.svg" for _, name in figures)
    for path, name in figures:
        image = checks.first(checks.parse(site.file(path)), f"figure#{name} img")
        assert image.get("src") == f"figures/{name}.svg"


def test_a_page_in_markdown_shows_a_figure_of_a_chapter(site):
    images = checks.parse(site.file("book/index")).cssselect("article img")
    assert [image.get("src") for image in images] == ["figures/fig-ce-digits.svg"]
    assert all(int(image.get(side)) > 0 for image in images for side in ("width", "height"))


@pytest.mark.usefixtures("site")
def test_nothing_is_built_among_the_sources():
    assert not (ROOT / "book" / "figures").exists()


def test_an_explorable_is_below_its_figure_and_its_script_on_that_page_alone(site):
    for path in PAGES:
        page = checks.parse(site.file(path))
        scripts = page.xpath("//script[contains(@src, 'explorables/')]/@src")
        name = EXPLORABLES.get(path)
        expected = [f"../_static/explorables/{script}.js" for script in ("base", name) if name]
        assert scripts == expected
        if name:
            assert page.cssselect(f"figure + lossbook-{name}")


# ---------- A second build of a small book ----------

FIRST = """# The first page

{eq}`eq-second` is on the second page, [](second.md). This sentence is long enough to describe it.
"""
SECOND = """# The second page

This sentence, too, is long enough to describe the page, which has an equation of its own.

$$
a = b
$$ (eq-second)
"""
WITHOUT = ("      - website.ext.ledger", "logo: ", "  favicon: ")  # lines of _config.yml


@pytest.fixture
def book(tmp_path):
    """Return a small book in the theme of this one, without its ledger."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8").splitlines()
    lines = [line for line in config if not line.startswith(WITHOUT)]
    (tmp_path / "_config.yml").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/first\nchapters: [file: book/second]\n"
    )
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "first.md").write_text(FIRST)
    (tmp_path / "book" / "second.md").write_text(SECOND)
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    return tmp_path


def title_of_link(book):
    page = checks.parse.__wrapped__(book / "_build" / "html" / "book" / "first.html")
    return checks.text(checks.first(page, 'article a[href="second.html"]'))


@pytest.mark.nightly
def test_a_page_that_has_not_changed_shows_the_new_title_of_another(book):
    assert checks.build(book, book).returncode == 0
    assert title_of_link(book) == "The second page"
    read = book / "_build" / ".doctrees" / "book" / "first.doctree"
    before = read.stat().st_mtime_ns
    (book / "book" / "second.md").write_text(SECOND.replace("The second page", "Another title"))
    built = checks.build(book, book)
    assert built.returncode == 0, built.stderr
    assert title_of_link(book) == "Another title"
    assert read.stat().st_mtime_ns == before  # it was not read again


@pytest.mark.nightly
def test_a_warning_is_repeated_by_the_next_build(book):
    (book / "book" / "second.md").write_text(SECOND + "\n![](no-such-image.png)\n")
    for _ in range(2):
        built = checks.build(book, book)
        assert built.returncode != 0
        assert any("no-such-image.png" in line for line in checks.warnings(built))


def test_a_change_of_the_code_that_reads_pages_changes_its_digest(tmp_path, monkeypatch):
    for name in ("website/ext/katex.py", "eqcheck/latex.py", "book/equations/notation.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a = 1\n")
    monkeypatch.setattr(incremental, "ROOT", tmp_path)
    before = incremental.digest()
    assert incremental.digest() == before
    for name in ("website/ext/katex.py", "eqcheck/latex.py", "book/equations/notation.yml"):
        (tmp_path / name).write_text("a = 2\n")
        assert incremental.digest() != before
        (tmp_path / name).write_text("a = 1\n")
