"""Counts of the requests to the server, for tests."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

_KEPT_LINES = 10_000


class Traffic:
    """Counts of requests by method name and by register, and the newest requests themselves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Reset the counts."""
        with self._lock:
            self._by_method: Counter[str] = Counter()
            self._by_register: dict[str, Counter[str]] = {}
            self._lines: list[str] = []

    def note(self, method: str, register: str, line: str) -> None:
        """Count one request."""
        with self._lock:
            self._by_method[method] += 1
            if register:
                self._by_register.setdefault(register, Counter())[method] += 1
            if len(self._lines) < _KEPT_LINES:
                self._lines.append(line)

    def count(self, method: str = "", register: str = "") -> int:
        """Return the number of requests, of a method and to a register if given."""
        with self._lock:
            counts = self._by_register.get(register, Counter()) if register else self._by_method
            return counts[method] if method else counts.total()

    @property
    def lines(self) -> list[str]:
        """Return the first ten thousand requests: `GET /path?query`."""
        with self._lock:
            return list(self._lines)

    def report(self) -> dict[str, Any]:
        """Return all counts, for JSON."""
        with self._lock:
            return {
                "total": self._by_method.total(),
                "by_method": dict(self._by_method),
                "by_register": {register: dict(counts) for register, counts in self._by_register.items()},
                "lines": list(self._lines),
            }
