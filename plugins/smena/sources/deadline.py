"""Requests that are cut off after a number of seconds, however slowly the answer comes.

A read time-out begins anew with every byte: without a limit for the whole request, a service that sends one byte per
second would never time out. Connecting has a time-out of its own, `connect_s` of the retry policy.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_here = threading.local()


class _Watched:
    """A connection that stores its socket for the thread of the request, so that `abort_after` can shut it."""

    sock: socket.socket | None

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)  # type: ignore[misc]
        _here.socket = self.sock


class _Connection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class DeadlineAdapter(HTTPAdapter):
    """An adapter whose requests `abort_after` can cut off."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


@contextmanager
def abort_after(seconds: float) -> Iterator[None]:
    """Shut the socket of the request that this thread makes in the block, if the block takes longer.

    No special exception is raised, the reader sees a broken connection: the caller compares the elapsed time with the
    limit.
    """
    over = threading.Event()
    # `watch` runs in another thread, where `_here` has no socket: it needs the dictionary of this thread.
    of_this_thread = _here.__dict__
    of_this_thread["socket"] = None

    def watch() -> None:
        if not over.wait(seconds) and (used := of_this_thread["socket"]) is not None:
            with suppress(OSError):
                used.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    try:
        yield
    finally:
        over.set()
