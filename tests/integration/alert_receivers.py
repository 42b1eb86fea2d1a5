"""Receivers of alerts: a small webhook and a small mail server, both over real sockets."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serving

HOST = "127.0.0.1"


@dataclass
class Hook:
    """A webhook: the requests that came, and the statuses it answers with next (200 where there is none)."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    came: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.statuses.pop(0) if hook.statuses else 200
            hook.paths.append(self.path)
            hook.headers.append(dict(self.headers))
            if status == 200:
                hook.came.append(json.loads(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server, serving(server):
        hook.port = server.server_address[1]
        yield hook


@dataclass
class Post:
    """A mail server: mails that came, and the codes it answers a mail with next (250 where there is none)."""

    port: int = 0
    codes: list[int] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def post_office() -> Iterator[Post]:
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                    code = post.codes.pop(0) if post.codes else 250
                    if code == 250:
                        post.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
                    self.say(f"{code} so it is")
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 good")

    with socketserver.ThreadingTCPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        with serving(server):
            yield post
