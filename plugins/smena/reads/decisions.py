"""Decisions that wait for a person, with what both sides say: one reading for the command line and the pages."""

from __future__ import annotations

from smena.warehouse.database import Row, Transaction, Warehouse


def waiting(
    asked: Transaction | Warehouse, inn: str | None = None, *, after: int = 0, most: int | None = None
) -> list[Row]:
    """Open decisions, the oldest first.

    `recommendation` is None, or the `word` that is recommended (None where none of them is) and the `reason`.

    Args:
        asked: the warehouse; row-level security holds where a transaction has it.
        inn: of one organisation only.
        after: only those with greater numbers.
        most: no more than so many.
    """
    return asked.rows("decisions", decision_id=None, inn=inn, after=after, most=most)


def decision_of(asked: Transaction | Warehouse, decision_id: int) -> Row | None:
    """One decision, open or not; None where there is none in sight."""
    return asked.row("decisions", decision_id=decision_id, inn=None, after=0, most=1)
