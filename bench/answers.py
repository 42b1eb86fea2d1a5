"""A year of invented registers as answers of Kontur.OFD (by-period, by-shifts, by-days), with the expected results.

Every register closes one shift per day; every tenth register closes it after midnight. Some shifts have no receipts,
some no cash, some refunds and payouts. Identifiers are padded in every other document, as the operator pads them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import starmap
from typing import Any

import numpy as np

INN, KPP, NAME = "9601000019", "960101001", "Общество с ограниченной ответственностью «Пример»"
YEAR, DAYS = 2025, 365
FIRST_DAY, LAST_DAY = date(YEAR, 1, 1), date(YEAR, 12, 31)
OFD_ORGANIZATION = "00000000-0000-4000-8000-000000000001"

_UTC_OFFSET_S = 3 * 3600
_RATES = ("22", "20", "18", "10", "7", "5")
_OPERATIONS = ("sell", "returnSell", "buy", "returnBuy")


def _section(name: str) -> str:
    nds = ", ".join(
        f'"rate{rate}": {"%d" if rate in ("20", "10") else 0}, "calculatedWithRate{rate}": 0' for rate in _RATES
    )
    sums = '"cashTotal": %d, "cashlessTotal": %d, "total": %d, "totalWithNds0": 0, "totalWithNdsFree": 0, "count": %d'
    return f'"{name}": {{{sums}, "nds": {{{nds}}}}}'.replace(": ", ":").replace(", ", ",")


_SECTIONS = ",".join(map(_section, _OPERATIONS))
_TOTALS = '{"shiftNumber":%d,%s' + _SECTIONS + "}"
_DAY = '{"date":"%s",' + _SECTIONS + "}"
_Z_REPORT = (
    f'{{"closeShift":{{"code":5,"user":{json.dumps(NAME, ensure_ascii=False)},"userInn":"{INN}",'
    '"operator":"Вымышлева Б. В.","dateTime":"%s","receiveDateTimeUtc":"%s",'
    '"shiftNumber":%d,"receiptsQuantity":%d,"documentsQuantity":%d,'
    '"notTransmittedDocumentsQuantity":0,"notTransmittedDocumentsDateTime":"1970-01-01T00:00:00",'
    '"ofdResponseTimeoutSign":0,"fiscalDriveReplaceRequiredSign":0,"fiscalDriveMemoryExceededSign":0,'
    '"fiscalDriveExhaustionSign":0,"kktRegId":"%s","fiscalDocumentNumber":%d,"fiscalDriveNumber":"%s",'
    '"fiscalSign":%d,"id":"%s","message":[],"properties":[]}}'
)


@dataclass
class Truth:
    """What the warehouse must have: shifts, their six sums, orders and their sum by kind; kopecks."""

    shifts: int = 0
    sums: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Truth) -> None:
        """Add the truth of another part of the evidence."""
        self.shifts += other.shifts
        for mine, others in ((self.sums, other.sums), (self.orders, other.orders), (self.amounts, other.amounts)):
            mine.update(others)


@dataclass(frozen=True)
class Register:
    """A register: its index among all, and how many of the year's last days it has worked."""

    index: int
    days: int

    @property
    def number(self) -> str:
        """РНМ, 16 digits."""
        return f"000{self.index * 7_919 + 1_000_003:013d}"

    @property
    def drive(self) -> str:
        """ФН, 16 digits."""
        return f"9960{self.index * 104_729 + 12_345:012d}"

    @property
    def is_new(self) -> bool:
        """Whether it was registered within the year; the others worked before it."""
        return self.days < DAYS

    @property
    def at_night(self) -> bool:
        return self.index % 10 == 3 and not self.is_new

    @property
    def first_day(self) -> date:
        return LAST_DAY - timedelta(days=self.days - 1)

    def life(self) -> Life:
        """Return its shifts."""
        return Life(self)

    def as_entry(self) -> dict[str, Any]:
        """Return the register as the planner reads it from the operator's list."""
        first = datetime.combine(self.first_day if self.is_new else date(YEAR - 2, 3, 1), datetime.min.time())
        return {
            "kkt_reg_id": self.number,
            "ofd_organization_id": OFD_ORGANIZATION,
            "kpp": KPP,
            "name": f"Касса {self.index + 1}",
            "address": "г. Примерск, ул. Вымышленная, д. 1",
            "permission_from": None,
            "permission_to": None,
            "first_document_at": first.isoformat(),
            "last_document_at": datetime(YEAR, 12, 31, 23, 30, tzinfo=UTC).replace(tzinfo=None).isoformat(),
        }


