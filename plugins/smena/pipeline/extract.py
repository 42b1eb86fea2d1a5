"""Step 1: the operator's answers, fetched and kept as evidence. Nothing is interpreted but what must be asked next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from smena.integration.organizations import settings_by_day
from smena.model.organization import SettingsInForce
from smena.model.window import Window
from smena.pipeline.border import Failed, mark_failed
from smena.pipeline.fetching import Extraction, Fetch, fetch_all
from smena.pipeline.log import step_log
from smena.pipeline.reading import DOCUMENTS
from smena.pipeline.receipts import CLOCKS_APART, receipt_periods
from smena.pipeline.road import Road
from smena.sources.ofd import OfdClient
from smena.transform.numbering import Ends, are_numbered_on
from smena.transform.totals import last_close_without_opening
from smena.transform.wholeness import LONGEST_SHIFT
from smena.warehouse import ledger
from smena.warehouse.ledger import Assignment, Batch
from smena.warehouse.pages import PageStore

Z_REPORTS = ("closeShift", "receiptCorrection", "bsoCorrection")
"""Corrections come with the z-reports: a correction of an earlier day's cash is not to be seen in totals."""

OPENINGS = ("openShift",)
"""They come with the z-reports where orders are dated by them."""

RECEIPTS = ("openShift", "receipt", "bso", "receiptCorrection", "bsoCorrection")

MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the OFD is asked for one assignment."""

    client: OfdClient
    fetch: Fetch
    has_witness: bool = False
    date_policy: str = "shift_close"

    @property
    def assignment(self) -> Assignment:
        return self.fetch.assignment

    def reports(self, known: Ends) -> None:
        """z-reports and corrections; asked for once more where no neighbour proves each report's ФН and number.

        Documents of both answers are read together: a report that differs between them is nobody's.
        """
        assignment = self.assignment
        types = Z_REPORTS + OPENINGS if self.date_policy == "shift_open" else Z_REPORTS
        # By either clock: a register in the east forms a document up to 14 hours "after" the operator received it.
        period = (datetime.combine(assignment.first_day, time.min) - CLOCKS_APART, assignment.ask_through)
        days = Window(assignment.first_day, assignment.last_day)
        if not are_numbered_on(self._documents(*period, types), known, days):
            deque(self._documents(*period, types), maxlen=0)

    def receipts(self, first: datetime, last: datetime) -> None:
        """Receipts of a period with the opening reports."""
        deque(self._documents(first, last, RECEIPTS), maxlen=0)

    def _documents(self, first: datetime, last: datetime, types: Sequence[str]) -> Iterator[bytes]:
        """Every document of these types in a period, as far as it is permitted: each page, once it is kept."""
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
        """Totals by shift. A day of margin before, so that a shift opened on the eve comes with both its ends.

        Where one was opened earlier still, its days are asked again from further back: sums of a part are no sums.
        Where no receipts will be read beside them, totals by day of the same days are their witness.
        """
        assignment = self.assignment
        place = (assignment.ofd_organization_id, assignment.unit_id)
        first, last = self._permitted(assignment.first_day - MARGIN), assignment.last_day
        page = self.client.by_shifts(*place, first, last)
        self.fetch.keep("by_shifts", page)
        last_cut = last_close_without_opening(page.body, assignment.first_day)
        if last_cut is not None:
            first = self._permitted(assignment.first_day - LONGEST_SHIFT)
            self.fetch.keep("by_shifts", self.client.by_shifts(*place, first, min(last_cut, last)))
        if self.has_witness:
            self.fetch.keep("by_days", self.client.by_days(*place, first, last))

    def _permitted(self, day: date) -> date:
        return max(day, self.assignment.permission_from or day)


def extract(road: Road, batch_id: int, shard: int) -> Extraction:
    """Fetches what a shard still lacks; what it has is not asked again.

    A register that the operator refuses, or whose answer is no JSON, is marked so and costs its neighbours nothing. A
    fault that may pass is given back in `fault` after every other register was fetched: run again for the rest. Raises
    RefusedLogin where the login or the key itself is refused.
    """
    with step_log("extract", batch_id=batch_id, shard=shard) as told:
        batch = ledger.batch_of(road.warehouse, batch_id)
        settings = settings_by_day(road.warehouse, batch.organization_inn)
        organization = settings[-1].organization
        # Openings are asked for where any day may need them.
        is_by_opening = any(one.organization.date_policy == "shift_open" for one in settings)
        date_policy = "shift_open" if is_by_opening else "shift_close"
        told |= {"inn": organization.inn, "product": batch.product}
        result = Extraction(batch_id, shard)
        client = road.ofd(organization)
        try:
            pages = PageStore(road.warehouse, batch_id)
            states: tuple[str, ...] = ("planned", "failed")
            while True:
                result.splits = 0
                _fetch_reports(road, client, pages, batch, result, date_policy, states)
                _fetch_receipts(road, client, pages, batch, result, settings)
                if not result.splits:
                    break
                # What failed in this run is for the next one; the halves of a window that was too large are for now.
                states = ("planned",)
            told.update(result.states)
        finally:
            told.update(requests=client.traffic.total(), retries=client.retries.total())
            client.close()
        return result


def _fetch_reports(
    road: Road,
    client: OfdClient,
    pages: PageStore,
    batch: Batch,
    result: Extraction,
    date_policy: str,
    states: Sequence[str],
) -> None:
    """z-reports of every assignment and its totals by shift: these spare the receipts, or are held against them."""
    ends = ledger.known_ends(road.warehouse, batch.batch_id, result.shard)

    def fetch(one: Fetch) -> None:
        asking = _Asking(client, one, has_witness=batch.detail == "totals", date_policy=date_policy)
        asking.reports(ends.get((one.assignment.unit_id, one.assignment.first_day), {}))
        asking.totals()

    waiting = ledger.assignments_of(road.warehouse, result.batch_id, result.shard, states)
    fetch_all(road, pages, waiting, fetch, result, state="listed", kept_as="fetch_id", requests=client.traffic.total)


def _fetch_receipts(
    road: Road,
    client: OfdClient,
    pages: PageStore,
    batch: Batch,
    result: Extraction,
    settings: Sequence[SettingsInForce],
) -> None:
    """Receipts of the shifts that need them, by few wide periods an assignment."""
    listed = ledger.assignments_of(road.warehouse, batch.batch_id, result.shard, ("listed",))
    if not listed:
        return
    failed: Failed = {}
    periods = receipt_periods(road, batch, result.shard, failed, settings=settings)
    if failed:
        with road.warehouse.transaction() as transaction:
            mark_failed(transaction, batch.batch_id, failed)
        result.count("failed", len(failed))
        listed = [one for one in listed if (one.unit_id, one.first_day) not in failed]

    def fetch(one: Fetch) -> None:
        for first, last in periods[one.assignment.unit_id, one.assignment.first_day]:
            _Asking(client, one).receipts(first, last)

    needing = [one for one in listed if (one.unit_id, one.first_day) in periods]
    done = [one for one in listed if (one.unit_id, one.first_day) not in periods]
    ledger.mark_read(road.warehouse, batch.batch_id, done)
    result.count("read", len(done))
    fetch_all(
        road, pages, needing, fetch, result, state="read", kept_as="receipts_fetch_id", requests=client.traffic.total
    )
