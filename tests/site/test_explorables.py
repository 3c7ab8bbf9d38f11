"""The explorables compute what the book computes, and can be moved by everybody."""

import gzip
import re
import shutil
from itertools import combinations, pairwise

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lossbook import CrossEntropyLoss, GaussianNLLLoss, HuberLoss, L1Loss, MSELoss, softmax
from tests.site import checks
from tests.site.checks import ROOT, Listener
from tests.support import nightly

STATIC = ROOT / "website" / "theme" / "static"
NAMES = ["squares", "softmax", "likelihood", "outlier"]
SIZES = {"base": 4400, "squares": 1800, "softmax": 2400, "likelihood": 2400, "outlier": 3400}
ROUNDS = 250
SCREEN = {"width": 1400, "height": 900}
TOLERANCE = {"rtol": 1e-9, "atol": 1e-9}

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Explorables</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="_static/lossbook.css">
<link rel="stylesheet" href="_static/explorables/explorables.css">
<style>
body {{ margin: 0; color: var(--ink); background: var(--ground) }}
main {{ width: min(100%, {width}px); margin: auto; padding: 0 }}
</style>
{scripts}</head><body><main><h1>Try it</h1>{elements}
<p id="after">And so on.</p></main></body></html>"""


def write_page(folder, names=NAMES, theme="light", width=700):
    scripts = "".join(
        f'<script defer src="_static/explorables/{name}.js"></script>' for name in ["base", *names]
    )
    elements = "".join(f"<lossbook-{name}></lossbook-{name}>" for name in names)
    text = PAGE.format(theme=theme, width=width, scripts=scripts, elements=elements)
    (folder / "index.html").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder to serve, whose scripts a test may change."""
    folder = tmp_path_factory.mktemp("explore")
    shutil.copytree(STATIC, folder / "_static")
    return folder


@pytest.fixture(scope="module")
def host(folder, serve):
    with serve(folder) as address:
        yield address


@pytest.fixture
def visit(folder, host, browser):
    """Open the page; at the end nothing may have been said on the console."""
    contexts, listeners = [], []

    def visit(names=NAMES, theme="light", width=700, **options):
        write_page(folder, names, theme, width)
        contexts.append(browser.new_context(**{"viewport": SCREEN} | options))
        page = contexts[-1].new_page()
        listeners.append(Listener(page, host))
        page.goto(host)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [wrong for listener in listeners for wrong in listener.wrong] == []


# ---------- What they compute ----------


def squares_states(rng):
    return {"y_hat": rng.uniform(-1, 9, 5).tolist()}


def check_squares(state, numbers):
    y, loss = [1.8, 1.2, 4.8, 2.6, 6.8], MSELoss()
    np.testing.assert_allclose(numbers["L"], loss(state["y_hat"], y), **TOLERANCE)
    np.testing.assert_allclose(numbers["gradient"], loss.backward(), **TOLERANCE)
    areas = MSELoss("none")(state["y_hat"], y)
    np.testing.assert_allclose(numbers["squares"], areas, **TOLERANCE)
    np.testing.assert_allclose(numbers["side"], np.sqrt(loss(state["y_hat"], y)), **TOLERANCE)


def softmax_states(rng):
    z, t, tau = rng.uniform(-30, 30, 3), rng.integers(1, 4), rng.uniform(0.05, 4)
    return {"z": z.tolist(), "t": int(t), "tau": float(tau)}


def check_softmax(state, numbers):
    loss, tau = CrossEntropyLoss(), state["tau"]
    scaled, target = np.array([state["z"]]) / tau, np.array([state["t"] - 1])
    np.testing.assert_allclose(numbers["L"], loss(scaled, target), **TOLERANCE)
    np.testing.assert_allclose([numbers["gradient"]], loss.backward() / tau, **TOLERANCE)
    np.testing.assert_allclose(numbers["y_hat"], softmax(scaled[0]), **TOLERANCE)
    np.testing.assert_array_equal(numbers["y"], np.eye(3)[target[0]])


def likelihood_states(rng):
    w, b, sigma = rng.uniform([-1, -1, 0.1], [1, 4, 3])
    return {"w": w, "b": b, "sigma": sigma}


