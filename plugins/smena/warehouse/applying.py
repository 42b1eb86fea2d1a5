"""A ChangeSet applied to the books by statements in a fixed order, which assign numbers and move rows.

The statements decide nothing, and no others write shifts and orders of a batch. Their row counts are compared with the
expected ones: if a row has another revision than the one that was read, nothing is applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from smena.matching.answers import AnswerChanges
from smena.matching.changes import CURRENT_ORDERS, ORDER_CHANGES, PROPOSED_ORDERS, ChangeSet
from smena.matching.links import LinkChanges
from smena.matching.orders import plan_orders
from smena.model.errors import PassingFault
from smena.model.product import product_of
from smena.model.reasons import Reason
from smena.transform.schema import MOMENT
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.slices import read_orders

_PROPOSED = [
    "shift_id", "kind", "operation", "taxation", "agent", "day", "amount", "vat", "vat_by_rate", "debit_account",
    "credit_account", "basis",
]  # fmt: skip
_LINKS = ("ended", "added", "withdrawn", "proposed")


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Changes of orders (ORDER_CHANGES), and their source: PROPOSED_ORDERS and CURRENT_ORDERS."""

    orders: pd.DataFrame
    proposed: pd.DataFrame
    current: pd.DataFrame


class BooksChanged(PassingFault):
    """A row has another revision than when it was read: read and decide again."""


def plan_changes(
    transaction: Transaction, batch_id: int, changes: ChangeSet, *, closed_through: pd.Timestamp | None
) -> OrderPlan:
    """Copy the ChangeSet of a staged batch into the tables that `apply` reads, and plan the changes of orders.

    In the warehouse it changes only the stage: it deletes rows that repeat others or are ambiguous.
    """
    transaction.run("apply_tables")
    _copy(transaction, "rejected_row", changes.rejected)
    _copy(transaction, "decided", changes.verdicts)
    _copy(transaction, "change_shift", changes.shifts)
    _copy(transaction, "booked_shift", changes.booked)
    _copy(transaction, "moved_shift", changes.moved)
    _copy(transaction, "closing_decision", changes.closed)
    _copy(transaction, "opening_decision", changes.opened)
    _copy(transaction, "recommendation", changes.recommended)
    for action in _LINKS:
        _copy(transaction, "change_link", getattr(changes.links, action).assign(action=action))

    if len(changes.rejected):
        transaction.run("apply_rejects", batch_id=batch_id)
    clear_stage(transaction, batch_id, changes)
    transaction.run("apply_analyze")
    return _planned(transaction, batch_id, changes, closed_through)


def clear_stage(transaction: Transaction, batch_id: int, changes: ChangeSet) -> None:
    """Delete staged rows that repeat others or are ambiguous, and mark till shifts that another shop reports too."""
    if len(changes.unused) or len(changes.unused_tills):
        places = {"places": list(changes.unused), "till_places": list(changes.unused_tills)}
        transaction.run("apply_unused", batch_id=batch_id, **places)
    if len(changes.apart):
        transaction.run(
            "apply_apart", batch_id=batch_id, reason=str(Reason.ANOTHER_SHOP_REPORTS_IT), places=list(changes.apart)
        )


def apply(transaction: Transaction, batch: Batch, changes: ChangeSet, orders: pd.DataFrame) -> None:
    """Write the planned ChangeSet of a batch. Raises BooksChanged if the books have changed since.

    `orders` are the changes of orders (ORDER_CHANGES) from `plan_changes`.
    """
    batch_id, inn = batch.batch_id, batch.organization_inn
    run_all(transaction, "apply_closed_decisions", len(changes.closed))
    _apply_links(transaction, inn, changes.links)

    transaction.run("apply_proposals", batch_id=batch_id)
    actions = changes.shifts["action"].value_counts()
    fresh, replaced = actions.get("insert", 0), actions.get("replace", 0)
    if product_of(batch.product).is_operator:
        run_all(transaction, "apply_new_shifts", fresh, batch_id=batch_id, inn=inn)
        run_all(transaction, "apply_changed_shifts", replaced, batch_id=batch_id, inn=inn)
    else:
        run_all(transaction, "apply_new_tills", fresh, batch_id=batch_id, inn=inn)
        run_all(transaction, "apply_changed_tills", replaced, batch_id=batch_id)
    run_all(transaction, "apply_marked_shifts", actions.get("mark", 0), batch_id=batch_id)

    actions = orders["action"].value_counts()
    run_all(transaction, "apply_moved_orders", actions.get("move", 0), batch_id=batch_id)
    run_all(transaction, "apply_reversed_orders", actions.get("reverse", 0), batch_id=batch_id)
    run_all(transaction, "apply_revised_orders", actions.get("revise", 0), batch_id=batch_id)
    if changes.booked["is_booked"].any():
        transaction.run("apply_issued_orders", batch_id=batch_id, inn=inn)
    run_all(transaction, "apply_opened_decisions", len(changes.opened), batch_id=batch_id, inn=inn)
    if len(changes.recommended):
        transaction.run("apply_recommendations")


def apply_answers(transaction: Transaction, inn: str, changes: AnswerChanges, *, by: str, reason: str) -> None:
    """Write the changes that people's answers cause. The decisions are resolved before: the triggers check them.

    Raises BooksChanged if the books have changed since the questions were read.
    """
    transaction.run("apply_tables")
    _copy(transaction, "change_shift", changes.shifts)
    _copy(transaction, "change_order", changes.orders)
    _copy(transaction, "proposed_order", changes.contents.reindex(columns=_PROPOSED))
    actions = changes.orders["action"].value_counts()
    run_all(transaction, "apply_answered_orders", actions.get("reverse", 0), by=by, reason=reason)
    run_all(transaction, "apply_answered_shifts", len(changes.shifts))
    run_all(transaction, "apply_issued_orders", actions.get("issue", 0), batch_id=None, inn=inn)


def _planned(
    transaction: Transaction, batch_id: int, changes: ChangeSet, closed_through: pd.Timestamp | None
) -> OrderPlan:
    """Plan the changes of orders of shifts that had orders before, and copy them into `change_order`."""
    if changes.booked["is_first"].all() and changes.moved.empty:
        return OrderPlan(ORDER_CHANGES.empty(), PROPOSED_ORDERS.empty(), CURRENT_ORDERS.empty())
    proposed, current = read_orders(transaction, batch_id)
    orders = plan_orders(changes.booked, changes.moved, proposed, current, closed_through=closed_through)
    _copy(transaction, "change_order", orders)
    return OrderPlan(orders, proposed, current)


def _apply_links(transaction: Transaction, inn: str, links: LinkChanges) -> None:
    run_all(transaction, "apply_links_ended", len(links.ended))
    run_all(transaction, "apply_links_added", len(links.added), inn=inn)
    run_all(transaction, "apply_links_withdrawn", len(links.withdrawn))
    run_all(transaction, "apply_links_proposed", len(links.proposed), inn=inn)


def run_all(transaction: Transaction, statement: str, expected: int, **parameters: Any) -> None:
    """Run a statement, unless no rows are expected. Raises BooksChanged if it touches another number of rows."""
    if not expected:
        return
    touched = transaction.run(statement, **parameters)
    if touched != expected:
        raise BooksChanged(
            f"the books have changed since they were read: {statement} found {touched} of {expected} rows",
            fix="run again",
        )


def _copy(transaction: Transaction, table: str, frame: pd.DataFrame) -> None:
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in map(str, frame) if str(frame[name].dtype) == MOMENT}
    copy_frame(transaction, frame.assign(**days), "pg_temp", table, list(frame.columns))
