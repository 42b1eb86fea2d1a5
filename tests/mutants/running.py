"""Puts a fault into the code of a process of its own and runs the tests that should see it.

No file is changed: the process reads the faulty text in place of the file's. It is a copy of one that has imported the
libraries already, so that a fault costs the time of its tests.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutants.seeded import Fault

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGINS, QUERIES = "plugins/", "include/sql/"
CAUGHT, SURVIVED, BROKEN = "caught", "SURVIVED", "BROKEN"
_MEANING = {0: SURVIVED, 1: CAUGHT}
"""By the exit code of pytest. Any other is none of the tests': nothing was collected, or the code is no Python."""
_PRELOADED = ("pandas", "pyarrow.compute", "pytest", "hypothesis", "psycopg2", "sqlalchemy", "requests", "xdist.remote")


@dataclass(frozen=True)
class Outcome:
    """What became of a fault; `seconds` it took, and what the tests printed."""

    fault: Fault
    word: str
    seconds: float
    output: str


def faulty(fault: Fault) -> str:
    """The text of the file with the fault. Raises ValueError where the place is not there, or not once."""
    text = (REPOSITORY / fault.file).read_text(encoding="utf-8")
    if text.count(fault.before) != 1:
        raise ValueError(f"{fault.file} has {text.count(fault.before)} times: {fault.before}")
    return text.replace(fault.before, fault.after)


class _Loader(SourceFileLoader):
    """Gives the code of a module out of another text."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as importlib calls it
        return compile(self._text, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, text: str) -> None:
        self._module, self._text = module, text

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        assert found is not None and found.origin is not None
        loader = _Loader(fullname, found.origin, self._text)
        return importlib.util.spec_from_file_location(
            fullname, found.origin, loader=loader, submodule_search_locations=found.submodule_search_locations
        )


def plant(fault: Fault) -> None:
    """Puts the fault into the code that this process imports from now on."""
    text = faulty(fault)
    if fault.file.startswith(QUERIES):
        from smena.warehouse import sql

        right = sql.query

        @cache
        def query(name: str) -> str:
            return text if name == Path(fault.file).stem else right(name)

        sql.query = query  # type: ignore[assignment]
        return
    module = fault.file.removeprefix(PLUGINS).removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Finder(module.removesuffix(".__init__"), text))


def _begin(fault: Fault | None, tests: Iterable[str], log: Path) -> int:
    """Starts a copy of this process that runs the tests, with the fault if there is one; its pid."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(REPOSITORY)
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        os.environ.pop("PYTEST_XDIST_WORKER", None)
        if fault is not None:
            plant(fault)
        import pytest

        code = int(pytest.main(["-n0", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *tests]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_all(
    jobs: Iterable[tuple[Fault, Sequence[str]]], logs: Path, *, at_once: int, plant_it: bool = True
) -> Iterator[Outcome]:
    """Runs the tests of each fault, with it or without it, several at once, and reports each as it ends."""
    assert not [name for name in sys.modules if name.split(".")[0] == "smena"], "the code is imported already"
    for name in _PRELOADED:
        importlib.import_module(name)
    waiting, running = list(jobs), {}
    while waiting or running:
        while waiting and len(running) < at_once:
            fault, tests = waiting.pop(0)
            log = logs / (re.sub(r"\W+", "-", fault.breaks)[:60] + ".log")
            running[_begin(fault if plant_it else None, tests, log)] = (fault, log, time.monotonic())
        pid, status = os.wait()
        fault, log, started = running.pop(pid)
        word = _MEANING.get(os.waitstatus_to_exitcode(status), BROKEN)
        yield Outcome(fault, word, time.monotonic() - started, log.read_text(errors="replace"))
