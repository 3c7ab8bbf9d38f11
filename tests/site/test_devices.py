"""The site on phones, in forced colours, over slow lines, and in browsers without storage."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import checks
from tests.site.checks import PAGES, Listener
from tests.support import nightly
from tools.serving import Quiet

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1400, "height": 900}}
SHORTER, LONGEST = "book/mse-gradient", "book/one-theorem"
CHAPTERS = [SHORTER, LONGEST, "book/softmax", "book/heteroscedastic", "book/robust-losses"]


@pytest.fixture
def visit(browser: Browser, host: str):
    """Open a page as a device does."""
    contexts = []

    def visit(path: str, *scripts: str, **device: object) -> Page:
        contexts.append(browser.new_context(**device))
        page = contexts[-1].new_page()
        for script in scripts:
            page.add_init_script(script)
        page.listener = Listener(page, host)
        path, _, place = path.partition("#")
        page.goto(f"{host}{path}.html" + (f"#{place}" if place else ""))
        return page

    yield visit
    for context in contexts:
        context.close()


def pixels(part: Locator | Page) -> np.ndarray:
    """Return what is seen, as rows of colours."""
    return np.asarray(Image.open(BytesIO(part.screenshot())).convert("RGB"), dtype=int)


def rgb(colour: str) -> list[int]:
    """Return the three numbers of a colour as a browser writes it."""
    return [int(number) for number in re.findall(r"\d+", colour)[:3]]


# ---------- A finger cannot hover ----------

COVERED = """() => {
    const wrong = [];
    for (const math of document.querySelectorAll("article div.math")) {
        const button = math.querySelector("button.tex");
        if (!button?.checkVisibility()) continue;
        const room = math.scrollWidth - math.clientWidth;
        for (const place of new Set([0, room / 2, room])) {
            math.scrollLeft = place;
            const a = button.getBoundingClientRect();
            const walk = document.createTreeWalker(
                math.querySelector(".katex-html"), NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(walk.currentNode);
                // The letter itself: the box of a line of KaTeX is much higher.
                const size = parseFloat(
                    getComputedStyle(walk.currentNode.parentElement).fontSize);
                for (const b of range.getClientRects()) {
                    const middle = (b.top + b.bottom) / 2;
                    if (b.width > 0.5 && a.left < b.right - 0.5 && b.left < a.right - 0.5 &&
                        a.top < middle + size / 2 && middle - size / 2 < a.bottom)
                        wrong.push(`${math.id} at ${place}: ${walk.currentNode.data}`);
                }
            }
        }
        math.scrollLeft = 0;
    }
    return wrong;
}"""


@pytest.mark.parametrize("path", [CHAPTERS[0], *map(nightly, CHAPTERS[1:])])
def test_on_a_phone_no_button_covers_a_formula(visit, path):
    page = visit(path, **PHONE)
    assert page.evaluate("matchMedia('(hover: none)').matches")
    checks.lay_out(page)
    buttons = page.locator("article div.math:visible button.tex")
    assert buttons.count() > 10
    assert page.evaluate(COVERED) == []


def test_on_a_phone_the_tex_of_an_equation_is_copied_with_a_tap(visit):
    page = visit("book/mse-gradient", **PHONE, permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("#equation-eq-mse-gradient button.tex")
    expect(button).to_have_css("opacity", "1")
    before = page.locator("#equation-eq-mse-gradient").bounding_box()
    button.tap()
    assert page.evaluate("navigator.clipboard.readText()").startswith(r"\frac{\partial L}")
    assert page.locator("#equation-eq-mse-gradient").bounding_box()["height"] == before["height"]


@pytest.mark.parametrize("path", ["book/running", nightly(SHORTER), nightly(LONGEST)])
def test_on_a_phone_no_button_covers_code(visit, path):
    page = visit(path, **PHONE)
    checks.lay_out(page)
    buttons = page.locator("article button.copy:visible")
    assert buttons.count() > 1
    for button in buttons.all():
        code = button.locator("xpath=preceding-sibling::pre").bounding_box()
        assert button.bounding_box()["y"] >= code["y"] + code["height"] - 1


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_narrow_phone_the_frame_is_one_row(visit, width):
    page = visit("book/mse-gradient", **PHONE | {"viewport": {"width": width, "height": 740}})
    middles = {
        round(box["y"] + box["height"] / 2)
        for part in page.locator(".frame > :is(a, button):visible").all()
        if (box := part.bounding_box())
    }
    assert max(middles) - min(middles) <= 3


# ---------- Forced colours ----------


@pytest.mark.parametrize("scheme", [nightly("light"), "dark"])
def test_forced_colours_hide_no_letter_under_its_hat(visit, scheme):
    page = visit("book/mse-gradient", **DESK, forced_colors="active", color_scheme=scheme)
    ink, ground = ([255] * 3, [0] * 3) if scheme == "dark" else ([0] * 3, [255] * 3)
    letter = page.locator("article .accent > .vlist-t > .vlist-r > .vlist > span > .mord").first
    letter.scroll_into_view_if_needed()
    seen = pixels(letter)
    lower = seen[len(seen) // 2 :]  # below the hat
    assert (np.abs(lower - ink).max(axis=2) < 60).sum() >= 10
    assert (np.abs(lower - ground).max(axis=2) < 60).sum() >= 10


@pytest.mark.parametrize("scheme", [nightly("light"), "dark"])
def test_forced_colours_leave_the_button_of_the_theme_its_sign(visit, scheme):
    page = visit("book/mse-gradient", **DESK, forced_colors="active", color_scheme=scheme)
    seen = pixels(page.get_by_role("button", name="Dark colours"))
    height, width, _ = seen.shape
    left, right = (
        seen[height // 2 - 2 : height // 2 + 2, x - 1 : x + 2].mean()
        for x in (width // 2 - 4, width // 2 + 4)
    )
    assert abs(left - right) > 100


@pytest.mark.parametrize("scheme", [nightly("light"), "dark"])
@pytest.mark.parametrize("theme", ["light", nightly("dark")])
def test_forced_colours_leave_every_figure_its_ink(visit, scheme, theme):
    chosen = f"localStorage.setItem('theme', '{theme}')"
    page = visit("book/mse-gradient", chosen, **DESK, forced_colors="active", color_scheme=scheme)
    picture = page.locator("#fig-mse-squares img")
    picture.scroll_into_view_if_needed()
    checks.load_figures(page)
    assert np.ptp(pixels(picture).mean(axis=2)) > 150


# ---------- The dark theme ----------


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("path", "figure"),
    [
        nightly("book/mse-gradient", "fig-mse-squares"),
        ("book/mse-gradient", "fig-mse-diabetes"),
        nightly("book/robust-losses", "fig-robust-refit"),
    ],
)
def test_in_the_dark_a_figure_stands_on_the_ground_of_the_page(visit, path, figure, javascript):
    page = visit(path, **DESK, color_scheme="dark", java_script_enabled=javascript)
    picture = page.locator(f"#{figure} img")
    picture.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # loaded, decoded and painted; what is around it laid out
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    seen = pixels(page)
    x, y = round(box["x"]), round(box["y"])
    ground = rgb(page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))
    assert max(ground) < 40
    inside = seen[y + 3 : y + 6, x + 3 : x + 6].reshape(-1, 3)
    beside = seen[y + 3 : y + 6, x - 12 : x - 9].reshape(-1, 3)
    assert np.abs(beside - ground).max() <= 3
    assert np.abs(inside - ground).max() <= 3
    assert seen[y : y + 300, x : x + 400].max() > 150  # and it has been drawn


def test_without_javascript_the_dark_is_dark_and_all_can_be_read(visit):
    page = visit("book/mse-gradient", **DESK, color_scheme="dark", java_script_enabled=False)

    def light(part: str, of: str) -> float:
        return np.mean(rgb(page.locator(part).first.evaluate(f"n => getComputedStyle(n).{of}")))

    assert light("body", "backgroundColor") < 40
    assert light("article pre", "backgroundColor") < 60
    for words in ("article p", "article pre .kn", "article pre .s2", "#contents a", "article h2"):
        assert light(words, "color") > 130
    page.emulate_media(color_scheme="light")
    assert light("body", "backgroundColor") == 255
    assert light("article pre .kn", "color") < 130


# ---------- Storage that is not allowed ----------

BLOCKED = """
    Object.defineProperty(window, "localStorage", {
        get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
    });
