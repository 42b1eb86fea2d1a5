"""Pages into frames: the exact values of each document."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import SIGNS
from tests.unit.transform.assertions import BROKEN, all_conform, counts, one, read
from tests.unit.transform.builders import (
    DRIVE,
    INN,
    KKT,
    opening,
    receipt,
    records,
    z_report,
)


def test_a_z_report_is_read_with_all_its_fields() -> None:
    assert one(read(z_report(7, 100, receipts=12, userInn=f"00{INN}  ")).z_reports) == {
        "page_id": 1,
        "kkt_reg_id": KKT,
        "fiscal_drive_number": DRIVE,
        "shift_number": 7,
        "fiscal_document_number": 100,
        "fiscal_sign": 701,
        "closed_at": pd.Timestamp("2025-12-01 20:00"),
        "received_at": pd.Timestamp("2025-12-01 17:00:10"),
        "receipts_quantity": 12,
        "documents_quantity": 14,
        "user_inn": INN,
        **dict.fromkeys(SIGNS),
    }


def test_every_kind_of_receipt_is_read() -> None:
    paid = {"totalSum": 1500, "prePaymentTotalSum": 300, "postPaymentTotalSum": 200, "considerationTotalSum": 100}
    kinds = ["receipt", "bso", "receiptCorrection", "bsoCorrection"]
    frames = read(
        *[
            receipt(n, 500, card=400, shift=7, operation=2, kind=kind, taxation=32, **paid)
            for n, kind in enumerate(kinds, 2)
        ]
    )
    assert records(frames.receipts) == [
        {
            "page_id": 1,
            "kkt_reg_id": KKT,
            "fiscal_drive_number": DRIVE,
            "shift_number": 7,
            "fiscal_document_number": n,
            "fiscal_sign": n * 7 + 1,
            "formed_at": pd.Timestamp("2025-12-01 12:00"),
            "kind": kind,
            "operation": "cash_refund",
            "taxation": "psn",
            "agent": False,
            "corrects_day": None,
            "total": 1500,
            "cash": 500,
            "cashless": 400,
            "prepaid": 300,
            "postpaid": 200,
            "consideration": 100,
            "items": 0,
            "items_total": None,
            "vat_known": False,
            "user_inn": INN,
        }
        for n, kind in enumerate(kinds, 2)
    ]


@pytest.mark.parametrize(
    ("items", "worth"), [([{"sum": 60}, {"sum": 40}], 100), ([{"sum": 60}, {}], None), ([], None), (None, None)]
)
def test_what_the_items_are_worth_is_known_where_each_has_its_sum(items: Any, worth: int | None) -> None:
    (reported,) = records(read(receipt(2, 100, items=items)).receipts)
    assert reported["items_total"] == worth


def test_the_four_operations_are_told_apart() -> None:
    frames = read(*[receipt(code, 100, operation=code) for code in (1, 2, 3, 4)])
    assert list(frames.receipts["operation"]) == ["cash_income", "cash_refund", "cash_payout", "cash_payout_refund"]


def test_the_tax_system_is_a_bit_mask() -> None:
    names = {
        1: "osn",
        2: "usn_income",
        4: "usn_income_expense",
        8: "envd",
        16: "eshn",
        32: "psn",
        33: "mixed",
        0: None,
        None: None,
    }
    frames = read(*[receipt(n, taxation=mask) for n, mask in enumerate(names, 1)])
    assert [row["taxation"] for row in records(frames.receipts)] == list(names.values())


def test_optional_fields_may_be_null_or_absent() -> None:
    null = {"fiscalSign": None, "receiveDateTimeUtc": None, "userInn": None, "documentsQuantity": None}
    absent = {"closeShift": {k: v for k, v in z_report()["closeShift"].items() if k not in null}}
    for document in (z_report(**null), absent):
        parsed = one(read(document).z_reports)
        assert [parsed[name] for name in ("fiscal_sign", "received_at", "user_inn", "documents_quantity")] == [None] * 4
    money = {
        "ecashTotalSum": None,
        "prePaymentTotalSum": None,
        "items": None,
        "fiscalSign": None,
        "correctionBase": None,
    }
    parsed = one(read(receipt(2, 100, **money)).receipts)
    assert (parsed["cash"], parsed["cashless"], parsed["prepaid"], parsed["agent"]) == (100, 0, 0, False)


def test_unknown_fields_cost_nothing() -> None:
    assert counts(read(z_report(somethingNew={"a": [1, None]}), receipt(новое="поле"))) == (1, 0, 1, 0)


@pytest.mark.parametrize("neighbour", [z_report(), BROKEN], ids=["clean page", "page with a broken one"])
def test_reports_that_are_not_read_here_are_not_rejected(neighbour: Any) -> None:
    kinds = ["fiscalReport", "fiscalReportCorrection", "currentStateReport", "closeArchive"]
    rejects = read(*[{kind: {"anything": "at all"}} for kind in kinds], neighbour).rejects
    assert set(rejects["kind"]) <= {"closeShift"}


# --- identifiers stay text


def test_identifiers_lose_their_padding_and_nothing_else() -> None:
    drive = "0000000003065868"
    frames = read(
        z_report(drive=f"{drive}    ", kktRegId=f"{KKT}    "), receipt(2, 1, drive=f" {drive}"), opening(drive=drive)
    )
    for frame in (frames.z_reports, frames.receipts, frames.openings):
        assert (one(frame)["fiscal_drive_number"], one(frame)["kkt_reg_id"]) == (drive, KKT)


def test_a_drive_number_is_the_text_it_was() -> None:
    drives = ["99990788603", "1", "0001", "9999999999999999", "0000000000000001"]
    found = list(read(*[z_report(drive=drive.ljust(20)) for drive in drives]).z_reports["fiscal_drive_number"])
    assert found == drives
    assert {type(drive) for drive in found} == {str}


def test_the_largest_numbers_are_exact() -> None:
    frames = read(z_report(number=2**32 - 1, fiscalSign=2**32 - 1), receipt(2, 10**13))
    assert one(frames.z_reports)["fiscal_sign"] == one(frames.z_reports)["fiscal_document_number"] == 2**32 - 1
    assert one(frames.receipts)["cash"] == 10**13


def test_a_drive_that_is_no_text_of_digits_is_rejected() -> None:
    wrong = [9999078900004792, None, "", "12345678901234567", "99 99", "９９９９", "99990788603X", 1.5]
    frames = read(*[z_report(drive=drive) for drive in wrong], z_report(2, 200))
    assert counts(frames) == (1, 0, 0, len(wrong))


# --- VAT


def test_vat_is_read_by_whatever_rates_there_are() -> None:
    rates = {
        "nds22": 1,
        "nds20": 2,
        "nds18": 3,
        "nds10": 4,
        "nds7": 5,
        "nds5": 6,
        "nds25": 7,
        "ndsCalculated22": 8,
        "ndsCalculated7": 9,
    }
    frames = read(receipt(2, 100, **rates, nds0=50, ndsNo=40))
    fields = {row["rate"]: row["vat"] for row in records(frames.vat_lines)}
    assert fields == {
        "22": 1, "20": 2, "18": 3, "10": 4, "7": 5, "5": 6, "25": 7, "calculated_22": 8, "calculated_7": 9,
    }  # fmt: skip


def test_no_vat_is_no_line() -> None:
    assert len(read(receipt(2, 100, nds20=0, nds10=None)).vat_lines) == 0


def test_a_rate_of_one_receipt_is_not_lent_to_another() -> None:
    frames = read(receipt(2, 100, nds25=20), receipt(3, 100, items=[{"name": "nds99", "sum": 1}]))
    assert frames.vat_lines.to_numpy().tolist() == [[DRIVE, 2, "25", 20]]


# --- agents and corrections


WHOSE: list[tuple[dict[str, Any], bool | None]] = [
    ({}, False), ({"items": []}, False), ({"items": [{"name": "Чай", "sum": 1}]}, False),
    ({"paymentAgentType": 64}, True), ({"paymentAgentType": 0}, False), ({"paymentAgentType": 1, "items": [{}]}, True),
    ({"items": [{"paymentAgentByProductType": 64, "providerInn": "9601000019"}]}, True),
    ({"items": [{"providerInn": "9601000019"}, {"paymentAgentType": 2}]}, True),
    ({"items": [{"providerInn": "9601000019"}, {"name": "Чай"}]}, None), ({"items": [{"providerInn": ""}]}, False),
]  # fmt: skip


def test_the_owner_of_the_money_is_known_by_the_receipt_and_its_items() -> None:
    frames = read(*[receipt(n, 1, **fields) for n, (fields, _) in enumerate(WHOSE, 1)])
    assert [row["agent"] for row in records(frames.receipts)] == [agent for _, agent in WHOSE]


@pytest.mark.parametrize(
    "fields",
    [
        {"correctionDocumentDate": "2025-11-30T00:00:00"}, {"correctionBase": {"documentDate": "2025-11-30T00:00:00"}},
        {"correctionDocumentDate": "2025-11-30T00:00:00", "correctionBase": {"documentDate": None}},
    ],
)  # fmt: skip
def test_a_correction_names_the_day_it_is_about(fields: dict[str, Any]) -> None:
    parsed = one(read(receipt(2, 1, kind="receiptCorrection", **fields)).receipts)
    assert parsed["corrects_day"] == pd.Timestamp("2025-11-30")


@pytest.mark.parametrize("field", ["correctionDocumentDate", "correctionBase"])
def test_a_day_of_a_correction_may_come_without_a_time(field: str) -> None:
    reported = "2025-11-30" if field == "correctionDocumentDate" else {"documentDate": "2025-11-30"}
    frames = read(receipt(2, 1, kind="receiptCorrection", **{field: reported}))
    assert one(frames.receipts)["corrects_day"] == pd.Timestamp("2025-11-30")


# --- times


def test_the_beginning_of_time_means_none() -> None:
    none = "1970-01-01T00:00:00"
    frames = read(
        z_report(closed=none, receiveDateTimeUtc=none),
        opening(opened=none),
        receipt(formed=none, correctionDocumentDate=none),
    )
    assert one(frames.z_reports)["closed_at"] is one(frames.z_reports)["received_at"] is None
    assert one(frames.openings)["opened_at"] is one(frames.receipts)["formed_at"] is None
    assert one(frames.receipts)["corrects_day"] is None


def test_the_moment_of_receipt_is_utc() -> None:
    moments = ["2025-12-01T17:00:10", "2025-12-01T17:00:10Z", "2025-12-01T20:00:10+03:00"]
    frames = read(*[z_report(n, n, receiveDateTimeUtc=moment) for n, moment in enumerate(moments, 1)])
    assert list(frames.z_reports["received_at"]) == [pd.Timestamp("2025-12-01 17:00:10")] * 3


def test_a_fiscal_time_that_is_not_local_and_naive_is_rejected() -> None:
    wrong = ["2025-12-01T20:00:00Z", "2025-12-01T20:00:00+03:00", "01.12.2025", "", None, 1764600000, "soon"]
    frames = read(*[z_report(dateTime=moment) for moment in wrong], z_report(2, 200))
    assert counts(frames) == (1, 0, 0, len(wrong))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_times_at_the_ends_of_the_calendar_are_read(moment: str) -> None:
    frames = read(
        z_report(closed=moment, receiveDateTimeUtc=moment), BROKEN, z_report(8, 800, dateTime=moment, shiftNumber=None)
    )
    assert counts(frames) == (1, 0, 0, 2)
    assert all_conform(frames)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00"])
def test_a_moment_of_receipt_past_the_ends_of_the_calendar_costs_the_neighbours_nothing(moment: str) -> None:
    assert 2 in set(read(z_report(receiveDateTimeUtc=moment), z_report(2, 200)).z_reports["shift_number"])
