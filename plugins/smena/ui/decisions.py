"""«Решения»: what waits for a person, both sides side by side, the evidence, the words that resolve it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.conflicts import resolve_many
from smena.model.answers import WORDS, choices
from smena.reads.decisions import decision_of, waiting
from smena.reads.documents import orders_of_shifts
from smena.ui.asking import AnyInn, CannotBe, Text, plain, ticked
from smena.ui.desk import NotInSight, organization_in_sight
from smena.ui.doors import Acting, AtDesk, Looking
from smena.ui.rendering import page
from smena.ui.runs import Runs
from smena.warehouse.database import Row, Transaction

router = APIRouter()

A_PAGE = 50
_LONGEST_REASON = 500
_AMOUNTS = (
    "cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund", "receipts",
    "order_date", "outcome",
)  # fmt: skip


@router.get("/decisions")
def decisions(
    request: Request,
    who: Looking,
    desk: AtDesk,
    find_runs: Runs,
    inn: AnyInn = "",
    after: Text = "",
    done: Text = "",
    count: Text = "",
) -> Response:
    """Open decisions, the oldest first, and what people decided last."""
    with desk.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn) if inn else None
        organizations = transaction.rows("desk_organizations", search="", most=500)
        first = int(after) if after.isdecimal() and len(after) < 19 else 0
        rows = waiting(transaction, inn or None, after=first, most=A_PAGE)
        decided = transaction.rows("desk_decided", inn=inn or None, most=10)
        told_of = {one for row in rows for one in (row["shift_id"], row["rival_id"]) if one}
        documents = orders_of_shifts(transaction, sorted(told_of))
    for row in rows:
        own = [one for one in documents if one["shift_id"] in (row["shift_id"], row["rival_id"])]
        row |= {"choices": choices(row), "sides": _sides(row), "words": _words(row), "documents": own}
    return page(
        request,
        "decisions.html",
        who,
        organization=organization,
        organizations=organizations,
        decisions=rows,
        decided=decided,
        common=_common(rows),
        next_after=rows[-1]["decision_id"] if len(rows) == A_PAGE else None,
        dags=find_runs({row["run_id"] for row in rows}),
        done=done if done in WORDS else "",
        count=count if count.isdecimal() and len(count) < 4 else "1",
    )


@router.post("/decisions/resolve")
def resolve_decisions(
    request: Request,
    who: Acting,
    desk: AtDesk,
    word: Annotated[str, Form(max_length=20)],
    decision: Annotated[list[int] | None, Form(max_length=A_PAGE)] = None,
    reason: Annotated[str, Form(max_length=_LONGEST_REASON)] = "",
) -> Response:
    """One decision, or those that were ticked: all by one word and for one reason, or none of them."""
    if word not in WORDS:
        raise CannotBe("not_understood")
    if not plain(reason):
        raise CannotBe("reason_needed")
    chosen = ticked(decision)

    def look(transaction: Transaction) -> None:
        for one in chosen:
            if decision_of(transaction, one) is None:
                raise NotInSight

    with desk.acting(who, look) as transaction:
        done = resolve_many(transaction, chosen, word, by=who.name, reason=plain(reason))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/decisions?done={word}&count={len(done)}", 303)


def _common(rows: list[Row]) -> tuple[str, ...]:
    """The words that fit some of these decisions of two sources: what may be said of many at once."""
    between = [row for row in rows if row["words"] == "between_word_"]
    return between[0]["choices"] if len(between) > 1 else ()


def _words(row: Row) -> str:
    """What the words of a decision are called: they do different things to a document, a shift, two shifts."""
    if row["document_id"] is not None:
        return "document_word_"
    if row["kind"] != "conflict":
        return "word_"
    # Both sides are of one source: "keep the OFD's" would not say which of them is kept.
    return "between_word_" if row["rival_id"] is not None else "booked_word_"


def _sides(row: Row) -> list[dict[str, Any]]:
    """Line by line what is kept and what is held back, those that differ marked."""
    kept, held = ({name: one for name, one in row[side].items() if name != "digest"} for side in ("kept", "held"))
    names = [name for name in _AMOUNTS if name in kept or name in held]
    names += sorted((set(kept) | set(held)) - set(names))
    return [
        {
            "name": name,
            "kept": kept.get(name),
            "held": held.get(name),
            # What only one side has (an outcome) is shown, and is no difference.
            "differs": name in kept and str(kept[name]) != str(held.get(name)),
        }
        for name in names
    ]
