"""What publish writes of a batch of the OFD: statement by statement, in the publishing transaction."""

from __future__ import annotations

from smena.matching import shifts, sources
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def write(transaction: Transaction, batch: Batch) -> None:
    """Matches a staged batch with what stands, and writes it. Under the organisation's lock, in its transaction."""
    write_shifts(transaction, batch)
    batch_id, inn, product = batch.batch_id, batch.organization_inn, batch.product
    transaction.run("publish_quarantine", batch_id=batch_id, steps=["match"])
    transaction.run("assignments_failed", batch_id=batch_id)
    transaction.run("publish_coverage", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_spoiled", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_uncovered", inn=inn, product=product)
    transaction.run("publish_read_through", batch_id=batch_id, inn=inn)
    transaction.run("publish_gaps_clear", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_gaps", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_covered_days", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_summary", batch_id=batch_id)


def write_shifts(transaction: Transaction, batch: Batch) -> None:
    """Matches the staged shifts of a batch with the published ones and writes shifts, orders and decisions.

    The locks of drives are taken after that of the organisation, and held to the end: two organisations may list one
    register, and a shift is booked once.
    """
    transaction.run("lock_drives", batch_id=batch.batch_id)
    shifts.match(transaction, batch)
    batch_id, inn = batch.batch_id, batch.organization_inn
    transaction.run("publish_new_shifts", batch_id=batch_id, inn=inn)
    transaction.run("publish_changed_shifts", batch_id=batch_id)
    transaction.run("publish_conflicts", batch_id=batch_id)
    transaction.run("publish_settled", batch_id=batch_id)
    paired = sources.pair(transaction, batch)
    if paired:
        sources.hold_back(transaction, batch)
        sources.move_orders(transaction, batch)
        sources.settle(transaction, batch)
    transaction.run("publish_targets", batch_id=batch_id)
    if paired:
        sources.want_orders(transaction)
    transaction.run("publish_analyze")
    transaction.run("publish_new_orders", batch_id=batch_id, inn=inn)
    transaction.run("publish_revised_orders", batch_id=batch_id)
    transaction.run("publish_reversed_orders", batch_id=batch_id)
    if paired:
        sources.reverse_orders(transaction, batch)
