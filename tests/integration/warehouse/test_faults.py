"""An error of the server is raised as one of ours: PassingFault, WrongUse or BrokenPromise."""

from __future__ import annotations

import secrets
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from demo.ports import HOST, pick_free_port
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.warehouse.database import Warehouse, as_json
from tests.integration.warehouse.sessions import asked, look
from tests.integration.warehouse.steps import (
    ADD,
    ADDED,
    COUNT,
    SHOP,
    do,
    names,
    replace_moment,
    saying,
)
from tests.invented import ROMASHKA, SOLE_PROPRIETOR, WRONG


def test_what_a_constraint_refuses_is_a_broken_promise_and_nothing_is_kept(warehouse: Warehouse) -> None:
    with pytest.raises(BrokenPromise, match="the warehouse refuses"):
        do(warehouse, saying(ADD, *SHOP), saying(ADD, WRONG, "not an INN"))
    with pytest.raises(BrokenPromise, match="history is kept"):
        do(warehouse, saying("delete from accounting.shift"))
    assert names(warehouse) == []


@pytest.mark.parametrize(
    "statement",
    ["select * from accounting.nothing", "select nothing from control.batch", "select accounting.nothing()",
     "select * from nowhere.nothing"],
)  # fmt: skip
def test_a_missing_object_of_the_schema_asks_for_a_migration(warehouse: Warehouse, statement: str) -> None:
    with pytest.raises(WrongUse, match="`smena migrate`"):
        do(warehouse, saying(statement))


def test_a_lock_that_is_not_given_in_time_is_a_fault_that_passes(warehouse: Warehouse) -> None:
    with warehouse.transaction() as first:
        asked(first, "lock table control.organization in access exclusive mode")
        with pytest.raises(PassingFault, match="lock timeout"):
            do(warehouse, saying("set local lock_timeout = '10ms'"), saying(COUNT))


def test_two_that_wait_for_each_other_are_parted_and_one_may_run_again(warehouse: Warehouse) -> None:
    for inn in (SHOP[0], SOLE_PROPRIETOR):
        look(warehouse.dsn, ADD, inn, inn)
    both, update = Barrier(2), "update control.organization set name = 'x' where inn = %s"

    def cross(first: str, second: str) -> type[Exception] | None:
        try:
            with warehouse.transaction() as transaction:
                asked(transaction, "set local deadlock_timeout = '10ms'")
                asked(transaction, update, first)
                both.wait()
                asked(transaction, update, second)
        except PassingFault as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(cross, [SHOP[0], SOLE_PROPRIETOR], [SOLE_PROPRIETOR, SHOP[0]]))
    assert sorted(ends, key=str) == [PassingFault, None]


def test_a_server_that_cannot_be_reached_is_a_fault_that_passes_without_the_password() -> None:
    nowhere = Warehouse(f"postgresql://smena:tajna@{HOST}:{pick_free_port()}/books")
    with pytest.raises(PassingFault, match="Connection refused") as fault:
        nowhere.rows("organizations", inn=None)
    assert "tajna" not in f"{fault.value} {fault.value.__cause__} {nowhere!r}"
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("dsn", ["postgresql://smena:tajna@[host/books", "password=tajna nothing", "tajna"])
def test_an_address_that_cannot_be_read_shows_no_password(dsn: str) -> None:
    with pytest.raises(WrongUse, match="the address of the warehouse cannot be read") as refused:
        Warehouse(dsn).rows("organizations", inn=None)
    assert "tajna" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__context__ is None


def test_an_error_shows_neither_the_statement_s_text_nor_its_parameters(warehouse: Warehouse) -> None:
    given = ADDED | {"inn": WRONG, "name": "Тайное имя"}
    with pytest.raises(BrokenPromise, match="statement organization_add") as refused:
        warehouse.run("organization_add", **given)
    shown = "".join(traceback.format_exception(refused.value)).replace(str(refused.value.__cause__), "")
    assert "Тайное имя" not in shown
    assert "insert into" not in shown


def test_an_error_that_does_not_pass_names_its_statement(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_moment(monkeypatch, "select 1 / 0")
    with pytest.raises(BrokenPromise, match=r"division by zero \(statement moment\)"), warehouse.transaction() as one:
        one.rows("moment")


PASSING = ("08000", "08003", "08006", "08P01", "25P03", "25P04", "40001", "40P01", "53000", "53100", "53200", "53300",
           "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58030")  # fmt: skip
LASTING = ("22001", "22003", "23505", "23514", "25001", "25006", "25P02", "40002", "42501", "42601", "53400", "54000",
           "54001", "55000", "55006", "57P04", "58P01", "P0001", "XX000", "XX001")  # fmt: skip


@pytest.mark.parametrize(("state", "passes"), [*((one, True) for one in PASSING), *((one, False) for one in LASTING)])
def test_only_some_faults_pass(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, state: str, passes: bool) -> None:
    raising = f"do $$ begin raise exception 'no' using errcode = '{state}'; end $$"
    replace_moment(monkeypatch, raising)
    with pytest.raises(PassingFault if passes else BrokenPromise) as raised, warehouse.transaction() as one:
        one.run("moment")
    assert passes or "statement moment" in str(raised.value)


def test_a_row_too_large_for_an_index_does_not_pass(warehouse: Warehouse) -> None:
    # psycopg2 makes an OperationalError of it, as of a server that does not answer.
    do(warehouse, saying(ADD, *SHOP))
    shops = as_json([{"shop_id": secrets.token_hex(8200)}])
    with pytest.raises(BrokenPromise, match=r"index row .*\(statement plan_shops\)"):
        warehouse.run("plan_shops", inn=ROMASHKA, shops=shops, seen_at=datetime.now(UTC))
