"""The progress of a long step, reported while it runs: counts, rate and time left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from smena.runtime.log import logger

LOG_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class ProgressState:
    """The progress of a step: windows done and in total, requests sent, seconds since it began."""

    what: str
    done: int
    total: int
    requests: int
    seconds: float

    @property
    def windows_a_second(self) -> float:
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """At the rate so far; 0 before anything is done."""
        return (self.total - self.done) / self.windows_a_second if self.windows_a_second else 0.0

    def __str__(self) -> str:
        return (
            f"{self.what} windows={self.done}/{self.total} requests={self.requests}"
            f" rate={self.windows_a_second:.1f}/s left_s={self.seconds_left:.0f}"
        )


ProgressListener = Callable[[ProgressState], None]
"""Is called after each window, by one thread at a time."""


class Progress:
    """Counts the windows of a step that are done; threads may share one."""

    def __init__(
        self,
        what: str,
        total: int,
        requests: Callable[[], int],
        listener: ProgressListener,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._total, self._requests, self._listener, self._clock = what, total, requests, listener, clock
        self._started, self._done = clock(), 0
        self._counting = threading.Lock()

    def count(self) -> None:
        """Count one more window, whether it succeeded or failed."""
        with self._counting:
            self._done += 1
            seconds = self._clock() - self._started
            self._listener(ProgressState(self._what, self._done, self._total, self._requests(), seconds))


def in_the_log() -> ProgressListener:
    """Return a listener that logs every `LOG_EVERY_S` seconds; a shorter step has only its own line."""
    logged_at = 0.0

    def listener(state: ProgressState) -> None:
        nonlocal logged_at
        if state.seconds - logged_at >= LOG_EVERY_S:
            logged_at = state.seconds
            logger.info("progress %s", state)

    return listener
