"""Read the files of a repository, each in one way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from eqcheck.pages import Page, pages_of

Root = Path


def text(root: Root, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def toml(root: Root, name: str) -> dict[str, Any]:
    return tomllib.loads(text(root, name))


def read_yaml(root: Root, name: str) -> Any:
    return yaml.safe_load(text(root, name))


def workflows(root: Root) -> dict[str, dict[str, Any]]:
    folder = root / ".github" / "workflows"
    # BaseLoader: YAML reads a bare `on` as true.
    return {
        path.name: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        for path in sorted(folder.glob("*.y*ml"))
    }


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def pages(root: Root) -> list[Page]:
    return [Page.read(path) for path in pages_of(root / "book")]


def canonical_name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def pins(root: Root, name: str) -> dict[str, str]:
    """Return {distribution: version} of a requirements file."""
    found = re.findall(r"^([\w.-]+)==([\w.+!]+)$", text(root, name), re.M)
    return {canonical_name(distribution): version for distribution, version in found}


def all_pins(root: Root) -> dict[str, str]:
    return pins(root, "constraints.txt") | pins(root, "requirements.txt")


def addresses(root: Root) -> tuple[str, str]:
    """Return the addresses of the repository and of the site, as _config.yml has them."""
    config = read_yaml(root, "_config.yml")
    return config["repository"]["url"], config["html"]["baseurl"]


def version(root: Root) -> str:
    return str(only(r'^__version__ = "(.*)"$', text(root, "lossbook/__init__.py")))


def blocks(markdown: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", markdown, re.M | re.S)


def disagreement(what: str, found: dict[str, Any]) -> list[str]:
    """Say where values differ that should be one."""
    if len(set(found.values())) == 1 and None not in found.values():
        return []
    return [f"{what}: " + ", ".join(f"{place} has {value!r}" for place, value in found.items())]


def only(pattern: str, where: str) -> str | None:
    """Return what the pattern's group matches, if that is one thing throughout."""
    found = set(re.findall(pattern, where, re.M))
    return found.pop() if len(found) == 1 else None


def tested_pythons(root: Root) -> list[str]:
    """Return the Pythons of test.yml, in the order of its jobs."""
    found: list[str] = []
    for job in workflows(root)["test.yml"]["jobs"].values():
        entries = job.get("strategy", {}).get("matrix", {}).get("include", [])
        found += [entry["python"] for entry in entries]
        found += [step.get("with", {}).get("python-version", "") for step in job["steps"]]
    return list(dict.fromkeys(python for python in found if re.fullmatch(r"[\d.]+", python)))
