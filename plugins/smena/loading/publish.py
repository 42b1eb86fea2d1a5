"""Step 3: decide about a staged batch and publish it, in one transaction under the organisation's lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from smena.loading.check_results import stop_at_gate
from smena.loading.comparing import Uncompared, compare_pairs
from smena.loading.preconditions import (
    check_mandate,
    check_read_since,
    check_stage,
    is_whole,
    stop_if_bad,
    stop_if_of_the_future,
)
from smena.loading.process import process
from smena.loading.writing import write
from smena.model.errors import (
    BrokenPromise,
    PassingFault,
    SmenaError,
    TooManyChanges,
    UnexpectedError,
    stored_of,
)
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.warehouse import ledger
from smena.warehouse.applying import BooksChanged
from smena.warehouse.ledger import Batch

MOST_ROUNDS = 3
"""How often a batch may begin again, to compare shifts first or because the books changed. One round is usual."""

FAILED_AFTER = "failed_after"
"""The key in a published batch's summary of an error that came after the publishing."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The result of publishing a batch.

    Attributes:
        summary: as in `control.batch`: shifts read, by verdict and outcome; by kind, the orders that this batch wrote
            (`count` and `sum` of current orders, `new`, `changed`, `reversed`); `orders_unchanged` of the shifts read;
            rejects, windows not read.
        covered_days: days on which every register of the organisation became covered by it.
        error: what failed after the batch was published; empty if nothing did.
    """

    batch_id: int
    inn: str
    summary: dict[str, Any] = field(default_factory=dict)
    covered_days: list[date] = field(default_factory=list)
    error: str = ""


def orders_written(summary: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return, for the log, how many orders of each kind a batch made, changed and reversed, by its summary."""
    orders = summary.get("orders", {})
    return {
        f"orders_{name}": {kind: one[name] for kind, one in orders.items()} for name in ("new", "changed", "reversed")
    }


def publish(context: Context, batch_id: int) -> PublishResult:
    """Publish a batch, whole or not at all. A batch that is published already is left as it is.

    Shards that are not staged, or whose stage the server lost in a crash, are processed again from the evidence first.
    A BrokenPromise or an unexpected error stops the batch, with the reason. An error after the publishing goes into the
    batch's summary, for the report, and into `error` of the result.

    Raises BadBatch if too many of its z-reports are rejected, WrongUse if the integration has been switched off
    meanwhile, or the mandate in force no longer names all its registers.
    """
    try:
        return _publish(context, batch_id)
    except Exception as error:
        ours = contained(error, f"publish of batch {batch_id}")
        if isinstance(ours, BrokenPromise | UnexpectedError):
            context.warehouse.run("batch_stop", batch_id=batch_id, reason=stored_of(ours))
        if ours is error:
            raise
        raise ours from error


def _publish(context: Context, batch_id: int) -> PublishResult:
    with step_log("publish", batch_id=batch_id) as step:
        batch = ledger.batch_of(context.warehouse, batch_id)
        step |= {"inn": batch.organization_inn, "product": batch.product}
        is_new = False
        if batch.state != "published":
            _publish_allowed(context, batch)
            stop_if_of_the_future(context, batch)
            _restage(context, batch)
            stop_if_bad(context, batch)
            context.warehouse.run("stage_analyze")
            stop_at_gate(context, batch)
            is_new = _write_in_rounds(context, batch)
        published = _finished(context, batch)
        summary = published.summary
        step["covered_days"] = len(published.covered_days)
        # The counts of a batch that was published before are of an earlier run: they are not logged again.
        if is_new:
            step.update(summary.get("verdicts", {}), rejects=summary.get("rejects"))
            step |= {"outcomes": summary.get("outcomes", {})} | orders_written(summary)
        else:
            step["published_before"] = True
        if published.error:
            step["failed_after"] = published.error
        return published


def _write_in_rounds(context: Context, batch: Batch) -> bool:
    """Write the batch; False if another process has published it meanwhile.

    Only matching shows which shifts have to be compared, and the OFD is asked for receipts without the organisation's
    lock. So the transaction is rolled back, the shifts are compared, and a new transaction begins. A new one also
    begins if the books changed between reading and applying. After `MOST_ROUNDS`, shifts that are not compared are a
    conflict until the next batch.
    """
    for left in reversed(range(MOST_ROUNDS + 1)):
        try:
            return _write(context, batch, compares=left > 0)
        except Uncompared as found:
            compare_pairs(context, batch, found.pairs)
        except BooksChanged:
            if not left:
                raise
        except TooManyChanges as found:
            context.warehouse.run(
                "batch_stop_changes", batch_id=batch.batch_id, reason=stored_of(found), changed=found.changed
            )
            raise
    raise AssertionError("the last round compares nothing")


def _publish_allowed(context: Context, batch: Batch) -> None:
    """Publish earlier batches that were stopped for changing too much and that a person has allowed since.

    If one of them cannot be published, this batch is published all the same.
    """
    inn, product = batch.organization_inn, batch.product
    for row in context.warehouse.rows("batches_allowed", inn=inn, product=product, before=batch.batch_id):
        try:
            publish(context, row["batch_id"])
        except PassingFault:
            raise
        except SmenaError as error:
            logger.warning("batch %s was allowed and is not published: %s", row["batch_id"], error)


def _write(context: Context, batch: Batch, *, compares: bool) -> bool:
    """Write the batch in one transaction under the organisation's lock; False if it is published already."""
    with context.warehouse.transaction() as transaction:
        transaction.run("publish_memory")
        transaction.run("lock_organization", inn=batch.organization_inn)
        # Another process may have published the batch, or newer answers, while this one waited for the lock.
        if ledger.batch_of(transaction, batch.batch_id).state == "published":
            return False
        if batch.allowed_changes is not None or batch.is_same_day:
            check_read_since(transaction, batch)
        check_mandate(transaction, batch)
        check_stage(transaction, batch.batch_id)
        write(transaction, batch, compares=compares)
        transaction.run(
            "release_quarantine", batch_id=batch.batch_id, inn=batch.organization_inn, product=batch.product
        )
        return True


def _finished(context: Context, batch: Batch) -> PublishResult:
    """Empty the stage of a published batch and read its result. An error here is stored for the report."""
    batch_id, inn = batch.batch_id, batch.organization_inn
    days: list[date] = []
    error = ""
    try:
        context.warehouse.run("stage_empty", batch_id=batch_id)
        batch = ledger.batch_of(context.warehouse, batch_id)
        days = [row["day"] for row in context.warehouse.rows("batch_covered_days", batch_id=batch_id)]
    except PassingFault:
        raise
    except Exception as fault:  # noqa: BLE001 - see above
        error = stored_of(contained(fault, f"after the publishing of batch {batch_id}"))
    if error or FAILED_AFTER in batch.summary:
        context.warehouse.run("batch_failed_after", batch_id=batch_id, error=error or None)
    return PublishResult(batch_id, inn, batch.summary, days, error)


def _restage(context: Context, batch: Batch) -> None:
    for shard in context.warehouse.rows("shards", batch_id=batch.batch_id):
        if shard["state"] == "planned" or not is_whole(shard):
            process(context, batch.batch_id, shard["shard"])
