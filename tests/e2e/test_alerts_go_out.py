"""A real Airflow sends alerts: in the morning about what is wrong, and at once about a late load."""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from demo.airflow import QUICK, LocalAirflow
from demo.ports import HOST
from demo.postgres import EmbeddedPostgres
from smena.mandates.lifecycle import enable
from smena.mandates.organizations import add_organization
from smena.model.window import MARKET
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.alert_receivers import webhook
from tests.invented import ROMASHKA as INN

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

SECRET = "tajna-tajna-tajna"


def wait(until: Callable[[], bool], what: str, timeout_s: float = 120) -> None:
    ends_at = time.monotonic() + timeout_s
    while not until():
        assert time.monotonic() < ends_at, what
        time.sleep(0.3)


def test_the_morning_message_goes_out_once_and_airflows_own_deadline_reports_a_late_load(
    postgres: EmbeddedPostgres, empty_database: str
) -> None:
    migrate(empty_database)
    warehouse = Warehouse(empty_database)
    # A run of yesterday's morning is due at any hour, and today's may not be.
    two_days_ago = datetime.now(UTC).date() - timedelta(days=2)
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=INN, kpp="960701001", name="ООО «Ромашка»", tariff="uchetny")
        enable(transaction, inn=INN, product=MARKET, start_date=date(2026, 1, 1), changed_by="test")
    metadata = f"airflow_{secrets.token_hex(4)}"
    postgres.create_database(metadata)
    with webhook() as hook, tempfile.TemporaryDirectory(prefix="smena-airflow-") as home:
        channel = {"conn_type": "http", "host": f"http://{HOST}:{hook.port}/hook", "password": SECRET}
        environment = {
            "AIRFLOW_CONN_SMENA_ALERTS": json.dumps(channel),
            "AIRFLOW_CONN_WAREHOUSE": warehouse.dsn.replace("postgresql://", "postgres://", 1),
            "SMENA_SCHEDULE_FROM": two_days_ago.isoformat(),
            # There is no `kontur_market`: the load fails, and not before it was queued.
            "SMENA_LOAD_DEADLINE_MINUTES": "0",
        }
        with LocalAirflow(
            Path(home), metadata_dsn=postgres.dsn(metadata), environment=QUICK | environment, port=0
        ) as airflow:
            client = airflow.client()
            for dag_id in ("alerts", "market_documents"):
                client.wait_dag(dag_id)
            client.unpause("alerts")
            runs = [client.trigger("alerts")["dag_run_id"] for _ in range(2)]
            assert {client.wait_run("alerts", run)["state"] for run in runs} == {"success"}
            daily = [one for one in hook.came if one["kind"] == "daily"]
            assert [one["organization_inn"] for one in daily] == [INN]
            assert daily[0]["alerts"][0]["kind"] == "uncovered"
            logs = "".join(client.task_log("alerts", run, "send") for run in runs)
            assert f"inn={INN}" in logs

            client.unpause("market_documents")
            wait(lambda: any(one["kind"] == "deadline" for one in hook.came), "no alert of the late load")
            late = next(one for one in hook.came if one["kind"] == "deadline")
            assert late["dag_id"] == "market_documents"
            assert late["run_id"] in {run["dag_run_id"] for run in client.runs("market_documents")}
            assert late["text"].startswith("Смена: загрузка market_documents не закончилась вовремя")
        written = [file.read_text(errors="replace") for file in Path(home).rglob("*.log")]
        assert written
        assert not [text for text in (*written, logs) if SECRET in text]
    warehouse.close()
    postgres.drop_database(metadata)
