"""Change the address of the repository and of its site, in `_config.yml` and wherever else it is.

    python -m tools.address https://github.com/OWNER/NAME https://OWNER.github.io/NAME/

Links to the numbered things of the book stay as they are below the new address.
"""

import argparse
import re
from pathlib import PurePosixPath
from urllib.parse import quote

from tools import ROOT
from tools.repository import SITE, URL, files, name


def forms(repository: str, site: str) -> dict[str, str]:
    """Return every form in which a file names the repository or the site, by kind."""
    owned = name(repository)
    return {
        "clone": f"git clone {repository}\ncd {PurePosixPath(owned).name}",
        "repository": repository,
        "quoted": quote(repository, safe=""),
        "quoted twice": quote(quote(repository, safe=""), safe=""),
        "binder": f"mybinder.org/v2/gh/{owned}",
        "colab": f"colab.research.google.com/github/{owned}",
        "raw": f"raw.githubusercontent.com/{owned}",
        "site": site.rstrip("/"),
    }


def change(text: str, new: dict[str, str]) -> str:
    """Return a text with the present addresses replaced, all in one pass."""
    old = forms(URL, SITE)
    pattern = "|".join(f"(?P<{kind.replace(' ', '_')}>{re.escape(old[kind])})" for kind in old)
    return re.sub(
        rf"(?:{pattern})(?![\w-])",
        lambda found: new[str(found.lastgroup).replace("_", " ")],
        text,
    )


def main() -> None:
    """Change every file, and say what a person must still do."""
    parser = argparse.ArgumentParser(description="Change the address of repository and site.")
    parser.add_argument("repository", help="https://github.com/OWNER/NAME")
    parser.add_argument("site", help="https://…, where the pages are published")
    given = parser.parse_args()
    repository = given.repository.rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", repository):
        parser.error(f"REPOSITORY is {repository!r}; expected https://github.com/OWNER/NAME")
    if not re.fullmatch(r"https://[\w.-]+(/[\w./-]*)?", given.site):
        parser.error(f"SITE is {given.site!r}; expected an address that begins with https://")
    new = forms(repository, given.site)
    changed = 0
    for file, text in files():
        after = change(text, new)
        if after != text:
            (ROOT / file).write_text(after, encoding="utf-8", newline="\n")
            changed += 1
    print(f"Changed {changed} files. Now: make test, commit, and turn on GitHub Pages")
    print(f"(Settings, Pages, Source: GitHub Actions) in {repository}/settings/pages.")


if __name__ == "__main__":
    main()
