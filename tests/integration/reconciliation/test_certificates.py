"""A certificate of completeness is true until anything behind it changes; then the first difference is shown."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer, SandboxSettings
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.reconciliation.canonical import own_hash
from smena.reconciliation.certificate import as_file, certify, of_file, verify
from smena.reconciliation.reconcile import reconcile
from smena.warehouse.database import Warehouse
from smena.warehouse.packing import compress
from tests.town import EASY, FIRST, QuickContext, Town

BuildTown = Callable[..., Town]
SHOP = replace(EASY, every_replaced_drive=2, last_day=date(2025, 12, 20))
PERIOD = Window(FIRST, date(2025, 12, 19))
NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded_shop(postgres: EmbeddedPostgres, migrated: str) -> Iterator[tuple[SandboxServer, str]]:
    """A shop that is loaded and reconciled, to take copies of: the sandbox and the name of the database."""
    name = "certified"
    postgres.create_database(name, template=migrated)
    with SandboxServer(SandboxSettings(world=SHOP, now=NOW)) as sandbox:
        town = Town(sandbox, Warehouse(postgres.dsn(name)), FIRST)
        town.load()
        reconcile(town.context, town.inn, run_id="test", window=PERIOD)
        town.warehouse.close()
        yield sandbox, name
    postgres.drop_database(name)


@pytest.fixture
def town(postgres: EmbeddedPostgres, loaded_shop: tuple[SandboxServer, str]) -> Iterator[Town]:
    """A copy of that shop."""
    sandbox, template = loaded_shop
    name = f"test_{secrets.token_hex(6)}"
    postgres.create_database(name, template=template)
    town = Town.__new__(Town)
    town.sandbox, town.warehouse = sandbox, Warehouse(postgres.dsn(name))
    town.inns = [one.inn for one in sandbox.world.organizations]
    town.context = QuickContext(town.warehouse, town.endpoint, now=sandbox.current_time)
    yield town
    town.warehouse.close()
    postgres.drop_database(name)


def make(town: Town) -> dict[str, Any]:
    return certify(town.warehouse, town.inn, PERIOD, made_by="test", now=NOW)


def tamper(town: Town, statement: str, *parameters: Any) -> None:
    """Change the warehouse past its guards, as an administrator of the server could."""
    tables = ("accounting.shift", "accounting.cash_order", "raw.page")
    for what in ("disable", "enable"):
        for table in tables:
            town.sql(f"alter table {table} {what} trigger user")
        if what == "disable":
            town.sql(statement, *parameters)


def test_a_certificate_counts_what_is_in_the_warehouse_to_the_kopeck(town: Town) -> None:
    entry = make(town)
    shifts = [one for one in town.shifts() if one["closed_at"].date() in PERIOD]
    orders = [one for one in town.orders() if one["date"] in PERIOD]
    assert entry["is_complete"]
    assert (
        sum(row["shifts"] for row in entry["outcomes"]) == len(shifts) == sum(row["shifts"] for row in entry["drives"])
    )
    assert sum(row["orders"] for row in entry["operations"]) == len(orders)
    for kind in ("pko", "rko"):
        issued = sum(order["amount"] for order in orders if order["kind"] == kind)
        assert sum(Decimal(row[kind]) for row in entry["books"]) == issued
    assert all(row["is_contiguous"] for row in entry["drives"])
    assert len({row["fiscal_drive_number"] for row in entry["drives"]}) == 3
    assert own_hash(entry) == entry["sha256"]


@pytest.mark.parametrize("name", ["proof.json", "proof.html"])
def test_a_certificate_is_read_from_its_file_and_verified_from_the_bytes_of_the_evidence(town: Town, name: str) -> None:
    made = make(town)
    reported = of_file(as_file(made, name), name)
    assert reported == made
    found = verify(town.warehouse, reported)
    assert found.difference is None
    assert found.pages == made["evidence"]["pages"] > 0


def test_ordinary_changes_of_the_books_leave_a_certificate_true(town: Town) -> None:
    made = make(town)
    town.sql("update accounting.cash_order set status = 'accepted' where date <= %s", date(2025, 12, 5))
    town.load(FIRST, PERIOD.last_day)
    reconcile(town.context, town.inn, run_id="again", window=PERIOD)
    assert verify(town.warehouse, made).difference is None


AN_ORDER = """
update accounting.cash_order set {} where document_id = (
    select document_id from accounting.cash_order where date = '2025-12-09' order by kind, number limit 1
)
"""
A_SHIFT = """
update accounting.shift set {} where shift_id = (
    select shift_id from accounting.shift where closed_at::date = '2025-12-09' order by kkt_reg_id limit 1
)
"""
ORDER_IS_GONE = """
delete from accounting.cash_order where document_id = (
    select document_id from accounting.cash_order where date = '2025-12-09' order by kind, number limit 1
)
"""
SHIFT_IS_GONE = """
create temporary table gone as
select shift_id from accounting.shift where closed_at::date = '2025-12-09' order by kkt_reg_id limit 1;
delete from accounting.cash_order where shift_id in (select shift_id from gone);
delete from accounting.shift where shift_id in (select shift_id from gone)
"""
A_PAGE = "update raw.page set {} where page_id = (select evidence[1] from accounting.shift limit 1)"
PAGE_IS_GONE = "delete from raw.page where page_id = (select evidence[1] from accounting.shift limit 1)"

DAMAGE = {
    "an order's amount": (AN_ORDER, "amount = amount + 0.01", "pko"),
    "an order's date": (AN_ORDER, "date = date + 1", "books"),
    "an order's account": (AN_ORDER, "debit_account = '51'", "books"),
    "an order's number": (AN_ORDER, "number = 9999", "first_pko"),
    "an order that is reversed": (AN_ORDER, "status = 'reversed'", "books"),
    "an order that is gone": (ORDER_IS_GONE, "", "books"),
    "a shift's cash": (A_SHIFT, "cash_income = cash_income + 1", "cash"),
    "a shift's cards": (A_SHIFT, "cashless_income = cashless_income + 1", "cash"),
    "a shift's end": (A_SHIFT, "closed_at = closed_at + interval '1 s'", "sha256"),
    "a shift's day": (A_SHIFT, "closed_at = closed_at - interval '1 day'", "2025-12-0"),
    "a shift's outcome": (A_SHIFT, "outcome = 'needs_review'", "outcomes"),
    "a shift that is gone": (SHIFT_IS_GONE, "", "books"),
    "a page's bytes": (A_PAGE, "body = '\\x00'", "its bytes are not those that were fetched"),
    "a page's hash": (A_PAGE, "sha256 = sha256('x')", "evidence"),
    "a page that is gone": (PAGE_IS_GONE, "", "evidence"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_any_change_behind_a_certificate_is_shown(town: Town, what: str) -> None:
    made = make(town)
    statement, change, place = DAMAGE[what]
    tamper(town, statement.format(change))
    found = verify(town.warehouse, made)
    assert found.difference is not None
    assert place in found.difference


def test_a_page_that_was_exchanged_for_another_of_its_size_is_shown(town: Town) -> None:
    made = make(town)
    ((page_id, size),) = town.sql(
        "select page_id, body_bytes from raw.page where page_id = (select evidence[1] from accounting.shift limit 1)"
    )
    tamper(town, "update raw.page set body = %s where page_id = %s", compress(b" " * size), page_id)
    assert verify(town.warehouse, made).difference == f"page {page_id}: its bytes are not those that were fetched"


def test_a_difference_that_nothing_explains_leaves_a_period_incomplete(town: Town) -> None:
    statement = """
        insert into control.difference
            (organization_inn, kind, kkt_reg_id, day, amount, cause, is_explained, digest, batch_id)
        select %s, 'two_sources', %s, %s, 1.00, '', %s, %s, min(batch_id) from control.batch
    """
    row = (town.inn, town.register(), PERIOD.first_day)
    town.sql(statement, *row, True, "explained")
    assert make(town)["is_complete"]
    town.sql(statement, *row, False, "unexplained")
    assert not make(town)["is_complete"]


def test_a_shift_that_comes_later_makes_the_certificate_untrue(build_town: BuildTown) -> None:
    town = build_town(SHOP)
    lost = next(iter(town.truth().values()))
    match = {
        "fiscalDriveNumber": lost["fiscal_drive_number"],
        "shiftNumber": lost["shift_number"],
        "type": "closeShift",
    }
    town.sandbox.faults.add({"kind": "drop_document", "match": match})
    town.load()
    reconcile(town.context, town.inn, run_id="test", window=PERIOD)
    made = make(town)
    assert not made["is_complete"]
    assert [row["day"] for row in made["registers"] if row["verdict"] == "missing"] == [lost["closed_at"][:10]]
    town.sandbox.faults.clear()
    town.load()
    assert verify(town.warehouse, made).difference is not None


def test_a_changed_certificate_or_page_is_recognised(town: Town) -> None:
    made = make(town)
    bent = json.loads(json.dumps(made))
    bent["operations"][0]["amount"] = "1.00"
    assert "the certificate itself was changed" in (verify(town.warehouse, bent).difference or "")
    page = as_file(made, "proof.html").replace("Загружено всё".encode(), "Загружено почти всё".encode())
    with pytest.raises(WrongUse, match="shows another thing"):
        of_file(page, "proof.html")
    with pytest.raises(WrongUse, match="no certificate"):
        of_file(b'{"kind": "other"}', "proof.json")


def test_a_period_that_was_not_reconciled_has_no_certificate(town: Town) -> None:
    with pytest.raises(WrongUse, match="were never reconciled — run `smena reconcile"):
        certify(town.warehouse, town.inn, Window(FIRST, date(2025, 12, 20)), made_by="test", now=NOW)


def test_a_period_in_which_nothing_is_loaded_is_not_called_complete(town: Town) -> None:
    before = Window(date(2025, 11, 1), date(2025, 11, 10))
    reconcile(town.context, town.inn, run_id="test", window=before)
    reported = certify(town.warehouse, town.inn, before, made_by="test", now=NOW)
    assert not reported["is_complete"]
    assert "ничего не загружается" in as_file(reported, "proof.html").decode()
