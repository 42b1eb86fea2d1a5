"""What becomes of shifts that two sources report: each row of the table, of `adopt`, and of what is deferred."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.matching.frames import PAIRS
from smena.matching.outcomes import (
    adopt,
    defer_possible_counterparts,
    outcomes_of_tills,
)
from smena.matching.slices import CURRENT, Setting
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from tests.unit.matching.slice_builders import (
    ACCEPTED,
    FISCAL,
    OTHER_TILL,
    REGISTER,
    SETTING,
    TILL,
    UNKNOWN_SUMS,
    WITHOUT_ORDERS,
    Row,
    decided,
    decision,
    facts,
    frame,
    in_force,
    link,
    on,
    published,
    published_till,
    records,
    register,
    reported,
    reported_till,
    shift_change,
)

CLOSED_3 = replace(SETTING, closed_through=on(3))
CLOSED_2 = replace(SETTING, closed_through=on(2))
FROM_4 = replace(SETTING, market_start=on(4))
KEEPS_NONE = replace(SETTING, in_force=(in_force(keeps_cash_documents=False),))
OFF = replace(SETTING, market_is_on=False)
WAITS = {"outcome": "needs_review", **WITHOUT_ORDERS}
OTHER_SUMS, TWO_IN_ONE = Reason.OFD_SUMS_DIFFER, Reason.TWO_TILL_SHIFTS_IN_ONE
WITH_LINK = reason(Reason.BOOKED_BY_OFD, register=REGISTER)
EXPLAINED = reason(Reason.CORRECTION_RECEIPT, amount=19099, document=9)

_PAIR_SCHEMA = PAIRS.columns | {"is_explained": "boolean", "explanation": "string", "is_answered": "boolean"}


def pair_row(**changed: Any) -> dict[str, Any]:
    return {
        "till_id": TILL, "fiscal_id": FISCAL, "register_link_id": 5, "is_crowded": False, "is_unknown": False,
        "is_equal": True, "is_rounded": False, "is_explained": False, "explanation": EXPLAINED, "is_answered": False,
        **changed,
    }  # fmt: skip


def _pairs(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(_PAIR_SCHEMA)).astype(dict(_PAIR_SCHEMA))


def _possible(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["till_id", "fiscal_id"], dtype="string")


def becomes(
    till: Row, fiscal: Row | None = None, *, setting: Setting = SETTING, uncertain: bool = False, **pair: Any
) -> tuple[str, str | None, str | None] | None:
    """(outcome, reason, counterpart) of a till shift; None where it is left out."""
    rows = outcomes_of_tills(
        frame(CURRENT, [till]),
        _pairs([] if fiscal is None else [pair_row(**pair)]),
        _possible(*([(TILL, None)] if uncertain else [])),
        frame(CURRENT, [] if fiscal is None else [fiscal]),
        setting,
    )
    found = records(rows, "becomes", "becomes_reason", "becomes_same_as")
    return found[0] if found else None


OTHER = {"is_equal": False}


@pytest.mark.parametrize(
    ("till", "fiscal", "pair", "setting", "expected"),
    [
        # The OFD's shift is the duplicate of this one already.
        (published_till(reason="said"), published(same_as=TILL), {}, SETTING, ("issued", "said", None)),
        # A closed period keeps what is booked in it.
        (published_till(reason="said"), published(), OTHER, CLOSED_3, ("issued", "said", None)),
        (published_till(outcome="no_cash", **WITHOUT_ORDERS), published(), OTHER, CLOSED_3, ("no_cash", None, None)),
        (published_till(outcome="conflict", reason="said", same_as=FISCAL, **WITHOUT_ORDERS), None, {}, CLOSED_3,
         ("conflict", "said", None)),
        # It waited when its period was closed, with orders that were accepted.
        (published_till(outcome="needs_review", reason="said", **ACCEPTED), published(), OTHER, CLOSED_3,
         ("needs_review", "said", None)),
        # A person has answered that these are two shifts.
        (published_till(**ACCEPTED), published(), OTHER | {"is_answered": True}, SETTING, ("issued", None, None)),
        (published_till(**WAITS), published(), OTHER | {"is_answered": True}, SETTING, ("conflict", OTHER_SUMS, None)),
        # Another till shift is this fiscal shift.
        (published_till(), published(), {"is_crowded": True}, SETTING, ("needs_review", TWO_IN_ONE, None)),
        (published_till(), published(outcome="incomplete", **WITHOUT_ORDERS), {"is_crowded": True}, SETTING,
         ("needs_review", TWO_IN_ONE, None)),
        # The fiscal shift is of before the start: only Market books it.
        (published_till(), published(outcome="before_start", **WITHOUT_ORDERS), {"is_crowded": True}, SETTING,
         ("issued", None, None)),
        # Accepted from Market.
        (published_till(**ACCEPTED), published(**WITHOUT_ORDERS), OTHER, SETTING, ("issued", None, None)),
        (published_till(**ACCEPTED), published(), {}, SETTING, ("conflict", OTHER_SUMS, FISCAL)),
        (published_till(**ACCEPTED), published(), {"is_explained": True}, SETTING, ("conflict", OTHER_SUMS, FISCAL)),
        # A person refused the OFD's shift.
        (published_till(), published(outcome="rejected", **WITHOUT_ORDERS), OTHER, SETTING, ("issued", None, None)),
        (published_till(**WAITS), published(outcome="rejected", **WITHOUT_ORDERS), OTHER, SETTING,
         ("duplicate", WITH_LINK, FISCAL)),
        # Both say the same.
        (published_till(**WAITS), published(), {}, SETTING, ("duplicate", WITH_LINK, FISCAL)),
        (published_till(**WAITS), published(), {"is_unknown": True, "is_equal": None}, SETTING,
         ("duplicate", WITH_LINK, FISCAL)),
        (published_till(**WAITS), published(), OTHER | {"is_explained": True}, SETTING,
         ("duplicate", f"{WITH_LINK}\n{EXPLAINED}", FISCAL)),
        (published_till(**WAITS, price_correction=-40), published(), OTHER | {"is_rounded": True}, SETTING,
         ("duplicate", reason(Reason.BOOKED_BY_OFD_ROUNDED, amount=40, register=REGISTER), FISCAL)),
        (published_till(**WAITS, price_correction=105), published(), OTHER | {"is_rounded": True}, SETTING,
         ("duplicate", reason(Reason.BOOKED_BY_OFD_ROUNDED, amount=105, register=REGISTER), FISCAL)),
        (published_till(**WAITS, price_correction=40), published(), {"is_rounded": True}, SETTING,
         ("duplicate", WITH_LINK, FISCAL)),
        (published_till(**WAITS), published(), {"register_link_id": None}, SETTING,
         ("duplicate", WITH_LINK, FISCAL)),
        # They differ.
        (published_till(**WAITS), published(), OTHER, CLOSED_3, ("closed_period", Reason.PERIOD_CLOSED, FISCAL)),
        (published_till(**WAITS), published(), OTHER, CLOSED_2, ("conflict", OTHER_SUMS, FISCAL)),
        (published_till(**WAITS), published(), {"is_equal": None}, SETTING, ("conflict", OTHER_SUMS, FISCAL)),
        # The OFD has no sums of it, or does not book it.
        (published_till(), published(outcome="incomplete", **WITHOUT_ORDERS), {"is_unknown": True}, SETTING,
         ("issued", None, None)),
        (published_till(**WAITS), published(outcome="before_start", **WITHOUT_ORDERS), {}, SETTING,
         ("issued", None, None)),
        # Before the start of Market.
        (published_till(reason="said"), None, {}, FROM_4, ("issued", "said", None)),
        (published_till(**WAITS), None, {}, FROM_4,
         ("before_start", 'before_start {"day": "2026-02-04"}', None)),
        (published_till(**WAITS), None, {}, Setting(),
         ("before_start", 'before_start {"day": null}', None)),
        # Without a shift of the OFD.
        (published_till(**WAITS), None, {}, CLOSED_3, ("closed_period", Reason.PERIOD_CLOSED, None)),
        (published_till(**WAITS, **UNKNOWN_SUMS), None, {}, SETTING, ("incomplete", None, None)),
        (published_till(**UNKNOWN_SUMS, outcome="incomplete", reason="parts", **WITHOUT_ORDERS), None, {}, SETTING,
         ("incomplete", "parts", None)),
        (published_till(**WAITS, reason="said"), None, {}, OFF, ("needs_review", "said", None)),
        (published_till(), None, {}, OFF, ("issued", None, None)),
        (published_till(outcome="duplicate", same_as=FISCAL, reason="said", **WITHOUT_ORDERS), None, {}, OFF,
         ("duplicate", "said", FISCAL)),
        (published_till(**WAITS, orders=0), None, {}, SETTING, ("no_cash", None, None)),
        (published_till(**WAITS, orders=0), None, {}, KEEPS_NONE,
          ("no_cash", Reason.NO_CASH_DOCUMENTS_KEPT, None)),
         (published_till(**WAITS, orders=None), None, {}, SETTING, ("needs_review", Reason.NO_ACCOUNT_RULE, None)),
        (published_till(orders=None), None, {}, SETTING, ("issued", None, None)),
        (published_till(**WAITS, reason="said"), None, {}, SETTING, ("issued", None, None)),
        (published_till(outcome="duplicate", same_as=FISCAL, **WITHOUT_ORDERS), None, {}, SETTING,
         ("issued", None, FISCAL)),
    ],
)  # fmt: skip
def test_each_row_of_the_table_of_outcomes(
    till: Row, fiscal: Row | None, pair: Row, setting: Setting, expected: tuple[str, str | None, str | None]
) -> None:
    assert becomes(till, fiscal, setting=setting, **pair) == expected


@pytest.mark.parametrize(
    ("kept_from", "reason"), [(date(2026, 2, 3), None), (date(2026, 2, 4), Reason.NO_CASH_DOCUMENTS_KEPT)]
)
def test_whether_cash_documents_are_kept_is_asked_of_the_day_of_closing(kept_from: date, reason: str | None) -> None:
    """The shift was closed on the 3rd, whatever holds when it is decided about."""
    by_day = (in_force(None, kept_from, keeps_cash_documents=False), in_force(kept_from))
    setting = replace(SETTING, in_force=by_day)
    assert becomes(published_till(**WAITS, orders=0), setting=setting) == ("no_cash", reason, None)
    with pytest.raises(ValueError, match="no accounting settings"):
        becomes(published_till(**WAITS, orders=0), setting=replace(SETTING, in_force=(in_force(date(2026, 2, 4)),)))


def test_a_till_shift_that_may_be_a_shift_of_the_ofd_waits_unless_it_is_booked() -> None:
    assert becomes(published_till(**WAITS), uncertain=True) == ("needs_review", Reason.NO_LINK, None)
    assert becomes(published_till(), uncertain=True) == ("issued", None, None)


def test_what_a_person_has_decided_of_a_till_shift_stays() -> None:
    said = {"has_decision": True}
    assert becomes(published_till(**said), published(), **OTHER) is None
    assert becomes(published_till(**said, outcome="no_cash", **WITHOUT_ORDERS), published()) is None
    # Its orders went over to the OFD's shift.
    assert becomes(published_till(**said, **WITHOUT_ORDERS), published()) == ("duplicate", WITH_LINK, FISCAL)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        # What is not known is not booked, or waits.
        ("cash_income", "incomplete"),
        ("orders", "needs_review"),
        # A day that is not known lies neither before the start nor in a closed period; its orders have none.
        ("order_day", "issued"),
    ],
)
def test_what_an_unknown_of_a_waiting_till_shift_means(column: str, expected: str) -> None:
    found = becomes(published_till(**WAITS) | {column: None}, setting=CLOSED_2)
    assert found is not None and found[0] == expected


def met(
    now: Row, till: Row, *, setting: Setting = SETTING, verdict: str = "new", was: Row | None = None, **pair: Any
) -> tuple[bool, str, str] | None:
    """(stays, outcome, reason) of a booked till shift and a reported one; None where they do not meet."""
    orders = {f"current_{name}": was[name] if was else pd.NA for name in ("live_orders", "marked_orders")}
    rows = pd.DataFrame([now]).assign(verdict=verdict, **orders)
    rows = rows.astype({"shift_id": "string", "outcome": "string"} | dict.fromkeys(orders, "Int64"))
    rows["current_first_order_day"] = pd.Series([was["first_order_day"] if was else None], dtype="datetime64[us]")
    found = adopt(rows, _pairs([pair_row(**pair)]), frame(CURRENT, [till]), setting)
    found = records(found, "stays", "outcome", "reason")
    return found[0] if found else None


OF_DAY_4 = {"order_day": on(4)}


@pytest.mark.parametrize(
    ("now", "till", "pair", "setting", "stays", "outcome"),
    [
        # A new order goes over, whatever the OFD's sums are.
        (reported(), published_till(), {}, SETTING, False, None),
        (reported(), published_till(), OTHER, SETTING, False, None),
        (reported(outcome="no_cash"), published_till(), OTHER, SETTING, False, None),
        # An accepted one goes over where both say the same, and stays where they do not.
        (reported(), published_till(**ACCEPTED), {}, SETTING, False, None),
        (reported(), published_till(**ACCEPTED), OTHER | {"is_rounded": True}, SETTING, False, None),
        (reported(), published_till(**ACCEPTED), OTHER, SETTING, True, "conflict"),
        (reported(), published_till(**ACCEPTED), {"is_equal": None}, SETTING, True, "conflict"),
        (reported(), published_till(**ACCEPTED), OTHER | {"is_explained": True}, SETTING, True, "conflict"),
        (reported(), published_till(has_decision=True), OTHER, SETTING, True, "conflict"),
        (reported(), published_till(has_decision=True), {}, SETTING, False, None),
        # In a closed period nothing goes over.
        (reported(outcome="closed_period"), published_till(), {}, CLOSED_3, True, "duplicate"),
        (reported(outcome="closed_period"), published_till(), OTHER, CLOSED_3, True, "closed_period"),
        (reported(outcome="closed_period"), published_till(), OTHER | {"is_explained": True}, CLOSED_3, True,
         "closed_period"),
        (reported(**OF_DAY_4), published_till(), {}, CLOSED_3, True, "duplicate"),
        # The date of an order is assigned once.
        (reported(**OF_DAY_4), published_till(), {}, SETTING, None, None),
        (reported(**OF_DAY_4), published_till(**ACCEPTED), {}, SETTING, True, "duplicate"),
        (reported(), published_till(first_order_day=on(2)), {}, SETTING, None, None),
        (reported(), published_till(last_order_day=on(4)), {}, SETTING, None, None),
        # What needs a look is compared with what is accepted or closed only, and is equal to nothing.
        (reported(outcome="needs_review"), published_till(), {}, SETTING, None, None),
        (reported(outcome="needs_review"), published_till(**ACCEPTED), {}, SETTING, True, "conflict"),
        (reported(outcome="needs_review"), published_till(), {}, CLOSED_3, True, "closed_period"),
        # These do not meet.
        (reported(outcome="incomplete"), published_till(), {}, SETTING, None, None),
        (reported(outcome="before_start"), published_till(), {}, SETTING, None, None),
        (reported(), published_till(**WITHOUT_ORDERS), {}, SETTING, None, None),
        (reported(), published_till(), {"is_crowded": True}, SETTING, None, None),
    ],
)  # fmt: skip
def test_whether_orders_of_market_go_over_or_stay(
    now: Row, till: Row, pair: Row, setting: Setting, stays: bool | None, outcome: str | None
) -> None:
    found = met(now, till, setting=setting, **pair)
    if stays is None:
        assert found is None
    else:
        assert found is not None and found[0] == stays
        assert not stays or found[1] == outcome
        reasons = {
            "duplicate": Reason.BOOKED_FROM_MARKET,
            "closed_period": Reason.MARKET_SUMS_DIFFER_CLOSED,
            "conflict": Reason.MARKET_SUMS_DIFFER_ACCEPTED,
        }  # fmt: skip
        assert found[2] == reasons[found[1]]


def test_only_shifts_that_are_new_or_changed_and_have_no_orders_meet() -> None:
    assert met(reported(), published_till(), verdict="changed", was=published(**WITHOUT_ORDERS)) is not None
    assert met(reported(), published_till(), verdict="changed", was=published()) is None
    for verdict in ("same", "conflict", "settled", "other"):
        assert met(reported(), published_till(), verdict=verdict) is None


def deferred(
    now: Row, *tills: Row, verdict: str = "new", live: int | None = None
) -> tuple[str, str | None, str | None]:
    """(outcome, reason, till shift that it waits for)."""
    rows = pd.DataFrame([now]).assign(verdict=verdict, current_open_orders=live)
    rows = rows.astype({"shift_id": "string", "outcome": "string", "reason": "string", "current_open_orders": "Int64"})
    possible = _possible(*((till["shift_id"], FISCAL) for till in tills), (TILL, None))
    return records(
        defer_possible_counterparts(rows, possible, frame(CURRENT, tills)), "outcome", "reason", "deferred_for"
    )[0]  # type: ignore[return-value]


def test_a_shift_that_market_may_have_booked_waits() -> None:
    waits = ("needs_review", Reason.MARKET_MAY_HAVE_BOOKED, TILL)
    assert deferred(reported(), published_till()) == waits
    assert deferred(reported(), published_till(), verdict="changed", live=0) == waits
    assert deferred(reported(), published_till(shift_id=OTHER_TILL), published_till()) == waits
    reviewed = reported(outcome="needs_review", reason="a look")
    assert deferred(reviewed, published_till()) == ("needs_review", f"a look\n{Reason.MARKET_MAY_HAVE_BOOKED}", TILL)
    assert deferred(reported(outcome="needs_review"), published_till()) == waits


def test_a_shift_does_not_wait_for_what_is_not_booked_or_is_rejected() -> None:
    goes_on = ("issued", None, None)
    assert deferred(reported(), published_till(**WITHOUT_ORDERS)) == goes_on
    assert deferred(reported(), published_till(open_orders=0, marked_orders=1)) == goes_on
    assert deferred(reported(), published_till(open_orders=None)) == goes_on
    assert deferred(reported(), published_till(), verdict="changed", live=1) == goes_on
    assert deferred(reported(), published_till(), verdict="same") == goes_on
    assert deferred(reported(outcome="no_cash"), published_till()) == ("no_cash", None, None)


def test_an_order_of_market_goes_over_to_the_shift_of_the_ofd() -> None:
    changes = decided(reported=[reported()], current=[published_till()], links=[link()])
    assert records(changes.moved, "till_id", "fiscal_id") == [(TILL, FISCAL)]
    assert records(changes.verdicts, "shift_id", "verdict") == [(FISCAL, "confirmed")]
    assert (shift_change(changes, TILL)["outcome"], shift_change(changes, TILL)["same_as"]) == ("duplicate", FISCAL)
    assert records(changes.booked, "shift_id", "is_first", "is_booked") == [(FISCAL, False, True), (TILL, False, False)]


def test_a_shift_that_loses_its_new_orders_to_a_review_meets_the_accepted_orders_of_market() -> None:
    reviewed = reported(outcome="needs_review")
    conflict = (True, "conflict", Reason.MARKET_SUMS_DIFFER_ACCEPTED)
    assert met(reviewed, published_till(**ACCEPTED), verdict="changed", was=published()) == conflict
    assert met(reviewed, published_till(**ACCEPTED), verdict="changed", was=published(**ACCEPTED)) is None
    in_closed = met(reviewed, published_till(**ACCEPTED), verdict="changed", was=published(), setting=CLOSED_3)
    assert in_closed is None, "an order of a closed period is not lost"


def test_an_accepted_order_with_other_sums_stays_and_a_person_is_asked_once() -> None:
    till = published_till(**ACCEPTED, cash_income=1)
    rows = {"reported": [reported()], "current": [till], "links": [link()]}
    changes = decided(**rows)
    change = shift_change(changes, FISCAL)
    assert (change["outcome"], change["reason"], change["same_as"]) == (
        "conflict",
        Reason.MARKET_SUMS_DIFFER_ACCEPTED,
        TILL,
    )
    digest = f"{facts(till)}/{facts(reported())}"
    assert records(changes.opened, "kind", "shift_id", "counterpart_id", "digest") == [
        ("conflict", FISCAL, TILL, digest)
    ]
    assert changes.moved.empty
    assert records(changes.booked, "shift_id", "is_booked") == [(TILL, True)]


def test_a_conflict_that_a_closed_period_keeps_stays_a_question_when_its_link_is_taken_back() -> None:
    till = published_till(outcome="conflict", same_as=FISCAL, **WITHOUT_ORDERS)
    asked = decision(shift_id=TILL, counterpart_id=FISCAL, digest="as it was asked")
    rows = {"current": [till, published(is_reported=False)], "decisions": [asked]}
    assert decided(**rows, setting=CLOSED_3).closed.empty
    # In an open period there is nothing to decide any more.
    assert len(decided(**rows).closed) == 1


def test_what_is_booked_twice_is_asked_before_what_market_reports_otherwise() -> None:
    now = reported_till(cash_income=31000)
    current = [published_till(**ACCEPTED, is_reported=True), published(is_reported=False)]
    asked = decision(
        shift_id=TILL, counterpart_id=FISCAL, digest=f"{facts(current[0])}/{facts(current[1])}",
    )  # fmt: skip
    changes = decided(tills=[now], current=current, links=[link()])
    assert records(changes.opened, "kind", "counterpart_id", "is_own") == [("conflict", FISCAL, False)]
    changes = decided(tills=[now], current=current, links=[link()], decisions=[asked])
    assert changes.opened.empty and changes.closed.empty


def test_a_shift_that_waits_for_another_till_shift_now_is_asked_about_anew() -> None:
    waits = published(outcome="needs_review", reason=Reason.MARKET_MAY_HAVE_BOOKED, **WITHOUT_ORDERS)
    digest = f"{facts(waits)}/issued/{Reason.MARKET_MAY_HAVE_BOOKED}"
    rows = {"reported": [reported()], "current": [waits, published_till()], "registers": [register()]}
    asked = decision(kind="review", counterpart_id=TILL, digest=digest)
    changes = decided(**rows, decisions=[asked])
    assert changes.shifts.empty and changes.opened.empty and changes.closed.empty
    changes = decided(**rows, decisions=[asked | {"counterpart_id": OTHER_TILL}])
    assert records(changes.opened, "kind", "counterpart_id") == [("review", TILL)]
    assert len(changes.closed) == 1
    assert shift_change(changes, FISCAL)["action"] == "replace"


def test_a_shift_that_waits_without_a_question_gets_one() -> None:
    waits = published(outcome="needs_review", reason="a look", **WITHOUT_ORDERS)
    changes = decided(reported=[reported(outcome="needs_review", reason="a look")], current=[waits])
    assert records(changes.opened, "kind", "shift_id") == [("review", FISCAL)]


def test_two_shifts_that_a_person_has_called_different_stay_both_booked() -> None:
    till, fiscal = published_till(**ACCEPTED, cash_income=1), published(is_reported=False)
    said = decision(shift_id=FISCAL, counterpart_id=TILL, resolution="both", digest=f"{facts(till)}/{facts(fiscal)}")
    rows = {"current": [till, fiscal], "links": [link()]}
    assert records(decided(**rows).opened, "kind", "shift_id") == [("conflict", TILL)]
    changes = decided(**rows, decisions=[said])
    assert changes.opened.empty and changes.shifts.empty
