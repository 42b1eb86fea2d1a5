"""The receipts to read: periods that cover every shift whose totals are not whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from smena.loading.by_register import Failed, by_register
from smena.loading.ofd.reading import read_pages
from smena.runtime.product import Shard
from smena.transform.by_settings import by_settings
from smena.transform.decoded import Decoded
from smena.transform.frames import SHIFT_KEY
from smena.transform.wholeness import LONGEST_SHIFT, closed_through, shifts_needing_receipts
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage, pages_by_assignment

Period = tuple[datetime, datetime]

CLOCKS_APART = timedelta(hours=14)
"""How far a register's clock and the operator's may differ, in case the operator reads periods by its own."""


def receipt_periods(of: Shard, failed: Failed, decoded: Decoded) -> dict[tuple[str, date], list[Period]]:
    """Return, by register and first day of its assignment, the periods to read; periods that touch are merged.

    A shift that is published with its receipts is not read again, unless a person asked for its days. Nor is a booked
    shift read for its VAT alone: a booked order is revised only if its source changed. Assignments whose answers
    cannot be processed are added to `failed`. Decoded pages are kept in `decoded`.
    """
    needed: dict[tuple[str, date], list[Period]] = {}
    context = of.context
    with context.warehouse.transaction() as transaction:
        for chunk in pages_by_assignment(
            transaction, of.batch.batch_id, of.shard, states=("listed",), chunk_bytes=context.chunk_bytes
        ):
            for periods in by_register(
                transaction, chunk, lambda pages: _needed(of, transaction, pages, decoded), failed
            ):
                needed |= periods
    return needed


def _needed(
    of: Shard, transaction: Transaction, pages: list[StoredPage], decoded: Decoded
) -> dict[tuple[str, date], list[Period]]:
    batch = of.batch
    frames, totals, _ = read_pages(pages, of.context.latest_local_time(), decoded.keep)
    z_reports = closed_through(frames.z_reports, batch.last_day)
    needing = []
    # A z-report without a time of closing has no day, and fails the checks: its receipts are not requested.
    for in_force, reports in by_settings(z_reports[z_reports["closed_at"].notna()], of.settings):
        organization = in_force.organization
        openings = frames.openings if organization.date_policy == "shift_open" else None
        # A batch of detail `receipts` reads all receipts: its totals have no cross-check by day.
        detail = organization.detail if batch.detail == "totals" else batch.detail
        needing.append(shifts_needing_receipts(reports, totals, detail, openings, organization.vat_wanted))
    shifts = pd.concat(needing)
    if batch.is_same_day and batch.detail == "totals":
        # A shift without whole totals is left to the next load (see `today`).
        shifts = shifts[shifts["only_for_vat"].to_numpy(dtype=bool)]
    if batch.reason != "asked":
        shifts = _not_known(transaction, batch, shifts)
    first_day = {page.page_id: page.first_day for page in pages}
    return periods_of(shifts.assign(first_day=shifts["page_id"].map(first_day)))


def _not_known(transaction: Transaction, batch: Batch, shifts: pd.DataFrame) -> pd.DataFrame:
    """The shifts without those whose receipts are published, and without booked ones that need only VAT."""
    if shifts.empty:
        return shifts
    known = transaction.rows(
        "known_shifts",
        inn=batch.organization_inn,
        registers=sorted(shifts["kkt_reg_id"].unique()),
        first_moment=shifts["closed_at"].min().to_pydatetime(),
    )
    if not known:
        return shifts
    frame = pd.DataFrame(known)
    read, booked = (pd.MultiIndex.from_frame(frame.loc[frame[name], SHIFT_KEY]) for name in ("is_read", "is_booked"))
    keys = pd.MultiIndex.from_frame(shifts[SHIFT_KEY])
    is_known = keys.isin(read) | (keys.isin(booked) & shifts["only_for_vat"].to_numpy(dtype=bool))
    needed: pd.DataFrame = shifts[~is_known]
    return needed


def periods_of(shifts: pd.DataFrame) -> dict[tuple[str, date], list[Period]]:
    """Return, by register and first day, periods with every receipt of these shifts, by whichever clock they are read.

    A shift without a known opening counts as begun `LONGEST_SHIFT` before its end.

    Args:
        shifts: columns kkt_reg_id, first_day, opened_at (may be missing), closed_at, received_at (UTC, may be missing).
    """
    if shifts.empty:
        return {}
    first = shifts["opened_at"].fillna(shifts["closed_at"] - LONGEST_SHIFT) - CLOCKS_APART
    received = shifts["received_at"].fillna(shifts["closed_at"]) + CLOCKS_APART
    last = received.where(received > shifts["closed_at"], shifts["closed_at"])
    assignment = ["register", "first_day"]
    spans = pd.DataFrame(
        {"register": shifts["kkt_reg_id"], "first_day": shifts["first_day"], "first": first, "last": last}
    ).sort_values([*assignment, "first"], kind="stable")
    latest_end = spans.groupby(assignment)["last"].cummax().groupby([spans[name] for name in assignment]).shift()
    spans["period"] = (latest_end.isna() | (spans["first"] > latest_end)).cumsum()
    merged = spans.groupby([*assignment, "period"], sort=True).agg(first=("first", "min"), last=("last", "max"))
    periods: dict[tuple[str, date], list[Period]] = {}
    for (register, first_day, _), first_at, last_at in zip(merged.index, merged["first"], merged["last"], strict=True):
        period = (first_at.floor("s").to_pydatetime(), last_at.ceil("s").to_pydatetime())
        periods.setdefault((str(register), first_day), []).append(period)
    return periods
