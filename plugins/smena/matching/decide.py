"""What a batch changes in the books. Every question about it is answered here, from top to bottom, and nowhere else.

Read from the top: which reported shifts can be believed; what each is to the published one; which till shift is which
fiscal shift; what becomes of each; which orders follow; which questions a person is asked. Pure: frames in, frames out.
"""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, all_same, first_match, known_and, missing, same
from smena.matching.changes import (
    BOOKED_SHIFTS,
    DECISIONS_OPENED,
    MOVED_SHIFTS,
    REJECTED,
    SHIFT_CHANGES,
    UNCOMPARED,
    VERDICTS,
    ChangeSet,
)
from smena.matching.frames import FISCALS, TILLS
from smena.matching.links import infer_links, links_after
from smena.matching.outcomes import defer_possible_counterparts, meet, outcomes_of_tills
from smena.matching.pairing import foreign_registers, pair, possible_shifts
from smena.matching.questions import duplicates_to_record, questions, recommendations
from smena.matching.reported import (
    BOOKED,
    LISTED_TWICE,
    OF_ANOTHER,
    OTHER_IDENTITY,
    TWO_REGISTERS,
    WAITING,
    judge_reported,
    judge_reported_tills,
    once_each,
    once_each_till,
    with_current,
)
from smena.matching.slices import CURRENT, Setting, Slice, facts_of, require_complete
from smena.model.outcome import Outcome
from smena.transform.schema import WHOLE

SELF_CONFLICT = "the source tells another thing of a shift whose orders can no longer be revised"
TILL_SELF_CONFLICT = "Market tells another thing of a shift whose orders can no longer be revised"
NO_SUCH_CASH = "the source tells of no such cash any more"
NO_SUCH_CASH_OF_MARKET = "Market tells of no such cash any more"
OFD_IS_BOOKED = "the OFD's shift is booked"
OTHER_SUMS_NOW = "the source tells other sums now; a person decides"


_NEW_FACTS = ("new", "changed", "confirmed")


def decide(slice_: Slice) -> ChangeSet:
    """What the batch of a slice changes: shifts, links, which orders to look at, and questions.

    Raises ValueError where an unknown reaches a condition that does not say what unknown means: a fault of ours.
    """
    require_complete(slice_)
    current, setting = slice_.current, slice_.setting
    reported, repeats, ambiguous = once_each(slice_.reported)
    reported_tills, other_versions, apart = once_each_till(slice_.reported_tills, current)

    rows = judge_reported(slice_, with_current(reported, current))
    till_rows = judge_reported_tills(slice_, with_current(reported_tills, current))

    tills = _tills_now(current, till_rows)
    fiscals = _fiscals_now(current, rows)
    links = infer_links(TILLS.conform(tills), FISCALS.conform(fiscals), slice_.links)
    pairs, possible = _pairs(slice_, tills, fiscals, links_after(slice_.links, links))

    rows = defer_possible_counterparts(rows, possible, tills)
    meeting = meet(rows, pairs, tills, setting)
    rows = _after_meeting(rows, meeting)
    tills, fiscals = _after_move(tills, _fiscals_now(current, rows), meeting)
    settled = outcomes_of_tills(tills, pairs, possible, fiscals, setting)
    rows = _same_where_nothing_is_new(rows, slice_.decisions)

    opened, closed, recommended = _questions(
        rows, till_rows, meeting, settled, pairs, _facts_now(tills, fiscals), slice_.decisions
    )
    return ChangeSet(
        rejected=_rejected(rows, ambiguous),
        unused=pd.concat([repeats["place"], ambiguous["place"]]),
        unused_tills=other_versions["place"],
        apart=apart["place"],
        shifts=_shift_changes(rows, till_rows, settled, tills, current),
        moved=MOVED_SHIFTS.conform(meeting[~meeting["stays"].astype(bool)]),
        booked=_booked(rows, settled, setting),
        opened=opened,
        closed=closed,
        recommended=recommended,
        links=links,
        uncompared=_uncompared(pairs, rows, till_rows, tills, fiscals),
        verdicts=VERDICTS.conform(pd.concat([rows, till_rows])[["shift_id", "verdict"]]),
    )


