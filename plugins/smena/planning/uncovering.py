"""Days that a batch read but that cannot count as loaded: publishing takes them out of the coverage."""

from __future__ import annotations

from datetime import UTC

from smena.model.product import product_of
from smena.planning import uncoverable
from smena.planning.uncoverable import DaysSlice, uncoverable_days
from smena.warehouse.copying import copy_frame, read_frame
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def uncover(transaction: Transaction, batch: Batch) -> None:
    """Uncover the days that `uncoverable_days` finds. Runs after the shifts are written and after publish_coverage.

    Makes the table `uncovered`, one row per cause, which publish_gaps and publish_summary read.
    """
    days = uncoverable_days(read_slice(transaction, batch))
    whose = {"organization_inn": batch.organization_inn, "product": batch.product}
    transaction.run("uncover_table")
    copy_frame(transaction, days.assign(**whose), "pg_temp", "uncovered", [*whose, *days.columns])
    transaction.run("publish_uncovered")


def read_slice(transaction: Transaction, batch: Batch) -> DaysSlice:
    """Return the input of `uncoverable_days`: rejected records of a batch and the rows near them, not its shifts."""
    of_batch = {"batch_id": batch.batch_id}
    of_organization = of_batch | {"inn": batch.organization_inn}
    whole = of_organization | {"product": batch.product}
    source = product_of(batch.product).source
    return DaysSlice(
        source=source,
        planned_day=batch.planned_at.astimezone(UTC).date(),
        windows=read_frame(transaction, "uncover_windows", uncoverable.WINDOWS, **of_batch),
        rejected=read_frame(transaction, "uncover_rejected", uncoverable.REJECTED, **of_batch, source=source),
        closings=read_frame(transaction, "uncover_closings", uncoverable.CLOSINGS, **of_organization),
        incomplete=read_frame(transaction, "uncover_incomplete", uncoverable.INCOMPLETE, **of_batch),
        number_jumps=read_frame(transaction, "uncover_number_jumps", uncoverable.NUMBER_JUMPS, **whole),
        clocks=read_frame(transaction, "uncover_clocks", uncoverable.CLOCKS, **of_organization),
    )
