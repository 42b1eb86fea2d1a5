"""Receipts asked for again: each difference is named, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from smena.transform.changed_receipts import GONE, NEW, changed_receipts, read_reported_vat, unequal_vat, vat_of_shifts
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from tests.mutation.register import Register

REGISTER = Register(3)
TRUE = REGISTER.answers["receipts"]["documents"]


def frames(documents: list[Any], page: int = 1) -> FiscalFrames:
    return read_documents([RawPage(page, REGISTER.number, json.dumps({"documents": documents}).encode())])


def shifts() -> pd.DataFrame:
    openings = frames(TRUE).openings
    return openings.assign(shift_id=openings["shift_number"].astype("string"))


def receipts(**changes: Any) -> list[Any]:
    """The documents with a change to the first receipt; None drops a field."""
    documents: list[Any] = json.loads(json.dumps(TRUE))
    receipt = next(one["receipt"] for one in documents if "receipt" in one)
    for name, value in changes.items():
        receipt[name] = value
        if value is None:
            del receipt[name]
    return documents


def first() -> dict[str, Any]:
    fields: dict[str, Any] = next(one["receipt"] for one in TRUE if "receipt" in one)
    return fields


def test_the_same_receipts_from_another_page_in_another_order_are_the_same() -> None:
    assert changed_receipts(frames(TRUE), frames(TRUE[::-1], page=9), shifts()).empty


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"nds20": 1}, "other_vat"),
        ({"nds20": None}, "other_vat"),
        ({"nds10": 1}, "other_vat"),
        ({"taxationType": 2}, "other_tax_system"),
        ({"taxationType": None}, "other_tax_system"),
        ({"paymentAgentType": 1}, "other_agent"),
        ({"operationType": 2}, "other_operation"),
        ({"totalSum": 5, "cashTotalSum": 5}, "other_amounts\nother_vat"),
        ({"dateTime": "2025-11-03T12:00:00"}, "other_time"),
        ({"correctionDocumentDate": "2025-10-01"}, "other_corrected_day"),
    ],
)
def test_a_receipt_with_other_values_is_named_by_its_number_on_whichever_side(
    changes: dict[str, Any], what: str
) -> None:
    for booked, entry in ((receipts(**changes), TRUE), (TRUE, receipts(**changes))):
        changed = changed_receipts(frames(booked), frames(entry), shifts())
        named = changed[["fiscal_document_number", "what"]].to_numpy().tolist()
        assert named == [[first()["fiscalDocumentNumber"], what]]


def test_a_receipt_that_goes_to_another_shift_is_named_in_the_one_that_is_booked() -> None:
    moved = frames(receipts(shiftNumber=9999))
    assert changed_receipts(frames(TRUE), moved, shifts())["what"].tolist() == ["other_shift"]
    assert changed_receipts(moved, frames(TRUE), shifts())["what"].tolist() == [NEW]


def test_a_receipt_that_is_gone_or_new_is_named_with_its_cash() -> None:
    without = [one for one in TRUE if one.get("receipt") != first()]
    gone = changed_receipts(frames(TRUE), frames(without), shifts())
    new = changed_receipts(frames(without), frames(TRUE), shifts())
    assert gone[["what", "cash"]].to_numpy().tolist() == [[GONE, first()["cashTotalSum"]]]
    assert new[["what", "cash"]].to_numpy().tolist() == [[NEW, -first()["cashTotalSum"]]]


def test_receipts_of_other_shifts_are_not_compared() -> None:
    one = shifts().head(1)
    others = [one for one in TRUE if next(iter(one.values()))["shiftNumber"] == first()["shiftNumber"]]
    assert changed_receipts(frames(others), frames(TRUE), one).empty
    assert changed_receipts(frames([]), frames([]), one).empty


def vat(booked: list[Any], totals: Any) -> pd.DataFrame:
    known = shifts()
    entries = pd.DataFrame(REGISTER.entries).set_index("shiftNumber").loc[known["shift_number"]]
    counts = sum(entries[name].str["count"] for name in ("sell", "returnSell", "buy", "returnBuy"))
    closed = pd.to_datetime(entries["shiftClose"]).astype("datetime64[us]")
    keys = known.assign(is_of_receipts=True, closed_at=closed.to_numpy(), receipts=pd.array(counts, dtype="Int64"))
    rows = keys.merge(vat_of_shifts(frames(booked), known), on="shift_id", how="left")
    return unequal_vat(rows, read_reported_vat([RawPage(1, REGISTER.number, json.dumps({"shifts": totals}).encode())]))


def totals(**section: Any) -> Any:
    entries = json.loads(json.dumps(REGISTER.entries))
    entries[0]["sell"] |= section
    return entries


def test_vat_that_the_totals_report_too_is_equal() -> None:
    assert vat(TRUE, totals()).empty


@pytest.mark.parametrize(
    ("changes", "rates"),
    [
        ({"nds20": first()["nds20"] + 7}, {"20": 7}),
        ({"nds20": None}, {"20": -first()["nds20"]}),
        ({"nds20": None, "ndsCalculated20": first()["nds20"]}, {"20": -first()["nds20"]}),
    ],
)
def test_vat_that_is_not_that_of_the_totals_is_named_by_its_rate(
    changes: dict[str, Any], rates: dict[str, int]
) -> None:
    wrong = vat(receipts(**changes), totals())
    assert dict(zip(wrong["rate"], wrong["ours"] - wrong["vat"], strict=True)) == rates
    assert set(wrong["operation"]) == {"cash_income"}


@pytest.mark.parametrize(
    "section", [{"nds": None}, {"nds": {}}, {"nds": "20"}, {"nds": {"rate20": "much"}}, {"count": 99}]
)
def test_totals_without_vat_or_of_other_receipts_show_no_difference(section: dict[str, Any]) -> None:
    wrong = vat(receipts(nds20=1), totals(**section))
    assert wrong.empty


def test_totals_without_an_operation_show_no_difference_of_its_vat() -> None:
    entries = totals()
    del entries[0]["buy"]
    parsed = read_reported_vat([RawPage(1, REGISTER.number, json.dumps({"shifts": entries}).encode())])
    of_first = parsed[parsed["shift_number"] == entries[0]["shiftNumber"]]
    assert set(of_first["operation"]) == {"cash_income", "cash_refund", "cash_payout_refund"}
