"""Every page in every look that the quick run leaves out, without JavaScript, and valid."""

import pytest

from tests.site import checks
from tests.site.checks import PAGES
from tests.site.looks import Accessible, each, is_readable_without_javascript, opened, tab

__all__ = ["opened", "tab"]  # fixtures

WIDTHS = [360, 390, 768, 1100, 1400]
LOOKS = [(path, theme, 1400) for path in [*PAGES, "search"] for theme in ("light", "dark")]
LOOKS += [(path, theme, 390) for path in [*PAGES, "search"] for theme in ("light", "dark")]
LOOKS += [("book/figures/fig-mse-squares", theme, 390) for theme in ("light", "dark")]


@each(LOOKS)
class TestEveryLook(Accessible):
    pass


@pytest.mark.parametrize("path", PAGES)
def test_no_width_scrolls_sideways(browser, host, path):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{host}{path}.html")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert checks.sideways(page) == [], width


@pytest.mark.parametrize("path", PAGES)
def test_it_is_readable_without_javascript(browser, host, path):
    is_readable_without_javascript(browser, host, path)


@pytest.mark.usefixtures("java")
def test_the_validator_finds_no_error(site):
    pages = sorted(site.root.rglob("*.html"))
    assert checks.invalid(pages) == []
