"""Step 2: read, transform and check the evidence of a shard, and stage what came of it. No network, no judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pandas as pd

from smena.integration.organizations import settings_by_day
from smena.model.organization import SettingsInForce
from smena.model.reasons import Reason
from smena.pipeline.border import Failed, by_register, mark_failed
from smena.pipeline.gates import Gates
from smena.pipeline.log import step_log
from smena.pipeline.reading import read_pages
from smena.pipeline.road import Road
from smena.planning.spoiled import MISSING, OPEN
from smena.quality import Verdict, check_orders, check_receipts, check_shifts, check_z_reports
from smena.quality.z_reports import CLOCK_AHEAD
from smena.transform.by_settings import by_settings
from smena.transform.duplicates import as_rejects
from smena.transform.frames import ORDERS, REJECTS, SHIFT_KEY, SHIFTS
from smena.transform.shifts import make_shifts
from smena.transform.wholeness import closed_through, not_closed, without_z_report
from smena.warehouse import ledger
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage, pages_by_assignment

STAGED_STEPS = ["extract", "read", "check", "transform"]


@dataclass
class Processed:
    """What a shard has staged, and what the gates said of it."""

    shifts: int = 0
    orders: int = 0
    rejects: int = 0
    gates: Gates = field(default_factory=Gates)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What came of some pages: rows to publish, rows for quarantine (with their `step`), results of the gates.

    Shifts whose z-report did not come (MISSING) and shifts that are open (OPEN) are among the rejects until publish
    knows what the warehouse has of them.
    """

    shifts: pd.DataFrame
    orders: pd.DataFrame
    rejects: pd.DataFrame
    verdicts: tuple[Verdict, ...]


def process(road: Road, batch_id: int, shard: int) -> Processed:
    """Stages a shard anew, in one transaction. Memory is bounded by `road.chunk_bytes`, not by the shard.

    A register whose answers cannot be worked on, for whatever reason, is marked as failed and costs the others nothing.
    """
    with step_log("process", batch_id=batch_id, shard=shard) as told:
        with road.warehouse.transaction() as transaction:
            batch = ledger.batch_of(transaction, batch_id)
            settings = settings_by_day(transaction, batch.organization_inn)
            told |= {"inn": batch.organization_inn, "product": batch.product}
            transaction.run("shard_lock", batch_id=batch_id, shard=shard)
            transaction.run("stage_clear", batch_id=batch_id, shard=shard)
            done = Processed()
            now_utc = road.now().astimezone(UTC).replace(tzinfo=None)
            failed: Failed = {}

            def staged(pages: list[StoredPage]) -> Chunk:
                chunk = work(pages, batch, settings, now_utc)
                stage(transaction, batch_id, shard, chunk)
                return chunk

            for pages in pages_by_assignment(
                transaction, batch_id, shard, states=("read",), chunk_bytes=road.chunk_bytes
            ):
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
        told.update(shifts=done.shifts, orders=done.orders, rejects=done.rejects, failed=len(failed))
        return done