def _tills_now(current: pd.DataFrame, till_rows: pd.DataFrame) -> pd.DataFrame:
    """Till shifts in question (CURRENT): as they are published, or as the batch reports them."""
    of_market = current["source"] == "market"
    in_question = current["is_till_in_scope"].astype(bool) | current["is_reported"].astype(bool)
    published = current[
        of_market & in_question & (current["outcome"] != Outcome.REJECTED) & ~current["is_of_another"].astype(bool)
    ]
    fresh = till_rows[till_rows["verdict"].isin(_NEW_FACTS)]
    was = fresh["current_outcome"]
    keeps_outcome = known_and(was.isin([*BOOKED, Outcome.DUPLICATE]))
    known = fresh["is_known"]
    fresh = fresh.assign(
        source="market",
        outcome=fresh["outcome"].mask(keeps_outcome, was),
        reason=fresh["reason"].mask(known, fresh["current_reason"]),
        same_as=fresh["current_same_as"],
        has_decision=False,
        is_of_another=False,
        is_reported=True,
        is_till_in_scope=True,
    )
    return _overlaid(published, fresh)


def _fiscals_now(current: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Fiscal shifts in question (CURRENT): as they are published, or as the batch reports them."""
    published = current[(current["source"] == "ofd") & ~current["is_of_another"].astype(bool)]
    fresh = rows[rows["verdict"].isin(_NEW_FACTS)]
    fresh = fresh.assign(
        source="ofd",
        same_as=fresh["same_as"] if "same_as" in fresh else missing(fresh),
        has_decision=fresh["current_has_decision"].fillna(value=False),
        is_of_another=False,
        is_reported=True,
        is_till_in_scope=False,
        orders=missing(fresh, WHOLE),
    )
    marked = rows[rows["verdict"].isin(["conflict", "settled"])].set_index("shift_id")
    if len(marked):
        outcome = published["shift_id"].map(_outcome_of_marked(marked))
        published = published.assign(outcome=outcome.astype("string").fillna(published["outcome"]))
    return _overlaid(published, fresh)


def _overlaid(published: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """CURRENT rows, those of the batch in place of the published ones; orders are those in the books."""
    orders = ["revision", "live_orders", "marked_orders", "open_orders", "first_order_day", "last_order_day"]
    fresh = fresh.assign(**{name: fresh[f"current_{name}"] for name in orders})
    fresh = fresh.reindex(columns=list(CURRENT.columns))
    rest = published[~published["shift_id"].isin(fresh["shift_id"])]
    return CURRENT.conform(pd.concat([frame for frame in (rest, fresh) if len(frame)] or [rest], ignore_index=True))


def _outcome_of_marked(rows: pd.DataFrame) -> pd.Series:
    """The outcome of reported shifts whose published facts stay: in conflict, or again what they were before it."""
    is_live = rows["current_live_orders"].fillna(0) > 0
    unclosed = rows["current_fiscal_document_number"].isna()
    return first_match(
        [
            Case(rows["verdict"] == "conflict", str(Outcome.CONFLICT)),
            Case(is_live, str(Outcome.ISSUED)),
            # It was closed as lost, and stays so.
            Case(unclosed, str(Outcome.REJECTED)),
            Case(pd.Series(data=True, index=rows.index), str(Outcome.NO_CASH)),
        ],
        rows.index,
    )["outcome"]


def _pairs(
    slice_: Slice, tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which till shift is which fiscal shift, with what was found or said of the two; and which may be which."""
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
    return pairs, possible


def _said_to_be_two(pairs: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series:
    """Which pairs a person has said to be two shifts, when both said what they say now."""
    said = decisions[known_and(decisions["resolution"] == "both")]
    given = pd.MultiIndex.from_arrays([said["shift_id"], said["counterpart_id"], said["digest"]])
    asked = [
        pd.MultiIndex.from_arrays([pairs[one], pairs[other], pairs["digest"]])
        for one, other in (("till_id", "fiscal_id"), ("fiscal_id", "till_id"))
    ]
    return pd.Series(asked[0].isin(given) | asked[1].isin(given), index=pairs.index)


def _after_meeting(rows: pd.DataFrame, meeting: pd.DataFrame) -> pd.DataFrame:
    """Reported shifts with what `meet` said of them: `confirmed`, or the outcome of what stays booked from Market."""
    found = rows[["shift_id"]].merge(
        meeting.rename(columns={"fiscal_id": "shift_id", "outcome": "met_outcome", "reason": "met_reason"}),
        on="shift_id",
        how="left",
    )
    found = found.set_axis(rows.index)
    stays, moves = known_and(found["stays"].astype("boolean")), known_and(~found["stays"].astype("boolean"))
    return rows.assign(
        verdict=rows["verdict"].mask(moves, "confirmed").mask(stays, "changed"),
        outcome=rows["outcome"].mask(stays, found["met_outcome"]),
        reason=rows["reason"].mask(stays, found["met_reason"]),
        same_as=found["till_id"].where(stays).astype("string"),
    )


def _after_move(tills: pd.DataFrame, fiscals: pd.DataFrame, meeting: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Till and fiscal shifts after orders went over from one to the other."""
    moves = meeting[~meeting["stays"].astype(bool)]
    if moves.empty:
        return tills, fiscals
    went_to = tills["shift_id"].map(moves.set_index("till_id")["fiscal_id"]).astype("string")
    gone = went_to.notna()
    counts = ["live_orders", "marked_orders", "open_orders"]
    came = tills[gone].assign(shift_id=went_to[gone]).set_index("shift_id")[counts]
    tills = tills.assign(
        same_as=went_to.fillna(tills["same_as"]), **{name: tills[name].mask(gone, 0) for name in counts}
    )
    added = came.reindex(fiscals["shift_id"], fill_value=0).set_axis(fiscals.index)
    fiscals = fiscals.assign(**{name: fiscals[name].fillna(0) + added[name].fillna(0) for name in counts})
    return tills, fiscals


def _same_where_nothing_is_new(rows: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """A shift that waits, and is reported, decided and asked about as it is published, is not written again."""
    reviews = decisions[decisions["is_open"].astype(bool) & (decisions["kind"] == "review")].set_index("shift_id")
    is_asked = rows["shift_id"].isin(reviews.index) | (rows["outcome"] != Outcome.NEEDS_REVIEW)
    asked_against = rows["shift_id"].map(reviews["counterpart_id"]).astype("string")
    was_unclosed = rows["current_fiscal_document_number"].isna()
    nothing_new = (
        (rows["verdict"] == "changed")
        & rows["is_known"]
        & known_and(rows["current_outcome"].isin([*WAITING]))
        & rows["same_facts"]
        & same(rows["outcome"], rows["current_outcome"])
        & same(rows["reason"], rows["current_reason"])
        & same(rows["same_as"], rows["current_same_as"])
        & same(rows["order_day"], rows["current_order_day"])
        & ~(was_unclosed & rows["fiscal_document_number"].notna())
        & is_asked
        & same(rows["deferred_for"], asked_against)
    )
    return rows.assign(verdict=rows["verdict"].mask(nothing_new, "same"))


def _rejected(rows: pd.DataFrame, ambiguous: pd.DataFrame) -> pd.DataFrame:
    other = rows[rows["verdict"] == "other"]
    of_another = known_and(other["current_is_of_another"])
    why = first_match(
        [
            Case(~of_another, "", OTHER_IDENTITY),
            Case(other["is_listed_twice"], "", LISTED_TWICE),
            Case(of_another, "", OF_ANOTHER),
        ],
        other.index,
    )["reason"]
    return REJECTED.conform(
        pd.concat([other[["place"]].assign(reason=why), ambiguous[["place"]].assign(reason=TWO_REGISTERS)])
    )


def _shift_changes(
    rows: pd.DataFrame, till_rows: pd.DataFrame, settled: pd.DataFrame, tills: pd.DataFrame, current: pd.DataFrame
) -> pd.DataFrame:
    fresh = rows[rows["verdict"].isin(_NEW_FACTS)]
    marked = rows[rows["verdict"].isin(["conflict", "settled"])]
    marked = marked[(marked["verdict"] == "settled") | (marked["current_outcome"] != Outcome.CONFLICT)]
    marked_reason = pd.Series(OTHER_SUMS_NOW, index=marked.index, dtype="string").where(marked["verdict"] == "conflict")
    of_ofd = [
        fresh.assign(action=_action(fresh), revision=fresh["current_revision"]),
        marked.assign(
            action="mark",
            outcome=_outcome_of_marked(marked),
            reason=marked_reason,
            same_as=marked["current_same_as"],
            kpp=missing(marked),
            place=missing(marked),
            revision=marked["current_revision"],
        ),
    ]
    final = tills.set_index("shift_id")[["outcome", "reason", "same_as", "revision"]]
    decided = settled.set_index("shift_id")[["becomes", "becomes_reason", "becomes_same_as"]]
    final.loc[decided.index, ["outcome", "reason", "same_as"]] = decided.to_numpy()
    fresh_tills = till_rows[till_rows["verdict"].isin(_NEW_FACTS)]
    keeps_kpp = known_and(fresh_tills["current_outcome"].isin(BOOKED))
    of_fresh = final.reindex(fresh_tills["shift_id"]).set_axis(fresh_tills.index)
    published = current.set_index("shift_id")
    others = final[~final.index.isin(fresh_tills["shift_id"])]
    before = published.reindex(others.index)
    others = others[~all_same(others, before, ["outcome", "reason", "same_as"])].reset_index()
    of_market = [
        fresh_tills.assign(
            action=_action(fresh_tills),
            outcome=of_fresh["outcome"],
            reason=of_fresh["reason"],
            same_as=of_fresh["same_as"],
            kpp=fresh_tills["kpp"].mask(keeps_kpp),
            revision=fresh_tills["current_revision"],
        ),
        others.assign(action="mark", kpp=missing(others), place=missing(others)),
    ]
    parts = [part for part in (*of_ofd, *of_market) if len(part)]
    return SHIFT_CHANGES.conform(pd.concat(parts, ignore_index=True)) if parts else SHIFT_CHANGES.empty()


def _action(fresh: pd.DataFrame) -> pd.Series:
    return pd.Series("insert", index=fresh.index, dtype="string").mask(fresh["is_known"], "replace")


def _booked(rows: pd.DataFrame, settled: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Shifts whose orders have to be what they propose, or none; a new shift without an order is none of them."""
    fresh = rows[rows["verdict"].isin(_NEW_FACTS)]
    of_ofd = fresh[["shift_id"]].assign(
        is_first=~fresh["is_known"] & (fresh["verdict"] != "confirmed"),
        is_booked=fresh["outcome"] == Outcome.ISSUED,
        reason=NO_SUCH_CASH,
    )
    closed = pd.Series(data=False, index=settled.index)
    if setting.closed_through is not None:
        closed = known_and(settled["order_day"] <= setting.closed_through)
    # Where no account rule fits what it sells now, the orders that it has stay.
    no_proposal = settled["orders"].isna() & (settled["becomes"] == Outcome.ISSUED)
    open_ones = settled[~closed & ~no_proposal]
    of_market = open_ones[["shift_id"]].assign(
        is_first=open_ones["revision"].isna(),
        is_booked=open_ones["becomes"] == Outcome.ISSUED,
        reason=pd.Series(NO_SUCH_CASH_OF_MARKET, index=open_ones.index).mask(
            open_ones["becomes"] == Outcome.DUPLICATE, OFD_IS_BOOKED
        ),
    )
    booked = pd.concat([of_ofd, of_market], ignore_index=True)
    return BOOKED_SHIFTS.conform(booked[booked["is_booked"] | ~booked["is_first"]])


def _facts_now(tills: pd.DataFrame, fiscals: pd.DataFrame) -> pd.Series:
    """What each shift in question says, by its id."""
    shifts = pd.concat([tills, fiscals])
    return pd.Series(facts_of(shifts).to_numpy(), index=shifts["shift_id"], dtype="string")


def _uncompared(
    pairs: pd.DataFrame, rows: pd.DataFrame, till_rows: pd.DataFrame, tills: pd.DataFrame, fiscals: pd.DataFrame
) -> pd.DataFrame:
    """Pairs (UNCOMPARED) whose cash differs, that a comparison of cheques with receipts could explain."""
    decided = tills.loc[tills["has_decision"].astype(bool), "shift_id"]
    without_sums = fiscals.loc[
        fiscals["outcome"].isin([Outcome.BEFORE_START, Outcome.INCOMPLETE, Outcome.REJECTED]), "shift_id"
    ]
    differs = ~(known_and(pairs["is_equal"]) | known_and(pairs["is_rounded"]) | known_and(pairs["is_unknown"]))
    wanted = pairs[
        differs
        & ~pairs["is_crowded"].astype(bool)
        & ~pairs["is_compared"]
        & ~pairs["till_id"].isin(decided)
        & ~pairs["fiscal_id"].isin(without_sums)
    ]
    places = [frame[frame["verdict"].isin(_NEW_FACTS)].set_index("shift_id")["place"] for frame in (till_rows, rows)]
    return UNCOMPARED.conform(
        wanted.assign(till_place=wanted["till_id"].map(places[0]), fiscal_place=wanted["fiscal_id"].map(places[1]))
    )


def _questions(
    rows: pd.DataFrame,
    till_rows: pd.DataFrame,
    meeting: pd.DataFrame,
    settled: pd.DataFrame,
    pairs: pd.DataFrame,
    facts: pd.Series,
    decisions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Decisions to open and to close, and recommendations: what is asked, and what is recorded without asking."""
    # What is booked twice comes first: what a source reports otherwise now is asked when that is answered.
    asked = pd.concat(
        [
            _conflicts_with_market(meeting, facts),
            _conflicts_with_ofd(settled, facts),
            _own_conflicts(rows, till_rows),
            _reviews(rows),
            _reviews_of_tills(settled, facts),
        ],
        ignore_index=True,
    ).drop_duplicates(["shift_id", "kind"])
    looked_at = rows.loc[~rows["verdict"].isin(["same", "other"]), "shift_id"]
    reported_again = till_rows[
        till_rows["verdict"].isin(["changed", "conflict"])
        | ((till_rows["verdict"] == "same") & (till_rows["same_facts"] | till_rows["is_refused"]))
    ]
    # A conflict that a closed period keeps stays a question, though its link is taken back.
    stays_asked = (settled["becomes"] == Outcome.CONFLICT) & settled["fiscal_id"].isna()
    opened, closed = questions(
        asked,
        decisions,
        of_pairs=pd.concat([looked_at, settled.loc[~stays_asked, "shift_id"]]),
        of_own=pd.concat([looked_at, reported_again["shift_id"]]),
    )
    recorded = duplicates_to_record(_duplicates(settled, facts), decisions)
    opened = pd.concat([opened, recorded], ignore_index=True)
    return opened, closed, recommendations(asked, rows, pairs)


def _own_conflicts(rows: pd.DataFrame, till_rows: pd.DataFrame) -> pd.DataFrame:
    own = pd.concat(
        [
            rows[rows["verdict"] == "conflict"].assign(reason=SELF_CONFLICT),
            till_rows[till_rows["verdict"] == "conflict"].assign(reason=TILL_SELF_CONFLICT),
        ]
    )
    return _as_decisions(own.assign(kind="conflict", counterpart_id=missing(own), is_own=True))


def _reviews(rows: pd.DataFrame) -> pd.DataFrame:
    waits = rows[rows["verdict"].isin(["new", "changed"]) & (rows["outcome"] == Outcome.NEEDS_REVIEW)]
    why = waits["reason"].fillna("")
    digest = facts_of(waits) + "/" + waits["reported_outcome"] + "/" + why
    return _as_decisions(waits.assign(kind="review", counterpart_id=waits["deferred_for"], digest=digest, reason=why))


def _conflicts_with_market(meeting: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    """The OFD's shifts whose orders of Market stay, though they say another thing."""
    stays = meeting[meeting["stays"].astype(bool) & ~meeting["is_same"].astype(bool)]
    digest = _digest_of_pairs(stays["till_id"], stays["fiscal_id"], facts)
    named = stays.rename(columns={"fiscal_id": "shift_id", "till_id": "counterpart_id"})
    return _as_decisions(named.assign(kind="conflict", digest=digest))


def _conflicts_with_ofd(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    """Till shifts that say another thing than the OFD's shift that they are."""
    against = settled[(settled["becomes"] == Outcome.CONFLICT) & settled["fiscal_id"].notna()]
    return _as_decisions(_held_against_ofd(against, facts).assign(kind="conflict"))


def _reviews_of_tills(settled: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    waits = settled[settled["becomes"] == Outcome.NEEDS_REVIEW]
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
    """The rows as DECISIONS_OPENED; what says nothing of it is a question about two shifts, and open."""
    flags = {name: frame.get(name, False) for name in ("is_own", "is_resolved")}
    return DECISIONS_OPENED.conform(frame.reindex(columns=list(DECISIONS_OPENED.columns)).assign(**flags))
