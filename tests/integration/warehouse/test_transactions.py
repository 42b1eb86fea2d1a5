"""One transaction at a time: whole or not at all, on connections that are kept, and that may break at any moment."""

from __future__ import annotations

import gc
import multiprocessing
import os
import secrets
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier
from typing import Any

import psycopg2
import pytest

from demo.ports import HOST, pick_free_port
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.warehouse import database, engine
from smena.warehouse.database import Transaction, Warehouse, as_json
from smena.warehouse.engine import MOST_IDLE
from smena.warehouse.sql import query
from tests.integration.warehouse.sessions import asked, cut, look, session_of, wait_for
from tests.invented import ROMASHKA, SOLE_PROPRIETOR, STRANGER, WRONG

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


# --- whole or not at all


def test_a_block_that_ends_well_is_kept(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction:
        asked(transaction, ADD, *SHOP)
        assert names(warehouse) == []
    assert names(warehouse) == ["Ромашка"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt(), GeneratorExit(), WrongUse("no")])
def test_a_block_that_ends_badly_leaves_nothing_and_its_error_is_told(
    warehouse: Warehouse, error: BaseException
) -> None:
    with pytest.raises(type(error)) as told:
        do(warehouse, saying(ADD, *SHOP), failing(error))
    assert told.value is error
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


# --- whose fault it is


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
def test_what_is_not_there_asks_for_a_migration(warehouse: Warehouse, statement: str) -> None:
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


# --- connections


def test_a_connection_is_kept_and_used_again(warehouse: Warehouse) -> None:
    sessions = set()
    for _ in range(5):
        with warehouse.transaction() as transaction:
            sessions.add(session_of(transaction))
    assert len(sessions) == 1


def test_a_connection_after_an_error_is_not_used_again(warehouse: Warehouse) -> None:
    (former,) = do(warehouse, session_of)
    assert do(warehouse, session_of) == [former]
    with pytest.raises(ZeroDivisionError):
        do(warehouse, failing(ZeroDivisionError()))
    assert do(warehouse, session_of) != [former]


