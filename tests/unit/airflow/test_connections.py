"""A connection is read as Airflow reads it, and what cannot be read is one clear line without a secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from psycopg2.extensions import parse_dsn

from smena.airflow.connections import ConnectionFields, endpoint_from_environment, kind_of, warehouse_from_environment
from smena.model.endpoint import Endpoint
from smena.model.errors import WrongUse

PASSWORD = "tajna/парол@: %"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(text: str | dict[str, Any]) -> Endpoint:
        monkeypatch.setenv("AIRFLOW_CONN_KONTUR_OFD", text if isinstance(text, str) else json.dumps(text))
        return endpoint_from_environment("kontur_ofd")

    return read


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What PostgreSQL's own library understands of the address that a connection becomes."""

    def read(text: str | dict[str, Any]) -> dict[str, str]:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", text if isinstance(text, str) else json.dumps(text))
        return dict(parse_dsn(warehouse_from_environment()))

    return read


# --- what a connection leads to


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("kontur_ofd", {"conn_type": "kontur_ofd"}, "ofd"),
        ("of_shop", {"conn_type": "kontur_market"}, "market"),
        ("kontur_market", {"conn_type": "kontur_ofd"}, "ofd"),
        ("of_shop", {"conn_type": "http", "extra": {"api_key": "key"}}, "ofd"),
        ("kontur_ofd", {"conn_type": "http"}, "ofd"),
        ("kontur_market", {"conn_type": "https"}, "market"),
        ("of_shop", {"conn_type": "http"}, ""),
        ("warehouse", {}, "warehouse"),
        ("books", {"conn_type": "postgres"}, "warehouse"),
        ("smena_alerts", {"conn_type": "smtp"}, ""),
    ],
)
def test_what_a_connection_leads_to_is_decided_by_its_type_its_key_or_its_name(
    name: str, fields: dict[str, Any], kind: str
) -> None:
    assert kind_of(name, ConnectionFields(**fields)) == kind


# --- outside services


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ({"conn_type": "http", "host": "ofd.example"}, "http://ofd.example"),
        ({"conn_type": "http", "host": "ofd.example", "schema": "https"}, "https://ofd.example"),
        ({"conn_type": "http", "host": "ofd.example", "schema": "https", "port": 11002}, "https://ofd.example:11002"),
        ({"conn_type": "http", "host": "ofd.example", "port": "8080"}, "http://ofd.example:8080"),
        ({"conn_type": "http", "host": "https://ofd.example:11002/"}, "https://ofd.example:11002"),
        ({"conn_type": "http", "host": "https://ofd.example/market/", "port": 8443}, "https://ofd.example:8443/market"),
        ({"conn_type": "http", "host": "ofd.example:8080/market"}, "http://ofd.example:8080/market"),
        ({"conn_type": "generic", "host": "ofd.example"}, "https://ofd.example"),
        ({"conn_type": "kontur_ofd", "host": "https://ofd.example"}, "https://ofd.example"),
        ({"conn_type": "kontur_ofd", "host": "ofd.example", "port": 11002}, "https://ofd.example:11002"),
        ({"conn_type": "kontur_market", "host": "http://127.0.0.1:8790/market"}, "http://127.0.0.1:8790/market"),
        ("kontur-ofd://ofd.example:11002", "https://ofd.example:11002"),
        ("kontur_ofd://ofd.example:11002", "https://ofd.example:11002"),
        ("kontur-market://:key@http%3A%2F%2F127.0.0.1%3A8790%2Fmarket", "http://127.0.0.1:8790/market"),
        # As Airflow writes it.
        ("kontur-market://http://:key@127.0.0.1%3A8790%2Fmarket", "http://127.0.0.1:8790/market"),
        ("http://ofd.example", "http://ofd.example"),
        ("https://ofd.example:11002/", "https://ofd.example:11002"),
        ("http://ofd.example/https", "https://ofd.example"),
        ("http://https%3A%2F%2Fofd.example%3A11002", "https://ofd.example:11002"),
    ],
)
def test_the_address_of_a_service(endpoint: Any, text: str | dict[str, Any], base_url: str) -> None:
    assert endpoint(text).base_url == base_url


