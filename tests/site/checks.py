"""The questions asked of the built site; each returns what is wrong, an empty list if nothing is.

`tests/site` asks them of the book, `tests/nightly/test_site_faults.py` of pages with every fault.
"""

import gzip
import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import yaml
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from lxml import html
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.support import ROOT
from tools import npm

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
BASE = CONFIG["html"]["baseurl"]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"]] + [page["file"] for part in TOC["parts"] for page in part["chapters"]]
NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").exists()]


def figures() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield for each figure of the book its name, its chapter and what the notebook has of it."""
    for chapter in NOTEBOOKS:
        notebook = json.loads((ROOT / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if "image/svg+xml" in output.get("data", {}):
                    name = cell["metadata"]["mystnb"]["figure"]["name"]
                    yield name, chapter, output["data"]


def build(source: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Build the book as `make book` does, on a machine with no Node.js of its own."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", source]
    options = ["--path-output", output, "-W", "-n", "--keep-going"]
    environment = {**os.environ, "PATH": "", "NO_COLOR": "1"}
    return subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )


def warnings(built: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the warnings and errors of a build."""
    lines = (built.stdout + built.stderr).splitlines()
    return [line for line in lines if re.search(r"WARNING|ERROR|CRITICAL", line)]


# ---------- Asked of the HTML ----------


@cache
def parse(path: Path) -> html.HtmlElement:
    """Read a page, once for all questions that are asked of it."""
    return html.parse(path, html.HTMLParser(encoding="utf-8")).getroot()


def text(node: html.HtmlElement) -> str:
    """Return the text of a node, its parts joined as they stand."""
    return node.text_content()


def first(node: html.HtmlElement, selector: str) -> html.HtmlElement | None:
    """Return the first part of a node that a selector names."""
    return next(iter(node.cssselect(selector)), None)


def source(node: html.HtmlElement) -> str:
    """Return the beginning of a node's HTML, for a message."""
    return html.tostring(node, encoding="unicode", with_tail=False)[:200]


def unset_mathematics(page: html.HtmlElement) -> list[str]:
    """Return formulae that KaTeX did not set, for the eye and for a screen reader."""
    wrong = [
        source(formula)
        for formula in page.cssselect("article .math")
        if not (formula.cssselect(".katex-html .base") and formula.cssselect("math annotation"))
        or formula.cssselect(".katex-error")
    ]
    outside = "not(ancestor::pre or ancestor::code or ancestor::annotation or ancestor::script)"
    said = "".join(page.xpath(f"//article//text()[{outside}]"))
    return wrong + re.findall(r".{0,40}(?:\$\$|\\\(|\\\[|\\frac).{0,40}", said)


def equations_without_link(page: html.HtmlElement) -> list[str]:
    """Return display equations of the text that have no id, no number or no link to themselves."""
    return [
        source(equation)
        for equation in page.cssselect("article div.math:not(.output)")
        if not (
            equation.get("id")
            and equation.cssselect(f'.eqno a.headerlink[href="#{equation.get("id")}"]')
        )
    ]


def equations_without_mark(site: Path, path: Path) -> list[str]:
    """Return display equations whose mark leads to no row of the ledger that leads back to them."""
    here = path.relative_to(site).as_posix()
    wrong = []
    for equation in parse(path).cssselect("article div.math:not(.output)"):
        mark = first(equation, ".eqno a.ledger-mark[aria-label]")
        file, row = urldefrag(urljoin(here, "" if mark is None else mark.get("href")))
        back = None if mark is None else ledger(site / file).get(row)
        if not back or urljoin(file, back) != f"{here}#{equation.get('id')}":
            wrong.append(source(equation))
    return wrong


@cache
def ledger(path: Path) -> dict[str, str]:
    """Return the rows of the ledger: {id: where its equation is}."""
    if not path.is_file():
        return {}
    ids = parse(path).cssselect('article tbody td:first-child [id^="ledger-"]')
    return {place.get("id"): place.xpath("ancestor::td//a/@href")[0] for place in ids}


