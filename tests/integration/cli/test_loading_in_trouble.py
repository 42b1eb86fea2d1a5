"""`smena load` while something outside fails, or the connections are wrong: nothing is lost, and no secret is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.ports import HOST, pick_free_port
from sandbox import DEFAULT_API_KEY
from tests.integration.cli.shop import KONTUR, WAREHOUSE, Shop, kontur_as_json
from tests.unit.cli.commands import Done

SECRET = "tajna"


def in_one_line(done: Done, code: int) -> str:
    """The error's line, told on both streams, without the secret that these tests write into connections."""
    assert done.code == code, done.err
    assert SECRET not in done.out + done.err
    assert done.data == {"error": done.error, "exit_code": code}
    return done.error


# --- outside systems


def test_kontur_out_of_reach_is_exit_3_and_run_again(shop: Shop) -> None:
    nowhere = f"http://{HOST}:{pick_free_port()}"
    told = in_one_line(shop.load(**{KONTUR: kontur_as_json(nowhere)}), 3)
    assert "the connection broke" in told and "run again" in told
    assert shop.town.shifts() == []
    assert shop.load().code == 0
    assert shop.is_loaded_right()


@pytest.mark.parametrize("kind", ["html", "cut_json", "reset"])
def test_kontur_that_answers_nonsense_to_the_login_is_exit_3(shop: Shop, kind: str) -> None:
    shop.town.sandbox.faults.add({"kind": kind, "method": "authenticate-by-pass"})
    in_one_line(shop.load(), 3)


def test_one_register_that_fails_is_exit_3_and_the_rest_is_published(shop: Shop) -> None:
    register = shop.spoil(1, "status", status=500)
    told = in_one_line(shop.load(), 3)
    assert "is published, but a part could not be read" in told and "run again" in told
    truth = {line["kkt_reg_id"] for line in shop.town.truth().values()}
    assert {shift["kkt_reg_id"] for shift in shop.town.shifts()} == truth - {register}
    assert [(gap["kkt_reg_id"], gap["reason"]) for gap in shop.town.gaps()] == [(register, "failed")]
    shop.town.sandbox.faults.clear()
    assert shop.load().code == 0
    assert shop.is_loaded_right()
    assert shop.town.gaps() == []


def test_a_wrong_password_or_key_is_exit_3_and_names_the_connection(shop: Shop) -> None:
    address = shop.town.sandbox.address
    told = in_one_line(shop.load(**{KONTUR: kontur_as_json(address, password=SECRET)}), 3)
    assert "the login is refused" in told and "check the connection's login" in told
    told = in_one_line(shop.load(**{KONTUR: kontur_as_json(address, api_key=SECRET)}), 3)
    assert "401" in told and "api_key" in told
    assert shop.town.shifts() == []


def test_a_warehouse_that_goes_away_is_exit_3(shop: Shop) -> None:
    nowhere = f"postgresql://smena:{SECRET}@{HOST}:{pick_free_port()}/books"
    told = in_one_line(shop.load(**{WAREHOUSE: nowhere}), 3)
    assert "the warehouse does not answer" in told and "run again" in told


def test_an_organisation_that_the_key_does_not_see_is_exit_3(shop: Shop) -> None:
    other = "7707083893"
    words = ("--inn", other, "--kpp", "770701001", "--name", "Чужая", "--tariff", "uchetny")
    shop.cli.here("organization", "add", *words)
    shop.town.enable(shop.town.sandbox.world.settings.first_day, other)
    told = in_one_line(shop.cli.here(*(other if word == shop.inn else word for word in shop.load_words), "--json"), 3)
    assert f"no organisation with INN {other}" in told and "give the integrator's key access" in told


# --- connections


def test_a_connection_that_is_missing_is_wrong_use_and_names_its_variable(shop: Shop) -> None:
    assert in_one_line(shop.load(**{KONTUR: None}), 2) == f"there is no connection `kontur_ofd` — set {KONTUR}"
    assert in_one_line(shop.load(**{WAREHOUSE: " "}), 2) == f"there is no connection `warehouse` — set {WAREHOUSE}"
    shop.cli.here("organization", "set", "--inn", shop.inn, "ofd_connection=ofd_of_ours")
    told = in_one_line(shop.load(), 2)
    assert told == "there is no connection `ofd_of_ours` — set AIRFLOW_CONN_OFD_OF_OURS"