def test_a_uri_with_the_host_s_own_scheme_is_read_as_airflow_reads_it(endpoint: Any) -> None:
    reported = endpoint("http://https://demo:secret@ofd.example:8443/?api_key=k")
    assert (reported.base_url, reported.login, reported.password) == ("https://ofd.example:8443", "demo", "secret")


@pytest.mark.parametrize(
    "text",
    [
        "http://demo:secret@[::1]:8080",
        {"conn_type": "http", "host": "http://[::1]:8080"},
        {"conn_type": "http", "host": "::1", "port": 8080},
    ],
)
def test_an_ipv6_address_keeps_its_brackets(endpoint: Any, text: str | dict[str, Any]) -> None:
    assert endpoint(text).base_url == "http://[::1]:8080"


def test_all_fields_come_through_json(endpoint: Any) -> None:
    extra = {"api_key": "k", "auth_base_url": "https://api.example"}
    fields = {"conn_type": "http", "host": "ofd.example", "login": "a@b.example", "password": PASSWORD}
    for given in (extra, json.dumps(extra)):
        read = endpoint(fields | {"extra": given})
        assert (read.name, read.login, read.password, dict(read.extra)) == (
            "kontur_ofd",
            "a@b.example",
            PASSWORD,
            extra,
        )


def test_all_fields_come_through_a_uri(endpoint: Any) -> None:
    login = quote("a@b.example", safe="")
    read = endpoint(
        f"http://{login}:{quote(PASSWORD, safe='')}@ofd.example?api_key=k%2B&auth_base_url=https%3A%2F%2Fapi.example"
    )
    assert (read.login, read.password) == ("a@b.example", PASSWORD)
    assert dict(read.extra) == {"api_key": "k+", "auth_base_url": "https://api.example"}


def test_extra_fields_may_be_one_json_in_a_uri(endpoint: Any) -> None:
    read = endpoint(f"http://ofd.example?__extra__={quote(json.dumps({'api_key': 'k', 'n': [1]}))}")
    assert dict(read.extra) == {"api_key": "k", "n": [1]}


def test_a_field_that_is_not_there_is_none(endpoint: Any) -> None:
    read = endpoint({"conn_type": "http", "host": "ofd.example", "login": None, "extra": None})
    assert (read.login, read.password, dict(read.extra)) == (None, None, {})


def test_a_password_of_digits_alone_is_text(endpoint: Any) -> None:
    assert endpoint({"conn_type": "http", "host": "ofd.example", "login": 5, "password": 12345}).password == "12345"


UNREADABLE: list[str | dict[str, Any]] = [
    "{",
    "{]",
    "http://",
    "ofd.example:80",
    "http://tajna:port-none",
    "http://u:tajna/x@ofd.example",
    "http://ofd.example:99999",
    {"conn_type": "http"},
    {"conn_type": "http", "host": ""},
    {"conn_type": "http", "host": "ofd.example", "port": "tajna"},
    {"conn_type": "http", "host": "ofd.example", "extra": "{tajna"},
    {"conn_type": "http", "host": "ofd.example", "extra": 5},
    {"conn_type": "http", "host": "ftp://ofd.example"},
]
UNREADABLE_FURTHER_ON: list[str | dict[str, Any]] = [
    {"conn_type": "http", "host": "ofd.example:tajna"},
    {"conn_type": "http", "host": "http://ofd.example:99999"},
    {"conn_type": "http", "host": 5},
    {"conn_type": "http", "host": "ofd.example", "extra": "5"},
    {"conn_type": "http", "host": "ofd.example", "extra": '"tajna"'},
    "http://ofd.example?__extra__=[1]",
]


