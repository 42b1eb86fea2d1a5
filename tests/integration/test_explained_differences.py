"""A till shift with other cash than its fiscal shift, compared with its receipts: what requests that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from smena.decisions.conflicts import open_decisions
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.links import link
from smena.loading import comparing
from smena.loading import publish as publishing
from smena.model.errors import PassingFault
from smena.model.reason_text import joined, parse_all, reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, Window
from smena.reconciliation.reconcile import reconcile
from tests.integration.test_field_cases import (
    Field,
    NewField,
    cheque,
    explained,
    new_field,  # noqa: F401 - a fixture
    register_of,
)
from tests.integration.written_operator import CASHBOX, Register
from tests.invented import PRIMER as INN

FISCAL_RECORD = str(Reason.FISCAL_RECORD_IS_OFDS)
CORRECTION_3, CORRECTION_6 = (reason(Reason.CORRECTION_RECEIPT, amount=19099, document=number) for number in (3, 6))
CORRECTED = joined([reason(Reason.BOOKED_BY_OFD, register="0000000003065868"), CORRECTION_3])


def corrected() -> Register:
    """A shift of a sale of 100.00 and a correction of 190.99."""
    register = register_of(10000)
    register.sell(1, "2026-02-03T12:00", 19099, kind="receiptCorrection", correctionDocumentDate="2026-02-03")
    register.close(1, "2026-02-03T21:00")
    return register


def linked(field: Field, register: Register) -> None:
    with field.warehouse.transaction() as transaction:
        link(transaction, inn=INN, cashbox_id=CASHBOX, kkt_reg_id=register.number, by="Анна", reason="seen")


def both(new_field: NewField, register: Register, **settings: str) -> Field:  # noqa: F811
    """The OFD's shift is booked, and the cashbox linked; Market, which has one cheque of 100.00, is not loaded yet."""
    field = new_field(register, market=True, **settings)
    field.operator.cheques = [cheque(1, "2026-02-03T10:00:00", 100)]
    field.load()
    return field


@contextmanager
def asked(field: Field, answer: Any = None) -> Iterator[list[str]]:
    """The requests for documents that are sent meanwhile; where there is an `answer`, they are answered so."""
    seen: list[str] = []

    def change(path: str, body: Any) -> Any:
        if path.endswith("/by-period"):
            seen.append(path)
            return body if answer is None else answer
        return body

    before, field.operator.change = field.operator.change, change
    try:
        yield seen
    finally:
        field.operator.change = before


def test_receipts_are_asked_for_once_and_only_of_shifts_that_differ(new_field: NewField) -> None:  # noqa: F811
    register = corrected()
    register.shift(2, "2026-02-04", 5000)
    field = both(new_field, register)
    field.operator.cheques.append(cheque(9, "2026-02-04T10:00:00", 50, shift="shift-2"))
    field.load(product=MARKET)
    linked(field, register)
    with asked(field) as requests:
        field.load(product=MARKET)
    assert len(requests) == 2  # a page, and the one that says that there is no more
    ((explanation, documents),) = field.sql("select is_explained, documents from control.comparison")
    assert explanation is True
    (document,) = documents
    assert {name: document[name] for name in ("what", "fiscal_document_number", "cash", "is_refund")} == {
        "what": "correction", "fiscal_document_number": 3, "cash": 19099, "is_refund": False,
    }  # fmt: skip
    with asked(field) as requests:
        field.load(8, product=MARKET)
    assert requests == []
    assert open_decisions(field.warehouse, INN) == []
    assert field.orders() == [("pko", "290.99"), ("pko", "50.00")]


def test_receipts_that_were_booked_are_read_from_the_evidence(new_field: NewField) -> None:  # noqa: F811
    register = corrected()
    field = both(new_field, register, detail="receipts")
    field.load(product=MARKET)
    linked(field, register)
    with asked(field) as requests:
        field.load(product=MARKET)
    assert requests == []
    assert explained(field) == CORRECTED


def test_what_cannot_be_asked_now_is_a_conflict_until_it_can(new_field: NewField) -> None:  # noqa: F811
    register = corrected()
    field = both(new_field, register)
    field.load(product=MARKET)
    linked(field, register)
    with asked(field, answer="no document") as requests:
        field.load(product=MARKET)
    assert requests
    (waiting,) = open_decisions(field.warehouse, INN)
    assert waiting["recommendation"]["word"] == "keep-ofd"
    (why, (unasked, arguments)) = parse_all(waiting["recommendation"]["reason"])
    assert (why[0], unasked) == (Reason.FISCAL_RECORD_IS_OFDS, Reason.RECEIPTS_NOT_ASKED)
    assert parse_all(arguments["reason"])
    assert field.orders() == [("pko", "290.99")]
    field.load(8, product=MARKET)
    assert open_decisions(field.warehouse, INN) == []
    assert explained(field) == CORRECTED
    assert field.sql("select resolution, resolved_by from control.decision where kind = 'conflict'") == [
        ("withdrawn", "rule")
    ]


