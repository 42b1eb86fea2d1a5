"""The statements of the publishing transaction, for a batch of any product."""

from __future__ import annotations

from smena.loading.comparing import require_comparisons
from smena.matching.changes import ChangeSet
from smena.matching.decide import decide
from smena.matching.limit import changed_orders, orders_in_question
from smena.matching.slices import Slice
from smena.messages import ENGLISH, translate
from smena.model.errors import TooManyChanges
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.planning.uncovering import uncover
from smena.runtime.product import implementation_of
from smena.warehouse.applying import apply, plan_changes
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.slices import read_slice


def write(transaction: Transaction, batch: Batch, *, compares: bool) -> None:
    """Decide about a staged batch and write it, under the organisation's lock, in its transaction.

    Raises Uncompared if `compares` and shifts of the two sources have to be compared first.
    """
    changed = write_books(transaction, batch, compares=compares)
    batch_id, inn, product = batch.batch_id, batch.organization_inn, batch.product
    transaction.run("publish_quarantine", batch_id=batch_id, steps=["match"])
    transaction.run("assignments_failed", batch_id=batch_id)
    if batch.is_same_day:
        _write_same_day(transaction, batch_id, changed)
        return
    transaction.run("publish_coverage", batch_id=batch_id, inn=inn, product=product)
    uncover(transaction, batch)
    transaction.run("market_decided_table")
    implementation_of(product).write_documents(transaction, batch)
    transaction.run("publish_read_through", batch_id=batch_id, inn=inn)
    transaction.run("publish_gaps_clear", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_gaps", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_covered_days", batch_id=batch_id, inn=inn, product=product)
    transaction.run("publish_summary", batch_id=batch_id, changed_orders=changed)


def _write_same_day(transaction: Transaction, batch_id: int, changed: int) -> None:
    """Finish a batch of days that are not over: they stay uncovered, and their gaps are those of the next load."""
    transaction.run("uncover_table")
    transaction.run("market_decided_table")
    transaction.run("publish_summary", batch_id=batch_id, changed_orders=changed)


def write_books(transaction: Transaction, batch: Batch, *, compares: bool = False) -> int:
    """Read the slice of a staged batch, decide, and apply the ChangeSet to shifts, orders and decisions.

    Returns the number of current orders that it has changed.

    It takes the locks of drives after that of the organisation, and holds them to the end: two organisations may list
    one register or one cashbox, and a shift is booked once.
    """
    transaction.run("lock_drives", batch_id=batch.batch_id)
    days = {"first_day": batch.first_day, "last_day": batch.last_day}
    slice_ = read_slice(
        transaction, batch.batch_id, batch.organization_inn, **days, days_are_over=not batch.is_same_day
    )
    changes = decide(slice_)
    if compares:
        require_comparisons(transaction, batch, changes.uncompared)
    plan = plan_changes(transaction, batch.batch_id, changes, closed_through=slice_.setting.closed_through)
    changed = len(changed_orders(plan.orders, plan.proposed, plan.current))
    require_few_changes(transaction, batch, slice_, changes, changed)
    apply(transaction, batch, changes, plan.orders)
    return changed


def require_few_changes(
    transaction: Transaction, batch: Batch, slice_: Slice, changes: ChangeSet, changed: int
) -> None:
    """Raise TooManyChanges if a load would change more orders than its organisation's limit.

    A load of many registers is several batches: the changes of the earlier ones count too. A person allows as many
    changes as the batch had when it was stopped. If it has more by now, it stops again.
    """
    if changed <= (batch.allowed_changes or 0):
        return
    before = transaction.rows("batch_changed_before", batch_id=batch.batch_id)[0]["orders"]
    bound = slice_.setting.in_force[-1].organization.most_changed_orders
    if before + changed > bound:
        most = max(bound - before, batch.allowed_changes or 0)
        orders = orders_in_question(slice_.current, changes.booked)
        why = reason(Reason.TOO_MANY_ORDERS_CHANGE, changed=changed, most=most, orders=orders)
        raise TooManyChanges(
            f"batch {batch.batch_id} of {batch.organization_inn} publishes nothing: {translate(why, ENGLISH)}",
            changed=changed,
            fix="load the organisation first: that load lists the changes, and can be allowed"
            if batch.reason == "reconcile"
            else f"look with `smena rehearse --batch {batch.batch_id}`, then allow it with"
            f" `smena allow --batch {batch.batch_id}`",
            stored=why,
        )
