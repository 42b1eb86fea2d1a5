"""A shift belongs to one organisation and one shop; a person decides about contradictions (DOMAIN 3, 4)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import MarketSettings
from smena.contract.decoding import decode
from smena.model.window import MARKET
from smena.sources.market import MarketClient
from tests.integration.conftest import BuildTown
from tests.town import EASY, FIRST

LAST = date(2025, 12, 8)
SHOPS = replace(EASY, first_day=FIRST, last_day=LAST)


def test_a_shift_of_another_organisation_is_not_changed_by_the_loads_of_this_one(build_town: BuildTown) -> None:
    town = build_town(replace(SHOPS, organizations=2), now=datetime(2025, 12, 9, 12))
    other = town.inns[1]
    town.load()
    batch = town.load(inn=other).published.batch_id
    shift = next(row for row in town.shifts() if row["outcome"] == "no_cash" and row["organization_inn"] == town.inn)
    town.sql(
        "update accounting.shift set organization_inn = %s, batch_id = %s where shift_id = %s",
        other, batch, shift["shift_id"],
    )  # fmt: skip
    match = {
        "type": "byShifts", "fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"],
    }  # fmt: skip
    change = {"sell.cashTotal": 5_000, "sell.total": 10**12}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": change})
    town.load(FIRST, LAST)
    (now,) = [row for row in town.shifts() if row["shift_id"] == shift["shift_id"]]
    assert (now["cash_income"], now["organization_inn"]) == (shift["cash_income"], other)
    (record,) = [row for row in town.quarantine() if row["step"] == "match"]
    assert record["reason"] == "booked_by_another_organization"


def test_a_till_shift_that_two_shops_report_is_not_booked_from_one_of_them(build_town: BuildTown) -> None:
    market = replace(MarketSettings().easy(), every_market_only=1)
    town = build_town(
        replace(SHOPS, registers_per_organization=6), behaviour={"market": market}, now=datetime(2025, 12, 9, 12)
    )
    town.enable_market(FIRST)
    client = MarketClient(town.endpoint("kontur_market"))
    (organization,) = [one for page in client.organizations() for one in decode(page.body, dict)["items"]]
    shops = [shop["id"] for shop in organization["shops"]]
    first, second = shops[:2]
    found: list[dict[str, Any]] = [
        cheque
        for page in client.cheques(first, FIRST, LAST, is_refund=False)
        for cheque in json.loads(page.body)["items"]
    ]
    client.close()
    moved = found[len(found) // 2] | {"id": "moved", "shopId": second}
    extra = {
        "kind": "extra_documents",
        "method": "market-cheques",
        "register": second,
        "documents": [{"cheque": moved}],
    }
    town.sandbox.faults.add(extra)
    town.load(product=MARKET)
    (shift,) = [row for row in town.shifts() if row["till_shift"] == moved["cashRegisterId"]]
    assert (shift["outcome"], shift["cash_income"]) == ("incomplete", None)


def test_a_till_shift_that_nobody_closed_for_days_keeps_its_sums_to_the_end_of_the_look_back(
    build_town: BuildTown,
) -> None:
    town = build_town(SHOPS, behaviour={"market": MarketSettings().easy()}, now=datetime(2025, 12, 9, 12))
    town.enable_market(FIRST)
    found = sorted(town.sandbox.market_truth(), key=lambda row: row["closed_at"])
    mine = [row for row in found if row["cashbox_id"] == found[0]["cashbox_id"]][:5]
    for row in mine[1:]:
        town.sandbox.faults.add(
            {
                "kind": "patch_document",
                "match": {"type": "cheque", "cashRegisterId": row["till_shift"]},
                "set": {"cashRegisterId": mine[0]["till_shift"]},
            }
        )
    town.load(product=MARKET)

    def forgotten() -> dict[str, Any]:
        (shift,) = [row for row in town.shifts() if row["till_shift"] == mine[0]["till_shift"]]
        return {name: shift[name] for name in ("opened_at", "closed_at", "receipts", "cash_income", "outcome")}

    before = forgotten()
    assert before["cash_income"] * 100 == sum(row["cash_income"] for row in mine)
    town.set_day(before["closed_at"].date() + timedelta(days=31))
    town.load(product=MARKET)
    assert forgotten() == before
