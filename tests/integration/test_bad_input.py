"""What the operator may send (DOMAIN 7): an invalid record is quarantined with its reason; the others load."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from smena.model.errors import BadBatch, PassingFault, RefusedByService
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.sources.ofd import OfdClient
from smena.transform.frames import MONEY
from tests.invented import ROMASHKA as OTHER_INN
from tests.town import EASY, FIRST, LAST, Town

BuildTown = Callable[..., Town]


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    return build_town(EASY)


def some_shift(town: Town, place: int = 10) -> dict[str, Any]:
    """A shift with cash of the first register, neither its first nor its last."""
    of_register = [line for line in town.truth().values() if line["kkt_reg_id"] == town.register()]
    return sorted(of_register, key=lambda line: line["closed_at"])[place]


def match_of(shift: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"type": kind, "fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"]}


def neighbours_are_loaded(town: Town, bad: dict[str, Any]) -> bool:
    """Whether every other shift has its outcome."""
    key = (bad["fiscal_drive_number"], bad["shift_number"])
    known = {
        (s["fiscal_drive_number"], s["shift_number"]) for s in town.shifts() if s["outcome"] in ("issued", "no_cash")
    }
    return known == town.truth().keys() - {key}


def reported_sums(town: Town) -> dict[tuple[str, int], list[int]]:
    """The sums of each shift, in kopecks."""
    return {
        (shift["fiscal_drive_number"], shift["shift_number"]): [int(shift[name] * 100) for name in MONEY]
        for shift in town.shifts()
    }


BROKEN_Z_REPORTS = {
    "no document number": ({}, ["fiscalDocumentNumber"], "fiscalDocumentNumber"),
    "a null shift number": ({"shiftNumber": None}, [], "shiftNumber"),
    "no time": ({}, ["dateTime"], "dateTime"),
    "a time that is none": ({"dateTime": "yesterday"}, [], "dateTime"),
    "closed in 1970": ({"dateTime": "1970-01-01T00:00:00"}, [], 'field_missing {"what": "closed_at"}'),
    "closed before the law": ({"dateTime": "2015-05-01T10:00:00"}, [], "closed_before_the_law"),
    "receipts below nothing": ({"receiptsQuantity": -3}, [], "receiptsQuantity"),
    "absurdly many receipts": ({"receiptsQuantity": 10**12}, [], "receiptsQuantity"),
    "fewer documents than receipts": ({"documentsQuantity": 1}, [], "fewer_documents_than_receipts"),
    "no fiscal sign": ({}, ["fiscalSign"], 'field_missing {"what": "fiscal_sign"}'),
    "a fiscal sign of 33 bits": ({"fiscalSign": 2**32}, [], "fiscalSign"),
    "another organisation": ({"userInn": OTHER_INN}, [], "inn_of_another"),
    "a register of another": ({"kktRegId": "0000000000000001"}, [], "of_another_register"),
    "a fiscal drive with letters": ({"fiscalDriveNumber": "99990789000A1234"}, [], "fiscalDriveNumber"),
}


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("case", BROKEN_Z_REPORTS)
def test_an_invalid_z_report_is_in_quarantine_and_its_neighbours_are_loaded(town: Town, case: str) -> None:
    put, drop, why = BROKEN_Z_REPORTS[case]
    bad = some_shift(town)
    town.sandbox.faults.add({"kind": "patch_document", "match": match_of(bad, "closeShift"), "set": put, "drop": drop})
    town.load()
    (record,) = town.quarantine()
    assert why in record["reason"]
    assert record["state"] == "open"
    for value in put.values():
        reported = "null" if value in (None, "1970-01-01T00:00:00") else str(value)
        assert reported in record["record"]
    assert neighbours_are_loaded(town, bad)
    day = date.fromisoformat(bad["closed_at"][:10])
    assert day in town.open_days(bad["kkt_reg_id"])
    # Once the source is mended the next run loads the shift, and the day is closed.
    town.sandbox.faults.clear()
    town.load()
    assert town.truth().keys() == {(s["fiscal_drive_number"], s["shift_number"]) for s in town.shifts()}
    assert day not in town.open_days(bad["kkt_reg_id"])


GOOD_ALL_THE_SAME = {
    "an unknown field": ({"somethingNew": {"deep": [1, 2]}}, []),
    "a number as a string": ({"shiftNumber": "{shift_number}", "receiptsQuantity": "{receipts}"}, []),
    "identifiers padded with spaces": (
        {"kktRegId": "{kkt_reg_id}      ", "fiscalDriveNumber": " {fiscal_drive_number} "}, [],
    ),
    "an organisation's INN padded with zeros": ({"userInn": "00{organization_inn}"}, []),
    "no INN": ({}, ["userInn"]),
    "no number of documents": ({}, ["documentsQuantity"]),
    "no time of receipt": ({}, ["receiveDateTimeUtc"]),
    "receipt at nothing": ({"receiveDateTimeUtc": "1970-01-01T00:00:00"}, []),
}  # fmt: skip


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("case", GOOD_ALL_THE_SAME)
def test_what_the_contract_allows_is_loaded(town: Town, case: str) -> None:
    put, drop = GOOD_ALL_THE_SAME[case]
    shift = some_shift(town)
    fields = {name: value.format(**shift) if isinstance(value, str) else value for name, value in put.items()}
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match_of(shift, "closeShift"), "set": fields, "drop": drop}
    )
    town.load()
    assert town.quarantine() == []
    assert town.truth().keys() == {(s["fiscal_drive_number"], s["shift_number"]) for s in town.shifts()}


def test_a_document_of_an_unknown_type_is_in_quarantine(town: Town) -> None:
    extra = {
        "kind": "extra_documents",
        "register": town.register(),
        "documents": [{"newReport": {"code": 99}}],
        "times": 1,
    }
    town.sandbox.faults.add(extra)
    town.load()
    (record,) = town.quarantine()
    assert (record["kind"], record["reason"]) == ("newReport", "unknown_type_of_document")
    assert set(town.outcomes()) <= {"issued", "no_cash"}


def test_a_clock_in_the_future_is_found_by_the_time_of_receipt(build_town: BuildTown) -> None:
    town = build_town(EASY)
    bad = some_shift(town)
    late = {"dateTime": "2026-01-14T20:00:00"}
    town.sandbox.faults.add({"kind": "patch_document", "match": match_of(bad, "closeShift"), "set": late})
    town.load()
    (record,) = town.quarantine()
    assert "closed_in_the_future" in record["reason"]
    assert neighbours_are_loaded(town, bad)


def test_a_document_with_two_contents_is_ambiguous(town: Town) -> None:
    bad = some_shift(town)
    put = {"receiptsQuantity": bad["receipts"] + 1}
    town.load(FIRST, date.fromisoformat(bad["closed_at"][:10]))
    earlier = town.books()
    double = {
        "closeShift": {
            "kktRegId": bad["kkt_reg_id"], "fiscalDriveNumber": bad["fiscal_drive_number"],
            "shiftNumber": bad["shift_number"], "fiscalDocumentNumber": bad["fiscal_document_number"],
            "dateTime": bad["closed_at"], "receiveDateTimeUtc": bad["received_at"], "fiscalSign": 1,
            "documentsQuantity": bad["receipts"] + 3, **put,
        }
    }  # fmt: skip
    town.sandbox.faults.add(
        {"kind": "extra_documents", "register": bad["kkt_reg_id"], "documents": [double], "times": 1}
    )
    town.load(FIRST, LAST)
    assert {record["kind"] for record in town.quarantine()} == {"closeShift"}
    assert len(town.quarantine()) == 2
    # What was booked before stays as it is.
    before = {order["document_id"]: order for order in earlier["orders"]}
    assert before.items() <= {order["document_id"]: order for order in town.books()["orders"]}.items()


def test_documents_repeated_across_pages_count_once(build_town: BuildTown) -> None:
    town = build_town(EASY, detail="receipts", behaviour={"page_cap": 40})
    town.sandbox.faults.add({"kind": "duplicate_documents"})
    town.load()
    assert town.quarantine() == []
    assert {(s["fiscal_drive_number"], s["shift_number"]): s["cash_income"] * 100 for s in town.shifts()} == {
        key: line["cash_income"] for key, line in town.truth().items()
    }


BROKEN_RECEIPTS = {
    "a total that is not its payments": {"totalSum": 1},
    "money below nothing": {"cashTotalSum": -100},
    "absurd money": {"cashTotalSum": 10**15, "totalSum": 10**15},
    "money in fractions": {"cashTotalSum": 10.5},
    "no operation": {"operationType": 9},
}


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("case", BROKEN_RECEIPTS)
def test_an_invalid_receipt_leaves_its_shift_incomplete_and_nothing_is_booked_for_it(
    build_town: BuildTown, case: str
) -> None:
    town = build_town(EASY, detail="receipts")
    bad = some_shift(town)
    match = {**match_of(bad, "receipt"), "requestNumber": 2}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": BROKEN_RECEIPTS[case]})
    town.load()
    assert [record["kind"] for record in town.quarantine()] == ["receipt"]
    (shift,) = [s for s in town.shifts() if s["outcome"] == "incomplete"]
    assert (shift["fiscal_drive_number"], shift["shift_number"]) == (bad["fiscal_drive_number"], bad["shift_number"])
    assert shift["reason"] == reason(Reason.RECEIPTS_NOT_WHOLE, read=bad["receipts"] - 1, expected=bad["receipts"])
    assert [order for order in town.orders() if order["shift_id"] == shift["shift_id"]] == []
    town.sandbox.faults.clear()
    town.load()
    assert set(town.outcomes()) <= {"issued", "no_cash"}


def test_a_new_vat_rate_is_kept_by_its_name(build_town: BuildTown) -> None:
    town = build_town(replace(EASY, cash_permille=1000, mixed_permille=0), detail="receipts")
    shift = some_shift(town)
    client, day = OfdClient(town.endpoint()), date.fromisoformat(shift["closed_at"][:10])
    place = (town.sandbox.world.organizations[0].id, shift["kkt_reg_id"])
    (page, *_) = client.by_period(*place, *(datetime.combine(day, at) for at in (time.min, time.max)), ("receipt",))
    client.close()
    receipt = next(one["receipt"] for one in json.loads(page.body)["documents"] if one["receipt"]["operationType"] == 1)
    match = {"type": "receipt", "fiscalDocumentNumber": receipt["fiscalDocumentNumber"]}
    of_a_quarter = {
        "set": {"nds25": round(receipt["totalSum"] / 5)},
        "drop": [name for name in receipt if name.startswith("nds")],
    }
    fault = {"kind": "patch_document", "register": shift["kkt_reg_id"], "match": match}
    town.sandbox.faults.add(fault | of_a_quarter)
    town.load()
    (reported,) = {order["vat_by_rate"]["25"] for order in town.orders() if "25" in (order["vat_by_rate"] or {})}
    assert reported > 0


def test_rates_that_do_not_account_for_the_whole_total_leave_vat_blank(build_town: BuildTown) -> None:
    town = build_town(replace(EASY, cash_permille=1000, mixed_permille=0), detail="receipts")
    match = {**match_of(some_shift(town), "receipt"), "requestNumber": 1, "operationType": 1}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"nds25": 100}})
    town.load()
    assert [order["vat_by_rate"] for order in town.orders() if order["vat"] is None] == [None]


# --- unreadable answers


@pytest.mark.parametrize("kind", ["html", "cut_json"])
def test_an_answer_that_is_no_json_costs_its_register_alone_and_is_kept(build_town: BuildTown, kind: str) -> None:
    town = build_town(EASY)
    town.sandbox.faults.add({"kind": kind, "method": "by-period", "register": town.register()})
    town.load()
    (record,) = town.quarantine()
    assert (record["kind"], record["unit_id"]) == ("page", town.register())
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(1)}
    assert [(gap["unit_id"], gap["reason"]) for gap in town.gaps()] == [(town.register(), "unreadable")]
    town.sandbox.faults.clear()
    town.load()
    assert town.gaps() == []
    assert len(town.shifts()) == len(town.truth())


@pytest.mark.parametrize("kind", ["html", "cut_json", "reset"])
def test_an_answer_that_is_unreadable_once_is_asked_for_again(town: Town, kind: str) -> None:
    town.sandbox.faults.add({"kind": kind, "method": "by-period", "times": 1})
    town.load()
    assert len(town.shifts()) == len(town.truth())
    assert town.quarantine() == []


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_out(town: Town, status: int) -> None:
    town.sandbox.faults.add({"kind": "status", "status": status, "retry_after": 0, "times": 2})
    town.load()
    assert len(town.shifts()) == len(town.truth())


def test_a_fault_that_does_not_pass_leaves_a_gap_and_the_rest_is_published(town: Town) -> None:
    town.sandbox.faults.add({"kind": "status", "status": 503, "method": "by-shifts", "register": town.register()})
    loaded = town.load()
    assert isinstance(loaded.fault, PassingFault)
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(1)}
    assert [(gap["unit_id"], gap["reason"]) for gap in town.gaps()] == [(town.register(), "failed")]
    town.sandbox.faults.clear()
    assert town.load().fault is None
    assert len(town.shifts()) == len(town.truth())
    assert town.gaps() == []


def test_a_session_that_dies_between_two_pages_loses_nothing(build_town: BuildTown) -> None:
    town = build_town(EASY, behaviour={"scan_limit": 30})
    town.sandbox.faults.add({"kind": "session_dies", "path": "offset="})
    town.load()
    assert len(town.shifts()) == len(town.truth())


def test_an_empty_page_in_place_of_a_page_with_a_cursor_is_a_fault_and_not_the_end(build_town: BuildTown) -> None:
    town = build_town(EASY, behaviour={"scan_limit": 30})
    town.sandbox.faults.add({"kind": "empty_body", "path": "offset=", "register": town.register(), "times": 1})
    assert isinstance(town.load().fault, PassingFault)
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(1)}
    town.load()
    assert len(town.shifts()) == len(town.truth())


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_an_empty_answer_in_place_of_z_reports_does_not_hide_them(build_town: BuildTown, detail: str) -> None:
    town = build_town(EASY, detail=detail)
    town.sandbox.faults.add({"kind": "empty_body", "method": "by-period", "register": town.register(), "times": 1})
    town.load()
    loaded = {(shift["fiscal_drive_number"], shift["shift_number"]) for shift in town.shifts()}
    lost = [line for key, line in town.truth().items() if key not in loaded]
    assert len(lost) > 5
    assert {gap["reason"] for gap in town.gaps()} == {"missing_shift"}
    assert len(town.gaps()) == len({line["closed_at"][:10] for line in lost})
    assert town.open_days(town.register()) >= {date.fromisoformat(line["closed_at"][:10]) for line in lost}
    town.load()
    assert (town.gaps(), len(town.shifts())) == ([], len(town.truth()))


def test_a_z_report_that_neither_pages_nor_totals_have_is_missed_by_its_number(town: Town) -> None:
    lost = some_shift(town)
    town.sandbox.faults.add(
        {"kind": "drop_document", "match": match_of(lost, "closeShift")},
        {"kind": "drop_document", "match": match_of(lost, "byShifts")},
    )
    town.load()
    (gap,) = town.gaps()
    assert (gap["reason"], gap["unit_id"]) == ("missing_shift", lost["kkt_reg_id"])
    missing = reason(Reason.SHIFT_MISSING_OF_DRIVE, drive=lost["fiscal_drive_number"], shift=lost["shift_number"])
    assert gap["details"] == missing
    drive = lost["fiscal_drive_number"]
    of_drive = {one: town.warehouse.rows("explain_fiscal_gaps", fiscal_drive_number=one) for one in (drive, drive[:-1])}
    assert [row["details"] for row in of_drive[drive]] == [missing]
    assert of_drive[drive[:-1]] == []
    assert date.fromisoformat(lost["closed_at"][:10]) in gap["days"]
    town.sandbox.faults.clear()
    town.load()
    assert (town.gaps(), len(town.shifts())) == ([], len(town.truth()))
    assert town.open_days(lost["kkt_reg_id"]) == set()


# --- totals by shift that cannot be true


@pytest.mark.parametrize("name", ["sell.cashTotal", "sell.cashlessTotal"])
def test_a_sum_by_shift_that_totals_by_day_contradict_is_not_booked_but_that_of_the_receipts(
    town: Town, name: str
) -> None:
    bent = some_shift(town)
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match_of(bent, "byShifts"), "set": {name: 1}, "alone": True}
    )
    town.load()
    assert reported_sums(town) == {key: [line[name] for name in MONEY] for key, line in town.truth().items()}
    read = {(shift["fiscal_drive_number"], shift["shift_number"]): shift["detail"] for shift in town.shifts()}
    assert read[bent["fiscal_drive_number"], bent["shift_number"]] == "receipts"
    assert list(read.values()).count("receipts") < 5


def test_where_totals_by_day_report_nothing_the_receipts_are_read(town: Town) -> None:
    town.sandbox.faults.add({"kind": "empty_body", "method": "by-days", "register": town.register(), "times": 1})
    town.load()
    assert reported_sums(town) == {key: [line[name] for name in MONEY] for key, line in town.truth().items()}
    assert {shift["detail"] for shift in town.shifts() if shift["kkt_reg_id"] == town.register()} == {"receipts"}


# --- refusals


def test_a_register_that_may_not_be_read_any_more_costs_its_neighbours_nothing(town: Town) -> None:
    town.sandbox.faults.add({"kind": "forbid_register", "register": town.register()})
    town.load()
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(1)}
    (gap,) = town.gaps()
    assert (gap["reason"], "403002" in gap["details"]) == ("refused", True)


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_of_one_register_is_a_gap_with_the_services_words(town: Town, status: int) -> None:
    town.sandbox.faults.add({"kind": "status", "status": status, "method": "by-period", "register": town.register()})
    town.load()
    (gap,) = town.gaps()
    assert (gap["reason"], f"HTTP {status}" in gap["details"]) == ("refused", True)
    assert town.sandbox.requests.count("by-period", town.register()) == 1


def test_a_wrong_login_is_tried_once_and_publishes_nothing(town: Town) -> None:
    town.sandbox.faults.add({"kind": "status", "status": 403, "method": "authenticate-by-pass"})
    with pytest.raises(RefusedByService, match="the login is refused"):
        town.load()
    assert town.sandbox.requests.count("authenticate-by-pass") == 1
    assert town.sql("select state from control.batch") == [("stopped",)]


# --- too much


def test_a_batch_with_too_many_rejects_publishes_nothing(build_town: BuildTown) -> None:
    town = build_town(EASY, bad_share_limit="0.3")
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": {"type": "closeShift", "kktRegId": town.register()}, "drop": ["fiscalSign"]}
    )
    with pytest.raises(BadBatch, match="z-reports are bad"):
        town.load()
    assert (town.shifts(), town.orders(), town.covered()) == ([], [], [])
    assert len(town.quarantine()) > 10
    town.sandbox.faults.clear()
    town.load()
    assert len(town.shifts()) == len(town.truth())


def test_a_rejected_record_that_comes_again_is_one_record_seen_twice(town: Town) -> None:
    bad = some_shift(town)
    town.sandbox.faults.add({"kind": "patch_document", "match": match_of(bad, "closeShift"), "drop": ["fiscalSign"]})
    town.load()
    town.load()
    (record,) = town.quarantine()
    assert record["times_seen"] == 2


def test_the_results_of_checks_are_stored_for_each_batch(town: Town) -> None:
    bad = some_shift(town)
    town.sandbox.faults.add({"kind": "patch_document", "match": match_of(bad, "closeShift"), "drop": ["fiscalSign"]})
    town.load()
    rows = town.table("control.check_result", "check_result_id")
    results = {row["expectation"]: row for row in rows if row["suite"] == "z_reports"}
    assert (results["fiscal_sign_is_present"]["success"], results["fiscal_sign_is_present"]["bad_rows"]) == (False, 1)
    assert results["rnm_has_16_digits"]["checked_rows"] == len(town.truth())
    assert {row["suite"] for row in rows} == {"z_reports", "receipts", "shifts", "orders"}