def symbols_in_tables(page: html.HtmlElement) -> list[str]:
    """Return the TeX of every symbol that the first column of a table shows."""
    return [text(node) for node in page.cssselect("article tbody td:first-child annotation")]


def images_without_text(page: html.HtmlElement) -> list[str]:
    """Return images of the article whose alt text is missing or is but a file's name."""
    return [
        source(image)
        for image in page.cssselect("article img")
        if len(image.get("alt", "").split()) < 3
    ]


def repeated_ids(page: html.HtmlElement) -> list[str]:
    """Return the ids that occur more than once on the page."""
    ids = Counter(page.xpath("//*[@id][not(ancestor::svg)]/@id"))
    return sorted(identifier for identifier, times in ids.items() if times > 1)


@cache
def ids_of(path: Path) -> frozenset[str]:
    """Return the places of a page that a link can lead to."""
    return frozenset(re.findall(r'\s(?:id|name)="([^"]*)"', path.read_text(encoding="utf-8")))


def broken_links(site: Path, path: Path) -> list[str]:
    """Return the addresses on a page that lead to no file, or to no place in it.

    The site's own full address is followed too: it is how a permanent link is written.
    """
    here = path.relative_to(site).as_posix()
    wrong = []
    for node in parse(path).cssselect("[href], [src]"):
        address = node.get("href") or node.get("src") or ""
        link = "/" + address.removeprefix(BASE) if address.startswith(BASE) else address
        if urlsplit(link).scheme or link in ("", "#"):
            continue
        target, fragment = urldefrag(urljoin(here, unquote(link)))
        file = site / (urlsplit(target).path.lstrip("/") or ("index.html" if link == "/" else here))
        if not file.is_file() or (
            fragment and file.suffix == ".html" and fragment not in ids_of(file)
        ):
            wrong.append(address)
    return wrong


VALIDATOR = "26.9.27"


def invalid(pages: list[Path]) -> list[str]:
    """Return what the W3C's validator finds wrong."""
    validator = npm.package("vnu-jar", VALIDATOR, Path(sys.prefix) / f"vnu-{VALIDATOR}")
    jar = validator / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", jar, "--errors-only", "--format", "json"]
    answer = subprocess.run([*command, *pages], capture_output=True, text=True, check=False)
    found = json.loads(answer.stderr)["messages"]
    return [f"{m['url']}, line {m.get('lastLine')}: {m['message']}" for m in found]


@cache
def labels(site: Path) -> frozenset[str]:
    """Return what a link can lead to for good: page#label of a section, a box, an equation …"""
    found = set()
    for path in PAGES:
        name = path.removeprefix("book/")
        headers = parse(site / f"{path}.html").cssselect("a.headerlink")
        found |= {f"{name}{link.get('href')}" for link in headers}
    return frozenset(found)


# ---------- Asked of the browser ----------


class Listener:
    """Hears everything that goes wrong while a page is open."""

    def __init__(self, page: Page, host: str) -> None:
        self.host = host
        self.forget()
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("request", self.on_request)
        page.on("response", self.on_response)

    def forget(self) -> None:
        """Begin anew, for another page."""
        self.wrong: list[str] = []
        self.loaded: dict[str, Response] = {}

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console {message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.host, "data:", "blob:")):
            self.wrong.append(f"foreign host: {request.url}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")
        if not response.url.startswith("data:"):
            self.loaded[response.url] = response

    def weight(self) -> int:
        """Return the bytes of all that was loaded, as a server sends them: compressed."""
        return sum(map(compressed, self.loaded))


@cache
def compressed(address: str) -> int:
    """Return how many bytes a server sends; the browser may have taken them from its cache."""
    with urlopen(address) as answer:
        return len(gzip.compress(answer.read(), 6))


