"""The demo, and the tour of the tutorial, typed as it is written there."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TUTORIAL = (REPOSITORY / "docs" / "tutorial" / "first-shift.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.timeout(900)

TOUR = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)


def run(*words: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SMENA"))}
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Path, str]]:
    """The demo in a folder of its own, and what it printed; ended after the tests, however it began."""
    # Not pytest's own temporary folder: that one is closed to the user the server runs as under root.
    with tempfile.TemporaryDirectory(prefix="smena-demo-") as made:
        directory = Path(made)
        directory.chmod(0o711)
        command = (sys.executable, "-m", "demo")
        try:
            yield directory, run(*command, "up", "--directory", str(directory / ".demo")).stdout
        finally:
            ended = run(*command, "down", "--directory", str(directory / ".demo"))
    assert ended.returncode == 0, ended.stderr


def test_the_demo_loads_every_shift_that_the_simulation_knows(demo: tuple[Path, str]) -> None:
    _, printed = demo
    assert "missing 0, with other cash 0." in printed, printed
    assert "/.demo/env`, then for example `smena documents --inn 9601000019`" in printed


def test_its_environment_is_its_owners_alone(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    assert stat.S_IMODE((directory / ".demo" / "env").stat().st_mode) == 0o600


def test_the_tour_of_the_tutorial_works_as_it_is_typed(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    blocks = TOUR.findall(TUTORIAL)
    assert len(blocks) == 3
    # Typed one after another: that something waits for a person (exit code 1) stops nobody.
    done = run("/bin/sh", "-c", "".join(blocks), cwd=directory)
    assert done.stderr == ""
    for word in ("9601000019", "ФН", "pko", ", accepted, revision 1"):
        assert word in done.stdout
    assert (directory / "pko.pdf").read_bytes().startswith(b"%PDF-")
