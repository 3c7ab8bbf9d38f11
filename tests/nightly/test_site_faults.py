"""Every check of the site finds the fault that it is there for, planted in a small book."""

import shutil

import pytest

from tests.site import checks
from tests.site.checks import BASE, ROOT, Listener

FRAME = [
    "_config.yml",
    "website/ext",
    "website/theme/static",
    "website/theme",
    "book/ledger.md",
    "book/equations/not-evaluated.yml",
    "book/notation.md",
    "book/equations/notation.yml",
    "book/equations/settings.yml",
    "book/references.bib",
    "book/terms.yml",
    "tools",
]
TOC = "format: jb-book\nroot: book/index\nchapters: [file: book/ledger, file: book/notation]\n"

SOUND = """
# A page

It has a formula, $a^2$, and a sentence that is long enough to describe what stands on the page.

$$
(b - c)^2 = b^2 - 2bc + c^2
$$ (eq-sound)
"""

# Each with what the build must say of it.
FAULTS_OF_THE_TEXT = {
    "{eq}`eq-nowhere`": "eq-nowhere",
    "{prf:ref}`thm-nowhere`": "thm-nowhere",
    "{numref}`fig-nowhere`": "fig-nowhere",
    "{cite:p}`nobody1900`": "nobody1900",
    "{doc}`no-such-page`": "no-such-page",
    r"$\notacommand{x}$": "notacommand",
    r"$\frac{1$": "KaTeX parse error",
    "![](no-such-figure.svg)": "no-such-figure.svg",
    "$$\nb^2 = c^2\n$$ (eq-false)": "(eq-false) does not hold",
    "$$\nb = \\Omega\n$$ (eq-strange)": "\\Omega is not in book/equations/notation.yml",
    "```{notation} Nothing\n```": "notation.yml has no group 'Nothing'",
    "```{terms}\n```": "no chapter sets off 'softmax'",
}

# Faults that a build lets pass, and that only the page shows.
FAULTS_OF_THE_PAGE = f"""
<a href="#nowhere">a link to no place</a> <a href="nowhere.html">a link to no page</a>
<a href="{BASE}book/index.html#gone">a permanent link to no place</a>
<p id="twice">once</p><p id="twice">and again</p>
<img src="../_static/logo.svg" alt="logo.svg">
<p style="color: #ccc; background: #fff">Hard to see.</p>
<p>Here <a href="#twice" style="color: #445; text-decoration: none">a link</a> hides.</p>
<div style="width: 900px">Too wide for a phone.</div>
<script src="https://example.org/script.js"></script>
<script>undefinedFunction()</script>
<style>.katex .vlist {{ top: 1.5em }}</style>
<div class="math">$$x$$</div>
<div style="width: 90px; overflow: auto"><div style="width: 300px">Out of reach.</div></div>
<p style="width: 2em"><span class="math"><span class="katex"><math><annotation></annotation></math>
<span class="katex-html"><b class="base">formula</b></span></span></span>; and</p>
<script>setTimeout(() => document.querySelector("h1").before("It comes late."), 300)</script>
"""


def small_book(folder, text):
    """Build a book of one page in the frame of this one."""
    for name in FRAME:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    (folder / "_toc.yml").write_text(TOC)
    (folder / "book" / "index.md").write_text(text, encoding="utf-8")
    return checks.build(folder, folder)


@pytest.fixture(scope="module")
def faulty_text(tmp_path_factory):
    text = SOUND + "\n\n".join(FAULTS_OF_THE_TEXT)
    return small_book(tmp_path_factory.mktemp("text"), text)


@pytest.fixture(scope="module")
def faulty_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    built = small_book(folder, SOUND + FAULTS_OF_THE_PAGE)
    assert built.returncode == 0, built.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def faulty_page(faulty_site):
    return faulty_site / "book" / "index.html"


@pytest.fixture(scope="module")
def faulty_opened(faulty_site, browser, serve):
    with serve(faulty_site) as host, browser.new_context() as context:
        page = context.new_page()
        page.set_viewport_size({"width": 390, "height": 844})
        page.add_init_script(checks.MEASURE_SHIFTS)
        listener = Listener(page, host)
        page.goto(f"{host}book/index.html", wait_until="networkidle")
        yield page, listener


