"""Take back answers to decisions: undo what each answer changed in the books, and open its question again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from smena.messages.refusals import wrong_use
from smena.model.errors import WrongUse
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction


def take_back(transaction: Transaction, decision_ids: Iterable[int], *, by: str, reason: str) -> list[int]:
    """Take back people's answers, all of them or none, under the organisations' locks.

    Orders that an answer issued are reversed (their numbers are not used again). Orders that it reversed, its shifts
    and its documents get their former state again, and records that it released from quarantine are open again. The
    answer stays on record with who took it back and why; a new decision asks the question again.

    Returns the numbers of the new decisions, in the order of the old ones.

    Raises WrongUse, naming the first answer that cannot be taken back: a person did not give it, an order that it
    issued is accepted or rejected, its period was closed since, or a later load or answer has changed its shift.
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
