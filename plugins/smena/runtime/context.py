"""What every step of the road needs: the warehouse, a way to the services, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from smena.model.endpoint import Endpoint
from smena.model.organization import Organization
from smena.quality import CheckResult
from smena.runtime.limits import Budget
from smena.runtime.progress import ProgressListener, in_the_log
from smena.sources.market import MarketClient
from smena.sources.ofd import OfdClient
from smena.warehouse.database import Transaction, Warehouse

WESTERNMOST = timezone(timedelta(hours=2))
"""Kaliningrad: the last zone of Russia in which a day ends."""

EASTERNMOST = timezone(timedelta(hours=12))
"""Kamchatka: the first zone of Russia in which a day ends."""

CLOCK_AHEAD = timedelta(hours=14)
"""Kamchatka is at UTC+12; two hours more for a register's clock that is fast."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Context:
    """The outside world of the road.

    Attributes:
        warehouse: where everything is kept.
        endpoint: gives a connection by its name; raises WrongUse for an unknown one.
        now: the present moment, with a zone.
        extract_workers: how many requests one shard has under way at once.
        watch: makes who is told, window by window, how far one asking of a shard is.
        unit_bytes: how many bytes of answers one register's or shop's window may have; it is split by days beyond.
        unit_seconds: how long one window may take to be fetched.
        gate: validates a staged batch, by its id and source, before it is applied; each broken result stops the batch.
            None: only the shards are checked.
        chunk_bytes: how much of the evidence (uncompressed) is worked on at once: it bounds the memory.
    """

    warehouse: Warehouse
    endpoint: Callable[[str], Endpoint]
    now: Callable[[], datetime] = _now
    extract_workers: int = 4
    chunk_bytes: int = 48_000_000
    # Read into frames, answers take some ten times their size, and a worker has 2 GB. A busy till has 1,000 receipts of
    # 3 kB a day, 93 MB in the longest window, 31 days. What is larger is split by days.
    unit_bytes: int = 128_000_000
    # 300 pages of 1,000 documents at two seconds each are ten minutes.
    unit_seconds: float = 1800
    watch: Callable[[], ProgressListener] = in_the_log
    gate: Callable[[Transaction, int, str], list[CheckResult]] | None = None

    def budget(self) -> Budget:
        """What one unit may take from now on."""
        return Budget(self.unit_bytes, self.unit_seconds)

    def ofd(self, organization: Organization) -> OfdClient:
        """A client of Kontur.OFD with the organisation's connection. The caller closes it."""
        return OfdClient(self.endpoint(organization.ofd_connection))

    def market(self, organization: Organization) -> MarketClient:
        """A client of Kontur.Market with the organisation's connection. The caller closes it."""
        return MarketClient(self.endpoint(organization.market_connection))

    def local_now(self, organization: Organization) -> datetime:
        """The present moment in the organisation's time zone, without it."""
        return self.now().astimezone(ZoneInfo(organization.timezone)).replace(tzinfo=None)

    def yesterday(self, organization: Organization) -> date:
        """The newest day that is over, for the organisation and at each of its registers.

        Nothing says in which zone a register stands, so its day counts as over when it is over in the westernmost one.
        """
        zones = (ZoneInfo(organization.timezone), WESTERNMOST)
        return min(self.now().astimezone(zone).date() for zone in zones) - timedelta(days=1)

    def newest_day(self) -> date:
        """The newest day that is over anywhere: nothing is covered or judged beyond it."""
        return self.now().astimezone(EASTERNMOST).date() - timedelta(days=1)

    def latest_local_time(self) -> datetime:
        """What no register's clock can show yet: the present moment in the easternmost zone, and a margin."""
        return self.now().astimezone(UTC).replace(tzinfo=None, microsecond=0) + CLOCK_AHEAD
