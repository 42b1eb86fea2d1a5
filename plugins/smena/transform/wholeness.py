"""Are a shift's totals whole? Only then may they stand for its receipts (DOMAIN 2)."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from smena.transform.frames import MONEY, SHIFT_KEY, VAT

BELIEVABLE = (pd.Timestamp("2016-01-01"), pd.Timestamp("2100-01-01"))
"""Between these a time of an online register may lie; what lies outside is not asked for, and fails the checks."""

LONGEST_SHIFT = timedelta(days=31)
"""How far before its end a shift is looked for whose beginning is not known."""

_ENTRY = ["kkt_reg_id", "shift_number", "closed_at"]
_VAT = [column for pair in VAT.values() for column in pair]


def closed_through(z_reports: pd.DataFrame, last_day: date, latest: pd.Timestamp | None = None) -> pd.DataFrame:
    """The z-reports of a batch that ends on `last_day`; those whose time is not known are among them.

    A period that is read by time of receipt may tell of later days too: a later batch asks for them. None will for
    those after `latest`, which no register's clock can show yet: they are among these, to be rejected.
    """
    later = z_reports["closed_at"] >= pd.Timestamp(last_day + timedelta(days=1))
    if latest is not None:
        later &= z_reports["closed_at"] <= latest
    return z_reports[~later]


def whole_totals(z_reports: pd.DataFrame, shift_totals: pd.DataFrame) -> pd.DataFrame:
    """For each z-report (same index): its sums, where one by-shifts entry is provably its own and whole.

    An entry is whole where both its ends were inside the window, its receipts are as many as the z-report says, and no
    totals by day speak against it. Two different entries for one shift prove nothing; where they differ in VAT alone,
    only the VAT is not known. Columns: whole, beyond (it tells of more receipts than the z-report), opened_at,
    totals_page_id, the six sums and the columns of VAT; missing where there is no entry.
    """
    entries = shift_totals[shift_totals["opened_at"].notna() & shift_totals["closed_at"].notna()]
    entries = entries.drop_duplicates([column for column in entries if column != "page_id"])
    facts = [column for column in entries if column not in ("page_id", *_VAT)]
    # What is left of equal facts differs in VAT.
    vat_differs = entries.duplicated(facts, keep=False)
    if vat_differs.any():
        entries = entries.assign(**{name: entries[name].mask(vat_differs) for name in _VAT}).drop_duplicates(facts)
    entries = entries[~entries.duplicated(_ENTRY, keep=False)]
    found = z_reports[[*_ENTRY, "receipts_quantity"]].merge(
        entries.rename(columns={"page_id": "totals_page_id"}), on=_ENTRY, how="left", validate="many_to_one"
    )
    found.index = z_reports.index
    # A register cannot close two shifts of one number at one moment; if two are told, neither is proved.
    unconfirmed = ~z_reports.duplicated(_ENTRY, keep=False)
    whole = (found["receipts"] == found["receipts_quantity"]).fillna(value=False).astype(bool) & unconfirmed
    whole &= ~found["is_unconfirmed"].fillna(value=False).astype(bool)
    beyond = (found["receipts"] > found["receipts_quantity"]).fillna(value=False).astype(bool) & unconfirmed
    return found[["opened_at", "totals_page_id", *MONEY, *_VAT]].assign(whole=whole, beyond=beyond)


def lacks_vat(totals: pd.DataFrame) -> pd.Series:
    """Whether an operation of each shift (rows of `whole_totals`) has cash of which the VAT is not known.

    Without totals it is not known what there is to lack: false.
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
    """Shifts whose receipts must be read: those without whole totals, or all where `detail` is `receipts`.

    Where `openings` (OPENINGS) are given, those too whose opening is not among them, or not when the totals tell: it
    comes with the receipts once more. Where `vat` is `exact`, those too of whose cash the totals do not tell the VAT;
    `only_for_vat` is true where that is the only reason.

    A shift begins not before the one with the number before it, in the same drive, has ended. Columns page_id,
    kkt_reg_id, fiscal_drive_number, shift_number, opened_at (not before it; may be missing), closed_at, received_at,
    only_for_vat.
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
    """Whether each shift (same index) was opened at this moment by its opening report too."""
    reported = openings.drop_duplicates(SHIFT_KEY).set_index(SHIFT_KEY)["opened_at"]
    of_shift = reported.reindex(pd.MultiIndex.from_frame(z_reports[SHIFT_KEY])).set_axis(z_reports.index)
    return of_shift == opened_at


def without_z_report(z_reports: pd.DataFrame, shift_totals: pd.DataFrame) -> pd.DataFrame:
    """Closed shifts that the totals tell of (SHIFT_TOTALS) and no z-report does: their z-reports did not come."""
    closed = shift_totals[shift_totals["closed_at"].notna()]
    known = pd.MultiIndex.from_frame(z_reports[_ENTRY])
    missing = closed[~pd.MultiIndex.from_frame(closed[_ENTRY]).isin(known)]
    return missing.drop_duplicates(_ENTRY)


def not_closed(shift_totals: pd.DataFrame, z_reports: pd.DataFrame) -> pd.DataFrame:
    """Shifts of the totals (SHIFT_TOTALS) that have no closing and no z-report: they are open.

    A z-report closes the shift of its number that was opened before it, and not longer ago than `LONGEST_SHIFT`. The
    opening may be missing where it lies before the window.
    """
    unclosed = shift_totals[shift_totals["closed_at"].isna()].reset_index(names="row")
    place = ["kkt_reg_id", "shift_number"]
    found = unclosed[["row", *place, "opened_at"]].merge(z_reports[[*place, "closed_at"]], on=place)
    opened = found["opened_at"].fillna(found["closed_at"])
    closing = (opened <= found["closed_at"]) & (found["closed_at"] - opened <= LONGEST_SHIFT)
    still_open = unclosed[~unclosed["row"].isin(found.loc[closing, "row"])]
    return still_open.drop(columns="row").drop_duplicates([*place, "opened_at"])
