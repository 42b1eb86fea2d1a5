"""Questions about the decided shifts for a person, and decisions that are recorded without a question."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import among, known_and, missing
from smena.matching.changes import DECISIONS_CLOSED, DECISIONS_OPENED, RECOMMENDATIONS
from smena.matching.questions import duplicates_to_record, questions, recommendations
from smena.matching.slices import facts_of
from smena.model.outcome import Outcome
from smena.model.reasons import Reason


def open_decisions(
    rows: pd.DataFrame,
    till_rows: pd.DataFrame,
    adopted: pd.DataFrame,
    settled: pd.DataFrame,
    pairs: pd.DataFrame,
    facts: pd.Series,
    decisions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return decisions to open, decisions to close, and recommendations."""
    if all(frame.empty for frame in (rows, till_rows, settled)):
        return DECISIONS_OPENED.empty(), DECISIONS_CLOSED.empty(), RECOMMENDATIONS.empty()
    # Conflicts between the two sources come first. A source's own changed report is asked about once that is answered.
    found = pd.concat(
        [
            _conflicts_with_market(adopted, facts),
            _conflicts_with_ofd(settled, facts),
            _own_conflicts(rows, till_rows),
            _reviews(rows),
            _reviews_of_tills(settled, facts),
        ],
        ignore_index=True,
    ).drop_duplicates(["shift_id", "kind"])
    # A shift that was closed as lost is included even if the source reports the published facts again.
    is_as_before = known_and(rows["current_outcome"] == Outcome.REJECTED) & rows["same_facts"]
    looked_at = rows.loc[~among(rows["verdict"], ["same", "other"]) | is_as_before, "shift_id"]
    reported_again = till_rows[
        among(till_rows["verdict"], ["changed", "conflict"])
        | ((till_rows["verdict"] == "same") & (till_rows["same_facts"] | till_rows["is_refused"]))
    ]
    # A conflict that a closed period preserves stays a question, even if its link is withdrawn.
    stays_asked = (settled["becomes"] == Outcome.CONFLICT) & settled["fiscal_id"].isna()
    opened, closed = questions(
        found,
        decisions,
        of_pairs=pd.concat([looked_at, settled.loc[~stays_asked, "shift_id"]]),
        of_own=pd.concat([looked_at, reported_again["shift_id"]]),
    )
    recorded = duplicates_to_record(_duplicates(settled, facts), decisions)
    opened = pd.concat([opened, recorded], ignore_index=True)
    return opened, closed, recommendations(found, rows, pairs)


def _own_conflicts(rows: pd.DataFrame, till_rows: pd.DataFrame) -> pd.DataFrame:
    own = pd.concat(
        [
            rows[among(rows["verdict"], ["conflict", "asked"])].assign(reason=str(Reason.ORDERS_NOT_REVISABLE)),
            till_rows[till_rows["verdict"] == "conflict"].assign(reason=str(Reason.MARKET_ORDERS_NOT_REVISABLE)),
        ]
    )
    if own.empty:
        return DECISIONS_OPENED.empty()
    return _as_decisions(own.assign(kind="conflict", counterpart_id=missing(own), is_own=True))


def _reviews(rows: pd.DataFrame) -> pd.DataFrame:
    waits = rows[among(rows["verdict"], ["new", "changed"]) & (rows["outcome"] == Outcome.NEEDS_REVIEW)]
    if waits.empty:
        return DECISIONS_OPENED.empty()
    why = waits["reason"].fillna("")
    digest = facts_of(waits) + "/" + waits["reported_outcome"] + "/" + why
    return _as_decisions(waits.assign(kind="review", counterpart_id=waits["deferred_for"], digest=digest, reason=why))


def _conflicts_with_market(adopted: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    """Shifts of the OFD for which Market's orders stay although the sources disagree."""
    stays = adopted[adopted["stays"].astype(bool) & ~adopted["is_same"].astype(bool)]
    if stays.empty:
        return DECISIONS_OPENED.empty()
    digest = _digest_of_pairs(stays["till_id"], stays["fiscal_id"], facts)
    named = stays.rename(columns={"fiscal_id": "shift_id", "till_id": "counterpart_id"})
    return _as_decisions(named.assign(kind="conflict", digest=digest))


def _conflicts_with_ofd(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    """Till shifts that disagree with the OFD's shift that they match."""
    against = settled[(settled["becomes"] == Outcome.CONFLICT) & settled["fiscal_id"].notna()]
    if against.empty:
        return DECISIONS_OPENED.empty()
    return _as_decisions(_held_against_ofd(against, facts).assign(kind="conflict"))


def _reviews_of_tills(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    waits = settled[settled["becomes"] == Outcome.NEEDS_REVIEW]
    if waits.empty:
        return DECISIONS_OPENED.empty()
    return _as_decisions(
        waits.assign(
            kind="review",
            counterpart_id=missing(waits),
            digest=waits["shift_id"].map(facts) + "/" + waits["becomes_reason"].fillna(""),
            reason=waits["becomes_reason"].fillna(""),
        )
    )


def _duplicates(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    duplicates = settled[(settled["becomes"] == Outcome.DUPLICATE) & settled["fiscal_id"].notna()]
    if duplicates.empty:
        return DECISIONS_OPENED.empty()
    return _as_decisions(_held_against_ofd(duplicates, facts).assign(kind="duplicate", is_resolved=True))


def _held_against_ofd(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    return settled.assign(
        counterpart_id=settled["fiscal_id"],
        reason=settled["becomes_reason"].fillna(""),
        digest=_digest_of_pairs(settled["shift_id"], settled["fiscal_id"], facts),
    )


def _digest_of_pairs(tills: pd.Series, fiscals: pd.Series, facts: pd.Series) -> pd.Series:
    digest: pd.Series = tills.map(facts) + "/" + fiscals.map(facts)
    return digest


def _as_decisions(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows as DECISIONS_OPENED. `is_own` and `is_resolved` are False if the frame does not have them."""
    flags = {name: frame.get(name, False) for name in ("is_own", "is_resolved")}
    return DECISIONS_OPENED.conform(frame.reindex(columns=list(DECISIONS_OPENED.columns)).assign(**flags))
