"""What addresses of «Документы» say: days of the presets, the filter, the place in the table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smena.reads.documents import Place
from smena.ui.documents import totals_by_kind
from smena.ui.documents_filter import place_of, preset_days, request_of

DOCUMENT = "0b0e7a52-6d0f-4a53-9f3e-2a6f7a3c1d11"


@pytest.mark.parametrize(
    ("preset", "today", "first", "last"),
    [
        ("yesterday", date(2026, 1, 1), date(2025, 12, 31), date(2025, 12, 31)),
        ("yesterday", date(2024, 3, 1), date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        ("week", date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        ("week", date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4)),
        ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        *[("month", date(2026, month, 15), date(2026, month, 1), date(2026, month, last))
          for month, last in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1)],
        ("last_month", date(2024, 3, 31), date(2024, 2, 1), date(2024, 2, 29)),
        ("last_month", date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        *[("quarter", date(2026, month, 28), date(2026, 1, 1), date(2026, 3, 31)) for month in (1, 2, 3)],
        *[("quarter", date(2026, month, 30), date(2026, 4, 1), date(2026, 6, 30)) for month in (4, 5, 6)],
        *[("quarter", date(2026, month, 30), date(2026, 7, 1), date(2026, 9, 30)) for month in (7, 8, 9)],
        *[("quarter", date(2026, month, 30), date(2026, 10, 1), date(2026, 12, 31)) for month in (10, 11, 12)],
    ],
)  # fmt: skip
def test_a_preset_is_whole_days_of_the_calendar(preset: str, today: date, first: date, last: date) -> None:
    assert preset_days(preset, today) == (first, last)


@pytest.mark.parametrize(
    ("sort", "number_key", "text_key"),
    [
        ("day", Decimal(0), ""),
        ("number", Decimal(3), "1_7"),
        ("amount", Decimal("-1500.07"), ""),
        ("counterparty", Decimal(0), " ООО_«&= "),
        ("status", Decimal(2), ""),
    ],
)
def test_the_place_of_a_row_is_found_again_out_of_its_address(sort: str, number_key: Decimal, text_key: str) -> None:
    row = {
        "date": date(2026, 1, 2), "number": "1_7", "document_id": DOCUMENT, "number_key": number_key,
        "text_key": text_key,
    }  # fmt: skip
    query = request_of({"sort": sort, **place_of(row, sort)})
    assert query.problem == ""
    assert query.after == Place(date(2026, 1, 2), "1_7", DOCUMENT, number_key, text_key)


def test_totals_put_together_what_is_in_force() -> None:
    found = [
        {"kind": "rko", "status": "reversed", "documents": 2, "amount": Decimal("5.50"), "without_amount": 0},
        {"kind": "pko", "status": "new", "documents": 1, "amount": Decimal("0.10"), "without_amount": 0},
        {"kind": "pko", "status": "accepted", "documents": 3, "amount": Decimal("0.20"), "without_amount": 1},
    ]
    pko, rko = totals_by_kind(found)
    assert (pko["kind"], rko["kind"]) == ("pko", "rko")
    assert pko["in_force"] == {"documents": 4, "amount": Decimal("0.30"), "without_amount": 1}
    assert pko["set_aside"]["documents"] == rko["in_force"]["documents"] == 0
    assert rko["set_aside"] == {"documents": 2, "amount": Decimal("5.50"), "without_amount": 0}
