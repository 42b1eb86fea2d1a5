"""Resolve decisions that wait for a person: sources that differ, changed source data, shifts that need review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from smena.decisions.earlier_answers import given_answer
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, written_by
from smena.messages.refusals import wrong_use
from smena.model.answers import REVERSE, choices
from smena.model.errors import AlreadyAnswered, GivenAnswer, WrongUse
from smena.model.reasons import Reason
from smena.reads.decisions import decisions_of, waiting
from smena.warehouse.database import Row, Transaction, Warehouse

WAITING = ("conflict", "needs_review", "closed_period")
"""Outcomes of shifts that wait for a person. An `incomplete` shift waits for its source."""


class ResolvedAlready(AlreadyAnswered):
    """Somebody, or the source itself, has resolved the decision already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class ResolveResult:
    """A resolved decision as it is now, the ids of the orders it reversed, and the orders it issued."""

    decision: Row
    reversed: list[str]
    issued: list[Row]


def open_decisions(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return the open decisions: both sides, evidence, since when, `choices` (the words that may answer it).

    `difference` has the fields that differ by name, each as [current, proposed]. `recommendation` is None, or the
    `word` that is recommended (None where none is) and the `reason`.
    """
    rows = waiting(transaction, inn)
    return [row | {"difference": _difference(row), "choices": list(choices(row))} for row in rows]


def waiting_shifts(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return the shifts that wait for a person, with their reasons."""
    return transaction.rows("shifts", inn=inn, first_day=None, last_day=None, outcomes=list(WAITING), late=False)


def resolve(transaction: Transaction, decision_id: int, word: str, *, by: str, reason: str) -> ResolveResult:
    """Resolve a decision under the organisation's lock. Raises as `resolve_each` does."""
    return resolve_each(transaction, {decision_id: word}, by=by, reason=reason)[0]


def resolve_many(
    transaction: Transaction, decision_ids: Iterable[int], word: str, *, by: str, reason: str
) -> list[ResolveResult]:
    """Resolve several decisions by one word. Raises as `resolve_each` does."""
    return resolve_each(transaction, dict.fromkeys(decision_ids, word), by=by, reason=reason)


def resolve_each(transaction: Transaction, answers: Mapping[int, str], *, by: str, reason: str) -> list[ResolveResult]:
    """Resolve decisions, each by its own word and all for one reason, all or nothing.

    `smena.matching.answers.decide_answers` decides what an answer changes. In a closed period new orders and reversals
    get the first open day. Decisions about the same shift are answered one after the other, by their numbers.

    Raises ResolvedAlready, which names each that was resolved meanwhile; WrongUse for an unknown decision, a word that
    does not fit it, or orders that cannot be issued.
    """
    # Imported here because they import pandas, which listing decisions does not need.
    from smena.matching.answers import decide_answers
    from smena.warehouse.applying import apply_answers
    from smena.warehouse.slices import read_questions

    if not reason.strip():
        raise WrongUse("a decision needs a reason", fix="give --reason")
    wanted, why = sorted(answers), reason.strip()
    found = _decisions(transaction, wanted)
    # Every transaction locks organisations in the same order, so that two at once cannot deadlock.
    for inn in sorted({row["organization_inn"] for row in found}):
        transaction.run("lock_organization", inn=inn)
    found = _decisions(transaction, wanted)
    if gone := [row for row in found if row["state"] != "open"]:
        raise ResolvedAlready([_given(row) for row in gone], message=_already(gone))
    for row in found:
        word = answers[row["decision_id"]]
        if word not in choices(row):
            fix = f"choose one of: {', '.join(choices(row))}"
            raise wrong_use(Reason.WORD_DOES_NOT_FIT, word=word, decision=row["decision_id"], fix=fix)
    words = [answers[one] for one in wanted]
    transaction.run("resolve_decision", decisions=wanted, words=words, resolved_by=by, reason=why)
    documents = [row["decision_id"] for row in found if row["document_id"] is not None]
    if reversed_ := [one for one in documents if answers[one] == REVERSE]:
        transaction.run("resolve_document", decisions=reversed_, resolved_by=by, reason=why)
        transaction.run("resolve_document_lines", decisions=reversed_)
    gone_orders: dict[int, list[str]] = {}
    for together in _rounds([row for row in found if row["document_id"] is None]):
        questions = read_questions(transaction, together)
        changes = decide_answers([(one, answers[one.decision["decision_id"]]) for one in questions])
        apply_answers(transaction, questions[0].decision["inn"], changes, by=by, reason=why)
        of_answer = changes.orders[changes.orders["action"] == "reverse"].groupby("decision_id")["document_id"]
        gone_orders |= {int(str(number)): list(map(str, ids)) for number, ids in of_answer.agg(list).items()}
    issued: dict[int, list[Row]] = {}
    for order in transaction.rows("answer_issued", decisions=wanted):
        issued.setdefault(order.pop("issued_decision_id"), []).append(order)
    return [
        ResolveResult(row, gone_orders.get(row["decision_id"], []), issued.get(row["decision_id"], []))
        for row in _decisions(transaction, wanted)
    ]


def _rounds(decisions: Sequence[Row]) -> list[list[int]]:
    """Group decisions into rounds that can be answered together: one organisation, and no shift in two decisions.

    Decisions 1 and 2 about shift A and decision 3 about shift B make the rounds [1, 3] and [2].
    """
    rounds: dict[tuple[int, str], list[int]] = {}
    taken: dict[str, int] = {}
    for row in decisions:
        shifts = [one for one in (row["shift_id"], row["competing_shift_id"]) if one]
        number = max(taken.get(one, 0) for one in shifts) + 1
        taken |= dict.fromkeys(shifts, number)
        rounds.setdefault((number, row["organization_inn"]), []).append(row["decision_id"])
    return [rounds[key] for key in sorted(rounds)]


def _decisions(transaction: Transaction, decision_ids: Sequence[int]) -> list[Row]:
    """Return the decisions in the order of their numbers. Raises WrongUse for the first that does not exist."""
    rows = decisions_of(transaction, decision_ids)
    there = {row["decision_id"] for row in rows}
    for one in decision_ids:
        if one not in there:
            raise WrongUse(f"there is no decision {one}", fix="`smena conflicts` lists them")
    return rows


def _given(decision: Row) -> GivenAnswer:
    return given_answer(
        "decision", str(decision["decision_id"]), decision["resolution"], decision["resolved_by"] or "",
        decision["resolved_at"], decision["resolution_reason"],
    )  # fmt: skip


def _already(decisions: list[Row]) -> str:
    """Return one sentence about the decisions resolved meanwhile: the answer, by whom, when and why."""
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
    """Raise WrongUse for an organisation that is not registered; None stands for all organisations."""
    if inn is not None:
        organization_of(transaction, inn)
