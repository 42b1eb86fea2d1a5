"""`Stack`: all parts of the demo, and the order in which they start and end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demo.airflow import LocalAirflow
from demo.kontur import Hello, LocalKontur
from demo.ports import HOST
from demo.postgres import USER, EmbeddedPostgres
from demo.processes import ProcessSupervisor
from demo.repository import REPOSITORY
from demo.rest import AirflowRest
from demo.shell_env import write_env
from demo.signing import keep_head
from demo.state import DemoState, keep_state
from demo.trouble import Trouble

Say = Callable[[str], None]

DAG_ID = "ofd_z_reports"
DAILY = (DAG_ID, "market_documents")
# Unpaused, so that a person can start a backfill.
DAGS_FOR_PEOPLE = ("integration_backfill",)
PRODUCT, MARKET = "ofd", "market"
# Slots, which limit the requests to the APIs across all runs and organisations.
POOLS = {"kontur_ofd": 2, "kontur_market": 1}

_METADATA, _WAREHOUSE = "airflow", "warehouse"
# After a power cut the demo may lose its last transactions, but stays consistent.
_POSTGRES_SETTINGS = {"synchronous_commit": "off", "max_wal_size": "2GB"}


class CommandFailed(Trouble):
    """A command of the product failed; the message is its own."""


class Stack:
    """PostgreSQL, the sandbox and Airflow, in one directory.

    Args:
        directory: has all data; a second start uses them again.
        say: called with a line at each step.
    """

    def __init__(self, directory: Path, say: Say = print) -> None:
        self.directory = Path(directory).absolute()
        self._say = say
        self._supervisor = ProcessSupervisor(self.directory / "processes")
        self.postgres = EmbeddedPostgres(self.directory / "postgres", settings=_POSTGRES_SETTINGS)
        self.kontur = LocalKontur(self.directory, self._supervisor)

    # --- life

    def start(self) -> tuple[LocalAirflow, Hello]:
        """Start what does not run; return when Airflow is healthy and the organisations are switched on."""
        state = keep_state(self.directory)
        self.start_postgres()
        hello = self.kontur.start(state)
        self._say(f"Kontur's sandbox answers at {hello.address}")
        airflow = self.airflow(hello, state)
        with ThreadPoolExecutor(max_workers=2) as side_by_side:
            organizations = side_by_side.submit(self.prepare_warehouse, hello, state)
            side_by_side.submit(self.start_airflow, airflow).result()
            organizations.result()
        airflow.wait_until_healthy()
        self._say(f"Airflow is healthy at {airflow.address}")
        return airflow, hello

    def start_postgres(self) -> None:
        """Start the server and make its two databases."""
        self.postgres.start()
        for name in (_METADATA, _WAREHOUSE):
            self.postgres.create_database(name)
        self._say(f"PostgreSQL listens on {HOST}:{self.postgres.port}")

    def prepare_warehouse(self, hello: Hello, state: DemoState) -> None:
        """Make the warehouse's schema, register the sandbox's organisations and switch their integrations on."""
        self.smena(hello, "migrate")
        data = json.loads(self.smena(hello, "integration", "status", "--json"))["integrations"]
        on = {(row["organization_inn"], row["product"]) for row in data if row["state"] == "on"}
        for one in hello.organizations:
            if (one["inn"], PRODUCT) not in on:
                self.switch_on(hello, one, state.start_date.isoformat())
            if (one["inn"], MARKET) not in on:
                start = state.start_date.isoformat()
                self.smena(hello, "integration", "enable", "--inn", one["inn"], "--product", MARKET, "--from", start)
            self._say(f"{one['name']} (ИНН {one['inn']}) is switched on from {state.start_date}, OFD and Market")
        self.grant_pages(hello)

    def grant_pages(self, hello: Hello) -> None:
        """Grant access on the pages: to the accountant all organisations but the last, to the other users all."""
        inns = [one["inn"] for one in hello.organizations]
        his = [word for inn in inns[: max(len(inns) - 1, 1)] for word in ("--inn", inn)]
        self.smena(hello, "access", "grant", "--user", "admin", "--user", "auditor", "--all")
        self.smena(hello, "access", "grant", "--user", "accountant", *his)

    def switch_on(self, hello: Hello, one: dict[str, Any], start: str) -> None:
        """Register an organisation and its head's certificate, and switch it on with the mandate signed by the head."""
        head, certificate = keep_head(self.directory / "heads", one["inn"], one["name"])
        text, signature = certificate.with_suffix(".mandate.txt"), certificate.with_suffix(".mandate.p7s")
        who, what = ("--inn", one["inn"]), ("--product", PRODUCT, "--from", start)
        reported = ("--kpp", one["kpp"] or "", "--name", one["name"], "--tariff", "uchetny")
        self.smena(hello, "organization", "add", *who, *reported)
        self.smena(hello, "certificate", "add", *who, str(certificate))
        self.smena(hello, "integration", "mandate", *who, *what, "--out", str(text))
        signature.write_bytes(head.sign(text.read_bytes()))
        self.smena(hello, "integration", "enable", *who, *what, "--signature", str(signature))

    def start_airflow(self, airflow: LocalAirflow) -> None:
        """Migrate the metadata database if needed, then start Airflow's components."""
        if not airflow.is_running():
            airflow.migrate()
        airflow.start()

    def stop(self) -> None:
        """End everything that was started here. Raises ProcessTrouble or PostgresTrouble where something remains."""
        self.airflow().stop()
        self._supervisor.end(*self._supervisor.names())
        self.postgres.stop()

    # --- what it consists of

    def airflow(self, hello: Hello | None = None, state: DemoState | None = None) -> LocalAirflow:
        """Return Airflow; without `hello` and `state` it can be inspected and stopped, but not started."""
        environment = self.connections(hello) if hello else {}
        if state:
            environment["SMENA_SCHEDULE_FROM"] = state.schedule_from.isoformat()
        dsn = self.postgres.dsn(_METADATA) if hello else ""
        return LocalAirflow(self.directory / "airflow", metadata_dsn=dsn, environment=environment)

    def connections(self, hello: Hello) -> dict[str, str]:
        """Return `AIRFLOW_CONN_*`, the same for Airflow's tasks and for the command line."""
        kontur_ofd = {
            "conn_type": "kontur_ofd",
            "host": hello.address,
            "login": hello.login,
            "password": hello.password,
            "extra": {"auth_base_url": hello.address, "api_key": hello.api_key},
        }
        kontur_market = {
            "conn_type": "kontur_market",
            "host": hello.market["address"],
            "password": hello.market["api_key"],
        }
        warehouse = {
            "conn_type": "postgres",
            "host": HOST,
            "port": self.postgres.port,
            "schema": _WAREHOUSE,
            "login": USER,
            "password": self.postgres.password,
        }
        values = {"KONTUR_OFD": kontur_ofd, "KONTUR_MARKET": kontur_market, "WAREHOUSE": warehouse}
        return {f"AIRFLOW_CONN_{name}": json.dumps(fields) for name, fields in values.items()}

    def write_env(self, airflow: LocalAirflow, hello: Hello) -> Path:
        """Write `.demo/env`, with which `smena` works on the demo's data and starts runs in the demo's Airflow."""
        return write_env(
            self.directory,
            {
                **self.connections(hello),
                "SMENA_AIRFLOW_URL": airflow.address,
                "SMENA_AIRFLOW_USER": "admin",
                "SMENA_AIRFLOW_PASSWORD": airflow.passwords["admin"],
            },
        )

    def show_connections(self, client: AirflowRest, hello: Hello) -> None:
        """Add the same connections under Admin → Connections, where each can be viewed and tested."""
        for variable, fields in self.connections(hello).items():
            name = variable.removeprefix("AIRFLOW_CONN_").lower()
            client.keep_connection(
                name, json.loads(fields), f"The demo's tasks take it from {variable}, not from here."
            )

    def warehouse_dsn(self) -> str:
        """The libpq address of the warehouse."""
        return self.postgres.dsn(_WAREHOUSE)

    def smena(self, hello: Hello, *arguments: str) -> str:
        """Run a command of the product and return its output. Raises CommandFailed for exit codes above 1 (waiting)."""
        environment = {**os.environ, **self.connections(hello)}
        command = [sys.executable, "-m", "smena", *arguments]
        done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode not in (0, 1):
            raise CommandFailed(f"`smena {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr.strip()}")
        return done.stdout
