"""The evidence (`raw.page`): the bytes of the services' responses, stored compressed and with their sha256.

A *page* is one stored response. Shifts and orders name the pages that they were made from, so a figure can be traced to
its bytes, and a load can be processed again without a request. `smena verify` compares the bytes with the sha256, and
so does `smena explain --page`; a load does not, except with bytes of the archive (`smena.warehouse.archive`).

An *assignment* is a unit (a register of the OFD or a shop of Market) and the days to load; its pages answer for them. A
*shard* is a part of a batch's assignments.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from smena.warehouse.archive import Bodies, PackedPage
from smena.warehouse.database import Transaction, Warehouse
from smena.warehouse.packing import compress


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of the evidence: `body` is decompressed; the days are those of its assignment."""

    page_id: int
    unit_id: str
    first_day: date
    last_day: date
    method: str
    body: bytes


class PageStore:
    """Stores pages one by one, each in a transaction of its own. Threads may share a store.

    One thread at a time writes, so a store uses one connection, and makes the partitions of a month once.
    """

    def __init__(self, warehouse: Warehouse, batch_id: int) -> None:
        self._warehouse = warehouse
        self.batch_id = batch_id
        self._one_at_a_time = threading.Lock()
        self._month: tuple[int, int] | None = None

    def add(
        self,
        *,
        fetch_id: int,
        unit_id: str | None,
        method: str,
        address: str,
        status: int,
        fetched_at: datetime,
        body: bytes,
    ) -> int:
        """Store one response and return its page id. `address` must be without secrets."""
        packed = compress(body)
        digest = hashlib.sha256(body).digest()
        with self._one_at_a_time:
            self._make_months()
            row = self._warehouse.rows(
                "page_add",
                batch_id=self.batch_id,
                fetch_id=fetch_id,
                unit_id=unit_id,
                method=method,
                address=address,
                status=status,
                fetched_at=fetched_at,
                sha256=digest,
                body=packed,
                body_bytes=len(body),
            )[0]
        return int(row["page_id"])

    def _make_months(self) -> None:
        """Make the partitions of this month and the next, once per store and month.

        The next one is made in advance, because making it may have to wait for other transactions.
        """
        today = datetime.now(UTC)
        month = (today.year, today.month)
        if month != self._month:
            self._warehouse.run("page_months")
            self._month = month


def pages_by_assignment(
    transaction: Transaction, batch_id: int, shard: int, *, states: Sequence[str], chunk_bytes: int
) -> Iterator[list[StoredPage]]:
    """Yield the pages of a shard in chunks of about `chunk_bytes` (uncompressed), which bounds the memory.

    All pages of an assignment are in one chunk, so a chunk may be larger.

    Args:
        states: only assignments in these states; of unreadable ones, always the page that could not be read.
    """
    rows = transaction.stream("pages_of_shard", batch_id=batch_id, shard=shard, states=list(states))
    return chunks_of(transaction, rows, chunk_bytes=chunk_bytes)


def chunks_of(
    transaction: Transaction, rows: Iterable[tuple[Any, ...]], *, chunk_bytes: int
) -> Iterator[list[StoredPage]]:
    """Yield rows of the statement `pages_of_shard`, in the order of their assignments, as chunks of pages."""
    bodies = Bodies(transaction)
    chunk: list[tuple[Any, ...]] = []
    held = 0
    for row in rows:
        unit_id, first_day = row[1:3]
        if held >= chunk_bytes and (unit_id, first_day) != chunk[-1][1:3]:
            yield _pages(bodies, chunk)
            chunk, held = [], 0
        chunk.append(row)
        held += row[-1]
    if chunk:
        yield _pages(bodies, chunk)


def _pages(bodies: Bodies, chunk: list[tuple[Any, ...]]) -> list[StoredPage]:
    packed = [
        PackedPage(page_id, bytes(digest), None if body is None else bytes(body), size)
        for page_id, *_, digest, body, size in chunk
    ]
    return [
        StoredPage(page_id, unit_id, first_day, last_day, method, body)
        for (page_id, unit_id, first_day, last_day, method, *_), body in zip(chunk, bodies.of_all(packed), strict=True)
    ]
