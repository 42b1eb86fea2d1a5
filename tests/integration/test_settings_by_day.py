"""Settings of accounting and account rules hold from a day: a late shift is booked by those of its own day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from sandbox import MarketSettings
from smena.decisions.conflicts import open_decisions, resolve_many
from smena.mandates.organizations import (
    add_organization,
    set_account_rule,
    set_organization,
    settings_by_day,
)
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.organization import AccountRule
from smena.model.window import MARKET, OFD
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
        set_organization(transaction, town.inn, settings, from_day=NEW_YEAR, by="test")


def by_year(town: Town, what: Callable[[dict[str, Any]], Any]) -> dict[int, set[Any]]:
    """By the year in which its shift was closed: what the orders have."""
    closed = {row["shift_id"]: row["closed_at"].year for row in town.shifts()}
    fields: dict[int, set[Any]] = {2025: set(), 2026: set()}
    for order in town.orders():
        fields[closed[order["shift_id"]]].add(what(order))
    return fields


def set_accounts(town: Town, operation: str, debit: str, credit: str, from_day: date) -> None:
    with town.warehouse.transaction() as transaction:
        set_account_rule(transaction, town.inn, AccountRule(operation, None, None, debit, credit, from_day), by="test")


def receipt_requests(town: Town) -> list[str]:
    return [line for line in map(unquote, town.sandbox.requests.lines) if ",receipt," in line]


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


@pytest.mark.parametrize("is_backdated", [False, True])
def test_a_change_revises_nothing_that_is_booked(build_town: BuildTown, *, is_backdated: bool) -> None:
    """Nor where it holds from a day whose shifts are booked already."""
    town = build_town(TURN, start=FIRST)
    town.load(FIRST, LAST - timedelta(days=1))
    before = town.table("accounting.cash_order", "document_id")
    changed = FIRST if is_backdated else LAST
    with town.warehouse.transaction() as transaction:
        settings = {"refunds": "net", "detail": "receipts", "date_policy": "shift_open", "vat": "exact"}
        set_organization(transaction, town.inn, settings, from_day=changed, by="test")
    set_accounts(town, "cash_income", "50.02", "90.09", changed)
    set_accounts(town, "cash_refund", "90.09", "50.02", changed)
    town.load(FIRST, LAST)
    after = town.table("accounting.cash_order", "document_id")
    known = {row["document_id"] for row in before}
    assert [row for row in after if row["document_id"] in known] == before
    fresh = [row for row in after if row["document_id"] not in known]
    assert {row["debit_account"] for row in fresh} == {"50.02"}


def test_account_rules_hold_from_a_day_for_both_products(build_town: BuildTown) -> None:
    town = build_town(TURN, start=FIRST, behaviour={"market": replace(MarketSettings().easy(), every_market_only=2)})
    town.enable_market(FIRST)
    set_accounts(town, "cash_income", "50.03", "90.03", NEW_YEAR)
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


def test_vat_is_read_from_receipts_from_a_day_on(build_town: BuildTown) -> None:
    """`vat=exact` costs requests and changes orders only where the day of closing has it."""
    town = build_town(replace(TURN, cash_permille=700, receipts_per_shift=4), start=FIRST)
    change(town, vat="exact")
    town.load(FIRST, NEW_YEAR - timedelta(days=1))
    assert not receipt_requests(town)
    town.load(NEW_YEAR, LAST)
    assert receipt_requests(town)
    assert details(town) == {2025: {"totals"}, 2026: {"totals", "receipts"}}
    assert by_year(town, lambda order: order["vat"] is None) == {2025: {True, False}, 2026: {False}}
    # All at once, or day by day: the same books.
    other = build_town(beside=town, start=FIRST)
    change(other, vat="exact")
    other.load(FIRST, LAST)
    assert other.books(but=["number"]) == town.books(but=["number"])


def test_an_answer_makes_orders_by_the_settings_of_the_day_of_the_shift(build_town: BuildTown) -> None:
    """All wait for a person, who approves them when the settings of last year are no longer the newest."""
    town = build_town(
        replace(TURN, refund_permille=450, correction_permille=150, corrections_are_dated=False), start=FIRST
    )
    town.load(FIRST, LAST)
    change(town, refunds="net")
    set_accounts(town, "cash_income", "50.02", "90.02", NEW_YEAR)
    asked = {row["decision_id"]: row["shift_id"] for row in open_decisions(town.warehouse, town.inn)}
    with town.warehouse.transaction() as transaction:
        resolve_many(transaction, asked, "approve", by="Анна", reason="the till was counted")
    shifts = {row["shift_id"]: row for row in town.shifts() if row["shift_id"] in asked.values()}
    made: dict[str, dict[str, tuple[Decimal, str]]] = {key: {} for key in shifts}
    for order in town.orders():
        if order["shift_id"] in shifts:
            made[order["shift_id"]][order["operation"]] = (order["amount"], order["debit_account"])
    expected: dict[str, dict[str, tuple[Decimal, str]]] = {}
    for key, shift in shifts.items():
        income, refund = shift["cash_income"], shift["cash_refund"]
        if shift["closed_at"].date() >= NEW_YEAR:
            income, refund = max(income - refund, Decimal(0)), max(refund - income, Decimal(0))
        debit = "50.02" if shift["closed_at"].date() >= NEW_YEAR else "50.01"
        both = {"cash_income": (income, debit), "cash_refund": (refund, "90.01.1")}
        expected[key] = {operation: order for operation, order in both.items() if order[0]}
    assert made == expected
    assert {shift["closed_at"].year for shift in shifts.values() if shift["cash_refund"]} == {2025, 2026}


def test_till_shifts_over_new_year_are_dated_once_by_the_settings_of_their_closing(build_town: BuildTown) -> None:
    """The window of a till shift depends on its date, so a change of the policy must neither lose nor double one."""
    night = replace(TURN, every_night=1, registers_per_organization=4)
    behaviour = {"market": replace(MarketSettings().easy(), every_market_only=2)}
    town = build_town(night, start=FIRST, behaviour=behaviour, date_policy="shift_open")
    town.enable_market(FIRST)
    change(town, date_policy="shift_close")
    town.load(FIRST, NEW_YEAR - timedelta(days=1), product=MARKET)
    town.load(NEW_YEAR, LAST, product=MARKET)
    dated = {row["till_shift"]: row["order_date"] for row in town.shifts()}
    assert dated == {
        row["till_shift"]: row["closed_at" if row["closed_at"].date() >= NEW_YEAR else "opened_at"].date()
        for row in town.shifts()
    }
    assert any(row["opened_at"].date() < NEW_YEAR <= row["closed_at"].date() for row in town.shifts())
    assert any(row["opened_at"].date() < row["closed_at"].date() < NEW_YEAR for row in town.shifts())
    other = build_town(beside=town, start=FIRST, date_policy="shift_open")
    other.enable_market(FIRST)
    change(other, date_policy="shift_close")
    other.load(FIRST, LAST, product=MARKET)
    assert {row["till_shift"]: row["order_date"] for row in other.shifts()} == dated


@pytest.fixture
def registered(warehouse: Warehouse) -> Warehouse:
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=INN, kpp="960101001", name="ООО «Ромашка»", tariff="uchetny")
    return warehouse


def test_each_day_has_its_settings_once(registered: Warehouse) -> None:
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2027, 1, 1)]
    with registered.transaction() as transaction:
        set_organization(transaction, INN, {"refunds": "net"}, from_day=days[0], by="test")
        set_organization(transaction, INN, {"refunds": "rko", "detail": "receipts"}, from_day=days[2], by="test")
        # The same day again: no more spans.
        set_organization(transaction, INN, {"refunds": "net"}, from_day=days[2], by="test")
        set_account_rule(transaction, INN, AccountRule("cash_income", None, None, "50.02", "90.02", days[1]), by="test")
        settings = settings_by_day(transaction, INN)
    found = [
        (one.first_day, one.end_day, one.organization.refunds, one.organization.detail, one.accounts[0].debit)
        for one in settings
    ]
    assert found == [
        (None, days[0], "rko", "totals", "50.01"),
        (days[0], days[1], "net", "totals", "50.01"),
        (days[1], days[2], "net", "totals", "50.02"),
        (days[2], None, "net", "receipts", "50.02"),
    ]
    assert [sum(one.is_of(day) for one in settings) for day in (date.min, *days, date.max)] == [1] * 5


@pytest.mark.parametrize("from_day", [None, NEW_YEAR])
def test_an_account_rule_begins_no_settings(registered: Warehouse, from_day: date | None) -> None:
    """Settings that change after a rule was set from a later day: their own first day counts, not the rule's."""
    march = date(2026, 3, 1)
    with registered.transaction() as transaction:
        set_account_rule(transaction, INN, AccountRule("cash_income", None, None, "50.02", "90.02", march), by="test")
        set_organization(transaction, INN, {"vat": "exact"}, from_day=from_day, by="test")
        settings = settings_by_day(transaction, INN)
    found = [(one.first_day, one.end_day, one.organization.vat, one.accounts[0].debit) for one in settings]
    before = [] if from_day is None else [(None, from_day, "totals", "50.01")]
    assert found == [*before, (from_day, march, "exact", "50.01"), (march, None, "exact", "50.02")]


