"""A server on 127.0.0.1 that answers exactly what a test tells it to, byte by byte, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

Speech = Callable[["Call"], None]
Answer = bytes | Speech


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Call:
    """The line to a client that waits for its answer. `hung_up` is set when the test is over."""

    connection: socket.socket
    hung_up: threading.Event

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes, every_s: float) -> None:
        """A byte at a time; ends early where the client or the test has gone."""
        for byte in data:
            self.say(bytes([byte]))
            if self.hung_up.wait(every_s):
                return

    def keep_silent(self) -> None:
        self.hung_up.wait(10)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reply(body: bytes | str | dict[str, Any] | list[Any] = b"{}", status: int = 200, **headers: str) -> bytes:
    """A whole answer. Header names are written with `_` for `-`."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fields = {"Content-Length": str(len(data))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} OK\r\n{head}Connection: close\r\n\r\n".encode() + data


def refusal(status: int, code: int | None, urn: str = "urn:error:some") -> bytes:
    """The documented body of 400, 401, 403, 404."""
    fields: dict[str, Any] = {"errorCodeId": urn, "moreInfo": "", "userMessage": {"ru": "нет", "en": "no"}}
    return reply(fields | ({"errorCode": code} if code else {}), status)


class Scripted:
    """Asks `script` for each answer, from as many threads as there are requests.

    >>> with Scripted(lambda asked: reply({"path": asked.path})) as server:
    ...     requests.get(server.address)
    """

    def __init__(self, script: Callable[[Request], Answer]) -> None:
        self.script = script
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.address = f"http://{self.host}"

    def paths(self, ending: str = "") -> list[str]:
        """The paths asked so far that end so."""
        return [one.path for one in self.requests if one.path.endswith(ending)]

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection:
            try:
                asked = _read(connection)
                if asked is None or self._over.is_set():
                    return
                with self._lock:
                    self.requests.append(asked)
                    answer = self.script(asked)
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(Call(connection, self._over))
            except OSError:
                # The client has gone: what it thinks of that is the test's matter.
                return

    def __enter__(self) -> Scripted:
        self._threads.append(threading.Thread(target=self._listen, daemon=True))
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # A listener that is only closed goes on waiting: it is called once more.
        socket.create_connection(self._listener.getsockname()[:2]).close()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    verb, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(verb, target, headers, body)


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """A script that gives these answers one after another, and the last one ever after."""
    waiting = list(answers)

    def script(_: Request) -> Answer:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return script
