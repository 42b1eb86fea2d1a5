"""What a load of days that are not over requests from an operator, and which of its shifts it may book (ADR 0027).

It books a shift only if the load of the next morning, which reads the same documents again, cannot make another order
of it. Everything else is left to that load, without a word: on a day that is not over, absence means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

import pandas as pd

from smena.model.organization import SettingsInForce
from smena.model.outcome import Outcome
from smena.transform.by_settings import by_settings
from smena.transform.frames import SHIFT_KEY
from smena.transform.numbering import closings_of
from smena.transform.reading import FiscalFrames
from smena.transform.shifts import make_shifts
from smena.transform.wholeness import whole_totals
from smena.warehouse.database import Warehouse

Closings = frozenset[tuple[str, int]]
"""Closed shifts: ФН and shift number."""


def published_closings(warehouse: Warehouse, inn: str, first_day: date) -> dict[str, Closings]:
    """Return, by register, the shifts in the books that were closed on `first_day` or later, with their sums."""
    known: dict[str, set[tuple[str, int]]] = {}
    first_moment = datetime.combine(first_day, time.min)
    for row in warehouse.rows("same_day_known", inn=inn, first_moment=first_moment):
        known.setdefault(row["kkt_reg_id"], set()).add((row["fiscal_drive_number"], row["shift_number"]))
    return {register: frozenset(shifts) for register, shifts in known.items()}


def has_new_closing(bodies: Iterable[bytes], first_day: date, known: Closings) -> bool:
    """Return whether pages of by-period have a z-report of `first_day` or later that is not known, or is not readable.

    Without one there is nothing to book, so the totals are not requested.
    """
    found = closings_of(bodies, first_day)
    return found is None or bool(found - known)


def bookable_today(
    z_reports: pd.DataFrame, documents: FiscalFrames, totals: pd.DataFrame, settings: Sequence[SettingsInForce]
) -> pd.DataFrame:
    """Return the z-reports whose shifts may be booked now: those that the next morning cannot make other orders of.

    Where orders come from totals, these must be whole. While the register sells, totals can be behind its z-report or
    contradict each other. The receipts would be whole, but would make other orders (by tax system and agent, with VAT)
    than the totals that the next morning finds.
    """
    kept = [z_reports.head(0)]
    dated = z_reports[z_reports["closed_at"].notna()]
    for in_force, reports in by_settings(dated, settings):
        organization = in_force.organization
        if organization.detail == "totals":
            reports = reports[whole_totals(reports, totals)["whole"].to_numpy(dtype=bool)]
        shifts, orders, _ = make_shifts(
            reports,
            documents.openings,
            totals,
            documents.receipts,
            documents.vat_lines,
            documents.rejects,
            detail=organization.detail,
            date_policy=organization.date_policy,
            refunds=organization.refunds,
            keeps_cash_documents=organization.keeps_cash_documents,
            accounts=in_force.accounts,
            corrections=organization.corrections,
            vat=organization.vat_wanted,
        )
        is_whole = (shifts["outcome"] != Outcome.INCOMPLETE).astype(bool)
        if organization.vat_wanted == "exact":
            # The VAT that its totals do not give may still come with its receipts.
            without_vat = pd.MultiIndex.from_frame(orders.loc[orders["vat"].isna(), SHIFT_KEY])
            lacks_vat = pd.MultiIndex.from_frame(shifts[SHIFT_KEY]).isin(without_vat)
            is_whole &= ~((shifts["detail"] == "totals").fillna(value=False).astype(bool) & lacks_vat)
        # `make_shifts` keeps the order of the reports.
        kept.append(reports[is_whole.to_numpy(dtype=bool)])
    return pd.concat(kept)
