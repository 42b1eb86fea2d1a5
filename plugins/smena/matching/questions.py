"""Which questions to a person a batch opens, and which it closes."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, among, first_match, known_and, same
from smena.matching.changes import DECISIONS_CLOSED, DECISIONS_OPENED, RECOMMENDATIONS
from smena.model.reason_text import LINE_END
from smena.model.reasons import Reason
from smena.transform.reason_columns import has_code

WITHDRAWN, SUPERSEDED = "withdrawn", "superseded"

CORRECTIONS = (Reason.CORRECTION_OF_EARLIER_DAY, Reason.CORRECTION_DAY_UNKNOWN)
NO_WORD = ""

_QUESTION = ["shift_id", "kind"]


def questions(
    questions: pd.DataFrame, decisions: pd.DataFrame, *, of_pairs: pd.Series, of_own: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the decisions to open (DECISIONS_OPENED) and to close (DECISIONS_CLOSED).

    An open question about the same contents and the same counterpart stays open under its number. A shift has at most
    one open question of a kind: one about two sources takes the place of an open one about two versions of a report,
    even if that report was not read again, and none is opened where another stays open.

    Args:
        questions: the questions that the batch finds, as DECISIONS_OPENED, at most one per shift and kind.
        decisions: DECISIONS of these shifts.
        of_pairs: ids of the shifts whose open reviews, and conflicts with another source, were decided again.
        of_own: ids of those whose open conflicts between two versions were. Questions about other shifts stay.
    """
    if decisions.empty:
        return questions, DECISIONS_CLOSED.empty()
    is_own = (decisions["kind"] == "conflict") & decisions["counterpart_id"].isna()
    between_sources = (questions["kind"] == "conflict") & questions["counterpart_id"].notna()
    reads_own = among(decisions["shift_id"], pd.concat([of_own, questions.loc[between_sources, "shift_id"]]))
    looked_at = reads_own.where(is_own, among(decisions["shift_id"], of_pairs))
    waits = decisions["is_open"].astype(bool) & among(decisions["kind"], ["conflict", "review"])
    pairs = decisions[waits & looked_at].merge(
        questions[[*_QUESTION, "counterpart_id", "digest", "reason"]].assign(is_asked=True),
        on=_QUESTION, how="left", suffixes=("", "_now"),
    )  # fmt: skip
    is_asked = pairs["is_asked"].notna()
    stays = (
        is_asked
        & same(pairs["digest"], pairs["digest_now"])
        & same(pairs["counterpart_id"], pairs["counterpart_id_now"])
    )
    gone = pairs[~stays]
    still_asked = gone["is_asked"].notna()
    is_own = (gone["kind"] == "conflict") & gone["counterpart_id"].isna()
    withdrawn_because = pd.Series(str(Reason.NOTHING_TO_DECIDE), index=gone.index).mask(
        is_own, str(Reason.SOURCE_REPORTS_CURRENT_AGAIN)
    )
    closed = pd.DataFrame(
        {
            "decision_id": gone["decision_id"],
            "resolution": pd.Series(WITHDRAWN, index=gone.index).mask(still_asked, SUPERSEDED),
            "reason": withdrawn_because.mask(still_asked, str(Reason.SOURCE_REPORTS_OTHERWISE)),
        }
    )
    stays_open = waits & ~decisions["decision_id"].isin(gone["decision_id"])
    kept = pd.MultiIndex.from_frame(decisions.loc[stays_open, _QUESTION])
    opened = questions[~pd.MultiIndex.from_frame(questions[_QUESTION]).isin(kept)]
    return DECISIONS_OPENED.conform(opened), DECISIONS_CLOSED.conform(closed)


def duplicates_to_record(duplicates: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Return duplicates (DECISIONS_OPENED) that are not on record yet: each pair and contents once."""
    if duplicates.empty or decisions.empty:
        return duplicates
    key = ["shift_id", "counterpart_id", "digest"]
    known = pd.MultiIndex.from_frame(decisions.loc[decisions["kind"] == "duplicate", key])
    return duplicates[~pd.MultiIndex.from_frame(duplicates[key]).isin(known)]


def recommendations(questions: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return recommended answers with their reasons (RECOMMENDATIONS).

    Args:
        questions: the open questions, DECISIONS_OPENED.
        rows: reported shifts of the OFD; `reported_reason` is the reason from its own documents.
        pairs: pairs of shifts, with the result of a comparison.
    """
    if questions.empty:
        return RECOMMENDATIONS.empty()
    of_shift = rows.set_index("shift_id")
    unclosed = of_shift["fiscal_document_number"].isna()
    is_unclosed = known_and(questions["shift_id"].map(unclosed).astype("boolean"))
    corrections = has_code(of_shift["reported_reason"], *CORRECTIONS)
    has_corrections = known_and(questions["shift_id"].map(corrections).astype("boolean"))
    is_pair = (questions["kind"] == "conflict") & questions["counterpart_id"].notna()
    without_link = (questions["kind"] == "review") & (
        questions["counterpart_id"].notna() | has_code(questions["reason"], Reason.NO_LINK)
    )
    found = pairs.loc[pairs["explanation"].fillna("") != ""].set_index("till_id")["explanation"]
    documents = questions["shift_id"].map(found).fillna(questions["counterpart_id"].map(found)).astype("string")
    fiscal = (Reason.FISCAL_RECORD_IS_OFDS + LINE_END + documents).fillna(str(Reason.FISCAL_RECORD_IS_OFDS))
    always = pd.Series(data=True, index=questions.index)
    chosen = first_match(
        [
            Case(is_pair, "keep-ofd", fiscal),
            Case(questions["kind"] == "conflict", "reverse", Reason.SOURCE_REPORTS_IT_NOW),
            Case(without_link, NO_WORD, Reason.LINK_THE_CASHBOX),
            Case(is_unclosed, "approve", Reason.ONLY_RECEIPTS_KNOWN),
            Case(has_corrections, "approve", Reason.TOTALS_HOLD_CORRECTION),
            Case(always, NO_WORD, None),
        ],
        questions.index,
    )
    advised = questions[["kind", "shift_id"]].assign(
        word=chosen["outcome"].replace(NO_WORD, pd.NA), reason=chosen["reason"]
    )
    return RECOMMENDATIONS.conform(advised[advised["reason"].notna()])
