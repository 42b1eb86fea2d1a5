"""Which questions are opened, stay and are closed after a batch."""

from __future__ import annotations

import pandas as pd

from smena.matching.changes import DECISIONS_OPENED
from smena.matching.questions import (
    SUPERSEDED,
    WITHDRAWN,
    duplicates_to_record,
    questions,
)
from smena.matching.slices import DECISIONS
from smena.model.reasons import Reason
from tests.unit.matching.slice_builders import FISCAL, TILL, Row, decision, frame, records

NO_KEYS = pd.Series([], dtype="string")
THE_SHIFT = pd.Series([FISCAL], dtype="string")


def question(**changed: object) -> dict[str, object]:
    return {
        "kind": "conflict", "shift_id": FISCAL, "counterpart_id": None, "digest": "a/b", "reason": "why",
        "is_own": True, "is_resolved": False, **changed,
    }  # fmt: skip


def after(
    asked: list[Row], decisions: list[Row], *, of_pairs: pd.Series = NO_KEYS, of_own: pd.Series = NO_KEYS
) -> tuple[list[object], list[object]]:
    """(digests of opened decisions, (number, resolution, reason) of closed ones)."""
    opened, closed = questions(
        frame(DECISIONS_OPENED, asked), frame(DECISIONS, decisions), of_pairs=of_pairs, of_own=of_own
    )
    return list(opened["digest"]), records(closed, "decision_id", "resolution", "reason")


def test_a_new_question_is_opened() -> None:
    assert after([question()], [], of_own=THE_SHIFT) == (["a/b"], [])


def test_a_question_about_the_same_contents_keeps_its_number() -> None:
    assert after([question()], [decision(digest="a/b")], of_own=THE_SHIFT) == ([], [])


def test_a_question_about_other_contents_takes_the_place_of_the_open_one() -> None:
    closed = [(1, SUPERSEDED, Reason.SOURCE_REPORTS_OTHERWISE)]
    assert after([question(digest="a/c")], [decision(digest="a/b")], of_own=THE_SHIFT) == (["a/c"], closed)


def test_a_question_about_the_same_contents_of_another_counterpart_is_another_question() -> None:
    asked = [question(kind="review", counterpart_id="till-2", is_own=False)]
    was = decision(kind="review", counterpart_id=TILL, digest="a/b")
    assert after(asked, [was], of_pairs=THE_SHIFT) == (["a/b"], [(1, SUPERSEDED, Reason.SOURCE_REPORTS_OTHERWISE)])


def test_a_question_that_no_longer_applies_is_withdrawn() -> None:
    assert after([], [decision()], of_own=THE_SHIFT) == ([], [(1, WITHDRAWN, Reason.SOURCE_REPORTS_CURRENT_AGAIN)])
    for kind, counterpart in (("review", None), ("review", TILL), ("conflict", TILL)):
        was = decision(kind=kind, counterpart_id=counterpart)
        assert after([], [was], of_pairs=THE_SHIFT) == ([], [(1, WITHDRAWN, Reason.NOTHING_TO_DECIDE)])


def test_only_questions_that_were_looked_at_are_closed() -> None:
    own, pair = decision(), decision(decision_id=2, kind="review")
    assert after([], [own, pair], of_own=THE_SHIFT)[1] == [(1, WITHDRAWN, Reason.SOURCE_REPORTS_CURRENT_AGAIN)]
    assert after([], [own, pair], of_pairs=THE_SHIFT)[1] == [(2, WITHDRAWN, Reason.NOTHING_TO_DECIDE)]
    assert after([], [own, pair])[1] == []
    other = decision(shift_id="fiscal-2")
    assert after([], [other], of_own=THE_SHIFT, of_pairs=THE_SHIFT)[1] == []


def test_a_question_about_two_sources_takes_the_place_of_one_about_two_versions_that_was_not_read_again() -> None:
    pair = question(shift_id=TILL, counterpart_id=FISCAL, is_own=False)
    own = decision(shift_id=TILL, counterpart_id=None)
    closed = [(1, SUPERSEDED, Reason.SOURCE_REPORTS_OTHERWISE)]
    assert after([pair], [own], of_pairs=pd.Series([TILL], dtype="string")) == (["a/b"], closed)


def test_no_question_about_two_versions_is_opened_where_one_about_two_sources_stays_open() -> None:
    assert after([question()], [decision(counterpart_id=TILL)], of_own=THE_SHIFT) == ([], [])


def test_what_is_answered_or_recorded_is_not_closed() -> None:
    answered = decision(resolution="keep-ofd", digest="a/b")
    duplicate = decision(decision_id=2, kind="duplicate", is_open=False, resolution="keep-ofd")
    assert after([question()], [answered, duplicate], of_own=THE_SHIFT, of_pairs=THE_SHIFT) == (["a/b"], [])


def test_a_duplicate_is_recorded_once_for_a_pair_and_its_contents() -> None:
    found = question(kind="duplicate", shift_id=TILL, counterpart_id=FISCAL, is_resolved=True)
    known = decision(kind="duplicate", shift_id=TILL, counterpart_id=FISCAL, digest="a/b", resolution="keep-ofd")

    def recorded(decisions: list[Row]) -> int:
        return len(duplicates_to_record(frame(DECISIONS_OPENED, [found]), frame(DECISIONS, decisions)))

    assert recorded([]) == 1
    assert recorded([known]) == 0
    assert recorded([known | {"digest": "a/c"}]) == 1
    assert recorded([known | {"counterpart_id": "fiscal-2"}]) == 1
    assert recorded([known | {"kind": "conflict"}]) == 1
