"""A batch that was stopped because it would change too many orders, let on by a person."""

from __future__ import annotations

from smena.model.errors import WrongUse
from smena.warehouse import ledger
from smena.warehouse.database import Transaction


def allow(transaction: Transaction, batch_id: int, *, by: str, reason: str) -> int:
    """Lets a stopped batch change as many orders as it would when it was stopped; gives how many.

    The next load of its organisation publishes it, before what that load has read itself.

    Raises WrongUse where there is no such batch, where it waits for nobody, and without a reason.
    """
    if not reason.strip():
        raise WrongUse("a reason is needed", fix="give --reason")
    batch = ledger.batch_of(transaction, batch_id)
    transaction.run("lock_organization", inn=batch.organization_inn)
    batch = ledger.batch_of(transaction, batch_id)
    if batch.state == "published":
        raise WrongUse(f"batch {batch_id} is published already")
    allowed = transaction.row("batch_allow", batch_id=batch_id, by=by, reason=reason)
    if allowed is None:
        raise WrongUse(
            f"batch {batch_id} was not stopped for the orders that it would change",
            fix="`smena alerts` tells why a batch was stopped",
        )
    return int(allowed["allowed_changes"])
