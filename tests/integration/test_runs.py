"""A run over every organisation, as the tasks of the daily DAG call it: what fails costs its neighbours nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from smena.loading.run import load_shards, plan_run, publish_batches, report_run
from smena.model.errors import BadBatch, PassingFault, RefusedLogin, WrongUse
from smena.planning.run_plan import RunPlan
from tests.town import EASY, FIRST, QuickContext, Town

BuildTown = Callable[..., Town]
TWO = replace(EASY, organizations=2, last_day=FIRST + timedelta(days=14))


def run(town: Town, horizon: date | None = None) -> RunPlan:
    """All tasks of a run, one after another."""
    made = plan_run(town.context, run_id="test", horizon=horizon)
    for shards in made["task_groups"]:
        try:
            load_shards(town.context, shards)
        except PassingFault:
            continue
    publish_batches(town.context, made["batches"])
    return made


def loaded_inns(town: Town) -> set[str]:
    return {shift["organization_inn"] for shift in town.shifts()}


def test_a_run_loads_every_organisation_that_is_switched_on(build_town: BuildTown) -> None:
    town = build_town(TWO)
    made = run(town)
    report_run(town.context, made)
    assert len(made["batches"]) == 2
    assert len(town.shifts()) == len(town.truth())
    town.disable()
    assert len(plan_run(town.context, run_id="test")["batches"]) == 1


def test_a_run_of_a_past_day_loads_through_that_day(build_town: BuildTown) -> None:
    town = build_town(TWO)
    run(town, horizon=FIRST + timedelta(days=6))
    assert max(shift["closed_at"].date() for shift in town.shifts()) == FIRST + timedelta(days=6)


def test_an_organisation_that_cannot_be_planned_costs_the_other_nothing_and_the_run_is_red(
    build_town: BuildTown,
) -> None:
    town = build_town(TWO)
    first, second = town.inns
    town.sql("update control.organization set ofd_connection = 'nobody' where inn = %s", first)
    good = town.endpoint()

    def endpoint(name: str) -> object:
        if name == "nobody":
            raise WrongUse("there is no connection `nobody`")
        return good

    town.context = QuickContext(town.warehouse, endpoint, now=town.sandbox.current_time)  # type: ignore[arg-type]
    made = run(town)
    assert loaded_inns(town) == {second}
    assert made["failed"] == {first: "there is no connection `nobody`"}
    with pytest.raises(BadBatch, match=f"organisation {first}: there is no connection"):
        report_run(town.context, made)


def test_where_nothing_can_be_planned_for_now_the_run_is_tried_again(build_town: BuildTown) -> None:
    town = build_town(TWO)
    town.sandbox.faults.add({"kind": "status", "status": 503, "method": "organizations"})
    with pytest.raises(PassingFault, match="HTTP 503"):
        plan_run(town.context, run_id="test")
    with pytest.raises(BadBatch, match="nothing was planned"):
        report_run(town.context, None)


def test_a_batch_with_too_many_rejects_is_not_published_and_its_neighbour_is(build_town: BuildTown) -> None:
    town = build_town(TWO)
    first, second = town.inns
    for register in town.sandbox.world.organization(first).registers:
        match = {"type": "closeShift", "kktRegId": register.reg_number}
        town.sandbox.faults.add({"kind": "patch_document", "match": match, "drop": ["fiscalSign"]})
    made = run(town)
    assert loaded_inns(town) == {second}
    with pytest.raises(BadBatch, match="z-reports are bad"):
        report_run(town.context, made)


def test_a_register_that_did_not_answer_makes_the_run_red_and_the_rest_is_published(build_town: BuildTown) -> None:
    town = build_town(TWO)
    town.sandbox.faults.add({"kind": "status", "status": 500, "method": "by-shifts", "register": town.register()})
    made = run(town)
    assert loaded_inns(town) == set(town.inns)
    with pytest.raises(BadBatch, match="1 windows failed, by-shifts: HTTP 500"):
        report_run(town.context, made)
    town.sandbox.faults.clear()
    report_run(town.context, run(town))
    assert len(town.shifts()) == len(town.truth())


def test_a_task_group_that_is_tried_again_asks_only_for_what_failed(build_town: BuildTown) -> None:
    town = build_town(TWO)
    made = plan_run(town.context, run_id="test")
    town.sandbox.faults.add({"kind": "status", "status": 500, "method": "by-shifts", "register": town.register()})
    shards = [place for shards in made["task_groups"] for place in shards]
    with pytest.raises(PassingFault):
        load_shards(town.context, shards)
    town.sandbox.faults.clear()
    town.sandbox.requests.reset()
    load_shards(town.context, shards)
    assert set(town.sandbox.requests.report()["by_register"]) == {town.register()}


def test_a_login_that_is_refused_in_the_middle_fails_at_once(build_town: BuildTown) -> None:
    town = build_town(TWO)
    made = plan_run(town.context, run_id="test")
    town.sandbox.requests.reset()
    town.sandbox.faults.add({"kind": "status", "status": 403, "method": "authenticate-by-pass"})
    with pytest.raises(RefusedLogin):
        load_shards(town.context, made["task_groups"][0])
    assert town.sandbox.requests.count("authenticate-by-pass") == 1
    assert town.sandbox.requests.count("by-period") == 0
