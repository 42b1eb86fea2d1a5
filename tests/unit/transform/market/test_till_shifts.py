"""Cheques become till shifts: whole ones only, once they are over, each with its outcome."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from smena.transform.market.frames import TILL_MONEY, TILL_SHIFTS
from smena.transform.pages import RawPage
from tests.unit.transform.assertions import conforms
from tests.unit.transform.market.till import (
    OTHER_SHOP,
    REGISTER,
    SHOP,
    cheque,
    keep_books,
    page,
    paid,
    rows,
)

SECOND = "c1d2e3f4-0000-4000-8000-000000000002"


def test_a_shift_is_the_sum_of_its_cheques() -> None:
    shift = keep_books(
        cheque("c1", 100, card=50, closed="09:05", openTime="2025-12-01T09:00:00"),
        cheque("c2", 30.5, closed="21:00"),
        cheque("c3", 10, card=7, refund=True, closed="15:00"),
        cheque("c4", total=5, payments=paid(Prepaid=2, YandexEda=3), closed="16:00"),
    ).shift()
    assert shift == {
        "shop_id": SHOP, "cashbox_id": REGISTER, "till_shift": "s1", "opened_at": pd.Timestamp(2025, 12, 1, 9),
        "closed_at": pd.Timestamp(2025, 12, 1, 21), "receipts": 4, "cash_income": 13050, "cash_refund": 1000,
        "cashless_income": 5500, "cashless_refund": 700, "price_correction": 0, "order_day": pd.Timestamp(2025, 12, 1),
        "outcome": "issued", "reason": None, "evidence": "{1}",
    }  # fmt: skip


def test_the_rounding_of_cash_is_summed_and_that_of_refunds_subtracted() -> None:
    shift = keep_books(
        cheque("c1", 100, total=100.4, priceCorrection=0.4),
        cheque("c2", 50, total=49.9, priceCorrection=-0.1),
        cheque("c3", 20, total=20.15, priceCorrection=0.15, refund=True),
        cheque("c4", card=10, total=10.3, priceCorrection=0.3),
    ).shift()
    assert shift["price_correction"] == 40 - 10 - 15


def test_a_shift_without_cash_issues_nothing_and_stays_on_record() -> None:
    books = keep_books(cheque("c1", card=50), cheque("c2", card=5, refund=True))
    assert books.outcomes() == {"s1": "no_cash"}
    assert books.shift()["cashless_income"] == 5000


def test_a_shift_of_nothing_but_a_refund_has_cash() -> None:
    assert keep_books(cheque("c1", 5, refund=True)).outcomes() == {"s1": "issued"}


def test_a_cheque_after_midnight_belongs_to_its_shift_and_the_shift_to_the_day_of_its_end() -> None:
    books = keep_books(cheque("c1", 1, closed="01T23:50"), cheque("c2", 2, closed="02T00:10"))
    shift = books.shift()
    assert (shift["cash_income"], shift["order_day"]) == (300, pd.Timestamp(2025, 12, 2))


def test_a_shift_may_be_dated_by_its_beginning() -> None:
    cheques = [cheque("c1", 1, closed="01T23:50"), cheque("c2", 2, closed="02T00:10")]
    shift = keep_books(*cheques, date_policy="shift_open").shift()
    assert shift["order_day"] == pd.Timestamp(2025, 12, 1)


def test_a_shift_that_two_registers_report_is_ambiguous() -> None:
    books = keep_books(cheque("c1", 1), cheque("c2", 2, register=SECOND))
    assert rows(books.shifts, "cashbox_id", "outcome") == [(REGISTER, "incomplete"), (SECOND, "incomplete")]
    assert set(books.shifts["reason"]) == {"two_registers_report_till_shift"}


def test_the_evidence_names_every_page_once() -> None:
    pages = [page(cheque("a", 1), cheque("b", 1), page_id=12), page(cheque("c", 1), page_id=3)]
    assert keep_books(pages=pages).shift()["evidence"] == "{3,12}"


@pytest.mark.parametrize("policy", ["shift_close", "shift_open"])
def test_a_shift_over_the_edge_of_the_window_is_whole_and_belongs_to_one_window_only(policy: str) -> None:
    cheques = [
        cheque("c1", 1, closed="2025-11-30T23:00:00"),
        cheque("c2", 2, closed="2025-12-01T00:30:00"),
    ]
    before = keep_books(*cheques, first_day=date(2025, 11, 1), last_day=date(2025, 11, 30), date_policy=policy)
    after = keep_books(*cheques, date_policy=policy)
    there, here = (before, after) if policy == "shift_open" else (after, before)
    assert rows(there.shifts, "cash_income") == [(300,)]
    assert here.shifts.empty


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (datetime(2025, 12, 1, 23, 59), False),
        (datetime(2025, 12, 2, 0, 30), False),
        (datetime(2025, 12, 2, 1, 59), False),
        (datetime(2025, 12, 2, 2, 0), True),
        (datetime(2025, 12, 2, 9), True),
    ],
)
def test_a_shift_is_over_when_its_day_is_and_four_hours_are_quiet(now: datetime, over: bool) -> None:
    books = keep_books(cheque("c1", 1, closed="09:00"), cheque("c2", 1, closed="22:00"), now=now)
    assert books.outcomes() == ({"s1": "issued"} if over else {})


def test_a_shift_is_over_when_its_register_has_a_newer_one() -> None:
    now = datetime(2025, 12, 1, 18)
    cheques = [cheque("c1", 1, closed="09:00"), cheque("c2", 1, closed="17:00", shift="s2")]
    assert keep_books(*cheques, now=now).outcomes() == {"s1": "issued"}


def test_a_newer_shift_of_another_register_says_nothing() -> None:
    now = datetime(2025, 12, 1, 18)
    cheques = [cheque("c1", 1, closed="09:00"), cheque("c2", 1, closed="17:00", shift="s2", register=SECOND)]
    assert keep_books(*cheques, now=now).outcomes() == {}


@pytest.mark.parametrize(("hour", "over"), [(8, False), (9, True)])
def test_a_shift_is_over_a_whole_day_after_its_first_cheque(hour: int, over: bool) -> None:
    cheques = [cheque("c1", 1, closed="01T09:00"), cheque("c2", 1, closed="02T08:00")]
    assert bool(keep_books(*cheques, now=datetime(2025, 12, 2, hour)).outcomes()) is over


WITH_REJECTS: dict[str, tuple[Any, set[str]]] = {
    "a cheque of the shift": (cheque("bad", total=-1, shift="s1"), {"s1"}),
    "its shift as a number": (cheque("bad", total=-1, shift=3), {"3"}),  # type: ignore[arg-type]
    "a cheque of a shift of another day": (cheque("bad", total=-1, shift="s2"), {"s2"}),
    "of no shift, that day": (cheque("bad", total=-1, shift="", closed="01T14:00"), {"s1", "3"}),
    "of no shift, another day": (cheque("bad", total=-1, shift="", closed="02T01:00"), {"s2"}),
    "of no shift, a day without shifts": (cheque("bad", total=-1, shift="", closed="20T01:00"), set()),
    "of no shift and no day": (cheque("bad", total=-1, shift="", closed="?"), {"s1", "s2", "3"}),
    "of no shift and a day that nobody asked for": (
        cheque("bad", shift="", closed="2031-01-01T00:00:00"), {"s1", "s2", "3"},
    ),
    "nothing at all": (None, {"s1", "s2", "3"}),
    "another content": ([cheque("twice", 1, shift="s2"), cheque("twice", 2, shift="s2")], {"s2"}),
}  # fmt: skip


@pytest.mark.parametrize(("value", "rejected"), WITH_REJECTS.values(), ids=WITH_REJECTS)
def test_a_shift_that_may_lack_a_cheque_is_incomplete(value: Any, rejected: set[str]) -> None:
    good = [cheque("c1", 1), cheque("c2", 2, closed="02T12:00", shift="s2"), cheque("c3", 3, shift="3", closed="13:00")]
    books = keep_books(*good, *(value if isinstance(value, list) else [value]))
    assert {key for key, outcome in books.outcomes().items() if outcome == "incomplete"} == rejected
    assert set(books.outcomes()) == {"s1", "s2", "3"}
    for key in rejected:
        shift = books.shift(key)
        assert shift["reason"].startswith('cheque_rejected {"reason": "')
        assert [shift[name] for name in TILL_MONEY] == [None] * 5


@pytest.mark.parametrize(
    ("bad", "incomplete"),
    [
        ({"shift": "s2", "register": SECOND}, {"s2"}),
        ({"shift": "s9", "register": SECOND}, set()),
        ({"shift": "s9", "register": "a third one"}, set()),
        ({"shift": "s2", "register": ""}, {"s2"}),
        ({"shift": "", "register": SECOND}, {"s2"}),
        ({"shift": "s" * 129, "register": SECOND}, {"s2"}),
        ({"shift": "s9", "register": ""}, {"s1", "s2"}),
        ({"shift": "", "register": ""}, {"s1", "s2"}),
        ({"shift": "s9", "register": "x" * 129}, {"s1", "s2"}),
    ],
)
def test_a_rejected_cheque_concerns_what_it_names(bad: dict[str, str], incomplete: set[str]) -> None:
    good = [cheque("c1", 1), cheque("c2", 2, shift="s2", register=SECOND)]
    outcomes = keep_books(*good, cheque("bad", total=-1, **bad)).outcomes()  # type: ignore[arg-type]
    assert {key for key, outcome in outcomes.items() if outcome == "incomplete"} == incomplete
    assert set(outcomes) == {"s1", "s2"}


def test_a_cheque_too_long_to_be_kept_whole_is_still_of_its_shift() -> None:
    long = cheque("bad", total=-1, shift='Смена "1"', customer="x" * 30_000)
    good = [cheque("c1", 1, shift='Смена "1"'), cheque("c2", 1, shift="s2")]
    assert keep_books(*good, long).outcomes() == {'Смена "1"': "incomplete", "s2": "issued"}


def test_a_page_that_cannot_be_read_leaves_only_the_shifts_of_its_shop_incomplete() -> None:
    pages = [
        page(cheque("c1", 1)),
        page(cheque("c2", 1, shopId=OTHER_SHOP, shift="s2"), page_id=2, shop=OTHER_SHOP),
        RawPage(3, SHOP, b"<html>"),
    ]
    assert keep_books(pages=pages).outcomes() == {"s1": "incomplete", "s2": "issued"}


def test_a_rejected_cheque_of_another_shop_leaves_no_shift_incomplete() -> None:
    other = page(cheque("bad", total=-1, shopId=OTHER_SHOP), page_id=2, shop=OTHER_SHOP)
    assert keep_books(pages=[page(cheque("c1", 1)), other]).outcomes() == {"s1": "issued"}


def test_a_cheque_of_the_future_leaves_its_shift_incomplete_and_does_not_end_the_others() -> None:
    now = datetime(2025, 12, 1, 18)
    books = keep_books(
        cheque("c1", 1, closed="08:00"),
        cheque("c2", 1, closed="03T12:00"),
        cheque("c3", 1, closed="09:00", shift="s2"),
        now=now,
    )
    assert books.outcomes() == {"s1": "incomplete"}


@pytest.mark.parametrize("cheques", [[], [cheque()], [None], [cheque("c1", 1), None]], ids=len)
def test_till_shifts_are_of_their_schema(cheques: list[Any]) -> None:
    assert conforms(keep_books(*cheques).shifts, TILL_SHIFTS)
