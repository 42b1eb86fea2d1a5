"""An answer of a service, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from smena.model.errors import UnreadableAnswer
from smena.sources.http import Answer, Http

UNREADABLE_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a service: its bytes, and its address without secrets.

    `fetched_at` has a zone.
    """

    method: str
    address: str
    status: int
    body: bytes
    fetched_at: datetime


def readable_page(
    http: Http, name: str, address: str, ask: Callable[[], Answer], is_readable: Callable[[bytes], bool], wanted: str
) -> Page:
    """Return a readable answer; it is requested up to `UNREADABLE_ATTEMPTS` times, because some faults pass.

    Raises UnreadableAnswer where no answer is readable; `wanted` is what messages call a readable one.
    """
    for attempt in range(1, UNREADABLE_ATTEMPTS + 1):
        answer = ask()
        if is_readable(answer.body):
            return Page(name, address, answer.status, answer.body, answer.at)
        if attempt < UNREADABLE_ATTEMPTS:
            http.pause_before_repeat(name, attempt, f"the answer is no {wanted}")
    raise UnreadableAnswer(
        f"{name}: the answer is no {wanted}, {UNREADABLE_ATTEMPTS} times", address=address, body=answer.body
    )
