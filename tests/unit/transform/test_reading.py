"""Pages into frames: what can be read is, what cannot is told with its reason, and nobody pays for a neighbour."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.transform.frames import OPENINGS, RECEIPTS, REJECTS, SHIFT_TOTALS, VAT_LINES, Z_REPORTS
from smena.transform.reading import FiscalFrames, RawPage, read_documents, read_shift_totals
from smena.transform.schema import Schema
from tests.unit.transform.papers import (
    DRIVE, INN, KKT, body, opening, page, receipt, records, sums, totals, totals_page, z_report,
)  # fmt: skip

BROKEN = z_report(9, 900, shiftNumber=None)
"""A neighbour that cannot be read: the page must be read one document by one."""


def read(*documents: Any, page_id: int = 1) -> FiscalFrames:
    return read_documents([page(*documents, page_id=page_id)])


def raw(data: bytes) -> FiscalFrames:
    return read_documents([RawPage(1, KKT, data)])


def one(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = records(frame)
    return row


def counts(frames: FiscalFrames) -> tuple[int, int, int, int]:
    """Z-reports, openings, receipts, rejects."""
    return len(frames.z_reports), len(frames.openings), len(frames.receipts), len(frames.rejects)


def conforms(frame: pd.DataFrame, schema: Schema) -> bool:
    return {name: str(kind) for name, kind in frame.dtypes.items()} == dict(schema.columns)


def all_conform(frames: FiscalFrames) -> bool:
    pairs = zip(
        (frames.z_reports, frames.openings, frames.receipts, frames.vat_lines, frames.rejects),
        (Z_REPORTS, OPENINGS, RECEIPTS, VAT_LINES, REJECTS),
        strict=True,
    )
    return all(conforms(frame, schema) for frame, schema in pairs)


# --- what is read


def test_a_z_report_is_read_with_all_it_tells() -> None:
    assert one(read(z_report(7, 100, receipts=12, userInn=f"00{INN}  ")).z_reports) == {
        "page_id": 1, "kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": 7, "fiscal_document_number": 100,
        "fiscal_sign": 701, "closed_at": pd.Timestamp("2025-12-01 20:00"), "received_at": pd.Timestamp("2025-12-01 17:00:10"),
        "receipts_quantity": 12, "documents_quantity": 14, "user_inn": INN,
    }  # fmt: skip


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
            "page_id": 1, "kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": 7, "fiscal_document_number": n,
            "fiscal_sign": n * 7 + 1, "formed_at": pd.Timestamp("2025-12-01 12:00"), "kind": kind, "operation": "cash_refund",
            "taxation": "psn", "agent": False, "corrects_day": None, "total": 1500, "cash": 500, "cashless": 400,
            "prepaid": 300, "postpaid": 200, "consideration": 100,
        }
        for n, kind in enumerate(kinds, 2)
    ]  # fmt: skip


def test_the_four_operations_are_told_apart() -> None:
    frames = read(*[receipt(code, 100, operation=code) for code in (1, 2, 3, 4)])
    assert list(frames.receipts["operation"]) == ["cash_income", "cash_refund", "cash_payout", "cash_payout_refund"]


def test_the_tax_system_is_a_bit_mask() -> None:
    names = {
        1: "osn", 2: "usn_income", 4: "usn_income_expense", 8: "envd", 16: "eshn", 32: "psn", 33: "mixed", 0: None, None: None,
    }  # fmt: skip
    frames = read(*[receipt(n, taxation=mask) for n, mask in enumerate(names, 1)])
    assert [row["taxation"] for row in records(frames.receipts)] == list(names.values())


def test_optional_fields_may_be_null_or_absent() -> None:
    null = {"fiscalSign": None, "receiveDateTimeUtc": None, "userInn": None, "documentsQuantity": None}
    absent = {"closeShift": {k: v for k, v in z_report()["closeShift"].items() if k not in null}}
    for document in (z_report(**null), absent):
        told = one(read(document).z_reports)
        assert [told[name] for name in ("fiscal_sign", "received_at", "user_inn", "documents_quantity")] == [None] * 4
    money = {
        "ecashTotalSum": None,
        "prePaymentTotalSum": None,
        "items": None,
        "fiscalSign": None,
        "correctionBase": None,
    }
    told = one(read(receipt(2, 100, **money)).receipts)
    assert (told["cash"], told["cashless"], told["prepaid"], told["agent"]) == (100, 0, 0, False)


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
    told = list(read(*[z_report(drive=drive.ljust(20)) for drive in drives]).z_reports["fiscal_drive_number"])
    assert told == drives
    assert {type(drive) for drive in told} == {str}


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
    told = {row["rate"]: row["vat"] for row in records(frames.vat_lines)}
    assert told == {
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
    ({"items": [{"paymentAgentByProductType": 64, "providerInn": "7701000019"}]}, True),
    ({"items": [{"providerInn": "7701000019"}, {"paymentAgentType": 2}]}, True),
    ({"items": [{"providerInn": "7701000019"}, {"name": "Чай"}]}, None), ({"items": [{"providerInn": ""}]}, False),
]  # fmt: skip


def test_whose_money_it_is_is_told_by_the_receipt_and_its_items() -> None:
    frames = read(*[receipt(n, 1, **fields) for n, (fields, _) in enumerate(WHOSE, 1)])
    assert [row["agent"] for row in records(frames.receipts)] == [agent for _, agent in WHOSE]


@pytest.mark.parametrize(
    "fields",
    [
        {"correctionDocumentDate": "2025-11-30T00:00:00"}, {"correctionBase": {"documentDate": "2025-11-30T00:00:00"}},
        {"correctionDocumentDate": "2025-11-30T00:00:00", "correctionBase": {"documentDate": None}},
    ],
)  # fmt: skip
def test_a_correction_tells_the_day_it_is_about(fields: dict[str, Any]) -> None:
    told = one(read(receipt(2, 1, kind="receiptCorrection", **fields)).receipts)
    assert told["corrects_day"] == pd.Timestamp("2025-11-30")


@pytest.mark.parametrize("field", ["correctionDocumentDate", "correctionBase"])
def test_a_day_of_a_correction_may_come_without_a_time(field: str) -> None:
    told = "2025-11-30" if field == "correctionDocumentDate" else {"documentDate": "2025-11-30"}
    frames = read(receipt(2, 1, kind="receiptCorrection", **{field: told}))
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


# --- what cannot be read


UNREADABLE: list[Any] = [
    None, 5, "text", [], {}, {"receipt": None}, {"receipt": []}, {"brandNew": {"dateTime": "2025-12-01T12:00:00"}},
    {"receipt": receipt(2)["receipt"], "closeShift": z_report()["closeShift"]},
    receipt(totalSum=-1), receipt(totalSum=10**13 + 1), receipt(totalSum=100.5), receipt(totalSum=True), receipt(totalSum=None),
    receipt(cashTotalSum=-100), receipt(operationType=0), receipt(operationType=5), receipt(operationType=None),
    receipt(items=[None]), receipt(items={}), receipt(nds20=-5), receipt(nds20="x"), receipt(number=0), receipt(number=2**32),
    receipt(shift=0), receipt(shift=-1), receipt(kktRegId="0000000003065869"), receipt(kktRegId=None),
    z_report(9, receiptsQuantity=-1), z_report(9, receiptsQuantity=None), z_report(9, shiftNumber="one"),
    z_report(9, fiscalSign=2**32), z_report(9, fiscalSign=-1), z_report(9, userInn=1234567894),
    opening(9, shiftNumber=2**31), opening(9, fiscalDocumentNumber=1.5),
]  # fmt: skip


def test_broken_documents_are_rejected_with_a_reason_and_cost_their_neighbours_nothing() -> None:
    frames = read(z_report(1, 100), *UNREADABLE, receipt(50, 100), opening(1))
    assert counts(frames) == (1, 1, 1, len(UNREADABLE))
    assert [json.loads(record) for record in frames.rejects["record"]] == UNREADABLE
    assert frames.rejects["reason"].str.len().min() > 0
    assert (set(frames.rejects["page_id"]), set(frames.rejects["kkt_reg_id"])) == ({1}, {KKT})


@pytest.mark.parametrize("document", UNREADABLE[:9], ids=str)
def test_one_broken_document_is_enough_to_be_rejected(document: Any) -> None:
    assert counts(read(z_report(), document)) == (1, 0, 0, 1)


def test_a_rejected_document_is_known_by_what_can_still_be_told() -> None:
    reject = one(read(z_report(7, 100, receiptsQuantity=None, drive=f"{DRIVE}  ")).rejects)
    assert (reject["kind"], reject["day"]) == ("closeShift", pd.Timestamp("2025-12-01"))
    assert (reject["fiscal_drive_number"], reject["shift_number"], reject["fiscal_document_number"]) == (DRIVE, 7, 100)


def test_a_rejected_document_of_which_nothing_can_be_told_is_kept_all_the_same() -> None:
    reject = one(
        read(
            {"closeShift": {"dateTime": [1], "fiscalDriveNumber": 5, "shiftNumber": "7", "fiscalDocumentNumber": True}}
        ).rejects
    )
    assert [reject[name] for name in ("day", "fiscal_drive_number", "shift_number", "fiscal_document_number")] == [
        None
    ] * 4


def test_numbers_as_strings_are_read() -> None:
    texts = {
        "totalSum": "100",
        "cashTotalSum": "100",
        "shiftNumber": "1",
        "operationType": "1",
        "nds20": "17",
        "fiscalSign": "15",
    }
    frames = read(receipt(2, 100, **texts), z_report(1, 100, receiptsQuantity="1"))
    assert counts(frames) == (1, 0, 1, 0)
    told = one(frames.receipts)
    assert (told["cash"], told["shift_number"], told["operation"]) == (100, 1, "cash_income")
    assert one(frames.vat_lines)["vat"] == 17


PAGES = {
    "html": "<html>Технические работы</html>".encode(),
    "cut": body(z_report())[:-30],
    "a list": b"[]",
    "no documents": b"{}",
    "documents that are none": b'{"documents": null}',
    "documents of another kind": b'{"documents": {}}',
    "null": b"null",
    "byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("data", PAGES.values(), ids=PAGES)
def test_a_page_that_cannot_be_read_is_one_reject_and_costs_the_other_pages_nothing(data: bytes) -> None:
    frames = read_documents([RawPage(1, KKT, data), page(z_report(), page_id=2)])
    assert counts(frames) == (1, 0, 0, 1)
    reject = one(frames.rejects)
    assert (reject["kind"], reject["page_id"], reject["record"]) == ("page", 1, data.decode(errors="replace"))


@pytest.mark.parametrize("data", [b"", b"  \r\n"])
def test_an_empty_body_holds_no_documents(data: bytes) -> None:
    assert counts(raw(data)) == (0, 0, 0, 0)


def test_a_long_record_is_kept_in_part() -> None:
    assert len(one(raw(b"<" + b"x" * 100_000).rejects)["record"]) == 20_000


def test_frames_have_their_shape_even_when_empty() -> None:
    assert all_conform(read_documents([]))
    assert all_conform(read(z_report(), opening(), receipt(2, 1, nds20=1), BROKEN))


# --- what no record may do to its neighbours


@pytest.mark.parametrize("field", ["userInn", "fiscalDriveNumber", "kktRegId", "dateTime"])
def test_a_text_in_no_utf_8_costs_the_neighbours_nothing(field: str) -> None:
    data = body(z_report(1, 100, **{field: "MARK"}), z_report(2, 200)).replace(b"MARK", "Ёж".encode("cp1251"))
    assert 2 in set(raw(data).z_reports["shift_number"])


def test_a_name_in_no_utf_8_is_not_read_and_costs_nothing() -> None:
    data = body(z_report(user="MARK"), receipt(2, 1)).replace(b"MARK", "Ёж".encode("cp1251"))
    assert counts(raw(data)) == (1, 0, 1, 0)


def test_half_a_letter_in_a_name_costs_the_neighbours_nothing() -> None:
    # A till that cuts a name in the middle of an emoji leaves half of a surrogate pair.
    data = body(z_report(), receipt(2, 1, items=[{"name": "MARK"}])).replace(b"MARK", b"\\ud83d")
    assert len(raw(data).z_reports) == 1


def test_a_record_too_deep_to_be_read_costs_the_other_pages_nothing() -> None:
    deep = body(receipt(2, 1, items="MARK")).replace(b'"MARK"', b"[" * 100_000 + b"]" * 100_000)
    frames = read_documents([RawPage(1, KKT, deep), page(z_report(), page_id=2)])
    assert len(frames.z_reports) == 1


@pytest.mark.parametrize("beside", [{"meta": {"a": 1}}, {"bso": None}])
def test_a_document_is_read_alike_whatever_its_neighbours(beside: dict[str, Any]) -> None:
    alone = read(receipt(2, 100) | beside)
    among_broken = read(receipt(2, 100) | beside, BROKEN)
    assert len(alone.receipts) == len(among_broken.receipts)


def test_no_reject_holds_a_sign_that_postgresql_cannot_store() -> None:
    frames = read_documents(
        [RawPage(1, KKT, b"<html>\x00</html>"), page({"closeShift": {"fiscalDriveNumber": "\0"}}, {"\0": {}})]
    )
    assert len(frames.rejects) == 3
    assert not [row for row in records(frames.rejects) if any("\0" in str(value) for value in row.values())]


# --- duplicates


def test_a_document_told_twice_is_one() -> None:
    first = page(z_report(), opening(), receipt(2, 100, nds20=17), page_id=1)
    again = page(receipt(2, 100, nds20=17), z_report(drive=f"{DRIVE}   "), opening(), receipt(3, 5), page_id=2)
    frames = read_documents([first, again])
    assert counts(frames) == (1, 1, 2, 0)
    assert len(frames.vat_lines) == 1
    assert one(frames.z_reports)["page_id"] == 1


def test_a_receipt_of_the_same_number_with_another_content_is_nobody_s() -> None:
    frames = read_documents([page(receipt(2, 100), receipt(3, 7), page_id=1), page(receipt(2, 101), page_id=2)])
    assert list(frames.receipts["fiscal_document_number"]) == [3]
    assert list(frames.rejects["page_id"]) == [1, 2]
    assert set(frames.rejects["reason"]) == {"the same fiscal document comes with another content"}
    assert [json.loads(record)["cash"] for record in frames.rejects["record"]] == [100, 101]


def test_one_number_is_one_document_whatever_the_kind_of_receipt() -> None:
    assert len(read(receipt(2, 100), receipt(2, 100, kind="bso")).rejects) == 2


def test_a_receipt_told_again_with_another_vat_is_nobody_s() -> None:
    frames = read_documents([page(receipt(2, 100, nds20=17), page_id=1), page(receipt(2, 100, nds20=10), page_id=2)])
    assert counts(frames) == (0, 0, 0, 2)


def test_an_opening_told_with_two_times_is_nobody_s() -> None:
    frames = read(opening(), opening(opened="10:00"), opening(2, 200))
    assert (list(frames.openings["shift_number"]), len(frames.rejects)) == ([2], 2)


def test_the_same_number_in_two_drives_is_two_documents() -> None:
    assert counts(read(receipt(2, 100), receipt(2, 100, drive="9999078900004793"))) == (0, 0, 2, 0)


def test_two_z_reports_of_one_key_both_go_on_to_the_check() -> None:
    assert len(read(z_report(), z_report(receipts=2)).z_reports) == 2


# --- totals


def test_totals_are_read_with_all_they_tell() -> None:
    entry = totals(7, sums(100, 1, card=30), returned=sums(20, 2, card=5), buy=sums(3, 3), returned_buy=sums(1, 4))
    told, broken = read_shift_totals([totals_page(entry)])
    assert one(told) == {
        "page_id": 50, "kkt_reg_id": KKT, "shift_number": 7, "opened_at": pd.Timestamp("2025-12-01 09:00"),
        "closed_at": pd.Timestamp("2025-12-01 20:00"), "receipts": 10, "cash_income": 100, "cash_refund": 20,
        "cash_payout": 3, "cash_payout_refund": 1, "cashless_income": 30, "cashless_refund": 5,
    }  # fmt: skip
    assert broken.empty
    assert conforms(told, SHIFT_TOTALS) and conforms(broken, REJECTS)


def test_an_end_that_is_not_told_is_missing() -> None:
    told, _ = read_shift_totals(
        [totals_page(totals(1, opened=None), totals(2, closed=None), totals(3, opened="1970-01-01T00:00:00"))]
    )
    assert [row["opened_at"] for row in records(told)] == [None, pd.Timestamp("2025-12-01 09:00"), None]
    assert records(told)[1]["closed_at"] is None


BROKEN_ENTRIES: list[Any] = [
    None, {}, totals(sell=sums(-1, 1)), totals(sell=sums(10**13 + 1, 1)), totals(sell=sums(1, -1)), totals(sell={"cashTotal": 1}),
    totals(shiftNumber=0), totals(shiftClose="2025-12-01T20:00:00Z"), totals(buy={"cashTotal": None, "cashlessTotal": 0, "count": 0}),
]  # fmt: skip


def test_broken_entries_are_rejected_and_cost_their_neighbours_nothing() -> None:
    told, broken = read_shift_totals(
        [totals_page(totals(1), *BROKEN_ENTRIES, totals(2, sums() | {"cashTotal": "100"}))]
    )
    assert list(told["shift_number"]) == [1, 2]
    assert list(told["cash_income"]) == [0, 100]
    assert [json.loads(record) for record in broken["record"]] == BROKEN_ENTRIES
    assert set(broken["kind"]) == {"byShifts"}


@pytest.mark.parametrize("data", [b"<html>", b"[]", b"{}", b'{"shifts": null}', b'{"shifts": [', b'{"items": []}'])
def test_totals_that_cannot_be_read_are_one_reject(data: bytes) -> None:
    told, broken = read_shift_totals([RawPage(3, KKT, data), totals_page(totals(1))])
    assert len(told) == 1
    assert (one(broken)["page_id"], one(broken)["record"]) == (3, data.decode())


def test_no_totals_are_an_empty_frame_of_its_shape() -> None:
    for pages in ([], [RawPage(1, KKT, b"")], [totals_page()]):
        told, broken = read_shift_totals(pages)
        assert told.empty and broken.empty
        assert conforms(told, SHIFT_TOTALS) and conforms(broken, REJECTS)


# --- anything at all

SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["1970-01-01T00:00:00", "2025-12-01T12:00:00", "null", "true", "1", f"{DRIVE}  "])
)  # fmt: skip
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
GOOD = [z_report(), opening(), receipt(2, 100, nds20=17, items=[], correctionBase={}, paymentAgentType=0)]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A good document of which some fields say anything."""
    ((kind, fields),) = draw(st.sampled_from(GOOD)).items()
    return {kind: fields | draw(st.dictionaries(st.sampled_from(sorted(fields)), VALUES, max_size=4))}


def numbered(documents: list[Any]) -> list[Any]:
    """The documents with numbers of their own: no two are one."""
    return [
        {kind: fields | {"fiscalDocumentNumber": n, "shiftNumber": n} for kind, fields in one.items()}
        if isinstance(one, dict) and all(isinstance(fields, dict) for fields in one.values())
        else one
        for n, one in enumerate(documents, 1)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(damaged() | VALUES, max_size=8))
def test_every_document_is_read_or_rejected_whatever_it_says(documents: list[Any]) -> None:
    frames = read(*numbered(documents))
    assert sum(counts(frames)) == len(documents)
    assert all_conform(frames)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | VALUES.map(json.dumps).map(str.encode))
def test_every_body_is_read_or_rejected(data: bytes) -> None:
    bad = 1 if data.strip() else 0
    assert counts(raw(data)) == (0, 0, 0, bad)
    told, broken = read_shift_totals([RawPage(1, KKT, data)])
    assert (len(told), len(broken)) == (0, bad)
