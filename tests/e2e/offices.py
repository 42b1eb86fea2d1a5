"""A real Airflow with FAB's users and the roles of Smena, before a warehouse of two organisations."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import requests

from demo.airflow import QUICK, LocalAirflow
from demo.postgres import EmbeddedPostgres
from demo.rest import AirflowRest
from demo.state import ACCOUNTING_ZONE
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings
from smena.airflow.roles import ACCOUNTANT, AUDITOR, ENGINEER
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.town import EASY, Town

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
PEOPLE = {"admin": "Admin", "auditor": AUDITOR, "accountant": ACCOUNTANT, "engineer": ENGINEER}
DAYS = 12
ROLES_AND_ADMINISTRATOR = """
import sys
from smena.airflow.roles import make_roles
assert all(role.is_new for role in make_roles())
from airflow.providers.fab.www.security_appless import ApplessAirflowSecurityManager
from airflow.utils.session import create_session
from werkzeug.security import generate_password_hash
with create_session() as session:
    manager = ApplessAirflowSecurityManager(session=session)
    admin = manager.find_role("Admin")
    kept = generate_password_hash(sys.argv[1])
    assert manager.add_user("admin", "Anna", "Petrova", "admin@example.org", admin, hashed_password=kept)
"""


@dataclass(frozen=True)
class Offices:
    """A running Airflow. The first organisation is granted to auditor, accountant and engineer, both to admin."""

    airflow: LocalAirflow
    town: Town
    passwords: dict[str, str]
    first_day: date

    @property
    def granted(self) -> str:
        return self.town.inns[0]

    @property
    def other(self) -> str:
        return self.town.inns[1]

    def client(self, name: str) -> AirflowRest:
        """The REST API as this person."""
        return AirflowRest(self.airflow.address, name, self.passwords[name])

    def token(self, name: str) -> str:
        fields = {"username": name, "password": self.passwords[name]}
        answer = requests.post(f"{self.airflow.address}/auth/token", json=fields, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def run(self, *words: str) -> str:
        """Run a command that knows Airflow's database; return its standard output."""
        done = subprocess.run(
            [sys.executable, *words], env=self.airflow.environment(), cwd=self.airflow.directory,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@contextmanager
def offices(postgres: EmbeddedPostgres) -> Iterator[Offices]:
    today = datetime.now(ACCOUNTING_ZONE).date()
    first_day = today - timedelta(days=DAYS)
    world = replace(EASY, first_day=first_day, last_day=today + timedelta(days=1), organizations=2)
    metadata, books = f"airflow_{secrets.token_hex(4)}", f"books_{secrets.token_hex(4)}"
    for name in (metadata, books):
        postgres.create_database(name)
    migrate(postgres.dsn(books))
    with (
        SandboxServer(SandboxSettings(world=world)) as sandbox,
        tempfile.TemporaryDirectory(prefix="smena-airflow-") as home,
    ):
        town = Town(sandbox, Warehouse(postgres.dsn(books)), first_day)
        town.load(inn=town.inns[0])
        kontur = {
            "conn_type": "http", "host": sandbox.address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD,
            "extra": {"auth_base_url": sandbox.address, "api_key": DEFAULT_API_KEY},
        }  # fmt: skip
        environment = {
            "AIRFLOW_CONN_KONTUR_OFD": json.dumps(kontur),
            "AIRFLOW_CONN_WAREHOUSE": postgres.dsn(books).replace("postgresql://", "postgres://", 1),
            "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        }
        airflow = LocalAirflow(Path(home), metadata_dsn=postgres.dsn(metadata), environment=QUICK | environment, port=0)
        passwords = {name: secrets.token_hex(8) for name in PEOPLE}
        with airflow:
            office = Offices(airflow, town, passwords, first_day)
            _let_in(office)
            yield office
        town.warehouse.close()
    for name in (metadata, books):
        postgres.drop_database(name)


def _let_in(office: Offices) -> None:
    """Make the roles by our command, the administrator in the same process, the others by FAB's REST API."""
    office.run("-c", ROLES_AND_ADMINISTRATOR, office.passwords["admin"])
    headers = {"Authorization": f"Bearer {office.token('admin')}"}
    for name, role in PEOPLE.items():
        if name != "admin":
            person = {
                "username": name, "email": f"{name}@example.org", "first_name": name, "last_name": name,
                "roles": [{"name": role}], "password": office.passwords[name],
            }  # fmt: skip
            url = f"{office.airflow.address}/auth/fab/v1/users"
            answer = requests.post(url, json=person, headers=headers, timeout=30)
            assert answer.ok, answer.text
        inn = None if name == "admin" else office.granted
        office.town.warehouse.run("page_user_grant", user_name=name, inn=inn, granted_by="test")
