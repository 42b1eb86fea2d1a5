"""Work on the pages of many registers or shops: one whose pages cannot be processed is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from smena.model.errors import PassingFault, SmenaError
from smena.model.unexpected import contained
from smena.warehouse import ledger
from smena.warehouse.database import Transaction
from smena.warehouse.pages import StoredPage

T = TypeVar("T")
Failed = dict[tuple[str, date], SmenaError]
"""Why an assignment could not be processed, by register (or shop) and first day."""


def by_register(
    transaction: Transaction, pages: list[StoredPage], work: Callable[[list[StoredPage]], T], failed: Failed
) -> list[T]:
    """Return the results of `work`: one for all pages, or, if that raises and is undone, one per register.

    A register (or shop) for which `work` raises is left out: its assignments are added to `failed`. Raises PassingFault
    of the warehouse, which concerns no register in particular.
    """
    try:
        with transaction.nested():
            return [work(pages)]
    except PassingFault:
        raise
    except Exception as error:  # noqa: BLE001 - the border of a register
        registers = sorted({page.unit_id for page in pages})
        ours = contained(error, f"pages of {len(registers)} registers, {registers[0]} among them")
        if len(registers) == 1:
            failed |= {(page.unit_id, page.first_day): ours for page in pages}
            return []
    apart: defaultdict[str, list[StoredPage]] = defaultdict(list)
    for page in pages:
        apart[page.unit_id].append(page)
    return [one for part in apart.values() for one in by_register(transaction, part, work, failed)]


def mark_failed(transaction: Transaction, batch_id: int, failed: Failed) -> None:
    """Mark assignments as failed, each with its error: their days stay uncovered, and are asked for again."""
    for (register, first_day), error in failed.items():
        ledger.mark_failed(transaction, batch_id, register, first_day, error)
