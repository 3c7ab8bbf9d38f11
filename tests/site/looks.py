"""What holds of a page however it is looked at: on a desk or a phone, by day or by night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site import checks
from tests.site.checks import Listener

Look = tuple[str, str, int]  # the page, its theme, the width of the screen


@pytest.fixture(scope="session")
def tab(browser: Browser, host: str) -> Iterator[tuple[Page, Listener]]:
    """One tab for all pages, and what is heard in it; a new one takes twice as long each time."""
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(checks.MEASURE_SHIFTS)
        yield page, Listener(page, host)


@pytest.fixture(scope="class")
def opened(
    request: pytest.FixtureRequest, tab: tuple[Page, Listener], host: str
) -> tuple[Page, Listener]:
    """A page, opened, and what was heard meanwhile."""
    path, theme, width = request.param
    page, listener = tab
    page.goto("about:blank")
    listener.forget()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(f"{host}{path}.html")
    page.evaluate("new Promise(done => requestIdleCallback(done))")
    assert page.locator("html").get_attribute("data-theme") == theme
    return tab


def each(looks: list[Look]) -> pytest.MarkDecorator:
    """Open each of these pages in turn."""
    names = [f"{path.removeprefix('book/')}-{theme}-{width}" for path, theme, width in looks]
    return pytest.mark.parametrize("opened", looks, indirect=True, scope="class", ids=names)


class EveryPage:
    """What holds of every page."""

    def test_it_loads_from_its_own_host_without_an_error(self, opened):
        page, listener = opened
        expect(page.locator("article h1").first).to_be_visible()
        assert listener.wrong == []

    def test_nothing_moves_while_it_loads(self, opened):
        assert opened[0].evaluate("shifts") == []

    def test_no_line_begins_with_what_belongs_to_a_formula(self, opened):
        assert checks.stray_punctuation(opened[0]) == []

    def test_it_does_not_scroll_sideways(self, opened):
        assert checks.sideways(opened[0]) == []

    def test_what_scrolls_can_be_scrolled_by_keyboard(self, opened):
        assert checks.out_of_reach(opened[0]) == []


class OnADesk(EveryPage):
    """What does not depend on the width, too."""

    def test_superscripts_stand_where_they_should(self, opened):
        assert checks.low_superscripts(opened[0]) == []

    def test_the_fonts_have_every_letter_of_the_formulae(self, opened, site):
        stylesheet = site.root / "_static" / "site.css"
        assert checks.letters_without_font(opened[0], stylesheet) == []

    def test_all_of_it_is_small(self, opened):
        page, listener = opened
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # for the figures
        checks.load_figures(page)
        assert len(listener.loaded) <= 20
        assert listener.weight() <= 300_000


class Accessible(OnADesk):
    """What axe says as well; last, for it takes the formulae off the page."""

    def test_axe_finds_no_violation(self, opened):
        assert checks.inaccessible(opened[0]) == []


def is_readable_without_javascript(browser: Browser, host: str, path: str) -> None:
    """Open a page without JavaScript, and see text, formulae and folds."""
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
