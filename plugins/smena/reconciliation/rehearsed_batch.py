"""The changes that an unpublished batch would make, for the person who may allow it (`smena allow`)."""

from __future__ import annotations

import pandas as pd

from smena.loading.by_register import Failed
from smena.mandates.organizations import settings_by_day
from smena.matching.changes import ChangeSet
from smena.matching.decide import decide
from smena.matching.differences import BOOKED_ORDERS, MADE_ORDERS, MADE_SHIFTS, differences
from smena.matching.limit import orders_after, orders_before
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.reconciliation.rehearsal import RehearsalResult, stage_again
from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.warehouse import ledger
from smena.warehouse.applying import plan_changes
from smena.warehouse.rehearsal_slice import STAGE_ID, read_booked, read_proposed, read_staged, rehearsal
from smena.warehouse.slices import read_slice


def rehearse_batch(context: Context, batch_id: int) -> RehearsalResult:
    """Return every value of booked orders and their shifts that publishing a batch would change. Nothing is written.

    The books are read as they are now: orders that were accepted, or are of a period that was closed, since the batch
    was stopped are not in the list.

    Raises WrongUse if there is no such batch, or it is published.
    """
    with step_log("rehearse", batch_id=batch_id) as log, rehearsal(context.warehouse) as transaction:
        batch = ledger.batch_of(transaction, batch_id)
        if batch.state == "published":
            raise WrongUse(f"batch {batch_id} is published already", fix="give --inn, --from and --to")
        if None in (batch.first_day, batch.last_day):
            raise WrongUse(f"batch {batch_id} names no days")
        inn = batch.organization_inn
        failed: Failed = {}
        transaction.run("rehearse_batch", batch_id=batch_id)
        stage_again(context, transaction, batch, 0, settings_by_day(transaction, inn), context.now(), failed)
        days = {"first_day": batch.first_day, "last_day": batch.last_day}
        slice_ = read_slice(transaction, STAGE_ID, inn, **days, days_are_over=not batch.is_same_day)
        changes = decide(slice_)
        plan = plan_changes(transaction, STAGE_ID, changes, closed_through=slice_.setting.closed_through)
        proposed = read_proposed(transaction)
        made_orders = MADE_ORDERS.conform(orders_after(plan.orders, proposed))
        before = plan.current.loc[plan.current["document_id"].isin(plan.orders["document_id"]), "shift_id"]
        shifts = sorted({*before, *made_orders["shift_id"]})
        booked, booked_orders, _ = read_booked(transaction, inn, shifts)
        staged, _ = read_staged(transaction)
        made = _shifts_after(staged, booked, changes)
        rows = differences(
            made[made["shift_id"].isin(shifts)],
            made_orders,
            booked,
            BOOKED_ORDERS.conform(orders_before(plan.orders, booked_orders)),
        )
        log.update(inn=inn, shifts=len(shifts), differ=len(rows), failed=len(failed))
        window = Window(batch.first_day, batch.last_day)
        return RehearsalResult(
            inn, window, rows, len(shifts), 0, {unit: str(error) for (unit, _), error in failed.items()}
        )


def _shifts_after(staged: pd.DataFrame, booked: pd.DataFrame, changes: ChangeSet) -> pd.DataFrame:
    """The shifts (MADE_SHIFTS) after publishing: those that the batch writes, and the others with their new outcome."""
    written = changes.shifts[changes.shifts["action"] != "mark"]
    fresh = staged.drop(columns="outcome").merge(written[["shift_id", "outcome"]], on="shift_id")
    others = booked[~booked["shift_id"].isin(fresh["shift_id"])]
    marked = changes.shifts.set_index("shift_id")["outcome"]
    others = others.assign(outcome=others["shift_id"].map(marked).astype("string").fillna(others["outcome"]))
    parts = [MADE_SHIFTS.conform(part) for part in (fresh, others) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else MADE_SHIFTS.empty()
