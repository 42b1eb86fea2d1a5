"""A batch whose staged rows were changed after they were checked is stopped before anything is applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox import MarketSettings
from smena.loading.gate_expectations import SUITES, validate_batch, validate_staged
from smena.loading.publish import publish
from smena.loading.run import load_shards, plan_run, publish_batches
from smena.model.errors import BadBatch
from smena.model.reason_text import parse
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Transaction
from tests.integration.gate_damages import DAMAGES, MORE_SALES, SALES, TILL_DAMAGES, statement
from tests.town import EASY, FIRST, Town

BuildTown = Callable[..., Town]
WORLD = replace(EASY, last_day=FIRST + timedelta(days=6))


def staged(town: Town, product: str = OFD) -> list[int]:
    """The batches of a run that is staged and not published."""
    made = plan_run(town.context, run_id="test", product=product)
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    return made["batches"]


def broken(transaction: Transaction, batch_id: int, product: str) -> set[str]:
    results = validate_staged(transaction, batch_id, product)
    assert {result.severity for result in results} == {"batch"}
    return {f"{result.suite}.{result.expectation}" for result in results if not result.success}


def found_of(town: Town, batch_id: int, product: str, damage: str) -> set[str]:
    """What the gate finds broken after a damage, which is undone."""
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("savepoint whole")
        cursor.execute(statement(damage))
        assert cursor.rowcount > 0, damage
        found = broken(transaction, batch_id, product)
        cursor.execute("rollback to savepoint whole")
        return found


def test_every_damage_of_the_stage_is_found_and_a_stage_as_it_was_checked_is_not_stopped(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    (batch_id,) = staged(town)
    assert found_of(town, batch_id, OFD, "select 1") == set()
    found = {name: found_of(town, batch_id, OFD, damage) for name, (damage, _) in DAMAGES.items()}
    assert found == {name: expected for name, (_, expected) in DAMAGES.items()}
    of_shifts = {f"{suite.name}.{one.name}" for suite in SUITES for one in suite.expectations}
    seen = set().union(*found.values())
    assert {name for name in of_shifts - seen if "till" not in name} == {"gate_sums.no_more_refunds_than_cash"}


def test_an_order_changed_by_a_kopeck_stops_its_batch_and_the_neighbour_goes_on(build_town: BuildTown) -> None:
    town = build_town(replace(WORLD, organizations=2))
    first, second = staged(town)
    town.sql(statement("update stage.cash_order set amount = amount + 1 where @order"))
    ((bad,),) = town.sql(
        "select cash_order.batch_id from stage.cash_order"
        " inner join stage.shift on cash_order.shift_id = shift.shift_id and cash_order.operation = 'cash_income'"
        " group by cash_order.batch_id, shift.shift_id, shift.cash_income having sum(amount) <> cash_income"
    )
    good = second if bad == first else first
    context = replace(town.context, gate=validate_staged)
    assert [done.batch_id for done in publish_batches(context, [bad, good])] == [good]
    assert dict(town.sql("select batch_id, state from control.batch")) == {bad: "stopped", good: "published"}
    assert {row["batch_id"] for row in [*town.shifts(), *town.orders()]} == {good}
    ((stopped,),) = town.sql("select summary ->> 'stopped' from control.batch where batch_id = %s", bad)
    assert {parse(line)[0] for line in stopped.split("\n")} == {Reason.GATE_STOPPED}
    kept = (
        "select suite || '.' || expectation, bad_rows, details ->> 'rule' from control.check_result"
        " where suite like %s and not success order by 1"
    )
    assert town.sql(kept, "gate%") == [(MORE_SALES, 1, "orders_not_the_cash"), (SALES, 1, "orders_not_the_cash")]
    # The next try stages it anew from the stored answers.
    assert publish(context, bad).error == ""
    assert len(town.shifts()) == len(town.truth())
    assert town.sql(kept, "gate%") == []


def test_without_a_gate_the_checks_of_the_shards_decide_alone(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    (batch_id,) = staged(town)
    publish(town.context, batch_id)
    assert town.sql("select count(*) from control.check_result where suite like 'gate%%'") == [(0,)]


def test_published_rows_hold_what_staged_rows_did_and_a_changed_order_is_found(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    (batch_id,) = staged(town)
    town.sql(statement("update stage.cash_order set amount = amount + 1 where @order"))
    with pytest.raises(BadBatch, match="gate_sums"):
        publish(replace(town.context, gate=validate_staged), batch_id)
    publish(town.context, batch_id)
    with town.warehouse.transaction() as transaction:
        what, results = validate_batch(transaction, batch_id)
    assert what == "the published rows"
    assert [result for result in results if not result.success] == []
    assert {result.suite: result.rows for result in results}["gate_shifts"] == len(town.shifts())
    town.sql(
        "update accounting.cash_order set amount = amount + 1"
        " where document_id = (select min(document_id::text) from accounting.cash_order)::uuid"
    )
    with town.warehouse.transaction() as transaction:
        what, results = validate_batch(transaction, batch_id)
    assert {f"{one.suite}.{one.expectation}" for one in results if not one.success} >= {SALES}


def test_every_damage_of_a_stage_of_till_shifts_is_found(build_town: BuildTown) -> None:
    town = build_town(replace(WORLD, receipts_per_shift=12), behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    (batch_id,) = staged(town, MARKET)
    assert found_of(town, batch_id, MARKET, "select 1") == set()
    found = {name: found_of(town, batch_id, MARKET, damage) for name, (damage, _) in TILL_DAMAGES.items()}
    assert found == {name: expected for name, (_, expected) in TILL_DAMAGES.items()}
