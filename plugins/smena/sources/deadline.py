"""Requests that are cut when their time is over, however slowly the answer drips in.

A read time-out begins anew with every byte; only the clock of the whole request ends a service that sends one a second.
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
    """A connection that tells the thread of its request which socket it uses."""

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
    """An adapter whose requests `abort_after` can cut."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


@contextmanager
def abort_after(seconds: float) -> Iterator[None]:
    """Shuts the socket of the request that this thread makes in the block, if the block has not ended by then.

    The reader then sees the connection break: whoever asks the clock knows why.
    """
    over = threading.Event()
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
