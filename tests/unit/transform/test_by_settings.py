"""A shift is booked by the settings of the day of its closing; a day whose settings are not known is an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest

from smena.model.organization import SettingsInForce
from smena.transform.by_settings import by_settings, keeps_cash_documents, settings_of
from tests.unit.matching.slice_builders import in_force

NEW_YEAR, MARCH = date(2026, 1, 1), date(2026, 3, 1)
THREE = (
    in_force(None, NEW_YEAR, keeps_cash_documents=False),
    in_force(NEW_YEAR, MARCH),
    in_force(MARCH, None, keeps_cash_documents=False),
)
BEFORE, FIRST_MOMENT = "2025-12-31 23:59:59", "2026-01-01 00:00:00"


def closed(*moments: str | None) -> pd.DataFrame:
    """Shifts closed at these moments, with an index that does not begin at 0."""
    times = pd.Series(pd.to_datetime(list(moments)), dtype="datetime64[us]")
    return pd.DataFrame({"closed_at": times, "number": range(len(moments))}).set_axis(range(7, 7 + len(moments)))


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([BEFORE, FIRST_MOMENT], {0: [0], 1: [1]}),
        ([FIRST_MOMENT, "2026-02-28 23:59:59", "2026-03-01 00:00:00", BEFORE], {0: [3], 1: [0, 1], 2: [2]}),
        (["2016-01-01 00:00:00", "2099-12-31 23:59:59"], {0: [0], 2: [1]}),
        ([BEFORE, "2025-06-01 12:00:00"], {0: [0, 1]}),
        # Without shifts: one part, of the newest settings.
        ([], {2: []}),
    ],
)
def test_each_shift_is_in_the_part_of_its_day(moments: list[str], expected: dict[int, list[int]]) -> None:
    parts = list(by_settings(closed(*moments), THREE))
    assert {THREE.index(one): list(part["number"]) for one, part in parts} == expected
    assert sorted(label for _, part in parts for label in part.index) == list(range(7, 7 + len(moments)))


def test_settings_without_bounds_are_those_of_every_shift() -> None:
    shifts = closed(BEFORE, "2099-12-31 23:59:59")
    ((_, part),) = by_settings(shifts, [in_force()])
    assert part.equals(shifts)


@pytest.mark.parametrize("day", [date(2025, 12, 31), NEW_YEAR, date(2026, 2, 28), MARCH])
def test_the_settings_of_a_day_are_those_that_say_so(day: date) -> None:
    assert settings_of(day, THREE).is_of(day)


def test_cash_documents_are_kept_by_day() -> None:
    keeps = keeps_cash_documents(closed(BEFORE, FIRST_MOMENT, "2026-03-01 00:00:00")["closed_at"], THREE)
    assert keeps.to_dict() == {7: False, 8: True, 9: False}


@pytest.mark.parametrize(
    ("moment", "settings"),
    [
        # A moment that is not known is no reason to take the newest settings, or the first.
        (None, THREE),
        (None, [in_force()]),
        (BEFORE, THREE[1:]),
        ("2026-03-01 00:00:00", THREE[:2]),
        ("2026-01-15 10:00:00", [THREE[0], THREE[2]]),
        (BEFORE, []),
    ],
)
def test_a_day_whose_settings_are_not_known_is_an_error(
    moment: str | None, settings: Sequence[SettingsInForce]
) -> None:
    shifts = closed("2026-03-02 12:00:00", moment).tail(1)
    with pytest.raises(ValueError, match="no accounting settings are known for 1 shifts"):
        list(by_settings(shifts, settings))
    with pytest.raises(ValueError, match="no accounting settings are known for 1 shifts"):
        keeps_cash_documents(shifts["closed_at"], settings)
