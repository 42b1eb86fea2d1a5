"""The money of a register's receipts: columns of whole kopecks, one row for each receipt, made from a seed.

Integers only: VAT of a receipt and rate is `sum × rate / (100 + rate)` rounded half up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sandbox.shifts import CARDS_ONLY, REFUNDS_ONLY, to_seconds

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEW_RATE_FROM_S = to_seconds(datetime(2026, 1, 1))  # noqa: DTZ001 - the VAT of a receipt goes by its local time
RATES = (22, 20, 10, 5)
OSN = 1
USN_WITH_VAT = 4


@dataclass(frozen=True, slots=True)
class Trade:
    """The kind of trade of a register. Taxation is the bit mask of tag 1055."""

    taxation: int
    second_taxation: int
    agent: bool
    bso: bool
    cash_permille: int
    mixed_permille: int
    refund_permille: int
    payout_permille: int
    correction_permille: int
    advance_permille: int
    corrections_are_dated: bool = False


@dataclass(frozen=True)
class Receipts:
    """Columns with a row for each receipt (чек, БСО, correction), in the order of the register's documents.

    Attributes:
        operation: 1 sale, 2 refund of a sale, 3 payout, 4 refund of a payout.
        taxation: bit mask. agent: the money is a principal's, not the organisation's.
        advance: an advance that is paid now; its VAT has the calculated rate (20/120).
        cash, ecash, prepaid, postpaid, consideration: how it was paid; they sum to `total`.
        turnover: by rate of RATES, the part of the total it applies to; `no_vat`: the part without VAT.
        vat: by rate of RATES, the VAT inside that part.
    """

    shift: Ints
    operation: Ints
    taxation: Ints
    agent: Flags
    correction: Flags
    advance: Flags
    total: Ints
    cash: Ints
    ecash: Ints
    prepaid: Ints
    postpaid: Ints
    consideration: Ints
    turnover: dict[int, Ints]
    vat: dict[int, Ints]
    no_vat: Ints


def half_up(numerator: Ints, denominator: Ints | int) -> Ints:
    """Divide and round half up, for amounts that are not negative; 0 / 0 gives 0."""
    safe = np.maximum(denominator, 1)
    quotient: Ints = (2 * numerator + safe) // (2 * safe)
    return quotient


def _offset_advances(rng: np.random.Generator, receipts: Receipts) -> None:
    """Offset each advance against a later sale that was not on credit: that part of the sale becomes prepaid."""
    free = (receipts.operation == 1) & ~receipts.advance & ~receipts.agent & ~receipts.correction
    candidates = np.flatnonzero(free & (receipts.postpaid == 0) & (receipts.consideration == 0))
    for row in np.flatnonzero(receipts.advance):
        later = candidates[np.searchsorted(candidates, row) :]
        if not later.size:
            continue
        target = later[int(rng.integers(0, min(60, later.size)))]
        if receipts.prepaid[target]:
            continue
        offset = min(int(receipts.total[row]), int(receipts.total[target]))
        from_cash = min(offset, int(receipts.cash[target]))
        receipts.prepaid[target] = offset
        receipts.cash[target] -= from_cash
        receipts.ecash[target] -= offset - from_cash


def invent_receipts(seed: int, trade: Trade, shift: Ints, mood: Ints, formed_s: Ints) -> Receipts:
    """Invent the money of all receipts of a register.

    Args:
        shift: index of each receipt's shift. mood: that shift's mood (see `shifts`). formed_s: local time of each.
    """
    rng = np.random.default_rng(seed)
    n = len(shift)

    def draw() -> Ints:
        return rng.integers(0, 1000, n)

    operation = np.ones(n, dtype=np.int64)
    chance = draw()
    operation[chance < trade.refund_permille] = 2
    payout = (chance >= trade.refund_permille) & (chance < trade.refund_permille + trade.payout_permille)
    operation[payout] = np.where(draw()[payout] < 750, 3, 4)
    operation[mood == REFUNDS_ONLY] = 2
    sale = operation == 1

    taxation = np.full(n, trade.taxation, dtype=np.int64)
    if trade.second_taxation:
        taxation[draw() < 250] = trade.second_taxation
    agent = (draw() < 120) & sale if trade.agent else np.zeros(n, dtype=bool)
    correction = (draw() < trade.correction_permille) & sale & ~agent
    advance = (draw() < trade.advance_permille) & sale & ~agent & ~correction

    total = rng.integers(40, 900, n) * (1 + draw() // 300) * 100 + np.array((0, 0, 50, 90, 99))[rng.integers(0, 5, n)]
    total = np.where(draw() < 15, total * 20, total)

    standard = np.where(formed_s >= NEW_RATE_FROM_S, 22, 20)
    share = rng.integers(0, 101, n)
    with_vat = ~agent & (operation < 3)
    osn = with_vat & (taxation == OSN)
    reduced = np.where(osn & (draw() < 350) & ~advance, total * share // 100, 0)
    free = np.where(osn & (draw() < 80) & ~advance, (total - reduced) * (100 - share) // 100, 0)
    main = np.where(osn, total - reduced - free, 0)
    turnover = {
        22: np.where(standard == 22, main, 0),
        20: np.where(standard == 20, main, 0),
        10: reduced,
        5: np.where(with_vat & (taxation == USN_WITH_VAT), total, 0),
    }
    vat = {rate: half_up(part * rate, 100 + rate) for rate, part in turnover.items()}
    no_vat = total - sum(turnover.values())

    cash, ecash, postpaid, consideration = (np.zeros(n, dtype=np.int64) for _ in range(4))
    way = draw()
    cash_to, mixed_to = trade.cash_permille, trade.cash_permille + trade.mixed_permille
    in_cash = (way < cash_to) | (operation > 2) | correction | (mood == REFUNDS_ONLY)
    mixed = ~in_cash & (way < mixed_to)
    credit = ~in_cash & ~mixed & (way >= 985) & (way < 996) & sale & ~advance
    barter = ~in_cash & ~mixed & (way >= 996) & sale & ~advance
    in_cash, mixed = in_cash & (mood != CARDS_ONLY), mixed & (mood != CARDS_ONLY)
    cash[in_cash] = total[in_cash]
    cash[mixed] = (total * rng.integers(5, 95, n) // 10_000 * 100)[mixed]  # whole roubles are paid in cash
    postpaid[credit] = total[credit]
    consideration[barter] = total[barter]
    ecash = total - cash - postpaid - consideration

    receipts = Receipts(
        shift,
        operation,
        taxation,
        agent,
        correction,
        advance,
        total,
        cash,
        ecash,
        np.zeros(n, dtype=np.int64),
        postpaid,
        consideration,
        turnover,
        vat,
        no_vat,
    )
    _offset_advances(rng, receipts)
    return receipts
