"""The work that is left before a month is closed: documents to accept, decisions, differences, days not loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from smena.warehouse.database import Transaction, Warehouse

What = Literal[
    "not_accepted", "shift", "decision", "uncovered", "register", "reconciled", "difference", "quarantine"
]  # fmt: skip
WHATS: tuple[What, ...] = (
    "uncovered", "reconciled", "register", "shift", "decision", "difference", "quarantine", "not_accepted",
)  # fmt: skip
"""In the order of the page: days that are not loaded come first, because loading them may change the rest."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work left in the open days of an organisation.

    Attributes:
        what: `not_accepted` (documents), `shift` (waiting shifts, by outcome), `decision` (about a document),
            `uncovered` (days that are not proved loaded, by product), `register` (days of registers by verdict),
            `reconciled` (days never reconciled), `difference` (open and not explained), `quarantine` (open records).
        word: the kind of document, the outcome, the product, the verdict or the kind of difference.
        amount: roubles; None if the kind has no sum.
        first_day, last_day: None if the day is not known.
    """

    what: What
    word: str
    count: int
    amount: Decimal | None
    first_day: date | None
    last_day: date | None


def waiting(
    database: Transaction | Warehouse, inns: Sequence[str], *, through: date, now: datetime
) -> dict[str, list[Waiting]]:
    """Return, for every ИНН of `inns`, the work left in the days after the closed ones, up to `through` or yesterday.

    Args:
        database: the warehouse; row-level security applies if the transaction sets it.
        inns: the organisations.
        through: the last day that would be closed.
        now: the present time, with a time zone.
    """
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in database.rows("month_waits", inns=list(inns), through=through, now=now):
        found[row.pop("inn")].append(Waiting(**row))
    return {inn: sorted(found[inn], key=lambda one: (WHATS.index(one.what), one.word)) for inn in inns}


def count_of(rows: Sequence[Waiting], *whats: What) -> int:
    """Return the total count of these kinds."""
    return sum(row.count for row in rows if row.what in whats)


def amount_of(rows: Sequence[Waiting], *whats: What) -> Decimal:
    """Return the total roubles of these kinds; kinds without a sum add nothing."""
    return sum((row.amount for row in rows if row.what in whats and row.amount is not None), Decimal(0))
