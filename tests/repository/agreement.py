"""Check who wrote what, when, under which licence, where it is found and what it rests on.

Each check takes the root of a repository and returns its faults in words.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from urllib.parse import urlsplit

from identify.vendor.licenses import LICENSES
from pybtex.database import parse_file

from eqcheck.pages import displays, pages_in_toc
from tests.repository.reading import (
    Root,
    addresses,
    disagreement,
    only,
    pages,
    read_yaml,
    text,
    toml,
    version,
)
from tools.repository import files, ref

AUTHOR = "The Lossbook authors"
TOO_OLD = {"gauss1809", "legendre1805"}  # for a DOI or an address


# Who, what, when


def version_is_one(root: Root) -> list[str]:
    """The version and, in links to Binder, the tag or the branch are the same everywhere."""
    citation, cite = read_yaml(root, "CITATION.cff"), text(root, "book/cite.md")
    here = version(root)
    tag = r"https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/([^?]+)\?"
    return disagreement(
        "version",
        {
            "lossbook": here,
            "CITATION.cff": citation["version"],
            "CITATION.cff's book": citation["preferred-citation"]["version"],
            "README.md": only(r"Version (\d[\w.]*\w)", text(root, "README.md")),
            "cite.md": only(r"Version (\d[\w.]*\w)", cite),
            "cite.md's BibTeX": only(r"version *= \{(.*)\}", cite),
        },
    ) + disagreement(
        "tag or branch",
        {
            "lossbook": ref(here),
            "README.md": only(tag, text(root, "README.md")),
            "running.md": only(tag, text(root, "book/running.md")),
        },
    )


def release_is_in_the_changelog(root: Root) -> list[str]:
    """A release has its heading and its link there, and its date in CITATION.cff, too."""
    here, log = version(root), text(root, "CHANGELOG.md")
    date = read_yaml(root, "CITATION.cff").get("date-released")
    if ".dev" in here:
        return [f"CITATION.cff: {here} has no date of release"] if date else []
    repository = addresses(root)[0]
    return [
        f"CHANGELOG.md lacks {line!r}"
        for line in (
            f"## [{here}] - {date}",
            f"[Unreleased]: {repository}/compare/v{here}...HEAD",
            f"[{here}]: {repository}/releases/tag/v{here}",
        )
        if f"\n{line}\n" not in log
    ]


def year_is_one(root: Root) -> list[str]:
    citation, cite = read_yaml(root, "CITATION.cff"), text(root, "book/cite.md")
    return disagreement(
        "year",
        {
            "CITATION.cff": str(citation["preferred-citation"]["year"]),
            "README.md": only(r"authors \((\d+)\)", text(root, "README.md")),
            "cite.md": only(r"authors \((\d+)\)", cite),
            "cite.md's BibTeX": only(r"year *= \{(.*)\}", cite),
        },
    )


def title_and_author_are_one(root: Root) -> list[str]:
    citation, cite = read_yaml(root, "CITATION.cff"), text(root, "book/cite.md")
    book = citation["preferred-citation"]
    project = toml(root, "pyproject.toml")["project"]
    title = r"\(\d+\)\. \*(.*)\.\* Version"
    return disagreement(
        "title",
        {
            "CITATION.cff": citation["title"],
            "CITATION.cff's book": book["title"],
            "README.md": only(title, text(root, "README.md")),
            "cite.md": only(title, cite),
            "cite.md's BibTeX": only(r"title *= \{(.*)\}", cite),
        },
    ) + disagreement(
        "author",
        {
            "here": AUTHOR,
            "CITATION.cff": only(r"- name: (.*)$", text(root, "CITATION.cff")),
            "pyproject.toml": ", ".join(author["name"] for author in project["authors"]),
            "_config.yml": read_yaml(root, "_config.yml")["author"],
            "LICENSE": only(r"^Copyright \(c\) \d+ (.*)$", text(root, "LICENSE")),
            "README.md": only(r"^> (.*) \(\d+\)\.", text(root, "README.md")),
            "cite.md": only(r"^> (.*) \(\d+\)\.", cite),
            "cite.md's BibTeX": only(r"author *= \{\{(.*)\}\}", cite),
        },
    )


def licences_are_whole(root: Root) -> list[str]:
    whole = dict(LICENSES)
    mit = whole["MIT"].replace("[year] [fullname]", "YEAR")
    own = re.sub(rf"\d{{4}} {AUTHOR}", "YEAR", text(root, "LICENSE"))
    citation = read_yaml(root, "CITATION.cff")
    faults = [] if own == mit else ["LICENSE is not the MIT licence"]
    if text(root, "LICENSE-text") != whole["CC-BY-4.0"]:
        faults.append("LICENSE-text is not the legal code of CC BY 4.0")
    if toml(root, "pyproject.toml")["project"]["license"] != "MIT":
        faults.append("pyproject.toml: the package is under MIT")
    if citation["license"] != ["MIT", "CC-BY-4.0"]:
        faults.append("CITATION.cff: the licences are MIT and CC-BY-4.0")
    if citation["preferred-citation"]["license"] != "CC-BY-4.0":
        faults.append("CITATION.cff: the book is under CC-BY-4.0")
    return faults


# Addresses

_HOSTS = r"github\.com|github\.io|githubusercontent\.com|mybinder\.org|colab\.research\.google\.com"
_ADDRESS = re.compile(
    rf"(?:\w+://|git@)?[\w.-]*?(?:{_HOSTS})[/:][^\s\"'`<>()\[\]{{}}|\\*,;]*", re.I
)


def addresses_are_those_of_config(root: Root) -> list[str]:
    """Whatever speaks of this repository or its site has the address of _config.yml."""
    repository, site = addresses(root)
    name = urlsplit(repository).path.strip("/")
    own = re.compile(
        rf"(?:{re.escape(repository)}|{re.escape(site.rstrip('/'))}"
        rf"|https://mybinder\.org/v2/gh/{name}|https://colab\.research\.google\.com/github/{name}"
        rf"|https://raw\.githubusercontent\.com/{name})(?:$|[/?#.@])"
    )
    ours = re.compile(rf"lossbook|{re.escape(name.split('/')[1])}", re.I)
    citation = read_yaml(root, "CITATION.cff")
    faults = [
        f"CITATION.cff has {entry.get(key)!r} as {key}, _config.yml {address!r}"
        for entry in (citation, citation["preferred-citation"])
        for key, address in (("repository-code", repository), ("url", site))
        if entry.get(key) != address
    ]
    for file, content in files(root):
        if file.startswith("tests/"):
            continue  # they speak of other repositories, made up to be wrong
        lines = "\n".join(line for line in content.splitlines() if ours.search(line))
        found = (a for a in _ADDRESS.findall(lines) if ours.search(a))
        faults += [f"{file}: {address}" for address in found if not own.match(address)]
    return faults


def links_to_the_site_lead_somewhere(root: Root) -> list[str]:
    site, book = addresses(root)[1], pages(root)
    there = {path.relative_to(root).with_suffix(".html").as_posix() for path in pages_in_toc(root)}
    labels = {display.label for page in book for display in displays(page)}
    figures = {
        cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
        for page in book
        for cell in page.code
    }
    there |= {f"book/figures/{name}.svg" for name in figures}
    faults = []
    for file, content in files(root):
        for link in re.findall(rf"{re.escape(site)}([^\s\"'`<>()\[\]{{}}|\\*,;]*)", content):
            page, _, anchor = link.rstrip(".").partition("#")
            label = anchor.removeprefix("equation-")
            if page and page not in there:
                faults.append(f"{file}: the site has no page {page}")
            if anchor.startswith("equation-") and label not in labels:
                faults.append(f"{file}: the book has no equation {label}")
    return faults


def links_to_files_lead_somewhere(root: Root) -> list[str]:
    return [
        f"{name}: {link} is not there"
        for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
        for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text(root, name))
        if not urlsplit(link).scheme and not (root / link).exists()
    ]


def issues_are_linked_alike(root: Root) -> list[str]:
    """A reader can tell from an address which thread it is."""
    repository = addresses(root)[0]
    link = re.compile(r"(?:https?://)?(?:[\w-]+\.)*github\.com/[^\s\"'`<>()\[\]{}|\\*,;]*", re.I)
    good = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+(?:/(?:issues|pull)/\d+)?")
    return [
        f"{page.name}: {address}"
        for page in pages(root)
        for part in page.markdown
        for address in link.findall(part)
        if not address.startswith(repository) and not good.fullmatch(address.rstrip("."))
    ]


# Sources


def citations_are_known(root: Root) -> list[str]:
    entries = parse_file(str(root / "book" / "references.bib")).entries
    cited: dict[str, str] = {}
    for page in pages(root):
        for part in page.markdown:
            for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", part):
                cited |= {key.strip(): page.name for key in keys.split(",")}
    faults = [f"{page} cites {key}, unknown" for key, page in cited.items() if key not in entries]
    faults += [f"references.bib: {key} is cited nowhere" for key in entries if key not in cited]
    return faults


def sources_can_be_found(root: Root) -> list[str]:
    faults = []
    for key, entry in parse_file(str(root / "book" / "references.bib")).entries.items():
        doi, url = entry.fields.get("doi", ""), entry.fields.get("url", "")
        if not doi and not url and key not in TOO_OLD:
            faults.append(f"{key} has neither a DOI nor an address")
        if doi and not re.fullmatch(r"10\.\d{4,9}/\S+", doi):
            faults.append(f"{key}: {doi!r} is no DOI (without https://doi.org/)")
        if url and not re.fullmatch(r"https://\S+", url):
            faults.append(f"{key}: {url!r} is no address")
    return faults


# What has no place here

_MACHINE = re.compile(
    r"(?<![\w.:/+-])/(?:home|Users|root|work|opt|tmp|mnt|private)/\w+|[A-Za-z]:\\Users\b"
)
PUBLIC = ("pypi.org", "pythonhosted.org", "pytorch.org", "npmjs.org")
_LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|TBD|lorem ipsum|placeholder text)\b", re.I)


def nothing_of_the_machine_is_left(root: Root) -> list[str]:
    """No path of the machine on which a file was made, no package index but the public ones."""
    indexes = _own_indexes()
    faults = []
    for file, content in files(root):
        found = [host for host in indexes if host in content]
        if not file.startswith("tests/"):  # which show such things, made up to be found
            found += _MACHINE.findall(content) + _LEFT_OVER.findall(content)
        faults += [f"{file}: {what}" for what in found]
    return faults


@cache
def _own_indexes() -> frozenset[str]:
    """Return the hosts of the package indexes that only this machine is set up to use."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings = [value for key, value in os.environ.items() if re.search("INDEX|REGISTRY", key)]
    urls = re.findall(r"https?://[^\s'\"]+", "\n".join([listed, *settings]))
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return frozenset(host for host in hosts if "." in host and not host.endswith(PUBLIC))
