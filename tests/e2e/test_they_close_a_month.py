"""The real scheduler waits for every day of a month, proves the month, and a person's answer closes it.

The last file of the package: closed days of the office's books are not written any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

from smena.airflow.partitions import DaysOfMonth
from smena.decisions.periods import history
from tests.e2e.conftest import RUNS, Office

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

LOADS, CLOSING = "ofd_z_reports", "month_closing"
Found = TypeVar("Found")


def wait(look: Callable[[], Found], what: str, timeout_s: float = 120) -> Found:
    ends_at = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < ends_at, what
        time.sleep(0.5)
    return found


def month_key(office: Office) -> str:
    """The partition of the month in which the office's books begin; it is over."""
    return f"{office.town.inn}|{office.first_day:%Y-%m}"


@pytest.fixture(scope="module")
def asked(office: Office) -> dict[str, Any]:
    """The run of the month, of which every day has come, once it asks."""
    client, key = office.client, month_key(office)
    for dag_id in (LOADS, CLOSING):
        client.wait_dag(dag_id)
        client.unpause(dag_id)
    client.wait_runs(LOADS, RUNS, timeout_s=240)
    (asset,) = client.assets("accounting_z_reports")
    # The load wrote the days since the start date, before which the operator has none: they come from outside.
    *days, last = sorted(DaysOfMonth().to_upstream(key))
    for day in days:
        client.ask("POST", "/assets/events", json={"asset_id": asset["id"], "partition_key": day})
    if last not in {event["partition_key"] for event in client.asset_events(asset_id=asset["id"])}:
        assert runs_of(office, key) == []
    client.ask("POST", "/assets/events", json={"asset_id": asset["id"], "partition_key": last})
    (run,) = wait(lambda: runs_of(office, key), "no run of the month")
    wait(lambda: state_of(office, run, "ask") == "awaiting_input", "nobody is asked")
    return run


def runs_of(office: Office, key: str) -> list[dict[str, Any]]:
    return [run for run in office.client.runs(CLOSING) if run["partition_key"] == key]


def state_of(office: Office, run: dict[str, Any], task_id: str) -> str | None:
    tasks = office.client.task_instances(CLOSING, run["dag_run_id"])
    return next((one["state"] for one in tasks if one["task_id"] == task_id), None)


def answer(office: Office, run: dict[str, Any], word: str) -> None:
    path = f"/dags/{CLOSING}/dagRuns/{run['dag_run_id']}/taskInstances/ask/-1/hitlDetails"
    office.client.ask("PATCH", path, json={"chosen_options": [word], "params_input": {}})


def test_a_person_is_asked_about_a_month_with_its_proof(office: Office, asked: dict[str, Any]) -> None:
    assert asked["run_type"] == "asset_triggered"
    path = f"/dags/{CLOSING}/dagRuns/{asked['dag_run_id']}/taskInstances/ask/-1/hitlDetails"
    detail = office.client.ask("GET", path)
    assert detail["subject"].startswith(f"Закрыть {office.first_day:%m.%Y}: ")
    assert "Всё на месте и сходится." in detail["body"]
    assert detail["options"] == ["Закрыть", "Оставить открытым"]
    ((sha256,),) = office.town.sql(
        "select sha256 from control.completeness_certificate where made_by = 'month_closing' and organization_inn = %s",
        office.town.inn,
    )
    assert sha256 in detail["body"]
    assert history(office.town.warehouse, office.town.inn) == []


def test_an_answer_without_a_grant_closes_nothing_and_with_one_it_closes_by_name(
    office: Office, asked: dict[str, Any]
) -> None:
    client, run_id = office.client, asked["dag_run_id"]
    answer(office, asked, "Закрыть")
    assert client.wait_run(CLOSING, run_id)["state"] == "failed"
    assert "was not granted to admin" in client.task_log(CLOSING, run_id, "close")
    assert history(office.town.warehouse, office.town.inn) == []

    office.town.warehouse.run("page_user_grant", user_name="admin", inn=office.town.inn, granted_by="test")
    client.clear(CLOSING, run_id, ["ask"], downstream=True)
    wait(lambda: state_of(office, asked, "ask") == "awaiting_input", "nobody is asked again")
    answer(office, asked, "Закрыть")
    assert client.wait_run(CLOSING, run_id)["state"] == "success"
    (row,) = history(office.town.warehouse, office.town.inn)
    end: date = (office.first_day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    assert (row["changed_by"], row["through_after"]) == ("admin", end)


@pytest.mark.usefixtures("asked")
def test_a_run_by_hand_of_a_closed_month_is_skipped(office: Office) -> None:
    body = {"logical_date": None, "partition_key": month_key(office)}
    run = office.client.ask("POST", f"/dags/{CLOSING}/dagRuns", json=body)
    assert office.client.wait_run(CLOSING, run["dag_run_id"])["state"] == "success"
    assert {state_of(office, run, task) for task in ("covered", "reconcile", "certify", "ask", "close")} == {"skipped"}
    assert len(history(office.town.warehouse, office.town.inn)) == 1