def check_likelihood(state, numbers):
    x, y = np.array([1.0, 3.0, 5.0, 7.0]), np.array([1.9, 2.0, 4.1, 3.6])
    y_hat, variance = state["w"] * x + state["b"], np.full(4, state["sigma"] ** 2)
    mse, nll = MSELoss()(y_hat, y), GaussianNLLLoss(full=True, reduction="sum")
    np.testing.assert_allclose(numbers["y_hat"], y_hat, **TOLERANCE)
    np.testing.assert_allclose(numbers["L"], mse, **TOLERANCE)
    np.testing.assert_allclose(numbers["nll"], nll(y_hat, y, variance), **TOLERANCE)
    # The straight line: its slope is what the NLL gains for each unit of the MSE.
    moved = y_hat + 1.0
    rise = nll(moved, y, variance) - nll(y_hat, y, variance)
    run = MSELoss()(moved, y) - mse
    if abs(run) > 1e-3:
        np.testing.assert_allclose(numbers["slope"], rise / run, rtol=1e-9)
    # At the best sigma no step up or down is better.
    at = [nll(y_hat, y, np.full(4, (c * numbers["sigma_hat"]) ** 2)) for c in (0.999, 1.0, 1.001)]
    assert at[1] < min(at[0], at[2])
    np.testing.assert_allclose(numbers["sigma_hat"], np.sqrt(mse), **TOLERANCE)


def fifteen_points():
    rng = np.random.default_rng(3)  # as in the chapter
    x = np.linspace(0, 5, 15)
    y = x + 0.3 * rng.normal(size=15)
    y[13] += 7
    return x, y


def outlier_states(rng):
    x, y = rng.uniform([-1, -2.5], [16.5, 12.5])
    return {"x": x, "y": y}


def check_outlier(state, numbers):
    x, y = fifteen_points()
    x[13], y[13] = state["x"], state["y"]
    inputs = np.stack([x, np.ones(15)], axis=1)
    losses = {
        "squared": (MSELoss(), MSELoss("none"), 0.5),
        "absolute": (L1Loss(), L1Loss("none"), 1),
        "huber": (HuberLoss(delta=0.4), HuberLoss("none", delta=0.4), 1),
    }
    for name, (mean, each, factor) in losses.items():
        line = np.array([numbers[name]["w"], numbers[name]["b"]])
        r = inputs @ line - y
        np.testing.assert_allclose(numbers[name]["r"], r[13], **TOLERANCE)
        each(inputs @ line, y)
        pull = 0 if abs(r[13]) < 1e-9 else factor * each.backward()[13]
        np.testing.assert_allclose(numbers[name]["psi"], pull, **TOLERANCE)
        value = mean(inputs @ line, y)
        if name == "absolute":
            through = [
                np.linalg.solve(inputs[[i, j]], y[[i, j]])
                for i, j in combinations(range(15), 2)
                if x[i] != x[j]
            ]
            least = min(mean(inputs @ other, y) for other in through)
            np.testing.assert_allclose(value, least, **TOLERANCE)
            rng = np.random.default_rng(0)
            near = line + rng.normal(size=(50, 2)) * rng.choice([1e-6, 1e-3, 0.1], (50, 1))
            assert all(mean(inputs @ other, y) >= value - 1e-12 for other in near)
        else:
            np.testing.assert_allclose(inputs.T @ mean.backward(), 0, atol=1e-9)


CASES = {
    "squares": (squares_states, check_squares),
    "softmax": (softmax_states, check_softmax),
    "likelihood": (likelihood_states, check_likelihood),
    "outlier": (outlier_states, check_outlier),
}


def compare(page, name, rounds=ROUNDS):
    draw, check = CASES[name]
    rng = np.random.default_rng(20)
    states = [draw(rng) for _ in range(rounds)]
    element = page.locator(f"lossbook-{name}")
    start = element.evaluate("element => element.state")
    found = element.evaluate(
        "(e, states) => states.map(s => { e.state = s; return [e.state, e.numbers]; })", states
    )
    assert len(found) == rounds
    check(start, element.evaluate("(e, s) => { e.state = s; return e.numbers; }", start))
    for wanted, (state, numbers) in zip(states, found, strict=True):
        assert state == wanted
        check(state, numbers)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_that_of_the_package(visit, name):
    compare(visit([name]), name)


