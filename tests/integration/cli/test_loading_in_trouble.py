"""`smena load` while something outside fails, or the connections are wrong: nothing is lost, and no secret is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.ports import HOST, pick_free_port
from tests.integration.cli.shop import KONTUR, WAREHOUSE, Shop, kontur_as_json, warehouse_as_json
from tests.invented import ROMASHKA
from tests.unit.cli.commands import Done

SECRET = "tajna"


def in_one_line(done: Done, code: int) -> str:
    """The error's line, which is on both streams, without the secret that these tests write into connections."""
    assert done.code == code, done.err
    assert SECRET not in done.out + done.err
    assert done.data == {"error": done.error, "exit_code": code}
    return done.error


# --- outside systems


def test_an_unreachable_kontur_is_exit_3_and_run_again(shop: Shop) -> None:
    nowhere = f"http://{HOST}:{pick_free_port()}"
    output = in_one_line(shop.load(**{KONTUR: kontur_as_json(nowhere)}), 3)
    assert "the connection broke" in output and "run again" in output
    assert shop.town.shifts() == []
    assert shop.load().code == 0
    assert shop.is_loaded_right()


@pytest.mark.parametrize("kind", ["html", "cut_json", "reset"])
def test_kontur_that_answers_nonsense_to_the_login_is_exit_3(shop: Shop, kind: str) -> None:
    shop.town.sandbox.faults.add({"kind": kind, "method": "authenticate-by-pass"})
    in_one_line(shop.load(), 3)


def test_one_register_that_fails_is_exit_3_and_the_rest_is_published(shop: Shop) -> None:
    register = shop.disturb(1, "status", status=500)
    output = in_one_line(shop.load(), 3)
    assert "is published, but a part could not be read" in output and "run again" in output
    truth = {line["kkt_reg_id"] for line in shop.town.truth().values()}
    assert {shift["kkt_reg_id"] for shift in shop.town.shifts()} == truth - {register}
    assert [(gap["unit_id"], gap["reason"]) for gap in shop.town.gaps()] == [(register, "failed")]
    shop.town.sandbox.faults.clear()
    assert shop.load().code == 0
    assert shop.is_loaded_right()
    assert shop.town.gaps() == []


def test_a_wrong_password_or_key_is_exit_3_and_names_the_connection(shop: Shop) -> None:
    address = shop.town.sandbox.address
    output = in_one_line(shop.load(**{KONTUR: kontur_as_json(address, password=SECRET)}), 3)
    assert "the login is refused" in output and "check the connection's login" in output
    output = in_one_line(shop.load(**{KONTUR: kontur_as_json(address, api_key=SECRET)}), 3)
    assert "401" in output and "api_key" in output
    assert shop.town.shifts() == []


def test_a_warehouse_that_goes_away_is_exit_3(shop: Shop) -> None:
    nowhere = f"postgresql://smena:{SECRET}@{HOST}:{pick_free_port()}/books"
    output = in_one_line(shop.load(**{WAREHOUSE: nowhere}), 3)
    assert "the warehouse does not answer" in output and "run again" in output


def test_an_organisation_that_the_key_does_not_see_is_exit_3(shop: Shop) -> None:
    other = ROMASHKA
    words = ("--inn", other, "--kpp", "960701001", "--name", "Чужая", "--tariff", "uchetny")
    shop.cli.here("organization", "add", *words)
    shop.town.enable(shop.town.sandbox.world.settings.first_day, other)
    output = in_one_line(shop.cli.here(*(other if word == shop.inn else word for word in shop.load_words), "--json"), 3)
    assert f"no organisation with INN {other}" in output and "give the integrator's key access" in output


def test_a_batch_with_too_many_rejects_publishes_nothing_and_waits_for_a_person(shop: Shop) -> None:
    fault = {"kind": "patch_document", "match": {"type": "closeShift"}, "set": {"dateTime": "yesterday"}}
    shop.town.sandbox.faults.add(fault)
    output = in_one_line(shop.load(), 1)
    assert "publishes nothing" in output and "control.quarantine" in output
    assert shop.town.shifts() == []
    shop.town.sandbox.faults.clear()
    shop.load()
    assert shop.is_loaded_right()


