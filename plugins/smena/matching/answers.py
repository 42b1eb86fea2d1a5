"""Decides what a person's answer changes in the books. Pure; orders follow the same rule as in every batch.

An *order* is a cash order (ПКО or РКО). A decision has two sides: the current one, which is published (`kept`), and the
proposed one, which a source reported otherwise (`held`). `smena.model.answers.choices` has the words that answer each
kind of decision, and `smena.decisions.conflicts` refuses other words before it calls this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from smena.matching.changes import ORDER_CHANGES, SHIFT_CHANGES
from smena.model.answers import APPROVE, BOTH, KEEP_MARKET, KEEP_OFD, REJECT, REVERSE
from smena.model.errors import WrongUse
from smena.model.organization import AccountRule, SettingsInForce
from smena.model.outcome import Operation, Outcome
from smena.transform.basis import basis_of_shifts, basis_of_till_shifts
from smena.transform.frames import MONEY, ORDERS, RECEIPTS, SHIFT_KEY, VAT_LINES
from smena.transform.orders import make_orders

_ORDER_KEY = ["operation", "taxation", "agent"]
_OF_ANSWER = ["decision_id", "shift_id"]
_LIVE = ("new", "accepted", "rejected")
"""Statuses of orders that can be reversed. A rejected order can still be accepted, so an answer reverses it too."""

_TAKE: Final = "take"
"""The action of a change that writes the proposed facts into the shift."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open decision, with the orders and settings of its shift.

    Attributes:
        decision: a row of `slice_answer`.
        orders: the orders of the shift and of its counterpart, rows of `slice_answer_orders`.
        settings: settings and account rules of the day on which the shift was closed.
    """

    decision: Mapping[str, Any]
    orders: pd.DataFrame
    settings: SettingsInForce


@dataclass(frozen=True, slots=True)
class AnswerChanges:
    """The changes made by answers; each row has the `decision_id` of its answer.

    Attributes:
        shifts: SHIFT_CHANGES, and the `day` of the orders that the answer may issue.
        orders: ORDER_CHANGES.
        contents: the orders to issue: ORDERS with `shift_id` and `issue`.
    """

    shifts: pd.DataFrame
    orders: pd.DataFrame
    contents: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Plan:
    """The effect of one answer: shifts to mark, shifts whose live orders are reversed, orders to issue."""

    question: Question
    marks: Sequence[dict[str, Any]]
    reversed: Sequence[str] = ()
    made: pd.DataFrame | Sequence[Mapping[str, Any]] = ()


def decide_answer(question: Question, word: str) -> AnswerChanges:
    """Return what one answer changes in the books. Raise as `decide_answers` does."""
    return decide_answers([(question, word)])


def decide_answers(answers: Sequence[tuple[Question, str]]) -> AnswerChanges:
    """Return what answers change in the books. No two answers may be about one shift.

    keep-ofd, keep-market: the side of that source is booked. If the other side is booked too, its orders are reversed,
    and its shift is the duplicate. reverse: the booked orders are reversed, and orders of the reported facts are
    issued with new numbers. both: the sides are two shifts, and both are booked. approve: the shift is booked from its
    sums, or stays booked if it has orders. reject: the shift is not booked, and its orders are reversed.

    Raise WrongUse for the first impossible answer: if orders cannot be issued (their sums are unknown, no account rule
    fits, they would be dated before the start of the integration, or a shift of the OFD that may be the same is
    booked), and if a waiting shift is approved that has orders in a period closed since.
    """
    orders = pd.concat(
        [question.orders.assign(decision_id=question.decision["decision_id"]) for question, _ in answers],
        ignore_index=True,
    )
    is_live = orders["status"].isin(_LIVE)
    live = Counter(orders.loc[is_live, _OF_ANSWER].itertuples(index=False, name=None))
    plans = [_plan(question, word, live) for question, word in answers]
    gone = pd.DataFrame(
        [(plan.question.decision["decision_id"], shift) for plan in plans for shift in plan.reversed],
        columns=_OF_ANSWER,
    )
    is_gone = pd.MultiIndex.from_frame(orders[_OF_ANSWER]).isin(pd.MultiIndex.from_frame(gone))
    return _changes(plans, orders[is_live & is_gone], _contents(plans, orders))


def _plan(question: Question, word: str, live: Mapping[tuple[int, str], int]) -> _Plan:
    """The effect of an answer; `live` counts live orders by decision and shift. Raises as `decide_answers` does."""
    decision = question.decision
    shift, counterpart = decision["shift_id"], decision["competing_shift_id"]
    live_orders = live.get((decision["decision_id"], shift), 0)
    is_pair = decision["kind"] == "conflict" and counterpart is not None
    proposed_is_kept = word == (KEEP_OFD if decision["source"] == "ofd" else KEEP_MARKET)
    if word == REJECT:
        return _Plan(question, [_mark(decision, shift, Outcome.REJECTED, decision["same_as"])], [shift])
    if is_pair and word != BOTH and not proposed_is_kept:
        return _Plan(question, [_mark(decision, shift, Outcome.DUPLICATE, counterpart)], [shift])
    if not is_pair and word in (KEEP_OFD, KEEP_MARKET):
        return _Plan(question, [_mark(decision, shift, _kept_outcome(decision, live_orders), decision["same_as"])])
    # All other answers book the proposed side.
    if word == APPROVE and decision["booked_counterparts"]:
        raise WrongUse(
            f"the OFD has booked {decision['booked_counterparts']} shifts of that time with the same cash, and this one"
            " may be one of them",
            fix="link its cashbox to a register, or to none: `smena links set`",
        )
    if word == APPROVE and live_orders:
        if decision["day"] != decision["order_day"]:
            raise WrongUse(
                f"its orders lie in a period that is closed through {decision['closed_through']}",
                fix="open the period first: `smena period open`",
            )
        return _Plan(question, [_mark(decision, shift, Outcome.ISSUED, decision["same_as"])])
    gone: list[str] = []
    if word == REVERSE:
        gone, live_orders = [shift], 0
    elif is_pair and word != BOTH:
        gone = [counterpart]
    made = () if is_pair and live_orders else _made(question)
    is_booked = len(made) > 0 or live_orders > 0
    marks = [_mark(decision, shift, Outcome.ISSUED if is_booked else Outcome.NO_CASH, None, action=_TAKE)]
    if is_pair and word != BOTH:
        marks.append(_mark(decision, counterpart, Outcome.DUPLICATE, shift))
    return _Plan(question, marks, gone, made)


def _mark(
    decision: Mapping[str, Any], shift_id: str, outcome: Outcome, same_as: str | None, *, action: str = "mark"
) -> dict[str, Any]:
    is_shift = shift_id == decision["shift_id"]
    return {
        "shift_id": shift_id,
        "place": None,
        "action": action,
        "outcome": str(outcome),
        "reason": None,
        "same_as": same_as,
        "kpp": decision["kpp"] if action == _TAKE else None,
        "revision": decision["revision"] if is_shift else decision["competing_revision"],
        "decision_id": decision["decision_id"],
        "day": decision["day"],
    }


def _changes(plans: Sequence[_Plan], reversed_: pd.DataFrame, contents: pd.DataFrame) -> AnswerChanges:
    marks = pd.DataFrame([mark for plan in plans for mark in plan.marks])
    parts = [part for part in (reversed_.assign(action="reverse"), contents.assign(action="issue")) if len(part)]
    changed = [part.reindex(columns=[*ORDER_CHANGES.columns, "decision_id"]) for part in parts]
    orders = pd.concat(changed, ignore_index=True) if changed else ORDER_CHANGES.empty().assign(decision_id=None)
    return AnswerChanges(
        SHIFT_CHANGES.conform(marks).assign(decision_id=marks["decision_id"], day=marks["day"]),
        ORDER_CHANGES.conform(orders).assign(decision_id=orders["decision_id"].astype("Int64")),
        contents,
    )


def _kept_outcome(decision: Mapping[str, Any], live_orders: int) -> Outcome:
    """The outcome of a shift that keeps its facts and its orders. A shift closed as lost remains rejected."""
    if live_orders:
        return Outcome.ISSUED
    return Outcome.REJECTED if decision["source"] == "ofd" and decision["is_unclosed"] else Outcome.NO_CASH


def _made(question: Question) -> pd.DataFrame | Sequence[Mapping[str, Any]]:
    """The orders of the proposed side: as stored, or as ORDERS made from its sums.

    They are the orders that the load proposed, with the same VAT. If the load proposed none, because the shift needed a
    review, they are made from its sums by the same rule.
    """
    decision, proposal = question.decision, question.decision["proposal"] or {}
    if decision["held"].get("cash_income") is None:
        raise WrongUse(f"the sums of the shift of decision {decision['decision_id']} are not known")
    if decision["order_day"] is None:
        raise WrongUse(f"the day of the shift of decision {decision['decision_id']} is not known")
    if proposal.get("orders") is not None and decision["held"].get("outcome") in (None, "issued", "no_cash"):
        made: pd.DataFrame | Sequence[Mapping[str, Any]] = proposal["orders"]
    else:
        made = _from_sums(question)
    if len(made) and (decision["start_date"] is None or decision["day"] < decision["start_date"]):
        raise WrongUse(
            f"its orders would be dated {decision['day']}, before the start of the integration,"
            f" {decision['start_date']}",
            fix="enable it from an earlier date first",
        )
    return made


def _contents(plans: Sequence[_Plan], orders: pd.DataFrame) -> pd.DataFrame:
    """The orders that answers make (ORDERS with `decision_id`, `shift_id`, `issue`).

    They are dated on the first open day (`day` of the decision) if the shift's own day (`order_day`) is closed, and
    their basis names the orders that they replace. `issue` is one more than that of the newest order of the same
    operation, tax system and agent.
    """
    making = [plan for plan in plans if len(plan.made)]
    parts = [_of_plan(plan) for plan in making if isinstance(plan.made, pd.DataFrame)]
    stored = [
        {**one, "decision_id": plan.question.decision["decision_id"]}
        for plan in making if not isinstance(plan.made, pd.DataFrame) for one in plan.made
    ]  # fmt: skip
    if stored:
        frame = _stored(stored)
        parts.append(frame.assign(decision_id=[one["decision_id"] for one in stored]))
    if not parts:
        return ORDERS.empty().assign(decision_id=pd.Series(dtype="int64"), shift_id="", issue=0)
    made = pd.concat(parts, ignore_index=True)
    of_decision = {plan.question.decision["decision_id"]: plan.question.decision for plan in making}
    shifts = {number: decision["shift_id"] for number, decision in of_decision.items()}
    own = orders[orders["shift_id"] == orders["decision_id"].map(shifts)]
    newest = own.sort_values("issue").drop_duplicates(["decision_id", *_ORDER_KEY], keep="last")
    former = made[["decision_id", *_ORDER_KEY]].merge(newest, on=["decision_id", *_ORDER_KEY], how="left")
    number = former["number"].astype("string").mask(former["status"] == "moved")
    day = former["day"].dt.strftime("%d.%m.%Y").astype("string")
    instead_of = (", взамен ордера № " + number + " от " + day).fillna("")
    ids = made["decision_id"]
    return made.assign(
        shift_id=ids.map(shifts),
        issue=former["issue"].fillna(0) + 1,
        day=pd.to_datetime(ids.map({number: decision["day"] for number, decision in of_decision.items()})),
        basis=made["basis"] + instead_of + ids.map({n: _closed(one) for n, one in of_decision.items()}),
    )


def _of_plan(plan: _Plan) -> pd.DataFrame:
    made = plan.made
    assert isinstance(made, pd.DataFrame)  # noqa: S101 - for mypy
    return made.assign(decision_id=plan.question.decision["decision_id"])


def _closed(decision: Mapping[str, Any]) -> str:
    """The addition to the basis of an order that is not dated on its own day."""
    if decision["day"] == decision["order_day"]:
        return ""
    return f", за {decision['order_day']:%d.%m.%Y}: период закрыт по {decision['closed_through']:%d.%m.%Y}"


def _stored(orders: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Proposed orders as they are stored with a shift or a decision, as ORDERS."""
    frame = pd.DataFrame([{**one, "vat_by_rate": _as_text(one.get("vat_by_rate"))} for one in orders])
    return ORDERS.conform(frame.assign(day=pd.to_datetime(frame["day"])).reindex(columns=list(ORDERS.columns)))


