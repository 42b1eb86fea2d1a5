"""Rows that pages read instead of thousands of others are what those others sum to, after whatever was written."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.decisions.documents import ACCEPTED, NEW, REJECTED, mark
from smena.model.errors import BrokenPromise
from smena.model.window import Window
from smena.reads.documents import Filter, documents, totals
from smena.reconciliation.reconcile import reconcile
from tests.integration.conftest import BuildTown
from tests.integration.decisions.deciding import FIRST, LAST
from tests.integration.test_two_sources import differing
from tests.integration.ui.test_market_pages import market as market
from tests.town import Town

CHANGES = ("amount = amount + 1", "status = 'rejected', status_by = 'a'", "status = 'reversed', status_by = 'rule'")


def difference(town: Town, table: str, key: str, wanted: str) -> list[Any]:
    """Rows of a stored table that differ from the rows of a query, in both directions."""
    return town.sql(
        f"with kept as (select {key} from {table}), wanted as ({wanted})"  # noqa: S608 - of ours
        " (table kept except table wanted) union all (table wanted except table kept)"
    )


def wrong_documents(town: Town) -> list[Any]:
    return difference(
        town, "accounting.documents_of_day where documents <> 0 or amount <> 0 or without_amount <> 0",
        "organization_inn, day, kpp, sales_point, kind, status, source, documents, amount, without_amount",
        "select organization_inn, date, kpp, sales_point, kind, status, source, count(*), coalesce(sum(amount), 0),"
        " count(*) filter (where amount is null) from accounting.document"
        " group by organization_inn, date, kpp, sales_point, kind, status, source",
    )  # fmt: skip


def wrong_coverage(town: Town) -> list[Any]:
    return difference(
        town, "control.covered where not isempty(days)", "organization_inn, product, unit_id, days",
        "select organization_inn, product, unit_id, range_agg(days) from control.coverage"
        " group by organization_inn, product, unit_id",
    )  # fmt: skip


def wrong_verdicts(town: Town) -> list[Any]:
    return difference(
        town, "control.reconciled where not isempty(days)", "organization_inn, kkt_reg_id, days",
        "select organization_inn, kkt_reg_id, range_agg(daterange(day, day + 1)) from control.completeness"
        " group by organization_inn, kkt_reg_id",
    )  # fmt: skip


def marked(town: Town, word: str, wanted: Filter) -> int:
    with town.warehouse.transaction() as transaction:
        return mark(transaction, wanted, status=word, by="anna", reason="a reason").changed


def test_documents_of_both_products_are_counted_by_day_whatever_becomes_of_them(market: Town) -> None:
    inn = market.inn
    assert wrong_documents(market) == []
    assert {kind for (kind,) in market.sql("select kind from accounting.documents_of_day")} >= {"pko", "waybill"}
    for word, wanted in (
        (ACCEPTED, Filter(inn, kind="pko")), (REJECTED, Filter(inn, kind="waybill")), (NEW, Filter(inn, kind="pko")),
        (ACCEPTED, Filter(inn)),
    ):  # fmt: skip
        assert marked(market, word, wanted) > 0
        assert wrong_documents(market) == []


def test_documents_of_decisions_between_two_sources_are_counted(build_town: BuildTown) -> None:
    assert wrong_documents(differing(build_town)) == []


@pytest.mark.parametrize("seed", range(2))
def test_any_change_of_orders_changes_the_sums_by_as_much(town: Town, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    orders = [one for one in town.orders() if one["status"] == "new"]
    before = town.sql("select * from accounting.documents_of_day")
    for _ in range(12):
        one = orders.pop(chance.randrange(len(orders)))
        town.sql(
            f"update accounting.cash_order set {chance.choice(CHANGES)} where document_id = %s",  # noqa: S608 - of ours
            one["document_id"],
        )
        assert wrong_documents(town) == []
    assert town.sql("select * from accounting.documents_of_day") != before


def test_a_document_without_an_amount_is_counted_as_such(market: Town) -> None:
    (waybill,) = market.sql("select document_id from accounting.market_document where kind = 'waybill' limit 1")
    market.sql("update accounting.market_document set amount = null where document_id = %s", waybill[0])
    assert wrong_documents(market) == []
    (row,) = [one for one in totals(market.warehouse, Filter(market.inn)) if one["kind"] == "waybill"]
    assert row["without_amount"] >= 1


FILTERS: tuple[Callable[[Town], Filter], ...] = (
    lambda _: Filter(None),
    lambda town: Filter(town.inns[0]),
    lambda town: Filter(town.inns[0], FIRST, FIRST + timedelta(days=2)),
    lambda town: Filter(None, kind="pko", status="new", source="ofd", kpp=town.orders()[0]["kpp"]),
    lambda _: Filter(None, status="accepted"),
    lambda _: Filter(None, number="1"),
    lambda town: Filter(town.inns[1], number="2", kind="rko"),
)


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_totals_of_a_filter_are_the_sums_of_its_documents(town: Town, number: int) -> None:
    wanted = FILTERS[number](town)
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for one in documents(town.warehouse, wanted):
        count, amount = found.get((one["kind"], one["status"]), (0, Decimal(0)))
        found[one["kind"], one["status"]] = count + 1, amount + one["amount"]
    assert {(one["kind"], one["status"]): (one["documents"], one["amount"]) for one in totals(
        town.warehouse, wanted
    )} == found  # fmt: skip


def test_covered_days_follow_every_change_of_coverage(town: Town) -> None:
    inn, register = town.inns[0], town.sql("select min(unit_id) from control.coverage")[0][0]
    assert wrong_coverage(town) == []
    assert town.sql("select 1 from control.covered") != []
    twice = (
        "insert into control.coverage (organization_inn, product, unit_id, days, evidence, batch_id)"
        " select organization_inn, product, unit_id, days, evidence, batch_id from control.coverage"
        " where organization_inn = %s"
    )
    one_of_two = "delete from control.coverage where ctid in (select min(ctid) from control.coverage group by unit_id)"
    for change, *values in (
        (twice, inn), (one_of_two,), ("update control.coverage set days = days * daterange(null, %s)", LAST),
        ("delete from control.coverage where unit_id = %s", register), ("delete from control.coverage",),
    ):  # fmt: skip
        town.sql(change, *values)
        assert wrong_coverage(town) == [], change
    assert all(isempty for (isempty,) in town.sql("select isempty(days) from control.covered"))


def test_reconciled_days_follow_every_verdict(town: Town) -> None:
    for span in (Window(FIRST, LAST), Window(FIRST, FIRST), Window(FIRST, LAST)):
        reconcile(town.context, town.inns[0], run_id="test", window=span)
        assert wrong_verdicts(town) == []
    town.sql("delete from control.completeness where day = %s", FIRST)
    assert wrong_verdicts(town) == []
    assert town.sql("select 1 from control.reconciled where days @> %s::date", FIRST) == []
    with pytest.raises(BrokenPromise, match="a verdict stays that of its register and day"):
        town.sql("update control.completeness set day = day + 400")


@pytest.mark.parametrize("table", ["accounting.documents_of_day", "control.covered", "control.reconciled"])
def test_no_stored_sum_is_deleted(town: Town, table: str) -> None:
    with pytest.raises(BrokenPromise, match=f"DELETE of {table} is refused"):
        town.sql(f"delete from {table}")  # noqa: S608 - of ours
