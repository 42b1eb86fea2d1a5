"""Reads responses of by-days into frames, and finds where they contradict the totals by shift (R5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from smena.contract.decoding import Undecodable, decode, is_empty
from smena.contract.ofd import DaysAnswer, DayTotals
from smena.transform.decoded import Reader, decoded_now
from smena.transform.frames import DAY_TOTALS, MONEY
from smena.transform.pages import Found, RawPage, reject, rejects_frame, unexpected, unreadable
from smena.transform.schema import MOMENT
from smena.transform.totals import columns_of_sums

FIGURES = ["receipts", *MONEY]
_WINDOW = ["kkt_reg_id", "first_day", "last_day"]


def read_day_totals(pages: Iterable[RawPage]) -> pd.DataFrame:
    """Return totals by day (DAY_TOTALS); none for an empty body. Raise Undecodable where a response cannot be read."""
    return _frame((page, _items(page)) for page in pages)


def read_days_of_windows(pages: Iterable[RawPage], reader: Reader = decoded_now) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return totals by day (DAY_TOTALS), and the responses that cannot be read (REJECTS), which cross-check nothing."""
    answers, rejects = [], []
    for page in pages:
        try:
            answers.append((page, reader(page, _items)))
        except Undecodable as error:
            rejects.append(reject(page, "byDays", unreadable(str(error)), page.body))
        except Exception as error:  # noqa: BLE001 - the border of a page
            rejects.append(unexpected(page, error, "byDays"))
    return _frame(answers), rejects_frame(rejects)


def unbalanced_days(shift_totals: pd.DataFrame, day_totals: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Return the days (kkt_reg_id, day) on which the two kinds of totals of one window cannot both be true.

    They are compared by spans of days whose ends no shift crosses, because a shift that straddles midnight has its
    receipts in two totals by day and in one total by shift. The result has all days of a span that does not agree, and
    days with totals on which no shift is reported. `asked` has the window of each register: kkt_reg_id, first_day,
    last_day.
    """
    window = asked.set_index("kkt_reg_id")
    first = shift_totals["kkt_reg_id"].map(window["first_day"])
    last = shift_totals["kkt_reg_id"].map(window["last_day"])
    shifts = shift_totals.assign(
        begins=shift_totals["opened_at"].dt.normalize().fillna(first),
        ends=shift_totals["closed_at"].dt.normalize().fillna(last),
    ).sort_values(["kkt_reg_id", "begins", "ends"], ignore_index=True)
    reached = shifts.groupby("kkt_reg_id")["ends"].cummax().groupby(shifts["kkt_reg_id"]).shift()
    shifts["span"] = (reached.isna() | (shifts["begins"] > reached)).cumsum()
    spans = shifts.groupby("span", as_index=False).agg(
        kkt_reg_id=("kkt_reg_id", "first"), begins=("begins", "min"), ends=("ends", "max")
    )
    placed = pd.merge_asof(
        day_totals.sort_values("day", ignore_index=True),
        spans.sort_values("begins", ignore_index=True),
        left_on="day",
        right_on="begins",
        by="kkt_reg_id",
    )
    placed["span"] = placed["span"].where(placed["day"] <= placed["ends"])
    apart = shifts.groupby("span")[FIGURES].sum().sub(placed.groupby("span")[FIGURES].sum(), fill_value=0)
    wrong = spans[spans["span"].isin(apart.index[apart.ne(0).any(axis=1)])]
    days = [pd.date_range(begins, ends) for begins, ends in zip(wrong["begins"], wrong["ends"], strict=True)]
    inside = pd.DataFrame({"kkt_reg_id": wrong["kkt_reg_id"], "day": days}).explode("day")
    outside = placed.loc[placed["span"].isna(), ["kkt_reg_id", "day"]]
    found = pd.concat([inside.astype({"day": MOMENT}), outside.astype({"day": MOMENT})])
    return found.drop_duplicates(ignore_index=True)


def is_unconfirmed(shift_totals: pd.DataFrame, day_totals: pd.DataFrame, windows: Mapping[int, int]) -> pd.Series:
    """Return whether totals by day of the same window contradict each total by shift (same index).

    Args:
        shift_totals: SHIFT_TOTALS.
        day_totals: DAY_TOTALS.
        windows: the page of by-days of the same window, by page of by-shifts; other pages have no cross-check. Several
            pages of one window may report the same shift, some only a part of it.
    """
    reported = shift_totals[shift_totals["page_id"].isin(windows)]
    if reported.empty:
        return pd.Series(data=False, index=shift_totals.index)
    reported = reported.assign(
        kkt_reg_id=reported["page_id"].map(windows).astype("string"),
        begins=reported["opened_at"].fillna(reported["closed_at"]).dt.normalize(),
        ends=reported["closed_at"].fillna(reported["opened_at"]).dt.normalize(),
        row=reported.index,
    )
    days = day_totals.assign(kkt_reg_id=day_totals["page_id"].astype("string"))
    seen = [reported[["kkt_reg_id", name]].rename(columns={name: "day"}) for name in ("begins", "ends")]
    asked = pd.concat([*seen, days[["kkt_reg_id", "day"]]]).groupby("kkt_reg_id", as_index=False)["day"]
    wrong = unbalanced_days(_once(reported), days, asked.agg(["min", "max"]).set_axis(_WINDOW, axis=1))
    touched = reported[["kkt_reg_id", "begins", "ends", "row"]].merge(wrong, on="kkt_reg_id")
    touched = touched[touched["day"].between(touched["begins"], touched["ends"])]
    return pd.Series(shift_totals.index.isin(touched["row"]), index=shift_totals.index)


def _items(page: RawPage) -> list[DayTotals]:
    return decode(page.body, DaysAnswer, strict=False).items if not is_empty(page.body) else []


def _frame(answers: Iterable[tuple[RawPage, list[DayTotals]]]) -> pd.DataFrame:
    found = Found()
    for page, items in answers:
        found.add(page, items)
    data: dict[str, Any] = {"page_id": found.pages, "kkt_reg_id": found.registers}
    frame = DAY_TOTALS.of(data | {"day": pd.to_datetime(pd.Series(found.column("day")))} | columns_of_sums(found))
    # The same entry twice in one response counts once.
    return frame.drop_duplicates(ignore_index=True)


def _once(reported: pd.DataFrame) -> pd.DataFrame:
    """Each shift of a window once, by its most complete entry."""
    whole_first = reported.assign(
        parts=reported["opened_at"].isna().astype(int) + reported["closed_at"].isna().astype(int)
    )
    whole_first = whole_first.sort_values(["parts", "receipts"], ascending=[True, False], kind="stable")
    for end in ("closed_at", "opened_at"):
        again = whole_first.duplicated(["kkt_reg_id", "shift_number", end]) & whole_first[end].notna()
        whole_first = whole_first[~again]
    return whole_first


def summed_by_day(shift_totals: pd.DataFrame, day_of_page: pd.DataFrame) -> pd.DataFrame:
    """Return the sums by day of totals by shift requested for single days (`day_of_page`: page_id, kkt_reg_id, day)."""
    rows = day_of_page.merge(shift_totals.drop(columns="kkt_reg_id"), on="page_id", how="left")
    for name in FIGURES:
        rows[name] = rows[name].fillna(0)
    summed = rows.groupby(["kkt_reg_id", "day"], as_index=False).agg({"page_id": "max"} | dict.fromkeys(FIGURES, "sum"))
    return DAY_TOTALS.conform(summed)
