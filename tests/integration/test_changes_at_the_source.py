"""A source reports something else than before: a revision while nothing is accepted, a conflict after (DOMAIN 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.model.errors import BrokenPromise
from tests.town import EASY, FIRST, LAST, Town

BuildTown = Callable[..., Town]
MORE = 5_000


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    town = build_town(EASY)
    town.load()
    return town


def a_sale(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order of sales, and its shift."""
    order = next(o for o in town.orders() if o["operation"] == "cash_income" and o["number"] > 20)
    (shift,) = [s for s in town.shifts() if s["shift_id"] == order["shift_id"]]
    return order, shift


def report_more(town: Town, shift: dict[str, Any], kopecks: int = MORE) -> None:
    """From now on by-shifts reports this cash of the shift's sales, and of nothing else."""
    reported = int(shift["cash_income"] * 100) + kopecks
    match = {
        "type": "byShifts", "fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"],
    }  # fmt: skip
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": reported, "sell.total": 10**12}}
    )


def now(town: Town, order: dict[str, Any]) -> dict[str, Any]:
    (found,) = [one for one in town.orders() if one["document_id"] == order["document_id"]]
    return found


def accept(town: Town, order: dict[str, Any]) -> None:
    town.sql("update accounting.cash_order set status = 'accepted' where document_id = %s", order["document_id"])


def close_period(town: Town, through: date) -> None:
    town.sql(
        "insert into control.closed_period (organization_inn, through, closed_by) values (%s, %s, 'accountant')",
        town.inn,
        through,
    )


def test_an_order_that_is_not_accepted_is_revised_and_the_old_revision_kept(town: Town) -> None:
    order, shift = a_sale(town)
    report_more(town, shift)
    town.load(FIRST, LAST)
    revised = now(town, order)
    assert revised["amount"] == order["amount"] + Decimal(MORE) / 100
    assert (revised["number"], revised["date"], revised["revision"]) == (order["number"], order["date"], 2)
    (kept,) = town.table("accounting.cash_order_history", "revision")
    assert (kept["document_id"], kept["amount"], kept["revision"]) == (order["document_id"], order["amount"], 1)
    assert [o for o in town.orders() if o["document_id"] != order["document_id"] and o["revision"] > 1] == []


def test_an_order_whose_cash_is_gone_is_reversed_and_its_number_stays_taken(town: Town) -> None:
    order, shift = a_sale(town)
    report_more(town, shift, -int(shift["cash_income"] * 100))
    town.load(FIRST, LAST)
    assert now(town, order)["status"] == "reversed"
    series = (order["kind"], order["book_year"])
    numbers = [o["number"] for o in town.orders() if (o["kind"], o["book_year"]) == series]
    assert numbers == list(range(1, len(numbers) + 1))
    town.sandbox.faults.clear()
    town.load(FIRST, LAST)
    again = now(town, order)
    assert (again["status"], again["amount"], again["number"]) == ("new", order["amount"], order["number"])


def test_an_accepted_order_stays_and_a_conflict_waits_for_a_person(town: Town) -> None:
    order, shift = a_sale(town)
    accept(town, order)
    before = town.books()["orders"]
    report_more(town, shift)
    for _ in range(2):
        town.load(FIRST, LAST)
    assert town.books()["orders"] == before
    (decision,) = town.table("control.decision", "decision_id")
    assert (decision["shift_id"], decision["state"]) == (shift["shift_id"], "open")
    assert decision["held"]["cash_income"] - decision["kept"]["cash_income"] == MORE / 100
    (conflict,) = [s for s in town.shifts() if s["outcome"] == "conflict"]
    assert (conflict["shift_id"], conflict["cash_income"]) == (shift["shift_id"], shift["cash_income"])


def test_in_a_closed_period_nothing_changes_and_a_conflict_waits(town: Town) -> None:
    order, shift = a_sale(town)
    close_period(town, order["date"])
    before = town.books()["orders"]
    report_more(town, shift)
    town.load(FIRST, LAST)
    assert town.books()["orders"] == before
    assert town.outcomes()["conflict"] == 1


def test_a_late_shift_of_a_closed_period_is_listed_and_not_booked_until_the_period_is_opened(
    build_town: BuildTown,
) -> None:
    town = build_town(EASY)
    close_period(town, FIRST + timedelta(days=9))
    town.load()
    late = [shift for shift in town.shifts() if shift["outcome"] == "closed_period"]
    assert {shift["closed_at"].date() for shift in late} == {FIRST + timedelta(days=n) for n in range(10)}
    assert min(order["date"] for order in town.orders()) == FIRST + timedelta(days=10)
    town.sql("select control.open_period(%s, null, 'accountant', 'a late shift')", town.inn)
    town.load()
    assert set(town.outcomes()) <= {"issued", "no_cash"}
    assert len(town.shifts()) == len(town.truth())


def test_a_shift_that_became_whole_is_booked_once(build_town: BuildTown) -> None:
    town = build_town(EASY, detail="receipts")
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "receipt", "requestNumber": 3}})
    town.load()
    assert set(town.outcomes()) == {"incomplete"}
    assert town.orders() == []
    town.sandbox.faults.clear()
    town.load()
    assert set(town.outcomes()) <= {"issued", "no_cash"}
    assert {order["revision"] for order in town.orders()} == {1}


