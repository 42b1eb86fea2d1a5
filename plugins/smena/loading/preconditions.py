"""What must hold before a batch is published: days that are over, few bad z-reports, the mandate, a whole stage.

The first two mark the batch as stopped. The others are checked within the transaction that publishes, and end it.
"""

from __future__ import annotations

from smena.mandates.lifecycle import required
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, translate
from smena.model.errors import BadBatch, BrokenPromise, WrongUse
from smena.model.organization import Organization
from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason
from smena.runtime.context import Context
from smena.warehouse.database import Row, Transaction
from smena.warehouse.ledger import Batch

FEWEST_BAD_REPORTS = 10
"""A batch with fewer bad z-reports than this is not stopped for their share: a small shop's day has two or three."""

MOST_REGISTERS_NAMED = 5


def stop_if_of_the_future(context: Context, batch: Batch) -> None:
    """Stop a batch that was planned while the clock was ahead: its last days were not over when they were read."""
    if not batch.is_same_day and batch.last_day > context.newest_day():
        why = reason(Reason.DAYS_NOT_OVER, day=batch.last_day)
        context.warehouse.run("batch_stop", batch_id=batch.batch_id, reason=why)
        raise BadBatch(
            f"batch {batch.batch_id} of {batch.organization_inn} publishes nothing: {translate(why, ENGLISH)}",
            fix="run again",
        )


def stop_if_bad(context: Context, batch: Batch) -> None:
    """Stop a batch with a stopped shard, or with a share of rejected z-reports over the organisation's limit."""
    shards = context.warehouse.rows("shards", batch_id=batch.batch_id)
    organization: Organization = organization_of(context.warehouse, batch.organization_inn)
    bad = sum(shard["bad_reports"] for shard in shards)
    seen = bad + sum(shard["staged_shifts"] for shard in shards)
    stopped = [
        reason(Reason.SHARD_STOPPED, shard=shard["shard"], reason=shard["reason"])
        for shard in shards
        if shard["state"] == "stopped"
    ]
    if bad >= FEWEST_BAD_REPORTS and bad > seen * organization.bad_share_limit:
        limit = f"{organization.bad_share_limit:.0%}"
        stopped.append(reason(Reason.TOO_MANY_BAD_REPORTS, bad=bad, reports=seen, limit=limit))
    if stopped:
        why = joined(stopped)
        context.warehouse.run("batch_stop", batch_id=batch.batch_id, reason=why)
        raise BadBatch(
            f"batch {batch.batch_id} of {batch.organization_inn} publishes nothing: {translate(why, ENGLISH)}",
            fix="look at control.quarantine and control.check_result; then run it again",
        )


def check_read_since(transaction: Transaction, batch: Batch) -> None:
    """Raise BadBatch if newer answers about these days were published while the batch waited."""
    later = transaction.rows("batch_read_since", batch_id=batch.batch_id)[0]["batch_id"]
    if later is not None:
        raise BadBatch(
            f"batch {later} has read days of batch {batch.batch_id} of {batch.organization_inn} since",
            fix="load the days again",
        )


def check_mandate(transaction: Transaction, batch: Batch) -> None:
    """Raise WrongUse if the mandate in force, which may be newer than the plan, does not name all registers."""
    required(transaction, batch.organization_inn, batch.product)
    outside = [row["unit_id"] for row in transaction.rows("batch_outside_mandate", batch_id=batch.batch_id)]
    if outside:
        raise WrongUse(
            f"batch {batch.batch_id} of {batch.organization_inn} has registers that the mandate in force does not name:"
            f" {', '.join(outside[:MOST_REGISTERS_NAMED])}{'…' if len(outside) > MOST_REGISTERS_NAMED else ''}",
            fix="plan again",
        )


def check_stage(transaction: Transaction, batch_id: int) -> None:
    """Raise BrokenPromise if a shard is not staged, or has lost rows of the stage since."""
    for shard in transaction.rows("shards", batch_id=batch_id):
        if shard["state"] != "staged" or not is_whole(shard):
            raise BrokenPromise(
                f"shard {shard['shard']} of batch {batch_id} staged {shard['shifts']} shifts, {shard['orders']} orders;"
                f" {shard['staged_shifts']} and {shard['staged_orders']} are there",
                fix="run the batch again",
            )


def is_whole(shard: Row) -> bool:
    """Return whether the stage still has as many rows of a shard as it was given: a server that crashes empties it."""
    return bool(shard["shifts"] == shard["staged_shifts"] and shard["orders"] == shard["staged_orders"])
