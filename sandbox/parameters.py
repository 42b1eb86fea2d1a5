"""Parse the parameters of a request as the operator does, with its formats, limits and refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from sandbox import refusals
from sandbox.ledger import KIND
from sandbox.shifts import DAY_S, day_start, to_seconds

_YEAR_FIRST = re.compile(r"(\d{4})[-.](\d{2})[-.](\d{2})")
_DAY_FIRST = re.compile(r"(\d{2})[-.](\d{2})[-.](\d{4})")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


def required(query: Mapping[str, str], name: str) -> str:
    """Return a required parameter; 400007 if it is missing."""
    value = query.get(name, "").strip()
    if not value:
        raise refusals.missing(name)
    return value


def read_day(query: Mapping[str, str], name: str) -> date:
    """Return a date in yyyy-mm-dd, yyyy.mm.dd, dd-mm-yyyy or dd.mm.yyyy; 400008 for other formats."""
    text = required(query, name)
    year_first, day_first = _YEAR_FIRST.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if year_first:
            return date(*map(int, year_first.groups()))
        if day_first:
            return date(*map(int, reversed(day_first.groups())))
    except ValueError:
        raise refusals.bad_date(name) from None
    raise refusals.bad_date(name)


def read_days(query: Mapping[str, str]) -> tuple[int, int]:
    """Return `from` and `to` as the first and the last second of the period, both days inclusive."""
    first, last = read_day(query, "from"), read_day(query, "to")
    if first > last:
        raise refusals.bad_period()
    return day_start(first), day_start(last) + DAY_S - 1


def _read_moment(query: Mapping[str, str], name: str) -> int:
    text = required(query, name)
    if not _MOMENT.fullmatch(text):
        raise refusals.bad_datetime(name)
    try:
        return to_seconds(datetime.fromisoformat(text))
    except ValueError:
        raise refusals.bad_datetime(name) from None


def read_moments(query: Mapping[str, str]) -> tuple[int, int]:
    """Return `dateFrom` and `dateTo` in seconds, both ends inclusive."""
    first, last = _read_moment(query, "dateFrom"), _read_moment(query, "dateTo")
    if first > last:
        raise refusals.bad_period()
    return first, last


def read_types(query: Mapping[str, str]) -> frozenset[int] | None:
    """Return the codes of the wanted document types; None: every type. An unknown type is refused with 400000."""
    text = query.get("types", "").strip()
    if not text:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in KIND]
    if unknown:
        raise refusals.invalid_request(f"types: {', '.join(unknown)}")
    return frozenset(KIND[name] for name in names)


def read_limit(query: Mapping[str, str], cap: int) -> int:
    """Return `limit`, by default 1000 and at most `cap`; zero, a negative number or other text is refused."""
    text = query.get("limit", "").strip()
    if not text:
        return cap
    if not re.fullmatch(r"-?\d{1,18}", text) or int(text) < 1:
        raise refusals.bad_limit()
    return min(int(text), cap)
