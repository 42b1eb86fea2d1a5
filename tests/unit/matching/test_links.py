"""Which register a cashbox belongs to: a link comes into force where the cash of several shifts proves it."""

from __future__ import annotations

import pandas as pd
import pytest

from smena.matching.frames import LINKS_ADDED, LINKS_ENDED, LINKS_PROPOSED, LINKS_WITHDRAWN
from smena.matching.links import LinkChanges, infer_links, links_after
from tests.unit.matching.builders import (
    CASHBOX,
    OTHER_CASHBOX,
    OTHER_REGISTER,
    REGISTER,
    Row,
    fiscal,
    fiscals,
    link,
    links,
    rows_of,
    till,
    tills,
)

NOTHING: list[tuple[object, ...]] = []
DAYS = ("cashbox_id", "kkt_reg_id", "first_day", "end_day")


def equal_days(
    first: int, last: int, *, cashbox: str = CASHBOX, register: str = REGISTER, begin: int = 100
) -> tuple[list[Row], list[Row]]:
    """Shifts of a cashbox and of a register with the same cash, every day another."""
    numbers = range(first, last + 1)
    return (
        [till(number, begin + number, cashbox_id=cashbox) for number in numbers],
        [fiscal(number, begin + number, kkt_reg_id=register) for number in numbers],
    )


def infer(ours: list[Row], theirs: list[Row], *known: Row) -> LinkChanges:
    return infer_links(tills(*ours), fiscals(*theirs), links(*known))


def added(changes: LinkChanges) -> list[tuple[object, ...]]:
    return rows_of(changes.added, *DAYS)


def proposed(changes: LinkChanges) -> list[tuple[object, ...]]:
    return rows_of(changes.proposed, "cashbox_id", "kkt_reg_id", "first_day")


def test_without_shifts_and_links_nothing_changes() -> None:
    changes = infer([], [])
    for frame, schema in (
        (changes.added, LINKS_ADDED),
        (changes.ended, LINKS_ENDED),
        (changes.withdrawn, LINKS_WITHDRAWN),
        (changes.proposed, LINKS_PROPOSED),
    ):
        pd.testing.assert_frame_equal(frame, schema.empty())


def test_three_shifts_with_three_different_sums_make_a_link_without_bounds() -> None:
    changes = infer(*equal_days(1, 3))
    assert rows_of(changes.added) == [(CASHBOX, REGISTER, None, None, 3, 3, 3, 3, 1, 3)]
    assert (rows_of(changes.ended), rows_of(changes.withdrawn), proposed(changes)) == (NOTHING, NOTHING, NOTHING)


def test_two_shifts_that_agree_are_proposed() -> None:
    changes = infer(*equal_days(1, 2))
    assert added(changes) == NOTHING
    assert rows_of(changes.proposed) == [(CASHBOX, REGISTER, 1, 2, 2, 2, 2, 1, 2)]


def test_one_shift_that_agrees_is_neither_a_link_nor_proposed() -> None:
    changes = infer(*equal_days(1, 1))
    assert (added(changes), proposed(changes)) == (NOTHING, NOTHING)


def test_three_shifts_with_two_sums_are_proposed() -> None:
    cash = {1: 100, 2: 200, 3: 200}
    changes = infer([till(day, sum_) for day, sum_ in cash.items()], [fiscal(day, sum_) for day, sum_ in cash.items()])
    assert added(changes) == NOTHING
    assert proposed(changes) == [(CASHBOX, REGISTER, 1)]


@pytest.mark.parametrize(("others", "links_found"), [(2, 1), (3, 0)])
def test_more_than_half_of_what_is_compared_must_agree(others: int, links_found: int) -> None:
    ours, theirs = equal_days(1, 2)
    last_ours, last_theirs = equal_days(20, 20)
    between = range(3, 3 + others)
    ours += [*(till(day, 1) for day in between), *last_ours]
    theirs += [*(fiscal(day, 2) for day in between), *last_theirs]
    changes = infer(ours, theirs)
    assert len(changes.added) == links_found
    assert len(changes.proposed) == 0  # three of six are not more than half


def test_shifts_after_the_last_that_agrees_are_not_compared() -> None:
    ours, theirs = equal_days(1, 3)
    later = range(4, 9)
    changes = infer([*ours, *(till(day, 1) for day in later)], [*theirs, *(fiscal(day, 2) for day in later)])
    assert rows_of(changes.added, "agreed", "compared") == [(3, 3)]


