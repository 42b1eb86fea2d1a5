"""A register of the OFD with a few shifts: its answers as the operator gives them, and the orders that are true."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from smena.warehouse.pages import StoredPage
from tests.invented import PRIMER as INN

FIRST_DAY, SHIFTS = date(2025, 11, 3), 5
OPERATIONS = {1: "cash_income", 2: "cash_refund", 3: "cash_payout", 4: "cash_payout_refund"}
SECTIONS = {1: "sell", 2: "returnSell", 3: "buy", 4: "returnBuy"}

Answers = dict[str, Any]
"""By name: `reports` (z-reports of by-period), `totals` (by-shifts), `days` (by-days), `receipts` (the rest)."""

METHODS = {"reports": "by_period", "totals": "by_shifts", "days": "by_days", "receipts": "by_period"}
Key = tuple[str, int]


@dataclass(frozen=True)
class Shift:
    """The truth of a shift: what its orders must say."""

    key: Key
    day: date
    document_number: int
    cash: dict[str, int]
    vat_by_operation: dict[str, int]
    taxation: str

    @property
    def vat(self) -> int:
        """VAT inside all of the cash."""
        return sum(self.vat_by_operation.values())


class Register:
    """A register by its number: five shifts on five days, closed every evening, or no more than one of them."""

    def __init__(self, place: int) -> None:
        rng = Random(place)  # noqa: S311 - the same register each time
        self.number, self.drive = f"{place + 1_000_003:016d}", f"99601{place * 7919 % 10**11:011d}"
        self.first_shift, self.next_number = rng.randrange(20, 300), rng.randrange(1000, 9000)
        self.reports: list[Any] = []
        self.receipts: list[Any] = []
        self.entries: list[Any] = []
        self.days: list[Any] = []
        self.truth: dict[Key, Shift] = {}
        for n in range(rng.choice((1, SHIFTS))):
            self._live(n, rng)

    @property
    def answers(self) -> Answers:
        """Fresh copies, to be damaged."""
        fields = {
            "reports": {"documents": self.reports, "paging": {"nextOffset": "a"}},
            "totals": {"shifts": self.entries},
            "days": {"items": self.days},
            "receipts": {"documents": self.receipts, "paging": {"nextOffset": "b"}},
        }
        copy: Answers = json.loads(json.dumps(fields))
        return copy

    def _fiscal(self, shift: int, at: datetime, **fields: Any) -> dict[str, Any]:
        number, self.next_number = self.next_number, self.next_number + 1
        return {
            "user": "ООО «Пример»", "userInn": INN, "operator": "Вымышлева", "kktRegId": self.number,
            "fiscalDriveNumber": self.drive, "shiftNumber": shift, "fiscalDocumentNumber": number,
            "fiscalSign": number * 7919 % 2**32, "dateTime": at.isoformat(),
            "receiveDateTimeUtc": (at - timedelta(hours=3)).isoformat(),
        } | fields  # fmt: skip

    def _live(self, n: int, rng: Random) -> None:
        shift, day = self.first_shift + n, FIRST_DAY + timedelta(days=n)
        opened = datetime(day.year, day.month, day.day, 9, rng.randrange(60))
        closed = opened + timedelta(hours=11, seconds=rng.randrange(3000))
        self.receipts.append({"openShift": self._fiscal(shift, opened, code=2)})
        sums = {code: {"cash": 0, "card": 0, "count": 0, "vat": 0, "vat_of_cash": 0} for code in OPERATIONS}
        count = rng.randrange(3, 7)
        for place in range(count):
            code = 1 if place < 2 else rng.choice((1, 1, 2, 3, 4))
            cash, card = rng.randrange(10_000, 200_000), rng.choice((0, 0, rng.randrange(1000, 90_000)))
            total = cash + card
            inside = (2 * total * 20 + 120) // 240
            at = opened + (closed - opened) * (place + 1) / (count + 1)
            first = total // 3
            document = self._fiscal(
                shift, at.replace(microsecond=0), receiptCode=3, operationType=code, taxationType=1, totalSum=total,
                cashTotalSum=cash, ecashTotalSum=card, nds20=inside,
                items=[{"name": "Товар", "price": s, "quantity": 1, "sum": s} for s in (first, total - first)],
            )  # fmt: skip
            self.receipts.append({"receipt": document})
            sums[code]["cash"] += cash
            sums[code]["card"] += card
            sums[code]["count"] += 1
            sums[code]["vat"] += inside
            sums[code]["vat_of_cash"] += (2 * inside * cash + total) // (2 * total)
        report = self._fiscal(shift, closed, code=5, receiptsQuantity=count, documentsQuantity=count + 2)
        self.reports.append({"closeShift": report})
        sections = {
            SECTIONS[code]: {
                "cashTotal": one["cash"], "cashlessTotal": one["card"], "total": one["cash"] + one["card"],
                "totalWithNds0": 0, "totalWithNdsFree": 0, "count": one["count"], "nds": {"rate20": one["vat"]},
            }
            for code, one in sums.items()
        }  # fmt: skip
        ends = {"shiftOpen": opened.isoformat(), "shiftClose": closed.isoformat()}
        self.entries.append({"shiftNumber": shift} | ends | sections)
        self.days.append({"date": day.isoformat()} | sections)
        key = (self.drive, shift)
        cash_by_operation = {OPERATIONS[code]: one["cash"] for code, one in sums.items() if one["cash"]}
        vat = {OPERATIONS[code]: one["vat_of_cash"] for code, one in sums.items()}
        self.truth[key] = Shift(key, day, report["fiscalDocumentNumber"], cash_by_operation, vat, "osn")


def pages_of(register: Register, bodies: dict[str, bytes], first_page: int) -> list[StoredPage]:
    """Answers as they lie in the evidence."""
    return as_stored(register.number, FIRST_DAY, bodies, METHODS, first_page)


def as_stored(
    place: str, first_day: date, bodies: dict[str, bytes], methods: dict[str, str], first_page: int
) -> list[StoredPage]:
    """Answers by name; a second answer to the question `x` is `x, again`."""
    return [
        StoredPage(
            first_page + n,
            place,
            first_day,
            first_day + timedelta(days=SHIFTS - 1),
            methods[name.partition(", ")[0]],
            body,
        )
        for n, (name, body) in enumerate(bodies.items())
    ]
