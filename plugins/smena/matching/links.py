"""Register links: which cashbox of Kontur.Market is which register of the OFD, and on which days (DOMAIN 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from smena.matching.agreement import find_likeness
from smena.matching.day_ranges import DayRanges, Flags, day_numbers
from smena.matching.frames import (
    FISCALS,
    LINKS,
    LINKS_ADDED,
    LINKS_ENDED,
    LINKS_PROPOSED,
    LINKS_WITHDRAWN,
    TILLS,
    require_known,
    require_unique,
)
from smena.matching.link_days import (
    IN_FORCE,
    PROPOSED,
    RULE,
    SIDES,
    WITHDRAWN,
    checked_links,
    contradicted,
    contradictions,
    of_state,
)
from smena.matching.overlap import with_ends, with_middle

FEWEST_AGREED = 3
"""The fewest agreeing shifts, and the fewest different sums among them, that make a link."""

COMPETING_SHARE = 4
"""A register competes with another for a cashbox if it has at least a quarter of the other's agreeing shifts."""

FEWEST_ALIKE = 2
"""The fewest agreeing shifts that make a proposal, even if they agree with other shifts too."""

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Changes to the links of an organisation: LINKS_ADDED, LINKS_ENDED, LINKS_WITHDRAWN, LINKS_PROPOSED."""

    added: pd.DataFrame
    ended: pd.DataFrame
    withdrawn: pd.DataFrame
    proposed: pd.DataFrame


def infer_links(tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame) -> LinkChanges:
    """Find which register each cashbox is, if the cash of several shifts is enough evidence.

    A till shift and a fiscal shift agree if the middle of the till shift lies within the fiscal shift and both took the
    same cash, to the kopeck. A link comes into force if three till shifts, with three different sums, agree with a
    fiscal shift each and neither shift agrees with another one; if these are more than half of the shifts compared in
    their days; and if no other register and no other cashbox has a quarter as many. The new link ends the link in force
    that the cashbox or the register had before. If at least two shifts agree, and more than half of those compared, the
    link is proposed to a person.

    Args:
        tills: TILLS without rejected ones.
        fiscals: FISCALS: all in whose time the middle of one of these till shifts lies.
        links: LINKS: all of the organisation.

    Raise ValueError if a required value is missing: ids, moments of a till shift, the closing of a fiscal shift, the
    state of a link, `withdrawn_by` of a withdrawn one. An unknown sum agrees with nothing.

    Cost: till shifts and fiscal shifts of one day with equal cash are compared each with each; memory holds a part of
    them at a time, and one row for each cashbox and register that agree at all.
    """
    tills, fiscals, links = checked_tills(tills), checked_fiscals(fiscals), checked_links(links)
    require_unique(require_known(links, LINKS, ["register_link_id"]), LINKS, "register_link_id")
    if (tills.empty or fiscals.empty) and not (links["state"] == PROPOSED).any():
        return LinkChanges(LINKS_ADDED.empty(), LINKS_ENDED.empty(), LINKS_WITHDRAWN.empty(), LINKS_PROPOSED.empty())
    current = of_state(links, IN_FORCE)
    likeness = find_likeness(with_middle(tills), with_ends(fiscals), links, current)
    is_certain = _is_certain(likeness)
    certain = likeness[is_certain].reset_index(drop=True)
    ended = _ended(certain, current)
    current = _with_ends_of(current, ended)
    added = _added(certain, current)
    current = pd.concat([current, added], ignore_index=True)
    proposals = of_state(links, PROPOSED)
    withdrawn = proposals[contradicted(proposals, current)]
    return LinkChanges(
        added=LINKS_ADDED.conform(added),
        ended=LINKS_ENDED.conform(ended),
        withdrawn=LINKS_WITHDRAWN.conform(withdrawn.reset_index(drop=True)),
        proposed=LINKS_PROPOSED.conform(_proposed(likeness[~is_certain].reset_index(drop=True), current)),
    )


def links_after(links: pd.DataFrame, changes: LinkChanges) -> pd.DataFrame:
    """Return LINKS after the changes. `register_link_id` of new links is missing, because SQL assigns it."""
    links = checked_links(links)
    if all(part.empty for part in (changes.added, changes.ended, changes.withdrawn, changes.proposed)):
        return links
    links = _with_ends_of(links, changes.ended)
    is_withdrawn = links["register_link_id"].isin(changes.withdrawn["register_link_id"])
    links["state"] = links["state"].mask(is_withdrawn, WITHDRAWN)
    links["withdrawn_by"] = links["withdrawn_by"].mask(is_withdrawn, RULE)
    is_open = (links["state"] == PROPOSED).to_numpy(dtype=bool)
    asked = changes.proposed.merge(links.loc[is_open, list(SIDES)], on=list(SIDES), how="left", indicator=True)
    new = asked[(asked["_merge"] == "left_only").to_numpy()]
    parts = [links, changes.added.assign(state=IN_FORCE), new.assign(state=PROPOSED)]
    return LINKS.conform(pd.concat([part.reindex(columns=list(LINKS.columns)) for part in parts], ignore_index=True))


def checked_tills(tills: pd.DataFrame) -> pd.DataFrame:
    """Return TILLS, rows numbered from 0. Raise ValueError for a missing id, cashbox or time, and for a repeated id."""
    tills = require_known(tills, TILLS, ["shift_id", "cashbox_id", "opened_at", "closed_at"])
    return require_unique(tills, TILLS, "shift_id")


def checked_fiscals(fiscals: pd.DataFrame) -> pd.DataFrame:
    """Return FISCALS, rows numbered from 0. Raise ValueError for a missing id, register or closing, a repeated id."""
    return require_unique(require_known(fiscals, FISCALS, ["shift_id", "kkt_reg_id", "closed_at"]), FISCALS, "shift_id")


def _is_certain(likeness: pd.DataFrame) -> Flags:
    clear = (
        (likeness["agreed"] >= FEWEST_AGREED)
        & (likeness["sums"] >= FEWEST_AGREED)
        # `compared` is missing if fewer than two shifts agree; such a pair fails the first condition.
        & (likeness["agreed"] * 2 > likeness["compared"].fillna(0))
    ).to_numpy(dtype=bool)
    if not clear.any():
        return clear
    candidates = likeness[clear].assign(row=np.flatnonzero(clear))
    others = likeness[(likeness["agreed"] > 0).to_numpy(dtype=bool)]
    for side, other_side in (SIDES, SIDES[::-1]):
        both = candidates.merge(others, on=side, suffixes=("", "_other"))
        competes = (
            (both[other_side] != both[f"{other_side}_other"])
            & (both["first_day_other"] <= both["last_day"])
            & (both["last_day_other"] >= both["first_day"])
            & (both["agreed_other"] * COMPETING_SHARE >= both["agreed"])
        ).to_numpy(dtype=bool)
        clear[both["row"].to_numpy()[competes]] = False
    return clear


def _ended(certain: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Links in force that a new link of the cashbox or register ends on its first day; the earliest new one counts."""
    if certain.empty or current.empty:
        return LINKS_ENDED.empty()
    starts = certain.assign(end_day=certain["first_day"] + _DAY)[[*SIDES, "first_day", "end_day"]]
    parts = []
    for new, link in contradictions(starts, current):
        day = starts["first_day"].iloc[new].reset_index(drop=True)
        began_before = DayRanges.of(current).first[link] < day_numbers(day)
        ids = current["register_link_id"].iloc[link].reset_index(drop=True)
        parts.append(pd.DataFrame({"register_link_id": ids, "end_day": day})[began_before])
    return pd.concat(parts).groupby("register_link_id", as_index=False).agg(end_day=("end_day", "min"))


