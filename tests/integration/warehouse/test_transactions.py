"""One transaction at a time: whole or not at all, and what comes out of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smena.model.errors import BrokenPromise, WrongUse
from smena.warehouse.database import Transaction, Warehouse
from tests.integration.warehouse.sessions import asked, look
from tests.integration.warehouse.steps import (
    ADD,
    ADDED,
    COUNT,
    SHOP,
    do,
    failing,
    names,
    replace_moment,
    saying,
)
from tests.invented import ROMASHKA, SOLE_PROPRIETOR, STRANGER


def test_a_block_that_succeeds_is_committed(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction:
        asked(transaction, ADD, *SHOP)
        assert names(warehouse) == []
    assert names(warehouse) == ["Ромашка"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt(), GeneratorExit(), WrongUse("no")])
def test_a_block_that_fails_leaves_nothing_and_raises_its_error(warehouse: Warehouse, error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        do(warehouse, saying(ADD, *SHOP), failing(error))
    assert raised.value is error
    assert names(warehouse) == []
    with warehouse.transaction() as transaction:
        assert asked(transaction, COUNT) == [(0,)]


def test_what_is_undone_is_gone_and_the_block_goes_on(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction:
        asked(transaction, ADD, *SHOP)
        transaction.undo()
        asked(transaction, ADD, SOLE_PROPRIETOR, "ИП")
    assert names(warehouse) == ["ИП"]


def test_a_statement_says_how_many_rows_it_touched_and_a_query_gives_them_by_name(warehouse: Warehouse) -> None:
    assert [warehouse.run("organization_add", **ADDED) for _ in range(2)] == [1, 0]
    row = warehouse.row("organizations", inn=SHOP[0])
    assert row is not None
    assert {key: row[key] for key in ADDED} == ADDED
    assert warehouse.row("organizations", inn=SOLE_PROPRIETOR) is None
    assert len(warehouse.rows("organizations", inn=None)) == 1


def test_rows_stream_in_order_whatever_the_chunk(warehouse: Warehouse) -> None:
    for inn in (SOLE_PROPRIETOR, ROMASHKA, STRANGER):
        look(warehouse.dsn, ADD, inn, inn)
    whole = [row["inn"] for row in warehouse.rows("organizations", inn=None)]
    for chunk_rows in (1, 2, 3, 100):
        with warehouse.transaction() as transaction:
            assert [row[0] for row in transaction.stream("organizations", chunk_rows=chunk_rows, inn=None)] == whole


def test_nested_work_that_fails_is_undone_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_moment(monkeypatch, "select 1 / 0")

    def fail(transaction: Transaction) -> None:
        with transaction.nested():
            asked(transaction, ADD, SOLE_PROPRIETOR, "ИП")
            with transaction.nested():
                asked(transaction, ADD, STRANGER, "x")
            transaction.rows("moment")

    with warehouse.transaction() as transaction:
        asked(transaction, ADD, *SHOP)
        with pytest.raises(BrokenPromise, match="statement moment"):
            fail(transaction)
    assert names(warehouse) == ["Ромашка"]


def test_a_dry_run_stores_nothing(warehouse: Warehouse) -> None:
    with warehouse.transaction(keep=False) as transaction:
        asked(transaction, ADD, *SHOP)
        assert asked(transaction, COUNT) == [(1,)]
    assert names(warehouse) == []


def test_values_are_read_as_the_driver_reads_them(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Money is decimal, in JSON too; an id is text; a percent sign is doubled in the file and one in the statement."""
    one = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    values = f"""
        select 0.10 as money, '{{"a": 0.10}}'::jsonb as facts, '{one}'::uuid as id, array['{one}'::uuid] as ids,
            '100 %%' as sign, %(given)s as given, date '2025-03-01' as day, null as nothing"""
    replace_moment(monkeypatch, values)
    expected = {
        "money": Decimal("0.10"), "facts": {"a": Decimal("0.10")}, "id": one, "ids": f"{{{one}}}", "sign": "100 %",
        "given": "5 %", "day": date(2025, 3, 1), "nothing": None,
    }  # fmt: skip
    row = warehouse.row("moment", given="5 %")
    assert row == expected
    assert isinstance(row["money"], Decimal)
    with warehouse.transaction() as transaction:
        assert list(transaction.stream("moment", given="5 %")) == [tuple(expected.values())]
    replace_moment(monkeypatch, "select '%%' as sign")
    assert warehouse.rows("moment") == [{"sign": "%"}]
