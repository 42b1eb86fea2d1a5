"""The dependencies of every step of the pipeline: the warehouse, connections to the services, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from smena.model.endpoint import Endpoint
from smena.model.organization import Organization
from smena.model.window import Window
from smena.quality import CheckResult
from smena.runtime.limits import Budget
from smena.runtime.progress import ProgressListener, in_the_log
from smena.sources.market import MarketClient
from smena.sources.ofd import OfdClient
from smena.warehouse.database import Transaction, Warehouse

WESTERNMOST = timezone(timedelta(hours=2))
"""UTC+2, Kaliningrad: the last zone of Russia in which a day ends."""

EASTERNMOST = timezone(timedelta(hours=12))
"""UTC+12, Kamchatka: the first zone of Russia in which a day ends."""

CLOCK_AHEAD = timedelta(hours=14)
"""UTC+12 in Kamchatka, and two hours more for a register with a fast clock."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Context:
    """The outside world of the pipeline.

    Attributes:
        warehouse: where everything is stored.
        endpoint: returns a connection by its name; raises WrongUse for an unknown one.
        now: the present moment, with a zone.
        extract_workers: how many requests one shard has under way at once.
        watch: makes the listener that is called after each window of a shard.
        unit_bytes: how many bytes of answers one register's or shop's window may have; a larger one is split by days.
        unit_seconds: how long fetching one window may take.
        gate: checks a staged batch, by its id and source, before it is applied; each failed check stops the batch.
            None: only the shards are checked.
        chunk_bytes: how much of the evidence (uncompressed) is processed at once: it bounds the memory.
    """

    warehouse: Warehouse
    endpoint: Callable[[str], Endpoint]
    now: Callable[[], datetime] = _now
    extract_workers: int = 4
    chunk_bytes: int = 48_000_000
    # Read into frames, answers take about ten times their size, and a worker has 2 GB. A busy till has 1,000 receipts
    # of 3 kB per day, 93 MB in the longest window, 31 days. A larger window is split by days.
    unit_bytes: int = 128_000_000
    # 300 pages of 1,000 documents at two seconds each are ten minutes.
    unit_seconds: float = 1800
    watch: Callable[[], ProgressListener] = in_the_log
    gate: Callable[[Transaction, int, str], list[CheckResult]] | None = None

    def budget(self) -> Budget:
        """Return a new budget of bytes and time for one window of a unit. The time begins now."""
        return Budget(self.unit_bytes, self.unit_seconds)

    def ofd(self, organization: Organization) -> OfdClient:
        """Return a client of Kontur.OFD with the organisation's connection. The caller closes it."""
        return OfdClient(self.endpoint(organization.ofd_connection))

    def market(self, organization: Organization) -> MarketClient:
        """Return a client of Kontur.Market with the organisation's connection. The caller closes it."""
        return MarketClient(self.endpoint(organization.market_connection))

    def local_now(self, organization: Organization) -> datetime:
        """Return the present moment in the organisation's time zone, naive."""
        return self.now().astimezone(ZoneInfo(organization.timezone)).replace(tzinfo=None)

    def yesterday(self, organization: Organization) -> date:
        """Return the newest day that is over for the organisation and at each of its registers.

        No source has the time zone of a register, so its day counts as over when it is over in the westernmost one.
        """
        zones = (ZoneInfo(organization.timezone), WESTERNMOST)
        return min(self.now().astimezone(zone).date() for zone in zones) - timedelta(days=1)

    def days_not_over(self, organization: Organization) -> Window:
        """Return the days that a clock shows now, of the organisation or of a register of it, and that are not over.

        Usually today alone. Until the day is over in the westernmost zone, yesterday is not over; once it has begun in
        the easternmost one, tomorrow has.
        """
        zones = (ZoneInfo(organization.timezone), EASTERNMOST)
        newest = max(self.now().astimezone(zone).date() for zone in zones)
        return Window(self.yesterday(organization) + timedelta(days=1), newest)

    def newest_day(self) -> date:
        """Return the newest day that is over anywhere in Russia: no later day is covered or checked."""
        return self.now().astimezone(EASTERNMOST).date() - timedelta(days=1)

    def latest_local_time(self) -> datetime:
        """Return the latest time that a register's clock can show: now in the easternmost zone, and a margin; naive."""
        return self.now().astimezone(UTC).replace(tzinfo=None, microsecond=0) + CLOCK_AHEAD