def test_the_start_is_that_of_the_figure(visit):
    page = visit()
    start = {n: page.locator(f"lossbook-{n}").evaluate("e => e.state") for n in NAMES}
    assert start["squares"] == {"y_hat": pytest.approx([1.0, 2.2, 3.3, 4.6, 5.9])}
    assert start["softmax"] == {"z": pytest.approx(np.log([2, 3, 5])), "t": 2, "tau": 1}
    assert start["likelihood"] == {"w": 0.5, "b": 1, "sigma": 0.75}
    x, y = fifteen_points()
    assert start["outlier"] == pytest.approx({"x": x[13], "y": y[13]}, abs=1e-12)
    table = page.locator("lossbook-outlier tbody").inner_text().replace("−", "-")
    shown = [1.41, -0.63, -5.52, 0.99, -0.05, -1.00, 1.02, -0.11, -0.40]
    assert re.findall(r"-?\d+\.\d\d", table) == [f"{value:.2f}" for value in shown]


# Each of these must be found: a factor, a sign, a constant or an index that is wrong.
PLANTS = [
    ("squares", "(2 / N) * r_i", "(1 / N) * r_i"),
    ("squares", "sum(squares) / N", "sum(squares) / (N - 1)"),
    ("softmax", "(y_hat_j - y[j]) / tau", "y_hat_j - y[j]"),
    ("softmax", "z_j / tau", "z_j * tau"),
    ("softmax", "scaled[t - 1]; //", "scaled[t % 3]; //"),
    ("likelihood", "N / (2 * v)", "N / v"),
    ("likelihood", "(N / 2) * Math.log(2 * Math.PI * v)", "(N / 2) * Math.log(v)"),
    ("likelihood", "sigma_hat: Math.sqrt(L)", "sigma_hat: L"),
    ("outlier", "psi: (r) => r,", "psi: (r) => 2 * r,"),
    ("outlier", "delta = 0.4", "delta = 0.41"),
    ("outlier", "if (loss < least)", "if (loss > least || least === Infinity)"),
    ("outlier", "- delta * sum(sides)", "+ delta * sum(sides)"),
    ("outlier", "sum(a.map((a_i, i) => a_i * y[i])) / total", "sum(y) / 16"),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "right", "wrong"), PLANTS)
def test_a_wrong_formula_is_found(folder, visit, name, right, wrong):
    script = folder / "_static" / "explorables" / f"{name}.js"
    text = script.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script.write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        page = visit([name])
        with pytest.raises(AssertionError):
            compare(page, name, 40)
    finally:
        script.write_text(text, encoding="utf-8")


# ---------- How they are moved ----------


def numbers(page, name):
    return page.locator(f"lossbook-{name}").evaluate("element => element.numbers")


def state(page, name):
    return page.locator(f"lossbook-{name}").evaluate("element => element.state")


