"""VAT and tax systems of cheque lines: what is said is read, what is not said stays unknown."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.model.organization import AccountRule
from smena.transform.market.orders import make_till_orders
from smena.transform.market.reading import read_cheques
from smena.transform.market.reports import make_sold
from smena.transform.market.shifts import make_till_shifts
from smena.transform.market.tax import vat_of_tills, with_known_vat
from smena.transform.market.tax_words import main_rate, rate_of, system_of
from tests.unit.transform.market.till import FIRST, LAST, LATER, SHOP, ZONE, cheque, line, page, rows

CONTRACT = {
    "Unknown": "", "Zero": "0", "Preferential": "10", "CalculatedPreferential": "calculated_10", "Main": "main",
    "CalculatedMain": "calculated_main", "NoVat": "no", "StsFirst": "5", "StsSecond": "7",
    "CalculatedStsFirst": "calculated_5", "CalculatedStsSecond": "calculated_7",
}  # fmt: skip
SYSTEMS = {
    "Bts": "osn", "StsIncome": "usn_income", "StsExpenses": "usn_income_expense", "Stii": "envd", "Uat": "eshn",
    "UatWithVat": "eshn_vat", "Patent": "psn",
}  # fmt: skip
RULES = [AccountRule(operation, None, None, "50.01", "90.01.1") for operation in ("cash_income", "cash_refund")]
ODD: list[Any] = [None, "", "Vat33", 20, 0, False, True, [], {}, "без НДС"]


def lines_of(*cheques: Any) -> pd.DataFrame:
    read = read_cheques([page(*cheques)], ZONE)
    assert read.rejects.empty
    return with_known_vat(read.lines, read.cheques)


def sold_line(price: Any, rate: Any, vat: Any, **fields: Any) -> dict[str, Any]:
    return line(price, 1, vatRate=rate, totalVatValue=vat, **fields)


def vat_of(*lines: dict[str, Any], cash: Any = None, card: Any = 0, **fields: Any) -> tuple[Any, Any]:
    """The VAT of the order of a shift with this one cheque."""
    total = sum(one["sellPricePerUnit"] for one in lines)
    return vat_of_shift(cheque("c1", total - card if cash is None else cash, card=card, lines=list(lines), **fields))


def vat_of_shift(*cheques: Any, operation: str = "cash_income") -> tuple[Any, Any]:
    read = read_cheques([page(*cheques)], ZONE)
    lines = with_known_vat(read.lines, read.cheques)
    shifts = make_till_shifts(
        read.cheques, read.rejects, first_day=FIRST, last_day=LAST, date_policy="shift_close", now_local=LATER
    )
    _, orders = make_till_orders(
        shifts, vat_of_tills(read.cheques, lines), refunds="rko", keeps_cash_documents=True, accounts=RULES
    )
    (order,) = [row for row in orders.to_dict("records") if row["operation"] == operation]
    rates = None if pd.isna(order["vat_by_rate"]) else json.loads(order["vat_by_rate"])
    return None if pd.isna(order["vat"]) else order["vat"], rates


# --- words


@pytest.mark.parametrize(("word", "rate"), CONTRACT.items())
def test_a_rate_of_the_contract_is_read_in_any_case(word: str, rate: str) -> None:
    assert rate_of(word) == rate_of(word.lower()) == rate_of(f" {word[:1].lower()}{word[1:]} ") == rate


@pytest.mark.parametrize(("word", "system"), SYSTEMS.items())
def test_a_tax_system_of_the_contract_is_read_in_any_case(word: str, system: str) -> None:
    assert system_of(word) == system_of(word.lower()) == system


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_any_other_value_is_unknown(odd: Any) -> None:
    assert (rate_of(odd), system_of(odd)) == ("", "")


def test_the_main_rate_is_that_of_the_day() -> None:
    days = (date(2017, 5, 1), date(2018, 12, 31), date(2019, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [main_rate(day) for day in days] == ["18", "18", "20", "20", "22"]


# --- lines


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_line_with_an_odd_rate_is_a_good_line_with_unknown_vat(odd: Any) -> None:
    (one,) = rows(lines_of(cheque(lines=[sold_line(120, odd, 20)])), "vat_rate", "tax_system", "vat", "amount")
    assert one == ("", "", None, 12000)


@pytest.mark.parametrize("odd", [None, "", "x", [], {}, True, -1, "1e400", 20.005, 10**13], ids=repr)
def test_a_line_with_an_odd_vat_has_unknown_vat(odd: Any) -> None:
    assert rows(lines_of(cheque(lines=[sold_line(120, "Main", odd)])), "vat_rate", "vat") == [("20", None)]


def test_a_line_without_the_fields_has_unknown_vat() -> None:
    bare = {"sellPricePerUnit": 10, "count": 1}
    assert rows(lines_of(cheque(lines=[bare])), "vat_rate", "tax_system", "vat") == [("", "", None)]


@pytest.mark.parametrize("text", [20, 20.0, "20", "20.00", "20,00"], ids=repr)
def test_vat_is_read_as_a_number_or_as_a_text(text: Any) -> None:
    assert rows(lines_of(cheque(lines=[sold_line(120, "Main", text)])), "vat") == [(2000,)]


@pytest.mark.parametrize(
    ("day", "vat", "rate"),
    [
        ("2025-12-01T12:00:00", 20.34, None),  # 20.34 of 122.00 is 20 %
        ("2025-12-01T12:00:00", 22, None),  # 22 % is not in force yet
        ("2026-01-05T12:00:00", 22, "22"),
        ("2026-01-05T12:00:00", 20.33, "20"),
        ("2026-01-05T12:00:00", 18.61, "18"),
        ("2026-01-05T12:00:00", 30, None),
    ],
)
def test_main_is_the_rate_of_the_day_or_an_earlier_one_that_fits(day: str, vat: float, rate: str | None) -> None:
    (one,) = rows(lines_of(cheque(closed=day, lines=[sold_line(122, "Main", vat)])), "vat_rate", "vat")
    if day < "2026":
        assert one == ("20", 2034 if vat == 20.34 else None)
    else:
        assert one == ((rate, round(vat * 100)) if rate else ("22", None))


def test_a_calculated_rate_keeps_its_name() -> None:
    assert rows(lines_of(cheque(lines=[sold_line(120, "CalculatedMain", 20)])), "vat_rate", "vat") == [
        ("calculated_20", 2000)
    ]


@pytest.mark.parametrize("rate", ["Zero", "NoVat"])
def test_untaxed_lines_have_no_vat_and_contradict_any(rate: str) -> None:
    assert rows(lines_of(cheque(lines=[sold_line(120, rate, None)])), "vat") == [(0,)]
    assert rows(lines_of(cheque(lines=[sold_line(120, rate, 0)])), "vat") == [(0,)]
    assert rows(lines_of(cheque(lines=[sold_line(120, rate, 20)])), "vat") == [(None,)]


# --- orders

MAIN, TEN = sold_line(120, "Main", 20), sold_line(110, "Preferential", 10)
NONE, LACKS = sold_line(50, "NoVat", None), sold_line(120, "Main", None)


def test_the_vat_of_an_order_is_that_of_its_lines() -> None:
    assert vat_of(MAIN, TEN) == (3000, {"10": 1000, "20": 2000})
    assert vat_of(MAIN, MAIN, NONE) == (4000, {"20": 4000})


def test_an_order_of_untaxed_lines_has_a_known_vat_of_zero() -> None:
    assert vat_of(NONE) == (0, {})


@pytest.mark.parametrize(
    "lacking", [LACKS, sold_line(10, None, 1), sold_line(10, "Unknown", None), sold_line(10, "Vat33", 3)]
)
def test_a_line_without_vat_leaves_the_order_unknown(lacking: dict[str, Any]) -> None:
    assert vat_of(MAIN, lacking) == (None, None)


def test_a_cheque_without_lines_leaves_the_order_unknown() -> None:
    assert vat_of_shift(cheque("c1", 10, lines=[])) == (None, None)
    assert vat_of_shift(cheque("c1", 120, lines=[MAIN]), cheque("c2", 10, lines=None)) == (None, None)


def test_vat_of_a_mixed_cheque_is_divided_as_its_total() -> None:
    # 2000 · 1000 / 12000 = 166.67
    assert vat_of(MAIN, cash=10, card=110) == (167, {"20": 167})


def test_a_rounded_cheque_leaves_the_order_unknown() -> None:
    odd = sold_line(120.5, "Main", 20.08)
    assert vat_of_shift(cheque("c1", 120, lines=[odd], priceCorrection=0.5)) == (None, None)


def test_a_cheque_by_card_says_nothing_of_the_cash() -> None:
    paid_by_card = cheque("c2", card=120, lines=[LACKS])
    assert vat_of_shift(cheque("c1", 120, lines=[MAIN]), paid_by_card) == (2000, {"20": 2000})


def test_refunds_have_a_vat_of_their_own() -> None:
    sale, refund = cheque("c1", 240, lines=[MAIN, MAIN]), cheque("c2", 120, lines=[LACKS], refund=True)
    assert vat_of_shift(sale, refund) == (4000, {"20": 4000})
    assert vat_of_shift(sale, refund, operation="cash_refund") == (None, None)


# --- goods sold


def test_goods_are_summed_by_rate_and_tax_system_and_their_vat_is_unknown_where_a_line_lacks_it() -> None:
    mine = {"taxSystem": "Bts"}
    read = read_cheques(
        [
            page(
                cheque("c1", lines=[MAIN | mine, MAIN | mine, TEN | mine]),
                cheque("c2", lines=[MAIN | mine], refund=True),
                cheque("c3", lines=[NONE | {"taxSystem": "Patent"}, LACKS]),
                cheque("c4", lines=[MAIN]),
            )
        ],
        ZONE,
    )
    sold = make_sold(read.cheques, with_known_vat(read.lines, read.cheques), first_day=FIRST, last_day=LAST)
    assert set(sold["shop_id"]) == {SHOP}
    assert rows(sold, "tax_system", "vat_rate", "quantity", "amount", "vat") == [
        ("", "20", 2000, 24000, None),
        ("osn", "10", 1000, 11000, 1000),
        ("osn", "20", 1000, 12000, 2000),
        ("psn", "no", 1000, 5000, 0),
    ]
