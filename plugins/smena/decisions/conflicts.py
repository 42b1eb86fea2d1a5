"""Decisions that wait for a person: a source that changed its mind, and shifts that need a look (DOMAIN 2, 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any

from smena.integration.organizations import organization_of
from smena.model.errors import AlreadyAnswered, GivenAnswer, WrongUse
from smena.model.window import OFD
from smena.warehouse.database import Row, Transaction, Warehouse

KEEP_OFD, KEEP_MARKET, BOTH, REVERSE = "keep-ofd", "keep-market", "both", "reverse"
APPROVE, REJECT = "approve", "reject"
WORDS = (KEEP_OFD, KEEP_MARKET, BOTH, REVERSE, APPROVE, REJECT)
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
    if decision["rival_id"] is not None:
        return (KEEP_OFD, KEEP_MARKET, BOTH)
    return (KEEP_OFD if decision["source"] == "ofd" else KEEP_MARKET, REVERSE)


def resolve(transaction: Transaction, decision_id: int, word: str, *, by: str, reason: str) -> Resolved:
    """Resolves a decision, whole or not at all, under the organisation's lock.

    keep-ofd, keep-market: what stands from that source is kept; the same difference is not asked again. reverse: what
    stands is reversed, and what the source tells now is issued with numbers of its own. Of two sources that tell of one
    shift with other sums, the one that is named is booked and the other reversed; both: they are two shifts, and both
    are booked. approve: a shift that needed a look is booked from its sums. reject: nothing of it is booked. In a
    closed period new orders and reversals count on the first open day.

    Raises ResolvedAlready; WrongUse for an unknown decision, a word that does not fit it, or orders that cannot be
    issued.
    """
    if not reason.strip():
        raise WrongUse("a decision needs a reason", fix="give --reason")
    transaction.run("lock_organization", inn=_decision(transaction, decision_id)["organization_inn"])
    decision = _decision(transaction, decision_id)
    if decision["state"] != "open":
        raise ResolvedAlready([_given(decision)], message=_already([decision]))
    if word not in choices(decision):
        raise WrongUse(
            f"{word} does not fit decision {decision_id}, a {decision['kind']} of what {decision['source']} tells",
            fix=f"choose one of: {', '.join(choices(decision))}",
        )
    transaction.run("resolve_decision", decision_id=decision_id, resolution=word, resolved_by=by, reason=reason.strip())
    done = _Resolution(transaction, decision_id, by, reason.strip())
    if decision["rival_id"] is not None and decision["kind"] == "conflict":
        done.between_sources(word, held_source=decision["source"])
    elif decision["document_id"] is not None:
        done.of_document(word)
    else:
        done.of_shift(word)
    return Resolved(_decision(transaction, decision_id), [str(row["document_id"]) for row in done.gone], done.issued)


def resolve_many(
    transaction: Transaction, decision_ids: Iterable[int], word: str, *, by: str, reason: str
) -> list[Resolved]:
    """Resolves several decisions by one word and for one reason, all or nothing, in their numbers' order.

    Raises ResolvedAlready, which names each that was resolved meanwhile; else as `resolve` does, for the first that
    cannot be resolved so.
    """
    wanted = sorted(set(decision_ids))
    # Locks of several organisations are taken in one order, whoever asks: nobody waits for each other for ever.
    for inn in sorted({_decision(transaction, one)["organization_inn"] for one in wanted}):
        transaction.run("lock_organization", inn=inn)
    found = [_decision(transaction, one) for one in wanted]
    if gone := [row for row in found if row["state"] != "open"]:
        raise ResolvedAlready([_given(row) for row in gone], message=_already(gone))
    return [resolve(transaction, one, word, by=by, reason=reason) for one in wanted]


@dataclass
class _Resolution:
    """What is done by a decision that was resolved just now."""

    transaction: Transaction
    decision_id: int
    by: str
    reason: str
    gone: list[Row] = field(default_factory=list)
    issued: list[Row] = field(default_factory=list)

    def of_shift(self, word: str) -> None:
        if word == REVERSE:
            _want(self.transaction, self.decision_id)
            self._reverse(of_rival=False)
            self._issue()
        elif word == APPROVE:
            _want(self.transaction, self.decision_id)
            self._issue()
        elif word == REJECT:
            self.transaction.run("resolve_shift_as_rejected", decision_id=self.decision_id)
        else:
            self.transaction.run("resolve_shift_as_kept", decision_id=self.decision_id)

    def of_document(self, word: str) -> None:
        if word == REVERSE:
            self.transaction.run(
                "resolve_document", decision_id=self.decision_id, resolved_by=self.by, reason=self.reason
            )
            self.transaction.run("resolve_document_lines", decision_id=self.decision_id)

    def between_sources(self, word: str, *, held_source: str) -> None:
        keeps_held = word == (KEEP_OFD if held_source == OFD else KEEP_MARKET)
        if word != BOTH and not keeps_held:
            self._reverse(of_rival=False)
            self.transaction.run("resolve_shift_as_duplicate", decision_id=self.decision_id, of_rival=False)
            return
        if word != BOTH:
            self._reverse(of_rival=True)
            self.transaction.run("resolve_shift_as_duplicate", decision_id=self.decision_id, of_rival=True)
        if not self.transaction.rows("resolve_live", decision_id=self.decision_id):
            _want(self.transaction, self.decision_id)
            self._issue()
        else:
            self.transaction.run("resolve_shift_as_held", decision_id=self.decision_id)

    def _reverse(self, *, of_rival: bool) -> None:
        self.gone += self.transaction.rows(
            "resolve_reverse",
            decision_id=self.decision_id,
            resolved_by=self.by,
            reason=self.reason,
            of_rival=of_rival,
        )

    def _issue(self) -> None:
        self.issued += self.transaction.rows("resolve_issue")
        self.transaction.run("resolve_shift_as_held", decision_id=self.decision_id)


def _decision(transaction: Transaction, decision_id: int) -> Row:
    row = transaction.row("decisions", decision_id=decision_id, inn=None)
    if row is None:
        raise WrongUse(f"there is no decision {decision_id}", fix="`smena conflicts` lists them")
    return row


def _given(decision: Row) -> GivenAnswer:
    return GivenAnswer(
        "decision", str(decision["decision_id"]), decision["resolution"], decision["resolved_by"] or "",
        decision["resolved_at"], decision["resolution_reason"] or "",
    )  # fmt: skip


def _already(decisions: list[Row]) -> str:
    """One sentence for all that were resolved meanwhile: with what answer, by whom, when and why."""
    parts = [
        f"decision {row['decision_id']} is resolved already: {row['resolution']}, by {row['resolved_by']} on"
        f" {row['resolved_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC ({row['resolution_reason']})"
        for row in decisions
    ]
    return f"{'; '.join(parts)}; nothing was changed"


def _want(transaction: Transaction, decision_id: int) -> None:
    """Makes the orders to be issued, in the table `wanted_order`. Raises WrongUse where they cannot be."""
    transaction.run("resolve_wanted_drop")
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
