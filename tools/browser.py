"""Find the browsers for the tests of the site; as a script, install Chromium if none is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox": ("firefox-esr", "firefox"),
}
# Also as root, and asking no host but this one.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find(browser: str = "chromium") -> str | None:
    """Return the path of the browser: named in `CHROMIUM` or `FIREFOX`, else on the PATH.

    Where there is no Chromium, Playwright's own will do. Its Firefox is a patched one, which is
    not what readers have, so it is not used.
    """
    if named := os.environ.get(browser.upper()):
        return shutil.which(named)
    for name in NAMES[browser]:
        if path := shutil.which(name):
            return path
    if browser != "chromium":
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Get Playwright's own browser, else Debian's; as root also the libraries it needs."""
    own = [sys.executable, "-m", "playwright", "install", "chromium"]
    commands = [own]
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands = [
            [*own, "--with-deps"],
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "--no-install-recommends", "chromium"],
        ]
    for command in commands:
        print("No browser yet:", " ".join(command), flush=True)
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
        if find():
            return


def main() -> None:
    """Say which browser the tests will use."""
    if not find() and "CHROMIUM" not in os.environ:
        install()
    print("Browser:", find() or "none; the tests of the site in a browser cannot run")


if __name__ == "__main__":
    main()
