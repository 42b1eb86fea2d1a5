"""Settings of accounting and account rules hold from a day: a late shift is booked by those of its own day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.integration.organizations import (
    add_organization,
    set_account_rule,
    set_organization,
    settings_by_day,
)
from smena.model.errors import WrongUse
from smena.model.window import MARKET
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import cli_of
from tests.integration.conftest import BuildTown
from tests.integration.mandate_office import INN
from tests.town import EASY, Town

FIRST, LAST = date(2025, 12, 29), date(2026, 1, 4)
NEW_YEAR = date(2026, 1, 1)
# One shift a register and day, closed on the day on which it is opened; corrections would wait for a person.
TURN = replace(EASY, first_day=FIRST, last_day=LAST, correction_permille=0, refund_permille=300)


def change(town: Town, **settings: str) -> None:
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, settings, from_day=NEW_YEAR)


def by_year(town: Town, what: Callable[[dict[str, Any]], Any]) -> dict[int, set[Any]]:
    """By the year in which its shift was closed: what the orders have."""
    closed = {row["shift_id"]: row["closed_at"].year for row in town.shifts()}
    told: dict[int, set[Any]] = {2025: set(), 2026: set()}
    for order in town.orders():
        told[closed[order["shift_id"]]].add(what(order))
    return told


def details(town: Town) -> dict[int, set[Any]]:
    return {
        year: {row["detail"] for row in town.shifts() if row["closed_at"].year == year and row["outcome"] == "issued"}
        for year in (2025, 2026)
    }


def test_late_shifts_of_last_year_are_booked_by_its_settings(build_town: BuildTown) -> None:
    """Nothing of last year is here when the settings change; what comes later is booked by the day of its closing."""
    town = build_town(TURN, start=FIRST)
    change(town, refunds="net", detail="receipts")
    town.load(FIRST, LAST)
    assert details(town) == {2025: {"totals"}, 2026: {"receipts"}}
    kinds = by_year(town, lambda order: order["operation"])
    assert "cash_refund" in kinds[2025]
    assert "cash_refund" not in kinds[2026]
    # The same, in the order of the days: by the settings of each.
    other = build_town(beside=town, start=FIRST)
    other.load(FIRST, NEW_YEAR - timedelta(days=1))
    change(other, refunds="net", detail="receipts")
    other.load(NEW_YEAR, LAST)
    assert other.books(but=["number"]) == town.books(but=["number"])


def test_a_change_revises_nothing_that_is_booked(build_town: BuildTown) -> None:
    town = build_town(TURN, start=FIRST)
    town.load(FIRST, LAST - timedelta(days=1))
    before = town.table("accounting.cash_order", "document_id")
    changed = town.orders()[-1]["date"] + timedelta(days=1)
    with town.warehouse.transaction() as transaction:
        settings = {"refunds": "net", "detail": "receipts", "date_policy": "shift_open"}
        set_organization(transaction, town.inn, settings, from_day=changed)
        for operation, debit, credit in (("cash_income", "50.02", "90.09"), ("cash_refund", "90.09", "50.02")):
            set_account_rule(
                transaction, town.inn, operation=operation, taxation=None, agent=None, debit=debit, credit=credit,
                from_day=changed,
            )  # fmt: skip
    town.load(FIRST, LAST)
    after = town.table("accounting.cash_order", "document_id")
    known = {row["document_id"] for row in before}
    assert [row for row in after if row["document_id"] in known] == before
    fresh = [row for row in after if row["document_id"] not in known]
    assert {row["debit_account"] for row in fresh} == {"50.02"}


def test_account_rules_hold_from_a_day_for_both_products(build_town: BuildTown) -> None:
    town = build_town(TURN, start=FIRST, manners={"market": replace(MarketSettings().easy(), every_market_only=2)})
    town.enable_market(FIRST)
    with town.warehouse.transaction() as transaction:
        rule: dict[str, Any] = {"operation": "cash_income", "taxation": None, "agent": None}
        set_account_rule(transaction, town.inn, **rule, debit="50.03", credit="90.03", from_day=NEW_YEAR)
    town.load(FIRST, LAST)
    town.load(FIRST, LAST, product=MARKET)
    incomes = {
        (row["source"], row["date"].year, row["debit_account"])
        for row in town.orders()
        if row["operation"] == "cash_income"
    }
    assert incomes == {
        ("ofd", 2025, "50.01"), ("ofd", 2026, "50.03"), ("market", 2025, "50.01"), ("market", 2026, "50.03")
    }  # fmt: skip


@pytest.fixture
def registered(warehouse: Warehouse) -> Warehouse:
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=INN, kpp="960101001", name="ООО «Ромашка»", tariff="uchetny")
    return warehouse


def test_each_day_has_its_settings_once(registered: Warehouse) -> None:
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2027, 1, 1)]
    with registered.transaction() as transaction:
        set_organization(transaction, INN, {"refunds": "net"}, from_day=days[0])
        set_organization(transaction, INN, {"refunds": "rko", "detail": "receipts"}, from_day=days[2])
        # The same day again: no more spans.
        set_organization(transaction, INN, {"refunds": "net"}, from_day=days[2])
        rule: dict[str, Any] = {"operation": "cash_income", "taxation": None, "agent": None}
        set_account_rule(transaction, INN, **rule, debit="50.02", credit="90.02", from_day=days[1])
        settings = settings_by_day(transaction, INN)
    told = [
        (one.first_day, one.end_day, one.organization.refunds, one.organization.detail, one.accounts[0].debit)
        for one in settings
    ]
    assert told == [
        (None, days[0], "rko", "totals", "50.01"),
        (days[0], days[1], "net", "totals", "50.01"),
        (days[1], days[2], "net", "totals", "50.02"),
        (days[2], None, "net", "receipts", "50.02"),
    ]
    assert [sum(one.is_of(day) for one in settings) for day in (date.min, *days, date.max)] == [1] * 5


def test_what_has_a_later_change_is_not_changed_before_it(registered: Warehouse) -> None:
    with registered.transaction() as transaction:
        set_organization(transaction, INN, {"refunds": "net"}, from_day=NEW_YEAR)
        rule: dict[str, Any] = {"operation": "cash_income", "taxation": None, "agent": None}
        set_account_rule(transaction, INN, **rule, debit="50.02", credit="90.02", from_day=NEW_YEAR)
        with pytest.raises(WrongUse, match="settings from 2026-01-01 on are there already"):
            set_organization(transaction, INN, {"refunds": "rko"}, from_day=FIRST)
        for day in (FIRST, NEW_YEAR):
            with pytest.raises(WrongUse, match="a rule from 2026-01-01 on is there already"):
                set_account_rule(transaction, INN, **rule, debit="50.03", credit="90.02", from_day=day)
        with pytest.raises(WrongUse, match="only settings of accounting hold from a day"):
            set_organization(transaction, INN, {"name": "ООО «Лютик»"}, from_day=LAST)


def test_the_command_asks_from_which_day_where_shifts_are_here(build_town: BuildTown) -> None:
    town = build_town(TURN, start=FIRST, now=datetime(2026, 1, 20, 12))
    cli = cli_of(town.warehouse.dsn)
    words = ("organization", "set", "--inn", town.inn)
    assert cli.here(*words, "date_policy=shift_close", "corrections=book").code == 0
    town.load(FIRST)
    done = cli.here(*words, "refunds=net", "keeps_cash_documents=yes", "bad_share_limit=0.3")
    assert (done.code, done.error) == (
        2,
        f"shifts of {town.inn} are here already: from which day on does refunds change?"
        " — give --from, 1 January as a rule",
    )
    assert cli.here(*words, "bad_share_limit=0.3", "refunds=rko").code == 0
    assert cli.here(*words, "--from", "2026-01-01", "refunds=net").code == 0
    shown = cli.here("organization", "show", "--inn", town.inn, "--json").data["by_day"]
    assert [(one["first_day"], one["end_day"], one["refunds"]) for one in shown] == [
        (None, "2026-01-01", "rko"), ("2026-01-01", None, "net")
    ]  # fmt: skip
    rule = ("organization", "account", "--inn", town.inn, "--operation", "cash_income", "--debit", "50.02")
    done = cli.here(*rule, "--credit", "90.02", "--from", "2026-01-01", "--taxation", "none", "--own", "--json")
    assert done.code == 0
    assert town.sql(
        "select taxation, agent, lower(days) from control.account_rule where organization_inn = %s", town.inn
    ) == [("", False, NEW_YEAR)]
