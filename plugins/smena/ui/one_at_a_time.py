"""Limit slow work to one user at a time, so that the other pages have threads and connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from smena.ui.asking import CannotBe

_FREE = BoundedSemaphore(1)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this process's only permit for slow work. Raises CannotBe at once if another request holds it."""
    if not _FREE.acquire(blocking=False):
        raise CannotBe("busy")
    try:
        yield
    finally:
        _FREE.release()
