"""Amounts that Market gives as text: read where they can be read in one way only."""

from __future__ import annotations

import pytest

from tests.unit.transform.market.till import cheque, line, make_waybills_of, one, paid, position, read, rows, waybill


@pytest.mark.parametrize(
    ("text", "kopecks"),
    [
        ("50,5", 5050), ("50.50", 5050), ("50", 5000), (" 50,50 ", 5050), ("1 000,00", 100000),
        ("1\u00a0000,00", 100000), ("1\u202f234\u202f567.80", 123456780), ("0,00", 0), ("+5", 500),
    ],
)  # fmt: skip
def test_an_amount_in_quotes_is_an_amount(text: str, kopecks: int) -> None:
    frames = read(cheque("c1", total=text, payments=paid(Cash=text)))
    assert frames.rejects.empty
    assert (one(frames.cheques)["cash"], one(frames.cheques)["total"]) == (kopecks, kopecks)


@pytest.mark.parametrize(
    "text", ["1,000.50", "1.000,50", "1,000,50", "10 00", "1 0000", "1,5 0", "", " ", "50 руб", "0x10", "50,505", "-5"]
)
def test_a_text_that_may_be_read_in_two_ways_is_no_amount(text: str) -> None:
    frames = read(cheque("c1", 1), cheque("c2", total=text, payments=paid(Cash=text)))
    assert rows(frames.cheques, "cheque_id") == [("c1",)]
    assert len(frames.rejects) == 1


def test_every_amount_may_be_in_quotes() -> None:
    sold = line(price="10,50", count="2,5")
    reported = read(cheque("c1", total="26,00", priceCorrection="-0,25", payments=paid(Cash="26,25"), lines=[sold]))
    assert rows(reported.cheques, "cash", "price_correction") == [(2625, -25)]
    assert rows(reported.lines, "quantity", "amount") == [(2500, 2625)]
    parsed = make_waybills_of(waybill("w1", position("1,5", "10,50")))
    assert rows(parsed.lines, "quantity", "price", "amount") == [(1500, 1050, 1575)]


def test_a_text_that_looks_like_an_amount_is_left_alone() -> None:
    name = '"value": "1,5"'
    frames = read(cheque("c1", total="1,5", payments=paid(Cash="1,5"), number=name))
    assert one(frames.cheques)["number"] == name
