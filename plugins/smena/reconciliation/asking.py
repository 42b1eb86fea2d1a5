"""The source's totals by shift and by day and its opening reports, requested again as a cross-check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice

import pandas as pd

from smena.contract.decoding import Undecodable
from smena.loading.ofd.extract import MARGIN, RECEIPTS
from smena.loading.ofd.reading import DOCUMENTS
from smena.loading.ofd.receipts import Period
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, UnreadableAnswer, WrongUse, stored_of
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.limits import Budget, OverLimit
from smena.sources.ofd import OfdClient
from smena.sources.page import Page
from smena.transform.changed_receipts import read_reported_vat, unequal_vat
from smena.transform.days import read_day_totals, summed_by_day, unbalanced_days
from smena.transform.frames import DAY_TOTALS, OPENINGS, SOURCE_SHIFTS
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.transform.schema import MOMENT
from smena.transform.totals import has_shift_without_ends, last_close_without_opening, read_source_shifts
from smena.transform.wholeness import LONGEST_SHIFT
from smena.warehouse.pages import PageStore

REGISTERS_AT_ONCE = 200
"""How many registers' answers are in memory at once; earlier answers are kept as frames only."""

ALL_REGISTERS = ""


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """A register and the days of the window for which it may be asked."""

    kkt_reg_id: str
    ofd_organization_id: str
    permission_from: date | None
    permission_to: date | None
    first_day: date
    last_day: date


@dataclass
class SourceTotals:
    """The source's values: frames SOURCE_SHIFTS (whole window and wider), OPENINGS, DAY_TOTALS by days and by shifts.

    `by_shifts` has only days on which the totals by day disagree with the shifts of that time. `unasked` has the
    registers that could not be asked, with the reason. `vat` has the rates whose VAT differs between the totals and the
    books (see `unequal_vat`).
    """

    shifts: pd.DataFrame = field(default_factory=SOURCE_SHIFTS.empty)
    openings: pd.DataFrame = field(default_factory=OPENINGS.empty)
    by_days: pd.DataFrame = field(default_factory=DAY_TOTALS.empty)
    by_shifts: pd.DataFrame = field(default_factory=DAY_TOTALS.empty)
    unasked: dict[str, str] = field(default_factory=dict)
    vat: pd.DataFrame | None = None

    def add(self, other: SourceTotals) -> None:
        """Add the values of other registers."""
        for name in ("shifts", "openings", "by_days", "by_shifts", "vat"):
            rows = [one for one in (getattr(self, name), getattr(other, name)) if one is not None and len(one)]
            if rows:
                setattr(self, name, pd.concat(rows, ignore_index=True))
        self.unasked |= other.unasked


