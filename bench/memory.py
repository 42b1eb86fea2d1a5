"""Sample the memory of PostgreSQL's processes without the memory that they share."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import psutil

_LOOK_AGAIN_S = 0.25


class ServerMemory:
    """A context that samples the memory of a server's processes together and keeps the peak since `forget`."""

    def __init__(self, data_directory: Path) -> None:
        self._server = psutil.Process(int((data_directory / "postmaster.pid").read_text().split("\n", 1)[0]))
        self._peak = 0
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)

    def forget(self) -> None:
        """Reset the peak."""
        self._peak = 0

    def peak_bytes(self) -> int:
        """The peak; 0 where the system does not report it."""
        return self._peak

    def __enter__(self) -> ServerMemory:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._enough.wait(_LOOK_AGAIN_S):
            held = 0
            with suppress(psutil.Error):
                for process in [self._server, *self._server.children()]:
                    with suppress(psutil.Error):
                        held += _own_bytes(process)
            self._peak = max(self._peak, held)


def _own_bytes(process: psutil.Process) -> int:
    # Resident pages of a process include the server's shared buffers; they are left out where the system reports them.
    reported = process.memory_info()
    if hasattr(reported, "shared"):
        return int(reported.rss - reported.shared)
    return int(process.memory_full_info().uss)
