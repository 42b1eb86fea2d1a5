"""A reconciliation names what one damaged answer did to the books, before these days are certified."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sandbox import MarketSettings, OrganizationSpec, WorldSettings
from smena.model.window import MARKET, Window
from smena.reconciliation.certificate import certify
from smena.reconciliation.reconcile import ReconcileResult, reconcile
from smena.sources.ofd import OfdClient
from tests.integration.conftest import BuildTown
from tests.town import FIRST, Town

DAYS = Window(FIRST, FIRST + timedelta(days=4))
DAY = FIRST + timedelta(days=2)
PHANTOM = "00000000-0000-4000-8000-{:012d}"

RECEIPTS: list[dict[str, Any]] = [
    {"set": {"taxationType": 32}},
    {"drop": ["taxationType"]},
    {"set": {"nds20": 1}},
    {"set": {"nds10": 77}},
    {"drop": ["nds20"]},
    {"set": {"ndsCalculated20": 5}},
    {"set": {"operationType": 2}},
    {"set": {"operationType": 4}},
    {"set": {"paymentAgentType": 64}},
    {"set": {"totalSum": 1}},
    {"set": {"cashTotalSum": 100, "totalSum": 100}},
    {"set": {"shiftNumber": 9999}},
    {"set": {"fiscalDriveNumber": "9960100000000077"}},
    {"set": {"fiscalDocumentNumber": 99_999}},
    {"set": {"dateTime": "2025-12-03T12:00:00"}},
    {"set": {"dateTime": "no moment"}},
    {"drop": ["operationType"]},
    {"kind": "drop_document"},
    {"kind": "repeat_document", "set": {"nds20": 3}},
    {"kind": "repeat_document", "set": {"fiscalDocumentNumber": 99_998}},
]
"""What is done to one receipt of one register each, in the first answer that holds it."""

CHEQUES: list[dict[str, Any]] = [
    {"set": {"cashRegisterId": PHANTOM.format(1)}},
    {"set": {"cashboxId": PHANTOM.format(2)}},
    {"set": {"closeTime": "2025-12-04T12:00:00", "openTime": "2025-12-04T11:59:00"}},
    {"set": {"isRefund": True}},
    {"drop": ["cashRegisterId"]},
    {"drop": ["closeTime"]},
    {"set": {"id": PHANTOM.format(3)}},
    {"kind": "drop_document"},
    {"kind": "repeat_document", "set": {"id": PHANTOM.format(4)}},
    {"kind": "repeat_document", "set": {"cashRegisterId": PHANTOM.format(5)}},
]
"""What is done to one cheque of one till each."""


def world(registers: int) -> WorldSettings:
    return WorldSettings(
        first_day=FIRST, last_day=DAYS.last_day, organizations=1, registers_per_organization=registers,
        receipts_per_shift=5,
    ).easy()  # fmt: skip


def prove(town: Town, *, is_full: bool = True) -> ReconcileResult:
    return reconcile(town.context, town.inn, run_id="test", window=DAYS, is_full=is_full)


def certificate(town: Town) -> dict[str, Any]:
    return certify(town.warehouse, town.inn, DAYS, made_by="test", now=datetime(2026, 2, 20, tzinfo=UTC))


def booked(town: Town) -> dict[tuple[str, int], list[Any]]:
    """By register and shift number: what its orders say."""
    orders = defaultdict(list)
    for register, number, *entry in town.sql(
        "select kkt_reg_id, shift_number, kind, operation, taxation, agent, amount, vat, vat_by_rate::text, date "
        "from accounting.cash_order inner join accounting.shift using (shift_id) where status <> 'reversed' "
        "order by 1, 2, 3, 4, 5, 6"
    ):
        orders[register, number].append(entry)
    return dict(orders)


def waiting(town: Town, found: ReconcileResult) -> tuple[set[Any], set[Any]]:
    """The shifts that a difference or their own outcome names, and registers with a day that lacks shifts."""
    shifts = {one for row in found.differences for one in row["shifts"]}
    shifts |= {str(one["shift_id"]) for one in town.shifts() if one["outcome"] in ("incomplete", "needs_review")}
    return shifts, {row["kkt_reg_id"] for row in found.lacking}


def test_each_damaged_receipt_is_harmless_or_named_and_loading_its_day_again_mends_it(build_town: BuildTown) -> None:
    town, undisturbed = (build_town(world(len(RECEIPTS)), detail="receipts") for _ in range(2))
    undisturbed.load(*_ends())
    for place, damage in enumerate(RECEIPTS):
        line = _shift_of(town, town.register(place))
        match = {"type": "receipt", "fiscalDriveNumber": line["fiscal_drive_number"], "operationType": 1}
        fault = {"kind": "patch_document", "times": 1, "match": match | {"shiftNumber": line["shift_number"]}}
        town.sandbox.faults.add(fault | damage)
    town.load(*_ends())
    assert all(one["struck"] for one in town.sandbox.faults.report())
    town.sandbox.faults.clear()

    found = prove(town)
    shifts, lacking = waiting(town, found)
    wrong = {key for key in booked(undisturbed) if booked(town).get(key) != booked(undisturbed)[key]}
    here = {(one["kkt_reg_id"], one["shift_number"]): str(one["shift_id"]) for one in town.shifts()}
    silent = {key for key in wrong if here.get(key) not in shifts and key[0] not in lacking}
    assert silent == set()
    assert booked(town).keys() <= booked(undisturbed).keys()
    kinds = [row["kind"] for row in found.differences]
    assert {"vat", "receipts_changed"} <= set(kinds)
    print(f"\n{len(RECEIPTS)} receipts damaged: {len(wrong)} shifts not right, {sorted(kinds)}, {town.outcomes()}")
    assert not certificate(town)["is_complete"]

    town.load(*_ends())
    assert booked(town) == booked(undisturbed)
    assert {row["day"] for row in certificate(town)["unconfirmed"]} == {str(DAY)}, "it is booked from other pages now"
    assert prove(town).differences == []
    assert certificate(town)["is_complete"]


def test_a_shift_is_not_certified_before_its_current_receipts_were_asked_for_again(build_town: BuildTown) -> None:
    town = build_town(world(2), detail="receipts")
    town.load(*_ends())
    prove(town, is_full=False)
    made = certificate(town)
    assert not made["is_complete"]
    assert len({row["day"] for row in made["unconfirmed"]}) == len(list(DAYS))
    prove(town)
    assert certificate(town)["is_complete"]
    prove(town, is_full=False)
    assert certificate(town)["is_complete"], "a daily reconciliation takes nothing back"
    line = _shift_of(town, town.register())
    match = {"type": "receipt", "fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}
    town.sandbox.faults.add({"kind": "patch_document", "times": 1, "match": match, "set": {"taxationType": 32}})
    town.load(DAY, DAY)
    assert certificate(town)["is_complete"], "the same sums are not booked once more"


WITH_VAT = replace(
    world(2), organizations=[OrganizationSpec(registers=2, taxation=1)], receipts_per_shift=30, correction_permille=0
)


def _receipt_with_vat(town: Town) -> dict[str, Any]:
    """A sale of the first register on DAY in cash alone, of several items and with VAT of 20 %."""
    client = OfdClient(town.endpoint())
    organization = town.sandbox.world.organizations[0].id
    day = (datetime.combine(DAY, time.min), datetime.combine(DAY, time(23, 59, 59)))
    pages = client.by_period(organization, town.register(), *day, ("receipt",))
    receipts = [one["receipt"] for page in pages for one in json.loads(page.body)["documents"]]
    client.close()
    return next(
        one for one in receipts
        if one.get("nds20") and len(one["items"]) >= 3 and one["operationType"] == 1
        and one["cashTotalSum"] == one["totalSum"]
    )  # fmt: skip


def test_a_receipt_that_does_not_account_for_its_vat_has_none_to_compare_and_is_named_when_asked_again(
    build_town: BuildTown,
) -> None:
    town = build_town(WITH_VAT, detail="receipts")
    match = {"type": "receipt", "fiscalDocumentNumber": _receipt_with_vat(town)["fiscalDocumentNumber"]}
    town.sandbox.faults.add(
        {"kind": "patch_document", "register": town.register(), "times": 1, "match": match, "set": {"nds10": 7700}}
    )
    town.load(*_ends())
    assert town.sql("select count(*) from accounting.cash_order where vat is null") > [(0,)]
    assert prove(town, is_full=False).differences == []
    assert {row["kind"] for row in prove(town).differences} == {"receipts_changed"}


def test_the_daily_reconciliation_names_wrong_vat_and_asks_for_no_receipts(build_town: BuildTown) -> None:
    town = build_town(WITH_VAT, detail="receipts")
    receipt = _receipt_with_vat(town)
    match = {"type": "receipt", "fiscalDocumentNumber": receipt["fiscalDocumentNumber"]}
    # One kopeck is within what the rounding of its items may make: the receipt still accounts for its whole total.
    wrong = {"nds20": receipt["nds20"] + 1}
    town.sandbox.faults.add(
        {"kind": "patch_document", "register": town.register(), "times": 1, "match": match, "set": wrong}
    )
    town.load(*_ends())
    town.sandbox.requests.reset()
    found = prove(town, is_full=False)
    daily = town.sandbox.requests.count("by-period", register=town.register())
    assert [(row["kind"], row["kkt_reg_id"], row["day"]) for row in found.differences] == [
        ("vat", town.register(), DAY)
    ]
    assert {rate["rate"]: rate["ours"] - rate["vat"] for rate in found.differences[0]["details"]["rates"]} == {"20": 1}
    town.sandbox.requests.reset()
    found = prove(town)
    assert {row["kind"] for row in found.differences} == {"vat", "receipts_changed"}
    assert town.sandbox.requests.count("by-period", register=town.register()) == daily + 2


def test_each_damaged_cheque_of_market_is_harmless_or_named_with_its_till_and_day(build_town: BuildTown) -> None:
    how: Any = {"behaviour": {"market": MarketSettings().easy()}}
    town, undisturbed = (build_town(world(len(CHEQUES)), **how) for _ in range(2))
    for one in (town, undisturbed):
        one.enable_market(FIRST)
    undisturbed.load(*_ends(), product=MARKET)
    tills = sorted({row["cashbox_id"] for row in town.sandbox.market_truth(town.inn)})
    for till, damage in zip(tills, CHEQUES, strict=True):
        shift = next(
            row["till_shift"]
            for row in undisturbed.shifts()
            if row["cashbox_id"] == till and row["closed_at"].date() == DAY
        )
        match = {"type": "cheque", "cashboxId": till, "cashRegisterId": shift, "isRefund": False}
        town.sandbox.faults.add({"kind": "patch_document", "times": 1, "match": match} | damage)
    town.load(*_ends(), product=MARKET)
    assert all(one["struck"] for one in town.sandbox.faults.report())
    town.sandbox.faults.clear()
    town.load(*_ends())

    assert not certificate_before(town)
    found = prove(town)
    named = {(row["kkt_reg_id"], row["details"].get("till_shift")) for row in found.differences}
    incomplete = {key for key, entry in till_shifts(town).items() if entry[0] == "incomplete"}
    right, here = till_shifts(undisturbed), till_shifts(town)
    wrong = {key for key in right.keys() | here.keys() if right.get(key, ())[1:] != here.get(key, ())[1:]}
    assert wrong
    assert wrong - named - incomplete == set()
    assert all(row["day"] for row in found.differences)
    kinds = sorted(row["kind"] for row in found.differences)
    assert {"till_changed", "till_not_reported"} <= set(kinds)
    print(f"\n{len(CHEQUES)} cheques damaged: {len(wrong)} till shifts not right, {kinds}, {town.outcomes()}")
    assert not certificate(town)["is_complete"]


def certificate_before(town: Town) -> bool:
    """Whether days that were reconciled without asking Market again are certified as complete."""
    prove(town, is_full=False)
    made = certificate(town)
    assert {row["day"] for row in made["unconfirmed"]} == {str(day) for day in DAYS}
    return bool(made["is_complete"])


def test_days_of_market_on_which_nothing_differs_are_certified(build_town: BuildTown) -> None:
    town = build_town(world(2), behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    town.load(*_ends())
    town.load(*_ends(), product=MARKET)
    town.sandbox.requests.reset()
    found = prove(town)
    assert found.differences == []
    shops = len(town.sql("select from control.shop"))
    assert town.sandbox.requests.count("cheques") == 4 * shops, "sales and refunds, each a page and an empty one"
    assert certificate(town)["is_complete"]


def test_an_answer_without_cheques_is_named_when_they_are_asked_for_again(build_town: BuildTown) -> None:
    town = build_town(world(2), behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "cheque"}})
    town.load(*_ends(), product=MARKET)
    town.sandbox.faults.clear()
    assert town.shifts() == []
    found = prove(town)
    reported = town.sandbox.market_truth(town.inn)
    missing = {(row["kkt_reg_id"], row["details"]["till_shift"]) for row in found.differences}
    assert {row["kind"] for row in found.differences} == {"till_not_here"}
    assert missing == {(row["cashbox_id"], row["till_shift"]) for row in reported}
    town.load(*_ends(), product=MARKET)
    assert prove(town).differences == []


def till_shifts(town: Town) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By cashbox and shift: the outcome, the sums, the day."""
    return {
        (row["cashbox_id"], row["till_shift"]): (
            "incomplete" if row["outcome"] == "incomplete" else "",
            *(row[name] for name in ("cash_income", "cash_refund", "cashless_income", "cashless_refund", "receipts")),
            row["closed_at"].date(),
        )
        for row in town.shifts()
        if row["source"] == "market"
    }


def _ends() -> tuple[date, date]:
    return DAYS.first_day, DAYS.last_day


def _shift_of(town: Town, register: str) -> dict[str, Any]:
    return next(
        line
        for line in town.truth().values()
        if line["kkt_reg_id"] == register and date.fromisoformat(line["closed_at"][:10]) == DAY
    )
