"""A real Airflow with `SMENA_SAME_DAY=hourly`: the DAG `ofd_today` books closed shifts of today, and covers nothing."""

from __future__ import annotations

import json
import secrets
import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.airflow import QUICK, LocalAirflow
from demo.postgres import EmbeddedPostgres
from demo.rest import AirflowRest
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.mandates.organizations import organization_of
from smena.model.window import Window
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.town import Town, kopecks

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

DAG = "ofd_today"


def run(client: AirflowRest, dag_id: str) -> None:
    """Trigger a DAG and wait until it has succeeded; the message of a failure is the logs of its tasks."""
    run_id = client.trigger(dag_id)["dag_run_id"]
    ended = client.wait_run(dag_id, run_id, timeout_s=300)
    if ended["state"] != "success":
        pytest.fail("\n".join(client.task_log(dag_id, run_id, task) for task in ("plan", "publish", "report")))


def closed_in(town: Town, days: Window) -> dict[tuple[str, int], dict[str, Any]]:
    """Shifts that are closed by now, on one of these days."""
    return {key: line for key, line in town.truth().items() if datetime.fromisoformat(line["closed_at"]).date() in days}


def test_closed_shifts_of_today_are_booked_and_the_morning_changes_nothing_of_them(
    postgres: EmbeddedPostgres, empty_database: str
) -> None:
    migrate(empty_database)
    today = date.today()  # noqa: DTZ011 - a few days more or less are the same world
    first_day = today - timedelta(days=2)
    # Night shifts of six time zones, as far as UTC+10: at any hour of the day some of them have closed.
    world = WorldSettings(
        first_day=first_day, last_day=today + timedelta(days=2), organizations=1, registers_per_organization=6,
        receipts_per_shift=5, corrections_are_dated=True,
    )  # fmt: skip
    world = replace(world.easy(), every_night=1, correction_permille=0)
    metadata = f"airflow_{secrets.token_hex(4)}"
    postgres.create_database(metadata)
    with (
        SandboxServer(SandboxSettings(world=world)) as sandbox,
        tempfile.TemporaryDirectory(prefix="smena-airflow-") as home,
    ):
        town = Town(sandbox, Warehouse(empty_database), first_day)
        kontur = {
            "conn_type": "http", "host": sandbox.address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD,
            "extra": {"auth_base_url": sandbox.address, "api_key": DEFAULT_API_KEY},
        }  # fmt: skip
        environment = {
            "AIRFLOW_CONN_KONTUR_OFD": json.dumps(kontur),
            "AIRFLOW_CONN_WAREHOUSE": empty_database.replace("postgresql://", "postgres://", 1),
            "SMENA_SAME_DAY": "hourly",
        }
        with LocalAirflow(
            Path(home), metadata_dsn=postgres.dsn(metadata), environment=QUICK | environment, port=0
        ) as airflow:
            client = airflow.client()
            client.create_pool("kontur_ofd", 2)
            for dag_id in (DAG, "ofd_z_reports"):
                client.wait_dag(dag_id)
                client.unpause(dag_id)
            days = town.context.days_not_over(organization_of(town.warehouse, town.inn))
            before = closed_in(town, days)
            run(client, DAG)
            booked = {
                (row["fiscal_drive_number"], row["shift_number"]): row
                for row in town.shifts()
                if row["closed_at"].date() in days
            }
            after = closed_in(town, days)
            assert before
            assert before.keys() <= booked.keys() <= after.keys()
            for key, row in booked.items():
                assert row["outcome"] == ("issued" if after[key]["cash_income"] else "no_cash")
                assert kopecks(row["cash_income"]) == after[key]["cash_income"]
            # Today stays wanted: nothing of it is covered, and no gap of it is reported.
            assert not [unit for unit, span in town.covered() if span.upper > days.first_day]
            assert not [gap for gap in town.gaps() if gap["days"].upper > days.first_day]
            of_today = [row for row in town.orders() if row["date"] in days]
            assert of_today
            run(client, "ofd_z_reports")
            assert {row["document_id"]: row for row in of_today}.items() <= {
                row["document_id"]: row for row in town.orders()
            }.items()
        town.warehouse.close()
    postgres.drop_database(metadata)
