"""What publish writes of a batch of Kontur.Market, in the publishing transaction."""

from __future__ import annotations

from smena.pipeline.market.documents import write_documents
from smena.pipeline.uncovering import uncover
from smena.pipeline.writing import write_books
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def write(transaction: Transaction, batch: Batch, *, compares: bool) -> None:
    """Decides about staged till shifts and documents and writes them, in the publishing transaction.

    Raises Uncompared where `compares` and shifts of the two sources have to be compared first.
    """
    batch_id, inn, product = batch.batch_id, batch.organization_inn, batch.product
    write_books(transaction, batch, compares=compares)
    transaction.run("publish_quarantine", batch_id=batch_id, steps=["match"])
    transaction.run("assignments_failed", batch_id=batch_id)
    transaction.run("publish_coverage", batch_id=batch_id, inn=inn, product=product)
    uncover(transaction, batch)
    write_documents(transaction, batch)
    transaction.run("publish_gaps_clear", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_gaps", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_covered_days", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_market_summary", batch_id=batch_id)
