"""Builds that read again only what has changed, and yet give what a build from nothing would.

Sphinx keeps the pages that it has read. Three things are added, so that none is out of date:

- A change of the code that reads pages, or of its libraries, makes Sphinx read all of them again.
- All pages are written in each build: a new number or title of one appears on others, too.
- A build with a warning keeps nothing, so that the next one repeats the warning.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[2]
CODE = ["website/ext/*.py", "eqcheck/*.py", "eqcheck/*.lark", "lossbook/**/*.py", "tools/*.py"]
OTHER = ["book/equations/*", "requirements.txt", "constraints.txt"]


def digest() -> str:
    """Return the digest of all that decides how a page is read, but the page itself."""
    files = sorted(path for pattern in CODE + OTHER for path in ROOT.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files if path.is_file())).hexdigest()


def write_all(app: Sphinx, env: BuildEnvironment) -> Iterator[str]:
    """Return all pages as pages to be written."""
    yield from env.found_docs


def forget(app: Sphinx, exception: Exception | None) -> None:
    """Forget what was read, if there was a warning."""
    if app._warncount:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the digest, which Sphinx compares with that of the last build."""
    app.add_config_value("digest_of_code", digest(), "env", str)
    app.connect("env-updated", write_all)
    app.connect("build-finished", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
