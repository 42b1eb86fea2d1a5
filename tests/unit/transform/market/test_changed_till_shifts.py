"""Till shifts asked for again: each difference is named with its till, day and amount."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.transform.market.changed_till_shifts import BOOKED_TILLS, changed_tills
from smena.transform.market.frames import TILL_SHIFTS

DAY = pd.Timestamp("2025-11-03")
DAYS = pd.date_range(DAY, periods=5)
TILL: dict[str, Any] = {
    "shift_id": "an id", "shop_id": "shop", "cashbox_id": "till", "till_shift": "one",
    "opened_at": DAY + pd.Timedelta(hours=9), "closed_at": DAY + pd.Timedelta(hours=21), "receipts": 4,
    "cash_income": 50_000, "cash_refund": 1_000, "cashless_income": 300, "cashless_refund": 0, "price_correction": 10,
    "order_day": DAY, "outcome": "issued", "reason": None, "evidence": "{1}", "is_decided": False, "is_asked": True,
}  # fmt: skip


def here(**changes: Any) -> pd.DataFrame:
    return BOOKED_TILLS.of({name: [(TILL | changes)[name]] for name in BOOKED_TILLS.columns})


def reported(**changes: Any) -> pd.DataFrame:
    return TILL_SHIFTS.of({name: [(TILL | changes)[name]] for name in TILL_SHIFTS.columns})


def kinds(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[tuple[Any, ...]]:
    changed = changed_tills(ours, theirs, DAYS)
    return list(changed[["kind", "cashbox_id", "till_shift", "day", "amount"]].itertuples(index=False, name=None))


def test_a_till_shift_that_is_reported_as_it_was_booked_is_the_same() -> None:
    assert kinds(here(), reported(closed_at=DAY + pd.Timedelta(hours=21, minutes=5))) == []
    assert kinds(BOOKED_TILLS.empty(), TILL_SHIFTS.empty()) == []


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({"cash_income": 60_000}, -10_000),
        ({"cash_refund": 0}, -1_000),
        ({"cashless_income": 0}, 0),
        ({"cashless_refund": 5}, 0),
        ({"price_correction": 0}, 0),
        ({"receipts": 5}, 0),
        ({"closed_at": DAY + pd.Timedelta(days=1, hours=1)}, 0),
        ({"opened_at": DAY - pd.Timedelta(hours=1)}, 0),
    ],
)
def test_a_till_shift_with_other_sums_or_another_day_is_named(changes: dict[str, Any], amount: int) -> None:
    assert kinds(here(), reported(**changes)) == [("till_changed", "till", "one", DAY, amount)]


def test_a_till_shift_that_is_no_longer_reported_is_named_unless_a_person_rejected_it() -> None:
    assert kinds(here(), TILL_SHIFTS.empty()) == [("till_not_reported", "till", "one", DAY, 49_000)]
    assert kinds(here(outcome="rejected"), TILL_SHIFTS.empty()) == []
    assert kinds(here(is_asked=False), TILL_SHIFTS.empty()) == [], "its day was not asked for"


def test_a_till_shift_that_is_reported_and_not_booked_is_named_on_a_day_that_is_loaded() -> None:
    assert kinds(BOOKED_TILLS.empty(), reported()) == [("till_not_here", "till", "one", DAY, -49_000)]
    later = {"opened_at": DAY + pd.Timedelta(days=9), "closed_at": DAY + pd.Timedelta(days=9, hours=1)}
    assert kinds(BOOKED_TILLS.empty(), reported(**later)) == []


def test_a_till_shift_that_cannot_be_read_on_one_side_is_named() -> None:
    nothing = dict.fromkeys(
        ["cash_income", "cash_refund", "cashless_income", "cashless_refund", "price_correction"], pd.NA
    )
    unread = changed_tills(here(), reported(outcome="incomplete", **nothing), DAYS)
    assert unread["cause"].tolist() == ["cheques_not_all_readable"]
    assert kinds(here(outcome="incomplete", **nothing), reported())[0][0] == "till_changed"


def test_a_difference_that_a_person_decided_about_says_so() -> None:
    decided = changed_tills(here(is_decided=True), reported(cash_income=1), DAYS)
    assert decided["cause"].tolist() == ["decided_otherwise"]
