"""The cost of one organisation's pages depends on its own rows, not on those of all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from smena.warehouse.sql import query
from tests.town import Town

MANY = 20_000


@pytest.fixture
def crowded(town: Town) -> Town:
    """The second organisation has very many new orders on many days, decisions and records in quarantine that wait."""
    other = town.inns[1]
    town.sql(
        """
        set local session_replication_role = replica;
        insert into accounting.cash_order (
            document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, operation,
            taxation, agent, debit_account, credit_account, basis, batch_id
        )
        select
            gen_random_uuid(), gen_random_uuid(), one.organization_inn, one.kpp, one.kind, 100000 + place,
            one.date - mod(place, 2000),
            one.counterparty, one.amount, one.source, one.operation, one.taxation, one.agent, one.debit_account,
            one.credit_account, one.basis, one.batch_id
        from (select * from accounting.cash_order where organization_inn = %(inn)s limit 1) as one
        cross join generate_series(1, %(many)s) as place;
        -- The rows that a trigger would have written.
        insert into accounting.documents_of_day as kept (
            organization_inn, day, kpp, sales_point, kind, status, source, documents, amount, without_amount
        )
        select organization_inn, date, kpp, sales_point, kind, status, source, count(*), sum(amount), 0
        from accounting.cash_order
        where organization_inn = %(inn)s and number > 100000
        group by organization_inn, date, kpp, sales_point, kind, status, source
        on conflict (organization_inn, day, kpp, sales_point, kind, status, source) do update
            set documents = kept.documents + excluded.documents, amount = kept.amount + excluded.amount;
        insert into control.decision (
            organization_inn, kind, shift_id, reason, kept, held, digest, decided_by, batch_id
        )
        select %(inn)s, 'conflict', gen_random_uuid(), 'sources_differ', '{}', '{}', place::text, 'rule', 1
        from generate_series(1, %(many)s) as place;
        insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)
        select %(inn)s, 'ofd', 'z_report', 'read', 'no_link', '{}', place::text, 1
        from generate_series(1, %(many)s) as place;
        """.replace("%(inn)s", f"'{other}'").replace("%(many)s", str(MANY))
    )
    return town


def rows_read(town: Town, statement: str, organizations: str) -> tuple[Any, dict[str, int]]:
    """What a statement gives to a user who sees these organisations, and the rows that it read, by table."""
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        transaction.rows("sight", organizations=organizations, places="[]")
        given = transaction.rows(statement, inn=None)
        cursor.execute("explain (analyze, format json) " + query(statement), {"inn": None})
        ((plans,),) = cursor.fetchall()
    read: dict[str, int] = {}
    for node in nodes(plans[0]["Plan"]):
        if "Relation Name" in node:
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            read[node["Relation Name"]] = read.get(node["Relation Name"], 0) + int(rows * node["Actual Loops"])
    return given, read


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


@pytest.mark.parametrize("is_analyzed", [False, True])
def test_who_sees_one_organisation_reads_nothing_of_the_others(crowded: Town, is_analyzed: bool) -> None:
    own = crowded.inns[0]
    if is_analyzed:
        crowded.sql("analyze accounting.documents_of_day, control.decision, control.quarantine")
    orders = [one for one in crowded.orders() if one["organization_inn"] == own]
    ((counted,), counted_of), (fresh, fresh_of) = (
        rows_read(crowded, statement, own) for statement in ("page_counts", "page_today_new")
    )
    assert counted == {"documents": len(orders), "decisions": 0, "quality": 0}
    assert {row["kind"]: (row["documents"], row["amount"]) for row in fresh} == {
        kind: (len(amounts), sum(amounts))
        for kind in {one["kind"] for one in orders}
        for amounts in [[one["amount"] for one in orders if one["kind"] == kind]]
    }
    # Days are read, not documents.
    days = {(one["date"], one["kpp"], one["kind"], one["source"]) for one in orders}
    for read in (counted_of, fresh_of):
        assert read["documents_of_day"] == len(days)
        assert "cash_order" not in read
    (waiting,), waiting_of = rows_read(crowded, "page_today_waits", own)
    assert waiting == {"decisions": 0, "shifts": 0, "quarantine": 0, "differences": 0, "missing": 0}
    for read in (counted_of, waiting_of):
        assert read["decision"] == read["quarantine"] == 0


@pytest.mark.parametrize("seen", ["*", "both"])
def test_who_sees_all_or_both_is_counted_each_document_once(crowded: Town, seen: str) -> None:
    organizations = "*" if seen == "*" else ",".join(crowded.inns)
    (counted,), _ = rows_read(crowded, "page_counts", organizations)
    assert counted == {"documents": 1000, "decisions": 1000, "quality": 1000}
    fresh, _ = rows_read(crowded, "page_today_new", organizations)
    assert sum(row["documents"] for row in fresh) == len(crowded.orders())
    (waiting,), _ = rows_read(crowded, "page_today_waits", organizations)
    assert waiting == {"decisions": MANY, "shifts": 0, "quarantine": MANY, "differences": 0, "missing": 0}
