"""An operator's answers read, checked and made into shifts and orders. No network, no decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from smena.loading.ofd.reading import read_pages
from smena.loading.ofd.today import bookable_today
from smena.model.organization import SettingsInForce
from smena.model.reasons import Reason
from smena.planning.uncoverable import MISSING, OPEN
from smena.quality import check_orders, check_receipts, check_shifts, check_z_reports
from smena.quality.z_reports import CLOCK_AHEAD
from smena.runtime.product import Chunk
from smena.transform.by_settings import by_settings
from smena.transform.decoded import Reader, decoded_now
from smena.transform.duplicates import as_rejects
from smena.transform.frames import REJECTS, SHIFT_KEY
from smena.transform.reading import FiscalFrames
from smena.transform.shifts import make_shifts
from smena.transform.wholeness import closed_through, not_closed, without_z_report
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage


def work(
    pages: list[StoredPage],
    batch: Batch,
    settings: Sequence[SettingsInForce],
    now_utc: datetime,
    reader: Reader = decoded_now,
) -> Chunk:
    """Return the rows to publish that pages of Kontur.OFD make. Pure. `now_utc` is naive.

    `settings` cover each day once: a shift is booked by those of the day of its closing. `reader` returns the contents
    of a page that was decoded before.
    """
    documents, totals, broken_totals = read_pages(pages, now_utc + CLOCK_AHEAD, reader)
    return make_chunk(documents, totals, broken_totals, batch, settings, now_utc)


def make_chunk(
    documents: FiscalFrames,
    totals: pd.DataFrame,
    broken_totals: pd.DataFrame,
    batch: Batch,
    settings: Sequence[SettingsInForce],
    now_utc: datetime,
) -> Chunk:
    """Return the rows to publish that documents of any operator's registers make.

    Args:
        documents: z-reports, openings, receipts and unreadable documents.
        totals: SHIFT_TOTALS of the same days and a margin before them.
        broken_totals: REJECTS of the totals.
        batch: the batch with the days to publish.
        settings: cover each day once.
        now_utc: the present moment, naive.
    """
    first_day, last_day = batch.first_day, batch.last_day + timedelta(days=1)
    missing = without_z_report(documents.z_reports, totals)
    missing = missing[missing["closed_at"].between(pd.Timestamp(first_day), pd.Timestamp(last_day), inclusive="left")]
    still_open = not_closed(totals, pd.concat([documents.z_reports, documents.outside])).drop(columns="closed_at")
    z_reports = closed_through(documents.z_reports, batch.last_day, pd.Timestamp(now_utc) + CLOCK_AHEAD)
    if batch.is_same_day:
        z_reports = bookable_today(z_reports, documents, totals, settings)
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
    shifts, orders, rejected = (pd.concat(frames, ignore_index=True) for frames in zip(*made, strict=True))
    # Every part was given the same receipts.
    rejected = rejected.drop_duplicates(ignore_index=True)
    of_shifts = check_shifts(shifts)
    bad_orders = pd.concat([verdict.bad for verdict in after], ignore_index=True)
    if len(bad_orders):
        bad_keys = pd.MultiIndex.from_frame(bad_orders[SHIFT_KEY])
        orders = orders[~pd.MultiIndex.from_frame(orders[SHIFT_KEY]).isin(bad_keys)]
        shifts = shifts[~pd.MultiIndex.from_frame(shifts[SHIFT_KEY]).isin(bad_keys)]
    rejects = [
        documents.rejects.assign(step="read"),
        broken_totals.assign(step="read"),
        rejected.assign(step="transform"),
        as_rejects(before.bad, "closeShift", before.bad["reason"]).assign(step="check"),
        bad_receipts.assign(step="check"),
        as_rejects(bad_orders, "closeShift", bad_orders["reason"]).assign(step="check"),
        as_rejects(missing, MISSING, Reason.REPORT_MISSING).assign(step="match"),
        as_rejects(still_open, OPEN, Reason.SHIFT_OPEN).assign(step="match"),
    ]
    if batch.is_same_day:
        # What is missing or not readable today may come, and is judged tomorrow.
        rejects = [frame[(frame["step"] == "check") & (frame["kind"] == "closeShift")] for frame in rejects]
    rejects = [frame for frame in rejects if len(frame)] or rejects[:1]
    verdicts = (before, of_receipts, of_shifts, *after)
    return Chunk(shifts, orders, pd.concat(rejects), verdicts)


def _as_rejects_by_kind(bad: pd.DataFrame) -> pd.DataFrame:
    """Rejected receipts as REJECTS, each under its kind of document."""
    parts = [as_rejects(rows, str(kind), rows["reason"]) for kind, rows in bad.groupby("kind", dropna=False)]
    return pd.concat(parts, ignore_index=True) if parts else REJECTS.empty()
