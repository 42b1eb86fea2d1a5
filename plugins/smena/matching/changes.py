"""The result of `decide`: keys, and what is decided about them. Contents stay in the stage and in the warehouse."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from smena.matching.links import LinkChanges
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

SHIFT_CHANGES = Schema(
    "shift_changes",
    {
        "shift_id": TEXT,
        "place": TEXT,
        "action": TEXT,
        "outcome": TEXT,
        "reason": TEXT,
        "same_as": TEXT,
        "kpp": TEXT,
        "revision": WHOLE,
    },
)
"""Shifts to write, each once.

`action`: `insert` a shift that is not published yet, `replace` its facts, both from the row `place` of the stage, or
`mark` it with an outcome. `revision` is the published one that was read; missing for an insert. `kpp` is missing if
it does not change.
"""

REJECTED = Schema("rejected", {"place": TEXT, "reason": TEXT})
"""Rows of the stage that go to quarantine."""

DECISIONS_OPENED = Schema(
    "decisions_opened",
    {
        "kind": TEXT,
        "shift_id": TEXT,
        "counterpart_id": TEXT,
        "digest": TEXT,
        "reason": TEXT,
        "is_own": FLAG,
        "is_resolved": FLAG,
    },
)
"""Decisions to record.

`counterpart_id` is the shift of the other source, whose facts are current; missing if two versions of one shift
differ. `is_own`: the proposed facts are those of the stage, because the published ones stay. `is_resolved`: a rule
decided it, and nobody is asked.
"""

RECOMMENDATIONS = Schema("recommendations", {"kind": TEXT, "shift_id": TEXT, "word": TEXT, "reason": TEXT})
"""Recommended answers to open questions; `word` is missing if something else must be done first."""

UNCOMPARED = Schema(
    "uncompared",
    {
        "till_id": TEXT,
        "fiscal_id": TEXT,
        "till_place": TEXT,
        "fiscal_place": TEXT,
        "till_facts": TEXT,
        "fiscal_facts": TEXT,
    },
)
"""Matched till and fiscal shifts whose cash differs and whose present facts were not compared yet.

A place is that of the row in the stage, missing if the shift is the published one.
"""

DECISIONS_CLOSED = Schema("decisions_closed", {"decision_id": WHOLE, "resolution": TEXT, "reason": TEXT})
"""Open decisions that need no answer any more: `withdrawn`, or `superseded` by another question."""

BOOKED_SHIFTS = Schema("booked_shifts", {"shift_id": TEXT, "is_first": FLAG, "is_booked": FLAG, "reason": TEXT})
"""Shifts whose orders must be the proposed ones (`is_booked`) or none.

`is_first`: the shift is new, so it has no orders yet. `reason`: why an order that it makes no longer is reversed.
"""

MOVED_SHIFTS = Schema("moved_shifts", {"till_id": TEXT, "fiscal_id": TEXT})
"""Till shifts whose orders move to a shift of the OFD."""

VERDICTS = Schema("verdicts", {"shift_id": TEXT, "verdict": TEXT})
"""The verdict on each reported shift: one of `reported.py`, or `confirmed`: the orders of a till shift move to it."""

PROPOSED_ORDERS = Schema(
    "proposed_orders",
    {
        "shift_id": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "amount": WHOLE,
        "contents": TEXT,
    },
)
"""Orders that shifts propose. `contents` is everything in an order that a revision may change, as one text."""

CURRENT_ORDERS = Schema(
    "current_orders",
    {
        "document_id": TEXT,
        "shift_id": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "issue": WHOLE,
        "number": WHOLE,
        "amount": WHOLE,
        "day": MOMENT,
        "status": TEXT,
        "source": TEXT,
        "is_reversed_by_decision": FLAG,
        "contents": TEXT,
        "revision": WHOLE,
    },
)
"""Orders in the books of shifts whose orders may change; one that moved to another shift has the status `moved`."""

ORDER_CHANGES = Schema(
    "order_changes",
    {
        "action": TEXT,
        "document_id": TEXT,
        "shift_id": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "issue": WHOLE,
        "reason": TEXT,
        "revision": WHOLE,
    },
)
"""Orders to write: `move` to `shift_id`, `reverse`, `revise` or `issue`. `revision` is the one that was read."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything that a batch changes in the books, except the orders: `plan_orders` returns those (ORDER_CHANGES).

    Attributes:
        rejected: REJECTED.
        unused, unused_tills: places of rows of the stage that repeat others or are ambiguous.
        apart: places of till shifts that are incomplete, because another shop reports them too.
        shifts: SHIFT_CHANGES.
        moved: MOVED_SHIFTS.
        booked: BOOKED_SHIFTS.
        opened, closed: DECISIONS_OPENED, DECISIONS_CLOSED.
        recommended: RECOMMENDATIONS.
        uncompared: UNCOMPARED; once these are compared, their outcomes may change.
        links: links that are found, ended, proposed and withdrawn.
        verdicts: VERDICTS.
    """

    rejected: pd.DataFrame
    unused: pd.Series
    unused_tills: pd.Series
    apart: pd.Series
    shifts: pd.DataFrame
    moved: pd.DataFrame
    booked: pd.DataFrame
    opened: pd.DataFrame
    closed: pd.DataFrame
    recommended: pd.DataFrame
    links: LinkChanges
    uncompared: pd.DataFrame
    verdicts: pd.DataFrame
