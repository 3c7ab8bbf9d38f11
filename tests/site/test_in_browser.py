"""The site as a reader meets it, in a browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site import checks
from tests.site.checks import PAGES, Listener

SOME = [PAGES[0], "book/softmax", "book/training"]  # seen in all four looks
DESK = [(path, "light", 1400) for path in [*PAGES, "search"]]
DESK += [(path, "dark", 1400) for path in SOME]
PHONE = [(path, "dark", 390) for path in [*PAGES, "search"] if path not in SOME]
SOME_ON_A_PHONE = [(path, theme, 390) for path in SOME for theme in ("light", "dark")]
SOME_ON_A_PHONE += [("book/figures/fig-mse-squares", "dark", 390)]


@pytest.fixture(scope="class")
def opened(request, browser: Browser, host: str) -> Iterator[tuple[Page, Listener]]:
    """A page, opened, and what was heard meanwhile."""
    path, theme, width = request.param
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.add_init_script(checks.MEASURE_SHIFTS)
        listener = Listener(page, host)
        page.goto(f"{host}{path}.html")
        page.evaluate("new Promise(done => requestIdleCallback(done))")
        assert page.locator("html").get_attribute("data-theme") == theme
        yield page, listener


class EveryPage:
    """What holds of every page."""

    def test_it_loads_from_its_own_host_without_an_error(self, opened):
        page, listener = opened
        expect(page.locator("article h1").first).to_be_visible()
        assert listener.wrong == []

    def test_nothing_moves_while_it_loads(self, opened):
        assert opened[0].evaluate("shifts") == []

    def test_superscripts_stand_where_they_should(self, opened):
        assert checks.low_superscripts(opened[0]) == []

    def test_the_fonts_have_every_letter_of_the_formulae(self, opened, site):
        stylesheet = site.root / "_static" / "site.css"
        assert checks.letters_without_font(opened[0], stylesheet) == []

    def test_no_line_begins_with_what_belongs_to_a_formula(self, opened):
        assert checks.stray_punctuation(opened[0]) == []

    def test_it_does_not_scroll_sideways(self, opened):
        assert checks.sideways(opened[0]) == []

    def test_what_scrolls_can_be_scrolled_by_keyboard(self, opened):
        assert checks.out_of_reach(opened[0]) == []

    def test_all_of_it_is_small(self, opened):
        page, listener = opened
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # for the figures
        checks.load_figures(page)
        assert len(listener.loaded) <= 20
        assert listener.weight() <= 300_000


class Accessible(EveryPage):
    """What axe says; on a phone some pages stand for all, which there have another frame only."""

    def test_axe_finds_no_violation(self, opened):  # the last, for it takes the formulae away
        assert checks.inaccessible(opened[0]) == []


def each(looks: list[tuple[str, str, int]]) -> pytest.MarkDecorator:
    """Open each of these pages in turn."""
    names = [f"{path.removeprefix('book/')}-{theme}-{width}" for path, theme, width in looks]
    return pytest.mark.parametrize("opened", looks, indirect=True, scope="class", ids=names)


@each(DESK)
class TestOnADesk(Accessible):
    pass


@each(PHONE)
class TestOnAPhone(EveryPage):
    pass


@each(SOME_ON_A_PHONE)
class TestSomeOnAPhone(Accessible):
    pass


@pytest.mark.parametrize("path", PAGES)
def test_it_is_readable_without_javascript(browser, host, path):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        listener = Listener(page, host)
        page.goto(f"{host}{path}.html")
        expect(page.locator("article h1").first).to_be_visible()
        expect(page.locator("article p").first).to_be_visible()
        expect(page.locator("#contents a").first).to_be_visible()
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


@pytest.mark.parametrize("place", [*LINKS, "article div.math"])
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


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("place", PLACES)
def test_a_link_leads_to_its_place(page, host, place, width):
    address = f"{host}book/mse-gradient.html"
    page.set_viewport_size({"width": width, "height": 844})
    for before in ("index", "mse-gradient"):  # from another page, and from the same one
        page.goto(f"{host}book/{before}.html")
        page.goto(f"{address}#{place}", wait_until="networkidle")
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