@dataclass
class _Answers:
    """The answers of one register, as pages to be read."""

    totals: list[RawPage] = field(default_factory=list)
    wider: list[RawPage] = field(default_factory=list)
    days: list[RawPage] = field(default_factory=list)
    openings: list[RawPage] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The size of all answers in bytes."""
        return sum(len(page.body) for page in (*self.totals, *self.wider, *self.days, *self.openings))


class SourceTotalsClient:
    """Asks the source about registers; every answer is stored as evidence of the batch."""

    def __init__(
        self, context: Context, client: OfdClient, pages: PageStore, booked_vat: pd.DataFrame | None = None
    ) -> None:
        self._context, self._client, self._pages, self._booked_vat = context, client, pages, booked_vat

    def ask(self, registers: Sequence[RegisterRequest]) -> SourceTotals:
        """Return the values of these registers. Raises PassingFault if the source does not answer: run again."""
        reported = SourceTotals()
        for some, answers, unasked in self._in_parts(registers):
            reported.add(self._read(some, answers) if some else SourceTotals())
            reported.unasked |= unasked
        return reported

    def receipts(
        self, registers: Sequence[RegisterRequest], periods: Mapping[str, Sequence[Period]]
    ) -> tuple[dict[str, list[RawPage]], dict[str, str]]:
        """Return receipts of the permitted part of these periods, as pages by register, and the registers not asked."""
        reported = SourceTotals()

        def ask(register: RegisterRequest) -> list[RawPage]:
            place = (register.ofd_organization_id, register.kkt_reg_id)
            kept, budget = list[RawPage](), self._context.budget()
            for first, last in periods[register.kkt_reg_id]:
                if register.permission_from is not None:
                    first = max(first, datetime.combine(register.permission_from, time.min))
                if register.permission_to is not None:
                    last = min(last, datetime.combine(register.permission_to, time(23, 59, 59)))
                if first <= last:
                    for page in self._client.by_period(*place, first, last, RECEIPTS):
                        budget.take(len(page.body))
                        kept.append(self._keep(register, DOCUMENTS, page))
            return kept

        return self._each(list(registers), ask, reported), reported.unasked

    def organization_days(self, ofd_organization_id: str, first: date, last: date) -> pd.DataFrame:
        """Return totals by day of the whole organisation (DAY_TOTALS); none if the key may not see them."""
        try:
            page = self._client.organization_by_days(ofd_organization_id, first, last)
        except RefusedLogin:
            raise
        except RefusedByService:
            return DAY_TOTALS.empty()
        try:
            return read_day_totals([self._keep(None, "organization_by_days", page)])
        except Undecodable as error:
            raise UnreadableAnswer(f"by-days: {error}", address=page.address, body=page.body) from None

    def _in_parts(
        self, registers: Sequence[RegisterRequest]
    ) -> Iterator[tuple[list[RegisterRequest], dict[str, _Answers], dict[str, str]]]:
        """Yield registers with their answers, and the reasons of those without; as many as fit into memory."""
        some: list[RegisterRequest] = []
        answers: dict[str, _Answers] = {}
        unasked: dict[str, str] = {}
        held = 0
        for few in _chunks(registers, 2 * self._context.extract_workers):
            asked = SourceTotals()
            answers |= self._each(few, self._answers, asked)
            unasked |= asked.unasked
            some += [one for one in few if one.kkt_reg_id in answers]
            held += sum(answers[one.kkt_reg_id].size for one in few if one.kkt_reg_id in answers)
            if len(some) >= REGISTERS_AT_ONCE or held >= self._context.chunk_bytes:
                yield some, answers, unasked
                some, answers, unasked, held = [], {}, {}, 0
        if some or unasked:
            yield some, answers, unasked

    def _read(self, registers: list[RegisterRequest], answers: dict[str, _Answers]) -> SourceTotals:
        """The values in the answers of these registers; one with unreadable answers counts as not asked."""
        try:
            return self._read_together(registers, answers)
        except (PassingFault, RefusedLogin):
            raise
        except Exception as error:  # noqa: BLE001 - the border of a register
            if len(registers) == 1:
                name = registers[0].kkt_reg_id
                ours = error if isinstance(error, Undecodable) else contained(error, f"reconciliation of {name}")
                return SourceTotals(unasked={name: reason(Reason.ANSWERS_UNREADABLE, reason=stored_of(ours))})
        reported = SourceTotals()
        for one in registers:
            reported.add(self._read([one], answers))
        return reported

    def _read_together(self, registers: list[RegisterRequest], all_answers: dict[str, _Answers]) -> SourceTotals:
        reported = SourceTotals()
        answers = {one.kkt_reg_id: all_answers[one.kkt_reg_id] for one in registers}
        totals, broken = read_source_shifts(page for one in answers.values() for page in one.totals)
        wider, _ = read_source_shifts(page for one in answers.values() for page in one.wider)
        reported.by_days = read_day_totals(page for one in answers.values() for page in one.days)
        if len(broken):
            reasons = broken.groupby("unit_id")["reason"].first()
            reported.unasked |= {
                str(name): reason(Reason.TOTALS_UNREADABLE, reason=why) for name, why in reasons.items()
            }
        if self._booked_vat is not None and len(self._booked_vat):
            pages = [page for one in answers.values() for page in (*one.totals, *one.wider)]
            reported.vat = unequal_vat(self._booked_vat, read_reported_vat(pages))
        reported.openings = read_documents(page for one in answers.values() for page in one.openings).openings
        reported.shifts = _distinct([one for one in (totals, wider) if len(one)] or [totals])
        reported.by_shifts, reported.by_days = self._unclear(registers, totals, reported)
        return reported

    def _answers(self, register: RegisterRequest) -> _Answers:
        asked, client, budget = _Answers(), self._client, Budget(self._context.chunk_bytes, self._context.unit_seconds)
        first, last = _span(register, register.first_day - MARGIN)
        place = (register.ofd_organization_id, register.kkt_reg_id)
        page = client.by_shifts(*place, first, last)
        asked.totals.append(self._keep(register, "by_shifts", page))
        is_open_before = has_shift_without_ends(page.body)
        cut = last_close_without_opening(page.body, register.first_day)
        if cut is not None:
            earlier, _ = _span(register, register.first_day - LONGEST_SHIFT)
            page = client.by_shifts(*place, earlier, min(cut, last))
            asked.wider.append(self._keep(register, "by_shifts", page))
        begins = _span(register, register.first_day)[0]
        earlier, _ = _span(register, register.first_day - LONGEST_SHIFT)
        if is_open_before and earlier < first:
            # Opened before these days and not closed: its opening report has the time and the drive.
            wider = client.by_shifts(*place, earlier, last)
            asked.wider.append(self._keep(register, "by_shifts", wider))
            begins = earlier
        asked.days.append(self._keep(register, "by_days", client.by_days(*place, first, last)))
        # The operator may read the period by time of receipt: an opening of the last day may come a month later.
        ends = min(datetime.combine(last, time(23, 59, 59)) + LONGEST_SHIFT, self._context.latest_local_time())
        for page in client.by_period(*place, datetime.combine(begins, time.min), ends, ("openShift",)):
            asked.openings.append(self._keep(register, "by_period", page))
            budget.take(len(page.body))
        return asked

    def _unclear(
        self, registers: list[RegisterRequest], totals: pd.DataFrame, reported: SourceTotals
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Totals by shift and by day of the days on which they disagree, requested again for each such day alone."""
        asked = pd.DataFrame(
            [(one.kkt_reg_id, *_span(one, one.first_day - MARGIN)) for one in registers],
            columns=["kkt_reg_id", "first_day", "last_day"],
        ).astype({"kkt_reg_id": "string", "first_day": MOMENT, "last_day": MOMENT})
        known = asked["kkt_reg_id"].isin(list(reported.unasked))
        unclear = unbalanced_days(totals, reported.by_days, asked[~known])
        if unclear.empty:
            return DAY_TOTALS.empty(), reported.by_days
        by_register = {str(name): list(rows["day"]) for name, rows in unclear.groupby("kkt_reg_id")}
        unconfirmed = [one for one in registers if one.kkt_reg_id in by_register]

        def ask_again(register: RegisterRequest) -> tuple[list[RawPage], list[RawPage]]:
            place = (register.ofd_organization_id, register.kkt_reg_id)
            days = [moment.date() for moment in by_register[register.kkt_reg_id]]
            shifts = [self._keep(register, "by_shifts", self._client.by_shifts(*place, day, day)) for day in days]
            span = _span(register, register.first_day - MARGIN)
            return shifts, [self._keep(register, "by_days", self._client.by_days(*place, *span))]

        again = self._each(unconfirmed, ask_again, reported)
        by_shifts, _ = read_source_shifts(page for shifts, _ in again.values() for page in shifts)
        pages = [
            (page.page_id, name, day)
            for name, (shifts, _) in again.items()
            for page, day in zip(shifts, by_register[name], strict=True)
        ]
        day_of_page = pd.DataFrame(pages, columns=["page_id", "kkt_reg_id", "day"])
        fresh = read_day_totals(page for _, days in again.values() for page in days)
        rest = reported.by_days[~reported.by_days["kkt_reg_id"].isin(list(again))]
        return summed_by_day(by_shifts, day_of_page), pd.concat([rest, fresh], ignore_index=True)

    def _each(
        self, registers: list[RegisterRequest], ask: Callable[[RegisterRequest], object], reported: SourceTotals
    ) -> dict:  # type: ignore[type-arg]
        """The answers by register; refusals and errors of one register go to `reported.unasked`."""
        found = {}
        with ThreadPoolExecutor(self._context.extract_workers, thread_name_prefix="reconcile") as workers:
            attempts = {one.kkt_reg_id: workers.submit(ask, one) for one in registers}
            try:
                for name, attempt in attempts.items():
                    try:
                        found[name] = attempt.result()
                    except RefusedLogin:
                        raise
                    except (RefusedByService, UnreadableAnswer, OverLimit) as error:
                        reported.unasked[name] = stored_of(error)
                    except (PassingFault, WrongUse):
                        raise
                    except Exception as error:  # noqa: BLE001 - the border of a register
                        reported.unasked[name] = stored_of(contained(error, f"reconciliation of {name}"))
            except PassingFault:
                workers.shutdown(wait=False, cancel_futures=True)
                raise
        return found

    def _keep(self, register: RegisterRequest | None, method: str, page: Page) -> RawPage:
        fetch_id = int(self._context.warehouse.rows("fetch_id")[0]["fetch_id"])
        unit_id = register.kkt_reg_id if register else None
        page_id = self._pages.add(
            fetch_id=fetch_id,
            unit_id=unit_id,
            method=method,
            address=page.address,
            status=page.status,
            fetched_at=page.fetched_at,
            body=page.body,
        )
        return RawPage(page_id, unit_id or ALL_REGISTERS, page.body)


def _span(register: RegisterRequest, first: date) -> tuple[date, date]:
    """The permitted part of the days from `first` to the register's last."""
    if register.permission_from is not None:
        first = max(first, register.permission_from)
    last = register.last_day
    if register.permission_to is not None:
        last = min(last, register.permission_to)
    return first, last


def _distinct(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One entry per shift: the one with both its ends, if there is one."""
    rows = pd.concat(frames, ignore_index=True).sort_values("opened_at", na_position="last", kind="stable")
    closed = rows[rows["closed_at"].notna()].drop_duplicates(["kkt_reg_id", "shift_number", "closed_at"])
    still_open = rows[rows["closed_at"].isna()].drop_duplicates(["kkt_reg_id", "shift_number", "opened_at"])
    # A shift whose opening a narrower answer cut off is the same shift.
    is_cut = still_open["opened_at"].isna() & still_open.duplicated(["kkt_reg_id", "shift_number"])
    still_open = still_open[~is_cut]
    return pd.concat([closed, still_open], ignore_index=True)


def _chunks(rows: Iterable[RegisterRequest], size: int) -> Iterator[list[RegisterRequest]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