# Before a page is opened: notes each thing that moves without being asked to.
MEASURE_SHIFTS = """
    globalThis.shifts = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries())
            for (const { node } of entry.sources)
                shifts.push(`${entry.value} ${node?.parentElement?.outerHTML.slice(0, 100)}`);
    }).observe({ type: "layout-shift", buffered: true });
"""


def lay_out(page: Page) -> None:
    """Have all of a long page laid out, not only what is near the screen."""
    page.add_style_tag(content="section { content-visibility: visible !important }")
    # The page's script hears of the new sizes at the end of a frame.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def load_figures(page: Page) -> None:
    """Wait for the images that a reader sees on the way down."""
    page.evaluate("""() => {
        const images = [...document.images];
        for (const image of images) image.loading = "eager";
        return Promise.all(images.map(image => image.decode()));
    }""")


def out_of_reach(page: Page) -> list[str]:
    """Return what can be scrolled sideways, but not by the keyboard."""
    lay_out(page)
    return page.evaluate("""() => [...document.querySelectorAll("article *:not(.katex *)")]
        .filter(node => node.scrollWidth > node.clientWidth + 1 && node.checkVisibility())
        .filter(node => ["auto", "scroll"].includes(getComputedStyle(node).overflowX))
        .filter(node => node.tabIndex < 0 || !node.ariaLabel)
        .map(node => node.outerHTML.slice(0, 120))""")


def stray_punctuation(page: Page) -> list[str]:
    """Return what follows a formula without a space and yet begins a line."""
    lay_out(page)
    return page.evaluate("""() => {
        const found = [];
        for (const formula of document.querySelectorAll("article :is(p, li) span.math")) {
            const boxes = [...formula.querySelectorAll(".base")];
            if (!boxes.length || !formula.checkVisibility()) continue;
            const walk = document.createTreeWalker(formula.closest("p, li"), NodeFilter.SHOW_TEXT);
            walk.currentNode = formula;
            let next = walk.nextNode();
            while (next && next.parentElement.closest(".katex")) next = walk.nextNode();
            if (!next || !next.data.length || /\\s/.test(next.data[0])) continue;
            const range = document.createRange();
            range.setStart(next, 0);
            range.setEnd(next, 1);
            const [letter] = range.getClientRects();
            const box = boxes.at(-1).getBoundingClientRect();
            if (letter?.top > box.bottom) found.push(formula.parentElement.textContent);
        }
        return found;
    }""")


def sideways(page: Page) -> list[str]:
    """Return what sticks out of the screen, if the page can be scrolled sideways."""
    lay_out(page)
    return page.evaluate("""() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) return [];
        const wide = [...document.querySelectorAll("body *")]
            .filter(node => node.getBoundingClientRect().right > root.clientWidth + 1);
        return [`${root.scrollWidth} px`, ...wide.slice(0, 5).map(n => n.outerHTML.slice(0, 120))];
    }""")


COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# Marks one text of each new look with data-look: its colour, size, weight, and what is around it.
MARK_LOOKS = """known => {
    const looks = new Set(known);
    for (const node of document.body.querySelectorAll(":not(math)")) {
        const texts = [...node.childNodes].filter(n => n.nodeType === Node.TEXT_NODE);
        if (!texts.some(text => text.data.trim()) || !node.checkVisibility()) continue;
        const style = getComputedStyle(node);
        const look = [style.color, style.fontSize, style.fontWeight, style.textDecorationLine];
        look.push(getComputedStyle(node.parentElement).color);  // a link is judged by it
        for (let on = node; on; on = on.parentElement) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(on);
            look.push(opacity, backgroundImage, backgroundColor);
            if (backgroundColor.startsWith("rgb(")) break;  // rgba lets through what is below
        }
        const clear = ["1", "none", "rgba(0, 0, 0, 0)"];
        const key = look.filter(part => !clear.includes(part)).join();
        node.toggleAttribute("data-look", !looks.has(key));
        looks.add(key);
    }
    return [...looks];
}"""
well_seen: set[str] = set()  # the looks in which axe found nothing wrong, on any page


