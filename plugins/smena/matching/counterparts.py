"""Matched till and fiscal shifts, the comparisons and answers about them, and the pairs that must be compared first."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import among, known_and
from smena.matching.changes import UNCOMPARED
from smena.matching.current import NEW_FACTS
from smena.matching.frames import FISCALS, PAIRS, POSSIBLE_SHIFTS, TILLS
from smena.matching.pairing import foreign_registers, pair, possible_shifts
from smena.matching.slices import Slice, facts_of
from smena.model.outcome import Outcome
from smena.transform.schema import FLAG, TEXT, Schema

MATCHES = Schema(
    "matches",
    {
        **PAIRS.columns,
        "till_facts": TEXT,
        "fiscal_facts": TEXT,
        "digest": TEXT,
        "is_compared": FLAG,
        "is_explained": FLAG,
        "explanation": TEXT,
        "is_answered": FLAG,
    },
)
"""PAIRS with the facts of both shifts; `digest` joins them.

`is_compared`: their cheques and receipts were compared, or could not be; `is_explained`: that explained the difference.
`is_answered`: a person answered that the two are different shifts, when both had their present facts.
"""


def pairs_of(
    slice_: Slice, tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the matched pairs (MATCHES), and the pairs that may match without a link (POSSIBLE_SHIFTS)."""
    if tills.empty:
        return MATCHES.empty(), POSSIBLE_SHIFTS.empty()
    of_tills, of_fiscals = TILLS.conform(tills), FISCALS.conform(fiscals)
    pairs = pair(of_tills, of_fiscals, links)
    foreign = foreign_registers(of_tills, of_fiscals, pairs, slice_.registers, slice_.covered, links)
    possible = possible_shifts(
        of_tills,
        of_fiscals,
        pairs,
        slice_.registers,
        foreign,
        links,
        ofd_start=slice_.setting.ofd_start if slice_.setting.ofd_is_on else None,
    )
    if pairs.empty:
        return MATCHES.empty(), possible
    pairs = pairs.merge(
        tills[["shift_id"]].assign(till_facts=facts_of(tills)).rename(columns={"shift_id": "till_id"}), on="till_id"
    ).merge(
        fiscals[["shift_id"]].assign(fiscal_facts=facts_of(fiscals)).rename(columns={"shift_id": "fiscal_id"}),
        on="fiscal_id",
    )
    pairs["digest"] = pairs["till_facts"] + "/" + pairs["fiscal_facts"]
    contents = ["till_id", "fiscal_id", "till_facts", "fiscal_facts"]
    pairs = pairs.merge(slice_.comparisons, on=contents, how="left", validate="one_to_one")
    pairs["is_compared"] = pairs["is_explained"].notna() | known_and(pairs["is_of_batch"])
    pairs["is_explained"] = known_and(pairs["is_explained"])
    pairs["is_answered"] = _said_to_be_two(pairs, slice_.decisions)
    return MATCHES.conform(pairs), possible


def _said_to_be_two(pairs: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series:
    """Whether a person answered that the two are different shifts, when both had their present facts."""
    said = decisions[known_and(decisions["resolution"] == "both")]
    given = pd.MultiIndex.from_arrays([said["shift_id"], said["counterpart_id"], said["digest"]])
    questions = [
        pd.MultiIndex.from_arrays([pairs[one], pairs[other], pairs["digest"]])
        for one, other in (("till_id", "fiscal_id"), ("fiscal_id", "till_id"))
    ]
    return pd.Series(questions[0].isin(given) | questions[1].isin(given), index=pairs.index)


def uncompared(
    pairs: pd.DataFrame, rows: pd.DataFrame, till_rows: pd.DataFrame, tills: pd.DataFrame, fiscals: pd.DataFrame
) -> pd.DataFrame:
    """Return pairs (UNCOMPARED) whose cash differs and that a comparison of cheques with receipts could explain."""
    if pairs.empty:
        return UNCOMPARED.empty()
    decided = tills.loc[tills["has_decision"].astype(bool), "shift_id"]
    without_sums = fiscals.loc[
        among(fiscals["outcome"], [Outcome.BEFORE_START, Outcome.INCOMPLETE, Outcome.REJECTED]), "shift_id"
    ]
    differs = ~(known_and(pairs["is_equal"]) | known_and(pairs["is_rounded"]) | known_and(pairs["is_unknown"]))
    wanted = pairs[
        differs
        & ~pairs["is_crowded"].astype(bool)
        & ~pairs["is_compared"]
        & ~among(pairs["till_id"], decided)
        & ~among(pairs["fiscal_id"], without_sums)
    ]
    places = [frame[among(frame["verdict"], NEW_FACTS)].set_index("shift_id")["place"] for frame in (till_rows, rows)]
    return UNCOMPARED.conform(
        wanted.assign(till_place=wanted["till_id"].map(places[0]), fiscal_place=wanted["fiscal_id"].map(places[1]))
    )
