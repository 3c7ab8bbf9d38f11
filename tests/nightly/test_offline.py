"""A lecturer on a plane opens the archive of the site."""

from zipfile import ZipFile

from playwright.sync_api import expect

from tests.site.checks import NOTEBOOKS, PAGES, ROOT, Listener
from tools.offline import pack


def test_the_archive_opens_without_a_network(site, browser, tmp_path):
    archive = tmp_path / "lossbook.zip"
    pack(site.root, archive)
    first = archive.read_bytes()
    pack(site.root, archive)
    assert archive.read_bytes() == first
    with ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "lossbook"
    for path in PAGES:
        assert (folder / f"{path}.html").is_file()
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        listener = Listener(page, "file://")
        page.goto((folder / "index.html").as_uri())
        page.wait_for_url("**/book/index.html")
        page.locator("#contents a", has_text="mean squared error").first.click()
        expect(page.locator("article h1")).to_contain_text("The gradient of the mean squared error")
        assert page.locator("lossbook-squares").evaluate("node => node.numbers.L > 0")
        notebook = page.locator(".actions a", has_text="Download").get_attribute("href")
        page.keyboard.press("Control+k")
        page.keyboard.type("kink")
        page.keyboard.press("Enter")
        expect(page.locator("#search-results li a").first).to_be_visible(timeout=15_000)
        assert listener.wrong == []
    downloaded = folder / "book" / notebook
    assert downloaded.read_bytes() == (ROOT / f"{NOTEBOOKS[1]}.ipynb").read_bytes()
