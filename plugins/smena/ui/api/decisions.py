"""Decisions: open ones, one, and the answer to one."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from smena.decisions.conflicts import resolve
from smena.model.answers import choices
from smena.reads.decisions import decision_of, waiting
from smena.ui.api.auth import Editor, Reader, UsePages
from smena.ui.api.fields import REASON, AfterNumber, DecisionId, Inn, Limit, Model
from smena.ui.api.models import Answered, AnswerWord, Decision, Decisions, sides
from smena.ui.api.problems import documented
from smena.ui.pages import NotInSight, organization_in_sight
from smena.warehouse.database import Row, Transaction

router = APIRouter(tags=["decisions"])


class Answer(Model):
    """The answer to a decision: one of its `choices`, and why."""

    answer: AnswerWord
    reason: str = Field(max_length=500, pattern=REASON)


@router.get("/decisions", responses=documented(404))
def decisions(who: Reader, pages: UsePages, inn: Inn = None, after: AfterNumber = "", limit: Limit = 100) -> Decisions:
    """Return a page of the open decisions, the oldest first."""
    with pages.reading(who) as transaction:
        if inn is not None:
            organization_in_sight(transaction, inn)
        rows = waiting(transaction, inn, after=int(after or 0), most=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return Decisions(items=[_decision(row) for row in rows], next=str(rows[-1]["decision_id"]) if more else None)


@router.get("/decisions/{decision_id}", responses=documented(404))
def decision(who: Reader, pages: UsePages, decision_id: DecisionId) -> Decision:
    """Return one decision, open or answered."""
    with pages.reading(who) as transaction:
        row = decision_of(transaction, decision_id)
    if row is None:
        raise NotInSight
    return _decision(row)


@router.post("/decisions/{decision_id}/answer", responses=documented(404, 409, 413))
def answer(who: Editor, pages: UsePages, decision_id: DecisionId, given: Answer) -> Answered:
    """Answer an open decision, as the page «Решения» does. Status 409 if it is answered already."""

    def look(transaction: Transaction) -> None:
        if decision_of(transaction, decision_id) is None:
            raise NotInSight

    with pages.editing(who, look) as transaction:
        done = resolve(transaction, decision_id, given.answer, by=who.name, reason=given.reason)
    return Answered(
        decision=_decision(done.decision),
        reversed=[UUID(one) for one in done.reversed],
        issued=[row["document_id"] for row in done.issued],
    )


def _decision(row: Row) -> Decision:
    recommendation = row["recommendation"] or {}
    is_open = row["state"] == "open"
    return Decision.model_validate(
        row
        | {
            "current": sides(row["kept"]),
            "proposed": sides(row["held"]),
            "recommended": recommendation.get("word") or None,
            "choices": list(choices(row)) if is_open else [],
        }
    )
