"""Chooses the accounting settings of a shift: those of the day on which it was closed. This is the only place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from smena.model.organization import SettingsInForce


def by_settings(
    shifts: pd.DataFrame, settings: Sequence[SettingsInForce]
) -> Iterator[tuple[SettingsInForce, pd.DataFrame]]:
    """Yield the settings, earliest first, each with its shifts (a frame with `closed_at`); each shift comes once.

    Without shifts, yield the newest settings with an empty frame. Raise ValueError where a closing is unknown, or its
    day has no settings.
    """
    place = _places(shifts["closed_at"], settings)
    for number in sorted({int(one) for one in place}) or [len(settings) - 1]:
        yield settings[number], shifts[place == number]


def settings_of(day: date, settings: Sequence[SettingsInForce]) -> SettingsInForce:
    """Return the settings of shifts that were closed on a day. Raise ValueError where the day has none."""
    return settings[int(_places(pd.Series([pd.Timestamp(day)], dtype="datetime64[us]"), settings)[0])]


def keeps_cash_documents(closed_at: pd.Series, settings: Sequence[SettingsInForce]) -> pd.Series:
    """Return whether shifts closed at these moments have cash documents (same index). Raise as `by_settings`."""
    keeps = np.array([one.organization.keeps_cash_documents for one in settings], dtype=bool)
    return pd.Series(keeps[_places(closed_at, settings)], index=closed_at.index)


def _places(closed_at: pd.Series, settings: Sequence[SettingsInForce]) -> np.ndarray:
    """The position in `settings`, which are in the order of their days, of those that hold at each moment."""
    firsts = np.array([one.first_day or date.min for one in settings], dtype="datetime64[us]")
    ends = np.array([one.end_day or date.max for one in settings], dtype="datetime64[us]")
    moments = closed_at.to_numpy(dtype="datetime64[us]")
    place = np.asarray(firsts.searchsorted(moments, side="right") - 1)
    is_known = (place >= 0) & ~np.isnat(moments)
    is_known[is_known] = moments[is_known] < ends[place[is_known]]
    if not is_known.all():
        first = closed_at[~is_known].iloc[0]
        raise ValueError(f"no accounting settings are known for {(~is_known).sum()} shifts; one was closed at {first}")
    return place
