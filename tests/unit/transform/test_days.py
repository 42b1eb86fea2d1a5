"""Totals by day cross-check totals by shift: where they contradict each other, these shifts are unconfirmed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smena.transform.days import is_unconfirmed, read_days_of_windows
from smena.transform.frames import DAY_TOTALS, REJECTS, SHIFT_TOTALS
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.transform.totals import read_shift_totals
from smena.transform.wholeness import whole_totals
from tests.unit.transform.assertions import conforms
from tests.unit.transform.builders import KKT, page, sums, totals, totals_page, z_report

DAYS_PAGE = 60
FIRST, SECOND, THIRD = ("2025-12-01", "2025-12-02", "2025-12-03")


def day(date: str, sell: Any = None) -> dict[str, Any]:
    """One entry of by-days."""
    return {"date": date, "sell": sell or sums()} | {name: sums() for name in ("returnSell", "buy", "returnBuy")}


def days_page(*entries: Any, page_id: int = DAYS_PAGE) -> RawPage:
    return RawPage(page_id, KKT, json.dumps({"items": entries}).encode())


def shift(number: int, opened: str | None, closed: str | None, cash: int, count: int = 1) -> dict[str, Any]:
    ends = {"shiftOpen": opened and f"{opened}:00", "shiftClose": closed and f"{closed}:00"}
    reported = totals(number, sums(cash, count), opened=None, closed=None)
    return reported | {name: moment for name, moment in ends.items() if moment}


def unconfirmed(entries: list[Any], days: list[Any], *more: list[Any]) -> list[int]:
    """Numbers of the unconfirmed shifts; `more` are further answers of by-shifts about the same days."""
    pages = [totals_page(*parsed, page_id=50 + place) for place, parsed in enumerate([entries, *more])]
    known, _ = read_shift_totals(pages)
    parsed, _ = read_days_of_windows([days_page(*days)])
    found = known[is_unconfirmed(known, parsed, dict.fromkeys([page.page_id for page in pages], DAYS_PAGE))]
    return sorted(set(found["shift_number"]))


A_DAY_EACH = [
    shift(1, f"{FIRST}T09:00", f"{FIRST}T20:00", 100),
    shift(2, f"{SECOND}T09:00", f"{SECOND}T20:00", 250),
    shift(3, f"{THIRD}T09:00", f"{THIRD}T20:00", 40),
]
TRUE_DAYS = [day(FIRST, sums(100, 1)), day(SECOND, sums(250, 1)), day(THIRD, sums(40, 1))]


def test_where_both_report_the_same_no_shift_is_unconfirmed() -> None:
    assert unconfirmed(A_DAY_EACH, TRUE_DAYS) == []


@pytest.mark.parametrize("bent", [sums(249, 1), sums(0, 1, card=250), sums(250, 2), sums()])
def test_only_the_shifts_of_a_day_with_other_totals_are_unconfirmed(bent: Any) -> None:
    assert unconfirmed(A_DAY_EACH, [TRUE_DAYS[0], day(SECOND, bent), TRUE_DAYS[2]]) == [2]


def test_the_shifts_of_a_day_without_totals_are_unconfirmed() -> None:
    assert unconfirmed(A_DAY_EACH, TRUE_DAYS[:2]) == [3]
    assert unconfirmed(A_DAY_EACH, []) == [1, 2, 3]


def test_shifts_across_midnight_are_compared_with_all_days_that_they_touch() -> None:
    nights = [shift(1, f"{FIRST}T20:00", f"{SECOND}T04:00", 70), shift(2, f"{SECOND}T20:00", f"{THIRD}T04:00", 30)]
    split = [day(FIRST, sums(50, 0)), day(SECOND, sums(45, 1)), day(THIRD, sums(5, 1))]
    assert unconfirmed(nights, split) == []
    assert unconfirmed(nights, [*split[:2], day(THIRD, sums(6, 1))]) == [1, 2]


def test_a_part_of_a_shift_at_the_edge_of_the_window_is_a_part_of_its_day_too() -> None:
    cut = [shift(1, None, f"{FIRST}T04:00", 10), shift(2, f"{THIRD}T20:00", None, 5)]
    assert unconfirmed([cut[0], cut[1]], [day(FIRST, sums(10, 1)), day(THIRD, sums(5, 1))]) == []
    assert unconfirmed([cut[0], cut[1]], [day(FIRST, sums(10, 1)), day(THIRD, sums(9, 1))]) == [2]


def test_a_shift_that_two_answers_have_counts_once_and_whole() -> None:
    part, whole = shift(1, None, f"{SECOND}T20:00", 60), shift(1, f"{FIRST}T09:00", f"{SECOND}T20:00", 100, 2)
    days = [day(FIRST, sums(40, 1)), day(SECOND, sums(60, 1))]
    assert unconfirmed([part], days, [whole]) == []
    assert unconfirmed([part], [days[0], day(SECOND, sums(61, 1))], [whole]) == [1]


def test_totals_whose_days_were_not_asked_for_are_not_unconfirmed() -> None:
    known, _ = read_shift_totals([totals_page(*A_DAY_EACH)])
    assert not is_unconfirmed(known, DAY_TOTALS.empty(), {}).any()


def test_an_answer_by_days_that_cannot_be_read_is_rejected() -> None:
    parsed, broken = read_days_of_windows([days_page(*TRUE_DAYS), RawPage(61, KKT, b'{"items": [{"date": 7}]}')])
    assert conforms(parsed, DAY_TOTALS) and conforms(broken, REJECTS)
    assert (len(parsed), list(broken["kind"]), list(broken["page_id"])) == (3, ["byDays"], [61])


def test_unconfirmed_totals_are_not_whole() -> None:
    known, _ = read_shift_totals([totals_page(totals(1, sums(100, 1)))])
    reports = read_documents([page(z_report(1, receipts=1))]).z_reports
    assert list(whole_totals(reports, known)["whole"]) == [True]
    assert list(whole_totals(reports, known.assign(is_unconfirmed=True).astype(SHIFT_TOTALS.columns))["whole"]) == [
        False
    ]
