"""Allow a batch that was stopped because it would change too many orders."""

from __future__ import annotations

from smena.model.errors import WrongUse
from smena.warehouse import ledger
from smena.warehouse.database import Transaction


def allow(transaction: Transaction, batch_id: int, *, by: str, reason: str) -> int:
    """Allow a stopped batch to change as many orders as it would have changed when it was stopped; return how many.

    The next load of its organisation publishes it before its own batches.

    Raises WrongUse for an unknown batch, one that was not stopped for its changes, one whose days a later batch has
    read, and without a reason.
    """
    if not reason.strip():
        raise WrongUse("a reason is needed", fix="give --reason")
    batch = ledger.batch_of(transaction, batch_id)
    transaction.run("lock_organization", inn=batch.organization_inn)
    batch = ledger.batch_of(transaction, batch_id)
    if batch.state == "published":
        raise WrongUse(f"batch {batch_id} is published already")
    later = transaction.rows("batch_read_since", batch_id=batch_id)[0]["batch_id"]
    if later is not None:
        raise WrongUse(
            f"batch {later} has read days of batch {batch_id} since, and what it read is newer",
            fix=f"load the days again: `smena load --inn {batch.organization_inn} --product {batch.product}"
            f" --from {batch.first_day} --to {batch.last_day}`",
        )
    allowed = transaction.row("batch_allow", batch_id=batch_id, by=by, reason=reason)
    if allowed is None:
        raise WrongUse(
            f"batch {batch_id} was not stopped for the orders that it would change",
            fix="`smena alerts` tells why a batch was stopped",
        )
    return int(allowed["allowed_changes"])
