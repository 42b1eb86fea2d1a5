"""A small town in which people decide, and what must hold after whatever they do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from smena.decisions.conflicts import ResolveResult, open_decisions, resolve
from smena.decisions.documents import ACCEPTED, REJECTED, MarkResult, mark
from smena.decisions.periods import close_period, open_period
from smena.reads.documents import Filter
from tests.town import EASY, Town

FIRST, LAST = date(2025, 12, 26), date(2026, 1, 4)
WEEK = replace(EASY, first_day=FIRST, last_day=LAST)
"""Two registers over New Year: two cash book years."""

MORE = 5_000
LIVE = ("new", "accepted")


class Office:
    """What an accountant does with a town, and sees of it."""

    def __init__(self, town: Town) -> None:
        self.town = town

    # --- what people do

    def accept(self, *orders: dict[str, Any]) -> MarkResult:
        return self._mark([str(order["document_id"]) for order in orders], ACCEPTED)

    def reject(self, *orders: dict[str, Any], reason: str = "wrong till") -> MarkResult:
        return self._mark([str(order["document_id"]) for order in orders], REJECTED, reason)

    def accept_days(self, first: date, last: date, kind: str | None = None) -> MarkResult:
        return self._mark(Filter(self.town.inn, first, last, kind), ACCEPTED)

    def _mark(self, asked: Any, status: str, reason: str | None = None) -> MarkResult:
        with self.town.warehouse.transaction() as transaction:
            return mark(transaction, asked, status=status, by="Анна", reason=reason)

    def close(self, through: date) -> None:
        with self.town.warehouse.transaction() as transaction:
            close_period(transaction, inn=self.town.inn, through=through, closed_by="Анна", reason="the month is over")

    def open(self, through: date | None = None) -> None:
        with self.town.warehouse.transaction() as transaction:
            open_period(transaction, inn=self.town.inn, through=through, opened_by="Борис", reason="a late shift")

    def resolve(self, word: str, reason: str = "the till was counted") -> ResolveResult:
        """The one decision that waits."""
        (waiting,) = self.waiting()
        with self.town.warehouse.transaction() as transaction:
            return resolve(transaction, waiting["decision_id"], word, by="Анна", reason=reason)

    def waiting(self) -> list[dict[str, Any]]:
        return open_decisions(self.town.warehouse, self.town.inn)

    def report_changed(self, shift: dict[str, Any], kopecks: int, *, beside: bool = False) -> None:
        """From now on by-shifts reports this much more cash of the shift's sales; with `beside` other changes stay."""
        if not beside:
            self.town.sandbox.faults.clear()
        match = {
            "type": "byShifts",
            "fiscalDriveNumber": shift["fiscal_drive_number"],
            "shiftNumber": shift["shift_number"],
        }
        reported = int(shift["cash_income"] * 100) + kopecks
        self.town.sandbox.faults.add(
            {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": reported, "sell.total": 10**12}}
        )

    def load_again(self) -> None:
        self.town.load(FIRST, LAST)

    # --- what they see

    def a_sale(self, day: date) -> tuple[dict[str, Any], dict[str, Any]]:
        """An order of sales of this day, and its current shift."""
        order = next(o for o in self.town.orders() if o["operation"] == "cash_income" and o["date"] == day)
        return order, self.shift_of(order)

    def shift_of(self, order: dict[str, Any]) -> dict[str, Any]:
        (found,) = [one for one in self.town.shifts() if one["shift_id"] == order["shift_id"]]
        return found

    def order(self, document_id: Any) -> dict[str, Any]:
        (found,) = [one for one in self.town.orders() if str(one["document_id"]) == str(document_id)]
        return found

    def live(self, shift: dict[str, Any]) -> list[dict[str, Any]]:
        return [o for o in self.town.orders() if o["shift_id"] == shift["shift_id"] and o["status"] in LIVE]

    def turnover(self, through: date) -> Any:
        """What the books of the days up to this one say, by day and operation: reversals on the day they count on."""
        return self.town.sql(
            """
            select day, operation, sum(amount) from (
                select date as day, operation, amount from accounting.cash_order where status in ('new', 'accepted')
                union all
                select date, operation, amount from accounting.cash_order where reversed_on > date
                union all
                select reversed_on, operation, -amount from accounting.cash_order where reversed_on > date
            ) as moved
            where day <= %s group by 1, 2 order by 1, 2
            """,
            through,
        )

    def check(self) -> None:
        """What holds after every step, whatever was done."""
        orders, shifts = self.town.orders(), self.town.shifts()
        keys = [
            tuple(o[k] for k in ("shift_id", "operation", "taxation", "agent")) for o in orders if o["status"] in LIVE
        ]
        assert max(Counter(keys).values(), default=1) == 1
        for series in {(o["kpp"], o["kind"], o["book_year"]) for o in orders}:
            numbers = sorted(o["number"] for o in orders if (o["kpp"], o["kind"], o["book_year"]) == series)
            assert numbers == list(range(1, len(numbers) + 1))
        assert sum(self.town.outcomes().values()) == len(shifts)
        waiting = {s["shift_id"] for s in shifts if s["outcome"] in ("conflict", "needs_review")}
        assert {row["shift_id"] for row in self.waiting()} == waiting
        cash = {"cash_income": 1, "cash_payout_refund": 1, "cash_refund": -1, "cash_payout": -1}
        booked = [s for s in shifts if s["outcome"] in ("issued", "no_cash", "conflict")]
        live = [o for o in orders if o["status"] in (*LIVE, "rejected")]
        assert sum(cash[o["operation"]] * o["amount"] for o in live) == sum(
            sign * s[name] for s in booked for name, sign in cash.items()
        )
