"""Decisions that wait for a person, with both sides of each, for the command line and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from smena.warehouse.database import Row, Transaction, Warehouse


def waiting(
    database: Transaction | Warehouse, inn: str | None = None, *, after: int = 0, most: int | None = None
) -> list[Row]:
    """Return the open decisions, the oldest first.

    `recommendation` is None, or the `word` that is recommended (None if none is) and the `reason`.

    Args:
        database: the warehouse; row-level security applies if the transaction sets it.
        inn: only this organisation.
        after: only decisions with greater numbers.
        most: the greatest number of rows.
    """
    return database.rows("decisions", decisions=None, inn=inn, after=after, most=most)


def decision_of(database: Transaction | Warehouse, decision_id: int) -> Row | None:
    """Return one decision, open or not; None if the reader may see none of this number."""
    return database.row("decisions", decisions=[decision_id], inn=None, after=0, most=1)


def decisions_of(database: Transaction | Warehouse, decision_ids: Sequence[int]) -> list[Row]:
    """Return decisions, open or not, in the order of their numbers, without those that the reader may not see."""
    return database.rows("decisions", decisions=list(decision_ids), inn=None, after=0, most=None)


ABOUT = ("two_sources", "booked", "review", "document")
"""Subjects of decisions: a shift in both sources, a booked shift that has changed, a shift to review, a document."""

SORTS = ("money", "organization", "till", "day", "kind", "since", "word")
WITHOUT = "none"
"""The value of a filter for decisions without a recommended answer."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Open decisions as a page filters them; None is any.

    Attributes:
        about: one of ABOUT.
        word: the recommended answer, or WITHOUT.
        least, most: bounds of the absolute difference in roubles; a decision without a known difference fails both.
    """

    inn: str | None = None
    about: str | None = None
    word: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None


def listed(database: Transaction | Warehouse, of: Filter, *, sort: str, down: bool, skip: int, rows: int) -> list[Row]:
    """Return a page of the open decisions of a filter, sorted by a column of SORTS; `down`: the greatest first."""
    return database.rows("page_decisions", **asdict(of), sort=sort, down=down, skip=skip, rows=rows)


def counted(database: Transaction | Warehouse, of: Filter) -> Row:
    """Return the number and sum of the decisions of a filter, and the `digest` of their present content."""
    row = database.row("page_decisions_sum", **asdict(of))
    return row or {}


def recommended_words(database: Transaction | Warehouse, of: Filter) -> list[Row]:
    """Return the decisions of a filter, grouped by subject and recommended answer."""
    return database.rows("page_decisions_words", **asdict(of))


def recommended_answers(database: Transaction | Warehouse, of: Filter) -> dict[int, str]:
    """Return the recommended answer by decision, for the decisions of a filter that have one."""
    return {row["decision_id"]: row["word"] for row in database.rows("page_decisions_chosen", **asdict(of))}