def test_a_receipt_that_did_not_come_explains_nothing(new_field: NewField) -> None:  # noqa: F811
    register = corrected()
    field = both(new_field, register)
    field.load(product=MARKET)
    linked(field, register)
    kind, lost = register.documents.pop(2)
    field.load(product=MARKET)
    register.documents.insert(2, (kind, lost))
    (waiting,) = open_decisions(field.warehouse, INN)
    assert waiting["recommendation"]["reason"] == joined(
        [FISCAL_RECORD, reason(Reason.RECEIPTS_NOT_WHOLE, read=1, expected=2)]
    )


def test_a_process_that_dies_after_comparing_asks_no_more(
    new_field: NewField,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = corrected()
    field = both(new_field, register)
    field.load(product=MARKET)
    linked(field, register)
    known = comparing.compare_pairs
    with monkeypatch.context() as patch:

        def dies(*arguments: Any) -> None:
            known(*arguments)
            raise PassingFault("the worker is gone")

        patch.setattr(publishing, "compare_pairs", dies)
        with pytest.raises(PassingFault):
            field.load(product=MARKET)
    ((batch_id,),) = field.sql("select max(batch_id) from control.batch")
    with asked(field) as requests:
        publishing.publish(field.context, batch_id)
    assert requests == []
    assert explained(field) == CORRECTED


def test_a_later_cheque_without_a_receipt_asks_a_person(new_field: NewField) -> None:  # noqa: F811
    register = corrected()
    field = both(new_field, register)
    field.load(product=MARKET)
    linked(field, register)
    field.load(product=MARKET)
    assert explained(field) == CORRECTED
    field.operator.cheques.append(cheque(2, "2026-02-03T15:00:00", 70))
    field.load(8, product=MARKET)
    (waiting,) = open_decisions(field.warehouse, INN)
    assert (waiting["kind"], waiting["recommendation"]["word"]) == ("conflict", "keep-ofd")
    lacking = reason(Reason.OFD_LACKS_RECEIPT_OF_NUMBER, amount=7000, cheque="2", time="15:00")
    assert lacking in waiting["recommendation"]["reason"].splitlines()
    assert field.orders() == [("pko", "290.99")]


def market_first(new_field: NewField) -> tuple[Field, Register]:  # noqa: F811
    """Market's shift of 100.00 is booked; the OFD's z-report, which has 290.99, comes on 8 February."""
    register = Register()
    register.shift(1, "2026-02-02", 4000)
    register.open(2, "2026-02-03T09:00")
    register.sell(2, "2026-02-03T10:00", 10000)
    register.sell(2, "2026-02-03T12:00", 19099, kind="receiptCorrection", correctionDocumentDate="2026-02-03")
    register.close(2, "2026-02-03T21:00")
    for _, document in register.documents[3:]:
        document["receiveDateTimeUtc"] = "2026-02-08T01:00:00"
    field = new_field(register, market=True)
    field.operator.cheques = [
        cheque(1, "2026-02-02T10:00:00", 40, shift="shift-0"), cheque(2, "2026-02-03T10:00:00", 100),
    ]  # fmt: skip
    field.load()
    field.load(product=MARKET)
    linked(field, register)
    field.load(product=MARKET)
    assert field.orders() == [("pko", "40.00"), ("pko", "100.00")]
    return field, register


def test_an_order_of_market_that_nobody_accepted_takes_the_sums_of_the_ofd(new_field: NewField) -> None:  # noqa: F811
    field, _ = market_first(new_field)
    field.load(8)
    assert open_decisions(field.warehouse, INN) == []
    assert field.orders() == [("pko", "40.00"), ("pko", "290.99")]
    ((why,),) = field.sql("select reason from accounting.shift where till_shift = 'shift-1'")
    assert why.splitlines()[1:] == [CORRECTION_6]


def test_a_person_decides_about_an_accepted_order_though_documents_explain_the_difference(new_field: NewField) -> None:  # noqa: F811
    field, _ = market_first(new_field)
    ((accepted,),) = field.sql("select document_id::text from accounting.cash_order where amount = 100")
    with field.warehouse.transaction() as transaction:
        mark(transaction, [accepted], status=ACCEPTED, by="Анна", reason=None)
    field.load(8)
    (waiting,) = open_decisions(field.warehouse, INN)
    assert waiting["recommendation"] == {"word": "keep-ofd", "reason": joined([FISCAL_RECORD, CORRECTION_6])}
    assert field.orders() == [("pko", "40.00"), ("pko", "100.00")]


def test_what_documents_explain_is_listed_by_the_reconciliation_and_waits_for_nobody(
    new_field: NewField,  # noqa: F811
) -> None:
    register = corrected()
    field = both(new_field, register)
    field.load(product=MARKET)
    linked(field, register)
    field.load(product=MARKET)
    days = Window(date(2026, 2, 3), date(2026, 2, 6))
    made = reconcile(field.context, INN, run_id="test", window=days)
    (found,) = made.differences
    assert (found["kind"], found["is_explained"], str(found["amount"])) == ("two_sources", True, "190.99")
    assert found["cause"] == CORRECTION_3
    assert made.waits is False
    assert "сверк" not in field.alerts()
    assert field.is_certified(3, 6)
