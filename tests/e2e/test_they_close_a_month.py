"""The load that covers the last day of a month starts its proof, and a person's answer closes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

from demo.postgres import EmbeddedPostgres
from smena.decisions.periods import history
from tests.e2e.conftest import RUNS, Office, new_office

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

LOADS, CLOSING = "ofd_z_reports", "month_closing"
Found = TypeVar("Found")


def wait(look: Callable[[], Found], what: str, timeout_s: float = 120) -> Found:
    ends_at = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < ends_at, what
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def office(postgres: EmbeddedPostgres) -> Iterator[Office]:
    """One of its own: nothing is written into closed days any more."""
    with new_office(postgres) as made:
        yield made


def last_day(office: Office) -> date:
    """The end of the newest month that is over: the books begin within it or before."""
    return office.today.replace(day=1) - timedelta(days=1)


def month_key(office: Office) -> str:
    return f"{office.town.inn}|{last_day(office):%Y-%m}"


@pytest.fixture(scope="module")
def asked(office: Office) -> dict[str, Any]:
    """The run of the first organisation's month, once it asks."""
    client = office.client
    for dag_id in (CLOSING, LOADS):
        client.wait_dag(dag_id)
        client.unpause(dag_id)
    client.wait_runs(LOADS, RUNS, timeout_s=240)
    (run,) = wait(lambda: runs_of(office, month_key(office)), "no run of the month")
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


def started_by_hand(office: Office) -> dict[str, Any]:
    body = {"logical_date": None, "partition_key": month_key(office)}
    run: dict[str, Any] = office.client.ask("POST", f"/dags/{CLOSING}/dagRuns", json=body)
    return run


def test_a_person_is_asked_about_a_month_with_its_proof(office: Office, asked: dict[str, Any]) -> None:
    assert asked["run_type"] == "asset_triggered"
    # The second organisation has a register that may not be read on some days: they are not proved, so nobody is asked.
    assert [run["partition_key"] for run in office.client.runs(CLOSING)] == [month_key(office)]
    assert office.town.sql("select 1 from control.gap where organization_inn = %s", office.town.inns[1])
    path = f"/dags/{CLOSING}/dagRuns/{asked['dag_run_id']}/taskInstances/ask/-1/hitlDetails"
    detail = office.client.ask("GET", path)
    assert detail["subject"].startswith(f"Закрыть {last_day(office):%m.%Y}: ")
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
    again = started_by_hand(office)
    wait(lambda: state_of(office, again, "ask") == "awaiting_input", "nobody is asked again")
    answer(office, again, "Закрыть")
    assert client.wait_run(CLOSING, again["dag_run_id"])["state"] == "success"
    (row,) = history(office.town.warehouse, office.town.inn)
    assert (row["changed_by"], row["through_after"]) == ("admin", last_day(office))


@pytest.mark.usefixtures("asked")
def test_a_run_by_hand_of_a_closed_month_is_skipped(office: Office) -> None:
    run = started_by_hand(office)
    assert office.client.wait_run(CLOSING, run["dag_run_id"])["state"] == "success"
    assert {state_of(office, run, task) for task in ("check", "reconcile", "certify", "ask", "close")} == {"skipped"}
    assert len(history(office.town.warehouse, office.town.inn)) == 1
