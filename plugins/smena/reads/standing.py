"""How far each integration (an organisation and a product) has loaded, and what is open in it.

The command line, the pages, the alerts and the metrics all read it here, so that they show the same.

A unit is a register of the OFD or a shop of Market. A day is *wanted* if it is over, not before the start date, and the
integration is on. It is *covered* if every unit of the organisation is proved loaded for it.
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
    """The state of an integration at one moment.

    The output of commands and alerts calls `newest_covered_day` "covered through".

    Attributes:
        state: `on` or `off`. It and `start_date` to `reason` are columns of `control.integration`.
        registers: registration numbers (РНМ) of the only registers that are loaded; empty: all.
        through: the newest day that is over, both in the organisation's zone and in Kaliningrad (UTC+2). There a day
            ends last in Russia, and a register may be in another zone than its organisation.
        wanted_days: days from the start date through `through`; 0 while the integration is off.
        covered_days, newest_covered_day: of the days from the start date through `through`, those on which every unit
            is proved loaded.
        first_open_day: the first wanted day that is not covered.
        gaps: how many ranges of days could not be loaded whole.
        quarantined: how many records in quarantine are open.
        open_decisions: how many decisions of the organisation, of any product, wait for a person.
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
        """Days from the newest covered day to the newest that is over; None if no day is wanted.

        If no day is covered, all wanted days.
        """
        if not self.wanted_days:
            return None
        return max((self.through - (self.newest_covered_day or self.start_date - _DAY)).days, 0)

    @property
    def covered_until(self) -> int | None:
        """When the newest covered day ended, in seconds since 1970 (UTC), for metrics; None if no day is wanted.

        If no day is covered, the beginning of the start date. Days begin and end in the organisation's time zone.
        """
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
        """How many wanted days are not covered. While it is off: 0, although days may be covered."""
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
    """Return integrations in the order of organisation and product: all that were ever switched on, or only some.

    Args:
        database: the warehouse; row-level security applies if the transaction sets it.
        now: the present time, with a time zone.
        inn: only this organisation; `inns` is then ignored.
        inns: only these organisations; none if empty.
        product: only this product.
    """
    named = [inn] if inn is not None else None if inns is None else list(inns)
    return [Standing(**row) for row in database.rows("standings", now=now, inns=named, product=product)]


def open_days(database: Transaction | Warehouse, now: datetime, inn: str | None = None) -> list[Row]:
    """Return, for alerts, one row per integration with wanted days that are not covered.

    `count` is how many, `first_day` the first of them, `last_day` the newest day that is over, `covered_through` the
    newest covered day or None.
    """
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
    """Return the ИНН, in order, of at most `most` organisations after `after`, or only `inn`.

    Row-level security of the transaction leaves only those that the user may see.
    """
    return [row["inn"] for row in database.rows("inns_page", inn=inn, after=after, most=most)]
