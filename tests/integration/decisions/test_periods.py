"""Closed periods: nothing is written into one, whoever asks; opening one leaves a trace (DOMAIN 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from smena.decisions.periods import history, period
from smena.model.errors import BrokenPromise, WrongUse
from tests.integration.decisions.deciding import FIRST, LAST, WEEK, Office
from tests.town import Town

CLOSED = date(2025, 12, 31)


def test_closing_and_opening_are_listed_with_who_when_and_why(office: Office) -> None:
    office.close(FIRST)
    office.close(FIRST)
    office.close(CLOSED)
    office.open(FIRST)
    office.open()
    reported = history(office.town.warehouse, office.town.inn)
    assert [(row["action"], row["through_before"], row["through_after"]) for row in reported] == [
        ("close", None, FIRST),
        ("close", FIRST, CLOSED),
        ("open", CLOSED, FIRST),
        ("open", FIRST, None),
    ]
    assert [(row["changed_by"], row["reason"]) for row in reported[1:3]] == [
        ("Анна", "the month is over"),
        ("Борис", "a late shift"),
    ]
    assert period(office.town.warehouse, office.town.inn)["through"] is None


def test_what_cannot_be_closed_or_opened_is_refused(office: Office) -> None:
    with pytest.raises(WrongUse, match="no closed period"):
        office.open()
    office.close(CLOSED)
    with pytest.raises(WrongUse, match="closed through 2025-12-31 already"):
        office.close(FIRST)
    with pytest.raises(WrongUse, match="closed through 2025-12-31 only"):
        office.open(CLOSED)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("delete from control.closed_period", "open_period only"),
        ("truncate control.closed_period", "history is kept"),
        ("update control.closed_period set through = through - 1", "open_period only"),
        ("update control.closed_period set organization_inn = '9607083893'", "stays with its organisation"),
        ("delete from control.closed_period_history", "history is kept"),
        ("update accounting.cash_order set status = 'accepted' where date = '2025-12-31'", "period closed"),
        ("update accounting.cash_order set status = 'reversed' where date = '2025-12-31'", "period closed"),
        ("update accounting.cash_order set basis = '' where date = '2025-12-31'", "period closed"),
        ("update accounting.shift set cash_income = 1 where order_date = '2025-12-31'", "period closed"),
        ("update accounting.shift set order_date = '2026-01-01' where order_date = '2025-12-31'", "period closed"),
        ("update accounting.shift set order_date = '2025-12-31' where order_date = '2026-01-01'", "period closed"),
        ("update accounting.shift set outcome = 'rejected' where order_date = '2025-12-31'", "period closed"),
    ],
)
def test_the_database_refuses_to_write_into_a_closed_period_and_to_open_it_without_a_trace(
    office: Office, statement: str, why: str
) -> None:
    office.close(CLOSED)
    with pytest.raises(BrokenPromise, match=why):
        office.town.sql(statement)


def test_documents_of_a_closed_period_are_neither_accepted_nor_rejected(office: Office) -> None:
    inside, _ = office.a_sale(CLOSED)
    outside, _ = office.a_sale(CLOSED + timedelta(days=1))
    office.close(CLOSED)
    for ask in (office.accept, office.reject):
        with pytest.raises(WrongUse, match=f"{inside['document_id']}.*closed through 2025-12-31; nothing was changed"):
            ask(outside, inside)
    assert {order["status"] for order in office.town.orders()} == {"new"}
    assert office.accept(outside).changed == 1


def test_late_shifts_of_a_closed_period_wait_and_are_booked_once_it_is_open(build_town: Callable[..., Town]) -> None:
    # One register is offline over New Year; the books are closed before its documents come.
    town = build_town(replace(WEEK, every_late=2), start=FIRST)
    office = Office(town)
    line = min(
        (one for one in town.truth().values() if _delay(one) > timedelta(days=1)), key=lambda one: one["closed_at"]
    )
    closed_on = datetime.fromisoformat(line["closed_at"]).date()
    town.set_day(closed_on + timedelta(days=1), hour=6)
    town.load()
    office.close(closed_on)
    before = office.town.books()
    town.set_day(date(2026, 2, 1))
    town.load()
    assert [order for order in town.books()["orders"] if order["date"] <= closed_on] == before["orders"]
    waiting = [shift for shift in town.shifts() if shift["outcome"] == "closed_period"]
    assert waiting and all(shift["order_date"] <= closed_on for shift in waiting)
    office.check()
    office.open()
    town.load()
    assert set(town.outcomes()) <= {"issued", "no_cash"}
    assert len(town.shifts()) == len(town.truth())
    office.check()


def test_a_shift_is_late_by_what_passed_between_its_closing_and_its_receipt(build_town: Callable[..., Town]) -> None:
    town = build_town(replace(WEEK, every_late=2), start=FIRST)
    town.load()
    late = {key: _delay(line) for key, line in town.truth().items() if _delay(line) > timedelta(days=1)}
    assert late
    fields = {(shift["fiscal_drive_number"], shift["shift_number"]): shift["late_by"] for shift in town.shifts()}
    assert {key: delay for key, delay in fields.items() if delay is not None} == late
    assert len(fields) > len(late)


def _delay(line: dict[str, str]) -> timedelta:
    """Moscow's clock is three hours ahead of UTC; so are the registers of this town."""
    received = datetime.fromisoformat(line["received_at"].rstrip("Z"))
    return received - (datetime.fromisoformat(line["closed_at"]) - timedelta(hours=3))


def test_the_same_books_are_late_by_the_same_whenever_they_were_loaded(build_town: Callable[..., Town]) -> None:
    daily = build_town(replace(WEEK, every_late=2), start=FIRST)
    daily.load_daily(FIRST, LAST)
    daily.set_day(date(2026, 2, 20))
    daily.load()
    at_once = build_town(beside=daily, start=FIRST)
    at_once.load()
    key = ("fiscal_drive_number", "shift_number", "late_by")
    assert [[s[k] for k in key] for s in daily.shifts()] == [[s[k] for k in key] for s in at_once.shifts()]
