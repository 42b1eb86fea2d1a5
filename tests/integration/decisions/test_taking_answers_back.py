"""Answers are taken back until something was built upon them: the books are restored, the questions are open again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from smena.decisions.conflicts import resolve, resolve_many
from smena.decisions.documents import ACCEPTED, NEW, REJECTED, mark
from smena.decisions.taking_back import take_back
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.reasons import Reason
from tests.integration.decisions.deciding import LAST, MORE, Office

DAY = date(2025, 12, 29)
SAME = ["revision", "loaded_at", "status_at"]


def back(office: Office, *decisions: int, reason: str = "the wrong till") -> list[int]:
    with office.town.warehouse.transaction() as transaction:
        return take_back(transaction, decisions, by="Борис", reason=reason)


def asked(office: Office, days: tuple[date, ...] = (DAY,), *, accept: bool = True) -> list[dict[str, Any]]:
    """An accepted sale of each of these days is reported otherwise: the shifts."""
    shifts = []
    for day in days:
        _, shift = office.a_sale(day)
        if accept:
            office.accept(*office.live(shift))
        office.report_changed(shift, MORE, beside=True)
        shifts.append(shift)
    office.load_again()
    return shifts


def refusal(error: pytest.ExceptionInfo[WrongUse]) -> str:
    return error.value.stored.partition(" ")[0]


@pytest.mark.parametrize("word", ["keep-ofd", "reverse"])
def test_the_books_are_as_before_the_answer_and_the_question_is_open_again(office: Office, word: str) -> None:
    asked(office)
    (waiting,) = office.waiting()
    before = office.town.books(but=SAME)
    orders = {str(o["document_id"]): o for o in office.town.orders()}
    office.resolve(word)
    (again,) = back(office, waiting["decision_id"])
    (open_,) = office.waiting()
    assert open_["decision_id"] == again > waiting["decision_id"]
    assert open_["difference"] == waiting["difference"]
    now = {str(o["document_id"]): o for o in office.town.orders()}
    for document_id, order in orders.items():
        for name in ("status", "status_by", "status_reason", "amount", "number", "reversed_on", "shift_id"):
            assert now[document_id][name] == order[name], name
    issued = [one for one in now.values() if str(one["document_id"]) not in orders]
    assert {(one["status"], one["status_by"], one["status_reason"]) for one in issued} == (
        {("reversed", "Борис", "the wrong till")} if word == "reverse" else set()
    )
    if word == "keep-ofd":
        assert office.town.books(but=SAME) == before
    row = next(
        one for one in office.town.table("control.decision", "decision_id")
        if one["decision_id"] == waiting["decision_id"]
    )  # fmt: skip
    assert (row["state"], row["resolution"], row["resolved_by"]) == ("resolved", word, "Анна")
    assert (row["taken_back_by"], row["taken_back_reason"]) == ("Борис", "the wrong till")
    assert row["taken_back_at"] is not None
    office.check()

    # A load does not change it, and it is answered again like any other.
    before_load = office.town.books(but=SAME)
    office.load_again()
    assert office.town.books(but=SAME) == before_load
    assert [one["decision_id"] for one in office.waiting()] == [again]
    office.resolve("reverse")
    office.check()
    order = next(o for o in orders.values() if str(o["shift_id"]) == waiting["shift_id"])
    (sale,) = [one for one in office.live(office.shift_of(order)) if one["operation"] == "cash_income"]
    assert sale["issue"] == (3 if word == "reverse" else 2)


def test_what_was_answered_once_and_taken_back_is_asked_by_the_next_load_too(office: Office) -> None:
    """A source that reports the former sums again closes the question, and the same difference opens it anew."""
    (shift,) = asked(office)
    (waiting,) = office.waiting()
    office.resolve("keep-ofd")
    back(office, waiting["decision_id"])
    office.town.sandbox.faults.clear()
    office.load_again()
    assert office.waiting() == []
    office.report_changed(shift, MORE)
    office.load_again()
    assert len(office.waiting()) == 1
    office.check()


def test_an_answer_that_was_taken_back_releases_nothing_from_quarantine(office: Office) -> None:
    (shift,) = asked(office)
    (waiting,) = office.waiting()
    office.town.sql(
        "insert into control.quarantine (organization_inn, product, unit_id, kind, step, reason, record, digest, day,"
        " fiscal_drive_number, shift_number, batch_id)"
        " select organization_inn, 'ofd', kkt_reg_id, 'closeShift', 'check', 'no_link', '{}', 'x', closed_at::date,"
        " fiscal_drive_number, shift_number, batch_id from accounting.shift where shift_id = %s",
        shift["shift_id"],
    )

    def state() -> tuple[str, str | None]:
        """After a load that does not read the day of the record."""
        office.town.load(LAST, LAST)
        (record,) = office.town.quarantine()
        return record["state"], record["resolution_reason"]

    office.resolve("keep-ofd")
    back(office, waiting["decision_id"])
    assert state() == ("open", None)
    office.resolve("keep-ofd")
    assert state() == ("released", "shift_decided")
    (answered,) = office.town.sql(
        "select max(decision_id) from control.decision where state = 'resolved' and taken_back_at is null"
    )
    back(office, answered[0])
    assert state() == ("open", None)


def test_many_are_taken_back_at_once_or_none(office: Office) -> None:
    days = (date(2025, 12, 28), DAY, date(2026, 1, 2))
    asked(office, days)
    ids = [row["decision_id"] for row in office.waiting()]
    with office.town.warehouse.transaction() as transaction:
        resolve_many(transaction, ids, "reverse", by="Анна", reason="the till was counted")
    issued = [o for o in office.town.orders() if o["issue"] == 2]
    office.accept(issued[0])
    before_load = office.town.books()
    with pytest.raises(WrongUse) as error:
        back(office, *ids)
    assert refusal(error) == Reason.ANSWER_BUILT_UPON
    assert office.town.books() == before_load
    with office.town.warehouse.transaction() as transaction:
        mark(transaction, [str(issued[0]["document_id"])], status=NEW, by="Анна", reason="too early")
    assert len(back(office, *ids)) == len(ids)
    assert len(office.waiting()) == len(ids)
    office.check()


def test_it_is_refused_where_something_was_built_upon_it(office: Office) -> None:
    (shift,) = asked(office)
    (waiting,) = office.waiting()
    number = waiting["decision_id"]
    with pytest.raises(WrongUse) as error:
        back(office, number)
    assert refusal(error) == Reason.ANSWER_NOT_GIVEN
    office.resolve("reverse")
    with pytest.raises(WrongUse, match="needs a reason"):
        back(office, number, reason=" ")
    with pytest.raises(WrongUse) as error:
        back(office, 10**9)
    assert refusal(error) == Reason.ANSWER_UNKNOWN

    office.close(date(2025, 12, 31))
    with pytest.raises(WrongUse) as error:
        back(office, number)
    assert refusal(error) == Reason.ANSWER_IN_CLOSED_PERIOD
    office.open()

    # A later load has revised the order that it issued.
    office.report_changed(shift, 2 * MORE)
    office.load_again()
    with pytest.raises(WrongUse) as error:
        back(office, number)
    assert refusal(error) == Reason.ANSWER_OUTDATED
    office.check()


def test_it_is_taken_back_once_and_a_rules_answer_never(office: Office) -> None:
    (shift,) = asked(office)
    (waiting,) = office.waiting()
    office.resolve("keep-ofd")
    (again,) = back(office, waiting["decision_id"])
    with pytest.raises(WrongUse) as error:
        back(office, waiting["decision_id"])
    assert refusal(error) == Reason.ANSWER_TAKEN_BACK_ALREADY
    office.report_changed(shift, 0)
    office.load_again()
    assert office.waiting() == []
    with pytest.raises(WrongUse) as error:
        back(office, again)
    assert refusal(error) == Reason.ANSWER_BY_RULE


def test_an_older_answer_is_not_taken_back_under_a_newer_one(office: Office) -> None:
    (shift,) = asked(office)
    (first,) = office.waiting()
    office.resolve("keep-ofd")
    office.report_changed(shift, 2 * MORE)
    office.load_again()
    (second,) = office.waiting()
    with pytest.raises(WrongUse) as error:
        back(office, first["decision_id"])
    assert refusal(error) == Reason.ANSWER_ASKED_AGAIN
    office.resolve("keep-ofd")
    with pytest.raises(WrongUse) as error:
        back(office, first["decision_id"])
    assert refusal(error) == Reason.ANSWER_OUTDATED
    # Not even where the newer answer is taken back, and the newer question waits.
    back(office, second["decision_id"])
    with pytest.raises(WrongUse) as error:
        back(office, first["decision_id"])
    assert refusal(error) == Reason.ANSWER_ASKED_AGAIN
    office.check()


@pytest.mark.parametrize(
    ("statement", "promise"),
    [
        (
            "update accounting.cash_order set status = 'reversed' where status = 'new' and issue = 2;"
            "update accounting.cash_order set status = 'new', reversed_decision_id = null, reversed_on = null,"
            " status_by = 'x', status_at = now(), revision = revision + 1 where reversed_decision_id is not null",
            "cannot become new",
        ),
        ("update control.decision set state = 'open' where state = 'resolved'", "what was decided stays"),
        (
            "update control.decision set taken_back_by = 'x', taken_back_at = now(), taken_back_reason = 'x',"
            " resolution = 'reject' where state = 'resolved'",
            "what was decided stays",
        ),
        (
            "update control.decision set taken_back_by = 'x', taken_back_at = now(), taken_back_reason = ' '"
            " where state = 'resolved'",
            "taking_back_is_signed",
        ),
    ],
)
def test_the_database_refuses_changes_that_bypass_taking_back(office: Office, statement: str, promise: str) -> None:
    asked(office)
    office.resolve("reverse")
    with pytest.raises(BrokenPromise, match=promise):
        office.town.sql(statement)


STATUSES = {
    "accepted at last": (ACCEPTED, NEW, ACCEPTED),
    "new again": (ACCEPTED, NEW),
    "rejected": (ACCEPTED, NEW, REJECTED),
}


@pytest.mark.parametrize(
    "planner", ["", "set enable_hashjoin = off; set enable_mergejoin = off", "set enable_nestloop = off"]
)
@pytest.mark.parametrize("marked", STATUSES)
def test_a_reversed_order_is_again_what_it_was_last_however_often_it_was_marked(
    office: Office, marked: str, planner: str
) -> None:
    order, shift = office.a_sale(DAY)
    for status in STATUSES[marked]:
        with office.town.warehouse.transaction() as transaction:
            mark(transaction, [str(order["document_id"])], status=status, by="Анна", reason="looked at again")
    before = office.order(order["document_id"])
    office.town.sql(
        "insert into control.decision (organization_inn, kind, shift_id, reason, kept, held, digest, evidence,"
        " decided_by, batch_id)"
        " select organization_inn, 'review', shift_id, 'no_link', '{}', '{}', 'y', '{}', 'rule', batch_id"
        " from accounting.shift where shift_id = %s",
        shift["shift_id"],
    )
    (waiting,) = office.waiting()
    office.resolve("reject")
    assert office.order(order["document_id"])["status"] == "reversed"
    with office.town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        if planner:
            cursor.execute(planner)
        take_back(transaction, [waiting["decision_id"]], by="Борис", reason="the wrong till")
    now = office.order(order["document_id"])
    assert now["status"] == before["status"]
    if before["status"] != "new":
        assert [now[name] for name in ("status_by", "status_reason", "status_at")] == [
            before[name] for name in ("status_by", "status_reason", "status_at")
        ]
    assert (now["amount"], now["number"]) == (before["amount"], before["number"])


def with_a_refund(office: Office) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A shift with an accepted order of sales and a new one of refunds, about which a person is asked."""
    _, shift = office.a_sale(DAY)
    match = {
        "type": "byShifts",
        "fiscalDriveNumber": shift["fiscal_drive_number"],
        "shiftNumber": shift["shift_number"],
    }
    office.town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"returnSell.cashTotal": 1000, "returnSell.total": 10**12}}
    )
    office.load_again()
    sale, refund = sorted(office.live(shift), key=lambda order: str(order["operation"]))
    assert (sale["operation"], refund["operation"]) == ("cash_income", "cash_refund")
    office.accept(sale)
    office.report_changed(office.shift_of(sale), MORE, beside=True)
    office.load_again()
    (waiting,) = office.waiting()
    return sale, refund, waiting


