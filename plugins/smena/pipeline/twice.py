"""Lists that are asked for twice, and what only one of the two readings tells of (ADR 0013)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from smena.pipeline.fetching import Fetch
from smena.sources.page import Page
from smena.transform.twice import Key, KeysOf, told_by_one
from smena.warehouse.pages import StoredPage

_PLACE = attrgetter("kkt_reg_id")


def again(method: str) -> str:
    """How an answer of the second reading is filed that is none of the first."""
    return f"{method}_again"


class Listed:
    """A list that is asked for, and may be asked for again.

    Args:
        fetch: where its answers are kept.
        method: how they are filed.
        ask: gives the answers, page by page, each time it is called.
    """

    def __init__(self, fetch: Fetch, method: str, ask: Callable[[], Iterable[Page]]) -> None:
        self._fetch, self._method, self._ask = fetch, method, ask
        self._pages: dict[bytes, int] = {}

    def read(self) -> Iterator[bytes]:
        """The first reading: each answer, once it is kept. Memory holds one of them."""
        for page in self._ask():
            self._pages[_digest(page)] = self._fetch.keep(self._method, page)
            yield page.body

    def read_again(self) -> None:
        """The second reading. It is kept that it told the same, or the answers that are not, beside the first."""
        for page in self._ask():
            page_id = self._pages.get(_digest(page))
            if page_id is None:
                self._fetch.keep(again(self._method), page)
            else:
                self._fetch.pages.tell_again(page_id, page.fetched_at)

    def read_twice(self) -> Iterator[bytes]:
        """Both, one after the other: the answers of the first."""
        yield from self.read()
        self.read_again()


def _digest(page: Page) -> bytes:
    return hashlib.sha256(page.body).digest()


def lone_records(pages: Sequence[StoredPage], method: str, keys_of: KeysOf) -> set[Key]:
    """Records that only one of the readings of their list tells of: register or shop, and the key.

    Of a list that was read once, each record counts as told by both: it is proved, or older than second readings.
    """
    lone: set[Key] = set()
    listed = sorted((page for page in pages if page.method in (method, again(method))), key=_PLACE)
    twice = {page.fetch_id for page in listed if page.is_told_again or page.method != method}
    for place, told in groupby(listed, key=_PLACE):
        first, second, both = list[bytes](), list[bytes](), list[bytes]()
        for page in told:
            is_alone = page.fetch_id in twice and not page.is_told_again
            (both if not is_alone else first if page.method == method else second).append(page.body)
        lone |= {(place, *key) for key in told_by_one(first, second, both, keys_of)}
    return lone
