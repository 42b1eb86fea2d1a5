"""A rehearsal names what the stored evidence would be booked as now, and where that is not what is booked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from sandbox import MarketSettings, WorldSettings
from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.periods import close_period
from smena.loading.ofd.product import KonturOfd
from smena.mandates.organizations import set_account_rule, set_organization
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.organization import AccountRule
from smena.model.window import MARKET, OFD, Window
from smena.reconciliation import rehearsal as rehearsing
from smena.reconciliation.rehearsal import RehearsalResult, rehearse
from smena.transform import shifts as transform_shifts
from smena.transform.market import orders as market_orders
from smena.warehouse.rehearsal_slice import rehearsal
from tests.integration.conftest import BuildTown, CopyTown
from tests.integration.test_changes_at_the_source import report_more
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 12)
MIDDLE = date(2025, 12, 7)
DAYS = Window(FIRST, LAST)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=3, receipts_per_shift=6,
    refund_permille=150,
)  # fmt: skip
SOME_MARKET = replace(MarketSettings(), every_market_only=3, every_ofd_only=4)
HOW: dict[str, Any] = {"start": FIRST, "behaviour": {"market": SOME_MARKET}}


def load_both(town: Town) -> None:
    """Two sources in turns, days read twice, and another source first for each half."""
    town.enable_market(FIRST)
    town.load(FIRST, MIDDLE)
    town.load(product=MARKET)
    town.load()
    town.load(MIDDLE, LAST, product=MARKET)


@pytest.fixture
def town(copy_town: CopyTown) -> Town:
    return copy_town(load_both, WORLD, **HOW)


def run(town: Town, days: Window = DAYS, **settings: str) -> RehearsalResult:
    return rehearse(town.context, town.inn, days, settings=settings)


def checksums(town: Town) -> dict[str, str]:
    """Of every table of the warehouse: its rows, and how many there are."""
    names = town.sql(
        "select quote_ident(nspname) || '.' || quote_ident(relname)"
        " from pg_class join pg_namespace on relnamespace = pg_namespace.oid"
        " where relkind in ('r', 'p') and nspname in ('raw', 'stage', 'accounting', 'control')"
    )
    sums = {}
    for (name,) in names:
        ((checksum,),) = town.sql(
            f"select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from {name} t"  # noqa: E501,S608
        )
        sums[name] = checksum
    return sums


def test_nothing_differs_and_nothing_is_written(town: Town) -> None:
    before = checksums(town)
    assert before["accounting.cash_order"] > "1" and len(before) > 30
    made = run(town)
    assert (made.differences.to_dict("records"), made.failed, made.left_aside) == ([], {}, 0)
    assert made.compared == len(town.shifts())
    assert not made.differs
    run(town, refunds="net")
    assert checksums(town) == before


def test_its_transaction_cannot_be_committed(town: Town) -> None:
    with pytest.raises(BrokenPromise, match="rehearsal_only"), rehearsal(town.warehouse) as transaction:
        transaction.connection.commit()


def test_what_people_did_is_left_aside(town: Town) -> None:
    """Acceptance, answers, closed periods, and questions that are open already."""
    shifts = [one for one in town.shifts() if one["outcome"] == "issued" and one["source"] == "ofd"]
    with_more, closed, revised = shifts[-1], shifts[0], shifts[-2]
    with town.warehouse.transaction() as transaction:
        accepted = [str(one["document_id"]) for one in town.orders() if one["shift_id"] != revised["shift_id"]]
        mark(transaction, accepted, status=ACCEPTED, by="accountant", reason="")
        answered = open_decisions(transaction, town.inn)
        for one in answered[::2]:
            word = (one["recommendation"] or {}).get("word") or "approve"
            try:
                with transaction.nested():
                    resolve(transaction, one["decision_id"], word, by="accountant", reason="seen")
            except WrongUse:
                continue
        close_period(transaction, inn=town.inn, through=FIRST + timedelta(days=3), closed_by="accountant")
    for shift in (with_more, closed, revised):
        report_more(town, shift)
    town.load(FIRST, LAST)
    assert town.outcomes()["conflict"] >= 2
    made = run(town)
    assert (made.differences.to_dict("records"), made.failed) == ([], {})
    assert made.left_aside >= 2
    assert made.compared + made.left_aside == len(town.shifts())


def test_with_other_refunds_exactly_what_follows_from_the_sums_differs(town: Town) -> None:
    expected: set[tuple[Any, ...]] = set()
    by_part: defaultdict[tuple[Any, ...], dict[str, Decimal]] = defaultdict(dict)
    for order in town.orders():
        if order["status"] == "new":
            by_part[order["shift_id"], order["taxation"], order["agent"]][order["operation"]] = order["amount"]
    for (shift, taxation, agent), sums in by_part.items():
        back = sums.get("cash_refund")
        if back is None:
            continue
        left = sums.get("cash_income", Decimal(0)) - back
        wanted = {"cash_income": max(left, Decimal(0)), "cash_refund": max(-left, Decimal(0))}
        for operation, booked in sums.items():
            if operation in wanted and wanted[operation] != booked:
                made = str(wanted[operation]) if wanted[operation] else None
                expected.add((str(shift), operation, taxation, agent, "changed" if made else "gone", str(booked), made))
    assert len({shift for shift, *_ in expected}) > 10
    frame = run(town, refunds="net").differences
    amounts = frame[frame["field"] == "amount"]
    columns = ["shift_id", "operation", "taxation", "agent", "kind", "booked", "made"]
    rows = amounts[columns].astype(object).where(amounts[columns].notna(), None)
    assert {tuple(row) for row in rows.to_numpy()} == expected
    # VAT follows the amounts; an outcome where nothing is left.
    others = frame[frame["field"] != "amount"]
    assert set(others["field"]) <= {"vat", "vat_by_rate", "outcome"}
    refunded = {str(shift) for (shift, *_), sums in by_part.items() if "cash_refund" in sums}
    assert set(others["shift_id"]) <= refunded


def test_each_wrong_kopeck_of_a_seeded_fault_is_named_and_nothing_else(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = {str(one["document_id"]): one for one in town.orders() if one["status"] == "new"}
    wrong = {key: one for key, one in booked.items() if int(one["amount"] * 100) % 37 == 0}
    assert 0 < len(wrong) < len(booked) / 10
    for module in (transform_shifts, market_orders):
        right = module.make_orders

        def faulty(*frames: Any, right: Any = right, **how: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
            shifts, orders = right(*frames, **how)
            is_hit = orders["amount"] % 37 == 0
            return shifts, orders.assign(amount=orders["amount"] + is_hit.astype("Int64"))

        monkeypatch.setattr(module, "make_orders", faulty)
    found = run(town).differences
    assert {
        (row["document_id"], row["kind"], row["field"], row["booked"], row["made"], row["kopecks"])
        for row in found.to_dict("records")
    } == {
        (key, "changed", "amount", str(one["amount"]), str(one["amount"] + Decimal("0.01")), 1)
        for key, one in wrong.items()
    }


def test_other_accounts_and_days_are_named_with_both_values(town: Town) -> None:
    with town.warehouse.transaction() as transaction:
        rule = AccountRule("cash_refund", None, None, "90.01.9", "50.02", FIRST)
        set_account_rule(transaction, town.inn, rule, by="test")
    found = run(town).differences
    assert set(found["operation"]) == {"cash_refund"}
    assert set(found["field"]) == {"debit_account", "credit_account"}
    assert set(found["made"]) == {"90.01.9", "50.02"}
    refunds = [one for one in town.orders() if one["operation"] == "cash_refund" and one["status"] == "new"]
    assert len(found) == 2 * len(refunds)

    found = run(town, date_policy="shift_open").differences
    # A shift over midnight is dated by its opening.
    over_midnight = {
        str(one["shift_id"])
        for one in town.shifts()
        if one["order_date"] is not None and one["opened_at"] and one["opened_at"].date() != one["order_date"]
    }
    dated = found[found["field"] == "order_day"]
    assert over_midnight and set(dated["shift_id"]) == over_midnight


def test_settings_of_the_day_hold_in_a_rehearsal_too(town: Town) -> None:
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, {"refunds": "net"}, from_day=MIDDLE, by="test")
    found = run(town).differences
    assert len(found) and found["closed_at"].min() >= pd.Timestamp(MIDDLE)
    before = run(town, Window(FIRST, MIDDLE - timedelta(days=1)))
    assert not before.differs


def test_a_part_of_the_days_differs_nowhere_at_its_edges(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shifts over the edges, and groups that are decided apart."""
    monkeypatch.setattr(rehearsing, "SHIFTS_AT_A_TIME", 5)
    compared = 0
    for first, last in ((FIRST, MIDDLE - timedelta(days=2)), (MIDDLE - timedelta(days=1), MIDDLE), (MIDDLE, LAST)):
        made = run(town, Window(first + timedelta(days=first == MIDDLE), last))
        assert (made.differences.to_dict("records"), made.failed) == ([], {})
        compared += made.compared
    assert compared == len(town.shifts())