def registers_for(shifts: int) -> list[Register]:
    """Return registers that have this many shifts in the year; the last one works for only a part of it."""
    whole, rest = divmod(shifts, DAYS)
    registers = [Register(index, DAYS) for index in range(whole)]
    return [*registers, Register(whole, rest)] if rest else registers


class Life:
    """The shifts of a register. Row 0 is the shift before the first day, where there was one."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.eve = 0 if register.is_new else 1
        count = register.days + self.eve
        rng = np.random.default_rng([7, register.index])
        first = np.datetime64(register.first_day) - self.eve
        closing_days = first + np.arange(count)
        closed_s = rng.integers(0, 3600, count)
        self.closed = closing_days.astype("datetime64[s]") + closed_s + (2 if register.at_night else 20) * 3600
        self.opened = self.closed - 12 * 3600 - rng.integers(0, 1200, count)
        self.received = self.closed - _UTC_OFFSET_S + rng.integers(1, 6, count)
        self.receipts = rng.integers(20, 60, count) * (rng.random(count) > 0.02)
        self.numbers = np.arange(count) + (1 if register.is_new else int(rng.integers(100, 300)))
        # + 2: the opening and the closing report; document numbers have no gap.
        self.documents = np.cumsum(self.receipts + 2) + (0 if register.is_new else int(rng.integers(5_000, 9_000)))
        self.signs = rng.integers(0, 2**32, count)
        self._invent_sums(rng, count)

    def _invent_sums(self, rng: np.random.Generator, count: int) -> None:
        """Fill `sums[operation]`: columns cash, cashless, total, count, VAT of 20 % and of 10 %, in kopecks."""
        open_for_trade = self.receipts > 0
        others = np.stack([rng.random(count) < chance for chance in (0.25, 0.03, 0.003)]) & open_for_trade
        counts = np.concatenate([(self.receipts - others.sum(axis=0))[None], others])
        cash = np.stack(
            [
                rng.integers(10_000, 3_000_000, count) * (rng.random(count) > 0.03) * open_for_trade,
                *(rng.integers(5_000, 300_000, (3, count)) * others * (rng.random((3, count)) < 0.8)),
            ]
        )
        cashless = rng.integers(5_000, 5_000_000, (4, count)) * (counts > 0)
        total = cash + cashless
        self.sums = np.stack([cash, cashless, total, counts, total // 8, total // 44], axis=2)

    def truth(self) -> Truth:
        """Return the expected result for the shifts of the year, without the shift of the day before."""
        cash, cashless = self.sums[:, self.eve :, 0], self.sums[:2, self.eve :, 1]
        names = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
        truth = Truth(shifts=self.register.days)
        for name, column in zip((*names, "cashless_income", "cashless_refund"), (*cash, *cashless), strict=True):
            truth.sums[name] = int(column.sum())
        for kind, column in zip(("pko", "rko", "rko", "pko"), cash, strict=True):
            truth.orders[kind] += int((column > 0).sum())
            truth.amounts[kind] += int(column.sum())
        return truth

    @cached_property
    def _z_reports(self) -> list[str]:
        number, drive = self.register.number, self.register.drive
        moments = zip(self._text(self.closed), self._text(self.received), strict=True)
        identity = f"{self.register.index:08x}-0000-4000-8000-"
        rows = zip(self.numbers, self.receipts, self.documents, self.signs, strict=True)
        found = []
        for (closed, received), (shift, receipts, document, sign) in zip(moments, rows, strict=True):
            pad = 20 if document % 2 else 0
            found.append(
                _Z_REPORT
                % (
                    *(closed, received, shift, receipts, receipts + 2),
                    *(number.ljust(pad), document, drive.ljust(pad), sign, f"{identity}{document:012x}"),
                )
            )
        return found

    @cached_property
    def _totals(self) -> list[str]:
        ends = map('"shiftOpen":"{}","shiftClose":"{}",'.format, self._text(self.opened), self._text(self.closed))
        return list(starmap(self._entry, enumerate(ends)))

    def _entry(self, row: int, ends: str, share: int = 1) -> str:
        return _TOTALS % (self.numbers[row], ends, *(self.sums[:, row] // share).ravel().tolist())

    @staticmethod
    def _text(moments: np.ndarray[Any, Any]) -> list[str]:
        found: list[str] = np.datetime_as_string(moments, unit="s").tolist()
        return found

    def _rows(self, first_day: date, last_day: date) -> tuple[int, int]:
        """Return the range of rows of the shifts that close in these days, both inclusive."""
        days = self.closed.astype("datetime64[D]")
        low = np.searchsorted(days, np.datetime64(first_day), side="left")
        return int(low), int(np.searchsorted(days, np.datetime64(last_day), side="right"))

    def answers(self, first_day: date, last_day: date) -> Iterator[tuple[str, bytes]]:
        """Yield the method and body of each answer for these days."""
        for body in self.by_period(first_day, last_day):
            yield "by_period", body
        yield "by_shifts", self.by_shifts(first_day, last_day)
        yield "by_days", self.by_days(first_day, last_day)

    def by_period(self, first_day: date, last_day: date) -> Iterator[bytes]:
        """Yield the pages of z-reports closed in these days; the last is empty and returns the cursor it was sent."""
        low, high = self._rows(first_day, last_day)
        if low == high:
            yield b'{"documents":[],"paging":{}}'
            return
        paging = f'"paging":{{"nextOffset":"{self.register.index:016x}{int(self.documents[high - 1]):08x}=="}}'
        yield f'{{"documents":[{",".join(self._z_reports[low:high])}],{paging}}}'.encode()
        yield f'{{"documents":[],{paging}}}'.encode()

    def by_shifts(self, first_day: date, last_day: date) -> bytes:
        """Return totals of the shifts that have a document in these days or the day before them.

        A shift that straddles either end has no time for that end, and only a part of its sums.
        """
        low, high = self._rows(first_day - timedelta(days=1), last_day)
        entries = self._totals[low:high]
        if self.register.at_night and entries:
            entries[0] = self._entry(low, f'"shiftClose":"{self._text(self.closed[low : low + 1])[0]}",', 2)
            if high < len(self.closed):
                entries.append(self._entry(high, f'"shiftOpen":"{self._text(self.opened[high : high + 1])[0]}",', 2))
        return f'{{"shifts":[{",".join(entries)}]}}'.encode()

    def by_days(self, first_day: date, last_day: date) -> bytes:
        """Return totals by day for these days and the day before them, of the shifts that `by_shifts` returns."""
        low, high = self._rows(first_day - timedelta(days=1), last_day)
        days, sums = self.closed[low:high].astype("datetime64[D]"), self.sums[:, low:high].copy()
        if self.register.at_night and high > low:
            sums[:, 0] //= 2
            if high < len(self.closed):
                days = np.append(days, self.opened[high].astype("datetime64[D]"))
                sums = np.append(sums, self.sums[:, high : high + 1] // 2, axis=1)
        dates, places = np.unique(days, return_inverse=True)
        by_day = np.zeros((len(dates), *sums.shape[::2]), dtype=np.int64)
        np.add.at(by_day, places, sums.transpose(1, 0, 2))
        entries = [_DAY % (day, *one.ravel().tolist()) for day, one in zip(dates.tolist(), by_day, strict=True)]
        return f'{{"items":[{",".join(entries)}]}}'.encode()
