"""`smena explain --fiscal-drive --document`: what became of a fiscal document."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from smena.messages import translate
from smena.model.reason_text import parse
from smena.model.reasons import Reason
from tests.integration.cli.shop import FIRST, LAST, Shop
from tests.town import EASY, Town
from tests.town import FIRST as TOWN_FIRST
from tests.unit.cli.commands import Done

BuildTown = Callable[..., Town]


def asked(shop: Shop, drive: str, number: int, *words: str) -> Done:
    return shop.cli.here("explain", "--fiscal-drive", drive, "--document", str(number), *words)


def trace_of(shop: Shop, drive: str, number: int) -> dict[str, Any]:
    return asked(shop, drive, number, "--json").data


def of_drive(shop: Shop) -> list[dict[str, Any]]:
    """The shifts of a drive with the most of them, in order."""
    by_drive: dict[str, list[dict[str, Any]]] = {}
    for shift in shop.town.shifts():
        by_drive.setdefault(shift["fiscal_drive_number"], []).append(shift)
    return max(by_drive.values(), key=len)


def last_of(shift: dict[str, Any]) -> int:
    return int(shift["fiscal_document_number"])


def test_a_z_report_leads_to_its_shift_and_orders(loaded: Shop) -> None:
    shift = next(shift for shift in of_drive(loaded) if shift["outcome"] == "issued")
    trace = trace_of(loaded, shift["fiscal_drive_number"], last_of(shift))
    assert (trace["verdict"], trace["found"]["kind"]) == ("z_report", "closeShift")
    assert trace["found"]["document"]["shiftNumber"] == shift["shift_number"]
    orders = [str(one["document_id"]) for one in loaded.town.orders() if one["shift_id"] == shift["shift_id"]]
    assert [row["document_id"] for row in trace["shift"]["documents"]] == orders != []
    done = asked(loaded, shift["fiscal_drive_number"], last_of(shift))
    assert done.code == 0
    assert f"it is the z-report of shift № {shift['shift_number']}" in done.out
    assert f"closeShift of {trace['found']['document']['dateTime']}, on page {trace['found']['page_id']}" in done.out
    assert orders[0] in done.out


def test_every_document_of_a_shift_leads_to_it_though_only_its_totals_were_read(loaded: Shop) -> None:
    former, shift = of_drive(loaded)[2:4]
    for number in (last_of(former) + 1, last_of(former) + 2, last_of(shift) - 1):
        trace = trace_of(loaded, shift["fiscal_drive_number"], number)
        assert trace["verdict"] == "in_shift"
        assert trace["shift"]["shift"]["shift_id"] == str(shift["shift_id"])
        assert f"ФД {last_of(former) + 1}…{last_of(shift)}" in translate(trace["reason"], "en")


def test_the_first_loaded_shift_begins_where_its_z_report_counts_from(loaded: Shop) -> None:
    shift = of_drive(loaded)[0]
    drive = shift["fiscal_drive_number"]
    (report,) = (trace["found"]["document"] for trace in [trace_of(loaded, drive, last_of(shift))])
    first = last_of(shift) - report["documentsQuantity"] + 1
    assert trace_of(loaded, drive, first)["verdict"] == "in_shift"
    if shift["shift_number"] > 1:
        trace = trace_of(loaded, drive, first - 1)
        assert (trace["verdict"], trace["shift"]) == ("before_first_shift", None)
        assert f"begins with ФД {first}" in translate(trace["reason"], "en")


def test_a_receipt_that_was_read_is_shown_with_its_page(build_town: BuildTown) -> None:
    shop = Shop(build_town(EASY, start=TOWN_FIRST, detail="receipts"))
    shop.town.load(TOWN_FIRST, TOWN_FIRST + timedelta(days=2))
    shift = of_drive(shop)[1]
    trace = trace_of(shop, shift["fiscal_drive_number"], last_of(shift) - 1)
    assert (trace["verdict"], trace["found"]["kind"]) == ("in_shift", "receipt")
    assert trace["found"]["document"]["fiscalDocumentNumber"] == last_of(shift) - 1
    assert trace["found"]["page_id"] in shift["evidence"]


def test_the_cashier_of_a_document_is_masked(loaded: Shop) -> None:
    shift = of_drive(loaded)[1]
    assert trace_of(loaded, shift["fiscal_drive_number"], last_of(shift))["found"]["document"]["operator"] == "•••"


def test_a_document_newer_than_everything_loaded_was_not_seen_yet(loaded: Shop) -> None:
    shift = of_drive(loaded)[-1]
    trace = trace_of(loaded, shift["fiscal_drive_number"], last_of(shift) + 1)
    assert (trace["verdict"], trace["shift"]) == ("after_last_shift", None)
    assert f"№ {shift['shift_number']}, ends with ФД {last_of(shift)}" in translate(trace["reason"], "en")


def test_a_drive_that_no_source_reported_was_never_seen(loaded: Shop) -> None:
    done = asked(loaded, "1111222233334444", 7)
    assert done.code == 0
    assert done.out.startswith("ФН 1111222233334444, ФД 7: never seen\n")


def test_a_rejected_z_report_is_found_in_quarantine_with_its_reason(shop: Shop) -> None:
    truth = sorted(
        (line for line in shop.town.truth().values() if line["kkt_reg_id"] == shop.town.register()),
        key=lambda line: line["closed_at"],
    )[3]
    drive, number = truth["fiscal_drive_number"], truth["shift_number"]
    match = {"type": "closeShift", "fiscalDriveNumber": drive, "shiftNumber": number}
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"receiptsQuantity": -1}})
    shop.load()
    (row,) = shop.town.quarantine()
    former, after = (
        next(s for s in shop.town.shifts() if (s["fiscal_drive_number"], s["shift_number"]) == (drive, other))
        for other in (number - 1, number + 1)
    )
    rejected = int(json.loads(row["record"])["closeShift"]["fiscalDocumentNumber"])
    assert last_of(former) < rejected < last_of(after)
    done = asked(shop, drive, rejected, "--json")
    assert done.code == 1
    assert (done.data["verdict"], done.data["shift"]) == ("quarantined", None)
    assert parse(done.data["reason"]) == (Reason.IN_QUARANTINE, {"reason": row["reason"]})
    assert [one["quarantine_id"] for one in done.data["quarantine"]] == [row["quarantine_id"]]
    # A receipt of the same shift: it is known to be missing, and which shift it is.
    done = asked(shop, drive, last_of(former) + 1, "--json")
    assert (done.code, done.data["verdict"], done.data["shift"]) == (1, "missing", None)
    assert parse(done.data["reason"]) == (Reason.IN_MISSING_SHIFT, {"first": number, "last": number})
    # The document after it belongs to the next shift, which is loaded.
    assert trace_of(shop, drive, rejected + 1)["shift"]["shift"]["shift_id"] == str(after["shift_id"])


@pytest.mark.parametrize(
    "record",
    [
        '{"fiscalDriveNumber": "1111222233334444  ", "fiscalDocumentNumber": 77}',
        '{"fiscal_drive_number":"1111222233334444","fiscal_document_number":77,"total":7',
        '{"receipt":{"fiscalDocumentNumber":"77","fiscalDriveNumber":"1111222233334444"}}',
    ],
)
def test_another_number_that_begins_alike_is_not_taken_for_it(shop: Shop, record: str) -> None:
    shop.town.load(FIRST, LAST)
    shop.town.sql(
        "insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)"
        " select organization_inn, 'ofd', 'closeShift', 'check', 'vat_negative', %s, 'x', max(batch_id)"
        " from control.batch group by 1",
        record,
    )
    assert trace_of(shop, "1111222233334444", 77)["verdict"] == "quarantined"
    for number in (7, 777, 78):
        assert trace_of(shop, "1111222233334444", number)["verdict"] == "never_seen"


@pytest.mark.parametrize("drive", [" 9999078900012345 ", "0001"])
def test_a_drive_is_known_by_its_digits_as_they_are(loaded: Shop, drive: str) -> None:
    assert trace_of(loaded, drive, 1)["fiscal_drive_number"] == drive.strip()
