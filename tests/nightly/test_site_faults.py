"""Every check of the site finds the fault that it is there for, planted in a small book."""

import shutil

import pytest

from tests.site import checks
from tests.site.checks import BASE, ROOT, Listener

FAULTY = ROOT / "tests" / "books" / "faulty"
SHARED = ["_config.yml", "website/theme/static/logo.svg"]

# What the build must say of text.md, whose every paragraph has a fault.
FAULTS_OF_THE_TEXT = [
    "eq-nowhere",
    "thm-nowhere",
    "fig-nowhere",
    "nobody1900",
    "no-such-page",
    "notacommand",
    "KaTeX parse error",
    "no-such-figure.svg",
    "(eq-false) does not hold",
    "\\Omega is not in book/equations/notation.yml",
    "notation.yml has no group 'Nothing'",
    "no chapter sets off 'softmax'",
]


def build(folder):
    """Build the small book with the settings of this one."""
    shutil.copytree(FAULTY, folder, dirs_exist_ok=True)
    for name in SHARED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return checks.build(folder, folder), folder / "_build" / "html"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("faulty"))


@pytest.fixture(scope="module")
def faulty_site(built):
    return built[1]


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
def test_a_fault_of_the_text_fails_the_build(built, fault):
    assert built[0].returncode != 0
    assert any(fault in line for line in checks.warnings(built[0]))


def test_a_fault_of_the_page_is_let_pass(built):
    assert [line for line in checks.warnings(built[0]) if "index.md" in line] == []


def test_two_builds_are_the_same(faulty_site, tmp_path):
    again = build(tmp_path)[1]
    names = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert names
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