@pytest.mark.parametrize("text", [*UNREADABLE, *UNREADABLE_FURTHER_ON], ids=str)
def test_what_cannot_be_read_is_wrong_use_in_one_line_without_a_secret(
    endpoint: Any, text: str | dict[str, Any]
) -> None:
    with pytest.raises(WrongUse) as error:
        endpoint(text)
    assert "tajna" not in str(error.value)
    assert "\n" not in str(error.value)


def test_the_parser_s_complaint_is_not_kept_behind_the_error(endpoint: Any) -> None:
    # The complaint about a port quotes the password it took for one.
    with pytest.raises(WrongUse) as error:
        endpoint("http://u:tajna/x@ofd.example")
    assert "tajna" not in str(error.value.__context__)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_connection_that_is_not_there_is_wrong_use_that_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_KONTUR_OFD", raising=False)
    if text is not None:
        monkeypatch.setenv("AIRFLOW_CONN_KONTUR_OFD", text)
    with pytest.raises(WrongUse, match="AIRFLOW_CONN_KONTUR_OFD"):
        endpoint_from_environment("kontur_ofd")


# --- the warehouse


def test_a_warehouse_is_known_by_its_uri(warehouse: Any) -> None:
    assert warehouse(f"postgres://u%40x:{quote(PASSWORD, safe='')}@db.example:5433/books?sslmode=require") == {
        "host": "db.example",
        "port": "5433",
        "user": "u@x",
        "password": PASSWORD,
        "dbname": "books",
        "sslmode": "require",
    }


def test_a_warehouse_is_known_by_its_json(warehouse: Any) -> None:
    fields = {"conn_type": "postgres", "host": "db.example", "schema": "b/o?k s", "login": "u@x", "password": PASSWORD}
    assert warehouse(fields) == {"host": "db.example", "user": "u@x", "password": PASSWORD, "dbname": "b/o?k s"}


@pytest.mark.parametrize("host", ["/var/run/postgresql", "::1"])
def test_a_warehouse_may_be_at_a_socket_or_an_ipv6_address(warehouse: Any, host: str) -> None:
    read = warehouse({"conn_type": "postgres", "host": host, "schema": "books", "login": "u", "port": 5433})
    assert (read["host"], read["port"], read["dbname"]) == (host, "5433", "books")


def test_options_with_spaces_reach_the_warehouse_as_they_are(warehouse: Any) -> None:
    extra = {"options": "-c statement_timeout=5s", "application_name": "a+b"}
    read = warehouse({"conn_type": "postgres", "host": "db.example", "schema": "books", "extra": extra})
    assert (read["options"], read["application_name"]) == ("-c statement_timeout=5s", "a+b")


def test_a_number_among_the_options_is_not_lost(warehouse: Any) -> None:
    extra = {"connect_timeout": 10}
    read = warehouse({"conn_type": "postgres", "host": "db.example", "schema": "books", "extra": extra})
    assert read["connect_timeout"] == "10"


@pytest.mark.parametrize("fields", [{"host": "db.example"}, {"schema": "books"}, {"host": "", "schema": ""}])
def test_a_warehouse_without_a_host_or_a_database_is_wrong_use(warehouse: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(WrongUse, match="no host or no database"):
        warehouse({"conn_type": "postgres"} | fields)


# --- Airflow's secrets back ends


def test_the_command_line_finds_a_connection_in_airflows_secrets_back_end(tmp_path: Path) -> None:
    secrets = tmp_path / "connections.json"
    secrets.write_text(json.dumps({"kontur_ofd": {"conn_type": "http", "host": "ofd.example", "password": PASSWORD}}))
    code = (
        "from smena.airflow.connections import endpoint_from_environment as find\n"
        "found = find('kontur_ofd')\n"
        "print(found.base_url, found.password)\n"
        "find('kontur_market')"
    )
    environment = {
        "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8",
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(secrets)}),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == f"http://ofd.example {PASSWORD}\n"
    assert done.stderr.splitlines()[-1].endswith(
        "there is no connection `kontur_market` — set AIRFLOW_CONN_KONTUR_MARKET"
    )
    assert PASSWORD not in done.stderr
