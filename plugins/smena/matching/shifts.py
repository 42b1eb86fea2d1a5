"""Matching of a batch's shifts with the published ones, by (ФН, shift number)."""

from __future__ import annotations

from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def match(transaction: Transaction, batch: Batch) -> None:
    """Gives every staged shift its verdict in the table `decided`, which lives as long as the transaction.

    Shifts that cannot be true go to stage.reject; conflicts, and shifts that need a look, to control.decision. Run
    under the organisation's lock.
    """
    transaction.run("match_repeated", batch_id=batch.batch_id)
    transaction.run("match_twice", batch_id=batch.batch_id)
    transaction.run("match_shifts", batch_id=batch.batch_id, inn=batch.organization_inn)
    transaction.run("match_analyze")
    transaction.run("match_others", batch_id=batch.batch_id)
    transaction.run("match_withdrawn")
    transaction.run("match_conflicts", batch_id=batch.batch_id, inn=batch.organization_inn)
    transaction.run("match_reviews", batch_id=batch.batch_id, inn=batch.organization_inn)
