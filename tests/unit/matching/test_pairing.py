"""Which fiscal shift a till shift matches: the one of its linked register in which its middle lies."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.frames import PAIRS
from smena.matching.pairing import pair
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

NOTHING: list[tuple[Any, ...]] = []


def paired(ours: list[Row], theirs: list[Row], *known: Row) -> list[tuple[Any, ...]]:
    pairs = pair(tills(*ours), fiscals(*theirs), links(*(known or (link(),))))
    return rows_of(pairs, "till_id", "fiscal_id", "is_crowded")


def compared(our: Row, their: Row) -> tuple[Any, ...]:
    (row,) = rows_of(pair(tills(our), fiscals(their), links(link())), "is_unknown", "is_equal", "is_rounded")
    return row


def test_without_shifts_there_are_no_pairs() -> None:
    pd.testing.assert_frame_equal(pair(tills(), fiscals(), links()), PAIRS.empty())
    assert paired([till()], []) == NOTHING
    assert paired([], [fiscal()]) == NOTHING


def test_a_till_shift_inside_a_shift_of_its_register_matches_it() -> None:
    pairs = pair(tills(till()), fiscals(fiscal(), fiscal(kkt_reg_id=OTHER_REGISTER)), links(link()))
    assert rows_of(pairs) == [(till()["shift_id"], fiscal()["shift_id"], 1, False, False, True, False)]


def test_without_a_link_in_force_no_till_shift_matches_a_fiscal_shift() -> None:
    assert paired([till()], [fiscal()], link(state="proposed")) == NOTHING
    assert paired([till()], [fiscal()], link(state="withdrawn", withdrawn_by="rule")) == NOTHING
    assert paired([till()], [fiscal()], link(OTHER_CASHBOX)) == NOTHING
    assert paired([till()], [fiscal()], link(kkt_reg_id=None)) == NOTHING


@pytest.mark.parametrize(("first", "end", "count"), [(1, 2, 1), (None, 1, 0), (2, None, 0), (None, 2, 1)])
def test_a_link_holds_from_its_first_day_to_the_day_before_its_end(
    first: int | None, end: int | None, count: int
) -> None:
    assert len(paired([till()], [fiscal()], link(first=first, end=end))) == count


def test_after_midnight_the_link_of_the_day_of_closing_counts() -> None:
    over_midnight = till(opened="18:00", closed="24:30")
    theirs = [fiscal(opened="17:59", closed="24:31")]
    assert len(paired([over_midnight], theirs, link(first=2))) == 1
    assert paired([over_midnight], theirs, link(end=2)) == NOTHING


def test_a_link_without_a_number_of_its_own_yet_pairs_too() -> None:
    pairs = pair(tills(till()), fiscals(fiscal()), links(link(register_link_id=None)))
    assert rows_of(pairs, "till_id", "register_link_id") == [(till()["shift_id"], None)]


@pytest.mark.parametrize(
    ("opened", "closed", "count"),
    [("15:05", "20:00", 1), ("15:05:01", "20:00", 0), ("10:00", "14:55", 1), ("10:00", "14:54:59", 0)],
)
def test_clocks_may_differ_by_five_minutes(opened: str, closed: str, count: int) -> None:
    """The middle of the till shift is 15:00."""
    assert len(paired([till()], [fiscal(opened=opened, closed=closed)])) == count


@pytest.mark.parametrize(("closed", "count"), [("38:55", 1), ("39:05", 1), ("39:06", 0)])
def test_a_shift_whose_opening_is_not_known_begins_24_hours_before_its_closing(closed: str, count: int) -> None:
    assert len(paired([till()], [fiscal(opened=None, closed=closed)])) == count


def test_of_two_shifts_of_the_register_the_one_that_shares_more_time_matches() -> None:
    """The till was open from 10 to 20; the register changed shifts at 15."""
    early, late = fiscal(opened="08:00", closed="15:01"), fiscal(opened="15:02", closed="22:00")
    assert paired([till()], [early, late]) == [(till()["shift_id"], early["shift_id"], False)]
    # Both share five hours and five minutes: the smaller id counts, so that each load finds the same.
    even = [fiscal(opened="08:00", closed="15:00", shift_id="b"), fiscal(opened="15:00", closed="22:00", shift_id="a")]
    assert paired([till()], even) == [(till()["shift_id"], "a", False)]


def test_of_two_till_shifts_in_one_fiscal_shift_the_one_that_shares_less_time_is_crowded() -> None:
    short, long = till(opened="10:00", closed="12:00"), till(opened="12:30", closed="20:00")
    assert paired([short, long], [fiscal()]) == [
        (short["shift_id"], fiscal()["shift_id"], True),
        (long["shift_id"], fiscal()["shift_id"], False),
    ]


def test_a_till_shift_that_a_person_has_decided_about_gives_way() -> None:
    short, long = till(opened="10:00", closed="12:00"), till(opened="12:30", closed="20:00", has_decision=True)
    assert [row[2] for row in paired([short, long], [fiscal()])] == [False, True]


def test_of_two_till_shifts_that_share_as_much_time_the_smaller_id_matches() -> None:
    one, other = till(opened="10:00", closed="12:00", shift_id="b"), till(opened="13:00", closed="15:00", shift_id="a")
    assert paired([one, other], [fiscal()]) == [
        ("a", fiscal()["shift_id"], False),
        ("b", fiscal()["shift_id"], True),
    ]


def test_a_crowded_shift_does_not_match_another_fiscal_shift() -> None:
    """It lies in two shifts of the register and shares more time with the one that is taken."""
    taken, free = fiscal(opened="08:00", closed="15:01"), fiscal(opened="15:02", closed="22:00")
    long = till(opened="08:00", closed="15:00", shift_id="long")
    assert paired([till(), long], [taken, free]) == [
        ("long", taken["shift_id"], False),
        (till()["shift_id"], taken["shift_id"], True),
    ]


def test_a_shift_that_was_forgotten_for_days_has_one_till_shift_and_the_others_are_crowded() -> None:
    ours = [till(number) for number in (1, 2, 3, 4)]
    forgotten = fiscal(opened="09:58", closed="92:02")
    crowded = [row[2] for row in paired(ours, [forgotten])]
    assert sorted(crowded) == [False, True, True, True]


def test_a_till_shift_that_was_forgotten_for_days_lies_where_its_middle_does() -> None:
    forgotten = till(opened="10:00", closed="68:00")
    assert paired([forgotten], [fiscal(number) for number in (1, 2, 3)]) == [
        (forgotten["shift_id"], fiscal(2)["shift_id"], False)
    ]


def test_two_cashboxes_that_change_registers_match_by_the_link_of_each_day() -> None:
    ours = [till(number, cashbox_id=box) for box in (CASHBOX, OTHER_CASHBOX) for number in (1, 2)]
    theirs = [fiscal(number, kkt_reg_id=one) for one in (REGISTER, OTHER_REGISTER) for number in (1, 2)]
    known = (
        link(end=2), link(kkt_reg_id=OTHER_REGISTER, first=2),
        link(OTHER_CASHBOX, OTHER_REGISTER, end=2), link(OTHER_CASHBOX, first=2),
    )  # fmt: skip
    assert paired(ours, theirs, *known) == [
        (till(1)["shift_id"], fiscal(1)["shift_id"], False),
        (till(2)["shift_id"], fiscal(2, kkt_reg_id=OTHER_REGISTER)["shift_id"], False),
        (till(1, cashbox_id=OTHER_CASHBOX)["shift_id"], fiscal(1, kkt_reg_id=OTHER_REGISTER)["shift_id"], False),
        (till(2, cashbox_id=OTHER_CASHBOX)["shift_id"], fiscal(2)["shift_id"], False),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({}, {}, (False, True, False)),
        ({}, {"cash_income": 101}, (False, False, False)),
        ({}, {"cash_refund": 1}, (False, False, False)),
        # Rounding explains exactly its own difference of the balance, in either direction.
        ({"price_correction": 1}, {"cash_income": 101}, (False, False, True)),
        ({"price_correction": -1}, {"cash_income": 101}, (False, False, True)),
        ({"price_correction": 1}, {"cash_income": 99}, (False, False, True)),
        ({"price_correction": 1}, {"cash_income": 102}, (False, False, False)),
        ({"price_correction": 1}, {"cash_income": 102, "cash_refund": 1}, (False, False, True)),
        ({"price_correction": 1}, {}, (False, True, False)),
        # A rounding that is not known explains nothing.
        ({"price_correction": None}, {"cash_income": 101}, (False, False, False)),
        ({"price_correction": None}, {}, (False, True, False)),
        # A sum that is not known is neither equal nor different, unless the other one differs.
        ({"cash_income": None, "cash_refund": None}, {}, (True, None, False)),
        ({}, {"cash_income": None, "cash_refund": None}, (True, None, False)),
        ({}, {"cash_refund": None}, (False, None, False)),
        ({"cash_refund": None}, {"cash_income": 101}, (False, False, False)),
        ({"cash_income": None, "price_correction": 1}, {}, (True, None, None)),
        ({"cash_refund": None, "price_correction": 1}, {}, (False, None, None)),
    ],
)
def test_cash_is_compared_to_the_kopeck(ours: Row, theirs: Row, expected: tuple[Any, ...]) -> None:
    assert compared(till() | ours, fiscal() | theirs) == expected


@pytest.mark.parametrize("column", ["shift_id", "cashbox_id", "opened_at", "closed_at", "has_decision"])
def test_a_till_shift_of_which_this_is_not_known_is_an_error(column: str) -> None:
    with pytest.raises(ValueError, match=f"tills: a value is missing in {column}"):
        paired([till() | {column: None}], [])


@pytest.mark.parametrize("column", ["shift_id", "kkt_reg_id", "closed_at"])
def test_a_fiscal_shift_of_which_this_is_not_known_is_an_error(column: str) -> None:
    with pytest.raises(ValueError, match=f"fiscals: a value is missing in {column}"):
        paired([], [fiscal() | {column: None}])
