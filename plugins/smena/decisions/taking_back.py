"""Taking back the answers to decisions: the books are as they were before, and the questions are open again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from smena.messages.refusals import wrong_use
from smena.model.errors import WrongUse
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction


def take_back(transaction: Transaction, decision_ids: Iterable[int], *, by: str, reason: str) -> list[int]:
    """Takes back what people answered, all of them or none, under the organisations' locks.

    Orders that an answer issued are reversed (their numbers stay taken), those that it reversed are again what they
    were, and so are its shifts and documents; what it released from quarantine waits again. The answer stays on record
    with who took it back and why; the question is asked again by a row of its own.

    Gives the numbers of the new decisions, in the order of the old ones.

    Raises WrongUse, naming the first answer that cannot be taken back: it is not a person's, an order that it issued is
    accepted or rejected, its period was closed since, or a later load or answer has changed its shift.
    """
    if not reason.strip():
        raise WrongUse("taking an answer back needs a reason", fix="give --reason")
    transaction.run("take_back_asked", decisions=list(decision_ids))
    for row in transaction.rows("take_back_organizations"):
        transaction.run("lock_organization", inn=row["organization_inn"])
    wrong = transaction.row("take_back_first_wrong")
    if wrong is not None:
        raise _refusal(wrong)
    why = reason.strip()
    transaction.run("take_back_sign", by=by, reason=why)
    transaction.run("take_back_issued_orders", by=by, reason=why)
    transaction.run("take_back_reversed_orders", by=by, reason=why)
    transaction.run("take_back_shifts")
    transaction.run("take_back_documents")
    transaction.run("take_back_document_lines")
    transaction.run("take_back_released")
    return [int(row["decision_id"]) for row in transaction.rows("take_back_ask_again")]


def _refusal(wrong: Row) -> WrongUse:
    code = Reason(wrong["code"])
    arguments: dict[str, object] = {"decision": wrong["decision_id"]}
    if code is Reason.ANSWER_BUILT_UPON:
        arguments |= {"what": wrong["kind"], "number": wrong["number"], "day": _iso(wrong["day"])}
    if code is Reason.ANSWER_IN_CLOSED_PERIOD:
        arguments |= {"day": _iso(wrong["day"])}
    if code is Reason.ANSWER_ASKED_AGAIN:
        arguments |= {"other": wrong["other"]}
    return wrong_use(code, fix=_FIX.get(code, ""), **arguments)


def _iso(day: date) -> str:
    return day.isoformat()


_FIX = {
    Reason.ANSWER_BUILT_UPON: "take its acceptance back first: `smena unaccept`",
    Reason.ANSWER_IN_CLOSED_PERIOD: "open the period first: `smena period open`",
    Reason.ANSWER_ASKED_AGAIN: "answer the newer question",
}