def test_a_source_that_forgets_receipts_does_not_unbook_a_shift(build_town: BuildTown) -> None:
    town = build_town(EASY, detail="receipts")
    town.load()
    before = town.books()
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "receipt", "requestNumber": 3}})
    town.load(FIRST, LAST)
    assert town.books() == before


def test_a_known_shift_that_comes_with_another_closing_time_is_in_quarantine(town: Town) -> None:
    _, shift = a_sale(town)
    match = {
        "type": "closeShift", "fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"],
    }  # fmt: skip
    moved = (shift["closed_at"] + timedelta(minutes=5)).isoformat()
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"dateTime": moved}})
    totals = {"type": "byShifts", "kktRegId": shift["kkt_reg_id"], "shiftNumber": shift["shift_number"]}
    town.sandbox.faults.add({"kind": "patch_document", "match": totals, "set": {"shiftClose": moved}})
    before = town.books()
    town.load(FIRST, LAST)
    assert town.books() == before
    (record,) = town.quarantine()
    assert record["reason"] == "identity_changed"


# --- what the database itself refuses, whoever asks


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("delete from accounting.cash_order", "history is kept"),
        ("truncate accounting.shift cascade", "history is kept"),
        ("update accounting.cash_order_history set amount = 1", "history is kept"),
        ("update raw.page set body = ''", "history is kept"),
        ("delete from control.integration_history", "history is kept"),
        ("delete from control.batch", "history is kept"),
        ("truncate control.batch cascade", "history is kept"),
        ("update control.batch set organization_inn = organization_inn", "history is kept"),
        ("update accounting.shift set batch_id = 1000000", "has no such batch"),
        ("update accounting.cash_order set batch_id = 1000000", "has no such batch"),
        ("update accounting.cash_order set number = number + 1000000", "assigned once"),
        ("update accounting.cash_order set date = date + 1", "assigned once"),
        ("update accounting.cash_order set amount = 0", "amount"),
        ("update accounting.cash_order set vat = amount", "cash_order_check"),
    ],
)
def test_the_database_refuses_to_change_what_is_written_once(town: Town, statement: str, why: str) -> None:
    with pytest.raises(BrokenPromise, match=why):
        town.sql(statement)


def test_the_database_refuses_a_change_of_an_accepted_order(town: Town) -> None:
    order, _ = a_sale(town)
    accept(town, order)
    with pytest.raises(BrokenPromise, match="cannot be changed"):
        town.sql("update accounting.cash_order set amount = amount + 1 where document_id = %s", order["document_id"])


COPY_OF_AN_ORDER = """
insert into accounting.cash_order (
    document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, operation,
    taxation, agent, debit_account, credit_account, basis, batch_id
)
select
    gen_random_uuid(), shift_id, organization_inn, kpp, kind, {number}, {date}, counterparty, amount, source, operation,
    {taxation}, agent, debit_account, credit_account, basis, batch_id
from accounting.cash_order where document_id = %s
"""
SERIES = "o.kind = cash_order.kind and o.book_year = cash_order.book_year"
NEXT = f"(select max(number) + 1 from accounting.cash_order as o where {SERIES})"  # noqa: S608 - our own words


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "one_live_order"),
        ({"taxation": "'psn'", "number": f"{NEXT} + 1"}, "would have a gap"),
        ({"taxation": "'psn'", "number": "number"}, "one_number_of_a_series"),
        ({"taxation": "'psn'", "date": "date '2025-11-30'", "number": "1000"}, "before the start"),
    ],
)
def test_the_database_refuses_a_second_order_a_gap_and_a_date_before_the_start(
    town: Town, change: dict[str, str], why: str
) -> None:
    order, _ = a_sale(town)
    statement = COPY_OF_AN_ORDER.format(**({"number": NEXT, "date": "date", "taxation": "taxation"} | change))
    with pytest.raises(BrokenPromise, match=why):
        town.sql(statement, order["document_id"])


def test_the_database_refuses_an_order_of_another_organisations_batch(town: Town) -> None:
    order, _ = a_sale(town)
    town.sql(
        "insert into control.organization (inn, name, tariff) values ('9604069393', 'Лютик', 'other');"
        "insert into control.batch (organization_inn, product, run_id, reason, detail)"
        " values ('9604069393', 'ofd', 'test', 'asked', 'totals')"
    )
    foreign = "(select max(batch_id) from control.batch)"
    statement = COPY_OF_AN_ORDER.format(number=NEXT, date="date", taxation="'psn'")
    statement = statement.replace("basis, batch_id\nfrom", f"basis, {foreign}\nfrom")
    assert foreign in statement
    with pytest.raises(BrokenPromise, match="has no such batch"):
        town.sql(statement, order["document_id"])


def test_the_database_refuses_to_write_into_a_closed_period(town: Town) -> None:
    order, _ = a_sale(town)
    close_period(town, LAST)
    statement = COPY_OF_AN_ORDER.format(number=NEXT, date="date", taxation="'psn'")
    with pytest.raises(BrokenPromise, match="period closed"):
        town.sql(statement, order["document_id"])
    with pytest.raises(BrokenPromise, match="period closed"):
        town.sql("update accounting.cash_order set amount = amount + 1 where document_id = %s", order["document_id"])
