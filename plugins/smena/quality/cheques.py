"""Checks Kontur.Market's cheques before till shifts are made: R1, R6, R7. A bad one leaves its shift incomplete."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from smena.contract.market import PAYMENT_TYPES
from smena.contract.ofd import MOST_KOPECKS
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.rules import at_least, between, blank, matches, present, unique
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.market.frames import CHEQUE_KEY, CHEQUES, PAYMENTS, SOLD_LINES
from smena.transform.market.moments import AHEAD

SUITE = "cheques"

RULES = (
    present("shop_id"),
    present("cheque_id"),
    present("cashbox_id"),
    present("till_shift"),
    present("closed_at"),
    present("is_refund"),
    present("total"),
    matches("cheque_id_is_written", "cheque_id", r"\S", blank("id")),
    matches("cashbox_is_written", "cashbox_id", r"\S", blank("cashboxId")),
    matches("till_shift_is_written", "till_shift", r"\S", blank("cashRegisterId")),
    between("total_is_believable", "total", 0, MOST_KOPECKS, Reason.TOTAL_NOT_AN_AMOUNT),
    between("cash_is_not_negative", "cash", 0, None, Reason.CASH_NEGATIVE, unknown_is_bad=True),
    between("total_is_what_was_paid", "_not_paid", 0, 0, Reason.PAYMENTS_NOT_THE_TOTAL, unknown_is_bad=True),
    between(
        "payments_are_the_cashless_part", "_not_by_type", 0, 0, Reason.PAYMENTS_NOT_THE_CASHLESS, unknown_is_bad=True
    ),
    between("every_payment_is_of_a_known_type", "_of_unknown_type", None, 0, Reason.UNKNOWN_PAYMENT),
    between("total_is_what_was_sold", "_not_sold", None, 0, Reason.LINES_NOT_THE_TOTAL),
    at_least("closed_after_it_was_opened", "closed_at", "opened_at", Reason.CHEQUE_CLOSED_BEFORE_OPENED),
    at_least("closed_in_the_past", "_latest", "closed_at", Reason.CHEQUE_CLOSED_IN_THE_FUTURE),
    unique("one_cheque_an_id", CHEQUE_KEY, Reason.CHEQUE_TWICE),
)


def check_cheques(
    cheques: pd.DataFrame, payments: pd.DataFrame, lines: pd.DataFrame, *, now_local: datetime
) -> Verdict:
    """Check the frame `CHEQUES` against its payments (`PAYMENTS`) and lines (`SOLD_LINES`).

    The lines must be worth the total, before or after rounding, to a kopeck per line. A cheque without lines passes.

    Args:
        cheques: with a unique index.
        now_local: this moment in the organisation's time zone, without a zone.

    Raises:
        BrokenPromise: an index is not unique, or a rule could not be computed.
    """
    shapes = [
        check_shape(SUITE, frame, schema)
        for frame, schema in ((cheques, CHEQUES), (payments, PAYMENTS), (lines, SOLD_LINES))
    ]
    if cheques.empty or not all(shape.result.success for shape in shapes):
        return verdict_on(cheques, shapes)
    key = pd.MultiIndex.from_frame(cheques[CHEQUE_KEY])
    by_type = payments.groupby(CHEQUE_KEY)["amount"].sum().reindex(key, fill_value=0).set_axis(cheques.index)
    of_cheque = lines.groupby(CHEQUE_KEY)["amount"]
    sold = of_cheque.sum().reindex(key).set_axis(cheques.index)
    slack = of_cheque.size().reindex(key).set_axis(cheques.index).astype("Int64")
    checked = cheques.assign(
        _not_paid=_away(cheques["cash"] + cheques["cashless"], cheques),
        _not_by_type=(by_type - cheques["cashless"]).abs(),
        _of_unknown_type=_of_unknown_type(payments).reindex(key, fill_value=0).set_axis(cheques.index),
        _not_sold=_away(sold, cheques) - slack,
        _latest=pd.Timestamp(now_local) + AHEAD,
    )
    return verdict_on(cheques, [*shapes, *evaluate(SUITE, RULES, checked, key=CHEQUE_KEY)])


def _of_unknown_type(payments: pd.DataFrame) -> pd.Series:
    """How many payments of each cheque have a type that the contract does not name."""
    return (
        payments.assign(_of_unknown_type=~payments["type"].isin(PAYMENT_TYPES))
        .groupby(CHEQUE_KEY)["_of_unknown_type"]
        .sum()
    )


def _away(amount: pd.Series, cheques: pd.DataFrame) -> pd.Series:
    """How far amounts are from the totals, with the rounding subtracted, added, or left out: the least of the three."""
    ways = [amount - cheques["total"] + sign * cheques["price_correction"] for sign in (0, 1, -1)]
    nearest: pd.Series = pd.concat(ways, axis=1).abs().min(axis=1)
    return nearest.astype("Int64")
