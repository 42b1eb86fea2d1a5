"""Pages are kept in partitions by month, which are made when they are needed and are as protected as the whole."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import psycopg2
import pytest

from smena.mandates.organizations import add_organization
from smena.warehouse import ledger
from smena.warehouse.database import Warehouse
from smena.warehouse.pages import PageStore
from smena.warehouse.sql import query
from tests.integration.warehouse.sessions import look
from tests.invented import ROMASHKA as INN

MARCH = datetime(2025, 3, 2, 4, 5, tzinfo=UTC)
EAST = timezone(timedelta(hours=11))


@pytest.fixture
def batch(warehouse: Warehouse) -> int:
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=INN, kpp="960701001", name="Ромашка", tariff="other")
        batch_id, _ = ledger.open_batch(
            transaction, inn=INN, product="ofd", run_id="test", reason="asked", detail="totals", horizon=MARCH.date()
        )
    return batch_id


def add(store: PageStore) -> int:
    return store.add(
        fetch_id=1,
        unit_id=None,
        method="x",
        address="https://ofd.example/x",
        status=200,
        fetched_at=MARCH,
        body=b"{}",
    )


def months(warehouse: Warehouse) -> list[str]:
    rows = look(
        warehouse.dsn,
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'raw.page'::regclass order by 1",
    )
    return [name for (name,) in rows]


def this_and_next() -> list[str]:
    today = datetime.now(UTC).replace(day=1)
    return [f"raw.page_{day:%Y_%m}" for day in (today, today + timedelta(days=32))]


def test_a_page_goes_to_the_month_in_which_it_came_and_the_next_one_is_made_ahead(
    warehouse: Warehouse, batch: int
) -> None:
    before = datetime.now(UTC)
    page_id = add(PageStore(warehouse, batch))
    reported = look(warehouse.dsn, "select tableoid::regclass::text from raw.page where page_id = %s", page_id)
    assert reported == [(this_and_next()[0],)]
    assert months(warehouse) == this_and_next()
    assert page_id // 10**10 == int(f"{before:%y%m}")
    assert page_id < 2**53


@pytest.mark.parametrize(
    ("moment", "month", "first", "end"),
    [
        (datetime(2025, 3, 1, tzinfo=UTC), "raw.page_2025_03", 2503, 2504),
        (datetime(2025, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC), "raw.page_2025_03", 2503, 2504),
        # The month is that of UTC, whatever the zone of the moment.
        (datetime(2025, 4, 1, 10, 59, tzinfo=EAST), "raw.page_2025_03", 2503, 2504),
        (datetime(2025, 1, 31, 12, tzinfo=UTC), "raw.page_2025_01", 2501, 2502),
        (datetime(2024, 12, 31, 23, tzinfo=UTC), "raw.page_2024_12", 2412, 2501),
        (datetime(2099, 12, 1, tzinfo=UTC), "raw.page_2099_12", 9912, 10001),
    ],
)
def test_a_month_holds_the_ids_that_begin_with_it(
    warehouse: Warehouse, moment: datetime, month: str, first: int, end: int
) -> None:
    for _ in range(2):
        look(warehouse.dsn, "set time zone 'Pacific/Auckland'; select raw.make_month(%s)", moment)
    bounds = look(warehouse.dsn, "select pg_get_expr(relpartbound, oid) from pg_class where oid = %s::regclass", month)
    assert bounds == [(f"FOR VALUES FROM ('{first}0000000000') TO ('{end}0000000000')",)]


def test_many_at_once_make_a_month_once(warehouse: Warehouse, batch: int) -> None:
    together = threading.Barrier(6)

    def one(_: int) -> int:
        together.wait()
        return add(PageStore(warehouse, batch))

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 6
    assert months(warehouse) == this_and_next()


def test_a_month_ahead_waits_for_nobody(warehouse: Warehouse, batch: int) -> None:
    """A load that writes to control.batch for minutes does not stop pages; the month is made the next time."""
    look(warehouse.dsn, "select raw.make_month(now())")
    with closing(psycopg2.connect(warehouse.dsn)) as loading, loading.cursor() as cursor:
        cursor.execute("update control.batch set summary = '{}'")
        add(PageStore(warehouse, batch))
        assert months(warehouse) == this_and_next()[:1]
    add(PageStore(warehouse, batch))
    assert months(warehouse) == this_and_next()


@pytest.mark.parametrize(
    "statement", ["update {} set body = ''", "delete from {}", "truncate {}"], ids=["update", "delete", "truncate"]
)
def test_a_month_is_as_protected_as_the_whole_table(warehouse: Warehouse, batch: int, statement: str) -> None:
    add(PageStore(warehouse, batch))
    with pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="history is kept"):
        look(warehouse.dsn, statement.format(this_and_next()[0]))


def test_a_month_has_the_indexes_and_constraints_of_the_whole_table(warehouse: Warehouse, batch: int) -> None:
    add(PageStore(warehouse, batch))
    month = this_and_next()[0]
    for role in ("smena_loader", "smena_accountant", "smena_auditor"):
        assert look(warehouse.dsn, "select has_table_privilege(%s, %s, 'select')", role, month) == [(False,)]
    assert look(warehouse.dsn, "select relrowsecurity from pg_class where oid = %s::regclass", month) == [(True,)]
    assert look(
        warehouse.dsn, "select attstorage from pg_attribute where attrelid = %s::regclass and attname = 'body'", month
    ) == [("e",)]
    constraints = look(
        warehouse.dsn, "select contype::text from pg_constraint where conrelid = %s::regclass and contype <> 'n'", month
    )
    assert sorted(constraints) == [("c",), ("f",), ("p",)]


@pytest.mark.parametrize("role", ["smena_accountant", "smena_auditor"])
def test_who_may_only_read_makes_no_month(warehouse: Warehouse, role: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        look(warehouse.dsn, f"set role {role}; select raw.make_month(now())")


@pytest.mark.parametrize("statement", ["certify_evidence", "certify_pages", "proof_from_receipts"])
def test_the_pages_of_shifts_are_looked_up_by_an_index(warehouse: Warehouse, statement: str) -> None:
    """However many months there are, and whatever the planner thinks of them."""
    for month in range(1, 13):
        look(warehouse.dsn, "select raw.make_month(%s)", datetime(2025, month, 5, tzinfo=UTC))
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(f"explain {query(statement)}", {"inn": INN, "first_day": MARCH.date(), "last_day": MARCH.date()})
        text = "\n".join(line for (line,) in cursor.fetchall())
    assert text.count("page_2025") >= 12
    assert "Seq Scan on page_2025" not in text


def test_a_page_is_looked_up_in_its_month_alone(warehouse: Warehouse) -> None:
    for month in range(1, 13):
        look(warehouse.dsn, "select raw.make_month(%s)", datetime(2025, month, 5, tzinfo=UTC))
    for wanted in ("page_id = 25070000000001", "page_id = any('{25070000000001,25070000000002}')"):
        plan = look(warehouse.dsn, f"set enable_seqscan = off; explain select body from raw.page where {wanted}")  # noqa: S608
        text = "\n".join(line for (line,) in plan)
        assert "page_2025_07_pkey" in text
        assert text.count("page_2025") <= 2, text
