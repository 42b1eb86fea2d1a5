"""`LocalAirflow`: a real Airflow on this machine, with a process per component."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import psycopg2
import requests
from cryptography.fernet import Fernet

from demo.ports import HOST, is_port_free, pick_free_port
from demo.processes import ProcessSupervisor
from demo.repository import REPOSITORY
from demo.rest import AirflowRest
from demo.secrets_file import keep_secrets
from demo.trouble import Trouble

# Users and their roles in Airflow: the administrator; the accountant, who decides, but edits no connection and so is no
# administrator of the pages; the auditor, who only views.
USERS = {"admin": "admin", "accountant": "user", "auditor": "viewer"}

_PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
QUICK = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "5",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
}
"""Settings for tests and measurements, which wait for each task; Airflow uses half a core with them while idle."""
_PREFERRED_PORTS = {"api": 8080, "worker_log": 8793, "trigger_log": 8794}
_START_TIMEOUT_S = 120.0
_LOOK_AGAIN_S = 0.2


class AirflowTrouble(Trouble):
    """Airflow did not start; the message says which part and shows the end of its log."""


class LocalAirflow:
    """Airflow's four components with the LocalExecutor and a metadata database of ours.

    >>> with LocalAirflow(directory, metadata_dsn=server.dsn("airflow"), dags_folder=folder, port=0) as airflow:
    ...     client = airflow.client()
    ...     client.wait_dag("ofd_z_reports")

    As a context manager it is migrated, started and healthy inside the block, and stopped after it.

    Args:
        directory: AIRFLOW_HOME; it also has the ports, secrets, passwords, logs and records of the processes.
        metadata_dsn: libpq address of the metadata database, which exists.
        dags_folder: by default the repository's. The plugins folder is an empty one in `directory`, because the plugin
            comes from the installed package and Airflow refuses it twice.
        environment: further variables for tasks and DAG files: `AIRFLOW_CONN_*`, `SMENA_*`, and overrides of settings
            (`AIRFLOW__SECTION__KEY`).
        parallelism: how many tasks may run at once.
        port: the first port to try for the UI; 0: any.
    """

    def __init__(
        self,
        directory: Path,
        *,
        metadata_dsn: str,
        dags_folder: Path = REPOSITORY / "dags",
        environment: Mapping[str, str] | None = None,
        parallelism: int = 4,
        port: int = _PREFERRED_PORTS["api"],
    ) -> None:
        self.directory = Path(directory).absolute()
        self.processes = ProcessSupervisor(self.directory / "processes")
        self._metadata_dsn = metadata_dsn
        self._dags_folder = dags_folder
        self._own_environment = dict(environment or {})
        self._parallelism = parallelism
        self._preferred_ports = _PREFERRED_PORTS | {"api": port}

    # --- life

    def migrate(self) -> None:
        """Bring the metadata database to this Airflow's schema, which takes seconds, if it is not there yet.

        Raises AirflowTrouble.
        """
        marker = self.directory / "migrated.json"
        if marker.exists() and json.loads(marker.read_text()) == self._schema():
            return
        self._make_directories()
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        done = subprocess.run(  # noqa: S603 - our own interpreter
            command, env=self.environment(), cwd=self.directory, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise AirflowTrouble("`airflow db migrate` failed:\n" + "\n".join(done.stderr.splitlines()[-15:]))
        marker.write_text(json.dumps(self._schema()))

    def start(self) -> None:
        """Start the components that do not run; return before they are ready. The database must be migrated."""
        self._make_directories()
        keep_secrets(self._passwords_file, _PASSWORD_MAKERS)
        if not self.is_running():
            self._choose_ports()
        environment = self.environment()
        for part in _PARTS:
            self.processes.start(
                part, [sys.executable, "-m", "airflow", *self._arguments(part)], environment=environment,
                cwd=self.directory,
            )  # fmt: skip

    def wait_until_healthy(self, timeout_s: float = _START_TIMEOUT_S) -> None:
        """Wait until every component reports itself healthy. Raises AirflowTrouble, at once where one has died."""
        deadline = time.monotonic() + timeout_s
        while not self.is_healthy():
            for part in _PARTS:
                self.processes.require(part)
            if time.monotonic() > deadline:
                reported = "\n".join(f"--- {part}\n{self.processes.last_lines(part, 5)}" for part in _PARTS)
                raise AirflowTrouble(f"Airflow is not healthy after {timeout_s:.0f} s\n{reported}")
            time.sleep(_LOOK_AGAIN_S)

    def stop(self) -> None:
        """End every component and its child processes. Raises ProcessTrouble where something remains."""
        self.processes.end(*self.processes.names())

    def is_running(self) -> bool:
        """Whether any component runs."""
        return any(self.processes.is_running(part) for part in _PARTS)

    def is_healthy(self) -> bool:
        """Whether every component runs and has a recent heartbeat in the database."""
        if not all(self.processes.is_running(part) for part in _PARTS):
            return False
        try:
            answer = requests.get(f"{self.address}/api/v2/monitor/health", timeout=5)
        except requests.RequestException:
            return False
        health = answer.json() if answer.ok else {}
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def __enter__(self) -> LocalAirflow:
        self.migrate()
        self.start()
        try:
            self.wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- how to reach it

    @property
    def address(self) -> str:
        """The address of the UI and the REST API."""
        return f"http://{HOST}:{self._ports()['api']}"

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords by user name: `admin`, `accountant`, `auditor`."""
        return keep_secrets(self._passwords_file, _PASSWORD_MAKERS)

    def client(self, user: str = "admin") -> AirflowRest:
        """Return a client of the REST API, logged in as that user."""
        return AirflowRest(self.address, user, self.passwords[user])

    # --- how it is set

    def environment(self) -> dict[str, str]:
        """The environment of Airflow's processes: that of this process, the settings, and `environment`."""
        kept = keep_secrets(
            self.directory / "secrets.json",
            {"fernet_key": _invent_fernet_key, "jwt_secret": _invent_secret, "secret_key": _invent_secret},
        )
        ports = self._ports()
        settings: dict[str, dict[str, object]] = {
            "core": {
                "executor": "LocalExecutor",
                "parallelism": self._parallelism,
                "max_active_tasks_per_dag": self._parallelism,
                "dags_folder": self._dags_folder,
                "plugins_folder": self.directory / "plugins",
                # The button "Test" of a connection. Airflow disables it by default, because with it a user who may edit
                # connections can send requests to any address from the API server.
                "test_connection": "Enabled",
                "load_examples": False,
                "default_task_retry_delay": 10,
                "dags_are_paused_at_creation": True,
                "fernet_key": kept["fernet_key"],
                "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
                "simple_auth_manager_users": ",".join(f"{user}:{role}" for user, role in USERS.items()),
                "simple_auth_manager_passwords_file": self._passwords_file,
                "execution_api_server_url": f"{self.address}/execution/",
                # Without a DNS look-up, which is slow where the DNS does not know the machine's name.
                "hostname_callable": "socket.gethostname",
            },
            "database": {"sql_alchemy_conn": self._metadata_dsn.replace("postgresql://", "postgresql+psycopg2://", 1)},
            "api": {"host": HOST, "port": ports["api"], "base_url": self.address, "secret_key": kept["secret_key"]},
            "api_auth": {"jwt_secret": kept["jwt_secret"]},
            # Seconds between two looks of the idle scheduler into the database, so a task waits two seconds at most.
            # While something runs it does not sleep.
            "scheduler": {
                "scheduler_idle_sleep_time": 2,
                "pool_metrics_interval": 60,
                "ti_metrics_interval": 300,
                "dagrun_metrics_interval": 300,
                "catchup_by_default": False,
            },
            # A worker may notice the end of a failed task only at its next heartbeat, by default after five seconds.
            "workers": {"min_heartbeat_interval": 1},
            # A changed file is parsed at the next look into the folder, an unchanged one only every ten minutes,
            # because each parse starts a process.
            "dag_processor": {
                "refresh_interval": 30,
                "bundle_refresh_check_interval": 30,
                "min_file_process_interval": 600,
                "parsing_processes": 1,
            },
            "logging": {
                "worker_log_server_port": ports["worker_log"],
                "trigger_log_server_port": ports["trigger_log"],
                "colored_console_log": False,
            },
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW"))}
        return {
            **inherited,
            "AIRFLOW_HOME": str(self.directory),
            # `config/` holds airflow_local_settings, which preloads the heavy libraries where workers are forked.
            "PYTHONPATH": str(REPOSITORY / "config"),
            "PYTHONUNBUFFERED": "1",
            **{
                f"AIRFLOW__{section.upper()}__{name.upper()}": str(value)
                for section, options in settings.items()
                for name, value in options.items()
            },
            **self._own_environment,
        }

    def _make_directories(self) -> None:
        (self.directory / "plugins").mkdir(parents=True, exist_ok=True)

    def _schema(self) -> list[str | None]:
        """Return the version of Airflow and the revision of the database."""
        with closing(psycopg2.connect(self._metadata_dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('alembic_version') IS NOT NULL")
            exists = cursor.fetchone()
            if exists == (True,):
                cursor.execute("SELECT version_num FROM alembic_version")
            found = cursor.fetchone() if exists == (True,) else None
        return [version("apache-airflow-core"), found[0] if found else None]

    def _arguments(self, part: str) -> list[str]:
        return [part, "--host", HOST, "--port", str(self._ports()["api"])] if part == "api-server" else [part]

    @property
    def _passwords_file(self) -> Path:
        return self.directory / "passwords.json"

    @property
    def _ports_file(self) -> Path:
        return self.directory / "ports.json"

    def _ports(self) -> dict[str, int]:
        if not self._ports_file.exists():
            self._choose_ports()
        ports: dict[str, int] = json.loads(self._ports_file.read_text())
        return ports

    def _choose_ports(self) -> None:
        """Choose the ports of the last start where they are free, else the first free ones."""
        self.directory.mkdir(parents=True, exist_ok=True)
        last = json.loads(self._ports_file.read_text()) if self._ports_file.exists() else {}
        ports: dict[str, int] = {}
        for name, preferred in self._preferred_ports.items():
            kept = last.get(name)
            port = kept if kept and is_port_free(kept) else pick_free_port(preferred)
            ports[name] = pick_free_port() if port in ports.values() else port
        self._ports_file.write_text(json.dumps(ports))


def _invent_fernet_key() -> str:
    return Fernet.generate_key().decode()


def _invent_secret() -> str:
    # HS512 needs at least 64 bytes.
    return secrets.token_urlsafe(64)


def _invent_password() -> str:
    return secrets.token_hex(8)


_PASSWORD_MAKERS = dict.fromkeys(USERS, _invent_password)
