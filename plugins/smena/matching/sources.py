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
    transaction.run("pair_tills_analyze")
    transaction.run("pair_fiscal", inn=inn)
    transaction.run("pair_fiscal_analyze")
    _find_links(transaction, inn)
    transaction.run("pair_shifts", inn=inn)
    transaction.run("pair_shifts_analyze")
    transaction.run("pair_shifts_once")
    transaction.run("pair_strangers", inn=inn)
    transaction.run("pair_doubtful", inn=inn)
    transaction.run("pair_doubtful_analyze")
    return True


def _find_links(transaction: Transaction, inn: str) -> None:
    transaction.run("link_agreement", inn=inn)
    transaction.run("link_agreement_analyze")
    transaction.run("link_likeness")
    transaction.run("link_found")
    transaction.run("link_former_ends", inn=inn)
    transaction.run("link_infer", inn=inn)
    transaction.run("link_proposals_end", inn=inn)
    transaction.run("link_propose", inn=inn)


def hold_back(transaction: Transaction, batch: Batch) -> None:
    """Fiscal shifts of this batch that Market may have booked, though nothing links the two, wait."""
    transaction.run("hold_found")
    transaction.run("hold_decided")
    transaction.run("hold_shifts")
    transaction.run("hold_asked")
    transaction.run("hold_decisions", batch_id=batch.batch_id, inn=batch.organization_inn)


def move_orders(transaction: Transaction, batch: Batch) -> None:
    """Orders that Market has booked go over to the fiscal shifts of this batch that are the same."""
    batch_id, inn = batch.batch_id, batch.organization_inn
    transaction.run("meet_found", inn=inn)
    transaction.run("meet_tills")
    transaction.run("meet_orders", batch_id=batch_id)
    transaction.run("meet_confirmed")
    transaction.run("meet_staying")
    transaction.run("meet_staying_shifts")
    transaction.run("meet_answered")
    transaction.run("meet_conflicts", batch_id=batch_id, inn=inn)


def settle(transaction: Transaction, batch: Batch) -> None:
    """Gives every till shift its outcome, with the decisions that it rests on or waits for."""
    batch_id, inn = batch.batch_id, batch.organization_inn
    transaction.run("settle_outcomes", inn=inn)
    transaction.run("settle_outcomes_analyze")
    transaction.run("settle_shifts", batch_id=batch_id)
    transaction.run("settle_duplicates", batch_id=batch_id, inn=inn)
    transaction.run("settle_answered")
    transaction.run("settle_asked", batch_id=batch_id, inn=inn)


def want_orders(transaction: Transaction) -> None:
    """Adds the orders that till shifts must have to `target`."""
    transaction.run("settle_targets")


def reverse_orders(transaction: Transaction, batch: Batch) -> None:
    """Reverses what Market has booked and is not to be booked from it any more."""
    transaction.run("settle_reversed", batch_id=batch.batch_id)
