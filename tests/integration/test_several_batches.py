"""A load that would be too large for one batch is several, each of which is published or stopped for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from smena.alerts.outgoing import gather
from smena.decisions.allowances import allow
from smena.loading.publish import publish
from smena.loading.run import load_shards, plan_run, publish_batches
from smena.mandates.organizations import set_organization
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.planning import wanted
from smena.planning.backfill import BackfillRequest, plan_backfill
from smena.planning.run_plan import RunPlan
from tests.town import EASY, FIRST, Town

BuildTown = Callable[..., Town]
DAYS = 7
NOW = datetime(2025, 12, 8, 12)
WORLD = replace(EASY, organizations=1, registers_per_organization=5, last_day=FIRST + timedelta(days=DAYS - 1))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two registers make a batch, and each of them is a shard."""
    monkeypatch.setattr(wanted, "SHARD_REGISTER_DAYS", 1)
    monkeypatch.setattr(wanted, "BATCH_REGISTER_DAYS", 2 * DAYS)


def loaded(town: Town, made: RunPlan) -> list[int]:
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    return [done.batch_id for done in publish_batches(town.context, made["batches"])]


def test_the_books_of_several_batches_are_those_of_one_but_for_the_numbers(build_town: BuildTown) -> None:
    town, other = build_town(WORLD, now=NOW), build_town(WORLD, now=NOW)
    made = plan_run(town.context, run_id="several")
    assert len(made["batches"]) == 3
    assert sorted(loaded(town, made)) == made["batches"]
    assert len(other.load().plan.batches) == 1
    assert town.books(but=["number"]) == other.books(but=["number"])
    for (numbers,) in town.sql(
        "select array_agg(number order by number) from accounting.cash_order group by kpp, kind"
    ):
        assert numbers == list(range(1, len(numbers) + 1))
    assert town.covered() == other.covered()
    assert len(town.sql("select * from control.covered_day")) == DAYS


def test_a_batch_that_is_stopped_costs_the_others_nothing_and_is_named_until_its_registers_are_read(
    build_town: BuildTown,
) -> None:
    town = build_town(WORLD, now=NOW)
    made = plan_run(town.context, run_id="several")
    first, *others = made["batches"]
    town.warehouse.run("batch_stop", batch_id=first, reason=str(Reason.PLANNED_ANEW))
    for shards in made["task_groups"]:
        load_shards(town.context, [place for place in shards if place[0] != first])
    assert sorted(done.batch_id for done in publish_batches(town.context, others)) == others
    (alert,) = [one for one in gather(town.warehouse, town.context.now())[0].alerts if one.kind == "batches"]
    assert (alert.count, alert.details["batch_id"]) == (1, first)
    assert len(loaded(town, plan_run(town.context, run_id="again"))) == len(made["batches"])
    assert [one.kind for message in gather(town.warehouse, town.context.now()) for one in message.alerts] == []
    assert len(town.sql("select * from control.covered_day")) == DAYS


def test_a_quarter_of_a_backfill_is_several_batches_and_is_resumed_whole(build_town: BuildTown) -> None:
    town = build_town(WORLD, now=NOW)
    asked = BackfillRequest(town.inn, "ofd", FIRST, WORLD.last_day)
    made = plan_backfill(town.context, asked, run_id="backfill").run_plan()
    assert len(made["batches"]) == 3
    again = plan_backfill(town.context, asked, run_id="backfill again").run_plan()
    assert again == made
    assert sorted(loaded(town, again)) == made["batches"]
    assert plan_backfill(town.context, asked, run_id="a third time").run_plan()["batches"] == []


def test_the_bound_of_changed_orders_is_that_of_the_load_not_of_each_batch(build_town: BuildTown) -> None:
    town = build_town(WORLD, now=NOW)
    loaded(town, plan_run(town.context, run_id="first"))
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, {"most_changed_orders": "20"}, by="test")
    for register in town.sandbox.world.organizations[0].registers:
        town.sandbox.faults.add(
            {
                "kind": "patch_document",
                "register": register.reg_number,
                "match": {"type": "byShifts"},
                "set": {"sell.cashTotal": 123_400, "sell.total": 10**12},
            }
        )
    made = plan_run(town.context, run_id="second")
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    publish_batches(town.context, made["batches"], at_once=1)
    summaries = dict(town.sql("select batch_id, summary from control.batch where run_id = 'second'"))
    changed = {batch_id: summary["changed_orders"] for batch_id, summary in summaries.items()}
    stopped = [batch_id for batch_id, summary in summaries.items() if "stopped" in summary]
    assert max(changed.values()) <= 20 < sum(changed.values())
    assert 0 < sum(count for batch_id, count in changed.items() if batch_id not in stopped) <= 20
    assert stopped and all(has(summaries[one]["stopped"], Reason.TOO_MANY_ORDERS_CHANGE) for one in stopped)
    for batch_id in stopped:
        with town.warehouse.transaction() as transaction:
            allow(transaction, batch_id, by="Анна", reason="the operator has corrected them")
        publish(town.context, batch_id)
    assert {state for (state,) in town.sql("select state from control.batch")} == {"published"}
