"""The requests of step 1 (`smena.loading.extract`) to Kontur.OFD, for each register and its days.

First z-reports (closings of shifts, which have no sums) and totals by shift. The receipts of a shift, many more pages,
are requested only if its totals cannot be used or a setting needs them. Every response is stored as evidence.
Iterators of pages are run to their end by `deque(…, maxlen=0)`: what counts is that each page is stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from smena.loading.by_register import Failed, mark_failed
from smena.loading.fetching import Fetch, fetch_all
from smena.loading.ofd.reading import DOCUMENTS
from smena.loading.ofd.receipts import CLOCKS_APART, receipt_periods
from smena.loading.ofd.today import has_new_closing, published_closings
from smena.model.window import Window
from smena.runtime.product import Asking
from smena.sources.ofd import OfdClient
from smena.transform.numbering import Ends, are_numbered_on
from smena.transform.totals import last_close_without_opening
from smena.transform.wholeness import LONGEST_SHIFT
from smena.warehouse import ledger
from smena.warehouse.ledger import Assignment

Z_REPORTS = ("closeShift", "receiptCorrection", "bsoCorrection")
"""Corrections come with the z-reports: totals do not show that a correction is of an earlier day's cash."""

OPENINGS = ("openShift",)
"""Openings come with the z-reports if orders are dated by them."""

RECEIPTS = ("openShift", "receipt", "bso", "receiptCorrection", "bsoCorrection")

MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Register:
    """The requests for one assignment: a register, and a window of days."""

    client: OfdClient
    fetch: Fetch
    has_cross_check: bool = False
    date_policy: str = "shift_close"
    is_same_day: bool = False

    @property
    def assignment(self) -> Assignment:
        return self.fetch.assignment

    def reports(self, known: Ends) -> list[bytes]:
        """z-reports and corrections, requested twice if no neighbour proves each report's ФН and number.

        Both answers are read together: a report that differs between them is ambiguous. Return the first one's pages.

        Args:
            known: ФД numbers of z-reports that are stored already, the neighbours of those requested.
        """
        assignment = self.assignment
        types = Z_REPORTS + OPENINGS if self.date_policy == "shift_open" else Z_REPORTS
        # Whether the operator reads periods by its own clock or the register's is not documented: a register in the
        # east forms a document up to 14 hours "after" the operator received it.
        # A shift that was open on the eve may have corrections of the eve, which a longer window would hold.
        margin = MARGIN if self.is_same_day else timedelta()
        period = (datetime.combine(assignment.first_day, time.min) - margin - CLOCKS_APART, assignment.ask_through)
        days = Window(assignment.first_day, assignment.last_day)
        bodies = list(self._documents(*period, types))
        if not are_numbered_on(bodies, known, days):
            deque(self._documents(*period, types), maxlen=0)
        return bodies

    def receipts(self, first: datetime, last: datetime) -> None:
        """Receipts of a period with the opening reports."""
        deque(self._documents(first, last, RECEIPTS), maxlen=0)

    def _documents(self, first: datetime, last: datetime, types: Sequence[str]) -> Iterator[bytes]:
        """Yield each stored page of documents of these types in the permitted part of a period."""
        assignment = self.assignment
        if assignment.permission_from is not None:
            first = max(first, datetime.combine(assignment.permission_from, time.min))
        if assignment.permission_to is not None:
            last = min(last, datetime.combine(assignment.permission_to, time(23, 59, 59)))
        if first > last:
            return
        for page in self.client.by_period(assignment.ofd_organization_id, assignment.unit_id, first, last, types):
            self.fetch.keep(DOCUMENTS, page)
            yield page.body

    def totals(self) -> None:
        """Totals by shift, from a day earlier, so that a shift opened on the eve comes with both its ends.

        If a shift was opened still earlier, its days are requested again from `LONGEST_SHIFT` back, because sums of
        a part of a shift are wrong. If no receipts will be read, totals by day of the same days are the cross-check.
        While a day is not over, such a shift is left to the next load.
        """
        assignment = self.assignment
        place = (assignment.ofd_organization_id, assignment.unit_id)
        first, last = self._permitted(assignment.first_day - MARGIN), assignment.last_day
        page = self.client.by_shifts(*place, first, last)
        self.fetch.keep("by_shifts", page)
        last_cut = last_close_without_opening(page.body, assignment.first_day)
        if last_cut is not None and not self.is_same_day:
            first = self._permitted(assignment.first_day - LONGEST_SHIFT)
            self.fetch.keep("by_shifts", self.client.by_shifts(*place, first, min(last_cut, last)))
        if self.has_cross_check:
            self.fetch.keep("by_days", self.client.by_days(*place, first, last))

    def _permitted(self, day: date) -> date:
        return max(day, self.assignment.permission_from or day)