@pytest.mark.parametrize("first_day", ["2026-02-01", None])
def test_days_without_settings_or_with_two_are_an_error(registered: Warehouse, first_day: str | None) -> None:
    """Changed past the command: booking must not use the settings of a neighbouring day."""
    with registered.transaction() as transaction:
        set_organization(transaction, INN, {"refunds": "net"}, from_day=NEW_YEAR, by="test")
        assert len(settings_by_day(transaction, INN)) == 2
        transaction.connection.cursor().execute("update control.organization set settings_from = %s", [first_day])
        with pytest.raises(BrokenPromise, match="do not hold on each day once"):
            settings_by_day(transaction, INN)


def test_what_has_a_later_change_is_not_changed_before_it(registered: Warehouse) -> None:
    with registered.transaction() as transaction:
        set_organization(transaction, INN, {"refunds": "net"}, from_day=NEW_YEAR, by="test")
        set_account_rule(
            transaction, INN, AccountRule("cash_income", None, None, "50.02", "90.02", NEW_YEAR), by="test"
        )
        with pytest.raises(WrongUse, match="settings from 2026-01-01 on are there already"):
            set_organization(transaction, INN, {"refunds": "rko"}, from_day=FIRST, by="test")
        with pytest.raises(WrongUse, match="a rule from 2026-01-01 on is there already"):
            set_account_rule(
                transaction, INN, AccountRule("cash_income", None, None, "50.03", "90.02", FIRST), by="test"
            )
        with pytest.raises(WrongUse, match="other settings hold before 2026-01-01: from which day on does vat change"):
            set_organization(transaction, INN, {"vat": "exact", "refunds": "net"}, by="test")
        with pytest.raises(WrongUse, match="only settings of accounting hold from a day"):
            set_organization(transaction, INN, {"name": "ООО «Лютик»"}, from_day=LAST, by="test")


