"""Days of which something is missing or unknown are never called loaded or proved (DOMAIN 6, 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox import MarketSettings
from smena.model.window import MARKET, Window
from smena.reconciliation.certificate import as_file, certify
from smena.reconciliation.reconcile import reconcile
from tests.integration.conftest import BuildTown
from tests.town import EASY, FIRST

DAY = FIRST + timedelta(days=1)
SHOP = replace(EASY, first_day=DAY, last_day=DAY, registers_per_organization=1, receipts_per_shift=4)


def test_a_day_of_a_shop_all_of_whose_cheques_name_an_impossible_day_is_not_called_loaded(
    build_town: BuildTown,
) -> None:
    town = build_town(SHOP, behaviour={"market": MarketSettings().easy()}, now=datetime(2025, 12, 3, 12))
    town.enable_market(DAY)
    for entry in ("2099-01-01T10:00:00", "2014-01-01T10:00:00"):
        town.sandbox.faults.clear()
        town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "cheque"}, "set": {"closeTime": entry}})
        town.load(product=MARKET)
        assert town.quarantine()
        assert town.sql("select day from control.covered_day where product = 'market'") == []
        assert town.covered() == []
    town.sandbox.faults.clear()
    town.load(product=MARKET)
    assert town.sql("select day from control.covered_day where product = 'market'") == [(DAY,)]


def test_no_report_is_filed_of_a_day_of_which_a_cheque_may_be_rejected(build_town: BuildTown) -> None:
    town = build_town(SHOP, behaviour={"market": MarketSettings().easy()}, now=datetime(2025, 12, 3, 12))
    town.enable_market(DAY)
    change = {"closeTime": "2099-01-01T10:00:00"}
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "cheque"}, "set": change, "times": 1})
    town.load(product=MARKET)
    reports = "select kind, date from accounting.market_document where kind <> 'waybill' order by 1"
    assert town.sql(reports) == []
    town.sandbox.faults.clear()
    town.load(product=MARKET)
    assert ("sales_report", DAY) in town.sql(reports)


def test_no_certificate_calls_a_period_complete_in_which_a_cheque_of_market_is_rejected(build_town: BuildTown) -> None:
    town = build_town(SHOP, behaviour={"market": MarketSettings().easy()}, now=datetime(2025, 12, 3, 12), start=DAY)
    town.enable_market(DAY)
    town.load()
    reconcile(town.context, town.inn, run_id="test", window=Window(DAY, DAY))

    def made() -> dict[str, Any]:
        return certify(town.warehouse, town.inn, Window(DAY, DAY), made_by="test", now=datetime(2026, 1, 1, tzinfo=UTC))

    assert (made()["is_complete"], made()["market_days_open"]) == (False, [str(DAY)])
    change = {"totalPrice": 0.001}
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "cheque"}, "set": change, "times": 1})
    town.load(product=MARKET)
    assert "не загружен 1 день Маркета" in as_file(made(), "proof.html").decode()
    town.sandbox.faults.clear()
    town.load(product=MARKET)
    assert (made()["is_complete"], made()["market_days_open"]) == (False, []), "its cheques were not asked for again"
    reconcile(town.context, town.inn, run_id="test", window=Window(DAY, DAY))
    assert (made()["is_complete"], made()["market_days_open"], made()["unconfirmed"]) == (True, [], [])


def test_a_register_that_was_not_asked_since_is_missing_and_not_called_offline(build_town: BuildTown) -> None:
    town = build_town(EASY, now=datetime(2025, 12, 2, 6))
    town.load()
    town.set_day(date(2026, 1, 16))
    found = reconcile(town.context, town.inn, run_id="test", window=Window(date(2025, 12, 20), date(2026, 1, 15)))
    assert {row["verdict"] for row in found.registers} == {"missing"}
    town.load()
    found = reconcile(town.context, town.inn, run_id="test", window=Window(date(2025, 12, 20), date(2026, 1, 14)))
    assert "missing" not in found.verdicts


def test_a_z_report_of_the_future_or_of_long_ago_is_quarantined_and_its_day_is_not_called_loaded(
    build_town: BuildTown,
) -> None:
    town = build_town(SHOP, now=datetime(2025, 12, 3, 12), start=DAY)
    for entry in ("2099-01-01T10:00:00", "2014-01-01T10:00:00"):
        town.sandbox.faults.clear()
        for kind, name in (("closeShift", "dateTime"), ("byShifts", "shiftClose")):
            town.sandbox.faults.add({"kind": "patch_document", "match": {"type": kind}, "set": {name: entry}})
        town.load()
        assert {str(row["day"]) for row in town.quarantine()} >= {entry[:10]}
        assert town.covered() == []
    town.sandbox.faults.clear()
    town.load()
    assert [register for register, _ in town.covered()] == [town.register()]


def test_no_certificate_calls_a_period_complete_while_markets_list_has_a_shop_without_an_id(
    build_town: BuildTown,
) -> None:
    town = build_town(SHOP, behaviour={"market": MarketSettings().easy()}, now=datetime(2025, 12, 3, 12), start=DAY)
    town.enable_market(DAY)
    town.sandbox.faults.add({"kind": "repeat_document", "match": {"type": "shop"}, "drop": ["id"]})
    town.load()
    town.load(product=MARKET)
    reconcile(town.context, town.inn, run_id="test", window=Window(DAY, DAY))

    def made() -> dict[str, Any]:
        return certify(town.warehouse, town.inn, Window(DAY, DAY), made_by="test", now=datetime(2026, 1, 1, tzinfo=UTC))

    assert (made()["is_complete"], made()["market_days_open"]) == (False, [str(DAY)])
    town.sandbox.faults.clear()
    town.load(product=MARKET)
    assert (made()["is_complete"], made()["market_days_open"]) == (True, [])
