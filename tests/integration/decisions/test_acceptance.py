"""Принять, отклонить: one document or many, all or nothing, with who and when."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from smena.model.errors import BrokenPromise, WrongUse
from tests.integration.decisions.deciding import FIRST, Office

DAY = date(2025, 12, 29)


def test_many_are_accepted_at_once_with_who_and_when_and_again_changes_nothing(office: Office) -> None:
    some = office.town.orders()[:7]
    done = office.accept(*some)
    assert (done.changed, sum(row["documents"] for row in done.documents)) == (7, 7)
    now = [office.order(order["document_id"]) for order in some]
    assert {(one["status"], one["status_by"]) for one in now} == {("accepted", "Анна")}
    assert all(one["status_at"] is not None for one in now)
    kept = office.town.table("accounting.cash_order_history", "document_id")
    assert {row["document_id"] for row in kept} == {order["document_id"] for order in some}
    assert office.accept(*some, *some).changed == 0
    assert [office.order(order["document_id"]) for order in some] == now
    office.check()


@pytest.mark.parametrize("kind", [None, "pko"])
def test_a_filter_takes_the_new_documents_of_its_days(office: Office, kind: str | None) -> None:
    wanted = [o for o in office.town.orders() if FIRST <= o["date"] <= DAY and o["kind"] == (kind or o["kind"])]
    office.reject(wanted[0])
    assert office.accept_days(FIRST, DAY, kind).changed == len(wanted) - 1
    accepted = {o["document_id"] for o in office.town.orders() if o["status"] == "accepted"}
    assert accepted == {o["document_id"] for o in wanted[1:]}


def test_one_document_that_cannot_be_accepted_stops_all_and_is_named(office: Office) -> None:
    first, second, third = office.town.orders()[:3]
    office.accept(third)
    with pytest.raises(WrongUse, match=f"{third['document_id']}.* is accepted and cannot become rejected"):
        office.reject(first, third, second)
    unknown = uuid4()
    with pytest.raises(WrongUse, match=f"there is no document {unknown}"):
        office.accept(first, {"document_id": unknown}, second)
    assert [office.order(o["document_id"])["status"] for o in (first, second, third)] == ["new", "new", "accepted"]


def test_what_was_rejected_by_mistake_may_be_accepted(office: Office) -> None:
    order, _ = office.a_sale(DAY)
    office.reject(order, reason="a training till")
    gone = office.order(order["document_id"])
    assert (gone["status"], gone["status_by"], gone["status_reason"]) == ("rejected", "Анна", "a training till")
    office.accept(order)
    rows = office.town.table("accounting.cash_order_history", "archived_at")
    assert [(row["status"], row["status_reason"]) for row in rows] == [("new", None), ("rejected", "a training till")]


@pytest.mark.parametrize("status", ["accepted", "rejected", "reversed"])
def test_an_order_begins_as_new(office: Office, status: str) -> None:
    with pytest.raises(BrokenPromise, match="not as new"):
        office.town.sql(COPY.format(status=f"'{status}'", rows=1))


def test_without_a_name_the_login_is_recorded(office: Office) -> None:
    order, _ = office.a_sale(DAY)
    office.town.sql("update accounting.cash_order set status = 'accepted' where document_id = %s", order["document_id"])
    ((login,),) = office.town.sql("select session_user::text")
    assert office.order(order["document_id"])["status_by"] == login


COPY = """
insert into accounting.cash_order (
    document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, status, operation,
    taxation, agent, debit_account, credit_account, basis, batch_id
)
select
    gen_random_uuid(), o.shift_id, o.organization_inn, o.kpp, o.kind, last.number + n, o.date, o.counterparty, o.amount,
    o.source, {status}, o.operation, 'invented ' || n, o.agent, o.debit_account, o.credit_account, o.basis, o.batch_id
from (select * from accounting.cash_order where date = '2025-12-29' and kind = 'pko' limit 1) as o
cross join (select max(number) as number from accounting.cash_order where book_year = 2025 and kind = 'pko') as last
cross join generate_series(1, {rows}) as n
"""


def test_tens_of_thousands_are_accepted_at_once(office: Office, record_property: Any) -> None:
    office.town.sql(COPY.format(status="'new'", rows=20_000))
    asked = [{"document_id": row[0]} for row in office.town.sql("select document_id from accounting.cash_order")]
    begun = time.monotonic()
    assert office.accept(*asked).changed == len(asked) > 20_000
    took_s = time.monotonic() - begun
    record_property("seconds", took_s)
    print(f"{len(asked)} documents accepted in {took_s:.1f} s")
    assert office.town.sql("select distinct status from accounting.cash_order") == [("accepted",)]
    assert took_s < 60  # a guard that compares each with each takes minutes
