"""What the site says to readers who listen: the accessibility tree of its pages."""

import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.support import nightly

DESK = {"viewport": {"width": 1400, "height": 900}}
OTHERS = ["book/running", "book/cite", "book/index"]


def tree(page: Page) -> list[dict]:
    """Return the nodes of the accessibility tree, as Chromium gives them to a screen reader."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    return [node for node in nodes if not node["ignored"]]


def names(nodes: list[dict], role: str) -> list[str]:
    """Return the names of all that have a role."""
    return [
        " ".join(node.get("name", {}).get("value", "").split())
        for node in nodes
        if node["role"]["value"] == role
    ]


@pytest.fixture(scope="module")
def opened(browser, host):
    """The page with most of all kinds, and its tree."""
    with browser.new_context(**DESK) as context:
        page = context.new_page()
        page.goto(f"{host}book/mse-gradient.html")
        page.add_style_tag(content="section { content-visibility: visible !important }")
        expect(page.locator("article h2").last).to_be_attached()
        yield page, tree(page)


def test_the_first_heading_is_that_of_the_page(opened):
    headings = names(opened[1], "heading")
    assert headings[0].startswith("2. The gradient of the mean squared error")
    assert len(headings) > 15


def test_a_heading_is_named_by_its_words(opened):
    headings = names(opened[1], "heading")
    assert [name for name in headings if "#" in name or "Link" in name or not name] == []
    assert "2.1. Three numbers, by hand" in headings


def test_a_permalink_says_what_it_is(opened):
    assert [name for name in names(opened[1], "link") if name in ("#", "")] == []


def test_a_theorem_and_an_exercise_have_a_name(opened):
    groups = names(opened[1], "group")
    assert "Theorem 2.1 (Gradient of the mean squared error)" in groups
    assert "Exercise 2.1" in groups
    assert "Three conventions, one name" in groups


def test_code_and_its_output_are_named_blocks(opened):
    page, nodes = opened
    groups = Counter(names(nodes, "group"))
    cells = page.locator("article .cell_input").count()
    assert cells > 10
    unfolded = page.locator("article .cell_input:visible").count()
    assert len([name for name in groups if re.fullmatch(r"Code \d+", name)]) >= unfolded
    assert len([name for name in groups if re.fullmatch(r"Output of code \d+", name)]) > 5
    for output in page.locator("article .cell_output").all():
        code = output.locator("xpath=..").locator(".cell_input").get_attribute("aria-label")
        assert output.get_attribute("aria-label") == f"Output of {code[0].lower()}{code[1:]}"


@pytest.mark.parametrize("path", ["book/mse-gradient", *map(nightly, OTHERS)])
def test_no_two_buttons_have_one_name(browser, host, path):
    with browser.new_context(**DESK) as context:
        page = context.new_page()
        page.goto(f"{host}{path}.html")
        page.add_style_tag(content="section { content-visibility: visible !important }")
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        buttons = Counter(names(tree(page), "button"))
        assert "" not in buttons
        assert [name for name, number in buttons.items() if number > 1] == []


def test_what_is_written_on_a_button_is_part_of_its_name(opened):
    page, _ = opened
    buttons = page.locator("button:visible, summary:visible").all()
    assert len(buttons) > 20
    wrong = []
    for button in buttons:
        said = button.get_attribute("aria-label")
        text = button.inner_text().strip()
        if said and text and not re.search(rf"\b{re.escape(text)}\b", said):
            wrong.append((text, said))
    assert wrong == []


def test_the_names_of_the_copy_buttons_are_those_of_their_code(opened):
    page, _ = opened
    for button in page.locator("article button.copy").all():
        block = button.locator("xpath=ancestor::*[@role='group'][1]")
        assert button.get_attribute("aria-label") == (
            "Copy " + block.get_attribute("aria-label").replace("Code", "code")
        )


def test_an_equation_is_one_stop_and_arrows_lead_on_within_it(opened):
    page, _ = opened
    equation = page.locator("#equation-eq-mse-gradient")
    assert equation.locator(":is(a, button):not([tabindex='-1'])").count() == 1
    equation.get_by_role("link", name="(2.2)", exact=True).focus()
    here = page.locator(":focus")
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_accessible_name(re.compile("checked by machine"))
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_accessible_name("Copy TeX of equation (2.2)")
    expect(here).to_have_css("opacity", "1")
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_accessible_name("Copy TeX of equation (2.2)")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(here).to_have_text("(2.2)")
    assert "Equation (2.2)" in names(opened[1], "toolbar")


@pytest.mark.parametrize(
    "path", ["book/notation", nightly("book/mse-gradient"), nightly("book/ledger")]
)
def test_a_table_has_a_name_and_its_heads_a_scope(browser, host, path):
    with browser.new_context(**DESK) as context:
        page = context.new_page()
        page.goto(f"{host}{path}.html")
        page.add_style_tag(content="section { content-visibility: visible !important }")
        tables = names(tree(page), "table")
        assert len(tables) == page.locator("article table").count() > 0
        assert "" not in tables
        assert page.locator("article th:not([scope])").count() == 0


def test_huber_is_a_name_also_when_it_is_spoken(browser, host):
    with browser.new_context(**DESK) as context:
        page = context.new_page()
        page.goto(f"{host}book/robust-losses.html")
        page.locator("lossbook-outlier g[role=slider]").focus()
        page.keyboard.press("ArrowUp")
        expect(page.locator("lossbook-outlier p[role=status]")).to_have_text(
            re.compile(r"Slopes: squared .*, absolute .*, Huber [\d.]+")
        )
