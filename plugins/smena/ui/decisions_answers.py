"""«Решения»: answer one decision, the ticked ones or all of a filter; take answers back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.conflicts import resolve_each
from smena.decisions.taking_back import take_back
from smena.model.answers import WORDS
from smena.model.errors import AlreadyAnswered, WrongUse
from smena.reads.decisions import counted, recommended_answers, recommended_words
from smena.ui.asking import CannotBe, plain, ticked
from smena.ui.auth import Editor, UsePages
from smena.ui.decisions import A_PAGE, the_list
from smena.ui.decisions_filter import DecisionsForm, DecisionsRequest
from smena.ui.pages import NotInSight, Pages, User
from smena.ui.rendering import page
from smena.warehouse.database import Transaction

router = APIRouter()

RECOMMENDED = "recommended"
"""In place of an answer: give each decision its recommended answer."""

_LONGEST_REASON = 500
Reason = Annotated[str, Form(max_length=_LONGEST_REASON)]


@router.post("/decisions/resolve")
def resolve_decisions(
    request: Request,
    who: Editor,
    pages: UsePages,
    query: DecisionsForm,
    word: Annotated[str, Form(max_length=20)] = "",
    other_word: Annotated[str, Form(max_length=20)] = "",
    decision: Annotated[list[int] | None, Form(max_length=A_PAGE)] = None,
    reason: Reason = "",
    scope: Annotated[str, Form(pattern="^(chosen|filter)$")] = "chosen",
    confirmed: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Answer the ticked decisions, or all of the filter, for one reason: all or none.

    `word` is an answer, RECOMMENDED, or `other`: then `other_word` is the answer.
    """
    if word == "all":
        word, scope = RECOMMENDED, "filter"
    word = other_word if word == "other" else word
    given = plain(reason)
    try:
        if word not in (*WORDS, RECOMMENDED) or (scope == "filter" and word != RECOMMENDED):
            raise CannotBe("not_understood" if word else "word_needed")  # noqa: TRY301
        if query.problem:
            raise CannotBe(query.problem)  # noqa: TRY301
        chosen = ticked(decision) if scope == "chosen" else []
        if not given:
            raise CannotBe("reason_needed")  # noqa: TRY301
        if scope == "filter":
            return _answer_all(request, who, pages, query, given, confirmed)
        return _answer(request, who, pages, query, chosen, word, given)
    except CannotBe as wrong:
        kept = tuple(decision or ())
        return the_list(request, who, pages, query, status=400, problem=str(wrong), ticked=kept, reason=given)
    except AlreadyAnswered:
        raise
    except WrongUse as wrong:
        if not wrong.stored:
            raise
        kept = tuple(decision or ())
        return the_list(request, who, pages, query, status=409, stored=wrong.stored, ticked=kept, reason=given)


def _answer(
    request: Request, who: User, pages: Pages, query: DecisionsRequest, chosen: list[int], word: str, reason: str
) -> Response:
    """Answer the ticked decisions. With RECOMMENDED, those without a recommended answer stay open."""
    seen = _InSight(chosen)
    with pages.editing(who, seen) as transaction:
        answers = dict.fromkeys(chosen, word) if word != RECOMMENDED else seen.recommended
        if not answers:
            raise CannotBe("nothing_recommended")
        done = resolve_each(transaction, answers, by=who.name, reason=reason)
    return _back(request, query, done=word, count=len(done), without=len(chosen) - len(done), answered=min(answers))


def _answer_all(
    request: Request, who: User, pages: Pages, query: DecisionsRequest, reason: str, confirmed: str
) -> Response:
    """Answer all decisions of the filter that have a recommended answer, after a page that asks for confirmation."""
    with pages.reading(who) as transaction:
        found = counted(transaction, query.of)
        words = recommended_words(transaction, query.of)
        answers = recommended_answers(transaction, query.of)
    if confirmed != found["digest"] or not answers:
        return page(
            request, "decisions_confirm.html", who, found=found, words=words, filter=query.fields, reason=reason,
            changed=bool(confirmed),
        )  # fmt: skip
    with pages.editing(who, _InSight(list(answers))) as transaction:
        done = resolve_each(transaction, answers, by=who.name, reason=reason)
    without = found["decisions"] - found["recommended"]
    return _back(request, query, done=RECOMMENDED, count=len(done), without=without, answered=min(answers))


@router.post("/decisions/take-back")
def take_answers_back(
    request: Request,
    who: Editor,
    pages: UsePages,
    query: DecisionsForm,
    decision: Annotated[int, Form(ge=1, lt=2**63)],
    reason: Reason = "",
) -> Response:
    """Take back the answer to this decision, with all answers that were given in the same request."""
    given = plain(reason)
    if not given:
        return the_list(request, who, pages, query, status=400, problem="reason_needed")
    seen = _Together(decision)
    try:
        with pages.editing(who, seen) as transaction:
            again = take_back(transaction, seen.decisions, by=who.name, reason=given)
    except WrongUse as wrong:
        if not wrong.stored:
            raise
        return the_list(request, who, pages, query, status=409, stored=wrong.stored)
    return _back(request, query, done="taken_back", count=len(again))


class _InSight:
    """Checks, under row-level security, that the user may see the decisions; has their recommended answers then."""

    def __init__(self, decisions: list[int]) -> None:
        self._decisions = decisions
        self.recommended: dict[int, str] = {}

    def __call__(self, transaction: Transaction) -> None:
        rows = transaction.rows("page_decisions_in_sight", decisions=self._decisions)
        if len(rows) != len(self._decisions):
            raise NotInSight
        self.recommended = {row["decision_id"]: row["word"] for row in rows if row["word"]}


class _Together:
    """Finds, under row-level security, the answers that were given together with one."""

    def __init__(self, decision: int) -> None:
        self._decision = decision
        self.decisions: list[int] = []

    def __call__(self, transaction: Transaction) -> None:
        if not transaction.rows("page_decisions_in_sight", decisions=[self._decision]):
            raise NotInSight
        rows = transaction.rows("page_answered_together", decision_id=self._decision)
        # An answer that was not given or is taken back is passed on, so that `take_back` refuses it with its reason.
        self.decisions = [row["decision_id"] for row in rows] or [self._decision]


def _back(request: Request, request_query: DecisionsRequest, **given: object) -> Response:
    query = urlencode(request_query.fields | {name: str(value) for name, value in given.items() if value})
    return RedirectResponse(f"{request.scope.get('root_path', '')}/decisions?{query}", 303)
