"""Decides what a batch changes in the books. This is decided here and nowhere else.

`decide` reads from top to bottom: which reported shifts are used; how each differs from the published one; which till
shift matches which fiscal shift; the outcome of each; which orders follow; which questions a person is asked. Pure:
frames in, frames out.
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
from smena.matching.rows_to_write import booked, rejected, shift_changes
from smena.matching.same_day import tills_of_no_register
from smena.matching.slices import CURRENT, Slice, require_complete


def decide(slice_: Slice) -> ChangeSet:
    """Return what the batch of a slice changes: shifts, links, questions, and the shifts whose orders may change.

    Raise ValueError if an unknown value reaches a condition that does not define it: a fault in this program.
    """
    require_complete(slice_)
    current, setting = slice_.current, slice_.setting
    reported, repeats, ambiguous = once_each(slice_.reported)
    usable_tills, may_be_fiscal = tills_of_no_register(slice_)
    reported_tills, other_versions, apart = once_each_till(usable_tills, current)

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
        unused_tills=pd.concat([other_versions["place"], may_be_fiscal["place"]]),
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
    """Fiscal shifts (CURRENT) that till shifts may match; none if there are no till shifts."""
    return CURRENT.empty() if tills.empty else fiscals_now(current, rows)
