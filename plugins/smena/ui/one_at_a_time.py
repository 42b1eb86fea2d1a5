"""Work that takes seconds or minutes, for one visitor at a time: the other pages keep their threads and connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from smena.ui.asking import CannotBe

_FREE = BoundedSemaphore(1)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds the only place for such work in this process. Raises CannotBe at once where somebody has it."""
    if not _FREE.acquire(blocking=False):
        raise CannotBe("busy")
    try:
        yield
    finally:
        _FREE.release()
