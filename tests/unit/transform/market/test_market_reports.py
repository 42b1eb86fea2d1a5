"""Cashless revenue and goods sold: by day of the cheque, refunds apart or subtracted, nothing of the margin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from smena.transform.market.frames import CASHLESS, SOLD
from tests.unit.transform.assertions import conforms
from tests.unit.transform.market.till import (
    OTHER_SHOP,
    SHOP,
    cheque,
    keep_books,
    line,
    page,
    paid,
    rows,
)

DAY, NEXT = datetime(2025, 12, 1), datetime(2025, 12, 2)


def test_cashless_revenue_is_summed_by_day_and_type_with_refunds_apart() -> None:
    books = keep_books(
        cheque("c1", 100, card=50),
        cheque("c2", card=7, refund=True, closed="15:00"),
        cheque("c3", card=3, closed="02T00:10"),
        cheque("c4", total=5, payments=paid(Prepaid=2, Sbp=3)),
        cheque("c5", total=4, payments=[*paid(Card=1), *paid(Card=3)]),
    )
    assert rows(books.cashless, "shop_id", "day", "type", "income", "refund") == [
        (SHOP, DAY, "Card", 5400, 700),
        (SHOP, DAY, "Prepaid", 200, 0),
        (SHOP, DAY, "Sbp", 300, 0),
        (SHOP, NEXT, "Card", 300, 0),
    ]


def test_goods_are_summed_by_day_and_product_with_refunds_subtracted() -> None:
    books = keep_books(
        cheque("c1", lines=[line(10, 3), line(2.5, 0.2, "p2"), line(10, 1)]),
        cheque("c2", lines=[line(10, 1)], refund=True),
        cheque("c3", lines=[line(7, 1, None)], closed="02T12:00"),
        cheque("c4", lines=[line(2.5, 1, "p2")], closed="02T12:00", refund=True),
    )
    assert rows(books.sold, "day", "product_id", "quantity", "amount") == [
        (DAY, "p1", 3000, 3000),
        (DAY, "p2", 200, 50),
        (NEXT, "", 1000, 700),
        (NEXT, "p2", -1000, -250),
    ]


def test_a_product_whose_code_was_changed_is_summed_by_each_code() -> None:
    books = keep_books(cheque("c1", lines=[line(), line(productCode="18"), line(productCode=18)]))
    assert rows(books.sold, "product_code", "quantity") == [("17", 1000), ("18", 2000)]


def test_days_of_the_margin_are_in_no_report() -> None:
    margin = [
        cheque("c1", card=1, lines=[line()], closed="2025-11-30T23:59:59.9999999"),
        cheque("c2", card=1, lines=[line()], closed="2026-01-01T00:00:00"),
        cheque("c3", card=1, lines=[line()], closed="2025-12-31T23:59:59.9999999"),
    ]
    books = keep_books(*margin)
    assert rows(books.cashless, "day") == rows(books.sold, "day") == [(datetime(2025, 12, 31),)]


def test_shops_are_summed_apart() -> None:
    pages = [
        page(cheque("c1", card=1, lines=[line()])),
        page(cheque("c1", card=2, lines=[line()], shopId=OTHER_SHOP), page_id=2, shop=OTHER_SHOP),
    ]
    books = keep_books(pages=pages)
    assert rows(books.cashless, "shop_id", "income") == [(SHOP, 100), (OTHER_SHOP, 200)]
    assert rows(books.sold, "shop_id") == [(SHOP,), (OTHER_SHOP,)]


@pytest.mark.parametrize("cheques", [[], [cheque()], [cheque(card=1, lines=[line()])]], ids=len)
def test_reports_are_of_their_schemas(cheques: list[Any]) -> None:
    books = keep_books(*cheques, first_day=date(2025, 12, 1))
    assert conforms(books.cashless, CASHLESS)
    assert conforms(books.sold, SOLD)
