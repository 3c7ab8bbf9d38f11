"""The site as a reader meets it, in a browser."""

from collections.abc import Iterator

import checks
import pytest
from checks import NOTEBOOKS, PAGES, Listener
from playwright.sync_api import Browser, Page, expect


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
