"""A cache of decoded pages: those that `extract` decodes to learn what to request next are not decoded again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from smena.transform.pages import RawPage

T = TypeVar("T")

MOST_BYTES = 96_000_000
"""Bytes of the pages whose contents are cached; in memory they take about as much. Reports and totals of a shard of
20,000 register days are some 60 MB."""


class Decoded:
    """Contents of pages by page id, cached from `extract` to `process` of a shard. Not safe for threads.

    Args:
        most_bytes: beyond so many bytes of pages nothing more is cached, and a page is decoded again when needed.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._left = most_bytes
        self._contents: dict[int, Any] = {}

    def keep(self, page: RawPage, decode: Callable[[RawPage], T]) -> T:
        """Return the contents of a page, from the cache or decoded now; they stay in the cache."""
        if page.page_id in self._contents:
            contents: T = self._contents[page.page_id]
            return contents
        contents = decode(page)
        if len(page.body) <= self._left:
            self._left -= len(page.body)
            self._contents[page.page_id] = contents
        return contents

    def take(self, page: RawPage, decode: Callable[[RawPage], T]) -> T:
        """Return the contents of a page, from the cache or decoded now; they leave the cache."""
        if page.page_id not in self._contents:
            return decode(page)
        self._left += len(page.body)
        contents: T = self._contents.pop(page.page_id)
        return contents


Reader = Callable[[RawPage, Callable[[RawPage], Any]], Any]
"""A function that returns the contents of a page: `decoded_now`, or a method of `Decoded`."""


def decoded_now(page: RawPage, decode: Callable[[RawPage], T]) -> T:
    """Return the contents of a page, without a cache."""
    return decode(page)
