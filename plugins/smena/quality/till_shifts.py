"""Checks till shifts made from cheques: R7 and R13. No row goes to quarantine here."""

from __future__ import annotations

import pandas as pd

from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.rules import at_least, between, equal, one_of, present, unique
from smena.quality.shape import check_shape
from smena.quality.shifts import LONGEST
from smena.quality.verdict import Verdict
from smena.transform.market.frames import CHEQUES, TILL_SHIFT_KEY, TILL_SHIFTS

SUITE = "till_shifts"

RULES = (
    present("outcome", severity="batch"),
    one_of("outcome_is_known", "outcome", [str(one) for one in Outcome], Reason.OUTCOME_UNKNOWN, "batch"),
    unique("one_row_a_till_shift", TILL_SHIFT_KEY, Reason.TILL_SHIFT_TWICE, "batch"),
    between(
        "issued_shift_has_cash",
        "_cash_if_issued",
        1,
        None,
        Reason.TILL_SHIFT_WITHOUT_CASH,
        "batch",
        unknown_is_bad=True,
    ),
    equal(
        "cash_is_that_of_its_cheques",
        "_cash",
        "_cash_of_cheques",
        Reason.CASH_NOT_ITS_CHEQUES,
        "batch",
        unknown_is_bad=True,
    ),
    one_of("shift_is_whole", "_incomplete", [0], Reason.SHIFT_INCOMPLETE, "warning"),
    between("cheque_numbers_run_on", "_numbers_missing", None, 0, Reason.CHEQUE_NUMBERS_MISSING, "warning"),
    at_least("lasted_no_longer_than_a_day", "_latest_close", "closed_at", Reason.LASTED_OVER_A_DAY, "warning"),
)


def check_till_shifts(shifts: pd.DataFrame, cheques: pd.DataFrame) -> Verdict:
    """Check the frame `TILL_SHIFTS` against the cheques (`CHEQUES`) that it was made from.

    Raise BrokenPromise where an index is not unique, or a rule could not be computed.
    """
    shapes = [check_shape(SUITE, shifts, TILL_SHIFTS), check_shape(SUITE, cheques, CHEQUES)]
    if shifts.empty or not all(shape.result.success for shape in shapes):
        return verdict_on(shifts, shapes)
    paid = cheques.groupby(TILL_SHIFT_KEY)["cash"].sum().reindex(pd.MultiIndex.from_frame(shifts[TILL_SHIFT_KEY]))
    issued = (shifts["outcome"] == Outcome.ISSUED).fillna(value=False)
    cash = shifts["cash_income"] + shifts["cash_refund"]
    checked = shifts.assign(
        _cash=cash.where(issued),
        # Other shifts need no cash, so they pass; an unknown value is the unknown cash of an issued shift.
        _cash_if_issued=cash.where(issued, 1),
        _cash_of_cheques=paid.set_axis(shifts.index).where(issued),
        _numbers_missing=_numbers_missing(shifts, cheques),
        _incomplete=(shifts["outcome"] == Outcome.INCOMPLETE).fillna(value=False).astype("int64"),
        _latest_close=shifts["opened_at"] + LONGEST,
    )
    return verdict_on(shifts, [*shapes, *evaluate(SUITE, RULES, checked, key=TILL_SHIFT_KEY)])


def _numbers_missing(shifts: pd.DataFrame, cheques: pd.DataFrame) -> pd.Series:
    """How many numbers are missing between the first and the last cheque of a shift (same index).

    The contract does not say how cheques are numbered, so this is only a hint. Texts that are not numbers are ignored.
    """
    numbers = pd.to_numeric(cheques["number"], errors="coerce")
    of_shift = cheques[TILL_SHIFT_KEY].assign(number=numbers).groupby(TILL_SHIFT_KEY)["number"]
    missing = of_shift.max() - of_shift.min() + 1 - of_shift.nunique()
    found = missing.reindex(pd.MultiIndex.from_frame(shifts[TILL_SHIFT_KEY])).set_axis(shifts.index)
    return found.where(found.abs() < 2**31).astype("Float64").round().astype("Int64")
