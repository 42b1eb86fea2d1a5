"""Step 1: the operator's answers, fetched and kept as evidence. Nothing is interpreted but what must be asked next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pandas as pd

from smena.integration.organizations import organization_of
from smena.model.errors import PassingFault, RefusedByService, UnreadableAnswer
from smena.pipeline.log import step_log
from smena.pipeline.reading import read_pages
from smena.pipeline.road import Road
from smena.sources.ofd import OfdClient
from smena.sources.page import Page
from smena.transform.frames import SHIFT_KEY
from smena.transform.wholeness import shifts_needing_receipts
from smena.warehouse import ledger
from smena.warehouse.ledger import Assignment, Batch
from smena.warehouse.pages import PageStore, pages_by_register

Z_REPORTS = ("closeShift",)
Z_REPORTS_AND_OPENINGS = ("openShift", "closeShift")
RECEIPTS = ("openShift", "receipt", "bso", "receiptCorrection", "bsoCorrection")

LONGEST_SHIFT = timedelta(days=31)
EASTMOST = timedelta(hours=14)
_WRONG_KEY = ("401003",)


@dataclass
class Extraction:
    """How the assignments of a shard ended: their counts by state, and the first fault that may pass."""

    batch_id: int
    shard: int
    states: dict[str, int] = field(default_factory=dict)
    fault: PassingFault | None = None

    def count(self, state: str) -> None:
        self.states[state] = self.states.get(state, 0) + 1


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One attempt to fetch for one assignment: its answers go to the evidence under one number."""

    client: OfdClient
    pages: PageStore
    assignment: Assignment
    fetch_id: int

    def keep(self, method: str, page: Page) -> None:
        self.pages.add(
            fetch_id=self.fetch_id,
            kkt_reg_id=self.assignment.kkt_reg_id,
            method=method,
            address=page.address,
            status=page.status,
            fetched_at=page.fetched_at,
            body=page.body,
        )

    def documents(self, first: datetime, last: datetime, types: Sequence[str]) -> None:
        """Every document of these types in a period, page by page."""
        assignment = self.assignment
        for page in self.client.by_period(assignment.ofd_organization_id, assignment.kkt_reg_id, first, last, types):
            self.keep("by_period", page)

    def totals(self) -> None:
        """Totals by shift. A day of margin before, so that a shift opened on the eve comes with both its ends."""
        assignment = self.assignment
        page = self.client.by_shifts(
            assignment.ofd_organization_id,
            assignment.kkt_reg_id,
            assignment.first_day - timedelta(days=1),
            assignment.last_day,
        )
        self.keep("by_shifts", page)


def extract(road: Road, batch_id: int, shard: int) -> Extraction:
    """Fetches what a shard still lacks; what it has is not asked again.

    A register that the operator refuses, or whose answer is no JSON, is marked so and costs its neighbours nothing. A
    fault that may pass is given back in `fault` after every other register was fetched: run again for the rest. Raises
    RefusedByService where the key or the login itself is refused.
    """
    with step_log("extract", batch_id=batch_id, shard=shard) as told:
        batch = ledger.batch_of(road.warehouse, batch_id)
        organization = organization_of(road.warehouse, batch.organization_inn)
        result = Extraction(batch_id, shard)
        client = road.ofd(organization)
        try:
            pages = PageStore(road.warehouse, batch_id)
            _fetch_reports(road, client, pages, batch, result)
            _fetch_receipts(road, client, pages, batch, result)
            told.update(result.states, requests=sum(client.traffic.values()))
        finally:
            client.close()
        return result


def _fetch_reports(road: Road, client: OfdClient, pages: PageStore, batch: Batch, result: Extraction) -> None:
    """z-reports of every assignment, with totals by shift where these may spare the receipts."""

    def fetch(assignment: Assignment, one: _Fetch) -> None:
        types = Z_REPORTS if batch.detail == "totals" else Z_REPORTS_AND_OPENINGS
        first = datetime.combine(assignment.first_day, datetime.min.time())
        one.documents(first, assignment.ask_through, types)
        if batch.detail == "totals":
            one.totals()

    waiting = ledger.assignments_of(road.warehouse, batch.batch_id, result.shard, ("planned", "failed"))
    _fetch_all(road, client, pages, waiting, fetch, result, state="listed", kept_as="fetch_id")


def _fetch_receipts(road: Road, client: OfdClient, pages: PageStore, batch: Batch, result: Extraction) -> None:
    """Receipts of the shifts that need them, by few wide periods a register."""
    listed = ledger.assignments_of(road.warehouse, batch.batch_id, result.shard, ("listed",))
    if not listed:
        return
    periods = _receipt_periods(road, batch, result.shard)

    def fetch(assignment: Assignment, one: _Fetch) -> None:
        for first, last in periods.get(assignment.kkt_reg_id, ()):
            one.documents(first, last, RECEIPTS)

    # A register may have several assignments; its receipts are fetched under the first of them.
    firsts = {assignment.kkt_reg_id: assignment for assignment in reversed(listed)}
    needing = [assignment for register, assignment in firsts.items() if register in periods]
    _fetch_all(road, client, pages, needing, fetch, result, state="read", kept_as="receipts_fetch_id")
    failed = {assignment.kkt_reg_id for assignment in needing} - _read_registers(road, batch, result.shard)
    asked = {(assignment.kkt_reg_id, assignment.first_day) for assignment in needing}
    for assignment in listed:
        if (assignment.kkt_reg_id, assignment.first_day) not in asked and assignment.kkt_reg_id not in failed:
            _mark(road, batch.batch_id, assignment, "read")
            result.count("read")


