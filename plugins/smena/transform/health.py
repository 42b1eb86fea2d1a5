"""The health of registers by their z-reports: signs of the fiscal drive, documents that were not sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from smena.transform.pages import Found, converted, moments

_YES, _NO = (True, "1", "true"), (False, "0", "false")
_MOST = 2**31 - 1
_FIRST_YEAR, _LAST_YEAR = 2016, 2100
"""Online registers exist since 2016. The first and the last date of .NET mean that there is no time."""


def signs_of(found: Found) -> dict[str, Any]:
    """Return the columns SIGNS of the z-reports found. A value of an unknown form is missing (None)."""
    return {
        "drive_replace": converted(found.column("fiscal_drive_replace_required_sign"), _sign),
        "drive_exhausted": converted(found.column("fiscal_drive_exhaustion_sign"), _sign),
        "drive_memory_full": converted(found.column("fiscal_drive_memory_exceeded_sign"), _sign),
        "ofd_timeout": converted(found.column("ofd_response_timeout_sign"), _sign),
        # A count is not converted once for equal values: True is none, and equals 1.
        "not_sent": list(map(_count, found.column("not_transmitted_documents_quantity"))),
        "not_sent_since": moments(converted(found.column("not_transmitted_documents_date_time"), _moment)),
    }


def _sign(value: object) -> bool | None:
    """0 and 1, as numbers, texts or truth values."""
    said = value.strip().lower() if isinstance(value, str) else value
    # 1.0 equals 1, so it counts as yes.
    return True if said in _YES else False if said in _NO else None


def _count(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) <= len(str(_MOST)):
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST
    return value if is_count else None  # type: ignore[return-value]


def _moment(value: object) -> datetime | None:
    """Local time of the register; None for `1970-01-01T00:00:00` and for times that cannot be read."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
