"""Checks shifts: R2, R4, R7, R8 and R13. Most are warnings, because the outcome of a shift says what follows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.quality.evaluating import evaluate, verdict_on
from smena.quality.rules import one_of
from smena.quality.shape import check_shape
from smena.quality.verdict import Verdict
from smena.transform.frames import SHIFT_KEY, SHIFTS

SUITE = "shifts"

LONGEST = pd.Timedelta(hours=24)
"""How long a shift may last by law; a forgotten register exceeds it."""

RULES = (
    one_of("outcome_is_known", "outcome", [*Outcome], Reason.NO_OUTCOME, "batch", unknown_is_bad=True),
    one_of("shift_is_whole", "_incomplete", [0], Reason.SHIFT_INCOMPLETE, "warning"),
    one_of("nobody_must_look", "_review", [0], Reason.SHIFT_NEEDS_REVIEW, "warning"),
    one_of("lasted_no_longer_than_a_day", "_overlong", [0], Reason.LASTED_OVER_A_DAY, "warning"),
    one_of("numbers_run_on", "_gap", [0], Reason.NUMBERS_MISSING_BEFORE, "warning"),
)


def check_shifts(shifts: pd.DataFrame) -> Verdict:
    """Check the frame `SHIFTS`. No row goes to quarantine here: an incomplete shift is recorded with that outcome.

    Raise BrokenPromise where the index is not unique, or a rule could not be computed.
    """
    shape = check_shape(SUITE, shifts, SHIFTS)
    if not shape.result.success:
        return verdict_on(shifts, [shape])
    in_order = shifts[SHIFT_KEY].sort_values(SHIFT_KEY)
    drive, number = (in_order[name] for name in SHIFT_KEY)
    step = (number - number.shift()).where(_flag(drive == drive.shift()) == 1)
    checked = shifts.assign(
        _incomplete=_flag(shifts["outcome"] == Outcome.INCOMPLETE),
        _review=_flag(shifts["outcome"] == Outcome.NEEDS_REVIEW),
        _overlong=_flag(shifts["closed_at"] - shifts["opened_at"] > LONGEST),
        _gap=_flag(step.reindex(shifts.index) > 1),
    )
    return verdict_on(shifts, [shape, *evaluate(SUITE, RULES, checked, key=SHIFT_KEY)])


def _flag(condition: pd.Series) -> npt.NDArray[np.int64]:
    """1 where the condition holds, 0 where it does not or is unknown."""
    return condition.to_numpy(dtype=bool, na_value=False).astype(np.int64)
