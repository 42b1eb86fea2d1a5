"""Login by OpenID Connect with deploy/oidc/webserver_config.py as it is: a real Airflow, a provider on 127.0.0.1."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from demo.airflow import QUICK, LocalAirflow
from demo.ports import HOST
from demo.postgres import EmbeddedPostgres
from demo.repository import REPOSITORY
from smena.airflow.roles import ACCOUNTANT, AUDITOR, ENGINEER
from smena.warehouse.migrating import migrate
from tests.e2e.offices import FAB
from tests.e2e.openid import Login, OpenIdProvider
from tests.integration.cli.shop import INN, KPP, NAMES, WAREHOUSE, cli_of
from tests.unit.cli.commands import Cli, Done

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

CONFIG = REPOSITORY / "deploy" / "oidc" / "webserver_config.py"
PAGE = "/smena/documents"
API_SERVER = "api-server"


@dataclass(frozen=True)
class Entrance:
    """Airflow's api-server with login by the provider, and a warehouse with one organisation."""

    airflow: LocalAirflow
    provider: OpenIdProvider
    cli: Cli

    @property
    def address(self) -> str:
        return self.airflow.address

    def log_in(self, login: Login) -> requests.Session:
        """A browser that has gone through the login, wherever it ended."""
        self.provider.login = login
        browser = requests.Session()
        browser.get(f"{self.address}/auth/login/oidc", timeout=60)
        return browser

    def status(self, browser: requests.Session, path: str = PAGE) -> int:
        return browser.get(self.address + path, timeout=60, allow_redirects=False).status_code

    def log(self) -> str:
        return self.airflow.processes.log_file(API_SERVER).read_text(errors="replace")

    def airflow_knows(self, name: str) -> dict[str, Any] | None:
        """Airflow's own record of a person, as its administrator sees it."""
        answer = self.log_in(person("admin", "smena-admins")).get(
            f"{self.address}/auth/fab/v1/users/{name}", headers={"Accept": "application/json"}, timeout=60
        )
        assert answer.status_code in (200, 404), answer.text
        return dict(answer.json()) if answer.ok else None

    def grant(self, *users: str, token: str) -> Done:
        words = [word for user in users for word in ("--user", user)]
        where = {"SMENA_AIRFLOW_URL": self.address, "SMENA_AIRFLOW_TOKEN": token}
        return self.cli.here("access", "grant", *words, "--inn", INN, "--json", **where)


def person(name: str, *groups: str, **more: Any) -> Login:
    claims = {
        "sub": f"id-of-{name}", "preferred_username": name, "given_name": name.title(), "family_name": "Petrova",
        "email": f"{name}@example.org", "groups": list(groups),
    }  # fmt: skip
    return Login(claims, **more)


@pytest.fixture(scope="module")
def entrance(postgres: EmbeddedPostgres) -> Iterator[Entrance]:
    metadata, books = f"airflow_{secrets.token_hex(4)}", f"books_{secrets.token_hex(4)}"
    for name in (metadata, books):
        postgres.create_database(name)
    migrate(postgres.dsn(books))
    cli = cli_of(postgres.dsn(books))
    assert cli.here("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES).code == 0
    with OpenIdProvider() as provider, tempfile.TemporaryDirectory(prefix="smena-airflow-") as home:
        environment = {
            WAREHOUSE: postgres.dsn(books).replace("postgresql://", "postgres://", 1),
            "AIRFLOW__CORE__AUTH_MANAGER": FAB,
            "AIRFLOW__FAB__CONFIG_FILE": str(CONFIG),
            # Airflow remembers a person's rights for 30 seconds.
            "AIRFLOW__FAB__CACHE_TTL": "0",
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": provider.client_id,
            "OIDC_CLIENT_SECRET": provider.client_secret,
        }
        airflow = LocalAirflow(Path(home), metadata_dsn=postgres.dsn(metadata), environment=QUICK | environment, port=0)
        airflow.migrate()
        _run(airflow, "-m", "smena", "access", "roles")
        _start_api_server(airflow)
        try:
            yield Entrance(airflow, provider, cli)
        finally:
            airflow.stop()
    for name in (metadata, books):
        postgres.drop_database(name)


def _run(airflow: LocalAirflow, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], env=airflow.environment(), cwd=airflow.directory, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def _start_api_server(airflow: LocalAirflow) -> None:
    """The only part of Airflow that has to do with a login."""
    port = str(urlsplit(airflow.address).port)
    command = [sys.executable, "-m", "airflow", "api-server", "--host", HOST, "--port", port, "--proxy-headers"]
    airflow.processes.start(API_SERVER, command, environment=airflow.environment(), cwd=airflow.directory)
    deadline = time.monotonic() + 120
    while True:
        airflow.processes.require(API_SERVER)
        try:
            requests.get(f"{airflow.address}/auth/login/", timeout=30).raise_for_status()
        except requests.RequestException:
            assert time.monotonic() < deadline, airflow.processes.last_lines(API_SERVER, 30)
            time.sleep(0.2)
        else:
            return


def roles(record: dict[str, Any] | None) -> set[str]:
    assert record is not None
    return {role["name"] for role in record["roles"]} - {"Public"}


def test_an_accountant_logs_in_and_is_known_by_name_on_the_pages(entrance: Entrance) -> None:
    assert entrance.cli.here("access", "grant", "--user", "boris", "--inn", INN).code == 0
    anonymous = requests.Session()
    assert entrance.status(anonymous) == 401
    boris = entrance.log_in(person("boris", "smena-accountants", "another-group"))
    answer = boris.get(entrance.address + PAGE, timeout=60)
    assert answer.status_code == 200
    assert INN in answer.text
    assert "boris" in answer.text
    record = entrance.airflow_knows("boris")
    assert roles(record) == {ACCOUNTANT}
    assert record is not None and record["email"] == "boris@example.org"


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["smena-auditors"], {AUDITOR}),
        (["/smena-auditors"], {AUDITOR}),
        ("smena-engineers", {ENGINEER}),
        (["smena-engineers", "smena-accountants"], {ENGINEER, ACCOUNTANT}),
        (["smena-admins"], {"Admin"}),
    ],
)
def test_groups_give_roles(entrance: Entrance, groups: Any, role: set[str]) -> None:
    name = f"person-{secrets.token_hex(3)}"
    login = person(name)
    entrance.log_in(Login({**login.claims, "groups": groups}))
    assert roles(entrance.airflow_knows(name)) == role


