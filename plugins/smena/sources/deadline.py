"""Requests that are aborted after a number of seconds, however slowly the body is sent or the answer comes.

A read time-out begins anew with every byte: without a limit for the whole request, a service that sends one byte per
second would never time out. `abort_after` sets this limit: another thread shuts the socket of the request.

There is no socket to shut while a name is resolved or an address is tried. Each address has a time-out of its own,
`connect_s` of the retry policy, and resolving has none here. If the limit passes meanwhile, the connection is shut as
soon as it is made. So a request may take longer than its limit, but only by the time to connect.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

_here = threading.local()


class _Block:
    """One block of `abort_after`: the socket that its request uses, and whether its limit has passed."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def use(self, used: socket.socket) -> None:
        """Remember the socket of the request; shut it if the limit has passed before there was one."""
        with self._lock:
            self._socket = used
            if self._is_over:
                _shut(used)

    def abort(self) -> None:
        """Shut the socket that is used now, and every later one."""
        with self._lock:
            self._is_over = True
            if self._socket is not None:
                _shut(self._socket)


def _shut(used: socket.socket) -> None:
    # Through an HTTPS proxy, urllib3 has an SSLTransport instead of a socket: its `socket` is the one to shut.
    plain = getattr(used, "socket", used)
    with suppress(OSError):
        # Not SSLSocket.shutdown: it ends the encryption first, and the thread of the request could send plain text.
        socket.socket.shutdown(plain, socket.SHUT_RDWR)


def _use(used: socket.socket | None) -> None:
    block: _Block | None = getattr(_here, "block", None)
    if block is not None and used is not None:
        block.use(used)


class _Watched:
    """A connection that gives each socket it uses to the block of its thread."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        _use(made)
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        # The socket of a connection that is used again, or the TLS socket that has replaced the one of `_new_conn`.
        _use(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


@cache
def _watched(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """Return a class of pools like this one, whose connections are `_Watched`."""
    if issubclass(pool.ConnectionCls, _Watched):
        return pool
    connection = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


def _watch(manager: Any) -> None:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _watched(pool) for scheme, pool in pools.items()}


class DeadlineAdapter(HTTPAdapter):
    """An adapter whose requests `abort_after` can abort, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        # At each call, not only when the manager is made: another thread may have got it before it was changed.
        _watch(manager)
        return manager


@contextmanager
def abort_after(seconds: float) -> Iterator[None]:
    """Abort the request that this thread makes in the block, if the block takes longer.

    The body of the answer must be read inside the block: after it, there is no limit. No special exception is raised;
    the reader sees a broken connection, or an answer that seems to end. The caller compares the elapsed time with the
    limit.
    """
    block = _here.block = _Block()
    over = threading.Event()

    def watch() -> None:
        if not over.wait(seconds):
            block.abort()

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        _here.block = None
