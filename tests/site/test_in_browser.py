"""The site as a reader meets it, in a browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.site import looks
from tests.site.checks import PAGES, Listener
from tests.site.looks import Accessible, EveryPage, OnADesk, each, opened, tab
from tests.support import nightly

__all__ = ["opened", "tab"]  # fixtures

# axe looks at five; the nightly run has it look at all.
FOR_AXE = [
    (PAGES[0], "light", 1400),
    ("book/mse-gradient", "light", 1400),
    ("book/references", "dark", 390),
    ("book/figures/fig-mse-squares", "dark", 390),
    ("search", "dark", 390),
]
DESK = [(path, "light", 1400) for path in [*PAGES, "search"]]
PHONE = [(path, "dark", 390) for path in PAGES]


@each([look for look in DESK if look not in FOR_AXE])
class TestOnADesk(OnADesk):
    pass


@each([look for look in PHONE if look not in FOR_AXE])
class TestOnAPhone(EveryPage):
    pass


@each(FOR_AXE)
class TestForEveryone(Accessible):
    pass


@pytest.mark.parametrize("path", [PAGES[0], "book/mse-gradient", "book/ledger"])
def test_it_is_readable_without_javascript(browser, host, path):
    looks.is_readable_without_javascript(browser, host, path)


def test_search_finds_a_word_of_the_book(browser, host):
    with browser.new_context() as context:
        page = context.new_page()
        listener = Listener(page, host)
        page.goto(f"{host}search.html?q=softmax")
        hits = page.locator("#search-results li a")
        expect(hits.first).to_be_visible(timeout=15_000)
        assert any("cross-entropy-gradient" in hit.get_attribute("href") for hit in hits.all())
        assert listener.wrong == []


def test_search_finds_a_theorem_by_its_title(browser, host):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{host}search.html?q=The error of a central difference")
        hit = page.locator("#search-results li a[href$='#thm-check-central']")
        expect(hit).to_have_text(re.compile(r"\(The error of a central difference\)$"))


def test_an_excerpt_shows_a_formula_once(browser, host):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{host}search.html?q=simplex")
        expect(page.locator("#search-results .context").first).to_be_visible(timeout=15_000)
        for text in page.locator("#search-results .context").all_inner_texts():
            assert not any(stray in text for stray in ("\\", "TeX", "Copy", "Report"))
        first = page.locator("#search-results li").first.bounding_box()
        assert first["width"] > 400  # a list, one below the other


@pytest.fixture
def page(browser, host) -> Iterator[Page]:
    """A page on a desk, whose clipboard can be read."""
    rights = ["clipboard-read", "clipboard-write"]
    with browser.new_context(permissions=rights, color_scheme="light") as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1400, "height": 900})
        page.goto(f"{host}book/mse-gradient.html")
        yield page


def test_the_theme_can_be_chosen(page):
    root = page.locator("html")
    page.get_by_role("button", name="Dark colours").click()
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark colours")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_there_is_one_search_bar_and_it_can_be_written_in(page):
    bars = [bar for bar in page.locator("input[type=search]").all() if bar.is_visible()]
    assert len(bars) == 1
    bars[0].fill("kink")
    expect(bars[0]).to_have_value("kink")


def test_a_key_leads_to_the_search(page):
    page.keyboard.press("Control+k")
    expect(page.locator("#contents input")).to_be_focused()
    page.keyboard.type("kink")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"search\.html\?q=kink"))


def test_on_a_phone_the_contents_can_be_called_up(page):
    page.set_viewport_size({"width": 390, "height": 844})
    for name, place in [("Contents", "#contents"), ("This page", "#sections")]:
        expect(page.locator(place)).not_to_be_visible()
        page.get_by_role("button", name=name).click()
        expect(page.locator(place)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(place)).not_to_be_visible()


def test_a_key_skips_to_the_text(page):
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Skip to the text")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("node => !!node.closest('main')")


def test_whatever_has_the_focus_shows_it(page):
    wrong = []
    for _ in range(120):
        page.keyboard.press("Tab")
        shown = page.evaluate("""() => {
            const node = document.activeElement;
            if (node.shadowRoot) return "";  // test_explorables.py looks into it
            const style = getComputedStyle(node);
            const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            return ring && style.opacity === "1" ? "" : node.outerHTML.slice(0, 100);
        }""")
        wrong += [shown] if shown else []
    assert wrong == []


LINKS = [
    "article h2",
    "article .admonition.proof",
    "article .admonition.exercise",
    "article figure",
]


@pytest.mark.parametrize("place", [*map(nightly, LINKS), "article div.math"])
def test_a_click_copies_the_link_to(page, place):
    part = page.locator(place).first
    part.scroll_into_view_if_needed()
    link = part.locator("a.headerlink").first
    link.hover()
    expect(link).to_have_css("opacity", "1")
    link.click()
    expect(page.locator(".note")).to_have_text("Link copied")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.url
    assert page.locator(f"[id='{address.split('#')[1]}']").count() == 1


PLACES = ["thm-mse-gradient", "equation-eq-mse-gradient", "ex-mse-weights", "the-referees"]


@pytest.mark.parametrize("width", [1400, nightly(390)])
@pytest.mark.parametrize("place", [*map(nightly, PLACES[2:]), *PLACES[:2]])
def test_a_link_leads_to_its_place(page, host, place, width):
    address = f"{host}book/mse-gradient.html"
    page.set_viewport_size({"width": width, "height": 844})
    for before in ("index", "mse-gradient"):  # from another page, and from the same one
        page.goto(f"{host}book/{before}.html")
        page.goto(f"{address}#{place}")
        expect(page.locator(f"[id='{place}']")).to_be_in_viewport()


def test_the_latex_of_an_equation_can_be_copied(page):
    equation = page.locator("#equation-eq-mse-gradient")
    equation.hover()
    equation.get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith(r"\frac{\partial L}")


def test_paper_is_white_and_folds_are_open_on_it(page):
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    light, dark = "rgb(255, 255, 255)", "rgb(29, 33, 37)"
    expect(page.locator("body")).to_have_css("background-color", light)
    for node in ("article p", "article pre .kn", "article pre .s2"):
        expect(page.locator(node).first).to_have_css("color", dark)
    expect(page.locator("figure img").first).to_have_css("filter", "none")
    expect(page.locator("details.solution p").first).to_be_visible()
    for node in (".frame", "#sections", ".actions", "lossbook-squares"):
        expect(page.locator(node).first).not_to_be_visible()


def test_it_works_from_a_folder(site, browser):
    with browser.new_context() as context:
        page = context.new_page()
        listener = Listener(page, "file://")
        page.goto(site.file("book/mse-gradient").as_uri())
        expect(page.locator("article h1")).to_be_visible()
        assert page.evaluate("document.fonts.check('1em KaTeX_Main')")
        assert page.locator("lossbook-squares").evaluate("node => node.numbers.L > 0")
        page.goto(site.file("search").as_uri() + "?q=softmax")
        expect(page.locator("#search-results li a").first).to_be_visible(timeout=15_000)
        assert listener.wrong == []


def test_code_can_be_copied(page):
    cells = page.locator("div.cell_input:visible")
    assert cells.count() > 3
    for cell in cells.all():
        cell.hover()
        cell.locator("button.copy").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.split() == cell.locator("pre").inner_text().split()