def test_a_connection_may_be_the_organisation_s_own(shop: Shop) -> None:
    shop.cli.here("organization", "set", "--inn", shop.inn, "ofd_connection=ofd_of_ours")
    own = {KONTUR: None, "AIRFLOW_CONN_OFD_OF_OURS": shop.cli.connections[KONTUR]}
    assert shop.load(**own).code == 0
    assert shop.is_loaded_right()


KONTUR_CONNECTIONS: dict[str, Any] = {
    "cut JSON": f'{{"host": "ofd.example", "password": "{SECRET}',
    "a password with a slash": f"http://u:{SECRET}/x@ofd.example/",
    "an open bracket": f"http://u:{SECRET}@[::1/",
    "no connection at all": f'"{SECRET}"',
    "a port of letters": {"host": "ofd.example", "port": SECRET, "login": "u", "password": SECRET},
    "a port of letters behind the host": {"host": f"ofd.example:{SECRET}", "login": "u", "password": SECRET},
    "a host that is a list": {"host": [SECRET], "login": "u", "password": SECRET},
    "extra that is no JSON": {"host": "ofd.example", "login": "u", "password": SECRET, "extra": SECRET},
    "extra that is a list": {"host": "ofd.example", "login": "u", "password": SECRET, "extra": [SECRET]},
    "no key": {"host": "ofd.example", "login": "u", "password": SECRET},
    "no password": {"host": "ofd.example", "login": "u", "extra": {"api_key": SECRET}},
    "another protocol": {"host": "ftp://ofd.example", "login": "u", "password": SECRET, "extra": {"api_key": SECRET}},
    "a line break in the key": {"host": "ofd.example", "login": "u", "password": "p", "extra": {"api_key": f"{SECRET}\n"}},  # fmt: skip
}


@pytest.mark.parametrize("case", KONTUR_CONNECTIONS)
def test_a_connection_to_kontur_that_cannot_be_used_is_wrong_use_in_a_line_without_its_secret(
    shop: Shop, case: str
) -> None:
    told = KONTUR_CONNECTIONS[case]
    if isinstance(told, dict):
        told.setdefault("conn_type", "http")
        if case == "a line break in the key":
            address = shop.town.sandbox.address
            told = json.loads(kontur_as_json(address, api_key=f"{SECRET}\n"))
    done = shop.load(**{KONTUR: told if isinstance(told, str) else json.dumps(told)})
    in_one_line(done, 2)
    assert DEFAULT_API_KEY not in done.err


WAREHOUSE_CONNECTIONS: dict[str, Any] = {
    "cut JSON": f'{{"host": "db.example", "password": "{SECRET}',
    "a password with a slash": f"postgres://u:{SECRET}/x@db.example/books",
    "a port of letters": {"host": "db.example", "schema": "books", "port": SECRET},
    "a port out of range": {"host": "db.example", "schema": "books", "login": "u", "password": SECRET, "port": 99999},
    "no database": {"host": "db.example", "login": "u", "password": SECRET},
    "an open bracket": {"host": "[::1", "schema": "books", "login": "u", "password": SECRET},
    "a word after a bracket": {"host": "[::1]x", "schema": "books", "login": "u", "password": SECRET},
    "a database that is a list": {"host": "db.example", "schema": [SECRET], "login": "u", "password": SECRET},
    "a password that is a list": {"host": "db.example", "schema": "books", "login": "u", "password": [SECRET]},
}


@pytest.mark.parametrize("case", WAREHOUSE_CONNECTIONS)
def test_a_connection_to_the_warehouse_that_cannot_be_used_is_wrong_use_in_a_line_without_its_secret(
    shop: Shop, case: str
) -> None:
    told = WAREHOUSE_CONNECTIONS[case]
    if isinstance(told, dict):
        told.setdefault("conn_type", "postgres")
    text = told if isinstance(told, str) else json.dumps(told)
    for words in (("integration", "status", "--json"), ("migrate", "--json")):
        in_one_line(shop.cli.here(*words, **{WAREHOUSE: text}), 2)


@pytest.mark.parametrize("extra", [{"cursor": "dictcursor"}, {"iam": False, "redshift": False}, {"sslmode": "prefer"}])
def test_what_airflow_s_own_postgres_connection_may_hold_does_not_hinder(shop: Shop, extra: dict[str, Any]) -> None:
    from tests.integration.cli.shop import warehouse_as_json

    told = json.loads(warehouse_as_json(shop.town.warehouse.dsn)) | {"extra": extra}
    for words in (("integration", "status"), ("migrate",)):
        done = shop.cli.here(*words, **{WAREHOUSE: json.dumps(told)})
        assert done.code == 0, done.err
