"""Check every link from the book to the outside.

    python -m tools.links

Sphinx's link checker asks the hosts, each link as often as `_config.yml` says. A host that
answers 401 or 403 turns machines away, which does not mean that the page is gone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tools import ROOT

REFUSED = re.compile(r"40[13] Client Error|unauthorized")
OUTPUT = ROOT / "_build" / "links"


def check(book: Path, output: Path) -> dict[str, list[str]]:
    """Return the links of a book, each with where it appears, grouped by the checker's verdict.

    The verdicts are Sphinx's: "working", "redirected", "broken", "timeout", "ignored"; and
    "refused", of hosts that turn machines away.
    """
    program = str(Path(sys.executable).with_name("jupyter-book"))
    options = ["--path-output", str(output), "--builder=linkcheck", "--quiet"]
    written = output / "_build" / "html" / "output.json"
    written.unlink(missing_ok=True)  # of an earlier run
    # It fails if a link is dead; that, and whether it ran at all, is seen from what it writes.
    command = [program, "build", str(book), *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if not written.exists():
        raise RuntimeError(f"the links could not be checked\n{run.stdout}\n{run.stderr}")
    found: dict[str, list[str]] = {}
    for line in written.read_text(encoding="utf-8").splitlines():
        link = json.loads(line)
        verdict = "refused" if REFUSED.search(link["info"]) else link["status"]
        place = f"{link['filename']}:{link['lineno']}"
        found.setdefault(verdict, []).append(f"{link['uri']} ({place}) {link['info']}".strip())
    return found


def dead(found: dict[str, list[str]]) -> list[str]:
    """Return the links that lead nowhere."""
    return [*found.get("broken", []), *found.get("timeout", [])]


def main() -> int:
    """Print what is not as it should be; fail if a link is dead."""
    found = check(ROOT, OUTPUT)
    for verdict in ("redirected", "ignored", "refused", "timeout", "broken"):
        for link in found.get(verdict, []):
            print(f"{verdict}: {link}")
    return bool(dead(found))


if __name__ == "__main__":
    sys.exit(main())
