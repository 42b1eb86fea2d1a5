"""What is not settled before a month is closed: not accepted, waiting, different, not loaded."""

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
"""In the order in which they are shown: what is not loaded comes first, because it may still change the rest."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that is not settled in the open days of an organisation.

    Attributes:
        what: `not_accepted` (documents), `shift` (waits, by outcome), `decision` (about a document), `uncovered` (days
            that are not proved loaded, by product), `register` (days of registers by verdict), `reconciled` (days that
            were never reconciled), `difference` (open and not explained), `quarantine` (open records).
        word: the kind of document, the outcome, the product, the verdict, the kind of difference.
        amount: roubles; None where there is no sum to tell.
        first_day, last_day: None where the day is not known.
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
    """By ИНН, what is not settled in the days after the closed ones, up to `through` or yesterday; none is left out.

    Args:
        database: the warehouse; row-level security holds where a transaction has it.
        inns: the organisations.
        through: the last day that would be closed.
        now: the present moment, with a zone.
    """
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in database.rows("month_waits", inns=list(inns), through=through, now=now):
        found[row.pop("inn")].append(Waiting(**row))
    return {inn: sorted(found[inn], key=lambda one: (WHATS.index(one.what), one.word)) for inn in inns}


def count_of(rows: Sequence[Waiting], *whats: What) -> int:
    """How many things of these kinds there are."""
    return sum(row.count for row in rows if row.what in whats)


def amount_of(rows: Sequence[Waiting], *whats: What) -> Decimal:
    """The roubles of these kinds, of those that have a sum."""
    return sum((row.amount for row in rows if row.what in whats and row.amount is not None), Decimal(0))
