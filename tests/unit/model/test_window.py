"""A window has whole days, both ends included, on the register's own clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.errors import WrongUse
from smena.model.window import Window, quarters

days = st.dates(date(2016, 7, 1), date(2100, 1, 1))


@given(days, st.integers(0, 400))
def test_a_window_counts_its_days_and_gives_each_once(first: date, more: int) -> None:
    window = Window(first, first + timedelta(days=more))
    found = list(window)
    assert len(found) == window.days == more + 1
    assert found == sorted(set(found))
    assert all(day in window for day in found)
    assert first - timedelta(days=1) not in window
    assert window.last_day + timedelta(days=1) not in window


def test_a_window_is_from_its_first_second_to_its_last() -> None:
    window = Window(date(2025, 12, 31), date(2026, 1, 1))
    assert window.starts_at == datetime(2025, 12, 31)
    assert window.ends_at == datetime(2026, 1, 1, 23, 59, 59)


def test_one_day_is_a_window() -> None:
    assert Window(date(2024, 2, 29), date(2024, 2, 29)).days == 1


def test_a_window_that_ends_before_it_starts_is_wrong_use() -> None:
    with pytest.raises(WrongUse, match="2025-12-02"):
        Window(date(2025, 12, 2), date(2025, 12, 1))


def test_windows_are_sorted_by_their_days() -> None:
    early, late = Window(date(2025, 1, 1), date(2025, 3, 1)), Window(date(2025, 1, 2), date(2025, 1, 2))
    assert sorted([late, early]) == [early, late]


def test_a_window_is_cut_where_quarters_begin() -> None:
    pieces = quarters(Window(date(2024, 11, 5), date(2025, 7, 1)))
    assert [str(piece) for piece in pieces] == [
        "2024-11-05…2024-12-31", "2025-01-01…2025-03-31", "2025-04-01…2025-06-30", "2025-07-01…2025-07-01",
    ]  # fmt: skip


def test_a_day_is_in_one_quarter() -> None:
    assert quarters(Window(date(2025, 12, 31), date(2025, 12, 31))) == [Window(date(2025, 12, 31), date(2025, 12, 31))]
