"""Slices: the rows of the warehouse about a batch, read by COPY into frames for `decide`.

They are few: rows of the shifts, orders and days that the batch concerns, and narrow columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from smena.matching.answers import Question
from smena.matching.changes import CURRENT_ORDERS, PROPOSED_ORDERS
from smena.matching.frames import COVERED, LINKS, REGISTERS
from smena.matching.slices import COMPARISONS, CURRENT, DECISIONS, REPORTED, REPORTED_TILLS, Setting, Slice
from smena.transform.by_settings import settings_of
from smena.transform.schema import WHOLE, Schema
from smena.warehouse.copying import read_frame
from smena.warehouse.database import Transaction
from smena.warehouse.settings import read_settings

_ORDERS_ASKED_ABOUT = Schema("orders_asked_about", {"decision_id": WHOLE} | dict(CURRENT_ORDERS.columns))

LOOK_BACK_DAYS = 31
"""How far back a batch may still change which shift a till shift matches."""


def read_slice(
    transaction: Transaction, batch_id: int, inn: str, *, first_day: date, last_day: date, days_are_over: bool = True
) -> Slice:
    """Return the input of `decide`: the staged rows of a batch of these days, and the rows about them in the books.

    A caller who applies the decision holds the organisation's lock.
    """
    days = {"first_day": first_day, "last_day": last_day, "look_back_days": LOOK_BACK_DAYS}
    transaction.run("slice_scope", batch_id=batch_id, inn=inn, **days)
    transaction.run("slice_scope_analyze")
    current = read_frame(transaction, "slice_current", CURRENT, inn=inn)
    reported_tills = read_frame(transaction, "slice_reported_tills", REPORTED_TILLS, batch_id=batch_id, inn=inn)
    has_tills = len(reported_tills) > 0 or bool((current["source"] == "market").any())
    return Slice(
        setting=_setting(transaction, inn, days_are_over=days_are_over),
        reported=read_frame(transaction, "slice_reported", REPORTED, batch_id=batch_id, inn=inn),
        reported_tills=reported_tills,
        current=current,
        decisions=read_frame(transaction, "slice_decisions", DECISIONS),
        comparisons=read_frame(transaction, "slice_comparisons", COMPARISONS, batch_id=batch_id),
        # Links are needed only if there is a till shift.
        links=read_frame(transaction, "slice_links", LINKS, inn=inn) if has_tills else LINKS.empty(),
        registers=read_frame(transaction, "slice_registers", REGISTERS, inn=inn) if has_tills else REGISTERS.empty(),
        covered=read_frame(transaction, "slice_covered", COVERED, inn=inn) if has_tills else COVERED.empty(),
    )


def read_orders(transaction: Transaction, batch_id: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return PROPOSED_ORDERS and CURRENT_ORDERS of shifts in the table `booked_shift` that had orders before."""
    transaction.run("slice_proposed", batch_id=batch_id)
    return (
        read_frame(transaction, "slice_proposed_orders", PROPOSED_ORDERS),
        read_frame(transaction, "slice_orders", CURRENT_ORDERS),
    )


def read_questions(transaction: Transaction, decision_ids: Sequence[int]) -> list[Question]:
    """Return decisions with their shifts and orders, by number. Call it under the organisations' locks."""
    decisions = transaction.rows("slice_answer", decisions=list(decision_ids))
    orders = read_frame(transaction, "slice_answer_orders", _ORDERS_ASKED_ABOUT, decisions=list(decision_ids))
    known = orders.drop(columns="decision_id")
    of_decision, nothing = dict(list(known.groupby(orders["decision_id"]))), known.head(0)
    settings = {inn: read_settings(transaction, inn) for inn in {row["inn"] for row in decisions}}
    return [
        Question(
            row,
            of_decision.get(row["decision_id"], nothing),
            settings_of(row["closed_at"].date(), settings[row["inn"]]),
        )
        for row in decisions
    ]


def _setting(transaction: Transaction, inn: str, *, days_are_over: bool) -> Setting:
    row = transaction.rows("slice_setting", inn=inn)[0]
    days = {name: row[name] and pd.Timestamp(row[name]) for name in ("ofd_start", "market_start", "closed_through")}
    return Setting(
        **days,
        ofd_is_on=row["ofd_is_on"],
        market_is_on=row["market_is_on"],
        in_force=read_settings(transaction, inn),
        days_are_over=days_are_over,
    )
