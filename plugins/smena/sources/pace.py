"""The rate of requests of all threads together: a token bucket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """At most `per_second` requests a second, `burst` of them at once. Threads may share one.

    Args:
        sleep, clock: functions to wait and to read monotonic seconds; tests replace them.
    """

    def __init__(
        self,
        per_second: float = 50.0,
        *,
        burst: int = 50,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a pace is above zero")
        self._per_second, self._burst = per_second, float(burst)
        self._sleep, self._clock = sleep, clock
        self._tokens = float(burst)
        self._filled_at = clock()
        self._taking = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may go out. Waiting threads go in the order in which they came."""
        with self._taking:
            now = self._clock()
            # A clock that two threads read at once may seem to go back.
            gone_s = max(0.0, now - self._filled_at)
            self._filled_at = max(now, self._filled_at)
            # A number below zero is the tokens promised to waiting threads.
            self._tokens = min(self._burst, self._tokens + gone_s * self._per_second) - 1
            pause_s = -self._tokens / self._per_second
        if pause_s > 0:
            self._sleep(pause_s)
