"""What publish writes of a batch of any product: statement by statement, in the publishing transaction."""

from __future__ import annotations

from smena.matching.decide import decide
from smena.pipeline.comparing import require_comparisons
from smena.pipeline.product import implementation_of
from smena.pipeline.uncovering import uncover
from smena.warehouse.applying import apply
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.slices import read_slice


def write(transaction: Transaction, batch: Batch, *, compares: bool) -> None:
    """Decides about a staged batch and writes it, under the organisation's lock, in its transaction.

    Raises Uncompared where `compares` and shifts of the two sources have to be compared first.
    """
    write_books(transaction, batch, compares=compares)
    batch_id, inn, product = batch.batch_id, batch.organization_inn, batch.product
    transaction.run("publish_quarantine", batch_id=batch_id, steps=["match"])
    transaction.run("assignments_failed", batch_id=batch_id)
    transaction.run("publish_coverage", batch_id=batch_id, inn=inn, product=product)
    uncover(transaction, batch)
    transaction.run("market_decided_table")
    implementation_of(product).write_documents(transaction, batch)
    transaction.run("publish_read_through", batch_id=batch_id, inn=inn)
    transaction.run("publish_gaps_clear", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_gaps", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_covered_days", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_summary", batch_id=batch_id)


def write_books(transaction: Transaction, batch: Batch, *, compares: bool = False) -> None:
    """Reads the slice of a staged batch, decides, and applies what was decided to shifts, orders and decisions.

    The locks of drives are taken after that of the organisation, and held to the end: two organisations may list one
    register or one cashbox, and a shift is booked once.
    """
    transaction.run("lock_drives", batch_id=batch.batch_id)
    days = {"first_day": batch.first_day, "last_day": batch.last_day}
    slice_ = read_slice(transaction, batch.batch_id, batch.organization_inn, **days)
    changes = decide(slice_)
    if compares:
        require_comparisons(transaction, batch, changes.uncompared)
    apply(transaction, batch, changes, closed_through=slice_.setting.closed_through)
