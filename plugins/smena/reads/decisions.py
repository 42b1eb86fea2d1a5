"""Decisions that wait for a person, with what both sides say: one reading for the command line and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from smena.warehouse.database import Row, Transaction, Warehouse


def waiting(
    database: Transaction | Warehouse, inn: str | None = None, *, after: int = 0, most: int | None = None
) -> list[Row]:
    """Open decisions, the oldest first.

    `recommendation` is None, or the `word` that is recommended (None where none of them is) and the `reason`.

    Args:
        database: the warehouse; row-level security holds where a transaction has it.
        inn: of one organisation only.
        after: only those with greater numbers.
        most: no more than so many.
    """
    return database.rows("decisions", decisions=None, inn=inn, after=after, most=most)


def decision_of(database: Transaction | Warehouse, decision_id: int) -> Row | None:
    """One decision, open or not; None where there is none in sight."""
    return database.row("decisions", decisions=[decision_id], inn=None, after=0, most=1)


def decisions_of(database: Transaction | Warehouse, decision_ids: Sequence[int]) -> list[Row]:
    """Decisions by their numbers, open or not, in that order; those that are not in sight are left out."""
    return database.rows("decisions", decisions=list(decision_ids), inn=None, after=0, most=None)


ABOUT = ("two_sources", "booked", "review", "document")
"""What decisions are about: a shift of two sources, one that is reported otherwise, a doubtful one, a document."""

SORTS = ("money", "organization", "till", "day", "kind", "since", "word")
WITHOUT = "none"
"""In place of a recommended answer: none is recommended."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Open decisions as a page filters them; None is any.

    Attributes:
        about: one of ABOUT.
        word: the recommended answer, or WITHOUT.
        least, most: bounds of the difference without its sign, in roubles. A difference that is not known is outside.
    """

    inn: str | None = None
    about: str | None = None
    word: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None


def listed(database: Transaction | Warehouse, of: Filter, *, sort: str, down: bool, skip: int, rows: int) -> list[Row]:
    """A page of the open decisions of a filter, by a column of SORTS; `down`: the greatest first."""
    return database.rows("page_decisions", **asdict(of), sort=sort, down=down, skip=skip, rows=rows)


def counted(database: Transaction | Warehouse, of: Filter) -> Row:
    """How many decisions a filter finds and what they sum to; `digest` is of them all, as they are now."""
    row = database.row("page_decisions_sum", **asdict(of))
    return row or {}


def recommended_words(database: Transaction | Warehouse, of: Filter) -> list[Row]:
    """The decisions of a filter by what they are about and the answer that is recommended."""
    return database.rows("page_decisions_words", **asdict(of))


def recommended_answers(database: Transaction | Warehouse, of: Filter) -> dict[int, str]:
    """The decisions of a filter that have a recommended answer, with it."""
    return {row["decision_id"]: row["word"] for row in database.rows("page_decisions_chosen", **asdict(of))}
