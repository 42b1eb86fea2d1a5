"""What a load of days that are not over requests from an operator, and which of its shifts it may book (ADR 0027).

It books a shift only if the load of the next morning, which reads the same documents again, cannot make another order
of it. Everything else is left to that load, without a word: on a day that is not over, absence means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import pandas as pd

from smena.model.organization import Organization
from smena.model.outcome import Outcome
from smena.transform.frames import SHIFT_KEY
from smena.transform.numbering import closings_of
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


def with_whole_totals(z_reports: pd.DataFrame, totals: pd.DataFrame, organization: Organization) -> pd.DataFrame:
    """Return the z-reports that may be booked now: where orders come from totals, those whose totals are whole.

    While the register sells, totals can be behind its z-report or contradict each other. The receipts would be whole,
    but would make other orders (by tax system and agent, with VAT) than the totals that the next morning finds.
    """
    if organization.detail != "totals":
        return z_reports
    return z_reports[whole_totals(z_reports, totals)["whole"].to_numpy(dtype=bool)]


def without_unfinished(
    shifts: pd.DataFrame, orders: pd.DataFrame, rejects: pd.DataFrame, organization: Organization
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what `make_shifts` made, without shifts that lack sums, or VAT that their receipts may still give."""
    waits = shifts["outcome"] == Outcome.INCOMPLETE
    if organization.vat_wanted == "exact":
        without_vat = pd.MultiIndex.from_frame(orders.loc[orders["vat"].isna(), SHIFT_KEY])
        waits |= (shifts["detail"] == "totals") & pd.MultiIndex.from_frame(shifts[SHIFT_KEY]).isin(without_vat)
    waits = waits.astype(bool)
    left = pd.MultiIndex.from_frame(shifts.loc[waits, SHIFT_KEY])
    return shifts[~waits], orders[~pd.MultiIndex.from_frame(orders[SHIFT_KEY]).isin(left)], rejects