def _as_text(vat_by_rate: Mapping[str, Any] | None) -> str | None:
    if vat_by_rate is None:
        return None
    return "{" + ", ".join(f'"{rate}": {kopecks}' for rate, kopecks in vat_by_rate.items()) + "}"


def _from_sums(question: Question) -> pd.DataFrame:
    decision, settings = question.decision, question.settings
    if not settings.organization.keeps_cash_documents:
        return ORDERS.empty()
    held, proposal = decision["held"], decision["proposal"] or {}
    row: dict[str, Any] = {name: int(Decimal(str(held[name])) * 100) for name in MONEY if held.get(name) is not None}
    row |= {name: decision[name] for name in ("kkt_reg_id", "fiscal_drive_number", "shift_number", "cashbox_id")}
    row |= {name: decision[name] for name in ("till_shift", "fiscal_document_number")}
    row |= {
        "opened_at": pd.Timestamp(decision["opened_at"] or decision["closed_at"]),
        "closed_at": pd.Timestamp(decision["closed_at"]),
        "order_day": pd.Timestamp(decision["day"]),
        "outcome": str(Outcome.ISSUED),
        "has_corrections": bool(proposal.get("has_corrections", False)),
    }
    shift = pd.DataFrame([row]).assign(
        detail=pd.Series([pd.NA], dtype="string"), reason=pd.Series([pd.NA], dtype="string")
    )
    text = ["kkt_reg_id", "fiscal_drive_number", "cashbox_id", "till_shift", "outcome"]
    shift = shift.astype(dict.fromkeys(text, "string") | {"shift_number": "Int64", "fiscal_document_number": "Int64"})
    shift = shift.astype({name: "Int64" for name in MONEY if name in shift})
    is_ofd = decision["source"] == "ofd"
    shift = shift.assign(basis=basis_of_shifts(shift) if is_ofd else basis_of_till_shifts(shift))
    made, orders = make_orders(
        shift,
        RECEIPTS.empty(),
        VAT_LINES.empty(),
        refunds=settings.organization.refunds,
        accounts=settings.accounts,
        key=SHIFT_KEY if is_ofd else ["cashbox_id", "till_shift"],
    )
    if made["outcome"].iloc[0] == Outcome.NEEDS_REVIEW:
        raise WrongUse(
            f"no account rule fits {_without_account_rule(shift, settings.accounts)}",
            fix=f"set one from {decision['closed_at']:%Y-%m-%d} on or earlier: `smena accounts add`",
        )
    return orders


def _without_account_rule(shift: pd.DataFrame, accounts: Sequence[AccountRule]) -> str:
    ruled = {rule.operation for rule in accounts if rule.taxation in (None, "") and not rule.agent}
    names = [str(name) for name in Operation if str(name) in shift and shift[str(name)].iloc[0] > 0]
    return ", ".join(name for name in names if name not in ruled) or ", ".join(names)
