"""Cheques are read exactly, in every form they come in; those that cannot be true are rejected alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import REJECTS
from smena.transform.market.frames import CHEQUES, PAYMENTS, SOLD_LINES
from smena.transform.market.reading import MarketFrames, read_cheques
from smena.transform.pages import RawPage
from tests.unit.transform.assertions import conforms
from tests.unit.transform.market.till import (
    OTHER_SHOP,
    REGISTER,
    SHOP,
    ZONE,
    at,
    body,
    cheque,
    line,
    one,
    page,
    paid,
    read,
    rows,
)


def raw(data: bytes, shop: str = SHOP) -> MarketFrames:
    return read_cheques([RawPage(1, shop, data)], ZONE)


def pascal(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {name[:1].upper() + name[1:]: pascal(value) for name, value in entry.items()}
    return [pascal(one) for one in entry] if isinstance(entry, list) else entry


WHOLE = cheque(
    "c1", 100.5, card=49.5, closed="12:00", openTime=at("11:58"), number="17", lines=[line(50, 3)],
)  # fmt: skip


def test_a_cheque_is_read_with_its_payments_and_lines() -> None:
    frames = read(WHOLE)
    assert one(frames.cheques) == {
        "page_id": 1, "shop_id": SHOP, "cheque_id": "c1", "number": "17", "cashbox_id": REGISTER, "till_shift": "s1",
        "opened_at": pd.Timestamp(2025, 12, 1, 11, 58), "closed_at": pd.Timestamp(2025, 12, 1, 12), "is_refund": False,
        "total": 15000, "price_correction": 0, "cash": 10050, "cashless": 4950,
    }  # fmt: skip
    assert one(frames.payments) == {"shop_id": SHOP, "cheque_id": "c1", "type": "Card", "amount": 4950}
    assert one(frames.lines) == {
        "shop_id": SHOP, "cheque_id": "c1", "product_id": "p1", "product_code": "17", "tax_system": "",
        "vat_rate": "main", "quantity": 3000, "amount": 15000, "vat": None,
    }  # fmt: skip


DRESSES = {
    "camelCase": body(WHOLE),
    "PascalCase": json.dumps({"Items": [pascal(WHOLE)]}).encode(),
    "Pascal inside, camel outside": body(pascal(WHOLE)),
    "Pascal with space before the colon": json.dumps({"Items": [pascal(WHOLE)]}, separators=(" , ", " : ")).encode(),
    "both at once": body(WHOLE | {"lines": pascal(WHOLE["lines"])}),
    "a bare array": json.dumps([WHOLE]).encode(),
    "numbers as texts": body(WHOLE | {"totalPrice": "150.00", "payments": paid(Cash="100.5", Card="49.50")}),
    "fields that nobody knows": body(WHOLE | {"Brand": {"New": [1]}, "fiscalSign": None}),
    "beside a broken neighbour": body(WHOLE, None),
    "Pascal beside a broken neighbour": json.dumps({"Items": [None, pascal(WHOLE)]}).encode(),
}


@pytest.mark.parametrize("data", DRESSES.values(), ids=DRESSES)
def test_a_cheque_is_the_same_in_every_form(data: bytes) -> None:
    frames, plain = raw(data), read(WHOLE)
    for name in ("cheques", "payments", "lines"):
        pd.testing.assert_frame_equal(getattr(frames, name), getattr(plain, name))


def test_names_inside_a_value_are_left_alone() -> None:
    assert one(read(cheque(number='"Items": 1')).cheques)["number"] == '"Items": 1'
    assert one(raw(json.dumps({"Items": [pascal(cheque(number='"Id" :'))]}).encode()).cheques)["number"] == '"Id" :'


def test_no_money_goes_through_a_float() -> None:
    reported = b'{"items": [%s]}' % json.dumps(cheque(total=0)).encode().replace(
        b'"payments": []', b'"payments": [{"type": "Cash", "value": 90071992547.41}]'
    ).replace(b'"totalPrice": 0', b'"totalPrice": 90071992547.410000000000000000000000')
    assert one(raw(reported).cheques)["cash"] == 9007199254741


@pytest.mark.parametrize(("value", "kopecks"), [("0.1", 10), ("1e3", 100_000), ("19.990", 1999), ("0.07", 7)])
def test_roubles_become_kopecks_exactly(value: str, kopecks: int) -> None:
    parsed = one(read(cheque(total=value, payments=paid(Cash=value))).cheques)
    assert (parsed["total"], parsed["cash"]) == (kopecks, kopecks)


def test_a_new_type_of_payment_is_kept_by_its_name() -> None:
    reported = cheque(total=6, payments=paid(Cash=1, Card=2, Sbp=3))
    assert rows(read(reported).payments, "type", "amount") == [("Card", 200), ("Sbp", 300)]


def test_cash_is_cash_however_it_is_spelled() -> None:
    frames = read(cheque(total=3, payments=paid(cash=1, CARD=2)))
    assert one(frames.cheques)["cash"] == 100
    assert rows(frames.payments, "type") == [("Card",)]


@pytest.mark.parametrize("correction", [0.4, -0.4])
@pytest.mark.parametrize("total", [99.6, 100, 100.4])
def test_a_rounded_cheque_is_paid_with_its_rounding_or_without(total: float, correction: float) -> None:
    assert len(read(cheque(cash=100, total=total, priceCorrection=correction)).cheques) == 1


@pytest.mark.parametrize(("price", "count", "quantity", "amount"), [
    (0.05, 0.5, 500, 3), (33.333, 3, 3000, 10000), (99.99, 0.333, 333, 3330), (10, 0.0005, 1, 1), (0, 5, 5000, 0),
])  # fmt: skip
def test_a_line_is_rounded_half_up(price: float, count: float, quantity: int, amount: int) -> None:
    assert rows(read(cheque(lines=[line(price, count)])).lines, "quantity", "amount") == [(quantity, amount)]


def test_a_sale_without_a_product_card_has_an_empty_product() -> None:
    assert rows(read(cheque(lines=[line(product=None, productCode=None)])).lines, "product_id", "product_code") == [
        ("", "")
    ]


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2025-12-01T12:00:00", datetime(2025, 12, 1, 12)),
        ("2025-12-01T12:00:00+03:00", datetime(2025, 12, 1, 12)),
        ("2025-12-01T21:30:00Z", datetime(2025, 12, 2, 0, 30)),
        ("2025-12-01T21:30:00.1230000+00:00", datetime(2025, 12, 2, 0, 30, 0, 123000)),
        ("2025-12-31T23:59:59.9999999", datetime(2025, 12, 31, 23, 59, 59, 999999)),
        ("2025-12-01 12:00", datetime(2025, 12, 1, 12)),
    ],
)
def test_times_are_local_and_an_offset_is_turned_into_the_time_zone(text: str, local: datetime) -> None:
    assert one(read(cheque(closeTime=text, openTime=None)).cheques)["closed_at"] == local


UNBELIEVABLE: dict[str, Any] = {
    "nothing": None,
    "a number": 5,
    "an array": [],
    "an empty object": {},
    "no id": cheque(id=None),
    "an empty id": cheque(id=" "),
    "no register": cheque(cashboxId=None),
    "no shift": cheque(cashRegisterId=None),
    "an empty shift": cheque(cashRegisterId=""),
    "nothing about refunds": cheque(isRefund=None),
    "another shop": cheque(shopId=OTHER_SHOP),
    "a negative total": cheque(cash=-1),
    "a negative payment": cheque(total=0, payments=paid(Cash=-1, Card=1)),
    "an absurd total": cheque(cash=10**11 + 0.01),
    "an endless total": cheque(total="1e999999999"),
    "a tiny total": cheque(total="1e-999999999"),
    "no number": cheque(total="NaN"),
    "infinity": cheque(total="Infinity"),
    "a word for a total": cheque(total="сто"),
    "truth for a total": cheque(total=True),
    "no total": cheque(totalPrice=None),
    "a part of a kopeck": cheque(cash=0.001),
    "a part of a kopeck far behind": cheque(total="1.000000000000000000000000000000001", payments=paid(Cash=1)),
    "payments that do not add up": cheque(cash=1, total=2),
    "payments that are not told": cheque(total=1, payments=None),
    "a payment of no type": cheque(total=1, payments=[{"value": 1}]),
    "a payment of no value": cheque(total=1, payments=[{"type": "Cash"}]),
    "a line of a negative price": cheque(lines=[line(-1)]),
    "a line of a negative count": cheque(lines=[line(1, -1)]),
    "a line of an absurd sum": cheque(lines=[line(10**10, 10**9)]),
    "a line without a price": cheque(lines=[line(None)]),
    "a line without end": cheque(lines=[line("1e999999999", "1e999999999")]),
    "a line of endless digits": cheque(lines=[line("0." + "3" * 90, "0." + "7" * 90)]),
    "closed before opened": cheque(closeTime=at("12:00"), openTime=at("12:01")),
    "1970": cheque(closed="1970-01-01T00:00:00"),
    "opened in 1970": cheque(openTime="1970-01-01T00:00:00"),
    "the year 1": cheque(closed="0001-01-01T00:00:00Z"),
    "the year 9999": cheque(closed="9999-12-31T23:59:59-01:00"),
    "no time": cheque(closeTime=None),
    "a day without a time": cheque(closeTime="2025-12-01"),
    "a word for a time": cheque(closed="вчера"),
    "a number for a time": cheque(closeTime=1764547200),
}  # fmt: skip


@pytest.mark.parametrize("value", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
def test_a_cheque_that_cannot_be_true_is_rejected_with_a_reason_and_costs_its_neighbours_nothing(value: Any) -> None:
    frames = read(cheque("before"), value, cheque("after"))
    assert rows(frames.cheques, "cheque_id") == [("before",), ("after",)]
    reject = one(frames.rejects)
    assert (reject["kind"], reject["unit_id"], reject["page_id"]) == ("cheque", SHOP, 1)
    assert json.loads(reject["record"]) == value
    assert reject["reason"]


def test_a_reject_is_of_the_day_of_its_cheque() -> None:
    frames = read(
        cheque("1", total=-1), cheque("2", total=-1, closed="2025-12-01T22:00:00Z"), cheque("3", total=-1, closed="?")
    )
    assert rows(frames.rejects, "day") == [(datetime(2025, 12, 1),), (datetime(2025, 12, 2),), (None,)]


def test_a_reject_keeps_the_record_as_it_came() -> None:
    reported = json.dumps({"Items": [pascal(cheque(total=-1))]}, separators=(", ", " : "))
    assert one(raw(reported.encode()).rejects)["record"] in reported


def test_a_cheque_of_the_day_after_tomorrow_is_rejected_where_the_time_is_known() -> None:
    found = [cheque("tomorrow", closed="02T11:59"), cheque("later", closed="02T12:01")]
    frames = read(*found, now_local=datetime(2025, 12, 1, 12))
    assert rows(frames.cheques, "cheque_id") == [("tomorrow",)]
    assert one(frames.rejects)["reason"] == 'in_the_future {"what": "closeTime"}'
    assert len(read(*found).cheques) == 2


UNREADABLE = {
    "empty": b"",
    "html": b"<html>",
    "cut": body(cheque())[:-9],
    "no items": b'{"message": "ok"}',
    "items that are none": b'{"items": 7}',
    "no UTF-8": b'{"items": "\xff"}',
    "too deep": b'{"items": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_a_page_that_cannot_be_read_is_one_reject_and_costs_no_other_page_anything(data: bytes) -> None:
    frames = read_cheques([page(cheque("a"), page_id=1), RawPage(2, SHOP, data), page(cheque("b"), page_id=3)], ZONE)
    assert rows(frames.cheques, "cheque_id") == [("a",), ("b",)]
    assert rows(frames.rejects, "page_id", "kind", "day") == [(2, "page", None)]


@pytest.mark.parametrize("data", [b'{"items": []}', b"[]", b'{"Items": null}'])
def test_an_empty_page_is_no_fault(data: bytes) -> None:
    frames = raw(data)
    assert (len(frames.cheques), len(frames.rejects)) == (0, 0)


def test_half_a_letter_in_a_name_costs_no_cheque() -> None:
    assert len(raw(body(cheque(number="x")).replace(b'"x"', b'"\\ud83d\\u0000"')).cheques) == 1


def test_a_cheque_that_two_pages_have_is_one() -> None:
    reported = cheque("c1", 10, card=5, lines=[line(10), line(5)])
    again = reported | {"lines": list(reversed(reported["lines"])), "payments": list(reversed(reported["payments"]))}
    frames = read_cheques([page(again, page_id=2), page(reported, page_id=1)], ZONE)
    assert rows(frames.cheques, "cheque_id", "page_id") == [("c1", 1)]
    assert (len(frames.payments), len(frames.lines), len(frames.rejects)) == (1, 2, 0)


CHANGED = {
    "another sum": {"cash": 11},
    "another form of payment": {"cash": 0, "card": 10},
    "another time": {"closed": "12:01"},
    "another line": {"lines": [line(9)]},
    "one line more": {"lines": [line(10), line(10)]},
    "another shift": {"shift": "s2"},
    "a refund": {"refund": True},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_one_id_with_two_contents_is_ambiguous(change: dict[str, Any]) -> None:
    first = {"cash": 10, "lines": [line(10)]}
    frames = read(cheque("c1", **first), cheque("c2", 1), cheque("c1", **first | change))
    assert rows(frames.cheques, "cheque_id") == [("c2",)]
    assert set(frames.payments["cheque_id"]) | set(frames.lines["cheque_id"]) <= {"c2"}
    assert (
        rows(frames.rejects, "kind", "reason", "unit_id", "day")
        == [("cheque", 'same_id_other_content {"what": "cheque"}', SHOP, datetime(2025, 12, 1))] * 2
    )


def test_another_type_of_payment_of_the_same_sum_is_another_content() -> None:
    found = [cheque("c1", total=5, payments=paid(Card=5)), cheque("c1", total=5, payments=paid(YandexEda=5))]
    assert len(read(*found).rejects) == 2


def test_the_same_id_in_two_shops_is_two_cheques() -> None:
    other = page(cheque("c1", 2, shopId=OTHER_SHOP), page_id=2, shop=OTHER_SHOP)
    frames = read_cheques([page(cheque("c1", 1)), other], ZONE)
    assert rows(frames.cheques, "shop_id", "cash") == [(SHOP, 100), (OTHER_SHOP, 200)]


@pytest.mark.parametrize("found", [[], [cheque()], [WHOLE, None], [WHOLE, WHOLE], [None]], ids=str)
def test_frames_are_of_their_schemas(found: list[Any]) -> None:
    frames = read(*found)
    assert conforms(frames.cheques, CHEQUES)
    assert conforms(frames.payments, PAYMENTS)
    assert conforms(frames.lines, SOLD_LINES)
    assert conforms(frames.rejects, REJECTS)