def test_what_was_marked_while_the_answer_waited_for_the_lock_is_what_the_order_was_last(office: Office) -> None:
    _, refund, waiting = with_a_refund(office)
    with office.town.warehouse.transaction() as transaction:
        # The time of a transaction in the warehouse is that of its first statement.
        transaction.rows("organizations", inn=office.town.inn)
        office.accept(refund)
        resolve(transaction, waiting["decision_id"], "reverse", by="Анна", reason="the till was counted")
    back(office, waiting["decision_id"])
    now = office.order(refund["document_id"])
    assert (now["status"], now["status_by"]) == ("accepted", "Анна")


def test_an_order_rejected_while_the_answer_waited_for_the_lock_is_in_no_cash_book(office: Office) -> None:
    _, refund, waiting = with_a_refund(office)
    with office.town.warehouse.transaction() as transaction:
        transaction.rows("organizations", inn=office.town.inn)
        office.reject(refund)
        office.close(refund["date"])
        resolve(transaction, waiting["decision_id"], "reverse", by="Анна", reason="the till was counted")
    entries = office.town.sql(
        "select day, amount from accounting.cash_book_entry where kind = %s and number = %s::text and kpp = %s",
        refund["kind"], refund["number"], refund["kpp"],
    )  # fmt: skip
    assert entries == []
