"""A shop to be loaded from the command line, and its connections as a user writes them down."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from urllib.parse import quote, unquote, urlsplit

from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD
from tests.invented import ROMASHKA
from tests.town import EASY, Town
from tests.unit.cli.commands import Cli, Done

# In the past on whatever day the tests are run: commands read the real clock.
FIRST, LAST = date(2025, 3, 1), date(2025, 3, 8)
MARCH = replace(EASY, first_day=FIRST, last_day=LAST, registers_per_organization=3)

INN, KPP, NAMES = ROMASHKA, "960701001", ("--name", "Ромашка", "--tariff", "uchetny")

WAREHOUSE, KONTUR = "AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_CONN_KONTUR_OFD"


def cli_of(dsn: str, kontur: str | None = None) -> Cli:
    password = unquote(urlsplit(dsn).password or "")
    connections = {WAREHOUSE: dsn} | ({KONTUR: kontur} if kontur else {})
    return Cli(connections, secrets=(password, DEFAULT_PASSWORD, DEFAULT_API_KEY))


def warehouse_as_json(dsn: str) -> str:
    """The same warehouse, written as JSON."""
    parts = urlsplit(dsn)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": parts.hostname,
            "port": parts.port,
            "login": parts.username,
            "password": unquote(parts.password or ""),
            "schema": parts.path.lstrip("/"),
        }
    )


def kontur_as_json(address: str, *, password: str = DEFAULT_PASSWORD, api_key: str = DEFAULT_API_KEY) -> str:
    return json.dumps(
        {
            "conn_type": "http",
            "host": address,
            "login": DEFAULT_LOGIN,
            "password": password,
            "extra": {"api_key": api_key, "auth_base_url": address},
        }
    )


def kontur_as_uri(address: str) -> str:
    login, server = quote(DEFAULT_LOGIN, safe=""), urlsplit(address).netloc
    query = f"api_key={quote(DEFAULT_API_KEY, safe='')}&auth_base_url={quote(address, safe='')}"
    return f"http://{login}:{quote(DEFAULT_PASSWORD, safe='')}@{server}/?{query}"


class Shop:
    """A town and the command line on it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.inn = town.inn
        self.cli = cli_of(town.warehouse.dsn, kontur_as_json(town.sandbox.address))
        self.load_words = ("load", "--inn", self.inn, "--product", "ofd", "--from", str(FIRST), "--to", str(LAST))

    def load(self, **changed: str | None) -> Done:
        """The whole time of the shop, in this process."""
        return self.cli.here(*self.load_words, "--json", **changed)

    def disturb(self, place: int, kind: str, **how: object) -> str:
        """Make the sandbox fail for one register; return its РНМ."""
        register = self.town.register(place)
        self.town.sandbox.faults.add({"kind": kind, "register": register, **how})
        return register

    def is_loaded_right(self) -> bool:
        """Whether accounting holds every shift of the shop, each with its cash."""
        names = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
        truth = {key: [line[name] for name in names] for key, line in self.town.truth().items()}
        fields = {
            (shift["fiscal_drive_number"], shift["shift_number"]): [int(shift[name] * 100) for name in names]
            for shift in self.town.shifts()
        }
        return fields == truth
