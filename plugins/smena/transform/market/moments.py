"""Reads Market's times: a time without an offset is local, one with an offset is converted to local time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from smena.model.reason_text import Wrong
from smena.model.reasons import Reason
from smena.transform.pages import day_of
from smena.transform.wholeness import BELIEVABLE

_FIRST, _LAST = (moment.to_pydatetime() for moment in BELIEVABLE)
_FIRST_DAY, _END = (f"{moment:%Y-%m-%d}" for moment in (_FIRST, _LAST))
_SHORTEST = len("2025-12-01T10:00")
AHEAD = timedelta(days=1)
"""How far a clock may be ahead; a later time is rejected as in the future."""


def moment_of(text: str, zone: tzinfo, what: str, latest: datetime | None) -> datetime:
    """Return a local moment without an offset; digits beyond microseconds are cut off, so that no day is rounded up.

    Raise ValueError for any other text, and for a moment before there were online registers or after `latest`.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Wrong(Reason.NOT_A_MOMENT, what=what) from None
    if len(text) < _SHORTEST:
        raise Wrong(Reason.NO_TIME_OF_DAY, what=what)
    return _believed(moment, what, latest)


def local_moments(text: Sequence[str | None], latest: datetime | None) -> np.ndarray[Any, Any]:
    """Return moments without an offset, all at once, as `moment_of` reads them; None stays missing.

    Raise ValueError where `moment_of` would for one of them, and for texts that it must read, as those with an offset.
    """
    known = [one for one in text if one is not None]
    # Compared as texts, because a distant year would overflow into a near one.
    if known and not (min(known) >= _FIRST_DAY and max(known) < _END and min(map(len, known)) >= _SHORTEST):
        raise ValueError("one is no moment that can be")
    nanoseconds = pc.cast(pa.array(text, pa.string()), pa.timestamp("ns"))
    moments: np.ndarray[Any, Any] = nanoseconds.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    if latest is not None and (moments > np.datetime64(latest)).any():
        raise ValueError("one lies in the future")
    return moments


def parse_day(text: str, zone: tzinfo, what: str, latest: datetime | None) -> datetime:
    """Return a day. Midnight with any offset is that day, because the contract writes days as T00:00:00Z.

    Raise ValueError as `moment_of` does.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.time() != time.min:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise Wrong(Reason.NOT_A_DAY, what=what) from None
    return _believed(datetime.combine(moment.date(), time.min), what, latest)


def day_at_best(text: object, zone: tzinfo) -> datetime | None:
    """Return the local day of any value in place of a moment; None where it has none."""
    try:
        moment = datetime.fromisoformat(str(text))
        local = moment if moment.tzinfo is None or moment.time() == time.min else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return day_of(text)
    return day_of(local.date())


def _believed(moment: datetime, what: str, latest: datetime | None) -> datetime:
    if not _FIRST <= moment < _LAST:
        raise Wrong(Reason.BEFORE_ONLINE_REGISTERS, what=what)
    if latest is not None and moment > latest:
        raise Wrong(Reason.IN_THE_FUTURE, what=what)
    return moment


def latest_of(now_local: datetime | pd.Timestamp | None) -> datetime | None:
    """Return the last moment that is accepted; None without `now_local`."""
    return None if now_local is None else now_local + AHEAD
