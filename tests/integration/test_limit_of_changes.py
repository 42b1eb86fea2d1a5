"""A load that would change more of the books than its organisation's bound stops, and a person lets it go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.alerts.outgoing import gather
from smena.decisions.allowances import allow
from smena.loading.check_results import stop_at_gate
from smena.loading.gate_expectations import validate_staged
from smena.loading.publish import publish
from smena.loading.run import load_shards, plan_run, publish_batches, report_run
from smena.mandates.organizations import set_organization
from smena.model.errors import BadBatch, TooManyChanges, WrongUse
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD, Window
from smena.planning.run_plan import RunPlan
from smena.reconciliation.rehearsal import rehearse
from smena.reconciliation.rehearsed_batch import rehearse_batch
from smena.warehouse import ledger
from tests.integration.conftest import BuildTown, CopyTown
from tests.town import EASY, Town

FIRST, LAST = date(2025, 12, 1), date(2026, 1, 15)
MANY = replace(EASY, organizations=2, registers_per_organization=6, receipts_per_shift=3, refund_permille=0)
FEW = replace(EASY, organizations=2, receipts_per_shift=3, refund_permille=0, correction_permille=0)
CASH = 123_400


def load_all(town: Town) -> None:
    for inn in town.inns:
        town.load(inn=inn)


def report_otherwise(town: Town) -> None:
    """From now on every shift of the first organisation has these sales in cash."""
    for register in town.sandbox.world.organizations[0].registers:
        town.sandbox.faults.add(
            {
                "kind": "patch_document",
                "register": register.reg_number,
                "match": {"type": "byShifts"},
                "set": {"sell.cashTotal": CASH, "sell.total": 10**12},
            }
        )


def batch(town: Town, batch_id: int) -> dict[str, Any]:
    (row,) = [one for one in town.table("control.batch", "batch_id") if one["batch_id"] == batch_id]
    return row


def newest(town: Town, inn: str = "") -> dict[str, Any]:
    rows = [one for one in town.table("control.batch", "batch_id") if one["organization_inn"] == (inn or town.inn)]
    return rows[-1]


def allow_batch(town: Town, batch_id: int) -> int:
    with town.warehouse.transaction() as transaction:
        return allow(transaction, batch_id, by="chief", reason="the operator has corrected its totals")


def set_bound(town: Town, orders: int) -> None:
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, {"most_changed_orders": str(orders)}, by="test")


def daily_run(town: Town, day: date) -> tuple[RunPlan, str]:
    """The run on the morning after a day; what its report complains of."""
    town.set_day(day + timedelta(days=1), hour=6)
    made = plan_run(town.context, run_id=f"scheduled__{day}")
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    publish_batches(town.context, made["batches"])
    try:
        report_run(town.context, made)
    except BadBatch as error:
        return made, str(error)
    return made, ""


def test_200_changed_shifts_stop_and_are_published_when_they_are_allowed(copy_town: CopyTown) -> None:
    town = copy_town(load_all, MANY)
    other = town.inns[1]
    shifts = [one for one in town.shifts() if one["outcome"] == "issued" and one["organization_inn"] == town.inn]
    assert len(shifts) >= 200
    before = town.books()
    report_otherwise(town)
    with pytest.raises(TooManyChanges) as stopped:
        town.load(FIRST, LAST)
    one = newest(town)
    changed = stopped.value.changed
    assert changed >= 200
    assert f"smena rehearse --batch {one['batch_id']}" in str(stopped.value)
    assert town.books() == before
    assert one["state"] == "stopped"
    assert has(one["summary"]["stopped"], Reason.TOO_MANY_ORDERS_CHANGE)
    assert one["summary"]["changed_orders"] == changed
    orders = [row for row in town.orders() if row["organization_inn"] == town.inn]
    assert f'"changed": {changed}' in one["summary"]["stopped"] and '"most": 100' in one["summary"]["stopped"]
    assert f'"orders": {len(orders)}' in one["summary"]["stopped"]
    # The list for whoever is asked: each of these orders, with both sums.
    listed = rehearse_batch(town.context, one["batch_id"])
    sums = listed.differences[listed.differences["subject"] == "order"]
    of_books = {str(row["document_id"]): str(row["amount"]) for row in orders}
    of_booked = sums[(sums["field"] == "amount") & sums["document_id"].notna()]
    amounts = of_booked.set_index("document_id")["booked"]
    assert sums["document_id"].nunique() == changed
    assert amounts.to_dict() == {key: of_books[key] for key in amounts.index}
    assert set(sums.loc[(sums["field"] == "amount") & (sums["operation"] == "cash_income"), "made"]) == {"1234.00"}
    assert town.books() == before
    # Another organisation is not concerned.
    assert town.load(FIRST, LAST, inn=other).published.summary["shifts"] > 0
    assert town.books() == before
    (message,) = gather(town.warehouse, town.sandbox.current_time(), inn=town.inn)
    assert f"smena rehearse --batch {one['batch_id']}" in message.text and "разрешить" in message.text

    assert allow_batch(town, one["batch_id"]) == changed
    town.load(LAST, LAST)
    after = batch(town, one["batch_id"])
    assert (after["state"], after["allowed_by"]) == ("published", "chief")
    assert after["allowed_reason"] == "the operator has corrected its totals"
    assert newest(town)["state"] == "published"
    with pytest.raises(WrongUse, match="published already"):
        rehearse_batch(town.context, one["batch_id"])
    assert not rehearse(town.context, town.inn, Window(FIRST, LAST)).differs
    sales = {
        row["amount"]
        for row in town.orders()
        if row["organization_inn"] == town.inn and row["operation"] == "cash_income" and row["status"] == "new"
    }
    assert sales == {Decimal(CASH) / 100}
    assert [row for row in town.books()["orders"] if row["organization_inn"] == other] == [
        row for row in before["orders"] if row["organization_inn"] == other
    ]


def test_the_daily_run_reports_the_days_until_it_is_allowed(build_town: BuildTown) -> None:
    town = build_town(FEW, start=FIRST, now=None)
    day = date(2025, 12, 10)
    assert daily_run(town, day)[1] == ""
    set_bound(town, 0)
    report_otherwise(town)
    before = [row for row in town.books()["orders"] if row["organization_inn"] == town.inn]
    for later in (day + timedelta(days=1), day + timedelta(days=2)):
        _, complaint = daily_run(town, later)
        assert town.inn in complaint and "a person has to allow it" in complaint
        assert town.inns[1] not in complaint
        assert [row for row in town.books()["orders"] if row["organization_inn"] == town.inn] == before
        for register in town.sandbox.world.organizations[0].registers:
            assert later in town.open_days(register.reg_number)
        for register in town.sandbox.world.organizations[1].registers:
            assert later not in town.open_days(register.reg_number)
    stopped = newest(town)["batch_id"]
    allow_batch(town, stopped)
    last = day + timedelta(days=3)
    made, complaint = daily_run(town, last)
    assert complaint == ""
    assert batch(town, stopped)["state"] == "published"
    assert {batch(town, one)["state"] for one in made["batches"]} == {"published"}
    for register in town.sandbox.world.organizations[0].registers:
        assert last not in town.open_days(register.reg_number)


def test_what_was_read_and_published_since_is_not_booked_over(copy_town: CopyTown) -> None:
    town = copy_town(load_all, FEW)
    set_bound(town, 0)
    right = town.books()
    report_otherwise(town)
    middle = date(2025, 12, 3)
    with pytest.raises(TooManyChanges):
        town.load(FIRST, middle)
    stopped = newest(town)["batch_id"]
    town.sandbox.faults.clear()
    corrected = town.load(middle, middle).published.batch_id
    with pytest.raises(WrongUse, match=f"batch {corrected} has read days of batch {stopped}"):
        allow_batch(town, stopped)
    # So it is where the days are read again after it was allowed.
    town.sql(
        "update control.batch set allowed_changes = 1000, allowed_by = 'chief', allowed_at = now(),"
        " allowed_reason = 'yes' where batch_id = %s",
        stopped,
    )
    town.load(LAST, LAST)
    with pytest.raises(BadBatch, match="load the days again"):
        publish(town.context, stopped)
    assert batch(town, stopped)["state"] == "stopped"
    assert town.books() == right
    assert not rehearse(town.context, town.inn, Window(FIRST, LAST)).differs


def test_it_is_named_in_alerts_until_its_days_are_read_again(copy_town: CopyTown) -> None:
    town = copy_town(load_all, FEW)
    set_bound(town, 0)
    report_otherwise(town)
    middle = date(2025, 12, 3)
    with pytest.raises(TooManyChanges):
        town.load(FIRST, middle)
    stopped = newest(town)["batch_id"]
    town.sandbox.faults.clear()
    town.load(LAST, LAST)
    town.sql("update control.batch set planned_at = planned_at - interval '3 days'")
    (message,) = gather(town.warehouse, town.sandbox.current_time(), inn=town.inn)
    assert f"smena rehearse --batch {stopped}" in message.text
    # Another stop does not take away that a person is asked.
    asked = batch(town, stopped)["summary"]["changed_orders"]
    town.warehouse.run("batch_stop", batch_id=stopped, reason=str(Reason.REGISTER_NOT_LISTED))
    assert batch(town, stopped)["summary"] == {"stopped": str(Reason.REGISTER_NOT_LISTED), "changed_orders": asked}
    town.load(FIRST, middle)
    assert gather(town.warehouse, town.sandbox.current_time(), inn=town.inn) == []


def test_a_batch_that_another_process_has_published_is_not_stopped_at_the_gate(copy_town: CopyTown) -> None:
    town = copy_town(load_all, FEW)
    published = ledger.batch_of(town.warehouse, newest(town)["batch_id"])
    stop_at_gate(replace(town.context, gate=validate_staged), replace(published, state="planned"))
    assert batch(town, published.batch_id)["state"] == "published"


def test_more_changes_than_were_allowed_stop_again(copy_town: CopyTown) -> None:
    town = copy_town(load_all, FEW)
    set_bound(town, 0)
    report_otherwise(town)
    middle = date(2025, 12, 3)
    with pytest.raises(TooManyChanges):
        town.load(FIRST, middle)
    first = newest(town)["batch_id"]
    allowed = allow_batch(town, first)
    assert allowed > 0
    # Another batch is not allowed by it, however few orders that would change.
    with pytest.raises(TooManyChanges):
        town.load(middle + timedelta(days=1), middle + timedelta(days=1))
    assert batch(town, first)["state"] == "published"
    assert newest(town)["state"] == "stopped"
    town.sql(
        "update control.batch set allowed_changes = 0, allowed_by = 'x', allowed_at = now(), allowed_reason = 'x'"
        " where batch_id = %s",
        newest(town)["batch_id"],
    )
    assert ledger.batch_of(town.warehouse, newest(town)["batch_id"]).allowed_changes == 0
    with pytest.raises(TooManyChanges):
        town.load(middle + timedelta(days=1), middle + timedelta(days=1))


def test_first_loads_and_orders_that_go_over_meet_no_limit(build_town: BuildTown) -> None:
    """The OFD is switched on after Market: its shifts take over the orders, which keep their sums."""
    world = replace(FEW, organizations=1, last_day=date(2025, 12, 12))
    town = build_town(world, start=FIRST, behaviour={"market": MarketSettings().easy()}, most_changed_orders="0")
    town.enable_market(FIRST)
    town.load(product=MARKET)
    assert town.orders()
    town.load(product=OFD)
    moved = town.table("accounting.cash_order_history", "document_id")
    assert moved and {row["source"] for row in town.orders() if row["status"] == "new"} == {"ofd"}


def test_what_cannot_be_allowed_is_wrong_use(copy_town: CopyTown) -> None:
    town = copy_town(load_all, FEW)
    with pytest.raises(WrongUse, match="published already"):
        allow_batch(town, newest(town)["batch_id"])
    with pytest.raises(WrongUse, match="no batch 999"):
        allow_batch(town, 999)
    with pytest.raises(WrongUse, match="reason"), town.warehouse.transaction() as transaction:
        allow(transaction, 1, by="chief", reason=" ")
    town.sql(
        "update control.batch set state = 'stopped', summary = '{\"stopped\": \"planned_anew\"}' where batch_id = 1"
    )
    with pytest.raises(WrongUse, match="not stopped for the orders"):
        allow_batch(town, 1)
