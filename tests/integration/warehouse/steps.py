"""Steps of a transaction: what is done in one, by its order, in tests of transactions, faults and connections."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smena.warehouse import database
from smena.warehouse.database import Transaction, Warehouse
from smena.warehouse.sql import query
from tests.integration.warehouse.sessions import asked, cut, look, session_of
from tests.invented import ROMASHKA

SHOP = (ROMASHKA, "Ромашка")
ADD = "insert into control.organization (inn, name, tariff) values (%s, %s, 'other')"
COUNT = "select count(*) from control.organization"


ADDED = {"inn": SHOP[0], "kpp": "", "name": SHOP[1], "tariff": "other", "modifier": None, "timezone": "Asia/Omsk"}

Step = Callable[[Transaction], object]


def saying(statement: str, *parameters: object) -> Step:
    return lambda transaction: asked(transaction, statement, *parameters)


def cutting(warehouse: Warehouse) -> Step:
    return lambda transaction: cut(warehouse.dsn, session_of(transaction))


def failing(error: BaseException) -> Step:
    def fail(_: Transaction) -> None:
        raise error

    return fail


def do(warehouse: Warehouse, *steps: Step) -> list[object]:
    """These steps in one transaction, and what each gave."""
    with warehouse.transaction() as transaction:
        return [step(transaction) for step in steps]


def names(warehouse: Warehouse) -> list[str]:
    return [row[0] for row in look(warehouse.dsn, "select name from control.organization order by name")]


def replace_moment(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The statement `moment` is this text."""
    monkeypatch.setattr(database, "query", lambda name: text if name == "moment" else query(name))
