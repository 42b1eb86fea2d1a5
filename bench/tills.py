"""The registers of `bench.answers` as Kontur.Market reports them: one month of cheques, with the expected results.

Their sums equal those of the operator, except for tills that only Market knows and shifts of which a cheque never
reached Market.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from bench.answers import YEAR, Life, Register

FIRST_DAY, DAYS = date(YEAR, 12, 1), 31
CHEQUES_A_SHIFT = 38.3
"""The mean of what `Life` invents: 20 to 59 receipts, and none in every fiftieth shift."""

MARKET_ONLY_EVERY = 100
LOST_EVERY = 300
_CASH_SHARE = 0.45

Ints = np.ndarray[Any, np.dtype[np.int64]]
EXPECTED = ("till_shift", "kkt_reg_id", "shift_number", "outcome", "cash_income", "cash_refund")
"""Columns of the truth of a till shift, in kopecks; the fiscal shift is None where only Market knows the till."""


@dataclass
class TillTruth:
    """What the warehouse must have from Market: rows with the columns `EXPECTED`, and the number of cheques."""

    cheques: int = 0
    shifts: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, other: TillTruth) -> None:
        """Add the truth of another part of the evidence."""
        self.cheques += other.cheques
        self.shifts += other.shifts


def tills_for(cheques: int) -> list[Register]:
    """Return registers that sell about so many cheques in the month."""
    return [Register(index, DAYS) for index in range(max(round(cheques / CHEQUES_A_SHIFT / DAYS), 1))]


def is_market_only(till: Register) -> bool:
    """Whether the operator does not know the register."""
    return till.index % MARKET_ONLY_EVERY == 2


class Till:
    """The cheques of one till in the order of its shifts, as columns; `closed` in milliseconds of its clock."""

    def __init__(self, register: Register) -> None:
        self.register, self.life = register, Life(register)
        self._rng = np.random.default_rng([11, register.index])
        sums = self.life.sums
        sales, refunds = self._sales(sums[0, :, 3], sums[0, :, 0], sums[0, :, 1]), np.flatnonzero(sums[1, :, 3])
        self.shift = np.concatenate([sales[0], refunds])
        self.cash = np.concatenate([sales[1], sums[1, refunds, 0]])
        self.cashless = np.concatenate([sales[2], sums[1, refunds, 1]])
        self.is_refund = np.arange(len(self.shift)) >= len(sales[0])
        self.closed = self._times()
        self.lost = self._lost()
        self.number = self._numbers()

    def _sales(self, counts: Ints, cash: Ints, cashless: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the shift of each sale and its part of the shift's cash and cashless money; a sale is paid one way."""
        shift = np.repeat(np.arange(len(counts)), counts)
        first, last = np.diff(shift, prepend=-1) > 0, np.diff(shift, append=len(counts)) > 0
        in_cash = ((self._rng.random(len(shift)) < _CASH_SHARE) | first) & ~last & (cash[shift] > 0)
        return shift, self._shares(shift, in_cash, cash), self._shares(shift, ~in_cash, cashless)

    def _shares(self, group: Ints, among: np.ndarray[Any, Any], whole: Ints) -> Ints:
        """Split the whole of each group at random among some of its rows, to the kopeck."""
        weights = self._rng.integers(1000, 2000, len(group)) * among
        upto = np.cumsum(weights)
        before = np.concatenate([[0], upto])[np.searchsorted(group, group)]
        of_group = np.bincount(group, weights, len(whole)).astype(np.int64)[group]
        upto, until, of_group = upto - before, upto - weights - before, np.maximum(of_group, 1)
        shares: Ints = whole[group] * upto // of_group - whole[group] * until // of_group
        return shares

    def _times(self) -> Ints:
        opened, closed = (
            ends.astype("datetime64[ms]").astype(np.int64) for ends in (self.life.opened, self.life.closed)
        )
        place = self._rng.random(len(self.shift)) * 0.98 + 0.01
        return (opened[self.shift] + place * (closed - opened)[self.shift]).astype(np.int64)

    def _lost(self) -> np.ndarray[Any, Any]:
        """Return which cheques never reach Market: the first cash cheque of every LOST_EVERY-th shift."""
        unlucky = (self.shift + self.register.index * DAYS) % LOST_EVERY == LOST_EVERY // 2
        rows = np.flatnonzero(unlucky & ~self.is_refund & (self.cash > 0) & (not is_market_only(self.register)))
        lost = np.zeros(len(self.shift), dtype=bool)
        lost[rows[np.unique(self.shift[rows], return_index=True)[1]]] = True
        return lost

    def _numbers(self) -> Ints:
        order = np.lexsort((self.closed, self.shift))
        numbers = np.empty(len(order), dtype=np.int64)
        numbers[order] = np.arange(len(order)) - np.searchsorted(self.shift[order], self.shift[order]) + 1
        return numbers

    def shift_ids(self) -> list[str]:
        """Return the `cashRegisterId` of each shift."""
        return [f"{self.register.index:08x}-0000-4000-9000-{number:012x}" for number in self.life.numbers.tolist()]

    def truth(self) -> TillTruth:
        """Return the expected result for its shifts that have a cheque."""
        known, sums = not is_market_only(self.register), self.life.sums
        sold = np.bincount(self.shift[~self.lost], minlength=DAYS) > 0
        bent = np.bincount(self.shift[self.lost], minlength=DAYS) > 0
        lost = np.bincount(self.shift, self.cash * self.lost, DAYS).astype(np.int64)
        income, refund = sums[0, :, 0] - lost, sums[1, :, 0]
        own = np.where(income + refund > 0, "issued", "no_cash")
        outcomes = np.where(bent, "conflict", "duplicate") if known else own
        number = self.register.number if known else None
        fiscal = self.life.numbers.tolist() if known else [None] * DAYS
        reported = zip(
            self.shift_ids(), [number] * DAYS, fiscal, outcomes.tolist(), income.tolist(), refund.tolist(), strict=True
        )
        rows = [row for row, has_cheques in zip(reported, sold.tolist(), strict=True) if has_cheques]
        return TillTruth(int((~self.lost).sum()), rows)
