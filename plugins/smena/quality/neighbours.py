"""Compares a z-report with its neighbours: the opening of its shift, the reports around it, the totals by shift.

Each function returns a series with the index of the z-reports (`Z_REPORTS`). A report without neighbours passes.
"""

from __future__ import annotations

import pandas as pd

from smena.transform.frames import SHIFT_KEY

NEAR = pd.Timedelta(days=2)
"""Two closings of one shift number within this time are one shift, because numbers do not start again daily."""


def counted_from(z_reports: pd.DataFrame, openings: pd.DataFrame | None) -> pd.Series:
    """Return how many documents a shift has by the ФД numbers of its two reports (R3); missing without an opening."""
    if openings is None or openings.empty:
        return pd.Series(pd.NA, index=z_reports.index, dtype="Int64")
    first = openings.drop_duplicates(SHIFT_KEY).set_index(SHIFT_KEY)["fiscal_document_number"]
    opened = first.reindex(pd.MultiIndex.from_frame(z_reports[SHIFT_KEY])).set_axis(z_reports.index)
    return (z_reports["fiscal_document_number"] - opened + 1).astype("Int64")


def drive_of_neighbour(z_reports: pd.DataFrame) -> pd.Series:
    """Return the ФН that a report should have by its register's neighbours (R8); its own where nothing contradicts it.

    A new drive begins with shift 1. Where a shift's number continues that of another drive, the ФН of one of the two is
    wrong: that of the drive with fewer reports, or both where they have equally many.
    """
    registers = z_reports[["kkt_reg_id", "fiscal_drive_number"]].drop_duplicates()
    changed = registers.loc[registers["kkt_reg_id"].duplicated(keep=False), "kkt_reg_id"]
    found = z_reports["fiscal_drive_number"].astype("string")
    if changed.empty:
        return found
    of_changed = z_reports["kkt_reg_id"].isin(changed)
    # Most registers have one drive, so only registers with several are sorted.
    return found.mask(of_changed, _drive_of_neighbour(z_reports[of_changed]))


def _drive_of_neighbour(z_reports: pd.DataFrame) -> pd.Series:
    """`drive_of_neighbour` for registers that report several drives."""
    in_order = z_reports[["kkt_reg_id", *SHIFT_KEY, "closed_at"]].sort_values(["kkt_reg_id", "closed_at"])
    of_register = in_order.groupby("kkt_reg_id")
    listed = in_order.groupby(["kkt_reg_id", "fiscal_drive_number"])["shift_number"].transform("size")
    found = in_order["fiscal_drive_number"].copy()
    for way in (1, -1):
        near = of_register[SHIFT_KEY].shift(way).assign(listed=listed.groupby(in_order["kkt_reg_id"]).shift(way))
        other_drive = (
            (near["fiscal_drive_number"] != in_order["fiscal_drive_number"])
            & (near["shift_number"] + way == in_order["shift_number"])
            & (listed <= near["listed"])
        )
        found = found.mask(other_drive.fillna(value=False).astype(bool), near["fiscal_drive_number"])
    return found.reindex(z_reports.index).astype("string")


def fits_between(z_reports: pd.DataFrame) -> pd.Series:
    """Return 1 where a report's ФД number leaves room for its documents beside its neighbours (R3), else missing.

    Where two reports are too close, the wrong one is the report whose distance to its other neighbour is wrong too, or
    that has no other neighbour while the distance of the other one is right. If both other distances are right, it is
    the later report, whose count of documents is wrong. Otherwise both are.
    """
    in_order = z_reports[[*SHIFT_KEY, "fiscal_document_number", "documents_quantity"]].sort_values(SHIFT_KEY)
    before = in_order.shift()
    follows = (before["fiscal_drive_number"] == in_order["fiscal_drive_number"]) & (
        before["shift_number"] + 1 == in_order["shift_number"]
    )
    room = (
        in_order["fiscal_document_number"] - before["fiscal_document_number"] - in_order["documents_quantity"]
    ).where(follows.to_numpy(dtype=bool, na_value=False))
    tight = (room < 0).fillna(value=False).astype(bool)
    if not tight.any():
        return pd.Series(1, index=z_reports.index, dtype="Int64")
    of_drive = room.groupby(in_order["fiscal_drive_number"])
    room_after, room_before = of_drive.shift(-1), of_drive.shift()
    late = tight & _is_worse(room_after, room_before)
    early = tight & _is_worse(room_before, room_after)
    neither = tight & ~late & ~early
    # Where both numbers are right by their other neighbours, the shift's own count of documents is wrong.
    miscounted = neither & ((room_after == 0) & (room_before == 0)).fillna(value=False).astype(bool)
    drive = in_order["fiscal_drive_number"]
    bad = late | neither | (early | (neither & ~miscounted)).groupby(drive).shift(-1, fill_value=False)
    return pd.Series(1, index=in_order.index, dtype="Int64").mask(bad).reindex(z_reports.index)


def _is_worse(room: pd.Series, room_of_other: pd.Series) -> pd.Series:
    """Whether a report's other distance is wrong, or is unknown where its neighbour's is right."""
    worse = (room != 0).fillna(value=False) | (room.isna() & (room_of_other == 0).fillna(value=False))
    return worse.astype(bool)


def reported_close(z_reports: pd.DataFrame, strangers: pd.DataFrame | None) -> pd.Series:
    """Return the closing time in totals by shift, from an entry without a report that this report may belong to."""
    if strangers is None or strangers.empty:
        return pd.Series(pd.NaT, index=z_reports.index, dtype="datetime64[us]")
    register = ["kkt_reg_id", "shift_number"]
    rows = z_reports[[*register, "closed_at"]].reset_index(names="row")
    near = rows.merge(strangers[[*register, "closed_at"]], on=register, suffixes=("", "_reported"))
    near = near[(near["closed_at"] - near["closed_at_reported"]).abs() <= NEAR].drop_duplicates("row")
    return near.set_index("row")["closed_at_reported"].reindex(z_reports.index).astype("datetime64[us]")
