"""`smena connections test`, and the hook behind Airflow's button: what is wrong, in the same words, without secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from demo.ports import HOST, pick_free_port
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_MARKET_KEY, DEFAULT_PASSWORD
from sandbox.market.settings import MarketSettings
from smena.airflow.hooks import KonturMarketHook, KonturOfdHook
from smena.warehouse.sql import newest_migration
from tests.integration.cli.shop import FIRST, KONTUR, MARCH, WAREHOUSE, Shop
from tests.town import Town
from tests.unit.cli.commands import Cli

MARKET = "AIRFLOW_CONN_KONTUR_MARKET"
WRONG = "tajna-tajna"

Fields = dict[str, Any]


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    """A shop that Market knows too."""
    return Shop(build_town(MARCH, start=FIRST, behaviour={"market": MarketSettings()}))


def ofd(shop: Shop, **changed: Any) -> Fields:
    address = shop.town.sandbox.address
    extra = {"api_key": DEFAULT_API_KEY, "auth_base_url": address} | changed.pop("extra", {})
    fields = {"conn_type": "kontur_ofd", "host": address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD}
    return fields | {"extra": extra} | changed


def market(shop: Shop, **changed: Any) -> Fields:
    return {"conn_type": "kontur_market", "host": shop.town.sandbox.market_address,
            "password": DEFAULT_MARKET_KEY} | changed  # fmt: skip


def nowhere() -> str:
    return f"http://{HOST}:{pick_free_port()}"


GOOD = "organisations that can be read: 1"
# What is wrong with a connection, the message, and the exit code.
OFD: dict[str, tuple[Callable[[Shop], Fields], str, int]] = {
    "all is well": (ofd, f"the login and the key are accepted, {GOOD}", 0),
    "of type http": (lambda shop: ofd(shop, conn_type="http"), f"the login and the key are accepted, {GOOD}", 0),
    "no host": (lambda shop: ofd(shop, host=""), "connection `kontur_ofd` has no host", 2),
    "no key": (lambda shop: ofd(shop, extra={"api_key": ""}), "connection `kontur_ofd` has no api_key", 2),
    "no password": (lambda shop: ofd(shop, password=None), "connection `kontur_ofd` has no login and password", 2),
    "no certificate": (
        lambda shop: ofd(shop, extra={"certificate_file": "/no/such.pem", "private_key_file": "/no/such.key"}),
        "/no/such.pem", 2,
    ),
    "wrong password": (lambda shop: ofd(shop, password=WRONG), "the login is refused", 3),
    "wrong key": (lambda shop: ofd(shop, extra={"api_key": WRONG}), "the login is accepted, the key is not", 3),
    "nothing at the address of the login": (
        lambda shop: ofd(shop, extra={"auth_base_url": nowhere()}),
        "the address of the login (auth_base_url) does not answer", 3,
    ),
    "another service": (
        lambda shop: ofd(shop, host=shop.town.sandbox.market_address),
        "the address of the data (host) is of another service", 3,
    ),
    "nothing at the address of the data": (
        lambda shop: ofd(shop, host=nowhere()), "the address of the data (host) does not answer", 3,
    ),
}  # fmt: skip
MARKETS: dict[str, tuple[Callable[[Shop], Fields], str, int]] = {
    "all is well": (market, f"the key is accepted, {GOOD}", 0),
    "of type http": (lambda shop: market(shop, conn_type="http"), f"the key is accepted, {GOOD}", 0),
    "no key": (lambda shop: market(shop, password=None), "connection `kontur_market` has no key", 2),
    "wrong key": (lambda shop: market(shop, password=WRONG), "check the connection's key", 3),
    "another service": (
        lambda shop: market(shop, host=shop.town.sandbox.address),
        "the address of Kontur.Market (host) is of another service", 3,
    ),
    "nothing at the address": (
        lambda shop: market(shop, host=nowhere()), "the address of Kontur.Market (host) does not answer", 3,
    ),
}  # fmt: skip


def said(cli: Cli, name: str, **changed: str | None) -> tuple[str, int]:
    done = cli.here("connections", "test", name, "--json", **changed)
    (one,) = done.data["connections"]
    assert one["ok"] is (done.code == 0)
    assert WRONG not in done.out + done.err
    return one["message"], done.code


@pytest.mark.parametrize(("fields", "expected", "code"), OFD.values(), ids=OFD)
def test_kontur_ofd(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fields: Callable[[Shop], Fields], expected: str, code: int
) -> None:
    reported = json.dumps(fields(shop))
    message, ended = said(shop.cli, "kontur_ofd", **{KONTUR: reported})
    assert expected in message
    assert ended == code
    monkeypatch.setenv(KONTUR, reported)
    assert KonturOfdHook().test_connection() == (code == 0, message)


@pytest.mark.parametrize(("fields", "expected", "code"), MARKETS.values(), ids=MARKETS)
def test_kontur_market(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fields: Callable[[Shop], Fields], expected: str, code: int
) -> None:
    reported = json.dumps(fields(shop))
    message, ended = said(shop.cli, "kontur_market", **{MARKET: reported})
    assert expected in message
    assert ended == code
    monkeypatch.setenv(MARKET, reported)
    assert KonturMarketHook().test_connection() == (code == 0, message)


def test_a_key_that_sees_no_organisation_is_of_no_use(shop: Shop) -> None:
    for kind in ("organization", "marketOrganization"):
        shop.town.sandbox.faults.add({"kind": "drop_document", "match": {"type": kind}, "times": 9})
    for name, variable, fields in (("kontur_ofd", KONTUR, ofd(shop)), ("kontur_market", MARKET, market(shop))):
        message, code = said(shop.cli, name, **{variable: json.dumps(fields)})
        assert "the key sees no organisation" in message
        assert code == 3


def test_the_warehouse_says_its_schema_or_what_it_lacks(shop: Shop, empty_database: str) -> None:
    message, code = said(shop.cli, "warehouse")
    assert (message.startswith("PostgreSQL 18."), code) == (True, 0)
    assert message.endswith(f"its schema is {newest_migration()}")
    message, code = said(shop.cli, "warehouse", **{WAREHOUSE: empty_database})
    assert "run `smena migrate`" in message
    assert code == 2
    message, code = said(shop.cli, "warehouse", **{WAREHOUSE: f"postgresql://smena:{WRONG}@{nowhere()[7:]}/books"})
    assert "the warehouse does not answer" in message
    assert code == 3


def test_without_a_name_it_is_the_warehouse_and_what_switched_on_integrations_use(shop: Shop) -> None:
    done = shop.cli.here("connections", "test", "--json")
    assert {one["connection"]: one["ok"] for one in done.data["connections"]} == {"warehouse": True, "kontur_ofd": True}
    shop.cli.here("organization", "set", "--inn", shop.inn, "ofd_connection=kontur_of_shop")
    done = shop.cli.here("connections", "test", "--json")
    assert done.code == 2
    assert {one["connection"]: one["ok"] for one in done.data["connections"]} == {
        "warehouse": True, "kontur_of_shop": False,
    }  # fmt: skip
    assert "AIRFLOW_CONN_KONTUR_OF_SHOP" in done.data["connections"][1]["message"]


def test_before_anything_is_switched_on_it_is_the_connections_that_are_set_or_both(known: Cli, shop: Shop) -> None:
    done = known.here("connections", "test", "--json", **{MARKET: json.dumps(market(shop))})
    assert [one["connection"] for one in done.data["connections"]] == ["warehouse", "kontur_market"]
    assert done.code == 0
    done = known.here("connections", "test", "--json")
    assert [one["connection"] for one in done.data["connections"]] == ["warehouse", "kontur_ofd", "kontur_market"]
    assert done.code == 2


def test_a_connection_of_another_type_cannot_be_tested(shop: Shop) -> None:
    reported = json.dumps({"conn_type": "smtp", "host": "mail.example", "password": WRONG})
    message, code = said(shop.cli, "smena_alerts", AIRFLOW_CONN_SMENA_ALERTS=reported)
    assert "of no type that can be tested" in message
    assert code == 2
