"""What a batch changes in the books. Every question about it is answered here, from top to bottom, and nowhere else.

Read from the top: which reported shifts can be believed; what each is to the published one; which till shift is which
fiscal shift; what becomes of each; which orders follow; which questions a person is asked. Pure: frames in, frames out.
"""

from __future__ import annotations

import pandas as pd

from smena.matching.changes import MOVED_SHIFTS, VERDICTS, ChangeSet
from smena.matching.counterparts import pairs_of, uncompared
from smena.matching.current import (
    after_adoption,
    after_move,
    facts_now,
    fiscals_now,
    same_where_nothing_is_new,
    tills_now,
)
from smena.matching.frames import FISCALS, TILLS
from smena.matching.links import infer_links, links_after
from smena.matching.opened_decisions import open_decisions
from smena.matching.outcomes import adopt, defer_possible_counterparts, outcomes_of_tills
from smena.matching.reported import decide_reported, decide_reported_tills, once_each, once_each_till, with_current
from smena.matching.slices import CURRENT, Slice, require_complete
from smena.matching.written import booked, rejected, shift_changes


def decide(slice_: Slice) -> ChangeSet:
    """What the batch of a slice changes: shifts, links, which orders to look at, and questions.

    Raises ValueError where an unknown reaches a condition that does not say what unknown means: a fault of ours.
    """
    require_complete(slice_)
    current, setting = slice_.current, slice_.setting
    reported, repeats, ambiguous = once_each(slice_.reported)
    reported_tills, other_versions, apart = once_each_till(slice_.reported_tills, current)

    rows = decide_reported(slice_, with_current(reported, current))
    till_rows = decide_reported_tills(slice_, with_current(reported_tills, current))

    tills = tills_now(current, till_rows)
    fiscals = _beside(tills, current, rows)
    links = infer_links(TILLS.conform(tills), FISCALS.conform(fiscals), slice_.links)
    pairs, possible = pairs_of(slice_, tills, fiscals, links_after(slice_.links, links))

    rows = defer_possible_counterparts(rows, possible, tills)
    adopted = adopt(rows, pairs, tills, setting)
    rows = after_adoption(rows, adopted)
    tills, fiscals = after_move(tills, _beside(tills, current, rows), adopted)
    settled = outcomes_of_tills(tills, pairs, possible, fiscals, setting)
    rows = same_where_nothing_is_new(rows, slice_.decisions)

    opened, closed, recommended = open_decisions(
        rows, till_rows, adopted, settled, pairs, facts_now(tills, fiscals), slice_.decisions
    )
    return ChangeSet(
        rejected=rejected(rows, ambiguous),
        unused=pd.concat([repeats["place"], ambiguous["place"]]),
        unused_tills=other_versions["place"],
        apart=apart["place"],
        shifts=shift_changes(rows, till_rows, settled, tills, current),
        moved=MOVED_SHIFTS.conform(adopted[~adopted["stays"].astype(bool)]),
        booked=booked(rows, settled, setting),
        opened=opened,
        closed=closed,
        recommended=recommended,
        links=links,
        uncompared=uncompared(pairs, rows, till_rows, tills, fiscals),
        verdicts=VERDICTS.conform(pd.concat([rows, till_rows])[["shift_id", "verdict"]]),
    )


def _beside(tills: pd.DataFrame, current: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Fiscal shifts (CURRENT) that a till shift may be; none where there is no till shift to ask it about."""
    return CURRENT.empty() if tills.empty else fiscals_now(current, rows)
