"""The site as a reader meets it."""

import re
from collections.abc import Iterator

import checks
import pytest
from checks import CONFIG, NOTEBOOKS, PAGES, ROOT, Listener
from equations import notation
from pages import Page as Source
from pages import displays, pages_in_toc
from playwright.sync_api import Browser, Page, expect
from sphinxcontrib import katex

# ---------- What was built ----------


def test_it_builds_without_a_warning(site):
    assert site.built.returncode == 0, site.built.stdout + site.built.stderr
    assert checks.warnings(site.built) == []


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
        assert head.select_one('link[rel="canonical"]')["href"] == address
        assert head.select_one('meta[property="og:url"]')["content"] == address
        assert len(head.select_one('meta[name="description"]')["content"]) > 40

    def test_it_can_be_edited_and_discussed(self, site, path):
        links = [a.get("href", "") for a in checks.parse(site.file(path)).select("a.btn")]
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
        branch = repository["branch"]
        links = {a.get("href") for a in checks.parse(site.file(path)).select("a")}
        assert (
            f"https://mybinder.org/v2/gh/{project}/{branch}?urlpath=lab/tree/{path}.ipynb" in links
        )
        assert (
            f"https://colab.research.google.com/github/{project}/blob/{branch}/{path}.ipynb"
            in links
        )

    def test_it_can_be_downloaded(self, site, path):
        button = checks.parse(site.file(path)).select_one("a.btn-download-source-button")
        downloaded = site.file(path).parent / button["href"]
        assert downloaded.read_bytes() == (ROOT / f"{path}.ipynb").read_bytes()


def test_the_ledger_lists_every_equation_once_in_the_order_of_the_book(site):
    labels = [display.label for path in pages_in_toc() for display in displays(Source.read(path))]
    rows = checks.ledger(site.file("book/ledger"))
    assert list(rows) == [f"ledger-{label}" for label in labels]


def test_the_notation_shows_every_symbol(site):
    shown = checks.symbols_in_tables(checks.parse(site.file("book/notation")))
    assert shown == [symbol.name for line in notation.lines() for symbol in line.symbols]


def test_stylesheet_and_fonts_are_of_the_katex_that_sets_the_mathematics(site):
    stylesheet = site.root / "_static" / "katex" / "katex.min.css"
    style = stylesheet.read_text()
    script = (katex.SRC_DIR / "katex.min.js").read_text()
    assert re.search(r'content:"([\d.]+)"', style)[1] == katex.katex_version
    assert f'version:"{katex.katex_version}"' in script
    fonts = re.findall(r"url\(([^)]*)\)", style)
    assert fonts
    assert [font for font in fonts if not (stylesheet.parent / font).is_file()] == []


# ---------- In the browser ----------


@pytest.fixture(
    scope="module",
    params=[(path, theme) for path in PAGES for theme in ("light", "dark")],
    ids=lambda param: f"{param[0].removeprefix('book/')}-{param[1]}",
)
def opened(request, browser: Browser, host: str) -> Iterator[tuple[Page, Listener]]:
    """Every page in either theme, with what was heard while it loaded."""
    path, theme = request.param
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1400, "height": 900})
        listener = Listener(page, host)
        page.goto(f"{host}{path}.html", wait_until="networkidle")
        assert page.locator("html").get_attribute("data-theme") == theme
        yield page, listener


class TestPage:
    def test_it_loads_from_its_own_host_without_an_error(self, opened):
        page, listener = opened
        expect(page.locator("article h1").first).to_be_visible()
        assert listener.wrong == []

    def test_superscripts_stand_where_they_should(self, opened):
        assert checks.low_superscripts(opened[0]) == []

    def test_a_phone_does_not_scroll_sideways(self, opened):
        assert checks.sideways(opened[0]) == []

    def test_axe_finds_no_violation(self, opened):  # the last, for it takes the formulae away
        assert checks.inaccessible(opened[0]) == []


@pytest.mark.parametrize("path", PAGES)
def test_it_is_readable_without_javascript(browser, host, path):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        listener = Listener(page, host)
        page.goto(f"{host}{path}.html")
        expect(page.locator("article h1").first).to_be_visible()
        expect(page.locator("article p").first).to_be_visible()
        expect(page.locator("nav.bd-links a").first).to_be_visible()
        for formula in page.locator("article .katex-html").all()[:3]:
            assert formula.bounding_box()["height"] > 5
        if (folded := page.locator("article details > summary")).count():
            inside = folded.first.locator("xpath=following-sibling::*").first
            expect(inside).not_to_be_visible()
            folded.first.click()
            expect(inside).to_be_visible()
        assert listener.wrong == []


def test_search_finds_a_word_of_the_book(browser, host):
    with browser.new_context() as context:
        page = context.new_page()
        listener = Listener(page, host)
        page.goto(f"{host}search.html?q=softmax")
        hits = page.locator("#search-results li a")
        expect(hits.first).to_be_visible(timeout=15_000)
        assert any("cross-entropy-gradient" in hit.get_attribute("href") for hit in hits.all())
        assert listener.wrong == []


def test_there_is_one_search_bar_and_it_opens(browser, host):
    with browser.new_context(viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{host}{PAGES[0]}.html")
        bars = [bar for bar in page.locator(".search-button__button").all() if bar.is_visible()]
        assert len(bars) == 1
        bars[0].click()
        expect(page.locator("dialog input[type=search]")).to_be_visible()


def test_the_theme_can_be_chosen(browser, host):
    with browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        page.goto(f"{host}{PAGES[0]}.html")
        root = page.locator("html")
        for _ in range(3):
            if root.get_attribute("data-theme") == "dark":
                break
            page.locator(".theme-switch-button").first.click()
        expect(root).to_have_attribute("data-theme", "dark")
        page.reload()
        expect(root).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_code_can_be_copied(browser, host, path):
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{host}{path}.html")
        cell = page.locator("div.cell_input").first
        cell.hover()
        cell.locator("button.copybtn").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.split() == cell.locator("pre").inner_text().split()