def fetch(asking: Asking, states: Sequence[str]) -> None:
    """Fetch z-reports and totals of the assignments in these states, then the receipts of shifts that need them."""
    _fetch_reports(asking, states)
    _fetch_receipts(asking)


def _fetch_reports(asking: Asking, states: Sequence[str]) -> None:
    """z-reports and totals by shift of every assignment. Totals replace the receipts, or are compared with them."""
    context, batch, shard = asking.of.context, asking.of.batch, asking.of.shard
    client = _ofd(asking)
    ends = ledger.known_ends(context.warehouse, batch.batch_id, shard)
    # Openings are requested if the settings of any day need them.
    is_by_opening = any(one.organization.date_policy == "shift_open" for one in asking.of.settings)
    date_policy = "shift_open" if is_by_opening else "shift_close"

    published = (
        published_closings(context.warehouse, batch.organization_inn, batch.first_day) if batch.is_same_day else {}
    )

    def fetch(one: Fetch) -> None:
        assignment = one.assignment
        register = _Register(client, one, batch.detail == "totals", date_policy, batch.is_same_day)
        reports = register.reports(ends.get((assignment.unit_id, assignment.first_day), {}))
        known = published.get(assignment.unit_id, frozenset())
        if not batch.is_same_day or has_new_closing(reports, assignment.first_day, known):
            register.totals()

    waiting = ledger.assignments_of(context.warehouse, batch.batch_id, shard, states)
    fetch_all(
        context, asking.pages, waiting, fetch, asking.result,
        state="listed", kept_as="fetch_id", requests=client.traffic.total,
    )  # fmt: skip


def _fetch_receipts(asking: Asking) -> None:
    """Receipts of the shifts that need them, in few wide periods per assignment."""
    context, batch, result = asking.of.context, asking.of.batch, asking.result
    client = _ofd(asking)
    listed = ledger.assignments_of(context.warehouse, batch.batch_id, asking.of.shard, ("listed",))
    if not listed:
        return
    failed: Failed = {}
    periods = receipt_periods(asking.of, failed, asking.decoded)
    if failed:
        with context.warehouse.transaction() as transaction:
            mark_failed(transaction, batch.batch_id, failed)
        result.count("failed", len(failed))
        listed = [one for one in listed if (one.unit_id, one.first_day) not in failed]

    def fetch(one: Fetch) -> None:
        for first, last in periods[one.assignment.unit_id, one.assignment.first_day]:
            _Register(client, one).receipts(first, last)

    needing = [one for one in listed if (one.unit_id, one.first_day) in periods]
    done = [one for one in listed if (one.unit_id, one.first_day) not in periods]
    ledger.mark_read(context.warehouse, batch.batch_id, done)
    result.count("read", len(done))
    fetch_all(
        context, asking.pages, needing, fetch, result,
        state="read", kept_as="receipts_fetch_id", requests=client.traffic.total,
    )  # fmt: skip


def _ofd(asking: Asking) -> OfdClient:
    """The connection as an OfdClient, which `KonturOfd.client` has made."""
    if not isinstance(asking.client, OfdClient):
        raise TypeError(f"Kontur.OFD needs an OfdClient, not a {type(asking.client).__name__}")
    return asking.client
