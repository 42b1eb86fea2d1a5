"""A fresh virtual environment with the built wheel and those pinned distributions that the wheel requires.

What it proves. The wheel is built from the checkout and installed by pip. Everything else in the environment is what
the wheel's own `Requires-Dist` lead to, at the versions that these tests run with: a package that is imported and not
declared is not there. Nothing leads back to the checkout: no editable install, no `.pth` of it, no PYTHONPATH.

What it does not prove. The other distributions are not downloaded, but taken over file by file (as hard links) from the
environment of the tests, where pip has installed them from `requirements.txt`; their console scripts are left out, so
Airflow is started as `python -m airflow`. `make lock` shows that a resolver finds these versions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from demo.repository import REPOSITORY


@dataclass(frozen=True)
class Fresh:
    """The environment, in a directory of its own."""

    directory: Path
    wheel: Path
    distributions: tuple[str, ...]

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"

    def run(self, *command: str | Path, **environment: str) -> str:
        """What a command prints, run in an empty folder. Fails the test where the command fails."""
        around = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON", "SMENA"))
        }
        done = subprocess.run(
            [str(word) for word in command],
            env=around | environment, cwd=self.directory, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def smena(self, *words: str, **environment: str) -> str:
        """The console script of the wheel."""
        return self.run(self.directory / "bin" / "smena", *words, **environment)


def make(directory: Path) -> Fresh:
    """Builds the wheel and the environment."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(directory), str(REPOSITORY))
    subprocess.run([*pip, *build], cwd=directory, check=True)
    (wheel,) = directory.glob("smena-*.whl")
    home = directory / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    needed = closure(_requirements(wheel))
    site = home / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    for one in needed.values():
        _take_over(one, site)
    install = ("install", "--quiet", "--no-index", "--no-deps", str(wheel))
    subprocess.run([*pip, "--python", str(home / "bin" / "python"), *install], check=True)
    return Fresh(home, wheel, tuple(sorted(needed)))


def closure(requirements: list[str]) -> dict[str, Distribution]:
    """By name: the installed distributions that the requirements lead to."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    ahead = [(Requirement(text), "") for text in requirements]
    while ahead:
        asked, extra = ahead.pop()
        name = canonicalize_name(asked.name)
        if asked.marker and not asked.marker.evaluate({"extra": extra}):
            continue
        for wanted in {"", *asked.extras} - {extra for at, extra in seen if at == name}:
            seen.add((name, wanted))
            found[name] = distribution(asked.name)
            ahead += [(Requirement(text), wanted) for text in found[name].requires or ()]
    return found


def _requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        (place,) = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(opened.read(place).decode()).get_all("Requires-Dist") or []


def _take_over(one: Distribution, site: Path) -> None:
    for file in one.files or ():
        source, target = Path(str(one.locate_file(file))), site / file
        if ".." in file.parts or not source.is_file() or target.exists():
            continue  # A script in bin/, or compiled code that is made when it is needed.
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)
