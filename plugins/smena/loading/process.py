"""Step 2: read, transform and check the evidence of a shard, and stage the rows. No network, no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from smena.loading.by_register import Failed, by_register, mark_failed
from smena.loading.check_results import Gates
from smena.mandates.organizations import settings_by_day
from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.runtime.product import Chunk, Shard, implementation_of
from smena.transform.decoded import Decoded
from smena.transform.frames import ORDERS, REJECTS, SHIFTS
from smena.transform.market.frames import DOCUMENT_LINES, DOCUMENTS, TILL_SHIFTS
from smena.transform.schema import Schema
from smena.warehouse import ledger
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Transaction
from smena.warehouse.pages import StoredPage, pages_by_assignment

STAGED_STEPS = ["extract", "read", "check", "transform"]

_DAYS = ("order_day", "day", "paper_day")
"""Columns that are dates in the stage and timestamps in a frame."""


@dataclass
class ShardResult:
    """Counts of the staged rows of a shard, and the results of its checks."""

    shifts: int = 0
    orders: int = 0
    rejects: int = 0
    gates: Gates = field(default_factory=Gates)


def process(context: Context, batch_id: int, shard: int, decoded: Decoded | None = None) -> ShardResult:
    """Stage a shard anew, in one transaction. Memory is bounded by `context.chunk_bytes`, not by the shard.

    A unit (a register of the OFD or a shop of Market) with an error of any kind is marked as failed; the others are
    staged.

    Args:
        context: only its warehouse and clock are used.
        batch_id, shard: the shard to stage.
        decoded: the contents of pages that `extract` has decoded.
    """
    kept = Decoded() if decoded is None else decoded
    with step_log("process", batch_id=batch_id, shard=shard) as log:
        with context.warehouse.transaction() as transaction:
            batch = ledger.batch_of(transaction, batch_id)
            loaded_shard = Shard(context, batch, shard, settings_by_day(transaction, batch.organization_inn))
            product = implementation_of(batch.product)
            log |= {"inn": batch.organization_inn, "product": batch.product}
            transaction.run("shard_lock", batch_id=batch_id, shard=shard)
            transaction.run("stage_clear", batch_id=batch_id, shard=shard)
            done = ShardResult()
            now = context.now()
            failed: Failed = {}

            def staged(pages: list[StoredPage]) -> Chunk:
                chunk = product.work(pages, loaded_shard, now, kept)
                stage(transaction, batch_id, shard, chunk)
                return chunk

            for chunk_pages in pages_by_assignment(
                transaction, batch_id, shard, states=("read",), chunk_bytes=context.chunk_bytes
            ):
                for pages in product.parts(chunk_pages):
                    for chunk in by_register(transaction, pages, staged, failed):
                        done.shifts += len(chunk.shifts)
                        done.orders += len(chunk.orders)
                        done.rejects += len(chunk.rejects)
                        done.gates.add(chunk.verdicts)
            mark_failed(transaction, batch_id, failed)
            transaction.run("publish_quarantine", batch_id=batch_id, steps=STAGED_STEPS)
            done.gates.keep(transaction, batch_id, shard)
            transaction.run(
                "shard_staged",
                batch_id=batch_id,
                shard=shard,
                state=done.gates.state,
                shifts=done.shifts,
                orders=done.orders,
                rejects=done.rejects,
                reason=done.gates.stopped or None,
            )
        log.update(shifts=done.shifts, orders=done.orders, rejects=done.rejects, failed=len(failed))
        return done


def stage(transaction: Transaction, batch_id: int, shard: int, chunk: Chunk) -> None:
    """Copy a chunk of rows into the stage."""
    is_of_tills = "cashbox_id" in chunk.shifts
    shifts = ("till_shift", TILL_SHIFTS) if is_of_tills else ("shift", SHIFTS)
    _stage(transaction, batch_id, shard, chunk.shifts, *shifts)
    _stage(transaction, batch_id, shard, chunk.orders, "cash_order", ORDERS)
    _stage(transaction, batch_id, shard, chunk.documents, "market_document", DOCUMENTS)
    _stage(transaction, batch_id, shard, chunk.lines, "market_document_line", DOCUMENT_LINES)
    _stage(transaction, batch_id, shard, chunk.rejects, "reject", REJECTS, "step")


def _stage(
    transaction: Transaction, batch_id: int, shard: int, frame: pd.DataFrame, table: str, schema: Schema, *more: str
) -> None:
    place = {"batch_id": batch_id, "shard": shard}
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in _DAYS if name in schema.columns}
    copy_frame(transaction, frame.assign(**place, **days), "stage", table, [*place, *schema.columns, *more])
