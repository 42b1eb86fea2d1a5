"""What a person's answer to a question changes in the books: pure, with the same rule for orders as every batch."""

from __future__ import annotations

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

_PART = ["operation", "taxation", "agent"]
_LIVE = ("new", "accepted", "rejected")
_TAKE: Final = "take"
"""The action of a shift that takes the proposed facts."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open decision with what is known of its shift.

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
    """What an answer changes: SHIFT_CHANGES, ORDER_CHANGES, and the contents of the orders to issue (ORDERS)."""

    shifts: pd.DataFrame
    orders: pd.DataFrame
    contents: pd.DataFrame


def decide_answer(question: Question, word: str) -> AnswerChanges:
    """What the books become by an answer.

    keep-ofd, keep-market: the side of that source is booked. Where the other side is booked too, its orders are
    reversed, and its shift is the duplicate. reverse: what is booked is reversed, and what the source reports now is
    issued with numbers of its own. both: they are two shifts, and both are booked. approve: the shift is booked from
    its sums, or stays booked where it has orders. reject: nothing of it is booked, and what was is reversed.

    Raises WrongUse where orders cannot be issued: their sums are not known, no account rule fits, they would be dated
    before the start of the integration, or a shift of the OFD that this one may be is booked; and where a shift that
    waits has orders in a period that was closed since, and is approved.
    """
    decision = question.decision
    shift, counterpart = decision["shift_id"], decision["rival_id"]
    is_pair = decision["kind"] == "conflict" and counterpart is not None
    proposed_is_kept = word == (KEEP_OFD if decision["source"] == "ofd" else KEEP_MARKET)
    if word == REJECT:
        rejected = _mark(decision, shift, Outcome.REJECTED, decision["same_as"])
        return _changes(rejected, reversed_=_live(question, shift))
    if is_pair and word != BOTH and not proposed_is_kept:
        return _changes(_mark(decision, shift, Outcome.DUPLICATE, counterpart), reversed_=_live(question, shift))
    if not is_pair and word in (KEEP_OFD, KEEP_MARKET):
        return _changes(_mark(decision, shift, _kept_outcome(question), decision["same_as"]))
    # What is left books the proposed side.
    live = _live(question, shift)
    if word == APPROVE and decision["booked_counterparts"]:
        raise WrongUse(
            f"the OFD has booked {decision['booked_counterparts']} shifts of that time with the same cash, and this one"
            " may be one of them",
            fix="link its cashbox to a register, or to none: `smena links set`",
        )
    if word == APPROVE and len(live):
        if decision["day"] != decision["order_day"]:
            raise WrongUse(
                f"its orders lie in a period that is closed through {decision['closed_through']}",
                fix="open the period first: `smena period open`",
            )
        return _changes(_mark(decision, shift, Outcome.ISSUED, decision["same_as"]))
    if word == REVERSE:
        gone, live = live, live.head(0)
    elif is_pair and word != BOTH:
        gone = _live(question, counterpart)
    else:
        gone = live.head(0)
    contents = ORDERS.empty() if is_pair and len(live) else _orders_of(question)
    is_booked = len(contents) > 0 or len(live) > 0
    shifts = [_mark(decision, shift, Outcome.ISSUED if is_booked else Outcome.NO_CASH, None, action=_TAKE)]
    if is_pair and word != BOTH:
        shifts.append(_mark(decision, counterpart, Outcome.DUPLICATE, shift))
    return _changes(*shifts, reversed_=gone, contents=_with_issue(question, contents))


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
        "revision": decision["revision"] if is_shift else decision["rival_revision"],
    }


def _changes(
    *shifts: dict[str, Any], reversed_: pd.DataFrame | None = None, contents: pd.DataFrame | None = None
) -> AnswerChanges:
    parts = []
    if reversed_ is not None and len(reversed_):
        parts.append(reversed_.assign(action="reverse"))
    if contents is not None and len(contents):
        parts.append(contents.assign(action="issue"))
    framed = [part.reindex(columns=list(ORDER_CHANGES.columns)) for part in parts]
    return AnswerChanges(
        SHIFT_CHANGES.conform(pd.DataFrame(list(shifts), columns=list(SHIFT_CHANGES.columns))),
        ORDER_CHANGES.conform(pd.concat(framed, ignore_index=True)) if framed else ORDER_CHANGES.empty(),
        ORDERS.empty() if contents is None else contents,
    )


def _live(question: Question, shift_id: str) -> pd.DataFrame:
    orders = question.orders
    return orders[(orders["shift_id"] == shift_id) & orders["status"].isin(_LIVE)]


def _kept_outcome(question: Question) -> Outcome:
    """What a shift is again that keeps its facts and its orders. One that was closed as lost stays so."""
    decision = question.decision
    if len(_live(question, decision["shift_id"])):
        return Outcome.ISSUED
    return Outcome.REJECTED if decision["source"] == "ofd" and decision["is_unclosed"] else Outcome.NO_CASH


def _orders_of(question: Question) -> pd.DataFrame:
    """The orders that the proposed side makes (ORDERS), dated on the first open day where their own is closed.

    They are those that its load proposed, to the kopeck of VAT. Where it could propose none, because the shift needed a
    look, they are made of its sums by the same rule.
    """
    decision, proposal = question.decision, question.decision["proposal"] or {}
    day = decision["day"]
    if decision["held"].get("cash_income") is None:
        raise WrongUse(f"the sums of the shift of decision {decision['decision_id']} are not known")
    if decision["order_day"] is None:
        raise WrongUse(f"the day of the shift of decision {decision['decision_id']} is not known")
    if proposal.get("orders") is not None and decision["held"].get("outcome") in (None, "issued", "no_cash"):
        orders = _stored(proposal["orders"])
    else:
        orders = _from_sums(question)
    if orders.empty:
        return orders
    if decision["start_date"] is None or day < decision["start_date"]:
        raise WrongUse(
            f"its orders would be dated {day}, before the start of the integration, {decision['start_date']}",
            fix="enable it from an earlier date first",
        )
    suffix = ""
    if day != decision["order_day"]:
        through = decision["closed_through"]
        suffix = f", за {decision['order_day']:%d.%m.%Y}: период закрыт по {through:%d.%m.%Y}"
    basis = orders["basis"] + _instead_of(question, orders) + suffix
    return orders.assign(day=pd.Timestamp(day), basis=basis)


def _stored(orders: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Proposed orders as they are stored with a shift or a decision, as ORDERS."""
    if not orders:
        return ORDERS.empty()
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


def _instead_of(question: Question, orders: pd.DataFrame) -> pd.Series:
    """For each order, which one it takes the place of, as text; empty where there was none."""
    newest = _newest(question, orders)
    newest = newest.mask(newest["status"] == "moved")
    number, day = newest["number"].astype("string"), newest["day"].dt.strftime("%d.%m.%Y").astype("string")
    text: pd.Series = (", взамен ордера № " + number + " от " + day).fillna("")
    return text.set_axis(orders.index)


def _with_issue(question: Question, orders: pd.DataFrame) -> pd.DataFrame:
    """The orders with `shift_id` and `issue`: one more than that of the newest order of the same part."""
    issue = (_newest(question, orders)["issue"].fillna(0) + 1).set_axis(orders.index)
    return orders.assign(shift_id=question.decision["shift_id"], issue=issue)


def _newest(question: Question, orders: pd.DataFrame) -> pd.DataFrame:
    own = question.orders[question.orders["shift_id"] == question.decision["shift_id"]]
    newest = own.sort_values("issue").drop_duplicates(_PART, keep="last")
    return orders[_PART].merge(newest, on=_PART, how="left")
