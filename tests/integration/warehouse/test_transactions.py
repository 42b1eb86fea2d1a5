"""One transaction at a time: whole or not at all, on connections that are kept, and that may break at any moment."""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from demo.ports import HOST, pick_free_port
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.warehouse import database
from smena.warehouse.database import MOST_IDLE, Transaction, Warehouse, as_json
from smena.warehouse.sql import query
from tests.integration.warehouse.sessions import asked, cut, look, session_of
from tests.invented import ROMASHKA, SOLE_PROPRIETOR, STRANGER, WRONG

SHOP = (ROMASHKA, "Ромашка")
ADD = "insert into control.organization (inn, name, tariff) values (%s, %s, 'other')"
COUNT = "select count(*) from control.organization"


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
    told = {"inn": SHOP[0], "kpp": "", "name": SHOP[1], "tariff": "other", "modifier": None, "timezone": "Asia/Omsk"}
    assert [warehouse.run("organization_add", **told) for _ in range(2)] == [1, 0]
    row = warehouse.row("organizations", inn=SHOP[0])
    assert row is not None
    assert {key: row[key] for key in told} == told
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


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.transaction() as transaction:
        former = session_of(transaction)
    monkeypatch.setattr(database, "LONGEST_IDLE_S", -1.0)
    with warehouse.transaction() as transaction:
        assert session_of(transaction) != former


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
    assert len(warehouse._idle) == MOST_IDLE
    warehouse.close()
    assert warehouse._idle == []


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


@pytest.mark.parametrize(
    ("state", "passes"),
    [
        ("08006", True), ("40001", True), ("40P01", True), ("53200", True), ("53300", True), ("55P03", True),
        ("57014", True), ("57P01", True), ("58030", True), ("54000", False), ("22003", False), ("25006", False),
        ("42501", False), ("XX000", False), ("P0001", False),
    ],
)  # fmt: skip
def test_only_some_classes_of_faults_pass(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, state: str, passes: bool
) -> None:
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
