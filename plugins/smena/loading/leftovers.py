"""Empty the stage of batches that nobody works on: of published ones, and of those that were planned long ago."""

from __future__ import annotations

from datetime import timedelta

from smena.runtime.context import Context
from smena.runtime.log import step_log

STAGE_KEPT = timedelta(days=7)
"""A batch that was stopped may be allowed later: its shards are then staged again from the evidence."""


def empty_stage(context: Context) -> list[int]:
    """Delete the staged rows of published batches and of batches that were planned a week ago; return their ids."""
    with step_log("empty_stage") as step:
        emptied = []
        for row in context.warehouse.rows("stage_left", before=context.now() - STAGE_KEPT):
            with context.warehouse.transaction() as transaction:
                # A batch is published under this lock: it never loses its rows in the middle.
                transaction.run("lock_organization", inn=row["inn"])
                transaction.run("stage_empty", batch_id=row["batch_id"])
            emptied.append(row["batch_id"])
        step["batches"] = len(emptied)
        return emptied
