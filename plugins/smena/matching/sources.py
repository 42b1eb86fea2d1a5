"""Two sources that tell of the same shifts: which is which, and what is booked (DOMAIN 4). No guess is acted on."""

from __future__ import annotations

from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch

LOOK_BACK_DAYS = 31


def pair(transaction: Transaction, batch: Batch) -> bool:
    """Finds links between cashboxes and registers, and by them which till shift is which fiscal shift.

    Gives the tables `till`, `fiscal`, `pairing` and `doubtful`, which live as long as the transaction. False where
    Market tells of nothing in this organisation, and no table is made.
    """
    inn = batch.organization_inn
    if not transaction.rows("pair_wanted", inn=inn)[0]["has_tills"]:
        return False
    transaction.run("pair_tills", batch_id=batch.batch_id, inn=inn, look_back_days=LOOK_BACK_DAYS)
    transaction.run("pair_links", inn=inn)
    transaction.run("pair_shifts", inn=inn)
    transaction.run("pair_strangers", inn=inn)
    return True


def hold_and_move(transaction: Transaction, batch: Batch) -> None:
    """Fiscal shifts of this batch: those that Market may have booked wait; orders that it has booked go over."""
    transaction.run("pair_hold", batch_id=batch.batch_id, inn=batch.organization_inn)
    transaction.run("pair_moves", batch_id=batch.batch_id, inn=batch.organization_inn)


def settle(transaction: Transaction, batch: Batch) -> None:
    """Gives every till shift its outcome, with the decisions that it rests on or waits for."""
    transaction.run("settle_outcomes", batch_id=batch.batch_id, inn=batch.organization_inn)


def want_orders(transaction: Transaction) -> None:
    """Adds the orders that till shifts must have to `target`."""
    transaction.run("settle_targets")


def reverse_orders(transaction: Transaction, batch: Batch) -> None:
    """Reverses what Market has booked and is not to be booked from it any more."""
    transaction.run("settle_reversed", batch_id=batch.batch_id)
