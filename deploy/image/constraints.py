"""Constraints for installing Smena over the packages of an image: printed for `pip install --constraint`.

    python constraints.py requirements.txt pyproject.toml

A package that is installed here in a version that Smena can use stays as it is: that set was tested with this release
of Airflow, and pip does not see what a change of it would break. Everything else comes at the version of the lock.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def constraints(lock: Iterable[str], needed: Iterable[str], installed: Mapping[str, str]) -> Iterator[str]:
    """The lines of the lock without those of packages that are installed in a version that is needed.

    Args:
        lock: lines `name==version`, with a marker or without.
        needed: Smena's own requirements, as ranges.
        installed: versions by canonical name.
    """
    ranges = {canonicalize_name(one.name): one.specifier for one in map(Requirement, needed)}
    for line in lock:
        name = canonicalize_name(Requirement(line).name)
        if name not in installed or (name in ranges and not ranges[name].contains(installed[name], prereleases=True)):
            yield line


def _installed() -> dict[str, str]:
    return {canonicalize_name(one.metadata["Name"]): one.version for one in metadata.distributions()}


if __name__ == "__main__":
    lock, project = map(Path, sys.argv[1:])
    lines = [line for line in lock.read_text().splitlines() if line and not line.startswith("#")]
    needed = tomllib.loads(project.read_text())["project"]["dependencies"]
    print("\n".join(constraints(lines, needed, _installed())))