def inaccessible(page: Page) -> list[str]:
    """Return axe's violations, with the first place of each; colours are judged in both themes.

    Axe reads no MathML, so a column headed by a formula looks to it as if it had no head. To save
    time, what it has no rule for is taken off the page, the boxes that draw the formulae and the
    parts of MathML and of code; and colours are judged once for all text that looks the same, on
    whatever page.
    """
    lay_out(page)
    page.evaluate("""() => {
        for (const drawing of document.querySelectorAll(".katex-html")) drawing.replaceChildren();
        for (const math of document.querySelectorAll("math")) math.textContent = math.textContent;
    }""")
    found = []
    colours = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        looks = page.evaluate(MARK_LOOKS, sorted(well_seen))
        if page.locator("[data-look]").count():
            wrong = violations(page, {"include": ["[data-look]"]}, colours)
            well_seen.update([] if wrong else looks)
            found += wrong
    page.evaluate("""() => {
        for (const code of document.querySelectorAll("pre")) code.textContent = code.textContent;
    }""")
    rest = {rule: {"enabled": False} for rule in [*COLOUR_RULES, "empty-table-header"]}
    return found + violations(page, None, {"rules": rest})


def violations(page: Page, context: dict | None, options: dict) -> list[str]:
    """Return what axe finds wrong."""
    options = {**options, "resultTypes": ["violations"]}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [f"{v['id']} ({len(v['nodes'])}): {v['nodes'][0]['html'][:200]}" for v in found]


@cache
def fonts(stylesheet: Path) -> dict[tuple[str, str, str], frozenset[str]]:
    """Return the letters of each font in the stylesheet: {(family, style, weight): letters}."""
    found = {}
    for rule in re.findall(r"@font-face\s*{([^}]*)}", stylesheet.read_text(encoding="utf-8")):
        said = dict(re.findall(r"([\w-]+):\s*\"?([^;\"]*)", rule))
        data = re.search(r"base64,([^\")]*)", rule)
        font = TTFont(BytesIO(b64decode(data[1])))
        key = said["font-family"], said.get("font-style", "normal"), said["font-weight"]
        found[key] = frozenset(map(chr, font.getBestCmap()))
    return found


def letters_without_font(page: Page, stylesheet: Path) -> list[str]:
    """Return the letters of formulae that the font, which the browser takes for them, has not."""
    seen = page.evaluate("""() => {
        const seen = {};
        for (const drawing of document.querySelectorAll(".katex-html")) {
            const walk = document.createTreeWalker(drawing, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const style = getComputedStyle(walk.currentNode.parentElement);
                const family = style.fontFamily.split(",")[0].replaceAll('"', "");
                if (!family.startsWith("KaTeX")) continue;
                const key = [family, style.fontStyle, style.fontWeight].join();
                (seen[key] ??= new Set()).add(walk.currentNode.data);
            }
        }
        return Object.entries(seen).map(([key, texts]) => [key.split(","), [...texts].join("")]);
    }""")
    there = fonts(stylesheet)
    return [
        f"{family} {style} {weight}: {letter!r}"
        for (family, style, weight), text in seen
        for letter in set(text) - {"\u200b", "\xa0", " ", "\n"}
        if letter not in there.get((family, style, weight), ())
    ]


def low_superscripts(page: Page) -> list[str]:
    """Return superscripts that do not stand above the middle of what they are on.

    So it is when KaTeX's stylesheet is of another version than the KaTeX that wrote the HTML.
    """
    return page.evaluate("""() => {
        const middle = node => {
            const box = node.getBoundingClientRect();
            return box.top + box.height / 2;
        };
        return [...document.querySelectorAll(".katex-html .msupsub:not(:has(.vlist-t2))")]
            .filter(sup => sup.checkVisibility() && sup.previousElementSibling)
            .map(sup => [sup.querySelector(".mord.mtight"), sup.previousElementSibling])
            .filter(([power, base]) => power && middle(power) >= middle(base))
            .map(([power, base]) => base.parentElement.textContent);
    }""")