@pytest.mark.parametrize(
    "groups", [None, [], ["another-group"], "another-group", {"smena-admins": 1}, [["smena-admins"]]]
)
def test_without_a_group_of_ours_no_page_opens(entrance: Entrance, groups: Any) -> None:
    name = f"person-{secrets.token_hex(3)}"
    claims = {**person(name).claims, "groups": groups}
    browser = entrance.log_in(Login({key: value for key, value in claims.items() if value is not None}))
    assert entrance.status(browser) == 403
    assert entrance.status(browser, "/api/v2/connections") == 403
    assert roles(entrance.airflow_knows(name)) == set()
    assert f"{name} has no role: the claim groups holds" in entrance.log()


def test_a_group_that_was_taken_away_takes_the_role_away_at_the_next_login(entrance: Entrance) -> None:
    assert entrance.status(entrance.log_in(person("vera", "smena-auditors"))) == 200
    assert entrance.status(entrance.log_in(person("vera"))) == 403
    assert roles(entrance.airflow_knows("vera")) == set()


REFUSED: Sequence[tuple[dict[str, Any], str]] = (
    ({"signature": "of another key"}, "bad_signature"),
    ({"signature": "none"}, "Algorithm of 'none' is not allowed"),
    ({"signature": "no token"}, "the provider sent no ID token"),
    ({"token": {"iss": "http://127.0.0.1:1"}}, "Invalid claim: 'iss'"),
    ({"token": {"aud": "another-client"}}, "Missing claim: 'azp'"),
    ({"token": {"aud": "another-client", "azp": "smena-airflow"}}, "the ID token is for another-client"),
    ({"token": {"exp": 1_700_000_000, "iat": 1_699_999_000}}, "The token is expired"),
    ({"token": {"nonce": "another"}}, "Invalid claim: 'nonce'"),
    ({"token": {"nonce": None}}, "Missing claim: 'nonce'"),
    ({"userinfo": {"sub": "id-of-another"}}, "answered about another person"),
    ({"token": {"preferred_username": None}, "userinfo": {"preferred_username": None}}, "no name in the claim"),
    ({"token": {"preferred_username": ""}}, "no name in the claim"),
)


@pytest.mark.parametrize(("how", "why"), REFUSED)
def test_a_login_that_cannot_be_trusted_is_refused(entrance: Entrance, how: dict[str, Any], why: str) -> None:
    name = f"person-{secrets.token_hex(3)}"
    before = len(entrance.log())
    browser = entrance.log_in(person(name, "smena-admins", **how))
    assert why in entrance.log()[before:]
    assert entrance.status(browser) == 401
    assert "_token" not in browser.cookies
    assert entrance.airflow_knows(name) is None


@pytest.mark.parametrize("flaw", ["another state", "no state", "another browser"])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(entrance: Entrance, flaw: str) -> None:
    name = f"person-{secrets.token_hex(3)}"
    entrance.provider.login = person(name, "smena-admins")
    browser = requests.Session()
    to_provider = browser.get(f"{entrance.address}/auth/login/oidc", timeout=60, allow_redirects=False)
    back = requests.get(to_provider.headers["Location"], timeout=60, allow_redirects=False).headers["Location"]
    if flaw == "another state":
        back = re.sub("state=[^&]+", "state=another", back)
    elif flaw == "no state":
        back = re.sub("&state=[^&]+", "", back)
    else:
        browser = requests.Session()
    browser.get(back, timeout=60)
    assert entrance.status(browser) == 401
    assert "_token" not in browser.cookies


def test_behind_a_proxy_with_tls_the_provider_sends_people_back_there(entrance: Entrance) -> None:
    answer = requests.get(
        f"{entrance.address}/auth/login/oidc", timeout=60, allow_redirects=False,
        headers={"X-Forwarded-Proto": "https", "Host": "airflow.example.org"},
    )  # fmt: skip
    assert (
        "redirect_uri=https%3A%2F%2Fairflow.example.org%2Fauth%2Foauth-authorized%2Foidc" in answer.headers["Location"]
    )


def test_the_grant_warns_of_a_person_who_never_logged_in(entrance: Entrance) -> None:
    entrance.log_in(person("galina", "smena-auditors"))
    admin = entrance.log_in(person("admin", "smena-admins")).cookies["_token"]
    done = entrance.grant("galina", "galian", token=admin)
    assert done.code == 0
    assert done.data["unknown_users"] == ["galian"]
    auditor = entrance.log_in(person("galina", "smena-auditors")).cookies["_token"]
    assert "unknown_users" not in entrance.grant("galian", token=auditor).data


def test_the_example_for_compose_sets_what_the_configuration_reads() -> None:
    example = (CONFIG.parent / "docker-compose.override.yml").read_text()
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', CONFIG.read_text()))
    assert read == set(re.findall(r"^ +(OIDC_\w+):", example, re.MULTILINE))
    assert f"./{CONFIG.relative_to(REPOSITORY)}" in example
    assert len(read) == 5