def test_even_where_an_error_comes_from_is_shown_without_the_secret(shop: Shop) -> None:
    wrong = kontur_as_json(shop.town.sandbox.address, password=SECRET)
    done = shop.cli.run("plan", "--inn", shop.inn, "--debug", **{KONTUR: wrong})
    assert "Traceback" in done.err and "RefusedLogin" in done.err
    assert SECRET not in done.out + done.err


# --- connections


def test_a_connection_that_is_missing_is_wrong_use_and_names_its_variable(shop: Shop) -> None:
    assert in_one_line(shop.load(**{KONTUR: None}), 2) == f"there is no connection `kontur_ofd` — set {KONTUR}"
    assert in_one_line(shop.load(**{WAREHOUSE: " "}), 2) == f"there is no connection `warehouse` — set {WAREHOUSE}"
    shop.cli.here("organization", "set", "--inn", shop.inn, "ofd_connection=ofd_of_ours")
    output = in_one_line(shop.load(), 2)
    assert output == "there is no connection `ofd_of_ours` — set AIRFLOW_CONN_OFD_OF_OURS"


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
}


@pytest.mark.parametrize("case", KONTUR_CONNECTIONS)
def test_a_connection_to_kontur_that_cannot_be_used_is_wrong_use_in_a_line_without_its_secret(
    loaded: Shop, case: str
) -> None:
    reported = KONTUR_CONNECTIONS[case]
    if isinstance(reported, dict):
        reported = json.dumps({"conn_type": "http"} | reported)
    in_one_line(loaded.cli.here("plan", "--inn", loaded.inn, "--json", **{KONTUR: reported}), 2)


def test_a_key_with_a_line_break_is_wrong_use_in_a_line_without_it(loaded: Shop) -> None:
    data = kontur_as_json(loaded.town.sandbox.address, api_key=f"{SECRET}\n")
    in_one_line(loaded.cli.here("plan", "--inn", loaded.inn, "--json", **{KONTUR: data}), 2)


WAREHOUSE_CONNECTIONS: dict[str, Any] = {
    "cut JSON": f'{{"host": "127.0.0.1", "password": "{SECRET}',
    "a password with a slash": f"postgres://u:{SECRET}/x@127.0.0.1/books",
    "a port of letters": {"host": "127.0.0.1", "schema": "books", "port": SECRET},
    "a port out of range": {"host": "127.0.0.1", "schema": "books", "login": "u", "password": SECRET, "port": 99999},
    "no database": {"host": "127.0.0.1", "login": "u", "password": SECRET},
    "an open bracket": {"host": "[::1", "schema": "books", "login": "u", "password": SECRET},
    "a word after a bracket": {"host": "[::1]x", "schema": "books", "login": "u", "password": SECRET},
    "a database that is a list": {"host": "127.0.0.1", "schema": [SECRET], "login": "u", "password": SECRET},
}


@pytest.mark.parametrize("case", WAREHOUSE_CONNECTIONS)
def test_a_connection_to_the_warehouse_that_cannot_be_used_is_wrong_use_in_a_line_without_its_secret(
    loaded: Shop, case: str
) -> None:
    reported = WAREHOUSE_CONNECTIONS[case]
    if isinstance(reported, dict):
        reported = json.dumps({"conn_type": "postgres"} | reported)
    for words in (("integration", "status", "--json"), ("migrate", "--json")):
        in_one_line(loaded.cli.here(*words, **{WAREHOUSE: reported}), 2)


@pytest.mark.parametrize("extra", [{"cursor": "dictcursor"}, {"iam": False, "redshift": False}, {"sslmode": "prefer"}])
def test_what_airflow_s_own_postgres_connection_may_hold_does_not_hinder(loaded: Shop, extra: dict[str, Any]) -> None:
    data = json.loads(warehouse_as_json(loaded.town.warehouse.dsn)) | {"extra": extra}
    for words in (("integration", "status"), ("migrate",)):
        done = loaded.cli.here(*words, **{WAREHOUSE: json.dumps(data)})
        assert done.code == 0, done.err
