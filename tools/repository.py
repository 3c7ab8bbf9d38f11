"""Where the repository and its site are found, as `_config.yml` says, and what lies in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from lossbook import __version__
from tools import ROOT

_CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
URL: str = _CONFIG["repository"]["url"]
BRANCH: str = _CONFIG["repository"]["branch"]
SITE: str = _CONFIG["html"]["baseurl"]


def ref(version: str = __version__) -> str:
    """Return what links to Binder and Colab open: a release's tag, between releases the branch."""
    return BRANCH if ".dev" in version else f"v{version}"


def name(url: str) -> str:
    """Return owner and name of a repository on GitHub."""
    return url.removeprefix("https://github.com/")


def files(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Yield every text file that is or could be committed, as (name, text)."""
    ignored = {".git", *(root / ".gitignore").read_text(encoding="utf-8").split()}
    ignored = {line.rstrip("/") for line in ignored}
    for folder, folders, names in os.walk(root):
        place = Path(folder).relative_to(root)
        folders[:] = [f for f in folders if not {f, (place / f).as_posix()} & ignored]
        for file in {*names} - ignored:
            try:
                yield (place / file).as_posix(), (root / place / file).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a font or a picture
