"""A person's answers, given to the books in memory by the same core as in the warehouse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from smena.matching.answers import AnswerChanges, Question, decide_answer
from smena.model.answers import choices
from smena.model.errors import WrongUse
from smena.model.organization import AccountRule
from smena.transform.frames import MONEY
from tests.unit.matching.books_in_memory import Books
from tests.unit.matching.slice_builders import in_force

ACCOUNTS = (
    AccountRule("cash_income", None, None, "50.01", "90.01.1"),
    AccountRule("cash_refund", None, None, "90.01.1", "50.01"),
)


def answer(books: Books, decision_id: int, word: str) -> bool:
    """Answers an open decision about published facts; False where the core refuses it."""
    row = books.decisions.set_index("decision_id").loc[decision_id]
    question = _question(books, row)
    assert word in choices(question.decision), f"{word} answers no such question"
    try:
        changes = decide_answer(question, word)
    except WrongUse:
        return False
    is_it = books.decisions["decision_id"] == decision_id
    books.decisions.loc[is_it, "is_open"] = False
    books.decisions.loc[is_it, "resolution"] = word
    books.decisions.loc[is_it, "is_by_person"] = True
    _apply(books, changes, question)
    return True


def _question(books: Books, row: pd.Series) -> Question:
    shift = books.shifts.loc[row["shift_id"]]
    counterpart = None if pd.isna(row["counterpart_id"]) else row["counterpart_id"]
    start = books.setting.ofd_start if shift["source"] == "ofd" else books.setting.market_start
    through = books.setting.closed_through
    day = shift["order_day"]
    first_open = day if through is None or day > through else through + timedelta(days=1)
    held = {name: None if pd.isna(shift[name]) else int(shift[name]) / 100 for name in MONEY}
    of_both = books.orders["shift_id"].isin([row["shift_id"], counterpart])
    plain: dict[str, Any] = {
        name: None if pd.isna(shift[name]) else shift[name]
        for name in ("source", "kkt_reg_id", "fiscal_document_number", "cashbox_id", "till_shift", "same_as")
    }
    decision = plain | {
        "decision_id": 1, "kind": row["kind"], "shift_id": row["shift_id"], "competing_shift_id": counterpart,
        "held": held,
        "proposal": None, "fiscal_drive_number": "drive", "shift_number": 1, "opened_at": shift["opened_at"],
        "closed_at": shift["closed_at"], "is_unclosed": pd.isna(shift["fiscal_document_number"]),
        "revision": shift["revision"], "order_day": day.date(), "day": first_open.date(),
        "competing_revision": books.shifts["revision"].get(counterpart), "closed_through": through and through.date(),
        "kpp": "960701001", "start_date": start and start.date(),
        "booked_counterparts": 0,
    }  # fmt: skip
    decision["opened_at"] = None if pd.isna(decision["opened_at"]) else decision["opened_at"]
    return Question(
        decision, books.orders_and_moved(of_both, pd.Series([row["shift_id"]])), in_force(accounts=ACCOUNTS)
    )


def _apply(books: Books, changes: AnswerChanges, question: Question) -> None:
    for _, change in changes.shifts.iterrows():
        shift_id = change["shift_id"]
        assert books.shifts.loc[shift_id, "revision"] == change["revision"], "the revision that was read"
        names = ["outcome", "same_as"]
        books.shifts.loc[shift_id, names] = change[names].to_numpy()
        books.shifts.loc[shift_id, "has_decision"] = True
        books.shifts.loc[shift_id, "revision"] += 1
        if change["action"] == "take":
            books.shifts.loc[shift_id, "order_day"] = pd.Timestamp(question.decision["day"])
    reversed_ = changes.orders.loc[changes.orders["action"] == "reverse", "document_id"]
    books.orders.loc[reversed_, "status"] = "reversed"
    books.orders.loc[reversed_, "is_reversed_by_decision"] = True
    books.orders.loc[reversed_, "revision"] += 1
    if len(changes.contents):
        books.issue(changes.contents.assign(contents=changes.contents["amount"].astype(str) + " by decision"))
