"""What a comparison found, as stored reasons that are read in both languages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.comparison import DOCUMENTS
from smena.matching.explanation import MOST_NAMED, explain
from smena.messages import translate
from smena.model.reason_text import joined, parse_all, reason
from smena.model.reasons import Reason


def document(what: str, cash: int, number: int | None = None, cheque: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "till_id": "t", "fiscal_id": "f", "what": what, "cash": cash, "total": cash, "fiscal_document_number": number,
        "cheque_number": cheque, "is_refund": False, "at": pd.Timestamp("2026-02-03 11:05:30"),
    } | more  # fmt: skip


def explained(*documents: dict[str, Any]) -> str:
    frame = DOCUMENTS.of({name: [one[name] for one in documents] for name in DOCUMENTS.columns})
    (text,) = explain(frame)["explanation"]
    return str(text)


@pytest.mark.parametrize(
    ("one", "english", "russian"),
    [
        (
            document("correction", 19099, 1234),
            "correction receipt ФД 1234 of 190.99",
            "чек коррекции ФД 1234 на 190,99 ₽",
        ),
        (
            document("correction", 100, 1234, is_refund=True),
            "correction receipt of a refund, ФД 1234, of 1.00",
            "чек коррекции возврата ФД 1234 на 1,00 ₽",
        ),
        (
            document("receipt", 31850, 40, "17"),
            "Market has no cheque № 17 of 318.50, ФД 40",
            "в Маркете нет чека № 17 на 318,50 ₽ (ФД 40)",
        ),
        (
            document("receipt", 31850, 40),
            "Market has no cheque of 318.50, ФД 40",
            "в Маркете нет чека ФД 40 на 318,50 ₽",
        ),
        (
            document("receipt", 31850, 40, "17", is_refund=True),
            "Market has no refund cheque of 318.50, ФД 40",
            "в Маркете нет чека возврата ФД 40 на 318,50 ₽",
        ),
        (
            document("cheque", 50000, None, "2"),
            "the OFD has no receipt of cheque № 2, 500.00 at 11:05",
            "в ОФД нет чека № 2 из Маркета на 500,00 ₽ в 11:05",
        ),
        (
            document("cheque", 50000, None, '2"; 3', at=None),
            'the OFD has no receipt of cheque № 2"; 3, 500.00 at —',
            'в ОФД нет чека № 2"; 3 из Маркета на 500,00 ₽ в —',
        ),
        (
            document("cheque", 50000, None, "2\nvat_negative" + "7" * 30),
            "the OFD has no receipt of 500.00 at 11:05",
            "в ОФД нет чека Маркета на 500,00 ₽ в 11:05",
        ),
        (
            document("cheque", 50000, is_refund=True),
            "the OFD has no refund receipt of 500.00 at 11:05",
            "в ОФД нет чека возврата Маркета на 500,00 ₽ в 11:05",
        ),
        (document("rounding", -50, is_refund=None, at=None), "rounding of -0.50", "округление на -0,50 ₽"),
    ],
)
def test_each_kind_of_document_is_named(one: dict[str, Any], english: str, russian: str) -> None:
    stored = explained(one)
    assert (translate(stored, "en"), translate(stored, "ru")) == (english, russian)
    booked = joined([reason(Reason.BOOKED_BY_OFD, register="3"), stored])
    assert translate(booked, "ru") == f"о ней сообщает ОФД, касса 3; {russian}"


def test_many_documents_are_counted() -> None:
    text = explained(*(document("correction", 100 + place, place) for place in range(MOST_NAMED + 2)))
    found = [code for code, _ in parse_all(text)]
    assert found == [*([Reason.CORRECTION_RECEIPT] * MOST_NAMED), Reason.MORE_DOCUMENTS]
    assert translate(text, "en").endswith("; and 2 more documents")
    assert translate(text, "ru").endswith("; и ещё 2 документа")


def test_what_moves_no_cash_is_not_named() -> None:
    assert (
        explained(document("receipt", 0, 7), document("correction", 5, 8))
        == 'correction_receipt {"amount": 5, "document": 8}'
    )
    assert explain(DOCUMENTS.empty()).empty