def focused(page):
    return page.evaluate("document.activeElement.shadowRoot?.activeElement?.ariaLabel")


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_moves_every_handle(visit, name):
    page = visit([name])
    element = page.locator(f"lossbook-{name}")
    labels = element.get_by_role("slider").evaluate_all(
        "all => all.filter(one => one.localName === 'g').map(one => one.ariaLabel)"
    )
    assert labels
    page.keyboard.press("Tab")  # to Reset
    for label in labels:
        page.keyboard.press("Tab")
        assert focused(page) == label
        handle = element.locator(f'[role=slider][aria-label="{label}"]')
        least, most = (float(handle.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
        seen = [float(handle.get_attribute("aria-valuenow"))]
        before = numbers(page, name)
        for key in ("ArrowUp", "Shift+ArrowUp", "ArrowDown", "Shift+ArrowDown"):
            page.keyboard.press(key)
            seen.append(float(handle.get_attribute("aria-valuenow")))
        small, big, back, far = (b - a for a, b in pairwise(seen))
        assert small > 0 > back
        assert big > small
        assert far < back
        page.keyboard.press("Home")
        assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(least, abs=1e-3)
        page.keyboard.press("End")
        assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(most, abs=1e-3)
        assert handle.get_attribute("aria-valuetext")
        assert numbers(page, name) != before
        ring = handle.locator(".ring").evaluate("ring => getComputedStyle(ring).stroke")
        assert ring != "none"
    said = element.get_by_role("status").filter(has_text=re.compile(r"\d"))
    expect(said.locator("visible=true").last).to_have_text(re.compile(r"\d\.\d\d"))
    element.get_by_role("button", name="Reset").click()
    assert state(page, name) == element.evaluate("element => element.start")


def test_the_voice_says_the_last_of_many_changes_once(visit):
    page = visit(["squares"])
    page.evaluate("""() => {
        const status = document.querySelector("lossbook-squares").shadowRoot
            .querySelector("p[role=status]");
        window.said = [];
        new MutationObserver(() => said.push(status.textContent))
            .observe(status, { childList: true });
    }""")
    page.clock.install()  # however long the keys take, time stands still meanwhile
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.get_by_role("slider").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.clock.run_for(700)
    loss = numbers(page, "squares")["L"]
    assert page.evaluate("said") == [f"Mean squared error {loss:.4f}"]


def test_the_controls_change_the_numbers(visit):
    page = visit(["softmax", "likelihood"])
    page.get_by_label("3", exact=True).check()
    page.get_by_label("temperature").fill("2")
    assert state(page, "softmax")["t"] == 3
    assert state(page, "softmax")["tau"] == 2
    page.get_by_label("noise").fill("1.5")
    assert state(page, "likelihood")["sigma"] == 1.5
    check_softmax(state(page, "softmax"), numbers(page, "softmax"))
    shown = page.locator("lossbook-softmax #gradient3").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(numbers(page, "softmax")["gradient"][2], abs=0.005)


@pytest.mark.parametrize("name", NAMES)
def test_the_mouse_drags_every_handle(visit, name):
    page = visit([name])
    for handle in page.locator(f"lossbook-{name} g[role=slider]").all():
        box = handle.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = float(handle.get_attribute("aria-valuenow"))
        page.mouse.move(x + 5, y + 5)  # not taken at its centre: it must not jump
        page.mouse.down()
        page.mouse.move(x + 5, y + 5)
        assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(before, abs=2e-3)
        page.mouse.move(x + 9, y + 25, steps=4)
        page.mouse.up()
        assert float(handle.get_attribute("aria-valuenow")) < before
        after = handle.bounding_box()
        assert after["y"] - box["y"] == pytest.approx(20, abs=0.5)
        page.mouse.move(x + 9, y - 60)  # let go
        assert handle.bounding_box() == after


def test_the_wild_point_goes_anywhere(visit):
    page = visit(["outlier"])
    handle = page.get_by_role("slider")
    box = handle.bounding_box()
    handle.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 200)
    page.mouse.up()
    moved = state(page, "outlier")
    assert moved["x"] > 8
    assert moved["y"] < 6
    page.keyboard.press("ArrowLeft")
    assert state(page, "outlier") == pytest.approx({"x": moved["x"] - 0.1, "y": moved["y"]})


def test_a_click_is_enough(visit):
    page = visit(["squares"])
    box = page.get_by_role("slider").nth(2).bounding_box()
    page.mouse.click(box["x"] + 30, box["y"] + 60)
    moved = state(page, "squares")["y_hat"]
    assert moved[2] < 2.5
    assert [moved[i] for i in (0, 1, 3, 4)] == pytest.approx([1.0, 2.2, 4.6, 5.9])


def test_a_finger_drags_a_handle_and_scrolls_beside_it(visit):
    page = visit(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)

    def swipe(x, y, by):
        places = [(x, y + by * part / 10) for part in range(11)]
        for number, (px, py) in enumerate(places):
            kind = "touchMove" if number else "touchStart"
            points = [{"x": px, "y": py}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(100)

    handle = page.locator("lossbook-squares g[role=slider]").nth(3)
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    swipe(x, y, 40)
    assert page.evaluate("scrollY") == 0
    assert handle.bounding_box()["y"] - box["y"] == pytest.approx(40, abs=1)
    before = state(page, "squares")
    swipe(x + 80, y + 80, -100)
    assert page.evaluate("scrollY") > 50
    assert state(page, "squares") == before


# ---------- How they stand on the page ----------


@pytest.mark.parametrize("theme", ["light", nightly("dark")])
@pytest.mark.parametrize("screen", [nightly(1400), 390])
def test_axe_finds_no_violation(visit, theme, screen):
    page = visit(theme=theme, viewport={"width": screen, "height": 900})
    assert checks.inaccessible(page) == []
    assert checks.sideways(page) == []
    inside = {"include": [f"lossbook-{name}" for name in NAMES]}
    contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    assert Axe().run(page, context=inside, options=contrast).violations_count == 0
    # It does look inside: there a fault is found.
    page.get_by_role("slider").first.evaluate("handle => handle.removeAttribute('aria-label')")
    assert any("aria-input-field-name" in violation for violation in checks.inaccessible(page))


RATIO = """([colour, ground]) => {
    const light = colour => {
        const node = document.body.appendChild(document.createElement("i"));
        node.style.color = colour;
        const [r, g, b] = getComputedStyle(node).color.match(/[\\d.]+/g)
            .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        node.remove();
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const [a, b] = [light(`var(${colour})`), light(`var(${ground})`)];
    return Math.max(a, b) / Math.min(a, b);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_in_a_drawing_stand_out(visit, theme):  # axe does not look into a drawing
    page = visit(theme=theme)
    words = ["--ink", "--muted", "--accent"]
    for colour in [*words, "--figure-blue", "--figure-orange", "--figure-green"]:
        assert page.evaluate(RATIO, [colour, "--ground"]) >= 4.5


@pytest.mark.parametrize("width", [350, 300])
def test_a_narrow_page_holds_them(visit, width):
    page = visit(viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for name in NAMES:
        element = page.locator(f"lossbook-{name}")
        assert element.evaluate("element => element.scrollWidth <= element.clientWidth")
        boxes = [handle.bounding_box() for handle in element.locator("g[role=slider]").all()]
        assert min(min(box["width"], box["height"]) for box in boxes) >= 24
        for first, second in pairwise(sorted(box["x"] for box in boxes)):
            assert second - first >= 24


@pytest.mark.parametrize("width", [*map(nightly, [1000, 700, 600, 560, 420, 350]), 559, 320])
def test_nothing_jumps_when_the_script_has_run(visit, host, browser, width):
    page = visit(width=width)
    after = [page.locator(f"lossbook-{name}").bounding_box() for name in NAMES]
    with browser.new_context(viewport=SCREEN) as context:
        page = context.new_page()
        page.route("**/*.js", lambda route: route.abort())
        page.goto(host)
        before = [page.locator(f"lossbook-{name}").bounding_box() for name in NAMES]
    for old, new in zip(before, after, strict=True):
        assert new == pytest.approx(old, abs=0.5)


def test_no_number_makes_them_higher(visit):
    page = visit(width=350)
    for name, (draw, _) in CASES.items():
        rng = np.random.default_rng(5)
        heights = page.locator(f"lossbook-{name}").evaluate(
            "(e, states) => states.map(s => { e.state = s; return e.offsetHeight; })",
            [draw(rng) for _ in range(50)],
        )
        assert len(set(heights)) == 1


def test_nothing_is_seen_without_javascript_nor_on_paper(visit, host, browser):
    page = visit()
    page.emulate_media(media="print")
    assert not any(page.locator(f"lossbook-{name}").is_visible() for name in NAMES)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(host)
        assert page.locator("#after").is_visible()
        assert not any(page.locator(f"lossbook-{name}").is_visible() for name in NAMES)


def test_they_need_no_server(folder, browser):
    write_page(folder)
    with browser.new_context() as context:
        page = context.new_page()
        listener = Listener(page, "file:")
        page.goto((folder / "index.html").as_uri())
        for name in NAMES:
            assert numbers(page, name)
        assert listener.wrong == []


@pytest.mark.parametrize("name", SIZES)
def test_they_are_small(name):
    code = (STATIC / "explorables" / f"{name}.js").read_bytes()
    assert len(gzip.compress(code, mtime=0)) <= SIZES[name]
