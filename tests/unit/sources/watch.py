"""A clock that a test turns: time goes by without sleeping."""

from __future__ import annotations

import threading


class Watch:
    """Gives `sleep` and `clock`; `slept` has what was slept."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now_s += seconds

    def clock(self) -> float:
        return self.now_s