def test_a_change_of_settings_of_days_with_waiting_shifts_says_how_many(build_town: BuildTown) -> None:
    town = build_town(TURN, start=FIRST, now=datetime(2026, 1, 20, 12), behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    for product in (OFD, MARKET):
        town.load(LAST, product=product)
    ((waiting,),) = town.sql(
        "select count(*) from accounting.shift"
        " where outcome = 'needs_review' and jsonb_array_length(proposed_orders) > 0"
    )
    assert waiting
    cli = cli_of(town.warehouse.dsn)
    rule = ("accounts", "add", "--inn", town.inn, "--operation", "cash_income", "--debit", "50.02", "--credit", "90")
    assert cli.here(*rule, "--from", str(NEW_YEAR), "--json").data["waiting"] == waiting
    change = ("organization", "set", "--inn", town.inn, "--from", str(LAST + timedelta(days=3)), "refunds=net")
    assert cli.here(*change, "--json").data["waiting"] == 0
    assert f"{waiting} shifts of these days wait" in cli.here(*rule, "--from", str(NEW_YEAR)).out


def test_a_rule_is_corrected_on_its_first_day(registered: Warehouse) -> None:
    with registered.transaction() as transaction:
        for debit in ("50.99", "50.02", "50.02"):
            set_account_rule(
                transaction, INN, AccountRule("cash_income", None, None, debit, "90.02", NEW_YEAR), by="test"
            )
        settings = settings_by_day(transaction, INN)
    found = [(one.first_day, one.end_day, one.accounts[0].debit) for one in settings]
    assert found == [(None, NEW_YEAR, "50.01"), (NEW_YEAR, None, "50.02")]


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
    rule = ("accounts", "add", "--inn", town.inn, "--operation", "cash_income", "--debit", "50.02")
    done = cli.here(*rule, "--credit", "90.02", "--from", "2026-01-01", "--taxation", "none", "--own", "--json")
    assert done.code == 0
    assert town.sql(
        "select taxation, agent, lower(days) from control.account_rule where organization_inn = %s", town.inn
    ) == [("", False, NEW_YEAR)]
