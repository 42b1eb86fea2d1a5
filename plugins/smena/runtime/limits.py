"""Limits of one window of a unit (a register or a shop): bytes of answers, which stay in memory, and time."""

from __future__ import annotations

import time
from collections.abc import Callable

from smena.model.errors import PassingFault


class OverLimit(PassingFault):
    """One window takes more bytes or time than allowed. Only this window fails."""


class TooManyBytes(OverLimit):
    """The answers for one window are too large to be read together. A shorter window may fit."""


class Budget:
    """The bytes and the time that are left to one window. Not to be shared by threads.

    Args:
        most_bytes: how many bytes of answers the window may have.
        most_seconds: how long the window may take; checked after each answer, so the last request may take longer.
    """

    def __init__(self, most_bytes: int, most_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes, self._most_seconds, self._clock = most_bytes, most_seconds, clock
        self._ends_at = clock() + most_seconds
        self.taken = 0

    def take(self, size: int) -> None:
        """Count an answer. Raises TooManyBytes, and OverLimit if the time is over."""
        self.taken += size
        if self.taken > self._most_bytes:
            raise TooManyBytes(
                f"the answers for this window are larger than {self._most_bytes} bytes together",
                fix="load shorter windows",
            )
        if self._clock() >= self._ends_at:
            raise OverLimit(
                f"the answers for this window take longer than {self._most_seconds:g} seconds",
                fix="run again later, or load shorter windows",
            )