@pytest.mark.parametrize("fault", FAULTS_OF_THE_TEXT)
def test_a_fault_of_the_text_fails_the_build(faulty_text, fault):
    assert faulty_text.returncode != 0
    assert any(FAULTS_OF_THE_TEXT[fault] in line for line in checks.warnings(faulty_text))


def test_two_builds_are_the_same(faulty_site, tmp_path):
    small_book(tmp_path, SOUND + FAULTS_OF_THE_PAGE)
    again = tmp_path / "_build" / "html"
    names = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [n for n in names if (again / n).read_bytes() != (faulty_site / n).read_bytes()] == []


def test_links(faulty_site, faulty_page):
    wrong = ["#nowhere", "nowhere.html", f"{BASE}book/index.html#gone"]
    assert checks.broken_links(faulty_site, faulty_page) == wrong


def test_ids(faulty_page):
    assert checks.repeated_ids(checks.parse(faulty_page)) == ["twice"]


def test_images(faulty_page):
    assert len(checks.images_without_text(checks.parse(faulty_page))) == 1


def test_mathematics(faulty_page):
    wrong = checks.unset_mathematics(checks.parse(faulty_page))
    assert len(wrong) == 2
    assert all("$$x$$" in place for place in wrong)


def test_equations(faulty_page):
    wrong = checks.equations_without_link(checks.parse(faulty_page))
    assert wrong == ['<div class="math">$$x$$</div>']


def test_marks(faulty_site, faulty_page):
    wrong = checks.equations_without_mark(faulty_site, faulty_page)
    assert wrong == ['<div class="math">$$x$$</div>']


@pytest.mark.parametrize(
    ("right", "fault"),
    [
        ("ledger.html#ledger-eq-sound", "ledger.html#ledger-eq-other"),
        ("ledger.html#ledger-eq-sound", "nowhere.html#ledger-eq-sound"),
        ('class="ledger-mark"', 'class="mark"'),
        ('id="equation-eq-sound"', 'id="equation-eq-other"'),
    ],
)
def test_a_mark_that_leads_astray(faulty_site, tmp_path, right, fault):
    shutil.copytree(faulty_site / "book", tmp_path / "book")
    page = tmp_path / "book" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert right in text
    page.write_text(text.replace(right, fault), encoding="utf-8")
    assert len(checks.equations_without_mark(tmp_path, page)) == 2


def test_listener(faulty_opened):
    heard = "\n".join(faulty_opened[1].wrong)
    assert "foreign host: https://example.org/script.js" in heard
    assert "script error: undefinedFunction is not defined" in heard


def test_shifts(faulty_opened):
    assert faulty_opened[0].evaluate("shifts")


def test_weight(faulty_opened):
    listener = faulty_opened[1]
    assert 50_000 < listener.weight() < 300_000
    assert any(address.endswith("site.css") for address in listener.loaded)


def test_reach(faulty_opened):
    assert any("width: 90px" in box for box in checks.out_of_reach(faulty_opened[0]))


def test_punctuation(faulty_opened):
    assert checks.stray_punctuation(faulty_opened[0]) != []


@pytest.mark.usefixtures("java")
def test_validity(faulty_page):
    assert any("Duplicate ID" in fault for fault in checks.invalid([faulty_page]))


def test_letters(faulty_site, faulty_opened, tmp_path):
    style = (faulty_site / "_static" / "site.css").read_text()
    other = tmp_path / "site.css"
    other.write_text(style.replace("font-family:KaTeX_Math;", "font-family:KaTeX_Other;"))
    wrong = checks.letters_without_font(faulty_opened[0], other)
    assert "KaTeX_Math italic 400: 'a'" in wrong


def test_superscripts(faulty_opened):
    assert checks.low_superscripts(faulty_opened[0])


def test_width(faulty_opened):
    assert checks.sideways(faulty_opened[0])


def test_accessibility(faulty_opened):
    found = {violation.split()[0] for violation in checks.inaccessible(faulty_opened[0])}
    assert {"color-contrast", "link-in-text-block", "scrollable-region-focusable"} <= found