def test_a_connection_that_is_old_is_not_used_again(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LONGEST_LIFE_S", 0)
    with closing(Warehouse(warehouse.dsn)) as short_lived:
        (former,) = do(short_lived, session_of)
        time.sleep(0.01)
        assert do(short_lived, session_of) != [former]
    assert look(warehouse.dsn, "select count(*) from pg_stat_activity where pid = %s", former) == [(0,)]


def test_where_every_connection_is_in_use_the_next_waits_and_then_is_a_fault_that_passes(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST_IDLE", 1), ("MOST_CONNECTIONS", 2), ("LONGEST_WAIT_S", 0.2)):
        monkeypatch.setattr(engine, name, value)
    with closing(Warehouse(warehouse.dsn)) as narrow:
        with narrow.transaction(), narrow.transaction():
            started = time.monotonic()
            with pytest.raises(PassingFault, match=r"every connection .* is in use — run again later"):
                do(narrow, session_of)
            assert time.monotonic() - started >= 0.2
        assert do(narrow, session_of)


def test_every_connection_has_the_habits_of_the_project(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction:
        habits = [asked(transaction, f"show {name}")[0][0] for name in ("timezone", "lock_timeout", "application_name")]
    assert habits == ["UTC", "10min", "smena"]


def test_settings_of_the_connection_itself_are_not_lost(warehouse: Warehouse) -> None:
    """Airflow's connection may name options of libpq; the project's own are added, not put in their place."""
    own = Warehouse(f"{warehouse.dsn}?options=-c%20statement_timeout%3D5s&application_name=books")
    with own.transaction() as transaction:
        assert asked(transaction, "show timezone") == [("UTC",)]
        assert asked(transaction, "show statement_timeout") == [("5s",)]
        assert asked(transaction, "show application_name") == [("books",)]
    own.close()


def test_a_connection_that_was_cut_between_two_transactions_is_replaced_in_silence(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction:
        former = session_of(transaction)
    cut(warehouse.dsn, former)
    with warehouse.transaction() as transaction:
        asked(transaction, ADD, *SHOP)
        assert session_of(transaction) != former
    assert names(warehouse) == ["Ромашка"]


def test_a_connection_that_is_cut_in_the_middle_is_a_fault_that_passes_and_nothing_is_kept(
    warehouse: Warehouse,
) -> None:
    with pytest.raises(PassingFault, match="the warehouse does not answer"):
        do(warehouse, saying(ADD, *SHOP), cutting(warehouse), saying(COUNT))
    assert names(warehouse) == []
    with warehouse.transaction() as transaction:
        assert asked(transaction, COUNT) == [(0,)]


def test_a_connection_that_is_cut_before_the_commit_is_a_fault_that_passes(warehouse: Warehouse) -> None:
    with pytest.raises(PassingFault, match="the warehouse does not answer"):
        do(warehouse, saying(ADD, *SHOP), cutting(warehouse))
    assert names(warehouse) == []


def test_threads_at_once_have_a_connection_each_and_few_are_kept(warehouse: Warehouse) -> None:
    crowd = MOST_IDLE + 4
    together = Barrier(crowd)

    def work(n: int) -> int:
        with warehouse.transaction() as transaction:
            session = session_of(transaction)
            together.wait()
            asked(transaction, "insert into control.fetched values (%s)", n)
            return session

    look(warehouse.dsn, "create table control.fetched (n integer)")
    with ThreadPoolExecutor(crowd) as pool:
        assert len(set(pool.map(work, range(crowd)))) == crowd
    assert look(warehouse.dsn, "select count(*), sum(n) from control.fetched") == [(crowd, sum(range(crowd)))]
    idle = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    wait_for(warehouse.dsn, f"select ({idle}) = {MOST_IDLE}")
    warehouse.close()
    wait_for(warehouse.dsn, f"select ({idle}) = 0")


def _look_from_a_child(warehouse: Warehouse, told: Any) -> None:
    def ask(transaction: Transaction) -> int:
        asked(transaction, "select pg_advisory_xact_lock(1)")
        return session_of(transaction)

    with warehouse.transaction() as transaction:
        first = ask(transaction)
    with warehouse.transaction() as transaction:
        told.put((first, ask(transaction)))
    warehouse.close()


def test_a_forked_process_makes_connections_of_its_own_and_leaves_its_parent_s_alone(warehouse: Warehouse) -> None:
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    with warehouse.transaction() as open_one:
        with warehouse.transaction() as transaction:
            kept = session_of(transaction)
        children = [context.Process(target=_look_from_a_child, args=(warehouse, told)) for _ in range(2)]
        for child in children:
            child.start()
        sessions = [told.get(timeout=20) for _ in children]
        for child in children:
            child.join()
        asked(open_one, ADD, *SHOP)
    assert [child.exitcode for child in children] == [0, 0]
    assert all(first == second for first, second in sessions)
    assert len({first for first, _ in sessions} | {kept}) == 3
    # The parent's connections outlive its children: the open one has committed, the kept one serves again.
    assert names(warehouse) == ["Ромашка"]
    with warehouse.transaction(), warehouse.transaction() as transaction:
        assert session_of(transaction) == kept


def test_a_child_that_ends_as_a_program_does_leaves_its_parent_s_connections_alone(warehouse: Warehouse) -> None:
    """Its memory is cleared on the way out, as that of a forked worker of Airflow is: nothing of it closes a socket."""
    (kept,) = do(warehouse, session_of)
    child = os.fork()
    if child == 0:
        try:
            (own,) = do(warehouse, session_of)
            warehouse.close()
            gc.collect()
        finally:
            os._exit(0 if own != kept else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert do(warehouse, session_of) == [kept]


def test_a_connection_that_broke_is_broken_for_the_rest_of_its_transaction(warehouse: Warehouse) -> None:
    """Whoever catches the first error meets the same one again: no other connection takes over in the middle."""

    def go_on(transaction: Transaction) -> None:
        with pytest.raises(psycopg2.OperationalError):
            transaction.rows("moment")
        with pytest.raises(psycopg2.InterfaceError):
            asked(transaction, COUNT)
        transaction.rows("moment")

    with pytest.raises(PassingFault, match="the warehouse does not answer"):
        do(warehouse, saying(ADD, *SHOP), cutting(warehouse), go_on)
    assert names(warehouse) == []


def test_nothing_goes_on_where_a_broken_connection_is_undone(warehouse: Warehouse) -> None:
    def undo(transaction: Transaction) -> None:
        with pytest.raises(psycopg2.OperationalError):
            transaction.rows("moment")
        transaction.undo()
        asked(transaction, ADD, *SHOP)

    with pytest.raises(PassingFault, match="the warehouse does not answer"):
        do(warehouse, cutting(warehouse), undo)
    assert names(warehouse) == []


def test_all_connections_are_made_anew_after_the_server_cut_them(warehouse: Warehouse) -> None:
    with warehouse.transaction() as first, warehouse.transaction() as second:
        former = {session_of(first), session_of(second)}
    for session in former:
        cut(warehouse.dsn, session)
    with warehouse.transaction() as first, warehouse.transaction() as second:
        assert former.isdisjoint({session_of(first), session_of(second)})


@pytest.mark.parametrize(
    "statement", [saying(COUNT), lambda transaction: transaction.rows("moment")], ids=["the driver's", "by name"]
)
def test_a_connection_that_breaks_in_nested_work_is_a_fault_that_passes(warehouse: Warehouse, statement: Step) -> None:
    def work(transaction: Transaction) -> None:
        with pytest.raises(PassingFault, match="the warehouse does not answer"), transaction.nested():
            statement(transaction)

    with pytest.raises(PassingFault, match="the warehouse does not answer"):
        do(warehouse, saying(ADD, *SHOP), cutting(warehouse), work)
    assert names(warehouse) == []


def test_nested_work_that_fails_is_undone_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace_moment(monkeypatch, "select 1 / 0")

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


def test_a_dry_run_keeps_nothing(warehouse: Warehouse) -> None:
    with warehouse.transaction(keep=False) as transaction:
        asked(transaction, ADD, *SHOP)
        assert asked(transaction, COUNT) == [(1,)]
    assert names(warehouse) == []


@pytest.mark.parametrize("dsn", ["postgresql://smena:tajna@[host/books", "password=tajna nothing", "tajna"])
def test_an_address_that_cannot_be_read_shows_no_password(dsn: str) -> None:
    with pytest.raises(WrongUse, match="the address of the warehouse cannot be read") as refused:
        Warehouse(dsn).rows("organizations", inn=None)
    assert "tajna" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__context__ is None


def test_an_error_shows_neither_the_statement_s_text_nor_its_parameters(warehouse: Warehouse) -> None:
    told = ADDED | {"inn": WRONG, "name": "Тайное имя"}
    with pytest.raises(BrokenPromise, match="statement organization_add") as refused:
        warehouse.run("organization_add", **told)
    shown = "".join(traceback.format_exception(refused.value)).replace(str(refused.value.__cause__), "")
    assert "Тайное имя" not in shown
    assert "insert into" not in shown


def test_values_are_read_as_the_driver_reads_them(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Money is decimal, in JSON too; an id is text; a percent sign is doubled in the file and one in the statement."""
    one = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    values = f"""
        select 0.10 as money, '{{"a": 0.10}}'::jsonb as told, '{one}'::uuid as id, array['{one}'::uuid] as ids,
            '100 %%' as sign, %(given)s as given, date '2025-03-01' as day, null as nothing"""
    _replace_moment(monkeypatch, values)
    expected = {
        "money": Decimal("0.10"), "told": {"a": Decimal("0.10")}, "id": one, "ids": f"{{{one}}}", "sign": "100 %",
        "given": "5 %", "day": date(2025, 3, 1), "nothing": None,
    }  # fmt: skip
    row = warehouse.row("moment", given="5 %")
    assert row == expected
    assert isinstance(row["money"], Decimal)
    with warehouse.transaction() as transaction:
        assert list(transaction.stream("moment", given="5 %")) == [tuple(expected.values())]
    _replace_moment(monkeypatch, "select '%%' as sign")
    assert warehouse.rows("moment") == [{"sign": "%"}]


def test_a_warehouse_may_be_made_before_there_is_a_server() -> None:
    warehouse = Warehouse("postgresql://nobody@127.0.0.1:1/nothing")
    warehouse.close()


def _replace_moment(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The statement `moment` is this text."""
    monkeypatch.setattr(database, "query", lambda name: text if name == "moment" else query(name))


def test_an_error_that_does_not_pass_names_its_statement(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace_moment(monkeypatch, "select 1 / 0")
    with pytest.raises(BrokenPromise, match=r"division by zero \(statement moment\)"), warehouse.transaction() as one:
        one.rows("moment")


PASSING = ("08000", "08003", "08006", "08P01", "25P03", "25P04", "40001", "40P01", "53000", "53100", "53200", "53300",
           "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58030")  # fmt: skip
LASTING = ("22001", "22003", "23505", "23514", "25001", "25006", "25P02", "40002", "42501", "42601", "53400", "54000",
           "54001", "55000", "55006", "57P04", "58P01", "P0001", "XX000", "XX001")  # fmt: skip


@pytest.mark.parametrize(("state", "passes"), [*((one, True) for one in PASSING), *((one, False) for one in LASTING)])
def test_only_some_faults_pass(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, state: str, passes: bool) -> None:
    raising = f"do $$ begin raise exception 'no' using errcode = '{state}'; end $$"
    _replace_moment(monkeypatch, raising)
    with pytest.raises(PassingFault if passes else BrokenPromise) as raised, warehouse.transaction() as one:
        one.run("moment")
    assert passes or "statement moment" in str(raised.value)


def test_a_row_too_large_for_an_index_does_not_pass(warehouse: Warehouse) -> None:
    # psycopg2 makes an OperationalError of it, as of a server that does not answer.
    do(warehouse, saying(ADD, *SHOP))
    shops = as_json([{"shop_id": secrets.token_hex(8200)}])
    with pytest.raises(BrokenPromise, match=r"index row .*\(statement plan_shops\)"):
        warehouse.run("plan_shops", inn=ROMASHKA, shops=shops, seen_at=datetime.now(UTC))