def work(pages: list[StoredPage], batch: Batch, settings: Sequence[SettingsInForce], now_utc: datetime) -> Chunk:
    """Pages into rows to publish: pure, but for the checks' own library. `now_utc` is naive.

    `settings` cover each day once: a shift is booked by those of the day of its closing.
    """
    documents, totals, broken_totals = read_pages(pages, now_utc + CLOCK_AHEAD)
    first_day, last_day = batch.first_day, batch.last_day + timedelta(days=1)
    missing = without_z_report(documents.z_reports, totals)
    missing = missing[missing["closed_at"].between(pd.Timestamp(first_day), pd.Timestamp(last_day), inclusive="left")]
    still_open = not_closed(totals, pd.concat([documents.z_reports, documents.outside])).drop(columns="closed_at")
    z_reports = closed_through(documents.z_reports, batch.last_day, pd.Timestamp(now_utc) + CLOCK_AHEAD)
    before = check_z_reports(
        z_reports,
        documents.openings,
        missing,
        organization_inn=batch.organization_inn,
        now_utc=now_utc,
    )
    z_reports = z_reports.drop(index=before.bad.index)
    of_receipts = check_receipts(
        documents.receipts,
        documents.vat_lines,
        documents.openings,
        z_reports,
        organization_inn=batch.organization_inn,
    )
    bad_receipts = _as_rejects_by_kind(of_receipts.bad)
    readable = documents.receipts.drop(index=of_receipts.bad.index)
    unread = pd.concat([documents.rejects, bad_receipts], ignore_index=True) if len(bad_receipts) else documents.rejects
    made = []
    after = []
    for in_force, reports in by_settings(z_reports, settings):
        organization = in_force.organization
        part = make_shifts(
            reports,
            documents.openings,
            totals,
            readable,
            documents.vat_lines,
            unread,
            detail=organization.detail,
            date_policy=organization.date_policy,
            refunds=organization.refunds,
            keeps_cash_documents=organization.keeps_cash_documents,
            accounts=in_force.accounts,
            corrections=organization.corrections,
            vat=organization.vat_wanted,
        )
        made.append(part)
        after.append(check_orders(part[1], part[0], date_policy=organization.date_policy))
    shifts, orders, unfit = (pd.concat(frames, ignore_index=True) for frames in zip(*made, strict=True))
    # Every part was given the same receipts.
    unfit = unfit.drop_duplicates(ignore_index=True)
    of_shifts = check_shifts(shifts)
    bad_orders = pd.concat([verdict.bad for verdict in after], ignore_index=True)
    if len(bad_orders):
        bad_keys = pd.MultiIndex.from_frame(bad_orders[SHIFT_KEY])
        orders = orders[~pd.MultiIndex.from_frame(orders[SHIFT_KEY]).isin(bad_keys)]
        shifts = shifts[~pd.MultiIndex.from_frame(shifts[SHIFT_KEY]).isin(bad_keys)]
    rejects = [
        documents.rejects.assign(step="read"),
        broken_totals.assign(step="read"),
        unfit.assign(step="transform"),
        as_rejects(before.bad, "closeShift", before.bad["reason"]).assign(step="check"),
        bad_receipts.assign(step="check"),
        as_rejects(bad_orders, "closeShift", bad_orders["reason"]).assign(step="check"),
        as_rejects(missing, MISSING, Reason.REPORT_MISSING).assign(step="match"),
        as_rejects(still_open, OPEN, Reason.SHIFT_OPEN).assign(step="match"),
    ]
    verdicts = (before, of_receipts, of_shifts, *after)
    return Chunk(shifts, orders, pd.concat([frame for frame in rejects if len(frame)] or rejects[:1]), verdicts)


def _as_rejects_by_kind(bad: pd.DataFrame) -> pd.DataFrame:
    """Bad receipts as rejects, each under the kind of document that it is."""
    parts = [as_rejects(rows, str(kind), rows["reason"]) for kind, rows in bad.groupby("kind")]
    return pd.concat(parts, ignore_index=True) if parts else REJECTS.empty()


def stage(transaction: Transaction, batch_id: int, shard: int, chunk: Chunk) -> None:
    """Copies what came of some pages into the stage."""
    place = {"batch_id": batch_id, "shard": shard}
    dated = {"order_day": chunk.shifts["order_day"].dt.strftime("%Y-%m-%d")}
    copy_frame(transaction, chunk.shifts.assign(**place, **dated), "stage", "shift", [*place, *SHIFTS.columns])
    days = {"day": chunk.orders["day"].dt.strftime("%Y-%m-%d")}
    copy_frame(transaction, chunk.orders.assign(**place, **days), "stage", "cash_order", [*place, *ORDERS.columns])
    columns = [*place, *REJECTS.columns, "step"]
    days = {"day": chunk.rejects["day"].dt.strftime("%Y-%m-%d")}
    copy_frame(transaction, chunk.rejects.assign(**place, **days), "stage", "reject", columns)
