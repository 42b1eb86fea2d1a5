"""`ProcessSupervisor`: start processes that outlive the command that starts them, and end them with their children."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from demo.trouble import Trouble

_LOOK_AGAIN_S = 0.05
_ALONE_S = 3.0
_AFTER_KILL_S = 10.0
# Two readings of one process's start may differ by the clock's resolution; a pid is not used again so soon.
_SAME_START_S = 0.5


class ProcessTrouble(Trouble):
    """A process did not start, died or does not end; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class Record:
    """The stored record of a started process. The process leads its own session, so `pid` is also the session's id.

    Attributes:
        started_at: seconds since 1970 by the system's clock; another process that gets the same pid differs in it.
        directory: the working directory, shared by all that the process starts.
    """

    pid: int
    started_at: float
    directory: str
    command: list[str]


class ProcessSupervisor:
    """Starts processes in their own sessions, records them in files, ends them with their descendants.

    Args:
        directory: has `<name>.json` of each process and `<name>.log`, its output.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory).absolute()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start a process, unless it runs already.

        It has no input, writes to its log and survives this process, its terminal and Ctrl-C.
        """
        if self.is_running(name):
            return
        self.end(name)
        self.directory.mkdir(parents=True, exist_ok=True)
        place = str((cwd or Path.cwd()).resolve())
        with self.log_file(name).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - what the caller gave, no shell
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=place,
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )
        record = Record(child.pid, psutil.Process(child.pid).create_time(), place, list(command))
        self._record_file(name).write_text(json.dumps(asdict(record), indent=1))

    def is_running(self, name: str) -> bool:
        """Whether the process itself, not merely its pid, is alive."""
        record = self._record(name)
        return record is not None and _is_alive(record)

    def members(self, name: str) -> list[psutil.Process]:
        """Return the process and all its descendants that are alive."""
        record = self._record(name)
        return [] if record is None else _members(record)

    def require(self, name: str) -> None:
        """Raise ProcessTrouble, with the end of its log, where the process is not alive."""
        if not self.is_running(name):
            raise ProcessTrouble(f"{name} is not running; the end of {self.log_file(name)}:\n{self.last_lines(name)}")

    def names(self) -> list[str]:
        """Every process on record, alive or not."""
        return sorted(path.stem for path in self.directory.glob("*.json"))

    def end(self, *names: str, grace_s: float = 5.0) -> None:
        """End processes and their descendants in three steps: SIGTERM to all, kill the children, kill the leaders.

        After `grace_s` the remaining children, for which their leader may be waiting, are killed. The leader then has a
        few seconds to clean up before it is killed too.

        Only sessions of recorded processes get a signal, not another process that has a recorded pid now. Raises
        ProcessTrouble where something remains even then.
        """
        records = {name: record for name in names if (record := self._record(name)) is not None}
        for record in records.values():
            if _members(record):
                with suppress(ProcessLookupError):
                    os.killpg(record.pid, signal.SIGTERM)
        leaders = {record.pid for record in records.values()}
        _kill(_wait_for_end(records.values(), grace_s, but=leaders))
        _kill(_wait_for_end(records.values(), min(grace_s, _ALONE_S)))
        left = _wait_for_end(records.values(), _AFTER_KILL_S)
        if left:
            raise ProcessTrouble(f"will not end: {', '.join(str(process) for process in left)}")
        for name in records:
            self._record_file(name).unlink(missing_ok=True)

    def log_file(self, name: str) -> Path:
        """The file of the process's output."""
        return self.directory / f"{name}.log"

    def last_lines(self, name: str, count: int = 15) -> str:
        """Return the end of the log."""
        log = self.log_file(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""

    def _record_file(self, name: str) -> Path:
        return self.directory / f"{name}.json"

    def _record(self, name: str) -> Record | None:
        try:
            return Record(**json.loads(self._record_file(name).read_text()))
        except FileNotFoundError:
            return None


def _leader(record: Record) -> psutil.Process | None:
    """Return the recorded process, also as a zombie; None where it is gone, even if another process has its pid now."""
    with suppress(psutil.Error):
        process = psutil.Process(record.pid)
        if abs(process.create_time() - record.started_at) < _SAME_START_S:
            return process
    return None


def _is_alive(record: Record) -> bool:
    leader = _leader(record)
    with suppress(psutil.Error):
        return leader is not None and leader.status() != psutil.STATUS_ZOMBIE
    return False


def _members(record: Record) -> list[psutil.Process]:
    """Return all processes alive in the recorded session.

    The system gives no new process the id of a session that still has members. So where the leader is gone and another
    process has its pid, the session is gone too. Where no process has the pid, its session may be a later one with the
    same id; a process belongs to ours only if it has the recorded working directory.
    """
    leader = _leader(record)
    if leader is None and psutil.pid_exists(record.pid):
        return []
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) != record.pid or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if leader is not None or _works_in(process, record.directory):
                found.append(process)
    return found


def _works_in(process: psutil.Process, directory: str) -> bool:
    try:
        place = process.cwd()
    except psutil.AccessDenied:
        # Airflow's workers do not let other processes of their user read it.
        place = ""
    # A process that is ending has no working directory any more, so only its user can be compared.
    return bool(place == directory if place else process.uids().real == os.getuid())


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _wait_for_end(
    records: Iterable[Record], grace_s: float, but: AbstractSet[int] = frozenset()
) -> list[psutil.Process]:
    """Wait up to `grace_s` until the sessions have no processes except those in `but`; return the rest."""
    records = list(records)
    deadline = time.monotonic() + grace_s
    while left := [process for record in records for process in _members(record) if process.pid not in but]:
        if time.monotonic() > deadline:
            break
        psutil.wait_procs(left, timeout=_LOOK_AGAIN_S)
    for record in records:
        # A child of this process stays a zombie until it is waited for.
        with suppress(ChildProcessError):
            os.waitpid(record.pid, os.WNOHANG)
    return left
