"""Decides whether a shift's totals are whole. Only then may they replace its receipts (DOMAIN 2)."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from smena.transform.frames import MONEY, SHIFT_KEY, VAT

BELIEVABLE = (pd.Timestamp("2016-01-01"), pd.Timestamp("2100-01-01"))
"""The bounds of a possible time of an online register. Shifts outside are not requested, and fail the checks."""

LONGEST_SHIFT = timedelta(days=31)
"""How far before its end a shift with an unknown opening is looked for."""

_ENTRY = ["kkt_reg_id", "shift_number", "closed_at"]
_VAT = [column for pair in VAT.values() for column in pair]


def closed_through(z_reports: pd.DataFrame, last_day: date, latest: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the z-reports of a batch that ends on `last_day`, including those with an unknown time.

    A period by time of receipt may hold z-reports of later days, which a later batch requests. No batch requests those
    after `latest`, the latest time that a register's clock can show, so they are included, to be rejected.
    """
    later = z_reports["closed_at"] >= pd.Timestamp(last_day + timedelta(days=1))
    if latest is not None:
        later &= z_reports["closed_at"] <= latest
    return z_reports[~later]


def whole_totals(z_reports: pd.DataFrame, shift_totals: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of each z-report (same index) from the by-shifts entry that is provably its own and whole.

    An entry is whole if both its ends are inside the window, it has as many receipts as the z-report, and no totals by
    day contradict it. Two different entries for one shift prove nothing; if they differ in VAT alone, only the VAT is
    unknown. Columns: whole, beyond (the entry has more receipts than the z-report), opened_at, totals_page_id, the six
    sums and the columns of VAT; missing where there is no entry.
    """
    entries = shift_totals[shift_totals["opened_at"].notna() & shift_totals["closed_at"].notna()]
    entries = entries.drop_duplicates([column for column in entries if column != "page_id"])
    facts = [column for column in entries if column not in ("page_id", *_VAT)]
    # Entries that are left with equal facts differ in VAT.
    vat_differs = entries.duplicated(facts, keep=False)
    if vat_differs.any():
        entries = entries.assign(**{name: entries[name].mask(vat_differs) for name in _VAT}).drop_duplicates(facts)
    entries = entries[~entries.duplicated(_ENTRY, keep=False)]
    found = z_reports[[*_ENTRY, "receipts_quantity"]].merge(
        entries.rename(columns={"page_id": "totals_page_id"}), on=_ENTRY, how="left", validate="many_to_one"
    )
    found.index = z_reports.index
    # A register cannot close two shifts of one number at one moment; if two are reported, neither is proved.
    unconfirmed = ~z_reports.duplicated(_ENTRY, keep=False)
    whole = (found["receipts"] == found["receipts_quantity"]).fillna(value=False).astype(bool) & unconfirmed
    whole &= ~found["is_unconfirmed"].fillna(value=False).astype(bool)
    beyond = (found["receipts"] > found["receipts_quantity"]).fillna(value=False).astype(bool) & unconfirmed
    return found[["opened_at", "totals_page_id", *MONEY, *_VAT]].assign(whole=whole, beyond=beyond)


def lacks_vat(totals: pd.DataFrame) -> pd.Series:
    """Return whether an operation of each shift (rows of `whole_totals`) has cash with unknown VAT.

    False for a shift without totals: its receipts are read anyway.
    """
    lacks = pd.Series(data=False, index=totals.index)
    for name, (vat, _) in VAT.items():
        lacks |= (totals[name] > 0).fillna(value=False).astype(bool) & totals[vat].isna()
    return lacks


def shifts_needing_receipts(
    z_reports: pd.DataFrame,
    shift_totals: pd.DataFrame,
    detail: str,
    openings: pd.DataFrame | None = None,
    vat: str = "totals",
) -> pd.DataFrame:
    """Return shifts whose receipts must be read: those without whole totals, or all where `detail` is `receipts`.

    If `openings` (OPENINGS) are given, also those without an opening report, or with one that disagrees with the
    totals, because opening reports come again with the receipts. If `vat` is `exact`, also those for whose cash the
    totals do not give the VAT; `only_for_vat` is true where that is the only reason.

    Columns page_id, kkt_reg_id, fiscal_drive_number, shift_number, opened_at, closed_at, received_at, only_for_vat.
    `opened_at` is that of the totals, else the closing of the shift numbered before it in the same drive, which the
    shift cannot precede; it may be missing.
    """
    reported = whole_totals(z_reports, shift_totals)
    in_order = z_reports.sort_values([*SHIFT_KEY, "closed_at"])
    before = in_order.groupby("fiscal_drive_number")[["shift_number", "closed_at"]].shift()
    neighbours = (before["shift_number"] + 1 == in_order["shift_number"]).fillna(value=False)
    ended_before = before["closed_at"].where(neighbours & (before["closed_at"] <= in_order["closed_at"]))
    columns = ["page_id", "kkt_reg_id", *SHIFT_KEY, "closed_at", "received_at"]
    shifts = z_reports[columns].assign(opened_at=reported["opened_at"].fillna(ended_before))
    believable = shifts["closed_at"].between(*BELIEVABLE)
    shifts["received_at"] = shifts["received_at"].where(shifts["received_at"].between(*BELIEVABLE))
    whole = (
        reported["whole"]
        if openings is None
        else reported["whole"] & reported_alike(reported["opened_at"], z_reports, openings)
    )
    needed = (detail == "receipts") | ~whole
    shifts["only_for_vat"] = ~needed & lacks_vat(reported) & (vat == "exact")
    needed = believable & (needed | shifts["only_for_vat"])
    return shifts[needed & (z_reports["receipts_quantity"] > 0).fillna(value=True)]


def reported_alike(opened_at: pd.Series, z_reports: pd.DataFrame, openings: pd.DataFrame) -> pd.Series:
    """Return whether the opening report of each shift has this time of opening too (same index)."""
    reported = openings.drop_duplicates(SHIFT_KEY).set_index(SHIFT_KEY)["opened_at"]
    of_shift = reported.reindex(pd.MultiIndex.from_frame(z_reports[SHIFT_KEY])).set_axis(z_reports.index)
    return of_shift == opened_at


def without_z_report(z_reports: pd.DataFrame, shift_totals: pd.DataFrame) -> pd.DataFrame:
    """Return closed shifts of the totals (SHIFT_TOTALS) whose z-reports are missing."""
    closed = shift_totals[shift_totals["closed_at"].notna()]
    known = pd.MultiIndex.from_frame(z_reports[_ENTRY])
    missing = closed[~pd.MultiIndex.from_frame(closed[_ENTRY]).isin(known)]
    return missing.drop_duplicates(_ENTRY)


def not_closed(shift_totals: pd.DataFrame, z_reports: pd.DataFrame) -> pd.DataFrame:
    """Return shifts of the totals (SHIFT_TOTALS) that have no closing and no z-report, so they are open.

    A z-report closes the shift of its number that was opened before it, at most `LONGEST_SHIFT` earlier. The opening
    may be missing where it lies before the window.
    """
    unclosed = shift_totals[shift_totals["closed_at"].isna()].reset_index(names="row")
    place = ["kkt_reg_id", "shift_number"]
    found = unclosed[["row", *place, "opened_at"]].merge(z_reports[[*place, "closed_at"]], on=place)
    opened = found["opened_at"].fillna(found["closed_at"])
    closing = (opened <= found["closed_at"]) & (found["closed_at"] - opened <= LONGEST_SHIFT)
    still_open = unclosed[~unclosed["row"].isin(found.loc[closing, "row"])]
    return still_open.drop(columns="row").drop_duplicates([*place, "opened_at"])