def test_cash_that_differs_by_a_kopeck_or_in_its_refunds_does_not_agree() -> None:
    ours = [till(day, 100 + day) for day in (1, 2, 3)]
    assert proposed(infer(ours, [fiscal(day, 101 + day) for day in (1, 2, 3)])) == NOTHING
    refunded = [fiscal(day, 100 + day, cash_refund=1) for day in (1, 2, 3)]
    assert proposed(infer(ours, refunded)) == NOTHING


def test_shifts_at_other_times_do_not_agree() -> None:
    ours, _ = equal_days(1, 3)
    _, theirs = equal_days(4, 6, begin=97)
    assert added(infer(ours, theirs)) == NOTHING


@pytest.mark.parametrize("cash", [0, None])
def test_shifts_without_cash_or_with_unknown_sums_agree_with_nothing(cash: int | None) -> None:
    changes = infer([till(day, cash) for day in (1, 2, 3)], [fiscal(day, cash) for day in (1, 2, 3)])
    assert (added(changes), proposed(changes)) == (NOTHING, NOTHING)


@pytest.mark.parametrize("column", ["cash_income", "cash_refund"])
@pytest.mark.parametrize("side", ["till", "fiscal", "both"])
def test_an_unknown_sum_agrees_with_nothing(column: str, side: str) -> None:
    ours, theirs = equal_days(1, 3)
    if side != "fiscal":
        ours[1][column] = None
    if side != "till":
        theirs[1][column] = None
    changes = infer(ours, theirs)
    assert (added(changes), rows_of(changes.proposed, "alike", "compared")) == (NOTHING, [(2, 3)])


def test_two_registers_with_the_same_cash_at_the_same_time_are_only_proposed() -> None:
    ours, theirs = equal_days(1, 3)
    changes = infer(ours, [*theirs, *equal_days(1, 3, register=OTHER_REGISTER)[1]])
    assert added(changes) == NOTHING
    assert rows_of(changes.proposed, "kkt_reg_id", "agreed", "alike") == [(REGISTER, 0, 3), (OTHER_REGISTER, 0, 3)]


def test_two_cashboxes_with_the_same_cash_at_the_same_time_are_only_proposed() -> None:
    ours, theirs = equal_days(1, 3)
    changes = infer([*ours, *equal_days(1, 3, cashbox=OTHER_CASHBOX)[0]], theirs)
    assert added(changes) == NOTHING
    assert rows_of(changes.proposed, "cashbox_id", "agreed", "alike") == [(CASHBOX, 0, 3), (OTHER_CASHBOX, 0, 3)]


@pytest.mark.parametrize(("days", "links_found"), [(12, 0), (13, 1)])
def test_a_register_with_a_quarter_as_many_shifts_competes(days: int, links_found: int) -> None:
    """Three shifts of another register on other hours of the same days: a quarter of twelve, less of thirteen."""
    ours, theirs = equal_days(1, days)
    at_night = {"opened": "02:00", "closed": "04:00"}
    ours += [till(day, 7000 + day, **at_night) for day in (2, 3, 4)]
    theirs += [fiscal(day, 7000 + day, kkt_reg_id=OTHER_REGISTER, **at_night) for day in (2, 3, 4)]
    changes = infer(ours, theirs)
    assert len(changes.added) == links_found


def test_a_register_of_other_days_does_not_compete() -> None:
    ours, theirs = equal_days(1, 3)
    later, elsewhere = equal_days(4, 6, register=OTHER_REGISTER)
    assert added(infer([*ours, *later], [*theirs, *elsewhere])) == [
        (CASHBOX, REGISTER, None, 4),
        (CASHBOX, OTHER_REGISTER, 4, None),
    ]


def test_a_cashbox_that_goes_over_to_another_register_ends_its_link() -> None:
    ours, theirs = equal_days(10, 12, register=OTHER_REGISTER)
    changes = infer(ours, theirs, link())
    assert rows_of(changes.ended) == [(1, 10)]
    assert added(changes) == [(CASHBOX, OTHER_REGISTER, 10, None)]
    assert rows_of(links_after(links(link()), changes), "register_link_id", *DAYS, "state") == [
        (1, CASHBOX, REGISTER, None, 10, "in_force"),
        (None, CASHBOX, OTHER_REGISTER, 10, None, "in_force"),
    ]


def test_two_cashboxes_that_change_registers_end_both_links() -> None:
    ours, theirs = equal_days(10, 12, register=OTHER_REGISTER)
    other_ours, other_theirs = equal_days(10, 12, cashbox=OTHER_CASHBOX, begin=5000)
    # The two registers go on with other cashboxes' cash, so that no shift is explained by the links of before.
    known = (link(end=9), link(OTHER_CASHBOX, OTHER_REGISTER, end=9))
    changes = infer([*ours, *other_ours], [*theirs, *other_theirs], *known)
    assert added(changes) == [(CASHBOX, OTHER_REGISTER, 10, None), (OTHER_CASHBOX, REGISTER, 10, None)]
    assert rows_of(changes.ended) == NOTHING


