"""The command line as a user runs it, in a process of its own or in this one, and what came of it."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from smena.cli import main
from smena.sources import http

LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ ")

# No test waits for a service that will not come.
QUICK = partial(http.RetryPolicy, connect_s=5, read_s=5, deadline_s=10, attempts=2, first_pause_s=0.001)


@dataclass(frozen=True)
class Done:
    """How a command ended. Asking for `data` or `error` checks their form too."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        assert self.out.endswith("\n") and self.out.count("\n") == 1, self.out
        output = json.loads(self.out)
        assert isinstance(output, dict)
        return output

    @property
    def logged(self) -> list[str]:
        return [line for line in self.err.splitlines() if LOGGED.match(line)]

    @property
    def said(self) -> list[str]:
        """What is on stderr beside the log."""
        return [line for line in self.err.splitlines() if not LOGGED.match(line)]

    @property
    def error(self) -> str:
        """The one line that says what is wrong."""
        assert len(self.said) == 1, self.err
        assert self.said[0].startswith("smena: ")
        return self.said[0].removeprefix("smena: ")


class Cli:
    """The command line with its connections; whatever it prints is searched for `secrets`."""

    def __init__(self, connections: Mapping[str, str], *, secrets: tuple[str, ...] = ()) -> None:
        self.connections = dict(connections)
        self.secrets = secrets

    def _connections(self, changed: Mapping[str, str | None]) -> dict[str, str]:
        return {key: value for key, value in {**self.connections, **changed}.items() if value is not None}

    def here(self, *words: str, **changed: str | None) -> Done:
        """In this process. `changed` replaces variables of the environment; None removes one."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in _connections_around():
                patch.delenv(name)
            for name, value in self._connections(changed).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["smena", *words])
            patch.setattr(http, "RetryPolicy", QUICK)
            code: Any = 0
            try:
                main()
            except SystemExit as stop:
                code = stop.code
        # A command's connections end with its process; here, with what is garbage.
        gc.collect()
        return self._checked(code or 0, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]

    def run(self, *words: str, **changed: str | None) -> Done:
        """In a process of its own."""
        process = self.start(*words, **changed)
        out, err = process.communicate(timeout=60)
        return self._checked(process.returncode, out, err)

    def start(self, *words: str, **changed: str | None) -> subprocess.Popen[str]:
        """The same, without waiting for its end."""
        around = {key: value for key, value in os.environ.items() if key not in _connections_around()}
        with _listening_to_interrupts():
            return subprocess.Popen(
                [sys.executable, "-m", "smena", *words],
                env=around | self._connections(changed) | {"PYTHONIOENCODING": "utf-8"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )

    def _checked(self, code: int, out: str, err: str) -> Done:
        for secret in self.secrets:
            assert secret not in out
            assert secret not in err
        return Done(code, out, err)


@contextmanager
def _listening_to_interrupts() -> Iterator[None]:
    """A process that is started here gets Ctrl-C, as from a terminal.

    A job that a script starts in the background ignores SIGINT, and all that it starts inherits this.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _connections_around() -> list[str]:
    return [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]