def _read_registers(road: Road, batch: Batch, shard: int) -> set[str]:
    return {a.kkt_reg_id for a in ledger.assignments_of(road.warehouse, batch.batch_id, shard, ("read",))}


def _receipt_periods(road: Road, batch: Batch, shard: int) -> dict[str, list[tuple[datetime, datetime]]]:
    """By register: the periods whose receipts are needed, those that touch made one."""
    needed: list[pd.DataFrame] = []
    with road.warehouse.transaction() as transaction:
        for chunk in pages_by_register(
            transaction, batch.batch_id, shard, states=("listed",), chunk_bytes=road.chunk_bytes
        ):
            frames, totals, _ = read_pages(chunk)
            needed.append(shifts_needing_receipts(frames.z_reports, totals, batch.detail))
        shifts = pd.concat(needed) if needed else pd.DataFrame()
        if shifts.empty:
            return {}
        if batch.detail == "receipts":
            shifts = _not_known(transaction.rows, batch, shifts)
    return receipt_periods(shifts)


def _not_known(rows: Callable[..., list[dict[str, object]]], batch: Batch, shifts: pd.DataFrame) -> pd.DataFrame:
    """The shifts whose receipts are not read and published already."""
    known = rows(
        "known_shifts",
        inn=batch.organization_inn,
        registers=sorted(shifts["kkt_reg_id"].unique()),
        first_day=shifts["closed_at"].min().to_pydatetime(),
    )
    if not known:
        return shifts
    keys = pd.MultiIndex.from_frame(pd.DataFrame(known)[SHIFT_KEY])
    return shifts[~pd.MultiIndex.from_frame(shifts[SHIFT_KEY]).isin(keys)]


def receipt_periods(shifts: pd.DataFrame) -> dict[str, list[tuple[datetime, datetime]]]:
    """Periods, by register, that hold every receipt of these shifts, whichever clock the operator reads them by.

    A shift whose opening nobody told starts at most `LONGEST_SHIFT` before its end. Periods that overlap are one.

    Args:
        shifts: columns kkt_reg_id, opened_at (may be missing), closed_at, received_at (UTC, may be missing).
    """
    if shifts.empty:
        return {}
    first = shifts["opened_at"].fillna(shifts["closed_at"] - LONGEST_SHIFT)
    received = shifts["received_at"].fillna(shifts["closed_at"]) + EASTMOST
    last = received.where(received > shifts["closed_at"], shifts["closed_at"])
    spans = pd.DataFrame({"register": shifts["kkt_reg_id"], "first": first, "last": last}).sort_values(
        ["register", "first"], kind="stable"
    )
    reach = spans.groupby("register")["last"].cummax().groupby(spans["register"]).shift()
    spans["period"] = (reach.isna() | (spans["first"] > reach)).cumsum()
    merged = spans.groupby(["register", "period"], sort=True).agg(first=("first", "min"), last=("last", "max"))
    periods: dict[str, list[tuple[datetime, datetime]]] = {}
    for register, first_at, last_at in zip(
        merged.index.get_level_values("register"), merged["first"], merged["last"], strict=True
    ):
        periods.setdefault(str(register), []).append((first_at.to_pydatetime(), last_at.ceil("s").to_pydatetime()))
    return periods


def _fetch_all(
    road: Road,
    client: OfdClient,
    pages: PageStore,
    assignments: Iterable[Assignment],
    fetch: Callable[[Assignment, _Fetch], None],
    result: Extraction,
    *,
    state: str,
    kept_as: str,
) -> None:
    """Runs `fetch` for each assignment, a few at once, and marks how each ended."""

    def attempt(assignment: Assignment) -> tuple[Assignment, str, int, Exception | None]:
        fetch_id = int(road.warehouse.rows("fetch_id")[0]["fetch_id"])
        one = _Fetch(client, pages, assignment, fetch_id)
        try:
            fetch(assignment, one)
        except UnreadableAnswer as error:
            one.keep("unreadable", Page("unreadable", error.address, 200, error.body, road.now()))
            return assignment, "unreadable", fetch_id, error
        except RefusedByService as error:
            if error.code in _WRONG_KEY or error.status == 401:
                raise
            return assignment, "refused", fetch_id, error
        except PassingFault as error:
            return assignment, "failed", fetch_id, error
        return assignment, state, fetch_id, None

    with ThreadPoolExecutor(road.extract_workers, thread_name_prefix="extract") as workers:
        for assignment, ended, fetch_id, error in workers.map(attempt, list(assignments)):
            # A later fetch that did not end well leaves the earlier one in force only where it is marked read.
            fetched = {kept_as: fetch_id} if ended in (state, "unreadable") else {}
            _mark(road, pages.batch_id, assignment, ended, error=error, **fetched)
            if ended != "listed":
                result.count(ended)
            if ended == "failed" and isinstance(error, PassingFault) and result.fault is None:
                result.fault = error


def _mark(
    road: Road,
    batch_id: int,
    assignment: Assignment,
    state: str,
    *,
    error: Exception | None = None,
    fetch_id: int | None = None,
    receipts_fetch_id: int | None = None,
) -> None:
    road.warehouse.run(
        "assignment_mark",
        batch_id=batch_id,
        kkt_reg_id=assignment.kkt_reg_id,
        first_day=assignment.first_day,
        state=state,
        fetch_id=fetch_id,
        receipts_fetch_id=receipts_fetch_id,
        error=str(error)[:1000] if error else None,
    )
