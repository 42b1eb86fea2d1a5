"""How a reported shift compares with the published one: each row of both tables of verdicts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.decide import decide
from smena.matching.reported import (
    decide_reported,
    decide_reported_tills,
    once_each,
    once_each_till,
    with_current,
)
from smena.matching.slices import CURRENT, REPORTED, REPORTED_TILLS, Setting
from smena.model.reasons import Reason
from tests.unit.matching.slice_builders import (
    ACCEPTED,
    OTHER_REGISTER,
    OTHER_SHOP,
    SETTING,
    UNKNOWN_SUMS,
    WITHOUT_ORDERS,
    Row,
    a_slice,
    decided,
    decision,
    facts,
    frame,
    on,
    published,
    published_till,
    records,
    reported,
    reported_till,
    values,
)

CLOSED_3 = Setting(on(1), on(1), ofd_is_on=True, market_is_on=True, closed_through=on(3))
NOT_CLOSED = {"fiscal_document_number": None}
WHEN_REPORTED_MORE = {"cash_income": 30000}
WAITING = ("incomplete", "needs_review", "before_start", "closed_period")


def verdict(
    now: Row, was: Row | None, *, setting: Setting = SETTING, decisions: list[Row] | None = None
) -> tuple[str, str, str | None]:
    """(verdict, outcome, reason) of a reported shift of the OFD."""
    slice_ = a_slice(reported=[now], current=[] if was is None else [was], decisions=decisions or [], setting=setting)
    rows = decide_reported(slice_, with_current(slice_.reported, slice_.current))
    ((found, outcome, reason),) = records(rows, "verdict", "outcome", "reason")
    return found, outcome, reason


def till_verdict(
    now: Row, was: Row | None, *, setting: Setting = SETTING, decisions: list[Row] | None = None
) -> tuple[str, str, str | None]:
    """(verdict, outcome, reason) of a reported till shift."""
    slice_ = a_slice(tills=[now], current=[] if was is None else [was], decisions=decisions or [], setting=setting)
    rows = decide_reported_tills(slice_, with_current(slice_.reported_tills, slice_.current))
    ((found, outcome, reason),) = records(rows, "verdict", "outcome", "reason")
    return found, outcome, reason


def kept(now: Row, was: Row, **changed: Any) -> dict[str, Any]:
    """A person has kept what is published against just what is reported now."""
    outcome = "" if "till_shift" in now else now["outcome"]
    digest = f"{facts(was)}/{facts(now)}/{outcome}"
    return decision(**{"resolution": "keep-ofd", "shift_id": now["shift_id"], "digest": digest} | changed)


def test_a_shift_that_is_not_published_is_new() -> None:
    assert verdict(reported(), None) == ("new", "issued", None)
    assert till_verdict(reported_till(), None)[0] == "new"


@pytest.mark.parametrize(
    ("given", "outcome", "reason"),
    [
        ({"order_day": on(1)}, "before_start", 'before_start {"day": "2026-02-02"}'),
        ({"order_day": on(1), **NOT_CLOSED}, "before_start", 'before_start {"day": "2026-02-02"}'),
        ({**NOT_CLOSED, "reason": "no z-report"}, "needs_review", "no z-report"),
        ({"order_day": on(2)}, "closed_period", 'period_closed_through {"day": "2026-02-02"}'),
        ({"order_day": on(2), "outcome": "incomplete"}, "closed_period", 'period_closed_through {"day": "2026-02-02"}'),
        ({"is_listed_twice": True}, "needs_review", Reason.LISTED_TWICE),
        ({"is_listed_twice": True, "outcome": "incomplete", "reason": "parts"}, "incomplete", "parts"),
        ({"outcome": "no_cash"}, "no_cash", None),
        ({"order_day": None, "outcome": "incomplete", "reason": "no day"}, "incomplete", "no day"),
    ],
)  # fmt: skip
def test_the_outcome_of_a_new_shift_by_order_of_precedence(given: Row, outcome: str, reason: str | None) -> None:
    setting = Setting(on(2), on(1), ofd_is_on=True, closed_through=on(2))
    assert verdict(reported(**given), None, setting=setting) == ("new", outcome, reason)


@pytest.mark.parametrize(
    "given",
    [
        {"kkt_reg_id": OTHER_REGISTER},
        {"closed_at": on(3) + pd.Timedelta(hours=21)},
        {"fiscal_document_number": 121},
    ],
)
def test_a_known_shift_with_another_identity_goes_to_quarantine(given: Row) -> None:
    assert verdict(reported(**given), published())[0] == "other"
    changes = decided(reported=[reported(**given)], current=[published()])
    assert records(changes.rejected, "place", "reason") == [("(0,1)", Reason.IDENTITY_CHANGED)]
    assert changes.shifts.empty and changes.booked.empty


def test_a_shift_in_the_books_of_another_organisation_goes_to_quarantine() -> None:
    was = published(is_of_another=True)
    changes = decided(reported=[reported()], current=[was])
    assert values(changes.rejected["reason"]) == [Reason.BOOKED_BY_ANOTHER_ORGANIZATION]
    changes = decided(reported=[reported(is_listed_twice=True)], current=[was])
    assert values(changes.rejected["reason"]) == [Reason.LISTED_TWICE]


def test_the_closing_report_of_a_shift_that_was_not_closed_is_no_other_identity() -> None:
    late = reported(closed_at=on(3) + pd.Timedelta(hours=22))
    assert verdict(late, published(**NOT_CLOSED))[0] == "changed"


REJECTED = {"outcome": "rejected", **WITHOUT_ORDERS}
LOST = REJECTED | NOT_CLOSED
CONFLICT = {"outcome": "conflict", **ACCEPTED}


@pytest.mark.parametrize(
    ("now", "was", "found"),
    [
        # What a person refused stays refused, unless it was never closed and the source reports another thing.
        (reported(**WHEN_REPORTED_MORE), published(**REJECTED), "same"),
        (reported(**NOT_CLOSED), published(**LOST), "same"),
        (reported(), published(**LOST), "conflict"),
        (reported(**NOT_CLOSED, **WHEN_REPORTED_MORE), published(**LOST), "conflict"),
        # The source lacks a part of what it had.
        (reported(**UNKNOWN_SUMS, outcome="incomplete"), published(), "same"),
        (reported(**UNKNOWN_SUMS, outcome="incomplete"),
         published(**UNKNOWN_SUMS, outcome="needs_review", **WITHOUT_ORDERS), "changed"),
        # It is the same shift as one of Market.
        (reported(), published(same_as="till-1", outcome="duplicate", **WITHOUT_ORDERS), "same"),
        (reported(**WHEN_REPORTED_MORE), published(same_as="till-1", outcome="duplicate", **WITHOUT_ORDERS), "changed"),
        # What waits is looked at each time.
        *[(reported(), published(outcome=outcome, **WITHOUT_ORDERS), "changed") for outcome in WAITING],
        # What is booked stays booked when the integration is switched on again from a later date.
        (reported(order_day=on(1)), published(order_day=on(1)), "same"),
        (reported(order_day=on(1), **WHEN_REPORTED_MORE), published(order_day=on(1)), "same"),
        # Another organisation lists the register since.
        (reported(is_listed_twice=True), published(), "changed"),
        (reported(is_listed_twice=True), published(**ACCEPTED), "same"),
        (reported(is_listed_twice=True, outcome="no_cash"), published(outcome="no_cash", **WITHOUT_ORDERS), "changed"),
        # Its closing report came.
        (reported(), published(**NOT_CLOSED, **CONFLICT), "conflict"),
        (reported(), published(**NOT_CLOSED), "changed"),
        (reported(), published(**NOT_CLOSED, **ACCEPTED), "changed"),
        (reported(**WHEN_REPORTED_MORE), published(**NOT_CLOSED, **ACCEPTED), "conflict"),
        # A reconciliation has named its receipts.
        (reported(is_named=True, detail="receipts"), published(detail="totals"), "changed"),
        (reported(is_named=True), published(detail="totals"), "changed"),
        (reported(is_named=True), published(detail="receipts"), "same"),
        (reported(is_named=True), published(**ACCEPTED), "same"),
        (reported(is_named=True), published(order_day=on(4)), "same"),
        (reported(is_named=True), published(outcome="no_cash", **WITHOUT_ORDERS), "same"),
        # The source reports again what is published.
        (reported(), published(), "same"),
        (reported(), published(**CONFLICT), "settled"),
        # Other sums.
        (reported(**WHEN_REPORTED_MORE), published(), "changed"),
        (reported(**WHEN_REPORTED_MORE), published(**ACCEPTED), "conflict"),
        (reported(**WHEN_REPORTED_MORE, order_day=on(4)), published(), "conflict"),
        (reported(**WHEN_REPORTED_MORE), published(**CONFLICT), "conflict"),
        (reported(**WHEN_REPORTED_MORE, outcome="needs_review"), published(), "conflict"),
        (reported(cash_income=0, outcome="no_cash"), published(), "changed"),
    ],
)  # fmt: skip
def test_each_row_of_the_table_of_the_ofd(now: Row, was: Row, found: str) -> None:
    setting = Setting(on(2), on(1), ofd_is_on=True, market_is_on=True)
    assert verdict(now, was, setting=setting)[0] == found


@pytest.mark.parametrize(
    ("now", "was", "found"),
    [
        (reported(is_listed_twice=True), published(), "same"),
        (reported(), published(**NOT_CLOSED), "same"),
        (reported(is_named=True), published(), "same"),
        (reported(**WHEN_REPORTED_MORE), published(), "conflict"),
        (reported(), published(), "same"),
        # It is asked about against Market: the question stays, and the sums that it is about.
        (reported(**WHEN_REPORTED_MORE), published(outcome="conflict", same_as="till-1", **WITHOUT_ORDERS), "same"),
        (reported(**WHEN_REPORTED_MORE), published(outcome="duplicate", same_as="till-1", **WITHOUT_ORDERS), "changed"),
    ],
)
def test_in_a_closed_period_what_is_booked_stays(now: Row, was: Row, found: str) -> None:
    assert verdict(now, was, setting=CLOSED_3)[0] == found


WAS_LOST = published(**NOT_CLOSED, **REJECTED, has_decision=True)


def test_news_of_a_shift_that_was_closed_as_lost_is_asked_about_in_a_closed_period_too() -> None:
    news = reported(**WHEN_REPORTED_MORE)
    assert verdict(news, WAS_LOST)[0] == "conflict"
    assert verdict(news, WAS_LOST, setting=CLOSED_3)[0] == "asked"
    changes = decide(a_slice(reported=[news], current=[WAS_LOST], setting=CLOSED_3))
    assert records(changes.opened, "kind", "shift_id", "is_resolved") == [("conflict", news["shift_id"], False)]
    # Nothing is booked, and the shift stays as it is.
    assert changes.shifts.empty
    assert not changes.booked["is_booked"].any()


def test_that_question_is_withdrawn_where_the_source_reports_again_what_is_published() -> None:
    again = reported(**NOT_CLOSED)
    asked = decision(kind="conflict", shift_id=again["shift_id"], is_open=True, resolution=None)
    changes = decide(a_slice(reported=[again], current=[WAS_LOST], decisions=[asked], setting=CLOSED_3))
    assert values(changes.closed["decision_id"]) == [asked["decision_id"]]
    assert changes.opened.empty and changes.shifts.empty


def test_a_conflict_with_market_takes_what_the_source_reports_once_its_period_is_open() -> None:
    was = published(outcome="conflict", same_as="till-1", **WITHOUT_ORDERS)
    assert verdict(reported(**WHEN_REPORTED_MORE), was)[0] == "changed"


def test_an_answer_about_a_shift_that_is_listed_twice_stays() -> None:
    said = [decision(kind="review", resolution="approve")]
    assert verdict(reported(is_listed_twice=True), published(), decisions=said)[0] == "same"


def test_the_same_difference_is_not_asked_again_once_a_person_has_kept_what_is_booked() -> None:
    now = reported(**WHEN_REPORTED_MORE)
    for was, found in ((published(**ACCEPTED), "same"), (published(**CONFLICT), "settled")):
        assert verdict(now, was, decisions=[kept(now, was)])[0] == found
        assert verdict(now, was, decisions=[kept(now, was, resolution="keep-market")])[0] == found
        # Another answer, an open question, an answer about other contents, or about another shift are no such answer.
        for other in (
            kept(now, was, resolution="reverse"),
            kept(now, was, is_open=True, resolution=None),
            kept(now, was, digest=f"{facts(was)}/{facts(was)}/issued"),
            kept(now, was, shift_id="fiscal-2"),
            kept(now, was, kind="review"),
        ):
            assert verdict(now, was, decisions=[other])[0] == "conflict"


def test_a_closing_report_that_a_person_has_refused_is_not_asked_about_again() -> None:
    now, was = reported(), published(**LOST)
    assert verdict(now, was, decisions=[kept(now, was)])[0] == "same"


def test_a_shift_that_two_windows_report_alike_was_received_when_it_came_first() -> None:
    rows = [
        reported(place="(0,10)", received_at=on(5)),
        reported(place="(0,2)", received_at=on(4)),
        reported(place="(0,3)", received_at=None),
    ]
    used, repeats, ambiguous = once_each(frame(REPORTED, rows))
    assert values(used["place"]) == ["(0,2)"]
    assert sorted(repeats["place"]) == ["(0,10)", "(0,3)"]
    assert ambiguous.empty


def test_of_shifts_that_came_at_the_same_time_the_first_row_of_the_stage_is_used() -> None:
    used, repeats, _ = once_each(frame(REPORTED, [reported(place="(0,9)"), reported(place="(0,10)")]))
    assert (values(used["place"]), values(repeats["place"])) == (["(0,9)"], ["(0,10)"])


def test_a_shift_with_two_contents_in_one_batch_is_used_in_neither() -> None:
    rows = [reported(), reported(place="(0,2)"), reported(place="(0,3)", kkt_reg_id=OTHER_REGISTER)]
    changes = decided(reported=rows)
    assert sorted(records(changes.rejected, "place", "reason")) == [
        ("(0,1)", Reason.TWO_REGISTERS_REPORT_SHIFT),
        ("(0,3)", Reason.TWO_REGISTERS_REPORT_SHIFT),
    ]
    assert sorted(changes.unused) == ["(0,1)", "(0,2)", "(0,3)"]
    assert changes.shifts.empty and changes.booked.empty


ACCEPTED_TILL = published_till(**ACCEPTED)
MORE = {"cash_income": 31000}


@pytest.mark.parametrize(
    ("now", "was", "found"),
    [
        (reported_till(**MORE), published_till(is_of_another=True), "same"),
        (reported_till(**MORE), published_till(**REJECTED), "same"),
        (reported_till(**UNKNOWN_SUMS, outcome="incomplete", orders=None), published_till(), "same"),
        (reported_till(**UNKNOWN_SUMS, outcome="incomplete", orders=None, receipts=3),
         published_till(**UNKNOWN_SUMS, **WITHOUT_ORDERS, outcome="incomplete", orders=None), "changed"),
        (reported_till(), published_till(), "same"),
        (reported_till(order_day=on(1), **MORE), published_till(order_day=on(1)), "same"),
        (reported_till(order_day=on(1), **MORE),
         published_till(order_day=on(1), outcome="duplicate", same_as="fiscal-1", **WITHOUT_ORDERS), "changed"),
        (reported_till(order_day=on(4), **MORE), published_till(), "conflict"),
        (reported_till(**MORE), ACCEPTED_TILL, "conflict"),
        (reported_till(receipts=13), ACCEPTED_TILL, "changed"),
        (reported_till(price_correction=10), ACCEPTED_TILL, "changed"),
        (reported_till(**MORE), published_till(), "changed"),
        (reported_till(**MORE), published_till(outcome="duplicate", same_as="fiscal-1", **WITHOUT_ORDERS), "changed"),
        (reported_till(closed_at=on(3) + pd.Timedelta(hours=21)), published_till(), "changed"),
    ],
)  # fmt: skip
def test_each_row_of_the_table_of_market(now: Row, was: Row, found: str) -> None:
    setting = Setting(on(1), on(2), ofd_is_on=True, market_is_on=True)
    assert till_verdict(now, was, setting=setting)[0] == found


@pytest.mark.parametrize(
    ("was", "found"),
    [
        (published_till(), "conflict"),
        (published_till(outcome="no_cash", **WITHOUT_ORDERS), "same"),
        (published_till(outcome="duplicate", same_as="fiscal-1", **WITHOUT_ORDERS), "changed"),
    ],
)
def test_a_till_shift_of_a_closed_period_stays_as_it_is_booked(was: Row, found: str) -> None:
    assert till_verdict(reported_till(**MORE), was, setting=CLOSED_3)[0] == found


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"outcome": "incomplete", "order_day": on(1)}, "incomplete"),
        ({"order_day": on(1)}, "before_start"),
        ({"order_day": on(2)}, "closed_period"),
        ({}, "needs_review"),
    ],
)
def test_the_outcome_of_a_till_shift_until_it_is_known_which_shift_it_is(given: Row, outcome: str) -> None:
    setting = Setting(on(1), on(2), market_is_on=True, closed_through=on(2))
    assert till_verdict(reported_till(**given), None, setting=setting)[1] == outcome


def test_a_difference_of_a_till_shift_that_a_person_has_settled_is_not_asked_again() -> None:
    now = reported_till(**MORE)
    assert till_verdict(now, ACCEPTED_TILL, decisions=[kept(now, ACCEPTED_TILL, resolution="keep-market")])[0] == "same"


def test_a_till_shift_is_booked_with_the_first_load_after_its_account_rule_is_there() -> None:
    waits = published_till(outcome="needs_review", reason="no_account_rule", orders=None, **WITHOUT_ORDERS)
    assert till_verdict(reported_till(orders=None, outcome="needs_review"), waits)[0] == "same"
    assert till_verdict(reported_till(), waits)[0] == "changed"
    # What a person has approved meanwhile stays.
    assert till_verdict(reported_till(), waits | {"has_decision": True, "outcome": "issued"})[0] == "same"
    changes = decided(tills=[reported_till()], current=[waits])
    assert records(changes.shifts, "action", "outcome") == [("replace", "issued")]
    assert records(changes.booked, "is_first", "is_booked") == [(False, True)]


def test_of_several_versions_of_a_till_shift_the_one_with_the_newest_cheque_is_used() -> None:
    rows = [
        reported_till(place="(0,1)", receipts=99),
        reported_till(place="(0,2)", closed_at=on(3) + pd.Timedelta(hours=21)),
        reported_till(place="(0,3)", closed_at=on(3) + pd.Timedelta(hours=21), receipts=13),
        reported_till(place="(0,10)", closed_at=on(3) + pd.Timedelta(hours=21), receipts=13),
    ]
    used, others, apart = once_each_till(frame(REPORTED_TILLS, rows), CURRENT.empty())
    assert values(used["place"]) == ["(0,3)"]
    assert sorted(others["place"]) == ["(0,1)", "(0,10)", "(0,2)"]
    assert apart.empty


def test_a_till_shift_of_two_shops_has_no_sums_and_no_orders() -> None:
    rows = [reported_till(), reported_till(place="(0,2)", shop_id=OTHER_SHOP, **MORE)]
    used, _, apart = once_each_till(frame(REPORTED_TILLS, rows), CURRENT.empty())
    assert sorted(apart["place"]) == ["(0,1)", "(0,2)"]
    assert records(used, "outcome", "reason", "cash_income", "cash_payout", "orders") == [
        ("incomplete", Reason.ANOTHER_SHOP_REPORTS_IT, None, None, None)
    ]


def test_two_shops_that_report_a_till_shift_alike_do_not_differ() -> None:
    rows = [reported_till(), reported_till(place="(0,2)", shop_id=OTHER_SHOP)]
    used, _, apart = once_each_till(frame(REPORTED_TILLS, rows), CURRENT.empty())
    assert apart.empty and values(used["outcome"]) == ["issued"]


@pytest.mark.parametrize("was", [{"shop_id": OTHER_SHOP}, {"is_of_another": True}])
def test_a_till_shift_that_is_published_of_another_shop_or_organisation_is_a_part(was: Row) -> None:
    for given, places in ((MORE, ["(0,1)"]), ({}, [])):
        _, _, apart = once_each_till(
            frame(REPORTED_TILLS, [reported_till(**given)]), frame(CURRENT, [published_till(**was)])
        )
        assert values(apart["place"]) == places


KNOWN_OF_REPORTED = ("place", "shift_id", "closed_at", "outcome", "kkt_reg_id", "is_listed_twice", "is_named")
KNOWN_OF_TILLS = ("place", "shift_id", "closed_at", "outcome", "shop_id", "cashbox_id", "opened_at")
KNOWN_OF_CURRENT = (
    "shift_id", "source", "closed_at", "outcome", "is_reported", "is_till_in_scope", "is_of_another", "has_decision",
    "revision", "live_orders", "marked_orders", "open_orders",
)  # fmt: skip
KNOWN_OF_DECISIONS = ("decision_id", "kind", "shift_id", "digest", "is_open")


@pytest.mark.parametrize(
    ("part", "row", "column"),
    [
        *(("reported", reported(), column) for column in KNOWN_OF_REPORTED),
        *(("tills", reported_till(), column) for column in KNOWN_OF_TILLS),
        *(("current", published_till(), column) for column in KNOWN_OF_CURRENT),
        *(("decisions", decision(), column) for column in KNOWN_OF_DECISIONS),
    ],
)
def test_a_missing_value_that_every_condition_needs_is_an_error(part: str, row: Row, column: str) -> None:
    with pytest.raises(ValueError, match=rf"a value is missing in {column}$"):
        decided(**{part: [{**row, column: None}]})


def test_an_unknown_outcome_of_a_till_shift_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown"):
        till_verdict(reported_till(outcome=None), None)


def test_a_reported_shift_of_a_product_that_was_never_switched_on_is_an_error() -> None:
    with pytest.raises(ValueError, match="never switched on"):
        decided(reported=[reported()], setting=Setting())


@pytest.mark.parametrize("column", ["cash_income", "cash_refund", "cashless_refund", "receipts"])
def test_a_sum_that_is_not_known_is_another_sum(column: str) -> None:
    assert verdict(reported(**{column: None}), published())[0] == "changed"
    assert verdict(reported(**{column: None}), published(**{column: None}))[0] == "same"