def _with_ends_of(links: pd.DataFrame, ended: pd.DataFrame) -> pd.DataFrame:
    new = links[["register_link_id"]].merge(ended, on="register_link_id", how="left")["end_day"]
    return links.assign(end_day=new.fillna(links["end_day"]))


def _added(certain: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """The first link of a cashbox and register has no first day, the last one no end; others end where the next begins.

    A link that would contradict a link in force, or an earlier new one, is not added.
    """
    if certain.empty:
        return LINKS_ADDED.empty()
    first, last = certain["first_day"], certain["last_day"]
    is_first, is_last = pd.Series(data=True, index=certain.index), pd.Series(data=True, index=certain.index)
    has_link = pd.Series(data=False, index=certain.index)
    next_day = pd.Series(pd.NaT, index=certain.index, dtype=first.dtype)
    for side in SIDES:
        days = certain.groupby(side)["first_day"]
        is_first &= first == days.transform("min")
        is_last &= first == days.transform("max")
        has_link |= certain[side].isin(current[side].dropna())
        later = certain.assign(row=certain.index).merge(current[[side, "first_day"]], on=side, suffixes=("", "_next"))
        later = later[(later["first_day_next"] > later["last_day"]).to_numpy(dtype=bool)]
        following = later.groupby("row")["first_day_next"].min().reindex(certain.index)
        next_day = pd.concat([next_day, following], axis=1).min(axis=1)
    added = certain.assign(
        first_day=first.mask(is_first & ~has_link),
        end_day=next_day.fillna(last + _DAY).mask(is_last & next_day.isna()),
        evidence_first_day=first,
        evidence_last_day=last,
    )
    added = added.sort_values(["evidence_first_day", *SIDES], ignore_index=True)
    return _without_contradictions(added[~contradicted(added, current)].reset_index(drop=True))


def _without_contradictions(added: pd.DataFrame) -> pd.DataFrame:
    """Of links that contradict each other, the first row is kept, as if they were added one by one."""
    pairs = [pd.DataFrame({"row": one, "earlier": other}) for one, other in contradictions(added, added, itself=True)]
    before = pd.concat(pairs)
    before = before[before["earlier"] < before["row"]]
    open_rows, stays = np.ones(len(added), dtype=np.bool_), np.zeros(len(added), dtype=np.bool_)
    while open_rows.any():
        waits = open_rows & np.isin(np.arange(len(added)), before["row"][open_rows[before["earlier"]]])
        stays |= open_rows & ~waits
        open_rows = waits & ~np.isin(np.arange(len(added)), before["row"][stays[before["earlier"]]])
    return added[stays].reset_index(drop=True)


def _proposed(likely: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    worth = (likely["alike"] >= FEWEST_ALIKE) & (likely["alike"] * 2 > likely["compared"].fillna(0))
    likely = likely[worth.to_numpy(dtype=bool)].reset_index(drop=True)
    likely = likely.assign(
        end_day=pd.Series(pd.NaT, index=likely.index, dtype=likely["first_day"].dtype),
        evidence_first_day=likely["first_day"],
        evidence_last_day=likely["last_day"],
    )
    likely = likely[~contradicted(likely, current)]
    return likely.sort_values(["evidence_first_day", *SIDES], ignore_index=True)
