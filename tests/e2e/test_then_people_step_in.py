"""A backfill that a person starts with Airflow's own form.

Named to come after the tests of the daily loading, with which they share an Airflow; they pass without them too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from demo.rest import AirflowRefusal
from tests.e2e.conftest import Office

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]

T = TypeVar("T")
BACKFILL = "integration_backfill"


def run_backfill(office: Office, **params: Any) -> tuple[str, dict[str, tuple[str, int]]]:
    """The state of a run of the backfill, and of its tasks with their tries."""
    run_id = office.client.trigger(BACKFILL, {"inn": office.town.inn} | params)["dag_run_id"]
    run = office.client.wait_run(BACKFILL, run_id)
    tasks = office.client.task_instances(BACKFILL, run_id)
    return run["state"], {task["task_id"]: (task["state"], task["try_number"]) for task in tasks}


def plan_log(office: Office, place: int = -1) -> str:
    run_id = office.client.runs(BACKFILL)[place]["dag_run_id"]
    return office.client.task_log(BACKFILL, run_id, "plan")


def forget(office: Office) -> None:
    """As if the first organisation had never been loaded; its orders stay."""
    inn = office.town.inn
    office.town.sql("delete from control.coverage where organization_inn = %s", inn)
    office.town.sql("delete from control.covered_day where organization_inn = %s", inn)
    office.town.sql("update control.register set read_through = null where organization_inn = %s", inn)


@pytest.fixture(scope="module")
def forgotten(office: Office) -> Office:
    """An Airflow in which a backfill has something to do."""
    forget(office)
    office.town.warehouse.run("page_user_grant", user_name="admin", inn=None, granted_by="test")
    office.client.wait_dag(BACKFILL)
    office.client.unpause(BACKFILL)
    return office


@pytest.mark.parametrize("params", [{"inn": "77"}, {"product": "cash"}, {"from": "yesterday"}, {"dry_run": "maybe"}])
def test_the_form_refuses_impossible_values(forgotten: Office, params: dict[str, Any]) -> None:
    with pytest.raises(AirflowRefusal) as refusal:
        forgotten.client.trigger(BACKFILL, {"inn": forgotten.town.inn} | params)
    assert refusal.value.status == 400


def test_what_only_the_warehouse_knows_to_be_wrong_fails_at_once_and_says_why(forgotten: Office) -> None:
    early = forgotten.first_day - timedelta(days=1)
    state, tasks = run_backfill(forgotten, **{"from": early.isoformat()})
    assert state == "failed"
    assert tasks == {
        "plan": ("failed", 1), "load": ("upstream_failed", 0), "publish": ("skipped", 1), "report": ("failed", 1)
    }  # fmt: skip
    assert f"before the start date in force, {forgotten.first_day}" in plan_log(forgotten)


def test_a_dry_run_logs_the_plan_and_loads_nothing(forgotten: Office) -> None:
    batches = "select count(*) from control.batch"
    before = forgotten.town.sql(batches)
    state, tasks = run_backfill(forgotten, dry_run=True)
    assert (state, tasks["load"][0], tasks["publish"][0]) == ("success", "skipped", "skipped")
    log = plan_log(forgotten)
    assert f"backfill inn={forgotten.town.inn} product=ofd" in log
    assert " requests=" in log and " covered=0/" in log
    assert forgotten.town.sql(batches) == before


def test_a_backfill_that_is_stopped_in_the_middle_goes_on_without_asking_twice(forgotten: Office) -> None:
    """Stopped as a person does it, by marking the run failed, while a register is being asked."""
    town, client = forgotten.town, forgotten.client
    town.sandbox.faults.add({"kind": "slow", "seconds": 12, "method": "by-shifts", "register": town.register(2)})
    first = client.trigger(BACKFILL, {"inn": town.inn})["dag_run_id"]
    done = wait_for(lambda: registers_listed(forgotten, first))
    client.ask("PATCH", f"/dags/{BACKFILL}/dagRuns/{first}", json={"state": "failed"})
    wait_for(lambda: [task for task in client.task_instances(BACKFILL, first) if task["state"] == "failed"])
    assert town.sql("select distinct state from control.batch where run_id = %s", first) == [("planned",)]
    town.sandbox.faults.clear()
    town.sandbox.requests.reset()
    second = client.trigger(BACKFILL, {"inn": town.inn})["dag_run_id"]
    assert client.wait_run(BACKFILL, second)["state"] == "success"
    assert town.sql("select count(*) from control.batch where run_id = %s", first) == [(0,)]
    assert [register for register in done if town.sandbox.requests.count("by-shifts", register)] == []
    assert town.sandbox.requests.count("by-shifts", town.register(2)) > 0


def test_a_backfill_loads_all_that_is_missing(forgotten: Office) -> None:
    town = forgotten.town
    forget(forgotten)
    others = [shift for shift in town.shifts() if shift["organization_inn"] != town.inn]
    state, tasks = run_backfill(forgotten)
    assert (state, {task[0] for task in tasks.values()}) == ("success", {"success"})
    loaded = {(s["fiscal_drive_number"], s["shift_number"]) for s in town.shifts() if s["organization_inn"] == town.inn}
    yesterday = (forgotten.today - timedelta(days=1)).isoformat()
    truth = {
        key for key, line in town.truth().items()
        if line["organization_inn"] == town.inn and line["closed_at"][:10] <= yesterday
    }  # fmt: skip
    assert len(truth) > 100
    assert truth <= loaded
    assert [shift for shift in town.shifts() if shift["organization_inn"] != town.inn] == others
    ((days,),) = town.sql("select count(*) from control.covered_day where organization_inn = %s", town.inn)
    assert days >= (forgotten.today - forgotten.first_day).days
    (asset,) = forgotten.client.assets("accounting_z_reports")
    run_id = forgotten.client.runs(BACKFILL)[-1]["dag_run_id"]
    (event,) = forgotten.client.asset_events(asset_id=asset["id"], source_run_id=run_id)
    assert (event["partition_key"], event["extra"]["inn"], event["extra"]["days"]) == (None, town.inn, days)


def registers_listed(office: Office, run_id: str) -> list[str]:
    """Registers of which all z-reports and totals that a run asks are here, while others are still asked."""
    rows = office.town.sql(
        "select unit_id from control.assignment inner join control.batch using (batch_id)"
        " where run_id = %s and assignment.reason <> 'silent' group by 1 having bool_and(assignment.state = 'listed')",
        run_id,
    )
    return [register for (register,) in rows]


def wait_for(look: Callable[[], list[T]], timeout_s: float = 90) -> list[T]:
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.25)
    return found
