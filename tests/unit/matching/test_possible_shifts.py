"""Which shifts a till shift could match without a link, and to which registers its cashbox cannot belong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.matching.frames import FOREIGN_REGISTERS, POSSIBLE_SHIFTS
from smena.matching.pairing import foreign_registers, pair, possible_shifts
from tests.unit.matching.builders import (
    CASHBOX,
    OTHER_CASHBOX,
    OTHER_REGISTER,
    REGISTER,
    Row,
    covered,
    covers,
    day,
    fiscal,
    fiscals,
    link,
    links,
    register,
    registers,
    rows_of,
    till,
    tills,
)

NOTHING: list[tuple[Any, ...]] = []
IS_FOREIGN = [(CASHBOX, REGISTER)]
LONG_AGO = date(2020, 1, 1)


def foreign(
    ours: list[Row], theirs: list[Row], *known: Row, days: list[Row] | None = None, of: list[Row] | None = None
) -> list[tuple[Any, ...]]:
    both = (tills(*ours), fiscals(*theirs))
    pairs = pair(*both, links(*known))
    found = foreign_registers(*both, pairs, registers(*(of or [register()])), covers(*(days or [])), links(*known))
    return rows_of(found)


def possible(
    ours: list[Row],
    theirs: list[Row],
    *known: Row,
    of: list[Row] | None = None,
    not_of: tuple[str, str] | None = None,
    ofd_start: date | None = LONG_AGO,
) -> list[tuple[Any, ...]]:
    both = (tills(*ours), fiscals(*theirs))
    excluded = FOREIGN_REGISTERS.of({"cashbox_id": [CASHBOX, OTHER_CASHBOX], "kkt_reg_id": ["", ""]})
    if not_of:
        excluded = FOREIGN_REGISTERS.of({"cashbox_id": [not_of[0]], "kkt_reg_id": [not_of[1]]})
    found = possible_shifts(
        *both, pair(*both, links(*known)), registers(*([register()] if of is None else of)), excluded, links(*known),
        ofd_start=ofd_start,
    )  # fmt: skip
    return rows_of(found)


class TestForeignRegisters:
    """Three days show that a cashbox is not a register."""

    def test_without_shifts_or_registers_there_are_none(self) -> None:
        empty = FOREIGN_REGISTERS.empty()
        nothing = (tills(), fiscals(), pair(tills(), fiscals(), links()))
        pd.testing.assert_frame_equal(foreign_registers(*nothing, registers(register()), covers(), links()), empty)
        ours = (tills(till()), fiscals(), pair(tills(till()), fiscals(), links()))
        pd.testing.assert_frame_equal(foreign_registers(*ours, registers(), covers(), links()), empty)

    @pytest.mark.parametrize(
        ("more", "than"),
        [
            ({"receipts": 6}, {}),
            ({"cash_income": 101}, {}),
            ({"cash_refund": 1}, {}),
            ({"cash_income": 103, "price_correction": 2}, {}),
            ({"cash_income": 103, "price_correction": -2}, {}),
            ({"cash_income": 101, "price_correction": None}, {}),
            ({"cash_income": 101, "cash_refund": None}, {"receipts": None}),
        ],
    )
    def test_a_cashbox_has_no_more_receipts_and_cash_than_its_register(self, more: Row, than: Row) -> None:
        ours, theirs = [till(n) | more for n in (1, 2, 3)], [fiscal(n) | than for n in (1, 2, 3)]
        assert foreign(ours, theirs) == IS_FOREIGN
        assert foreign(ours[:2], theirs) == NOTHING  # two days may be chance

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ({}, {}),
            ({"receipts": 1, "cash_income": 1}, {}),
            ({"cash_income": 102, "price_correction": 2}, {}),
            ({"cash_refund": 2, "price_correction": -2}, {}),
            ({"receipts": None}, {}),
            ({"receipts": 6}, {"receipts": None}),
            ({"cash_income": None, "cash_refund": None}, {}),
            ({"cash_income": 101, "cash_refund": 1}, {"cash_income": None, "cash_refund": None}),
        ],
    )
    def test_less_or_as_much_or_what_is_not_known_shows_nothing(self, ours: Row, theirs: Row) -> None:
        assert foreign([till(n) | ours for n in (1, 2, 3)], [fiscal(n) | theirs for n in (1, 2, 3)]) == NOTHING

    def test_three_shifts_of_one_day_are_one_day(self) -> None:
        hours = [("08:00", "09:00"), ("10:00", "11:00"), ("12:00", "13:00")]
        ours = [till(1, 101, opened=opened, closed=closed) for opened, closed in hours]
        assert foreign(ours, [fiscal(1, opened="07:00", closed="14:00")]) == NOTHING

    def test_a_shift_whose_opening_is_unknown_shows_nothing(self) -> None:
        """The till closes at 20:00. The shift that is closed the next morning may have been opened after that."""
        ours = [till(n, receipts=9) for n in (1, 2, 3)]
        morning = [fiscal(n, opened="06:00", closed="07:00") for n in (2, 3, 4)]
        assert foreign(ours, [one | {"opened_at": None} for one in morning]) == NOTHING
        long = [one | {"opened_at": fiscal(n)["opened_at"]} for n, one in zip((1, 2, 3), morning, strict=True)]
        assert foreign(ours, long) == IS_FOREIGN

    def test_a_till_shift_that_fits_one_of_two_shifts_shows_nothing(self) -> None:
        """The clocks differ by five minutes, so a till shift may lie in two shifts that follow each other."""
        ours = [till(n, receipts=9, opened="12:00", closed="12:04") for n in (1, 2, 3)]
        before = [fiscal(n, opened="08:00", closed="12:00") for n in (1, 2, 3)]
        after = [fiscal(n, opened="12:00", closed="20:00", receipts=9) for n in (1, 2, 3)]
        assert foreign(ours, before) == IS_FOREIGN
        assert foreign(ours, [*before, *after]) == NOTHING

    def test_a_cashbox_that_sells_while_a_register_has_no_shift_is_another(self) -> None:
        ours = [till(n) for n in (1, 2, 3)]
        assert foreign(ours, [], days=[covered(1, 4)]) == IS_FOREIGN
        assert foreign(ours, [], days=[covered(1, 3)]) == NOTHING
        assert foreign(ours, [], days=[covered(1, 2), covered(3, 4)]) == NOTHING
        assert foreign(ours, [], days=[covered(1, 4, OTHER_REGISTER)]) == NOTHING
        assert foreign(ours, []) == NOTHING  # no day was read

    def test_every_day_of_the_till_shift_must_have_been_read(self) -> None:
        ours = [till(n, opened="20:00", closed="26:00") for n in (1, 2, 3)]
        assert foreign(ours, [], days=[covered(1, 5)]) == IS_FOREIGN
        assert foreign(ours, [], days=[covered(1, 4)]) == NOTHING
        assert foreign(ours, [], days=[covered(2, 5)]) == NOTHING

    def test_days_of_different_kinds_add_up(self) -> None:
        ours = [till(1), till(2, 101), till(3) | {"receipts": 6}]
        assert foreign(ours, [fiscal(2), fiscal(3)], days=[covered(1, 2)]) == IS_FOREIGN

    def test_only_cashboxes_with_a_shift_that_is_no_fiscal_shift_are_looked_at(self) -> None:
        ours, theirs = [till(n, 101) for n in (1, 2, 3)], [fiscal(n) for n in (1, 2, 3)]
        of = [register(), register(OTHER_REGISTER)]
        whole = {"days": [covered(1, 9, OTHER_REGISTER)], "of": of}
        assert foreign(ours, theirs, link(), **whole) == NOTHING  # type: ignore[arg-type]
        # One more shift without a pair: all shifts of the cashbox count.
        without = [*ours, till(6)]
        assert foreign(without, theirs, link(), **whole) == [(CASHBOX, OTHER_REGISTER)]  # type: ignore[arg-type]

    def test_a_register_is_left_out_only_where_it_is_linked_without_bounds(self) -> None:
        ours, theirs = [till(n, 101) for n in (1, 2, 3)], [fiscal(n) for n in (1, 2, 3)]
        assert foreign(ours, theirs, link(OTHER_CASHBOX)) == NOTHING
        assert foreign(ours, theirs, link(OTHER_CASHBOX, end=9)) == IS_FOREIGN
        assert foreign(ours, theirs, link(OTHER_CASHBOX, first=1)) == IS_FOREIGN
        assert foreign(ours, theirs, link(OTHER_CASHBOX, state="proposed")) == IS_FOREIGN

    @pytest.mark.parametrize("column", ["kkt_reg_id", "is_wanted"])
    def test_a_register_of_which_this_is_not_known_is_an_error(self, column: str) -> None:
        with pytest.raises(ValueError, match=f"registers: a value is missing in {column}"):
            foreign([], [], of=[register() | {column: None}])

    def test_covered_days_of_no_register_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="covered: a value is missing in kkt_reg_id"):
            foreign([], [], days=[covered(1, 2) | {"kkt_reg_id": None}])


class TestPossibleShifts:
    """A till shift could match a shift of any register without a link."""

    MAY_COME = [(till()["shift_id"], REGISTER, None)]  # noqa: RUF012
    IS_THERE = [(till()["shift_id"], REGISTER, fiscal()["shift_id"])]  # noqa: RUF012

    def test_without_shifts_or_registers_there_are_none(self) -> None:
        assert possible([], []) == NOTHING
        assert possible([till()], [], of=[]) == NOTHING
        nothing = possible_shifts(
            tills(), fiscals(), pair(tills(), fiscals(), links()), registers(), FOREIGN_REGISTERS.empty(), links(),
            ofd_start=None,
        )  # fmt: skip
        pd.testing.assert_frame_equal(nothing, POSSIBLE_SHIFTS.empty())

    def test_a_shift_of_a_free_register_at_that_time_is_possible(self) -> None:
        assert possible([till()], [fiscal()]) == self.IS_THERE
        assert possible([till()], [fiscal()], ofd_start=None) == self.IS_THERE
        not_readable = register(is_wanted=False, permission_to=day(0))
        assert possible([till()], [fiscal()], of=[not_readable]) == self.IS_THERE

    def test_every_shift_of_every_free_register_at_that_time_is_possible(self) -> None:
        early, late = fiscal(opened="08:00", closed="15:01"), fiscal(opened="15:02", closed="22:00")
        other = fiscal(kkt_reg_id=OTHER_REGISTER)
        of = [register(), register(OTHER_REGISTER)]
        assert possible([till()], [early, late, other], of=of) == [
            (till()["shift_id"], REGISTER, early["shift_id"]),
            (till()["shift_id"], REGISTER, late["shift_id"]),
            (till()["shift_id"], OTHER_REGISTER, other["shift_id"]),
        ]

    def test_a_shift_that_is_a_fiscal_shift_is_left_out(self) -> None:
        of = [register(), register(OTHER_REGISTER)]
        assert possible([till()], [fiscal(), fiscal(kkt_reg_id=OTHER_REGISTER)], link(), of=of) == NOTHING

    def test_a_register_that_is_linked_on_that_day_is_not_possible(self) -> None:
        assert possible([till()], [fiscal()], link(OTHER_CASHBOX)) == NOTHING
        assert possible([till()], [], link(OTHER_CASHBOX, first=1, end=2)) == NOTHING
        assert possible([till()], [fiscal()], link(OTHER_CASHBOX, end=1)) == self.IS_THERE

    def test_a_register_that_the_cashbox_is_known_not_to_be_is_not_possible(self) -> None:
        assert possible([till()], [fiscal()], not_of=(CASHBOX, REGISTER)) == NOTHING
        assert possible([till()], [], not_of=(CASHBOX, REGISTER)) == NOTHING
        assert possible([till()], [fiscal()], not_of=(OTHER_CASHBOX, REGISTER)) == self.IS_THERE
        assert possible([till()], [fiscal()], not_of=(CASHBOX, OTHER_REGISTER)) == self.IS_THERE

    def test_where_the_ofd_has_no_register_of_the_cashbox_nothing_is_possible(self) -> None:
        assert possible([till()], [fiscal()], link(kkt_reg_id=None)) == NOTHING
        assert possible([till()], [fiscal()], link(kkt_reg_id=None, end=1)) == self.IS_THERE

    def test_a_shift_may_still_come_while_the_ofd_is_loaded_for_that_day(self) -> None:
        assert possible([till()], []) == self.MAY_COME
        assert possible([till()], [], ofd_start=day(1).date()) == self.MAY_COME
        assert possible([till()], [], ofd_start=day(2).date()) == NOTHING
        assert possible([till()], [], ofd_start=None) == NOTHING

    def test_the_day_of_the_order_counts_for_the_start_of_the_ofd(self) -> None:
        assert possible([till(order_day=day(0))], [], ofd_start=day(1).date()) == NOTHING

    def test_a_shift_may_come_only_of_a_register_that_the_mandate_names(self) -> None:
        assert possible([till()], [], of=[register(is_wanted=False)]) == NOTHING

    @pytest.mark.parametrize(
        ("first", "last", "count"),
        [(None, None, 1), (1, 1, 1), (2, None, 0), (None, 0, 0), (0, None, 1), (None, 2, 1)],
    )
    def test_a_shift_may_come_only_while_the_register_may_be_read(
        self, first: int | None, last: int | None, count: int
    ) -> None:
        permitted = register(
            permission_from=None if first is None else day(first), permission_to=None if last is None else day(last)
        )
        assert len(possible([till()], [], of=[permitted])) == count

    def test_a_linked_cashbox_waits_for_no_other_register_but_may_be_a_shift_that_is_there(self) -> None:
        """Its own register has no shift at that time."""
        of = [register(), register(OTHER_REGISTER)]
        other = fiscal(kkt_reg_id=OTHER_REGISTER)
        assert possible([till()], [other], link(), of=of) == [(till()["shift_id"], OTHER_REGISTER, other["shift_id"])]
        assert possible([till()], [], link(), of=of) == NOTHING

    def test_a_till_shift_whose_order_has_no_day_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="tills: a value is missing in order_day"):
            possible([till(order_day=None)], [])
