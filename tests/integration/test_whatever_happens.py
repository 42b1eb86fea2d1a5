"""Whatever people and registers do, in whatever order: the books stay true (a stateful, property-based test)."""

from __future__ import annotations

import secrets
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer, SandboxSettings
from smena.decisions.conflicts import open_decisions, resolve
from smena.loading.load import load
from smena.model.errors import WrongUse
from smena.warehouse.database import Warehouse
from tests.town import SMALL, Town, kopecks

FIRST = date(2025, 12, 20)
DAYS = 24
WORLD = replace(
    SMALL, first_day=FIRST, last_day=FIRST + timedelta(days=DAYS - 1), registers_per_organization=3,
    receipts_per_shift=3, every_late=2, every_night=3, every_replaced_drive=3, every_permission_window=0,
    longest_outage_days=9,
)  # fmt: skip
MONEY = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
DAY = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))

Shift = tuple[str, int]


class Office(RuleBasedStateMachine):
    """One organisation, its integration, its registers, and an accountant."""

    server: EmbeddedPostgres
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.database = f"office_{secrets.token_hex(6)}"
        self.server.create_database(self.database, template=self.template)
        self.sandbox = SandboxServer(SandboxSettings(world=WORLD, now=datetime(2025, 12, 20))).start()
        self.reported: dict[Shift, int] = {}
        self.closed_through: date | None = None
        self.sealed: list[dict[str, Any]] = []
        self.is_on = True

    @initialize(start=DAY, detail=st.sampled_from(["totals", "receipts"]), refunds=st.sampled_from(["rko", "net"]))
    def register(self, start: date, detail: str, refunds: str) -> None:
        self.town = Town(self.sandbox, Warehouse(self.server.dsn(self.database)), start, detail=detail, refunds=refunds)
        self.start, self.today = start, FIRST + timedelta(days=3)
        self.detail = detail
        self.town.set_day(self.today, hour=6)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.warehouse.close()
        self.sandbox.stop()
        self.server.drop_database(self.database)

    # --- what happens

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.town.set_day(self.today, hour=6)

    @precondition(lambda self: self.is_on)
    @rule()
    def the_daily_run_comes(self) -> None:
        assert self.town.load().fault is None
        self.everything_known_is_there()

    @precondition(lambda self: self.is_on)
    @rule()
    def two_runs_come_at_once(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda n: load(self.town.context, self.town.inn, run_id=f"run {n}"), range(2)))
        self.everything_known_is_there()

    @precondition(lambda self: self.is_on and self.today > FIRST + timedelta(days=1))
    @rule(first=DAY)
    def a_person_loads_a_window_again(self, first: date) -> None:
        yesterday = self.today - timedelta(days=1)
        if first <= yesterday:
            self.town.load(first, min(yesterday, first + timedelta(days=10)))

    @precondition(lambda self: self.is_on)
    @rule()
    def the_integration_is_switched_off(self) -> None:
        self.town.disable()
        self.is_on = False

    @precondition(lambda self: not self.is_on)
    @rule(start=DAY)
    def it_is_switched_on_from_another_date(self, start: date) -> None:
        self.town.enable(start)
        self.is_on, self.start = True, start

    @rule(pick=st.integers(0, 10**6), more=st.integers(1, 999))
    def the_source_reports_another_sum(self, pick: int, more: int) -> None:
        known = sorted(key for key, line in self.town.truth().items() if line["receipts"])
        if not known or self.detail == "receipts":
            return
        key = known[pick % len(known)]
        self.reported[key] = self.reported.get(key, self.town.truth()[key]["cash_income"]) + more
        match = {"type": "byShifts", "fiscalDriveNumber": key[0], "shiftNumber": key[1]}
        self.sandbox.faults.add(
            {
                "kind": "patch_document",
                "match": match,
                "set": {"sell.cashTotal": self.reported[key], "sell.total": 10**12},
            }
        )

    @rule(pick=st.integers(0, 10**6))
    def the_accountant_accepts_an_order(self, pick: int) -> None:
        new = [
            order for order in self.town.orders()
            if order["status"] == "new" and (self.closed_through is None or order["date"] > self.closed_through)
        ]  # fmt: skip
        if new:
            chosen = new[pick % len(new)]["document_id"]
            self.town.sql("update accounting.cash_order set status = 'accepted' where document_id = %s", chosen)

    @rule(through=DAY)
    def the_accountant_closes_a_period(self, through: date) -> None:
        if self.closed_through is not None and through <= self.closed_through:
            return
        self.town.sql(
            "insert into control.closed_period (organization_inn, through, closed_by) values (%s, %s, 'accountant') "
            "on conflict (organization_inn) do update set through = excluded.through",
            self.town.inn, through,
        )  # fmt: skip
        self.closed_through = through
        self.sealed = [order for order in self.town.orders() if order["date"] <= through]

    @precondition(lambda self: self.closed_through is not None)
    @rule()
    def the_accountant_opens_the_period(self) -> None:
        self.town.sql("select control.open_period(%s, null, 'accountant', '')", self.town.inn)
        self.closed_through, self.sealed = None, []

    @rule(pick=st.integers(0, 10**6), keep=st.booleans())
    def a_person_decides_a_conflict(self, pick: int, keep: bool) -> None:
        waiting = open_decisions(self.town.warehouse, self.town.inn)
        if not waiting:
            return
        chosen = waiting[pick % len(waiting)]["decision_id"]
        before = self.town.orders()
        try:
            with self.town.warehouse.transaction() as transaction:
                resolve(transaction, chosen, "keep-ofd" if keep else "reverse", by="accountant", reason="counted")
        except WrongUse as error:
            assert "before the start of the integration" in str(error)  # noqa: PT017 - it may, and only so
            assert self.town.orders() == before
        else:
            assert keep == (self.town.orders() == before)

    # --- what holds

    def everything_known_is_there(self) -> None:
        """After a run: every shift that the operator knows, from the start through yesterday, with its money."""
        shifts = {(shift["fiscal_drive_number"], shift["shift_number"]): shift for shift in self.town.shifts()}
        yesterday = (self.today - timedelta(days=1)).isoformat()
        for key, line in self.town.truth().items():
            if not self.start.isoformat() <= line["closed_at"][:10] <= yesterday:
                continue
            assert key in shifts, line
            assert shifts[key]["outcome"] in ("issued", "no_cash", "closed_period", "conflict"), shifts[key]["reason"]
            if key not in self.reported:
                assert {name: kopecks(shifts[key][name]) for name in MONEY} == {name: line[name] for name in MONEY}
        # A shift that is open as the last day ends is said so until it closes.
        assert [gap for gap in self.town.gaps() if gap["reason"] != "open_shift"] == []

    @invariant()
    def orders_are_the_cash_of_their_shifts(self) -> None:
        if not hasattr(self, "town"):
            return
        live: dict[Any, int] = defaultdict(int)
        for order in self.town.orders():
            if order["status"] in ("new", "accepted"):
                live[order["shift_id"]] += (kopecks(order["amount"]) or 0) * (1 if order["kind"] == "pko" else -1)
        for shift in self.town.shifts():
            booked = live.pop(shift["shift_id"], 0)
            if shift["outcome"] in ("issued", "conflict"):
                cash = [kopecks(shift[name]) or 0 for name in MONEY]
                assert booked == cash[0] - cash[1] - cash[2] + cash[3]
            else:
                assert booked == 0
        assert live == {}

    @invariant()
    def numbers_run_from_one_without_a_gap(self) -> None:
        books: dict[Any, list[int]] = defaultdict(list)
        for order in self.town.orders() if hasattr(self, "town") else ():
            books[order["kpp"], order["kind"], order["book_year"]].append(order["number"])
        for numbers in books.values():
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def a_closed_period_stays_as_it_was(self) -> None:
        if self.closed_through is not None:
            now = [order for order in self.town.orders() if order["date"] <= self.closed_through]
            # A decision may mark an order as reversed on an open day: what the period says of its own days stays.
            marks = {
                "status",
                "status_by",
                "status_at",
                "status_reason",
                "reversed_decision_id",
                "reversed_on",
                "revision",
            }
            assert _without(now, marks) == _without(self.sealed, marks)
            for order in now:
                if order not in self.sealed:
                    assert order["status"] == "reversed"
                    assert order["reversed_decision_id"] is not None and order["reversed_on"] > self.closed_through

    @invariant()
    def every_order_ever_given_is_kept(self) -> None:
        now = {order["document_id"]: order for order in self.town.orders()} if hasattr(self, "town") else {}
        before: dict[Any, dict[str, Any]] = getattr(self, "given", {})
        for document_id, order in before.items():
            for name in ("number", "date", "kpp", "shift_id", "kind"):
                assert now[document_id][name] == order[name]
            if order["status"] == "accepted":
                assert now[document_id]["amount"] == order["amount"]
                assert now[document_id]["status"] == "accepted" or now[document_id]["reversed_decision_id"] is not None
        self.given = now


def _without(orders: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in order.items() if name not in names} for order in orders]


def machine(postgres: EmbeddedPostgres, template: str) -> type[Office]:
    return type("OfficeOfThisServer", (Office,), {"server": postgres, "template": template})


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.timeout(600)
def test_whatever_happens_the_books_are_true(postgres: EmbeddedPostgres, migrated: str) -> None:
    few = settings(max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=QUIET)
    run_state_machine_as_test(machine(postgres, migrated), settings=few)  # type: ignore[no-untyped-call]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_whatever_happens_for_long_the_books_are_true(postgres: EmbeddedPostgres, migrated: str) -> None:
    many = settings(max_examples=120, stateful_step_count=30, deadline=None, suppress_health_check=QUIET)
    run_state_machine_as_test(machine(postgres, migrated), settings=many)  # type: ignore[no-untyped-call]