"""


@pytest.mark.parametrize("scheme", [nightly("light"), "dark"])
def test_without_storage_the_theme_is_the_systems_and_can_be_changed(visit, scheme):
    page = visit("book/mse-gradient", BLOCKED, **DESK, color_scheme=scheme)
    root, other = page.locator("html"), {"light": "dark", "dark": "light"}[scheme]
    expect(page.locator("article h1")).to_be_visible()
    expect(root).to_have_attribute("data-theme", scheme)
    button = page.get_by_role("button", name="Dark colours")
    button.click()
    expect(root).to_have_attribute("data-theme", other)
    button.click()
    page.emulate_media(color_scheme=other)
    expect(root).to_have_attribute("data-theme", other)
    page.keyboard.press("Control+k")
    expect(page.locator("#contents input")).to_be_focused()
    assert page.listener.wrong == []


# ---------- A connection that stalls ----------


class Stalling(Quiet):
    """Sends the beginning of a page, and no more."""

    over = threading.Event()

    def copyfile(self, source, outputfile):
        if not self.path.endswith(".html"):
            super().copyfile(source, outputfile)
            return
        outputfile.write(source.read(20_000))
        outputfile.flush()
        self.over.wait(60)


@contextmanager
def stalling(root) -> Iterator[str]:
    """Serve a site over a connection that breaks off."""
    Stalling.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Stalling, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        Stalling.over.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", [nightly(SHORTER), LONGEST])
def test_what_has_arrived_is_seen_though_the_connection_stalls(site, browser, path):
    with stalling(site.root) as address, browser.new_context(**DESK) as context:
        page = context.new_page()
        page.goto(f"{address}{path}.html", wait_until="commit")
        expect(page.locator("article p").first).to_be_visible(timeout=3000)
        assert page.locator(".turn").count() == 0  # the rest has not come


# ---------- The reader's place ----------

# An element that is on the screen, and how far down.
PLACE = """() => {
    const seen = [...document.querySelectorAll("article :is(p, h2, h3, li, div.math, pre)")]
        .map((node, number) => [number, node.getBoundingClientRect()])
        .find(([, box]) => box.height && box.top >= 0 && box.top < innerHeight);
    return [seen[0], seen[1].top];
}"""
WHERE = """number => [...document.querySelectorAll("article :is(p, h2, h3, li, div.math, pre)")]
    [number].getBoundingClientRect().top"""


def settle(page: Page) -> None:
    """Wait until the page has come to rest, and the script has noted where."""
    expect(page.locator("article h1")).to_be_attached()
    page.wait_for_timeout(600)


def scroll_to(page: Page, part: float) -> None:
    """Scroll down as a reader does, over what is between."""
    for _ in range(200):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(15)
        if page.evaluate("scrollY / (document.documentElement.scrollHeight - innerHeight)") > part:
            break
    settle(page)


@pytest.mark.parametrize("width", [1400, nightly(390)])
@pytest.mark.parametrize("part", [nightly(0.3), nightly(0.6), 0.9])
@pytest.mark.parametrize("path", [nightly(SHORTER), LONGEST])
def test_a_page_loaded_again_is_where_it_was(visit, host, path, part, width):
    page = visit(path, viewport={"width": width, "height": 844})
    page.mouse.move(300, 300)
    scroll_to(page, part)
    number, before = page.evaluate(PLACE)
    page.reload()
    settle(page)
    assert page.evaluate(WHERE, number) == pytest.approx(before, abs=3)
    page.goto(f"{host}book/notation.html")
    settle(page)
    page.go_back()
    settle(page)
    assert page.evaluate(WHERE, number) == pytest.approx(before, abs=3)
    page.go_forward()
    settle(page)
    assert page.evaluate("scrollY") == 0
    assert page.listener.wrong == []


@pytest.mark.nightly
def test_back_leads_from_a_place_to_the_one_before(visit):
    page = visit("book/one-theorem", **DESK)
    settle(page)
    page.locator("#sections a").last.click()
    settle(page)
    late = page.evaluate("scrollY")
    assert late > 5000
    page.locator("#sections a").nth(3).click()
    settle(page)
    number, before = page.evaluate(PLACE)
    page.go_back()
    settle(page)
    expect(page.locator("article h2").last).to_be_in_viewport()
    page.go_back()
    settle(page)
    assert page.evaluate("scrollY") == 0
    for _ in range(2):
        page.go_forward()
        settle(page)
    assert page.evaluate(WHERE, number) == pytest.approx(before, abs=3)


@pytest.mark.parametrize("path", [SHORTER, nightly(LONGEST)])
def test_a_link_to_a_late_equation_leads_there_and_so_does_loading_again(visit, path):
    page = visit(path, **DESK)
    last = page.locator("article div.math[id]:not(details *)").last.get_attribute("id")
    page.goto(f"{page.url}#{last}")
    page.reload()
    settle(page)
    equation = page.locator(f"#{last}")
    expect(equation).to_be_in_viewport()
    page.mouse.wheel(0, 200)
    settle(page)
    before = equation.bounding_box()["y"]
    page.reload()
    settle(page)
    assert equation.bounding_box()["y"] == pytest.approx(before, abs=3)


# ---------- The lists of the frame ----------


@pytest.mark.parametrize("width", [nightly(992), 1050, nightly(1100), nightly(1311)])
def test_the_list_of_sections_can_be_called_up_wherever_one_reads(visit, width):
    page = visit("book/mse-gradient", viewport={"width": width, "height": 768})
    button = page.get_by_role("button", name="This page")
    article = page.locator("article").bounding_box()
    for part in (0, 0.3, 0.7):
        page.evaluate("part => scrollTo(0, part * document.body.scrollHeight)", part)
        settle(page)
        button.click()
        expect(page.locator("#sections")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#sections")).not_to_be_visible()
        box = button.bounding_box()
        assert box["x"] + box["width"] <= article["x"]  # it covers no text


@pytest.mark.parametrize(
    ("path", "count"), [(SHORTER, 3), nightly(SHORTER, 99), nightly(LONGEST, 99)]
)
def test_the_list_of_sections_marks_the_one_that_was_clicked(visit, path, count):
    page = visit(path, **DESK)
    links = page.locator("#sections a")
    wrong = []
    for link in links.all()[-count:]:
        link.click()
        page.wait_for_timeout(250)
        if link.get_attribute("aria-current") != "true":
            wrong.append(link.inner_text())
    assert wrong == []
    assert page.locator("#sections a[aria-current]").count() == 1


def test_a_link_to_a_solution_opens_it(visit):
    page = visit("book/mse-gradient#sol-mse-by-hand", **DESK)
    expect(page.locator("#sol-mse-by-hand > p").first).to_be_visible()
    expect(page.locator("#sol-mse-weights > p").first).not_to_be_visible()
    page.evaluate("location.hash = 'sol-mse-weights'")
    expect(page.locator("#sol-mse-weights > p").first).to_be_visible()


# ---------- Type ----------

SPACED = """
    article *, nav *, header *, footer * {
        line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important;
    }
    p { margin-bottom: 2em !important; }
