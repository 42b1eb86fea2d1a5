"""A receipt that cannot be true is rejected with its reason, and its neighbours are not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.quality import check_receipts
from smena.transform.frames import OPENINGS, RECEIPTS, VAT_LINES, Z_REPORTS
from tests.invented import ROMASHKA, STRANGER

INN, KKT, DRIVE = ROMASHKA, "0000000003065868", "9999078900001234"


def receipts(*changes: dict[str, Any]) -> pd.DataFrame:
    """A good receipt of 12.00 with 2.00 of VAT, then one for each of the changes, labelled 101 and on."""
    rows = [
        {
            "page_id": 3, "kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": 7,
            "fiscal_document_number": 50 + n, "fiscal_sign": n, "formed_at": pd.Timestamp("2026-03-01 12:00"),
            "kind": "receipt", "operation": "cash_income", "taxation": "osn", "agent": False, "corrects_day": None,
            "total": 1200, "cash": 1000, "cashless": 200, "prepaid": 0, "postpaid": 0, "consideration": 0,
            "items": 1, "items_total": 1200, "vat_known": True, "user_inn": INN,
        }
        | change
        for n, change in enumerate(({}, *changes))
    ]  # fmt: skip
    frame = RECEIPTS.of({column: [row[column] for row in rows] for column in RECEIPTS.columns})
    return frame.set_axis(range(100, 100 + len(rows)))


def one(schema: Any, **fields: Any) -> pd.DataFrame:
    values = (
        dict.fromkeys(schema.columns) | {"kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": 7} | fields
    )
    return schema.of({column: [values[column]] for column in schema.columns})


OPENED = one(OPENINGS, fiscal_document_number=40, opened_at=pd.Timestamp("2026-03-01 09:00"))
CLOSED = one(Z_REPORTS, fiscal_document_number=90, closed_at=pd.Timestamp("2026-03-01 22:00"))
NO_VAT = VAT_LINES.empty()


def reasons(frame: pd.DataFrame, vat: pd.DataFrame = NO_VAT) -> dict[int, str]:
    verdict = check_receipts(frame, vat, OPENED, CLOSED, organization_inn=INN)
    assert not verdict.stops_batch
    return dict(verdict.bad["reason"])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"total": 1199}, "total_not_its_payments"),
    ({"cash": 1001}, "total_not_its_payments"),
    ({"total": 1300, "cash": 1100}, "total_not_its_items"),
    ({"items_total": 1300}, "total_not_its_items"),
    ({"user_inn": STRANGER}, "inn_of_another"),
    ({"kkt_reg_id": "12"}, "rnm_not_16_digits"),
    ({"formed_at": pd.Timestamp("2026-03-01 08:59:59")}, "formed_before_opening"),
    ({"formed_at": pd.Timestamp("2026-03-01 22:00:01")}, "formed_after_closing"),
    ({"fiscal_document_number": 40}, "number_not_after_opening"),
    ({"fiscal_document_number": 90}, "number_not_before_closing"),
    ({"formed_at": None}, 'field_missing {"what": "formed_at"}'),
    ({"operation": "gift"}, "unknown_operation"),
]


def test_each_invalid_receipt_is_rejected_with_its_reason_and_its_neighbour_is_not() -> None:
    assert reasons(receipts(*[change for change, _ in BAD])) == dict(enumerate([why for _, why in BAD], 101))


LAWFUL: list[dict[str, Any]] = [
    {"items_total": None},
    {"items_total": 1299},
    {"user_inn": None},
    {"formed_at": pd.Timestamp("2026-03-01 09:00")},
    {"formed_at": pd.Timestamp("2026-03-01 22:00")},
    {"shift_number": 8, "formed_at": pd.Timestamp("2026-03-02 22:30"), "fiscal_document_number": 95},
    {"total": 0, "cash": 0, "cashless": 0, "items_total": 0},
]


def test_unusual_but_lawful_receipts_go_on() -> None:
    assert reasons(receipts(*LAWFUL)) == {}


@pytest.mark.parametrize(
    ("vat", "items", "warned"), [(200, 1, 0), (300, 1, 0), (301, 1, 1), (301, 200, 1), (301, 201, 0)]
)
def test_vat_of_more_than_its_rate_gives_is_warned_of_and_costs_no_cash(vat: int, items: int, warned: int) -> None:
    lines = one(VAT_LINES, fiscal_document_number=50, rate="20", vat=vat)
    frame = receipts({}).assign(items=pd.array([items, 1], dtype="Int64"))
    assert reasons(frame, lines) == {}
    verdict = check_receipts(frame, lines, OPENED, CLOSED, organization_inn=INN)
    (result,) = [one for one in verdict.results if one.expectation == "vat_is_within_the_total"]
    assert (result.severity, result.bad_rows) == ("warning", warned)


def test_where_there_are_no_receipts_nothing_is_asked_but_their_shape() -> None:
    verdict = check_receipts(RECEIPTS.empty(), NO_VAT, OPENED, CLOSED, organization_inn=INN)
    assert [result.expectation for result in verdict.results] == ["receipts_are_of_their_schema"]
