"""The site as it was built: its HTML."""

import re
import struct
from xml.etree import ElementTree

import pytest
import yaml
from sphinxcontrib import katex

from eqcheck.book import Book
from eqcheck.pages import Page as Source
from eqcheck.pages import displays, pages_in_toc
from tests.site import checks
from tests.site.checks import CONFIG, NOTEBOOKS, PAGES, ROOT
from tools.repository import ref


def test_every_page_of_the_table_of_contents_is_there(site):
    assert [page for page in PAGES if not site.file(page).is_file()] == []


def test_the_address_of_the_site_leads_to_the_book(site):
    assert f"url={PAGES[0]}.html" in site.file("index").read_text()


@pytest.mark.parametrize("path", PAGES, scope="class")  # page by page
class TestHTML:
    def test_mathematics_is_set(self, site, path):
        assert checks.unset_mathematics(checks.parse(site.file(path))) == []

    def test_every_equation_has_a_link(self, site, path):
        assert checks.equations_without_link(checks.parse(site.file(path))) == []

    def test_every_equation_leads_to_its_row_of_the_ledger_and_back(self, site, path):
        assert checks.equations_without_mark(site.root, site.file(path)) == []

    def test_every_image_says_what_it_shows(self, site, path):
        assert checks.images_without_text(checks.parse(site.file(path))) == []

    def test_no_id_stands_twice(self, site, path):
        assert checks.repeated_ids(checks.parse(site.file(path))) == []

    def test_every_link_leads_somewhere(self, site, path):
        assert checks.broken_links(site.root, site.file(path)) == []

    def test_it_describes_itself(self, site, path):
        head = checks.parse(site.file(path)).head
        address = f"{CONFIG['html']['baseurl']}{path}.html"
        assert checks.first(head, 'link[rel="canonical"]').get("href") == address
        assert checks.first(head, 'meta[property="og:url"]').get("content") == address
        assert len(checks.first(head, 'meta[name="description"]').get("content")) > 40

    def test_it_can_be_edited_and_discussed(self, site, path):
        page = checks.parse(site.file(path))
        links = [a.get("href", "") for a in page.cssselect(".actions a, footer a")]
        repository = CONFIG["repository"]["url"]
        source = f"{path}.ipynb" if path in NOTEBOOKS else f"{path}.md"
        assert repository in links
        assert f"{repository}/edit/{CONFIG['repository']['branch']}/{source}" in links
        assert any(link.startswith(f"{repository}/issues/new") for link in links)


@pytest.mark.parametrize("path", NOTEBOOKS, scope="class")
class TestNotebook:
    def test_it_can_be_run_elsewhere(self, site, path):
        repository = CONFIG["repository"]
        project = repository["url"].removeprefix("https://github.com/")
        links = {a.get("href") for a in checks.parse(site.file(path)).cssselect("a")}
        binder = f"https://mybinder.org/v2/gh/{project}/{ref()}"
        assert f"{binder}?urlpath=lab/tree/{path}.ipynb" in links
        colab = "https://colab.research.google.com/github"
        assert f"{colab}/{project}/blob/{ref()}/{path}.ipynb" in links

    def test_it_can_be_downloaded(self, site, path):
        links = checks.parse(site.file(path)).cssselect("a")
        link = next(a for a in links if checks.text(a) == "Download")
        downloaded = site.file(path).parent / link.get("href")
        assert downloaded.read_bytes() == (ROOT / f"{path}.ipynb").read_bytes()


def test_the_ledger_lists_every_equation_once_in_the_order_of_the_book(site):
    pages = [Source.read(path) for path in pages_in_toc(ROOT)]
    labels = [display.label for page in pages for display in displays(page)]
    rows = checks.ledger(site.file("book/ledger"))
    assert list(rows) == [f"ledger-{label}" for label in labels]


def test_the_notation_shows_every_symbol(site):
    shown = checks.symbols_in_tables(checks.parse(site.file("book/notation")))
    assert shown == [symbol.name for line in Book(ROOT).notation.lines for symbol in line.symbols]


def test_the_index_leads_to_a_chapter_for_every_term(site):
    terms = yaml.safe_load((ROOT / "book" / "terms.yml").read_text(encoding="utf-8"))
    rows = checks.parse(site.file("book/terms")).cssselect("article dl.terms > dt")
    links = {checks.text(term): term.getnext().cssselect("a") for term in rows}
    assert list(links) == sorted(terms, key=str.casefold)
    assert all(links.values())


def test_stylesheet_and_fonts_are_of_the_katex_that_sets_the_mathematics():
    stylesheet = ROOT / "website" / "theme" / "static" / "katex" / "katex.min.css"
    style = stylesheet.read_text()
    script = (katex.SRC_DIR / "katex.min.js").read_text()
    assert re.search(r'content:"([\d.]+)"', style)[1] == katex.katex_version
    assert f'version:"{katex.katex_version}"' in script
    fonts = re.findall(r"url\(([^)]*)\)", style)
    assert fonts
    assert [font for font in fonts if not (stylesheet.parent / font).is_file()] == []


def test_the_stylesheet_brings_its_fonts_along_and_only_what_is_used_of_them(site):
    style = (site.root / "_static" / "site.css").read_text()
    addresses = re.findall(r"url\(([^)]{0,40})", style)
    assert [address for address in addresses if not address.startswith('"data:')] == []
    families = set(re.findall(r"@font-face\s*{\s*font-family:\s*\"?([^;\"]*)", style))
    assert {"Lossbook Serif", "KaTeX_Main", "KaTeX_Math"} <= families
    assert "KaTeX_Fraktur" not in families


def test_the_preview_card_is_as_large_as_it_says(site):
    head = checks.parse(site.file(PAGES[0])).head
    said = {tag.get("property"): tag.get("content") for tag in head.cssselect("meta[property]")}
    card = site.root / said["og:image"].removeprefix(CONFIG["html"]["baseurl"])
    width, height = struct.unpack(">II", card.read_bytes()[16:24])  # of a PNG
    assert (width, height) == (int(said["og:image:width"]), int(said["og:image:height"]))


def test_the_map_of_the_site_lists_every_page_once(site):
    text = (site.root / "sitemap.xml").read_text()
    listed = [node.text for node in ElementTree.fromstring(text).iter() if "loc" in node.tag]
    assert sorted(listed) == sorted(f"{CONFIG['html']['baseurl']}{path}.html" for path in PAGES)
    assert f"{CONFIG['html']['baseurl']}sitemap.xml" in (site.root / "robots.txt").read_text()


def test_a_wrong_address_leads_back(site):
    page = checks.parse(site.file("404"))
    assert page.cssselect("script, link") == []  # it is shown at any depth
    assert checks.broken_links(site.root, site.file("404")) == []
    assert len(page.cssselect("a")) == 3


def test_no_label_that_was_published_disappears(site):
    """A link once given stays good: what is renamed needs its old label beside the new one."""
    published = (ROOT / "tests" / "site" / "published.txt").read_text().split()
    gone = [label for label in published if label not in checks.labels(site.root)]
    assert gone == []
    assert sorted(published) == sorted(checks.labels(site.root)), "add the new ones to the list"
