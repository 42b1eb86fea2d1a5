"""Matching of a batch's till shifts with those that Kontur.Market told of before."""

from __future__ import annotations

from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def match(transaction: Transaction, batch: Batch) -> None:
    """Gives every staged till shift its verdict in the table `decided`, which lives as long as the transaction."""
    transaction.run("match_tills_apart", batch_id=batch.batch_id, inn=batch.organization_inn)
    transaction.run("match_tills", batch_id=batch.batch_id, inn=batch.organization_inn)
    transaction.run("match_analyze")
