"""What a command of the command line imports, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

_MARK = "import time:"


def imported_by(*words: str, code: int, connections: Mapping[str, str] | None = None) -> set[str]:
    """The names of all modules that `smena` with these words imports, those of Python's own start included.

    Args:
        code: the exit code that is expected.
        connections: variables of the environment.
    """
    around = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW_CONN_", "SMENA_"))}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "smena", *words],
        env=around | dict(connections or {}), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr[-2000:]
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith(_MARK)}
