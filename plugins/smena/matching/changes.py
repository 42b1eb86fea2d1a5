"""What `decide` returns: keys and what was decided about them. Contents stay in the stage and in the warehouse."""

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
`mark` it with an outcome. `revision` is the published one that was read; missing for an insert. `kpp` is missing where
it stays.
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

`counterpart_id` is the shift of the other source, whose facts are current; missing where a shift is held against
itself. `is_own`: the proposed facts are those of the stage, because the published ones stay. `is_resolved`: the rule
decided it, and nobody is asked.
"""

RECOMMENDATIONS = Schema("recommendations", {"kind": TEXT, "shift_id": TEXT, "word": TEXT, "reason": TEXT})
"""What is recommended to whoever answers an open question; `word` is missing where no answer is the right one yet."""

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
"""Pairs of a till shift and its fiscal shift with other cash that nobody has compared, as they are now.

A place is that of the row in the stage, missing where the published shift is meant.
"""

DECISIONS_CLOSED = Schema("decisions_closed", {"decision_id": WHOLE, "resolution": TEXT, "reason": TEXT})
"""Open decisions that nobody has to answer any more: `withdrawn`, or `superseded` by another question."""

BOOKED_SHIFTS = Schema("booked_shifts", {"shift_id": TEXT, "is_first": FLAG, "is_booked": FLAG, "reason": TEXT})
"""Shifts whose orders have to be what they propose (`is_booked`) or none.

`is_first`: no order of it was ever issued. `reason` is why an order that it does not make any more is reversed.
"""

MOVED_SHIFTS = Schema("moved_shifts", {"till_id": TEXT, "fiscal_id": TEXT})
"""Till shifts whose orders go over to a shift of the OFD."""

VERDICTS = Schema("verdicts", {"shift_id": TEXT, "verdict": TEXT})
"""What each reported shift was to the published one."""

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
"""Orders that shifts propose. `contents` is all that an order says and may take anew, as one text."""

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
"""Orders in the books of the shifts whose orders may change; one that is another shift's now has the status `moved`."""

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
"""Orders to write: `move` to `shift_id`, `reverse`, `revise` or `issue`. The revision is the one that was read."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All that a batch changes in the books, but for the orders, which `plan_orders` adds (ORDER_CHANGES).

    Attributes:
        rejected: REJECTED.
        unused, unused_tills: places of rows of the stage that repeat others, or that nobody can believe.
        apart: places of till shifts that are incomplete, because another shop reports them too.
        shifts: SHIFT_CHANGES.
        moved: MOVED_SHIFTS.
        booked: BOOKED_SHIFTS.
        opened, closed: DECISIONS_OPENED, DECISIONS_CLOSED.
        recommended: RECOMMENDATIONS.
        uncompared: UNCOMPARED: with a comparison of these, what becomes of them may be another thing.
        links: which links are found, ended, proposed and withdrawn.
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