def test_shifts_and_orders_that_no_evidence_gives_or_the_books_lack_are_named(town: Town) -> None:
    issued = [one for one in town.shifts() if one["outcome"] == "issued" and one["source"] == "ofd"]
    lost, unread = issued[0]["shift_id"], issued[1]["shift_id"]
    town.sql("set session_replication_role = replica; delete from accounting.cash_order where shift_id = %s", lost)
    town.sql("set session_replication_role = replica; delete from accounting.shift where shift_id = %s", lost)
    town.sql(
        "set session_replication_role = replica; update accounting.shift set fiscal_drive_number = '9960000000000000',"
        " shift_id = accounting.shift_id('9960000000000000', shift_number) where shift_id = %s",
        unread,
    )
    shifts = run(town).differences
    shifts = shifts[shifts["subject"] == "shift"]
    assert sorted(shifts["kind"]) == ["gone", "new", "new"]
    assert {str(lost), str(unread)} == set(shifts.loc[shifts["kind"] == "new", "shift_id"])


def test_a_register_whose_pages_cannot_be_processed_is_named(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    right, broken = KonturOfd.work, town.register(0)

    def faulty(product: KonturOfd, pages: Any, *more: Any) -> Any:
        if any(page.unit_id == broken for page in pages):
            raise ValueError("a fault of ours")
        return right(product, pages, *more)

    monkeypatch.setattr(KonturOfd, "work", faulty)
    made = run(town)
    assert list(made.failed) == [broken]
    assert set(made.differences["kind"]) == {"gone"}
    assert set(made.differences["unit_id"]) == {broken}


def test_what_needs_other_evidence_is_wrong_use(town: Town) -> None:
    for settings, what in (({"detail": "receipts"}, "detail"), ({"vat": "exact"}, "vat=exact"), ({"no": "1"}, "no")):
        with pytest.raises(WrongUse, match=what):
            run(town, **settings)
    with pytest.raises(WrongUse, match="only a sole proprietor"):
        run(town, keeps_cash_documents="no")


def test_evidence_of_receipts_is_rehearsed_too(build_town: BuildTown) -> None:
    world = replace(WORLD, last_day=FIRST + timedelta(days=5), registers_per_organization=2)
    town = build_town(world, start=FIRST, detail="receipts")
    town.load(product=OFD)
    days = Window(FIRST, world.last_day)
    assert not run(town, days).differs
    assert {"taxation", "vat"} & set(run(town, days, refunds="net").differences.columns)
    net = run(town, days, refunds="net").differences
    assert "vat" in set(net["field"])
