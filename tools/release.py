"""Give the book a version, in every file that carries it.

    python -m tools.release VERSION

0.2.0 is a release: it gets a date and a heading in the changelog, and links to Binder and Colab
lead to its tag. 0.3.0.dev0 begins the work on the next one, and they lead to the branch again.
"""

import argparse
import datetime
import re

from packaging.version import Version

from lossbook import __version__
from tools import ROOT
from tools.repository import BRANCH, URL, name, ref

FORM = re.compile(r"\d+\.\d+\.\d+(\.dev0)?")
COMMIT = """\
{version} is in every file that carries a version. Now
  make test
  git commit --all --message "{message} {version}"
"""
PUBLISH = """\
  git tag v{version}
  git push origin {branch} v{version}
publish the release at {url}/releases/new?tag=v{version},
with its part of the changelog, and begin the next with make release VERSION={following}"""


def substitutions(version: str, date: datetime.date) -> list[tuple[str, str, str]]:
    """Return what changes: (files, pattern, replacement); each pattern occurs in each file."""
    is_release = ref(version) != BRANCH
    cited = (r"^(> .*) \(\d+\)(.*) Version \S+", rf"\1 ({date.year})\2 Version {version}.")
    binder = (rf"(mybinder\.org/v2/gh/{name(URL)}/)[^?]+", rf"\g<1>{ref(version)}")
    date_line = f"date-released: {date}\n" if is_release else ""
    found = [
        ("lossbook/__init__.py", r'^(__version__ =) ".*"', rf'\1 "{version}"'),
        ("CITATION.cff", r"^( *version:) .*", rf"\1 {version}"),
        ("CITATION.cff", r"^(version: .*\n)(date-released: .*\n)?", rf"\1{date_line}"),
        ("CITATION.cff", r"^( *year:) .*", rf"\1 {date.year}"),
        ("README.md", *cited),
        ("README.md", *binder),
        ("book/cite.md", *cited),
        ("book/cite.md", r"^( *version *=) \{.*\}", rf"\1 {{{version}}}"),
        ("book/cite.md", r"^( *year *=) \{.*\}", rf"\1 {{{date.year}}}"),
        ("book/running.md", *binder),
        ("book/*.ipynb", rf"(git\+{URL}@)[^\s\\]+", rf"\g<1>{ref(version)}"),
    ]
    if is_release:
        link = rf"[Unreleased]: {URL}/compare/v{version}...HEAD"
        own = f"[{version}]: {URL}/releases/tag/v{version}"
        found += [
            (
                "CHANGELOG.md",
                r"^## \[Unreleased\]\n\n(?=### )",
                rf"\g<0>## [{version}] - {date}\n\n",
            ),
            ("CHANGELOG.md", r"^\[Unreleased\]: .*$", f"{link}\n{own}"),
        ]
    return found


def release(version: str, date: datetime.date) -> None:
    """Write the version into all files, or into none if one of them has no place for it."""
    texts: dict[str, str] = {}
    for pattern, old, new in substitutions(version, date):
        for path in sorted(ROOT.glob(pattern)):
            text = texts.get(str(path)) or path.read_text(encoding="utf-8")
            texts[str(path)], count = re.subn(old, new, text, flags=re.MULTILINE)
            if not count and path.name == "CHANGELOG.md":
                raise SystemExit("CHANGELOG.md has nothing new under [Unreleased]")
            if not count:
                raise SystemExit(f"{path.relative_to(ROOT)} has no place for the version: {old}")
    for file, text in texts.items():
        (ROOT / file).write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Change the version, and say what a person must still do."""
    parser = argparse.ArgumentParser(description="Change the version in every file.")
    parser.add_argument("version", help="such as 0.2.0, or 0.3.0.dev0 between releases")
    version = parser.parse_args().version
    if not FORM.fullmatch(version) or Version(version) <= Version(__version__):
        parser.error(f"VERSION is {version!r}; expected X.Y.Z or X.Y.Z.dev0 after {__version__}")
    release(version, datetime.datetime.now(datetime.UTC).date())
    is_release = ref(version) != BRANCH
    print(COMMIT.format(version=version, message="Release" if is_release else "Begin"), end="")
    if is_release:
        major, minor, _ = version.split(".")
        following = f"{major}.{int(minor) + 1}.0.dev0"
        print(PUBLISH.format(version=version, branch=BRANCH, url=URL, following=following))


if __name__ == "__main__":
    main()
