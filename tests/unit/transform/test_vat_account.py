"""VAT is known where what a receipt says of it accounts for the whole total, and is missing everywhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.transform.builders import keep_books, opening, receipt, z_report

BIG = 10**13


def nested(*parts: tuple[Any, Any]) -> dict[str, Any]:
    return {"amountsReceiptNds": {"amountsNds": [{"nds": code, "ndsSum": amount} for code, amount in parts]}}


def items(*sums: int) -> dict[str, Any]:
    return {"items": [{"sum": one} for one in sums]}


KNOWN: dict[str, tuple[int, dict[str, Any], int, str]] = {
    "one rate": (10000, {"nds22": 1803}, 1803, '{"22": 1803}'),
    "placeholders beside it": (10000, {"nds22": 1803, "nds0": 0, "ndsNo": 0, "nds10": 0}, 1803, '{"22": 1803}'),
    "an advance": (10000, {"ndsCalculated22": 1803}, 1803, '{"calculated_22": 1803}'),
    "two rates": (20000, {"nds22": 1803, "nds10": 909}, 2712, '{"10": 909, "22": 1803}'),
    "a rate and the rest without VAT": (10000, {"nds22": 902, "ndsNo": 5000}, 902, '{"22": 902}'),
    "a rate and the rest at 0 %": (10000, {"nds22": 902, "nds0": 5000}, 902, '{"22": 902}'),
    "all without VAT": (10000, {"ndsNo": 10000}, 0, "{}"),
    "all at 0 %": (10000, {"nds0": 10000}, 0, "{}"),
    "a turnover as text": (10000, {"ndsNo": "10000"}, 0, "{}"),
    "a rate nobody knew before": (10000, {"nds25": 2000}, 2000, '{"25": 2000}'),
    "nested 22 %": (10000, nested((11, 1803)), 1803, '{"22": 1803}'),
    "nested beside a placeholder": (10000, nested((11, 1803)) | {"nds0": 0}, 1803, '{"22": 1803}'),
    "nested and flat alike": (10000, nested((11, 1803)) | {"nds22": 1803}, 1803, '{"22": 1803}'),
    "a part nested, a part flat": (20000, nested((11, 1803)) | {"nds10": 909}, 2712, '{"10": 909, "22": 1803}'),
    "nested zeros": (10000, nested((11, 1803), (2, 0), (99, 0)), 1803, '{"22": 1803}'),
    "nested as texts": (10000, nested(("11", "1803")), 1803, '{"22": 1803}'),
    "nested without VAT": (10000, nested((6, 10000)), 0, "{}"),
    "nested at 0 %": (10000, nested((5, 10000)), 0, "{}"),
    "nested in two lines of one rate": (10000, nested((11, 1000), (11, 803)), 1803, '{"22": 1803}'),
    "half a kopeck more": (10000, {"nds22": 1803} | items(10000), 1803, '{"22": 1803}'),
    "three kopecks off over ten items": (10000, {"nds22": 1806} | items(*[1000] * 10), 1806, '{"22": 1806}'),
    "rounded down to whole roubles": (10000, {"ndsNo": 10099} | items(10099), 0, "{}"),
    "the largest": (BIG, {"ndsNo": BIG}, 0, "{}"),
}  # fmt: skip

ALL_CODES = {
    1: "20", 2: "10", 3: "calculated_20", 4: "calculated_10", 7: "5", 8: "7", 9: "calculated_5", 10: "calculated_7",
    11: "22", 12: "calculated_22",
}  # fmt: skip

UNKNOWN: dict[str, tuple[int, dict[str, Any]]] = {
    "nothing": (10000, {}),
    "placeholders": (10000, {"nds0": 0, "ndsNo": 0, "nds22": 0}),
    "nulls": (10000, {"nds0": None, "ndsNo": None, "nds22": None, "amountsReceiptNds": None}),
    "an empty nested list": (10000, nested()),
    "an empty nested object": (10000, {"amountsReceiptNds": {}}),
    "a part of the total": (10000, {"nds22": 902}),
    "a part without VAT": (10000, {"ndsNo": 9999}),
    "more than the total": (10000, {"ndsNo": 10001}),
    "far more than the total": (10000, {"nds22": BIG, "nds20": BIG, "nds1": BIG}),
    "a kopeck too much of one item": (10000, {"nds22": 1804} | items(10000)),
    "four kopecks off over five items": (10000, {"nds22": 1807} | items(*[2000] * 5)),
    "an unknown code": (10000, nested((13, 1803))),
    "an unknown code beside a known one": (10000, nested((11, 1803), (13, 1))),
    "a code that is no number": (10000, nested(("НДС 22%", 1803))),
    "an amount that is no number": (10000, nested((11, "18,03"))),
    "an amount below zero": (10000, nested((11, -1803))),
    "an amount with a fraction": (10000, nested((11, 18.03))),
    "an entry that is no object": (10000, {"amountsReceiptNds": {"amountsNds": [5]}}),
    "a nested text": (10000, {"amountsReceiptNds": "1803"}),
    "flat and nested of one rate that differ": (20000, nested((11, 1803)) | {"nds22": 3606}),
    "flat and nested of two rates that each account": (10000, nested((11, 1803)) | {"nds20": 1667}),
    "flat says without VAT, nested a rate": (10000, nested((11, 1803)) | {"ndsNo": 10000}),
    "a turnover that cannot be read": (10000, {"ndsNo": True}),
    "a turnover below zero": (10000, {"ndsNo": -1, "nds22": 1803}),
    "a field whose rate is none": (10000, {"nds18118": 1525}),
    "a rate of nothing": (10000, {"nds00": 10000}),
    "rounded up": (10000, {"ndsNo": 10099} | items(10000)),
}


@pytest.mark.parametrize(("total", "fields", "vat", "by_rate"), KNOWN.values(), ids=KNOWN)
def test_vat_that_accounts_for_the_total_is_known(total: int, fields: dict[str, Any], vat: int, by_rate: str) -> None:
    books = keep_books([opening(), z_report(), receipt(2, total, **fields)], detail="receipts")
    assert books.order_values("amount", "vat", "vat_by_rate") == [(total, vat, by_rate)]


@pytest.mark.parametrize(("code", "rate"), ALL_CODES.items())
def test_each_code_of_a_rate_is_read(code: int, rate: str) -> None:
    percent = int(rate.removeprefix("calculated_"))
    books = keep_books([opening(), z_report(), receipt(2, 100 + percent, **nested((code, percent)))])
    assert books.order_values("vat", "vat_by_rate") == [(percent, f'{{"{rate}": {percent}}}')]


@pytest.mark.parametrize(("total", "fields"), UNKNOWN.values(), ids=UNKNOWN)
def test_vat_that_does_not_account_for_the_total_is_not_known_and_the_cash_is_booked(
    total: int, fields: dict[str, Any]
) -> None:
    books = keep_books([opening(), z_report(), receipt(2, total, **fields)], detail="receipts")
    assert books.order_values("amount", "vat", "vat_by_rate") == [(total, None, None)]
    assert books.rejects.empty and books.frames.rejects.empty


def test_one_receipt_of_unknown_vat_makes_its_order_s_unknown_and_no_other_s() -> None:
    documents = [receipt(2, 10000, nds22=1803), receipt(3, 5000), receipt(4, 1220, operation=2, nds22=220)]
    books = keep_books([opening(), z_report(receipts=3), *documents], detail="receipts")
    assert books.order_values("operation", "amount", "vat") == [
        ("cash_income", 15000, None),
        ("cash_refund", 1220, 220),
    ]


def test_a_receipt_without_cash_makes_no_vat_unknown() -> None:
    books = keep_books([opening(), z_report(receipts=2), receipt(2, 10000, nds22=1803), receipt(3, 0, card=5000)])
    assert books.order_values("vat") == [(1803,)]
