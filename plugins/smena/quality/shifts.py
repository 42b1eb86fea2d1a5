"""Shifts as they were made: R2, R4, R7, R8 and R13, noted for whoever looks; what each costs its outcome tells."""

from __future__ import annotations

import pandas as pd

from smena.model.outcome import Outcome
from smena.quality.judge import ask, pronounce
from smena.quality.rules import at_least, between, one_of, present
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.frames import SHIFT_KEY, SHIFTS

SUITE = "shifts"

LONGEST = pd.Timedelta(hours=24)
"""How long a shift may last by law; a register that was forgotten overruns it."""

RULES = (
    present("outcome", severity="batch"),
    one_of("outcome_is_known", "outcome", [str(one) for one in Outcome], "an unknown outcome", "batch"),
    one_of("shift_is_whole", "_incomplete", [0], "the shift is incomplete", "warning"),
    one_of("nobody_must_look", "_review", [0], "a person must look at the shift", "warning"),
    at_least("lasted_no_longer_than_a_day", "_latest_close", "closed_at", "it lasted over 24 hours", "warning"),
    between("numbers_run_on", "_step", None, 1, "numbers before it are missing within the ФН", "warning"),
)


def check_shifts(shifts: pd.DataFrame) -> Verdict:
    """Judges the frame `SHIFTS`. Nothing goes to quarantine here: an incomplete shift is on record as such.

    Raises BrokenPromise where the index is not unique, or a rule could not be asked.
    """
    shape = check_shape(SUITE, shifts, SHIFTS)
    if not shape.result.success:
        return pronounce(shifts, [shape])
    in_order = shifts.sort_values(SHIFT_KEY)
    step = in_order.groupby("fiscal_drive_number")["shift_number"].diff()
    asked = shifts.assign(
        _shift=shifts["fiscal_drive_number"] + " / " + shifts["shift_number"].astype("string"),
        _incomplete=(shifts["outcome"] == Outcome.INCOMPLETE).fillna(value=False).astype("int64"),
        _review=(shifts["outcome"] == Outcome.NEEDS_REVIEW).fillna(value=False).astype("int64"),
        _latest_close=shifts["opened_at"] + LONGEST,
        _step=step.reindex(shifts.index),
    )
    return pronounce(shifts, [shape, *ask(SUITE, RULES, asked, key="_shift")])
