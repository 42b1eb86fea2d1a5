"""The transaction of a rehearsal, which is always rolled back, and its queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd

from smena.matching.differences import BOOKED_ORDERS, BOOKED_SHIFTS, MADE_ORDERS, MADE_SHIFTS
from smena.matching.rehearsal import STANDING
from smena.warehouse.copying import read_frame
from smena.warehouse.database import Transaction, Warehouse
from smena.warehouse.pages import StoredPage, chunks_of

STAGE_ID = 0
"""The batch id under which a rehearsal stages. No batch has it, and no other transaction sees the rows."""


@contextmanager
def rehearsal(warehouse: Warehouse) -> Iterator[Transaction]:
    """A transaction that sees one snapshot of the warehouse and is always rolled back; a commit fails."""
    with warehouse.transaction(keep=False) as transaction:
        transaction.run("rehearse_snapshot")
        transaction.run("rehearse_begin")
        yield transaction


def read_again(transaction: Transaction, batch_id: int, *, chunk_bytes: int) -> Iterator[list[StoredPage]]:
    """Yield the pages of a batch that count for a rehearsal, in chunks like those of `pages_by_assignment`."""
    rows = transaction.stream("rehearse_pages", batch_id=batch_id)
    return chunks_of(transaction, rows, chunk_bytes=chunk_bytes)


def read_staged(transaction: Transaction) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the staged shifts (MADE_SHIFTS) and their orders (MADE_ORDERS). Call it after `clear_stage`."""
    return (
        read_frame(transaction, "rehearse_staged_shifts", MADE_SHIFTS, stage_id=STAGE_ID),
        read_frame(transaction, "rehearse_staged_orders", MADE_ORDERS, stage_id=STAGE_ID),
    )


def read_booked(transaction: Transaction, inn: str, shifts: Sequence[str]) -> tuple[pd.DataFrame, ...]:
    """Return booked shifts: BOOKED_SHIFTS, BOOKED_ORDERS, STANDING."""
    ids = list(shifts)
    return (
        read_frame(transaction, "rehearse_shifts", BOOKED_SHIFTS, inn=inn, shifts=ids),
        read_frame(transaction, "rehearse_orders", BOOKED_ORDERS, shifts=ids),
        read_frame(transaction, "rehearse_standing", STANDING, inn=inn, shifts=ids),
    )


def read_proposed(transaction: Transaction) -> pd.DataFrame:
    """Return proposed orders (MADE_ORDERS) of shifts that have orders in the books. Call it after `plan_changes`."""
    return read_frame(transaction, "rehearse_proposed", MADE_ORDERS)


def rest_of(transaction: Transaction, inn: str, source: str, first_day: date, last_day: date) -> list[str]:
    """Return the ids of booked shifts of these days that were not made again."""
    asked: dict[str, Any] = {"inn": inn, "source": source, "first_day": first_day, "last_day": last_day}
    return [row["shift_id"] for row in transaction.rows("rehearse_rest", **asked)]
