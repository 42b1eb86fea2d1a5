"""`LocalKontur`: the sandbox in its own process."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests

from demo.ports import HOST, pick_free_port
from demo.processes import ProcessSupervisor, ProcessTrouble
from demo.repository import REPOSITORY
from demo.state import DemoState

_NAME = "sandbox"
_PREFERRED_PORT = 8790
_SEED, _REGISTERS = 7, 5
# About fifteen shifts have a cheque without a receipt, so that there are decisions between the two sources.
_UNFISCAL_PERMILLE = 1
# ИНН that no company has, because no region has the code 96. The README names the first.
_ORGANIZATIONS = (
    '9601000019;ООО "Полярная гагара"',
    '9602000029;ООО "Янтарная пристань"',
    '9603000039;ООО "Северная мельница"',
)
_START_TIMEOUT_S = 30.0
_LOOK_AGAIN_S = 0.05


def sandbox_arguments(first_day: date, last_day: date) -> list[str]:
    """Return the arguments of the demo's sandbox for a world of these days, without its port."""
    return [
        "--seed", str(_SEED), "--first-day", first_day.isoformat(), "--last-day", last_day.isoformat(),
        *(word for one in _ORGANIZATIONS for word in ("--organization", one)),
        "--registers", str(_REGISTERS), "--market", "--unfiscal-permille", str(_UNFISCAL_PERMILLE),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hello:
    """The line that the sandbox prints when it listens: how to log in, and its organisations (`inn`, `kpp`, `name`).

    `market` is Kontur.Market's `address` and `api_key`.
    """

    address: str
    login: str
    password: str
    api_key: str
    organizations: list[dict[str, Any]]
    market: dict[str, str]


class LocalKontur:
    """The sandbox of Kontur's services, over the world of a state.

    Args:
        directory: where the line that it prints at its start is stored.
    """

    def __init__(self, directory: Path, supervisor: ProcessSupervisor) -> None:
        self._file = Path(directory) / "sandbox.json"
        self._supervisor = supervisor

    def start(self, state: DemoState) -> Hello:
        """Start it, if it does not run, on its last port if that is free. Raises ProcessTrouble."""
        last = self._read_hello()
        if last is not None and self._supervisor.is_running(_NAME):
            return last
        self._supervisor.end(_NAME)
        port = pick_free_port(int(last.address.rpartition(":")[2]) if last else _PREFERRED_PORT)
        log = self._supervisor.log_file(_NAME)
        log.unlink(missing_ok=True)
        arguments = sandbox_arguments(state.first_day, state.last_day)
        command = [sys.executable, "-m", "sandbox", "--host", HOST, "--port", str(port), *arguments]
        self._supervisor.start(_NAME, command, cwd=REPOSITORY)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not (text := log.read_text()).startswith("{") or "\n" not in text:
            self._supervisor.require(_NAME)
            if time.monotonic() > deadline:
                raise ProcessTrouble(f"the sandbox says nothing; see {log}")
            time.sleep(_LOOK_AGAIN_S)
        hello = Hello(**json.loads(text.partition("\n")[0]))
        self._file.write_text(json.dumps(asdict(hello), ensure_ascii=False, indent=1))
        return hello

    def _read_hello(self) -> Hello | None:
        """Return the stored line; None where there is none, or it is of an earlier version with fewer fields."""
        try:
            return Hello(**json.loads(self._file.read_text()))
        except (FileNotFoundError, TypeError):
            return None


def ask_truth(address: str, inn: str) -> list[dict[str, Any]]:
    """Return every closed shift that the operator has now, from the sandbox's controls and not Kontur's API."""
    answer = requests.get(f"{address}/_sandbox/truth", params={"inn": inn}, timeout=30)
    answer.raise_for_status()
    shifts: list[dict[str, Any]] = answer.json()["shifts"]
    return shifts
