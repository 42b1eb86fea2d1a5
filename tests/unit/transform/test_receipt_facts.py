"""Corrected days, principals and the worth of items, in each form in which receipts report them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.invented import SOLE_PROPRIETOR
from tests.unit.transform.assertions import one, read
from tests.unit.transform.builders import keep_books, opening, receipt, sums, totals, z_report

INN_OF_PRINCIPAL = "9601000019"
NOT_KNOWN, EARLIER = "correction_day_unknown", "correction_of_earlier_day"

UNDATED: dict[str, dict[str, Any]] = {
    "absent": {},
    "null": {"correctionDocumentDate": None},
    "empty": {"correctionDocumentDate": " "},
    "unix seconds of another day": {"correctionDocumentDate": 1764460800},
    "unix seconds of its own day": {"correctionDocumentDate": 1764547200},
    "unix seconds as text": {"correctionDocumentDate": "1764547200"},
    "unix milliseconds": {"correctionDocumentDate": 1764547200000},
    "dd.MM.yyyy": {"correctionDocumentDate": "30.11.2025"},
    "dd.MM.yyyy of its own day": {"correctionDocumentDate": "01.12.2025"},
    "a day in the future": {"correctionDocumentDate": "2025-12-02"},
    "a moment of another zone": {"correctionDocumentDate": "2025-12-01T21:00:00"},
    "a moment with a zone": {"correctionDocumentDate": "2025-12-01T00:00:00Z"},
    "no day of the calendar": {"correctionDocumentDate": "2025-13-01"},
    "without dashes": {"correctionDocumentDate": "20251201"},
    "unreadable": {"correctionDocumentDate": "вчера"},
    "an object": {"correctionDocumentDate": {"day": "2025-12-01"}},
    "the beginning of unix time": {"correctionDocumentDate": "1970-01-01T00:00:00"},
    "the beginning of .NET": {"correctionDocumentDate": "0001-01-01T00:00:00"},
    "an empty base": {"correctionBase": {}},
    "a base that is a text": {"correctionBase": "2025-12-01 акт"},
    "unix seconds in the base": {"correctionBase": {"documentDate": 1764547200}},
    "two fields that differ": {
        "correctionDocumentDate": "2025-12-01", "correctionBase": {"documentDate": "2025-11-30"},
    },
    "one field that cannot be read": {
        "correctionDocumentDate": "2025-12-01", "correctionBase": {"documentDate": "30.11.2025"},
    },
}  # fmt: skip

DATED: dict[str, dict[str, Any]] = {
    "a day": {"correctionDocumentDate": "2025-12-01"},
    "midnight": {"correctionDocumentDate": "2025-12-01T00:00:00"},
    "midnight with a fraction": {"correctionDocumentDate": "2025-12-01T00:00:00.0000000"},
    "midnight to the minute": {"correctionDocumentDate": " 2025-12-01T00:00 "},
    "in the base": {"correctionBase": {"documentDate": "2025-12-01"}},
    "in both": {"correctionDocumentDate": "2025-12-01", "correctionBase": {"documentDate": "2025-12-01T00:00:00"}},
}


def booked(detail: str, kind: str = "receiptCorrection", corrections: str = "review", **fields: Any) -> Any:
    """A sale of 100.00 and a correction of 7777.00 in one shift."""
    documents = [z_report(receipts=2), opening(), receipt(2, 10000), receipt(3, 777700, kind=kind, **fields)]
    return keep_books(documents, [totals(1, sums(787700, 2))], detail=detail, corrections=corrections)


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("fields", UNDATED.values(), ids=UNDATED)
def test_a_correction_whose_day_is_not_known_waits_for_a_person(fields: dict[str, Any], detail: str) -> None:
    books = booked(detail, **fields)
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("needs_review", NOT_KNOWN)
    assert books.orders.empty and books.frames.rejects.empty


def test_a_correction_on_a_form_of_strict_reporting_waits_too() -> None:
    assert booked("totals", kind="bsoCorrection").shift()["reason"] == NOT_KNOWN


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("fields", DATED.values(), ids=DATED)
def test_a_correction_of_its_own_day_is_booked(fields: dict[str, Any], detail: str) -> None:
    books = booked(detail, **fields)
    assert books.outcomes() == {1: "issued"}
    assert books.shift()["has_corrections"] is False


def test_an_undated_correction_without_cash_is_booked() -> None:
    documents = [z_report(receipts=2), opening(), receipt(2, 100), receipt(3, 0, card=50, kind="receiptCorrection")]
    assert keep_books(documents, [totals(1, sums(100, 2, card=50))]).outcomes() == {1: "issued"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("day", [None, "2025-11-30", 1764460800])
def test_where_corrections_are_booked_the_shift_says_that_it_has_some(day: Any, detail: str) -> None:
    books = booked(detail, corrections="book", correctionDocumentDate=day)
    assert books.amounts == [("cash_income", 787700)]
    assert (books.shift()["outcome"], books.shift()["has_corrections"]) == ("issued", True)


def test_a_correction_of_an_earlier_day_waits_with_its_own_reason() -> None:
    assert booked("totals", correctionDocumentDate="2025-11-30").shift()["reason"] == EARLIER


# --- principals

AGENTS: dict[str, tuple[dict[str, Any], bool | None]] = {
    "blanks and zeros": ({"providerInn": " " * 12, "paymentAgentByProductType": 0, "paymentAgentType": 0}, False),
    "nulls": ({"providerInn": None, "paymentAgentByProductType": None, "paymentAgentType": None}, False),
    "zeros as texts": (
        {"providerInn": "000000000000", "paymentAgentByProductType": "0", "paymentAgentType": ""},
        False,
    ),
    "an ИНН of zeros as a number": ({"providerInn": 0}, False),
    "an ИНН": ({"providerInn": INN_OF_PRINCIPAL}, True),
    "a padded ИНН": ({"providerInn": f"{INN_OF_PRINCIPAL}  "}, True),
    "an ИНН filled up with zeros": ({"providerInn": f"00{INN_OF_PRINCIPAL}"}, True),
    "an ИНН of a sole proprietor": ({"providerInn": SOLE_PROPRIETOR}, True),
    "an ИНН as a number": ({"providerInn": int(INN_OF_PRINCIPAL)}, True),
    "a flag": ({"paymentAgentByProductType": 64}, True),
    "a flag as text": ({"paymentAgentType": "2"}, True),
    "a flag beside an ИНН that is wrong": ({"paymentAgentType": 2, "providerInn": "123"}, True),
    "an ИНН with wrong digits": ({"providerInn": "9601000018"}, None),
    "a text that is no ИНН": ({"providerInn": "нет"}, None),
    "an ИНН that is a list": ({"providerInn": [INN_OF_PRINCIPAL]}, None),
    "a flag that is a word": ({"paymentAgentByProductType": "agent"}, None),
    "a flag below zero": ({"paymentAgentByProductType": -1}, None),
}


@pytest.mark.parametrize(("fields", "agent"), AGENTS.values(), ids=AGENTS)
def test_a_principal_is_a_valid_inn_or_a_flag_that_is_set(fields: dict[str, Any], agent: bool | None) -> None:
    frames = read(receipt(2, 100, items=[{"sum": 50} | fields, {"sum": 50} | fields]))
    assert one(frames.receipts)["agent"] is agent
    assert frames.rejects.empty


@pytest.mark.parametrize(("flag", "agent"), [(0, False), ("0", False), (64, True), ("?", None), ([], False)])
def test_the_principal_of_a_whole_receipt_is_a_flag_that_is_set(flag: Any, agent: bool | None) -> None:
    assert one(read(receipt(2, 100, paymentAgentType=flag)).receipts)["agent"] is agent


def test_money_of_an_unclear_owner_waits_for_a_person() -> None:
    documents = [z_report(), opening(), receipt(2, 100, items=[{"sum": 100, "providerInn": "нет"}])]
    assert keep_books(documents, detail="receipts").outcomes() == {1: "needs_review"}


# --- the worth of items

WORTH: dict[str, tuple[dict[str, Any], int | None]] = {
    "items": ({"items": [{"sum": 60}, {"sum": 40}]}, 100),
    "storno items apart": ({"items": [{"sum": 150}], "stornoItems": [{"sum": 30}, {"sum": 20}]}, 100),
    "storno items among them": ({"items": [{"sum": 150, "storno": False}, {"sum": 50, "storno": True}]}, 100),
    "storno as a number": ({"items": [{"sum": 150}, {"sum": 50, "storno": 1}, {"sum": 0, "storno": 0}]}, 100),
    "empty lists": ({"items": [{"sum": 100}], "stornoItems": [], "modifiers": []}, 100),
    "a discount": ({"items": [{"sum": 120}], "modifiers": [{"discountName": "карта", "discountSum": 20}]}, 100),
    "a surcharge": ({"items": [{"sum": 90}], "modifiers": [{"markupSum": 10, "discountSum": None}]}, 100),
    "several modifiers": ({"items": [{"sum": 100}], "modifiers": [{"discountSum": 30}, {"markupSum": "30"}]}, 100),
    "a modifier of no amount": ({"items": [{"sum": 100}], "modifiers": [{"discount": 10}]}, None),
    "a modifier that is a word": ({"items": [{"sum": 100}], "modifiers": ["скидка"]}, None),
    "modifiers that are no list": ({"items": [{"sum": 100}], "modifiers": {"discountSum": 10}}, None),
    "a storno item of no sum": ({"items": [{"sum": 100}], "stornoItems": [{"name": "Чай"}]}, None),
    "a storno item below zero": ({"items": [{"sum": 100}], "stornoItems": [{"sum": -5}]}, None),
    "storno as a word": ({"items": [{"sum": 100, "storno": "да"}]}, None),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "worth"), WORTH.values(), ids=WORTH)
def test_a_receipt_is_worth_its_items_less_storno_and_discounts(fields: dict[str, Any], worth: int | None) -> None:
    frames = read(receipt(2, 100, **fields))
    assert one(frames.receipts)["items_total"] == worth
    assert frames.rejects.empty


def test_a_mask_of_tax_systems_without_a_bit_is_none() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 100, taxation=0)], detail="receipts")
    assert books.order_values("taxation") == [("",)]


def test_a_document_of_another_transmission_is_the_same() -> None:
    again = {"id": "b", "receiveDateTimeUtc": "2025-12-03T10:00:00"}
    documents = [z_report(), opening(), receipt(2, 100), receipt(3, 5, kind="bsoCorrection")]
    repeated = [
        z_report(**again),
        opening(**again),
        receipt(2, 100, **again),
        receipt(3, 5, kind="bsoCorrection", **again),
    ]
    for heap in (documents + repeated, repeated + documents):
        frames = read(*heap)
        assert (len(frames.z_reports), len(frames.openings), len(frames.receipts), len(frames.rejects)) == (1, 1, 2, 0)
        assert one(frames.z_reports)["received_at"] == pd.Timestamp("2025-12-01 17:00:10")


@pytest.mark.parametrize("received", [None, "absent"])
def test_a_time_of_receipt_that_is_there_wins(received: str | None) -> None:
    again = z_report(receiveDateTimeUtc=None)
    if received == "absent":
        del again["closeShift"]["receiveDateTimeUtc"]
    assert one(read(again, z_report()).z_reports)["received_at"] == pd.Timestamp("2025-12-01 17:00:10")
