"""Acceptance is taken back with a reason: one document or many, by id, by filter, by the command line (DOMAIN 2)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from smena.decisions.documents import NEW, ChangedMeanwhile, mark, show
from smena.model.errors import AlreadyAnswered, BrokenPromise, WrongUse
from smena.reads.documents import Filter
from tests.integration.cli.shop import FIRST as MARCH_FIRST
from tests.integration.cli.shop import MARCH, Shop
from tests.integration.decisions.deciding import LAST, MORE, Office
from tests.town import Town

DAY = date(2025, 12, 29)
WHY = "accepted by mistake"


def take_back(office: Office, *orders: dict[str, Any], reason: str = WHY, by: str = "Борис") -> Any:
    with office.town.warehouse.transaction() as transaction:
        return mark(transaction, [str(o["document_id"]) for o in orders], status=NEW, by=by, reason=reason)


def test_many_are_new_again_and_their_history_says_who_when_and_why(office: Office) -> None:
    some = office.town.orders()[:5]
    office.accept(*some)
    assert take_back(office, *some).changed == 5
    now = [office.order(one["document_id"]) for one in some]
    assert {(one["status"], one["status_by"], one["status_reason"]) for one in now} == {("new", "Борис", WHY)}
    assert all(one["status_at"] is not None for one in now)
    rows = office.town.table("accounting.cash_order_history", "archived_at")
    of_first = [row for row in rows if row["document_id"] == some[0]["document_id"]]
    assert [(row["status"], row["status_by"]) for row in of_first] == [("new", None), ("accepted", "Анна")]
    office.accept(some[0])
    rows = office.town.table("accounting.cash_order_history", "archived_at")
    assert [row["status_reason"] for row in rows if row["document_id"] == some[0]["document_id"]] == [None, None, WHY]
    office.check()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed(office: Office, reason: str) -> None:
    order, _ = office.a_sale(DAY)
    office.accept(order)
    with pytest.raises(WrongUse, match="needs a reason"):
        take_back(office, order, reason=reason)
    assert office.order(order["document_id"])["status"] == "accepted"


def test_what_is_not_accepted_is_refused_with_who_did_what_and_keeps_the_others(office: Office) -> None:
    first, second, third = office.town.orders()[:3]
    office.accept(first, second)
    with pytest.raises(AlreadyAnswered, match="is new and cannot become new"):
        take_back(office, first, third)
    office.reject(third, reason="a training till")
    with pytest.raises(AlreadyAnswered, match="is rejected and cannot become new, by Анна on ") as refused:
        take_back(office, first, third)
    (given,) = refused.value.answers
    assert (given.what, given.answer, given.by, given.reason) == ("document", "rejected", "Анна", "a training till")
    assert {office.order(one["document_id"])["status"] for one in (first, second)} == {"accepted"}


def test_nothing_is_taken_back_in_a_closed_period(office: Office) -> None:
    order, _ = office.a_sale(DAY)
    office.accept(order)
    office.close(DAY)
    with pytest.raises(WrongUse, match="lies in a period closed through 2025-12-29; nothing was changed"):
        take_back(office, order)
    office.open()
    assert take_back(office, order).changed == 1


def test_a_decision_that_waits_comes_first_and_then_the_source_revises_what_is_new(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    before = office.live(shift)
    office.accept(*before)
    office.report_changed(shift, MORE)
    office.load_again()
    (waiting,) = office.waiting()
    with pytest.raises(WrongUse, match=f"waits for decision {waiting['decision_id']}; nothing was changed"):
        take_back(office, order)
    office.resolve("keep-ofd")
    assert take_back(office, *before).changed == len(before)
    office.load_again()
    # What was decided stays while the source says the same.
    assert office.order(order["document_id"])["amount"] == order["amount"]
    office.report_changed(shift, 2 * MORE)
    office.load_again()
    assert office.waiting() == []
    now = office.order(order["document_id"])
    assert (now["status"], now["number"]) == ("new", order["number"])
    assert now["amount"] == order["amount"] + Decimal(2 * MORE) / 100
    office.check()


def test_what_was_taken_back_is_revised_by_the_next_load_and_nobody_is_asked(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(*office.live(shift))
    take_back(office, *office.live(shift))
    office.report_changed(shift, MORE)
    office.load_again()
    assert office.waiting() == []
    assert office.order(order["document_id"])["amount"] == order["amount"] + Decimal(MORE) / 100
    office.check()


@pytest.mark.parametrize("reason", [None, " "])
def test_the_database_takes_nothing_back_without_a_reason(office: Office, reason: str | None) -> None:
    order, _ = office.a_sale(DAY)
    office.accept(order)
    with pytest.raises(BrokenPromise, match="is accepted and cannot become new"):
        office.town.sql(
            "update accounting.cash_order set status = 'new', status_by = 'x', status_at = now(), status_reason = %s"
            " where document_id = %s", reason, order["document_id"],
        )  # fmt: skip


def test_the_database_takes_nothing_back_while_a_decision_waits(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(*office.live(shift))
    office.report_changed(shift, MORE)
    office.load_again()
    with pytest.raises(BrokenPromise, match="is accepted and cannot become new"):
        office.town.sql(
            "update accounting.cash_order set status = 'new', status_by = 'x', status_at = clock_timestamp(),"
            " status_reason = 'y' where document_id = %s", order["document_id"],
        )  # fmt: skip


def test_of_two_at_once_one_takes_back_and_the_other_is_refused(office: Office) -> None:
    order, _ = office.a_sale(DAY)
    office.accept(order)
    said: list[Exception] = []

    def second() -> None:
        try:
            take_back(office, order, by="Вера")
        except WrongUse as error:
            said.append(error)

    with office.town.warehouse.transaction() as transaction:
        mark(transaction, [str(order["document_id"])], status=NEW, by="Борис", reason=WHY)
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert [type(one) for one in said] == [AlreadyAnswered]
    assert office.order(order["document_id"])["status_by"] == "Борис"


def test_either_exactly_what_was_confirmed_is_done_or_nothing(office: Office) -> None:
    asked = Filter(office.town.inn, DAY, LAST)
    with office.town.warehouse.transaction() as transaction:
        shown = show(transaction, asked, status="accepted")
    wanted = [one for one in office.town.orders() if DAY <= one["date"] <= LAST]
    assert (shown.documents, shown.amount) == (len(wanted), sum(one["amount"] for one in wanted))
    _, shift = office.a_sale(DAY)
    office.report_changed(shift, MORE)
    office.load_again()
    with pytest.raises(ChangedMeanwhile, match=f"there are {len(wanted)} now"), \
            office.town.warehouse.transaction() as transaction:  # fmt: skip
        mark(transaction, asked, status="accepted", by="Анна", confirmed=shown.digest)
    assert office.town.sql("select distinct status from accounting.cash_order") == [("new",)]
    with office.town.warehouse.transaction() as transaction:
        again = show(transaction, asked, status="accepted")
        assert again.amount == shown.amount + Decimal(MORE) / 100
        done = mark_again(transaction, asked, again.digest)
    assert done == len(wanted)


def mark_again(transaction: Any, asked: Filter, digest: str) -> int:
    transaction.connection.cursor().execute("drop table asked_document")
    return mark(transaction, asked, status="accepted", by="Анна", confirmed=digest).changed


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    shop = Shop(build_town(MARCH, start=MARCH.first_day))
    shop.town.load()
    return shop


def test_unaccept_by_id_and_by_filter(shop: Shop) -> None:
    run = shop.cli.here
    span = ("--inn", shop.inn, "--from", str(MARCH_FIRST), "--to", str(MARCH_FIRST))
    count = run("accept", *span, "--json").data["changed"]
    assert count > 1
    first = next(one for one in shop.town.orders() if one["status"] == "accepted")
    number = str(first["document_id"])
    assert run("unaccept", number).code == 2
    done = run("unaccept", number, "--reason", WHY, "--json")
    assert (done.code, done.data["status"], done.data["changed"]) == (0, "new", 1)
    again = run("unaccept", number, "--reason", WHY)
    assert again.code == 2
    assert "is new and cannot become new" in again.error
    text = run("unaccept", *span, "--kind", first["kind"], "--source", "ofd", "--reason", WHY).out
    left = [one for one in shop.town.orders() if one["status"] == "accepted"]
    assert text.startswith(f"{count - 1 - len(left)} documents new again")
    assert {one["kind"] for one in left} <= {"pko", "rko"} - {first["kind"]}
    assert run("accept", *span, "--kpp", "999901001", "--json").data["changed"] == 0
    assert (
        run("accept", *span, "--number", str(first["number"]), "--kind", first["kind"], "--json").data["changed"] == 1
    )


def test_a_period_that_was_closed_is_named_by_unaccept(shop: Shop) -> None:
    run = shop.cli.here
    number = str(shop.town.orders()[0]["document_id"])
    run("accept", number)
    run("period", "close", "--inn", shop.inn, "--through", str(shop.town.orders()[0]["date"]))
    done = run("unaccept", number, "--reason", WHY)
    assert done.code == 2
    assert "lies in a period closed through" in done.error
