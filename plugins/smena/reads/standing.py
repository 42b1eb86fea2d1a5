"""How far each integration (an organisation and a product) has loaded, and what is open in it.

The command line, the pages, the alerts and the metrics all read it here, so that they show the same. A day is *covered*
when every register (or shop) of the organisation is proved loaded for it, and *wanted* from the start date on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smena.warehouse.database import Row, Transaction, Warehouse

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an integration (an organisation and a product) at one moment: how far it has loaded, what is open.

    `newest_covered_day` is a day of the organisation; `covered_until` is the end of that day in seconds since 1970, for
    metrics; the output of commands and alerts calls the day "covered through". If no day is covered, `lag_days` and
    `covered_until` count from the beginning of the start date.

    Attributes:
        state: `on` or `off`; `start_date` to `reason` are columns of `control.integration` too.
        registers: РНМ of the only registers that are loaded; empty: all.
        through: the newest day that is over both in the organisation's zone and in Kaliningrad, where a day ends last
            in Russia.
        wanted_days: days from the start date through `through`; 0 while it is off.
        covered_days, newest_covered_day: of the days from the start date through `through`, those on which every unit
            is proved loaded.
        first_open_day: the first wanted day that is not covered.
        gaps, quarantined: ranges of days that were requested and could not be loaded whole; open records in quarantine.
        open_decisions: decisions of the organisation, of either product, that wait for a person.
    """

    organization_inn: str
    name: str
    timezone: str
    product: str
    state: str
    start_date: date
    registers: list[str]
    changed_by: str
    changed_at: datetime
    reason: str
    through: date
    wanted_days: int
    covered_days: int
    newest_covered_day: date | None
    first_open_day: date | None
    gaps: int
    quarantined: int
    open_decisions: int

    @property
    def lag_days(self) -> int | None:
        """Days from the newest covered day to the newest that is over; None if no day is wanted."""
        if not self.wanted_days:
            return None
        return max((self.through - (self.newest_covered_day or self.start_date - _DAY)).days, 0)

    @property
    def covered_until(self) -> int | None:
        """When the newest covered day ended, in seconds since 1970 (UTC); None if no day is wanted."""
        if not self.wanted_days:
            return None
        day = self.newest_covered_day + _DAY if self.newest_covered_day else self.start_date
        return int(datetime.combine(day, time.min, tzinfo=ZoneInfo(self.timezone)).timestamp())

    @property
    def coverage(self) -> float | None:
        """The share of wanted days that are covered, from 0 to 1; None if no day is wanted."""
        return round(self.covered_days / self.wanted_days, 6) if self.wanted_days else None

    @property
    def uncovered_days(self) -> int:
        """Wanted days that are not covered."""
        return max(self.wanted_days - self.covered_days, 0)

    def as_row(self) -> dict[str, Any]:
        """The fields by name, without the time zone."""
        row = asdict(self)
        del row["timezone"]
        return row


def standings(
    database: Transaction | Warehouse,
    now: datetime,
    *,
    inn: str | None = None,
    inns: Sequence[str] | None = None,
    product: str | None = None,
) -> list[Standing]:
    """Return integrations by organisation and product: all that were ever switched on, or those of `inn` or `inns`.

    Args:
        database: the warehouse; row-level security applies if the transaction sets it.
        now: the present time, with a time zone.
        inn, inns: only this organisation, or these.
        product: only this one.
    """
    named = [inn] if inn is not None else None if inns is None else list(inns)
    return [Standing(**row) for row in database.rows("standings", now=now, inns=named, product=product)]


def open_days(database: Transaction | Warehouse, now: datetime, inn: str | None = None) -> list[Row]:
    """Return, for alerts, the integrations with wanted days that are over and not proved loaded."""
    return [
        {
            "organization_inn": one.organization_inn,
            "product": one.product,
            "count": one.uncovered_days,
            "first_day": one.first_open_day,
            "last_day": one.through,
            "covered_through": one.newest_covered_day,
        }
        for one in standings(database, now, inn=inn)
        if one.uncovered_days
    ]


def inns_page(database: Transaction | Warehouse, *, inn: str | None = None, after: str = "", most: int) -> list[str]:
    """Return the next organisations that the reader may see, by their ИНН, or only `inn`."""
    return [row["inn"] for row in database.rows("inns_page", inn=inn, after=after, most=most)]
