"""Decisions that wait for a person: a source that changed its mind, and shifts that need a look (DOMAIN 2, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from smena.decisions.given import given_answer
from smena.integration.organizations import organization_of
from smena.messages import ENGLISH, written_by
from smena.messages.refusals import wrong_use
from smena.model.answers import REVERSE, choices
from smena.model.errors import AlreadyAnswered, GivenAnswer, WrongUse
from smena.model.reasons import Reason
from smena.reads.decisions import decision_of, waiting
from smena.warehouse.database import Row, Transaction, Warehouse

WAITING = ("conflict", "needs_review", "closed_period")
"""Outcomes of shifts that wait for a person. What is `incomplete` waits for its source."""


class ResolvedAlready(AlreadyAnswered):
    """Somebody, or the source itself, has resolved the decision already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a resolution did: the decision as it stands now, ids of reversed orders, orders that were issued."""

    decision: Row
    reversed: list[str]
    issued: list[Row]


def open_decisions(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Decisions that wait: both sides, their difference by name ([kept, held]), the evidence, since when, the words.

    `recommendation` is None, or the `word` that is recommended (None where none of them is) and the `reason`.
    """
    rows = waiting(transaction, inn)
    return [row | {"difference": _difference(row), "choices": list(choices(row))} for row in rows]


def waiting_shifts(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Shifts that wait for a person, with their reasons."""
    return transaction.rows("shifts", inn=inn, first_day=None, last_day=None, outcomes=list(WAITING), late=False)


def resolve(transaction: Transaction, decision_id: int, word: str, *, by: str, reason: str) -> Resolved:
    """Resolves a decision, whole or not at all, under the organisation's lock.

    What an answer means is in `smena.matching.answers.decide_answer`. In a closed period new orders and reversals count
    on the first open day.

    Raises ResolvedAlready; WrongUse for an unknown decision, a word that does not fit it, or orders that cannot be
    issued.
    """
    # Imported here, because they import pandas, for which a list of decisions need not wait.
    from smena.matching.answers import decide_answer
    from smena.warehouse.applying import apply_answer
    from smena.warehouse.slices import read_question

    if not reason.strip():
        raise WrongUse("a decision needs a reason", fix="give --reason")
    transaction.run("lock_organization", inn=_decision(transaction, decision_id)["organization_inn"])
    decision = _decision(transaction, decision_id)
    if decision["state"] != "open":
        raise ResolvedAlready([_given(decision)], message=_already([decision]))
    if word not in choices(decision):
        fix = f"choose one of: {', '.join(choices(decision))}"
        raise wrong_use(Reason.WORD_DOES_NOT_FIT, word=word, decision=decision_id, fix=fix)
    transaction.run("resolve_decision", decision_id=decision_id, resolution=word, resolved_by=by, reason=reason.strip())
    why = reason.strip()
    if decision["document_id"] is not None:
        if word == REVERSE:
            transaction.run("resolve_document", decision_id=decision_id, resolved_by=by, reason=why)
            transaction.run("resolve_document_lines", decision_id=decision_id)
        return Resolved(_decision(transaction, decision_id), [], [])
    question = read_question(transaction, decision_id)
    changes = decide_answer(question, word)
    apply_answer(transaction, question, changes, by=by, reason=why)
    orders = changes.orders
    return Resolved(
        _decision(transaction, decision_id),
        [str(one) for one in orders.loc[orders["action"] == "reverse", "document_id"]],
        transaction.rows("answer_issued", decision_id=decision_id),
    )


def resolve_many(
    transaction: Transaction, decision_ids: Iterable[int], word: str, *, by: str, reason: str
) -> list[Resolved]:
    """Resolves several decisions by one word and for one reason, all or nothing, in their numbers' order.

    Raises ResolvedAlready, which names each that was resolved meanwhile; else as `resolve` does, for the first that
    cannot be resolved so.
    """
    return resolve_each(transaction, dict.fromkeys(decision_ids, word), by=by, reason=reason)


def resolve_each(transaction: Transaction, answers: Mapping[int, str], *, by: str, reason: str) -> list[Resolved]:
    """The same, each decision by a word of its own."""
    wanted = sorted(answers)
    # Locks of several organisations are taken in one order, whoever asks: nobody waits for each other for ever.
    for inn in sorted({_decision(transaction, one)["organization_inn"] for one in wanted}):
        transaction.run("lock_organization", inn=inn)
    found = [_decision(transaction, one) for one in wanted]
    if gone := [row for row in found if row["state"] != "open"]:
        raise ResolvedAlready([_given(row) for row in gone], message=_already(gone))
    return [resolve(transaction, one, answers[one], by=by, reason=reason) for one in wanted]


def _decision(transaction: Transaction, decision_id: int) -> Row:
    row = decision_of(transaction, decision_id)
    if row is None:
        raise WrongUse(f"there is no decision {decision_id}", fix="`smena conflicts` lists them")
    return row


def _given(decision: Row) -> GivenAnswer:
    return given_answer(
        "decision", str(decision["decision_id"]), decision["resolution"], decision["resolved_by"] or "",
        decision["resolved_at"], decision["resolution_reason"],
    )  # fmt: skip


def _already(decisions: list[Row]) -> str:
    """One sentence for all that were resolved meanwhile: with what answer, by whom, when and why."""
    parts = [
        f"decision {row['decision_id']} is resolved already: {row['resolution']}, by {row['resolved_by']} on"
        f" {row['resolved_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        f" ({written_by(row['resolution_reason'], row['resolved_by'], ENGLISH)})"
        for row in decisions
    ]
    return f"{'; '.join(parts)}; nothing was changed"


def _difference(decision: Row) -> dict[str, list[Any]]:
    kept, held = decision["kept"], decision["held"]
    return {name: [kept[name], held.get(name)] for name in kept if _plain(kept[name]) != _plain(held.get(name))}


def _plain(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float) else value


def organization_known(transaction: Transaction | Warehouse, inn: str | None) -> None:
    """Raises WrongUse for an organisation that is not registered; None is all of them."""
    if inn is not None:
        organization_of(transaction, inn)
