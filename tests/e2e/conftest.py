"""A real Airflow, a real warehouse and the sandbox as Kontur: started once, stopped after the last of these tests."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from demo.airflow import QUICK, LocalAirflow
from demo.postgres import EmbeddedPostgres
from demo.rest import AirflowRest
from demo.state import ACCOUNTING_ZONE, DAILY_RUN_AT
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.e2e.telemetry import Telemetry, telemetry
from tests.town import Town

DAYS = 40
RUNS = 3


@dataclass(frozen=True)
class Office:
    """A running Airflow, its warehouse and the sandbox."""

    airflow: LocalAirflow
    client: AirflowRest
    town: Town
    today: date
    telemetry: Telemetry

    @property
    def first_day(self) -> date:
        return self.today - timedelta(days=DAYS)


@pytest.fixture(scope="package")
def office(postgres: EmbeddedPostgres) -> Iterator[Office]:
    with new_office(postgres) as made:
        yield made


@contextmanager
def new_office(postgres: EmbeddedPostgres) -> Iterator[Office]:
    """An office that nobody else works in."""
    # The DAG's day begins at four in the morning: until then the run of yesterday is not due.
    today = (datetime.now(ACCOUNTING_ZONE) - DAILY_RUN_AT).date()
    first_day = today - timedelta(days=DAYS)
    world = WorldSettings(
        first_day=first_day, last_day=today + timedelta(days=2), organizations=2, registers_per_organization=4,
        receipts_per_shift=8, corrections_are_dated=True,
        # A shift that is open overnight leaves yesterday uncovered until it closes.
        every_night=0, every_round_the_clock=0, shift_forgotten_permille=0,
    )  # fmt: skip
    metadata, books = f"airflow_{secrets.token_hex(4)}", f"books_{secrets.token_hex(4)}"
    for name in (metadata, books):
        postgres.create_database(name)
    migrate(postgres.dsn(books))
    with (
        SandboxServer(SandboxSettings(world=world)) as sandbox,
        tempfile.TemporaryDirectory(prefix="smena-airflow-") as home,
        telemetry() as reported,
    ):
        town = Town(sandbox, Warehouse(postgres.dsn(books)), first_day)
        kontur = {
            "conn_type": "http", "host": sandbox.address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD,
            "extra": {"auth_base_url": sandbox.address, "api_key": DEFAULT_API_KEY},
        }  # fmt: skip
        environment = {
            "AIRFLOW_CONN_KONTUR_OFD": json.dumps(kontur),
            "AIRFLOW_CONN_WAREHOUSE": postgres.dsn(books).replace("postgresql://", "postgres://", 1),
            "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "3",
            "SMENA_SCHEDULE_FROM": (today - timedelta(days=RUNS)).isoformat(),
            **reported.environment,
        }
        airflow = LocalAirflow(Path(home), metadata_dsn=postgres.dsn(metadata), environment=QUICK | environment, port=0)
        with airflow:
            client = airflow.client()
            client.create_pool("kontur_ofd", 2)
            yield Office(airflow, client, town, today, reported)
        town.warehouse.close()
    for name in (metadata, books):
        postgres.drop_database(name)
