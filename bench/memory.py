"""How much memory PostgreSQL holds beside what its processes share, looked at again and again."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import psutil

_LOOK_AGAIN_S = 0.25


class ServerMemory:
    """The most memory that a server's processes have held together since `forget`; looks while it is entered."""

    def __init__(self, data_directory: Path) -> None:
        self._server = psutil.Process(int((data_directory / "postmaster.pid").read_text().split("\n", 1)[0]))
        self._peak = 0
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)

    def forget(self) -> None:
        """Begins anew."""
        self._peak = 0

    def peak_bytes(self) -> int:
        """What was seen; 0 where the system does not tell."""
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
    # The private pages of a process may be of the server's shared buffers: where the system tells them apart, it does.
    reported = process.memory_info()
    if hasattr(reported, "shared"):
        return int(reported.rss - reported.shared)
    return int(process.memory_full_info().uss)
