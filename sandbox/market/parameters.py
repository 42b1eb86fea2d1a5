"""Parse the parameters of Market's methods, with the documented defaults and bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sandbox.market.refusals import bad_parameter
from sandbox.shifts import DAY_S, to_seconds

Query = Mapping[str, str]
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.\d{1,7})?)?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_flag(query: Query, name: str) -> bool:
    """Return the value of `true` or `false`; False if it is missing."""
    text = query.get(name, "").strip().lower()
    if text not in ("", "true", "false"):
        raise bad_parameter(name, "нужно true или false")
    return text == "true"


def read_number(query: Query, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number within its bounds, both inclusive."""
    text = query.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"-?\d{1,10}", text) or not least <= int(text) <= most:
        raise bad_parameter(name, f"нужно целое число от {least} до {most}")
    return int(text)


def read_page(query: Query, limit: int, most: int) -> slice:
    """Return `offset` and `limit` as a slice. A limit above the documented maximum is refused, not clipped."""
    offset = read_number(query, "offset", 0, 0, 2**31 - 1)
    return slice(offset, offset + read_number(query, "limit", limit, 1, most))


def read_guid(query: Query, name: str) -> str:
    """Return a GUID in lower case, empty if it is missing."""
    text = query.get(name, "").strip()
    if text and not _GUID.fullmatch(text):
        raise bad_parameter(name, "нужен GUID")
    return text.lower()


def read_choice(query: Query, name: str, choices: tuple[str, ...], default: str = "") -> str:
    """Return one of the names, ignoring case."""
    text = query.get(name, "").strip()
    if not text:
        return default
    for one in choices:
        if one.lower() == text.lower():
            return one
    raise bad_parameter(name, f"нужно одно из: {', '.join(choices)}")


def _moment_s(query: Query, name: str, today_s: int, *, use_time: bool) -> int:
    text = query.get(name, "").strip()
    if not text:
        return today_s
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            clock = found[2] if use_time and found[2] else "00:00:00"
            return to_seconds(datetime.fromisoformat(f"{found[1]}T{clock}"))
    except ValueError:
        pass
    raise bad_parameter(name, "нужна дата YYYY-MM-DD")


def read_window(query: Query, first: str, last: str, today_s: int) -> tuple[int, int]:
    """Return local milliseconds `[low, high]` of the window, both inclusive; each end is today by default.

    The time of day counts only with `useTime=true`; then a date without a time means its midnight, also as the end of
    the window. Without `useTime` the last day is whole.
    """
    use_time = read_flag(query, "useTime") if first == "dateFrom" else False
    low = _moment_s(query, first, today_s, use_time=use_time)
    high = _moment_s(query, last, today_s, use_time=use_time)
    if low > high:
        raise bad_parameter(first, f"позже, чем {last}")
    whole_day = not use_time or not query.get(last, "").strip()
    return low * 1000, (high + DAY_S) * 1000 - 1 if whole_day else high * 1000
