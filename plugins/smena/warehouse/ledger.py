"""The ledger of batches: the assignments of each, and their states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from smena.model.errors import WrongUse, stored_of
from smena.warehouse.database import Row, Transaction, Warehouse, as_json

LONGEST_ERROR = 1000

SAME_DAY = "same_day"
"""The reason of a batch of days that are not over."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One load of one organisation and product: days `first_day`…`last_day`, both inclusive.

    `allowed_changes`: how many orders a person has allowed it to reverse or revise; None if nobody has.
    """

    batch_id: int
    organization_inn: str
    product: str
    reason: str
    detail: str
    first_day: date
    last_day: date
    planned_at: datetime
    state: str
    summary: dict[str, Any]
    allowed_changes: int | None = None

    @property
    def is_same_day(self) -> bool:
        """Whether its days were not over when it was planned: it proves nothing about them but what it has read."""
        return self.reason == SAME_DAY


@dataclass(frozen=True, slots=True)
class Assignment:
    """The request of a batch for one unit: its days, and the local time through which the service is asked.

    For a register, `permission_*` bound the days that may be read; None is no bound.
    """

    unit_id: str
    ofd_organization_id: str
    first_day: date
    last_day: date
    reason: str
    ask_through: datetime
    state: str
    fetch_id: int | None
    permission_from: date | None
    permission_to: date | None


def open_batch(
    transaction: Transaction,
    *,
    inn: str,
    product: str,
    run_id: str,
    reason: str,
    detail: str,
    horizon: date,
    load_id: int | None = None,
) -> tuple[int, datetime]:
    """Write a new batch that ends on `horizon`; return its id and the time it was planned.

    `load_id` is the first batch of the same load; None if this is the first.
    """
    row = transaction.rows(
        "batch_open",
        inn=inn,
        product=product,
        run_id=run_id,
        load_id=load_id,
        reason=reason,
        detail=detail,
        first_day=horizon,
        last_day=horizon,
    )[0]
    return row["batch_id"], row["planned_at"]


def assign(transaction: Transaction, batch_id: int, first_day: date, assignments: Sequence[Row]) -> None:
    """Write the assignments of a batch; each names its shard."""
    transaction.run("batch_shards", batch_id=batch_id, assignments=as_json(list(assignments)))
    transaction.run("batch_span", batch_id=batch_id, first_day=first_day)


def known_ends(warehouse: Warehouse, batch_id: int, shard: int) -> dict[tuple[str, date], dict[tuple[str, int], int]]:
    """Return, by register and first day of its assignment, the newest z-report before it.

    It is a dictionary of its ФД by ФН and shift number.
    """
    return {
        (row["unit_id"], row["first_day"]): {
            (row["fiscal_drive_number"], row["shift_number"]): row["fiscal_document_number"]
        }
        for row in warehouse.rows("known_ends", batch_id=batch_id, shard=shard)
    }


def batch_of(transaction: Transaction | Warehouse, batch_id: int) -> Batch:
    """Return the batch with this id. Raises WrongUse if there is none."""
    row = transaction.row("batch", batch_id=batch_id)
    if row is None:
        raise WrongUse(f"there is no batch {batch_id}")
    row.pop("run_id"), row.pop("finished_at")
    return Batch(**row)


def assignments_of(
    transaction: Transaction | Warehouse, batch_id: int, shard: int, states: Sequence[str]
) -> list[Assignment]:
    """Return the assignments of a shard in one of these states, without silent days, which need no request."""
    return [
        Assignment(**row)
        for row in transaction.rows("assignments", batch_id=batch_id, shard=shard, states=list(states))
    ]


def mark(
    warehouse: Warehouse,
    batch_id: int,
    assignment: Assignment,
    state: str,
    *,
    error: Exception | None = None,
    fetch_id: int | None = None,
    receipts_fetch_id: int | None = None,
) -> None:
    """Write the state of one assignment, and which fetch of it counts."""
    warehouse.run(
        "assignment_mark",
        batch_id=batch_id,
        unit_id=assignment.unit_id,
        first_day=assignment.first_day,
        state=state,
        fetch_id=fetch_id,
        receipts_fetch_id=receipts_fetch_id,
        error=stored_of(error, LONGEST_ERROR) if error else None,
    )


def mark_failed(transaction: Transaction, batch_id: int, unit_id: str, first_day: date, error: Exception) -> None:
    """Write that one assignment with stored answers could not be processed."""
    transaction.run(
        "assignment_mark",
        batch_id=batch_id,
        unit_id=unit_id,
        first_day=first_day,
        state="failed",
        fetch_id=None,
        receipts_fetch_id=None,
        error=stored_of(error, LONGEST_ERROR),
    )


def split(warehouse: Warehouse, batch_id: int, assignment: Assignment) -> bool:
    """Make two planned assignments of one, by days; return False if it has a week or less."""
    place = {"unit_id": assignment.unit_id, "first_day": assignment.first_day}
    return bool(warehouse.run("assignment_split", batch_id=batch_id, **place))


def mark_read(warehouse: Warehouse, batch_id: int, assignments: Sequence[Assignment]) -> None:
    """Mark as read, all at once, assignments that need no more than their listing."""
    if assignments:
        units = [{"unit_id": one.unit_id, "first_day": one.first_day} for one in assignments]
        warehouse.run("assignments_read", batch_id=batch_id, assignments=as_json(units))
