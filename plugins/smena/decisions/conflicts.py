"""Decisions that wait for a person: a source that changed its mind, and shifts that need a look (DOMAIN 2, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse

KEEP_OFD, KEEP_MARKET, BOTH, REVERSE = "keep-ofd", "keep-market", "both", "reverse"
APPROVE, REJECT = "approve", "reject"
WORDS = (KEEP_OFD, KEEP_MARKET, BOTH, REVERSE, APPROVE, REJECT)
WAITING = ("conflict", "needs_review", "closed_period")
"""Outcomes of shifts that wait for a person. What is `incomplete` waits for its source."""


class ResolvedAlready(WrongUse):
    """Somebody has resolved the decision already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a resolution did: the decision as it stands now, ids of reversed orders, orders that were issued."""

    decision: Row
    reversed: list[str]
    issued: list[Row]


def open_decisions(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Decisions that wait: both sides, their difference by name ([kept, held]), the evidence, since when, the words."""
    rows = transaction.rows("decisions", inn=inn, decision_id=None)
    return [row | {"difference": _difference(row), "choices": list(choices(row))} for row in rows]


def waiting_shifts(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Shifts that wait for a person, with their reasons."""
    return transaction.rows("shifts", inn=inn, first_day=None, last_day=None, outcomes=list(WAITING), late=False)


def choices(decision: Row) -> tuple[str, ...]:
    """The words that resolve a decision: they depend on its kind, and on which source each side is of."""
    if decision["kind"] == "review":
        return (APPROVE, REJECT)
    return (KEEP_OFD if decision["source"] == "ofd" else KEEP_MARKET, REVERSE)


def resolve(transaction: Transaction, decision_id: int, word: str, *, by: str, reason: str) -> Resolved:
    """Resolves a decision, whole or not at all, under the organisation's lock.

    keep-ofd: what stands from the OFD is kept; the same difference is not asked again. reverse: the orders that stand
    are reversed, and what the source tells now is issued with numbers of its own. approve: a shift that needed a look
    is booked from its sums. reject: nothing of it is booked. In a closed period new orders and reversals count on the
    first open day.

    Raises ResolvedAlready; WrongUse for an unknown decision, a word that does not fit it, or orders that cannot be
    issued.
    """
    if not reason.strip():
        raise WrongUse("a decision needs a reason", fix="give --reason")
    transaction.run("lock_organization", inn=_decision(transaction, decision_id)["organization_inn"])
    decision = _decision(transaction, decision_id)
    if decision["state"] != "open":
        raise ResolvedAlready(
            f"decision {decision_id} is resolved already: {decision['resolution']}, by {decision['resolved_by']}"
        )
    if word not in choices(decision):
        raise WrongUse(
            f"{word} does not fit decision {decision_id}, a {decision['kind']} of what {decision['source']} tells",
            fix=f"choose one of: {', '.join(choices(decision))}",
        )
    transaction.run("resolve_decision", decision_id=decision_id, resolution=word, resolved_by=by, reason=reason.strip())
    gone: list[Row] = []
    issued: list[Row] = []
    if word == REVERSE:
        _want(transaction, decision_id)
        gone = transaction.rows("resolve_reverse", decision_id=decision_id, resolved_by=by, reason=reason.strip())
        issued = transaction.rows("resolve_issue")
        transaction.run("resolve_shift_as_held", decision_id=decision_id)
    elif word == APPROVE:
        _want(transaction, decision_id)
        issued = transaction.rows("resolve_issue")
        transaction.run("resolve_shift_as_held", decision_id=decision_id)
    elif word == REJECT:
        transaction.run("resolve_shift_as_rejected", decision_id=decision_id)
    else:
        transaction.run("resolve_shift_as_kept", decision_id=decision_id)
    return Resolved(_decision(transaction, decision_id), [row["document_id"] for row in gone], issued)


def _decision(transaction: Transaction, decision_id: int) -> Row:
    row = transaction.row("decisions", decision_id=decision_id, inn=None)
    if row is None:
        raise WrongUse(f"there is no decision {decision_id}", fix="`smena conflicts` lists them")
    return row


def _want(transaction: Transaction, decision_id: int) -> None:
    """Makes the orders to be issued, in the table `wanted_order`. Raises WrongUse where they cannot be."""
    transaction.run("resolve_wanted", decision_id=decision_id)
    found = transaction.rows("resolve_wanted_check", decision_id=decision_id)[0]
    if found["is_sumless"]:
        raise WrongUse(f"the sums of the shift of decision {decision_id} are not known")
    if found["day_before_start"] is not None:
        raise WrongUse(
            f"its orders would be dated {found['day_before_start']}, before the start of the integration,"
            f" {found['start_date']}",
            fix="enable it from an earlier date first",
        )
    if found["operation_without_accounts"] is not None:
        raise WrongUse(
            f"no account rule fits {found['operation_without_accounts']}", fix="add one to control.account_rule first"
        )


def _difference(decision: Row) -> dict[str, list[Any]]:
    kept, held = decision["kept"], decision["held"]
    return {name: [kept[name], held.get(name)] for name in kept if _plain(kept[name]) != _plain(held.get(name))}


def _plain(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float) else value


def organization_known(transaction: Transaction | Warehouse, inn: str | None) -> None:
    """Raises WrongUse for an organisation that is not registered; None is all of them."""
    if inn is not None:
        organization_of(transaction, inn)
