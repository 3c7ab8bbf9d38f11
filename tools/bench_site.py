"""Compare the site with what Jupyter Book makes of the same chapters by itself.

Builds the chapters a second time with Jupyter Book's own settings, their mathematics set by MathJax
in the browser, from files beside the pages; then loads each page of both over the same slowed-down
connection and prints, side by side, what it took.
"""

import gzip
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import yaml
from playwright.sync_api import Browser, sync_playwright

from tools import ROOT, browser, npm
from tools.repository import URL
from tools.serving import Quiet, serving

CHAPTERS = ["mse-gradient", "cross-entropy-gradient", "mse-as-nll", "one-theorem"]
MATHJAX = "3.2.2"
ROUNDS = 3
# Lighthouse's slow 4G: 150 ms, 1.6 Mbit/s.
CONNECTION = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 1e5}
COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}

# Notes when the mathematics is there, and all that moves.
WATCH = """
    globalThis.shift = 0;
    new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value; })
        .observe({ type: "layout-shift", buffered: true });
    addEventListener("DOMContentLoaded", async () => {
        if (!document.querySelector(".katex")) {
            while (!globalThis.MathJax?.startup?.promise) await new Promise(requestAnimationFrame);
            await MathJax.startup.promise;
        }
        await document.fonts.ready;
        requestAnimationFrame(() => { globalThis.set = performance.now(); });
    });
"""


def stock(folder: Path) -> Path:
    """Build the chapters as Jupyter Book does by itself; return the site."""
    source = folder / "stock"
    (source / "book").mkdir(parents=True)
    for page in (ROOT / "book").glob("*.ipynb"):
        shutil.copy(page, source / "book")
    shutil.copy(ROOT / "book" / "references.bib", source / "book")
    mathjax = npm.package("mathjax", MATHJAX, folder)
    shutil.copytree(mathjax / "es5", source / "static" / "mathjax")
    config = {
        "title": "Lossbook",
        "execute": {"execute_notebooks": "off"},
        "bibtex_bibfiles": ["book/references.bib"],
        "repository": {"url": URL},
        "html": {"use_repository_button": True},
        "launch_buttons": {"binderhub_url": "https://mybinder.org"},
        "sphinx": {
            "extra_extensions": ["sphinx_proof", "sphinx_exercise"],
            "config": {
                "html_static_path": ["static"],
                "mathjax_path": "mathjax/tex-mml-chtml.js",
            },
        },
    }
    chapters = [{"file": f"book/{page.stem}"} for page in sorted((source / "book").glob("*.ipynb"))]
    toc = {"format": "jb-book", "root": chapters[0]["file"], "chapters": chapters[1:]}
    (source / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(source), "-q"]
    subprocess.run(command, check=True, capture_output=True)
    return source / "_build" / "html"


class Compressing(Quiet):
    """Serves as web hosts do: text is compressed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802, the name that is called
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in COMPRESSED:
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(BrokenPipeError):  # the page was closed
            self.wfile.write(data)


def load(chromium: Browser, address: str) -> dict[str, float]:
    """Load a page once, as a new visitor."""
    with chromium.new_context(viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.emulateNetworkConditions", CONNECTION)
        sizes: dict[str, float] = {}
        network.on(
            "Network.loadingFinished",
            lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
        )
        within: set[str] = set()  # what the page holds itself, the fonts among it, is not sent
        network.on(
            "Network.requestWillBeSent",
            lambda e: within.update([e["requestId"]] * e["request"]["url"].startswith("data:")),
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address, wait_until="commit", timeout=60_000)
        page.wait_for_function("globalThis.set !== undefined", timeout=120_000)
        page.wait_for_timeout(500)
        asked = [url for url in asked if not url.startswith("data:")]
        return {
            "kB over the wire": sum(sizes[key] for key in sizes.keys() - within) / 1000,
            "requests": len(asked),
            "of them to other hosts": sum(not url.startswith("http://127.0.0.1") for url in asked),
            "seconds to the mathematics": page.evaluate("set") / 1000,
            "layout shift": page.evaluate("shift"),
        }


def typical(chromium: Browser, address: str) -> dict[str, float]:
    """Return the median of several visits."""
    visits = [load(chromium, address) for _ in range(ROUNDS)]
    return {name: statistics.median(visit[name] for visit in visits) for name in visits[0]}


def short(value: float) -> str:
    """Write a number with three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def rows(stock_site: Path) -> Iterator[str]:
    """Yield the lines of the comparison, a table in Markdown."""
    yield "| chapter | | stock | Lossbook | ratio |"
    yield "|---|---|--:|--:|--:|"
    sites = [stock_site, ROOT / "_build" / "html"]
    with (
        sync_playwright() as playwright,
        serving(sites[0], Compressing) as theirs,
        serving(sites[1], Compressing) as ours,
    ):
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.FLAGS)
        for chapter in CHAPTERS:
            pair = [typical(chromium, f"{host}book/{chapter}.html") for host in (theirs, ours)]
            for name, before in pair[0].items():
                after = pair[1][name]
                ratio = f"{before / after:.1f}" if after else ""
                yield f"| {chapter} | {name} | {short(before)} | {short(after)} | {ratio} |"
        chromium.close()


def main() -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(stock(Path(folder))):
            print(row, flush=True)


if __name__ == "__main__":
    main()
