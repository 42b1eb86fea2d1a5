"""The real scheduler loads the invented world, and every other way of starting a run changes nothing.

The tests of this file build on one another: they run in the order of the file.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.conftest import RUNS, Office
from tests.town import kopecks

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

DAG = "ofd_z_reports"
MONEY = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")


def last_loaded_day(office: Office) -> date:
    ends = [run["data_interval_end"] for run in office.client.runs(DAG) if run["data_interval_end"]]
    return max(datetime.fromisoformat(end) for end in ends).date() - timedelta(days=1)


def test_the_scheduler_accounts_for_every_shift_to_the_kopeck(office: Office) -> None:
    office.client.wait_dag(DAG)
    office.client.unpause(DAG)
    runs = office.client.wait_runs(DAG, RUNS, timeout_s=240)
    assert {run["state"] for run in runs} == {"success"}
    last_day = last_loaded_day(office)
    truth = {
        key: line
        for key, line in office.town.truth().items()
        if office.first_day.isoformat() <= line["closed_at"][:10] <= last_day.isoformat()
    }
    shifts = {(shift["fiscal_drive_number"], shift["shift_number"]): shift for shift in office.town.shifts()}
    assert len(truth) > 200
    assert truth.keys() <= shifts.keys()
    for key, line in truth.items():
        assert shifts[key]["outcome"] == ("issued" if any(line[name] for name in MONEY) else "no_cash")
        assert {name: kopecks(shifts[key][name]) for name in MONEY} == {name: line[name] for name in MONEY}
    signed = sum(order["amount"] if order["kind"] == "pko" else -order["amount"] for order in office.town.orders())
    assert kopecks(signed) == sum(
        line["cash_income"] - line["cash_refund"] - line["cash_payout"] + line["cash_payout_refund"]
        for line in truth.values()
    )


def test_the_first_run_loads_the_history_and_the_later_ones_a_day_each(office: Office) -> None:
    spans = office.town.sql("select run_id, min(first_day), max(last_day) from control.batch group by 1 order by 3")
    days = [(last - first).days + 1 for _, first, last in spans]
    assert len(days) == RUNS
    assert days[0] > 30
    new_days = office.town.sql(
        "select count(distinct day) from control.covered_day inner join control.batch using (batch_id) "
        "group by run_id order by min(day)"
    )
    assert [count for (count,) in new_days][1:] == [1] * (RUNS - 1)


def test_airflow_shows_a_partition_for_each_organisation_and_day_that_became_covered(office: Office) -> None:
    (asset,) = office.client.assets("accounting_z_reports")
    keys = [event["partition_key"] for event in office.client.asset_events(asset_id=asset["id"])]
    covered = office.town.sql("select organization_inn || '|' || day from control.covered_day")
    assert sorted(key for key in keys if key) == sorted(key for (key,) in covered)


def books_stay(office: Office) -> Any:
    return office.town.books(), office.town.shifts(), office.town.orders(), office.town.covered()


def test_a_run_by_hand_leaves_the_same_warehouse(office: Office) -> None:
    # A run without a data interval loads through yesterday.
    office.client.wait_run(DAG, office.client.trigger(DAG)["dag_run_id"])
    before = books_stay(office)
    run = office.client.wait_run(DAG, office.client.trigger(DAG)["dag_run_id"])
    assert run["state"] == "success"
    assert books_stay(office) == before


def test_a_cleared_run_and_a_cleared_task_leave_the_same_warehouse(office: Office) -> None:
    before = books_stay(office)
    first = office.client.runs(DAG)[0]["dag_run_id"]
    for tasks in (None, ["load"], ["publish"]):
        office.client.clear(DAG, first, tasks, downstream=True)
        assert office.client.wait_run(DAG, first)["state"] == "success"
        assert books_stay(office) == before


def test_a_backfill_from_the_ui_leaves_the_same_warehouse(office: Office) -> None:
    before = books_stay(office)
    noon = datetime.fromisoformat(f"{office.today.isoformat()}T12:00:00+00:00")
    made = office.client.backfill(DAG, noon - timedelta(days=10), noon - timedelta(days=6))
    office.client.wait_backfill(made["id"])
    assert {run["state"] for run in office.client.runs(DAG)} == {"success"}
    assert len(office.client.runs(DAG)) >= RUNS + 4
    assert books_stay(office) == before


def forget(office: Office, days: int) -> None:
    """As if the last days had never been loaded."""
    since = office.today - timedelta(days=days)
    office.town.sql(
        "update control.coverage set days = days * daterange(null, %s) where not isempty(days * daterange(null, %s))",
        since, since,
    )  # fmt: skip
    office.town.sql("delete from control.coverage where lower(days) >= %s", since)


def test_invalid_data_fails_at_once_and_its_day_is_loaded_by_the_next_run(office: Office) -> None:
    before = office.town.books()
    forget(office, 30)
    match = {"type": "closeShift"}
    office.town.sandbox.faults.add({"kind": "patch_document", "match": match, "drop": ["fiscalSign"]})
    run_id = office.client.trigger(DAG)["dag_run_id"]
    run = office.client.wait_run(DAG, run_id)
    assert run["state"] == "failed"
    tasks = {task["task_id"]: task for task in office.client.task_instances(DAG, run_id)}
    assert (tasks["report"]["state"], tasks["report"]["try_number"]) == ("failed", 1)
    assert tasks["publish"]["state"] == "success"
    assert office.town.books() == before
    office.town.sandbox.faults.clear()
    assert office.client.wait_run(DAG, office.client.trigger(DAG)["dag_run_id"])["state"] == "success"
    assert office.town.books() == before


def test_a_fault_that_may_pass_is_tried_again_later_and_a_refusal_is_not(office: Office) -> None:
    forget(office, 5)
    faults = office.town.sandbox.faults
    unlucky = office.town.register()
    faults.add({"kind": "status", "status": 503, "method": "by-shifts", "register": unlucky, "retry_after": 0})
    run_id = office.client.trigger(DAG)["dag_run_id"]

    def loads() -> list[tuple[str, int]]:
        tasks = office.client.task_instances(DAG, run_id)
        return sorted((task["state"], task["try_number"]) for task in tasks if task["task_id"] == "load")

    deadline = time.monotonic() + 120
    while loads() != [("success", 1), ("up_for_retry", 1)]:
        assert time.monotonic() < deadline, loads()
        time.sleep(0.2)
    faults.clear()
    faults.add({"kind": "status", "status": 403, "method": "authenticate-by-pass"})
    assert office.client.wait_run(DAG, run_id, timeout_s=240)["state"] == "failed"
    assert loads() == [("failed", 2), ("success", 1)]
    faults.clear()
    assert office.client.wait_run(DAG, office.client.trigger(DAG)["dag_run_id"])["state"] == "success"


def test_an_organisation_without_a_connection_costs_its_neighbour_nothing(office: Office) -> None:
    forget(office, 5)
    first, second = office.town.inns
    office.town.sql("update control.organization set ofd_connection = 'nobody' where inn = %s", second)
    run_id = office.client.trigger(DAG)["dag_run_id"]
    assert office.client.wait_run(DAG, run_id)["state"] == "failed"
    states = {task["task_id"]: task["state"] for task in office.client.task_instances(DAG, run_id)}
    assert states == {"plan": "success", "load": "success", "publish": "success", "report": "failed"}
    covered = dict(office.town.sql("select organization_inn, max(upper(days)) from control.coverage group by 1"))
    assert covered[first] > covered[second]
    office.town.sql("update control.organization set ofd_connection = 'kontur_ofd'")
    assert office.client.wait_run(DAG, office.client.trigger(DAG)["dag_run_id"])["state"] == "success"


def test_nothing_secret_is_in_a_log_an_xcom_or_the_evidence(office: Office) -> None:
    from sandbox import DEFAULT_API_KEY, DEFAULT_PASSWORD

    words = [DEFAULT_API_KEY.encode(), DEFAULT_PASSWORD.encode(), office.airflow.passwords["admin"].encode()]
    logs = [path for path in office.airflow.directory.rglob("*.log") if path.is_file()]
    assert len(logs) > 20
    for log in logs:
        text = log.read_bytes()
        assert not [word for word in words if word in text], log
    addresses = office.town.sql("select string_agg(address, ' ') from raw.page")
    assert "login=" not in addresses[0][0]
