"""Market's times: local without an offset, turned into the organisation's time zone with one."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

import pandas as pd

from smena.transform.pages import day_of
from smena.transform.wholeness import BELIEVABLE

_FIRST, _LAST = (moment.to_pydatetime() for moment in BELIEVABLE)
AHEAD = timedelta(days=1)
"""How far a clock may run before the future is no longer believed."""


def moment_of(told: str, zone: tzinfo, what: str, latest: datetime | None) -> datetime:
    """A local moment without an offset; digits beyond microseconds are cut off, so that no day is rounded up.

    Raises ValueError for what is no moment, lies before online registers were, or after `latest`.
    """
    try:
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ValueError(f"{what} is no moment") from None
    if len(told) < len("2025-12-01T10:00"):
        raise ValueError(f"{what} has no time of day")
    return _believed(moment, what, latest)


def day_told(told: str, zone: tzinfo, what: str, latest: datetime | None) -> datetime:
    """A day. One that is written as midnight is that day, whatever the offset: the contract writes T00:00:00Z.

    Raises ValueError as `moment_of` does.
    """
    try:
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is not None and moment.time() != time.min:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{what} is no day") from None
    return _believed(datetime.combine(moment.date(), time.min), what, latest)


def day_at_best(told: object, zone: tzinfo) -> datetime | None:
    """The local day of whatever stands for a moment; None where nothing can be told."""
    try:
        moment = datetime.fromisoformat(str(told))
        local = moment if moment.tzinfo is None or moment.time() == time.min else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return day_of(told)
    return day_of(local.date())


def _believed(moment: datetime, what: str, latest: datetime | None) -> datetime:
    if not _FIRST <= moment < _LAST:
        raise ValueError(f"{what} lies where no register was online")
    if latest is not None and moment > latest:
        raise ValueError(f"{what} lies in the future")
    return moment


def latest_of(now_local: datetime | pd.Timestamp | None) -> datetime | None:
    """The last moment that is believed; None where nobody tells the time."""
    return None if now_local is None else now_local + AHEAD