def test_cashboxes_that_change_registers_get_four_links() -> None:
    before, before_other = equal_days(1, 4), equal_days(1, 4, cashbox=OTHER_CASHBOX, register=OTHER_REGISTER, begin=900)
    after = equal_days(5, 8, register=OTHER_REGISTER, begin=1900)
    after_other = equal_days(5, 8, cashbox=OTHER_CASHBOX, begin=2900)
    parts = (before, before_other, after, after_other)
    changes = infer([row for ours, _ in parts for row in ours], [row for _, theirs in parts for row in theirs])
    assert added(changes) == [
        (CASHBOX, REGISTER, None, 5),
        (CASHBOX, OTHER_REGISTER, 5, None),
        (OTHER_CASHBOX, REGISTER, 5, None),
        (OTHER_CASHBOX, OTHER_REGISTER, None, 5),
    ]


def test_shifts_that_a_link_explains_are_no_evidence_for_another() -> None:
    """On each day the linked register has a shift, so the other one's equal cash is chance."""
    ours, theirs = equal_days(1, 3, register=OTHER_REGISTER)
    at_work = [fiscal(day, 5) for day in (1, 2, 3)]
    changes = infer(ours, [*theirs, *at_work], link())
    assert (added(changes), proposed(changes), rows_of(changes.ended)) == (NOTHING, NOTHING, NOTHING)


def test_a_cashbox_that_the_ofd_has_no_register_of_is_not_looked_at() -> None:
    ours, theirs = equal_days(1, 3)
    changes = infer(ours, theirs, link(kkt_reg_id=None))
    assert (added(changes), proposed(changes)) == (NOTHING, NOTHING)


def test_a_register_that_is_linked_on_that_day_is_not_looked_at() -> None:
    ours, theirs = equal_days(1, 3)
    assert added(infer(ours, theirs, link(OTHER_CASHBOX))) == NOTHING
    assert added(infer(ours, theirs, link(OTHER_CASHBOX, first=4))) == [(CASHBOX, REGISTER, 1, 4)]


def test_what_a_person_has_withdrawn_is_never_found_again() -> None:
    ours, theirs = equal_days(1, 9)
    refused = link(first=1, end=2, state="withdrawn", withdrawn_by="Иванова")
    changes = infer(ours, theirs, refused)
    assert (added(changes), proposed(changes)) == (NOTHING, NOTHING)


def test_what_a_person_has_withdrawn_does_not_stand_in_the_way_of_another_link() -> None:
    """A refused register with the same cash at the same time counts as none."""
    ours, theirs = equal_days(1, 3)
    refused = link(kkt_reg_id=OTHER_REGISTER, state="withdrawn", withdrawn_by="Иванова")
    changes = infer(ours, [*theirs, *equal_days(1, 3, register=OTHER_REGISTER)[1]], refused)
    assert added(changes) == [(CASHBOX, REGISTER, None, None)]


def test_what_the_rule_has_withdrawn_is_found_again() -> None:
    changes = infer(*equal_days(1, 3), link(state="withdrawn", withdrawn_by="rule"))
    assert added(changes) == [(CASHBOX, REGISTER, None, None)]


def test_a_new_link_reaches_to_the_next_one_of_the_cashbox() -> None:
    changes = infer(*equal_days(1, 3), link(kkt_reg_id=OTHER_REGISTER, first=20))
    assert added(changes) == [(CASHBOX, REGISTER, 1, 20)]


def test_a_new_link_reaches_to_the_next_one_of_the_register() -> None:
    changes = infer(*equal_days(1, 3), link(OTHER_CASHBOX, first=20), link(kkt_reg_id=None, first=30))
    assert added(changes) == [(CASHBOX, REGISTER, 1, 20)]


def test_of_two_new_links_that_contradict_each_other_the_earlier_is_added() -> None:
    early, late = equal_days(1, 3), equal_days(5, 7, register=OTHER_REGISTER)
    known = link(kkt_reg_id="0000000003065884", first=20)
    changes = infer([*early[0], *late[0]], [*early[1], *late[1]], known)
    assert added(changes) == [(CASHBOX, REGISTER, 1, 20)]


def test_a_link_ends_where_the_earliest_new_one_begins() -> None:
    early, late = equal_days(5, 7, register=OTHER_REGISTER), equal_days(9, 11, register="0000000003065884")
    changes = infer([*late[0], *early[0]], [*late[1], *early[1]], link())
    assert rows_of(changes.ended) == [(1, 5)]


