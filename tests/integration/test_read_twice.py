"""Lists are read twice: what one answer alone tells is believed once another has told it too (ADR 0013)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.model.window import MARKET
from smena.sources.market import MarketClient
from smena.transform.decoding import decode
from smena.transform.twice import LONE
from tests.integration.conftest import BuildTown
from tests.town import FIRST, Town

LAST = FIRST + timedelta(days=9)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=2, receipts_per_shift=6
).easy()


def with_market(build_town: BuildTown, world: WorldSettings = WORLD) -> Town:
    town = build_town(world, manners={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    return town


def sales(town: Town, day: date) -> list[dict[str, Any]]:
    """The cash sales of a day, as Market tells them to anybody who asks."""
    client = MarketClient(town.endpoint("kontur_market"))
    told = [
        cheque
        for shop in client.shops()
        for one in decode(shop.body, dict)["items"]
        for page in client.cheques(one["id"], day, day, is_refund=False)
        for cheque in decode(page.body, dict)["items"]
        if any(payment["type"] == "Cash" for payment in cheque["payments"])
    ]
    client.close()
    return told


def once(town: Town, kind: str, match: dict[str, Any], **damage: Any) -> None:
    """Damages a document in the first answer that holds it, and in no other."""
    fault = "patch_document" if damage else "drop_document"
    town.sandbox.faults.add({"kind": fault, "match": {"type": kind, **match}, "times": 1, **damage})


def outcome_of_till(town: Town, till_shift: str) -> tuple[str, str | None]:
    ((outcome, reason),) = town.sql("select outcome, reason from accounting.shift where till_shift = %s", till_shift)
    return outcome, reason


def orders_of_till(town: Town, till_shift: str) -> int:
    ((count,),) = town.sql(
        "select count(*) from accounting.cash_order inner join accounting.shift using (shift_id) where till_shift = %s",
        till_shift,
    )
    return int(count)


# --- Kontur.Market

DAY = FIRST + timedelta(days=4)

DAMAGES: dict[str, tuple[dict[str, Any], str]] = {
    "it is left out": ({}, LONE),
    "it is of another shift": ({"set": {"cashRegisterId": "5"}}, "one cheque id with two contents"),
    "it is a refund": ({"set": {"isRefund": True}}, "one cheque id with two contents"),
    "it has another id": ({"set": {"id": "5a0e77c5-0000-4000-8000-000000000000"}}, LONE),
    "it was closed at another time": ({"set": {"closeTime": f"{DAY}T23:59:58"}}, "one cheque id with two contents"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_cheque_that_one_answer_tells_wrongly_makes_its_shift_wait_and_is_booked_once_told_twice(
    build_town: BuildTown, what: str
) -> None:
    town = with_market(build_town)
    cheque = sales(town, DAY)[0]
    damage, reason = DAMAGES[what]
    once(town, "cheque", {"id": cheque["id"]}, **damage)
    town.load(FIRST, LAST, product=MARKET)
    told = outcome_of_till(town, cheque["cashRegisterId"])
    assert told == ("incomplete", f"a cheque was rejected: {reason}")
    assert orders_of_till(town, cheque["cashRegisterId"]) == 0
    assert {record["reason"] for record in town.quarantine()} == {reason}
    assert town.outcomes()["incomplete"] <= 2, "no more than those of its shop and day wait"

    town.load(FIRST, LAST, product=MARKET)
    undisturbed = with_market(build_town)
    undisturbed.load(FIRST, LAST, product=MARKET)
    assert outcome_of_till(town, cheque["cashRegisterId"]) == ("issued", None)
    assert {record["state"] for record in town.quarantine()} == {"released"}
    assert sums(town) == sums(undisturbed)


def sums(town: Town) -> list[tuple[Any, ...]]:
    return town.sql(
        "select till_shift, kind, amount, date from accounting.cash_order inner join accounting.shift using (shift_id) "
        "order by 1, 2"
    )


def test_a_day_whose_cheques_were_all_left_out_of_one_answer_is_not_called_loaded_and_stops_nobody(
    build_town: BuildTown,
) -> None:
    town = with_market(build_town, replace(WORLD, receipts_per_shift=30))
    cheques = sales(town, DAY)
    for cheque in cheques:
        once(town, "cheque", {"id": cheque["id"]})
    # More cheques are held back than there are shifts: too much for a batch, were they bad.
    assert len(cheques) > 20
    town.load(DAY, DAY, product=MARKET)
    assert {record["day"] for record in town.quarantine()} == {DAY}
    spoilt = {cheque["shopId"] for cheque in cheques}
    assert not {shop for shop, days in town.covered() if DAY in days} & spoilt


def test_what_a_till_sells_while_it_is_asked_is_no_matter_of_yesterday(build_town: BuildTown) -> None:
    town = with_market(build_town)
    today = DAY + timedelta(days=1)
    town.set_day(today, 18)
    new = sales(town, today)[-1]
    once(town, "cheque", {"id": new["id"]})
    town.load(FIRST, DAY, product=MARKET)
    assert town.quarantine() == []
    assert town.outcomes()["incomplete"] == 0


def test_answers_that_are_told_again_in_the_same_bytes_are_kept_once(build_town: BuildTown) -> None:
    town = with_market(build_town)
    town.load(FIRST, LAST, product=MARKET)
    kept = town.sql("select method, count(*), count(distinct address) from raw.page group by 1 order by 1")
    assert "cheques_again" not in {method for method, *_ in kept}
    again = town.sql(
        "select page.method, count(*) from raw.told_again inner join raw.page using (page_id) "
        "where told_again.fetched_at >= page.fetched_at group by 1"
    )
    assert again == [("cheques", count) for method, count, _ in kept if method == "cheques"]


def test_answers_that_are_not_the_same_are_both_kept(build_town: BuildTown) -> None:
    town = with_market(build_town)
    once(town, "cheque", {"id": sales(town, DAY)[0]["id"]})
    town.load(FIRST, LAST, product=MARKET)
    ((first, second),) = town.sql(
        "select first.body_bytes, second.body_bytes from raw.page as first inner join raw.page as second "
        "using (fetch_id, address) where first.method = 'cheques' and second.method = 'cheques_again'"
    )
    assert first < second


# --- Kontur.OFD


def day_of(line: dict[str, Any]) -> date:
    return date.fromisoformat(line["closed_at"][:10])


def shift_of(town: Town, day: date) -> dict[str, Any]:
    """The shift that the first register closed on a day."""
    (line,) = (line for line in town.truth().values() if line["kkt_reg_id"] == town.register() and day_of(line) == day)
    return line


def match_of(line: dict[str, Any]) -> dict[str, Any]:
    return {"fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}


def asked_for_documents(town: Town) -> int:
    return town.sandbox.requests.count("by-period", register=town.register())


@pytest.mark.parametrize("field", ["taxationType", "nds20", "nds10"])
def test_what_a_receipt_alone_tells_is_booked_once_it_was_told_twice(build_town: BuildTown, field: str) -> None:
    town = build_town(WORLD, detail="receipts")
    line = shift_of(town, DAY)
    once(town, "receipt", match_of(line), set={field: 2})
    town.load()
    (shift,) = (one for one in town.shifts() if one["shift_number"] == line["shift_number"] and one["detail"] is None)
    assert (shift["outcome"], shift["kkt_reg_id"]) == ("incomplete", town.register())
    assert {one["reason"] for one in town.quarantine()} == {"the same fiscal document comes with another content"}
    town.load()
    undisturbed = build_town(WORLD, detail="receipts")
    undisturbed.load()
    assert amounts(town) == amounts(undisturbed)


def amounts(town: Town) -> list[tuple[Any, ...]]:
    return town.sql(
        "select kkt_reg_id, shift_number, kind, taxation, amount, vat, date, basis from accounting.cash_order "
        "inner join accounting.shift using (shift_id) order by 1, 2, 3, 4"
    )


@pytest.mark.parametrize(
    "wrong", [{"fiscalDocumentNumber": 77}, {"fiscalDriveNumber": "9960100000000077"}, {"shiftNumber": 77}]
)
def test_a_z_report_that_stands_alone_is_booked_once_it_was_told_twice(
    build_town: BuildTown, wrong: dict[str, Any]
) -> None:
    town = build_town(WORLD)
    line = shift_of(town, DAY)
    once(town, "closeShift", match_of(line), set=wrong)
    town.load(DAY, DAY)
    assert town.register() not in {shift["kkt_reg_id"] for shift in town.shifts()}
    reasons = {one["reason"] for one in town.quarantine()}
    assert reasons, "it is in quarantine with a reason"
    assert DAY in town.open_days(town.register())
    town.load(DAY, DAY)
    undisturbed = build_town(WORLD)
    undisturbed.load(DAY, DAY)
    assert amounts(town) == amounts(undisturbed)


def test_a_z_report_whose_neighbour_is_in_the_warehouse_costs_no_second_reading(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    town.load(DAY, DAY)
    assert asked_for_documents(town) == 4, "nothing was known before it: two pages, asked for twice"
    town.sandbox.requests.reset()
    town.load(DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert asked_for_documents(town) == 2


def test_a_z_report_that_contradicts_its_neighbour_in_the_warehouse_is_asked_for_again(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    town.load(DAY, DAY)
    following = DAY + timedelta(days=1)
    once(town, "closeShift", match_of(shift_of(town, following)), set={"fiscalDocumentNumber": 77})
    town.load(following, following)
    assert town.quarantine(), "two contents of one shift"
    assert following in town.open_days(town.register())