"""


@pytest.mark.parametrize("path", [SHORTER, *(nightly(path) for path in PAGES if path != SHORTER)])
def test_more_space_between_letters_makes_no_page_wider(visit, path):  # WCAG 1.4.12
    page = visit(path, **PHONE)
    page.add_style_tag(content=SPACED)
    assert checks.sideways(page) == []


@pytest.mark.nightly
def test_code_is_large_enough_and_eighty_characters_fit(visit):
    page = visit("book/mse-gradient", **DESK)
    checks.lay_out(page)
    for code in page.locator("article section > .cell pre:visible").all():
        code.evaluate("pre => { pre.textContent = 'm'.repeat(80); }")
        assert float(code.evaluate("pre => parseFloat(getComputedStyle(pre).fontSize)")) >= 14
        assert code.evaluate("pre => pre.scrollWidth <= pre.clientWidth")
    assert checks.sideways(page) == []


@pytest.mark.parametrize("label", ["eq-mse-expansion", nightly("eq-mse-differential")])
def test_stacked_fractions_do_not_touch(visit, label):
    page = visit("book/mse-gradient", **DESK)
    checks.lay_out(page)
    equation = page.locator(f"#equation-{label}")
    dark = pixels(equation).min(axis=2) < 128
    top = equation.bounding_box()
    lines = [line.bounding_box() for line in equation.locator(".frac-line").all()]
    first = [box for box in lines if box["x"] < min(b["x"] for b in lines) + 60]
    assert len(first) >= 3
    for upper, lower in pairwise(sorted(first, key=lambda box: box["y"])):
        left = round(max(upper["x"], lower["x"]) - top["x"])
        rows = slice(round(upper["y"] - top["y"]) + 3, round(lower["y"] - top["y"]) - 2)
        ink = dark[rows, left : left + round(upper["width"])].any(axis=1)
        below, above = np.flatnonzero(ink)[[0, -1]]
        blank = max(len(run) for run in "".join("x" if row else " " for row in ink).split("x"))
        assert above > below
        assert blank >= 8


# ---------- Paper, and the first page ----------


def test_paper_has_the_solutions_but_not_the_code_of_figures(visit):
    page = visit("book/mse-gradient", **DESK)
    page.emulate_media(media="print")
    expect(page.locator("details.solution p").first).to_be_visible()
    folded = page.locator("details.hide")
    assert folded.count() >= 4
    for code in folded.locator("pre").all():
        expect(code).not_to_be_visible()
    expect(page.locator("div.cell > .cell_input pre").first).to_be_visible()


def test_the_first_picture_of_the_first_page_does_not_come_late(visit):
    page = visit("book/index", **DESK)
    assert page.locator("article img").first.get_attribute("loading") is None
    page.goto(page.url.replace("index", "mse-gradient"))
    assert page.locator("article img").last.get_attribute("loading") == "lazy"