def test_a_proposal_is_withdrawn_once_a_link_in_force_answers_it() -> None:
    ours, theirs = equal_days(1, 3)
    elsewhere = link("till 3", "0000000003065884", state="proposed")
    known = (link(state="proposed", first=1), link(kkt_reg_id=OTHER_REGISTER, state="proposed", first=2), elsewhere)
    changes = infer(ours, theirs, *known)
    assert rows_of(changes.withdrawn) == [(1,), (2,)]
    after = links_after(links(*known), changes)
    assert rows_of(after, "register_link_id", "state", "withdrawn_by") == [
        (1, "withdrawn", "rule"),
        (2, "withdrawn", "rule"),
        (3, "proposed", None),
        (None, "in_force", None),
    ]


def test_a_proposal_whose_days_no_link_has_stays() -> None:
    changes = infer([], [], link(state="proposed", first=5, end=9), link(first=1, end=5))
    assert rows_of(changes.withdrawn) == NOTHING


def test_a_proposal_is_repeated_with_the_new_counts_and_stays_one() -> None:
    known = links(link(state="proposed", first=1))
    changes = infer_links(
        *(build(*rows) for build, rows in zip((tills, fiscals), equal_days(1, 2), strict=True)), known
    )
    assert rows_of(changes.proposed, "cashbox_id", "alike") == [(CASHBOX, 2)]
    pd.testing.assert_frame_equal(links_after(known, changes), known)


def test_a_new_proposal_is_open_afterwards() -> None:
    after = links_after(links(), infer(*equal_days(1, 2)))
    assert rows_of(after) == [(None, CASHBOX, REGISTER, 1, None, "proposed", None)]


def test_nothing_is_proposed_beside_a_link_of_later_days() -> None:
    assert proposed(infer(*equal_days(1, 2), link(OTHER_CASHBOX, first=20))) == NOTHING


def test_shifts_over_midnight_count_for_the_day_of_their_closing() -> None:
    over_midnight = [(till(day, 100 + day, opened="20:00", closed="26:00"),
                      fiscal(day, 100 + day, opened="19:59", closed="26:01")) for day in (1, 2, 3)]  # fmt: skip
    changes = infer([ours for ours, _ in over_midnight], [theirs for _, theirs in over_midnight])
    assert rows_of(changes.added, "evidence_first_day", "evidence_last_day") == [(2, 4)]


def test_a_shift_of_a_register_that_was_forgotten_for_days_agrees_with_the_one_inside_it() -> None:
    ours, theirs = equal_days(1, 3)
    theirs[1]["closed_at"] = theirs[1]["closed_at"] + pd.Timedelta(days=10)
    changes = infer(ours, theirs)
    assert rows_of(changes.added, "agreed", "compared") == [(3, 4)]  # day 3 lies in it too


@pytest.mark.parametrize("column", ["shift_id", "cashbox_id", "opened_at", "closed_at"])
def test_a_till_shift_of_which_this_is_not_known_is_an_error(column: str) -> None:
    with pytest.raises(ValueError, match=f"tills: a value is missing in {column}"):
        infer([till(**{column: None} if column.endswith("id") else {}) | {column: None}], [])


@pytest.mark.parametrize("column", ["shift_id", "kkt_reg_id", "closed_at"])
def test_a_fiscal_shift_of_which_this_is_not_known_is_an_error(column: str) -> None:
    with pytest.raises(ValueError, match=f"fiscals: a value is missing in {column}"):
        infer([], [fiscal() | {column: None}])


@pytest.mark.parametrize("column", ["register_link_id", "cashbox_id", "state"])
def test_a_link_of_which_this_is_not_known_is_an_error(column: str) -> None:
    with pytest.raises(ValueError, match=f"links: a value is missing in {column}"):
        infer([], [], link(**{column: None}))


def test_a_withdrawn_link_of_which_it_is_not_known_who_withdrew_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="links: a value is missing in withdrawn_by"):
        infer([], [], link(state="withdrawn"))


@pytest.mark.parametrize("other", [link(kkt_reg_id=None, first=4), link(OTHER_CASHBOX, first=4)])
def test_two_links_in_force_that_contradict_each_other_are_an_error(other: Row) -> None:
    infer([], [], link(end=4), other)
    with pytest.raises(ValueError, match="contradict each other"):
        infer([], [], link(end=5), other)


def test_one_shift_in_two_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="tills: two rows have one shift_id"):
        infer([till(), till()], [])
    with pytest.raises(ValueError, match="fiscals: two rows have one shift_id"):
        infer([], [fiscal(), fiscal()])
