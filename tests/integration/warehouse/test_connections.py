"""Connections are kept, bounded and checked before they are used again; they may break at any moment."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import psycopg2
import pytest

from smena.model.errors import PassingFault
from smena.warehouse import engine
from smena.warehouse.database import Transaction, Warehouse
from smena.warehouse.engine import MOST_IDLE
from tests.integration.warehouse.sessions import asked, cut, look, session_of, wait_for
from tests.integration.warehouse.steps import (
    ADD,
    COUNT,
    SHOP,
    Step,
    cutting,
    do,
    failing,
    names,
    saying,
)


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


def test_every_connection_has_the_settings_of_the_project(warehouse: Warehouse) -> None:
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


def _look_from_a_child(warehouse: Warehouse, found: Any) -> None:
    def ask(transaction: Transaction) -> int:
        asked(transaction, "select pg_advisory_xact_lock(1)")
        return session_of(transaction)

    with warehouse.transaction() as transaction:
        first = ask(transaction)
    with warehouse.transaction() as transaction:
        found.put((first, ask(transaction)))
    warehouse.close()


def test_a_forked_process_makes_connections_of_its_own_and_leaves_its_parent_s_alone(warehouse: Warehouse) -> None:
    context = multiprocessing.get_context("fork")
    found = context.Queue()
    with warehouse.transaction() as open_one:
        with warehouse.transaction() as transaction:
            kept = session_of(transaction)
        children = [context.Process(target=_look_from_a_child, args=(warehouse, found)) for _ in range(2)]
        for child in children:
            child.start()
        sessions = [found.get(timeout=20) for _ in children]
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


def test_undoing_on_a_broken_connection_fails(warehouse: Warehouse) -> None:
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


def test_a_warehouse_may_be_made_before_there_is_a_server() -> None:
    warehouse = Warehouse("postgresql://nobody@127.0.0.1:1/nothing")
    warehouse.close()
