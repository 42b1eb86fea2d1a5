"""Cheques of a shop as columns: the receipts of its registers as Market has them.

Market has sales and refunds, but no corrections, no payouts, and no sign that the money is an agent's. Amounts are
kopecks here and roubles in the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sandbox.identity import stable_seed
from sandbox.receipts import Flags, Ints, Receipts
from sandbox.shifts import HOUR_S

if TYPE_CHECKING:
    from sandbox.market.settings import MarketSettings
    from sandbox.market.shops import Cashbox, Shop

PAYMENT_TYPES = ("Cash", "Card", "Prepaid", "YandexEda", "DeliveryClub", "Unknown")
_CATCH_UP_S = 600
_SEVERAL_REQUESTS = 4
_LATE_S = 26 * HOUR_S


@dataclass(frozen=True)
class Cheques:
    """Columns with a row for each cheque, sorted by the time of closing.

    Attributes:
        cashbox: its index in the shop. shift: index of the register's shift. receipt: row of the register's receipts.
        number: within its till shift, from 1; a missing cheque leaves a gap.
        opened_ms, closed_ms: milliseconds of the till's own local clock.
        known_s: UTC second from which Market has it.
        asked: how often the shop must have been asked for cheques before this one is listed.
        total: after rounding. correction: by how much rounding reduced it; the lines sum to `total + correction`.
        payments: by type of PAYMENT_TYPES; they sum to `total`.
        draw: a random number for the values that are invented only when the cheque is served.
        lost: by cashbox and shift, how many cheques never reach Market.
        unfiscal: by cashbox and shift, how many cheques have no receipt.
        late: whether it reaches Market more than a day after its closing, 1 or 0.
    """

    cashbox: Ints
    shift: Ints
    receipt: Ints
    number: Ints
    opened_ms: Ints
    closed_ms: Ints
    known_s: Ints
    asked: Ints
    refund: Ints
    total: Ints
    correction: Ints
    payments: dict[str, Ints]
    draw: Ints
    late: Ints
    lost: tuple[Ints, ...]
    unfiscal: tuple[Ints, ...]

    def listed(self, now_s: int, asked: int) -> Flags:
        """Return which cheques Market has at `now_s` (UTC), after the shop was asked `asked` times."""
        flags: Flags = (self.known_s <= now_s) & (self.asked <= asked)
        return flags


def _known(shop: Shop, cashbox: Cashbox, closed_ms: Ints) -> Ints:
    """Return when Market has each cheque: when it is closed by the shop's clock, or when the till is online again."""
    closed_s = -(-closed_ms // 1000)
    known = closed_s
    if cashbox.offline:
        starts, ends = cashbox.offline.starts_at_s, cashbox.offline.ends_at_s
        late = ends + (closed_s - starts) * _CATCH_UP_S // (ends - starts)
        known = np.where((closed_s >= starts) & (closed_s < ends), late, closed_s)
    return known - shop.utc_offset_h * HOUR_S


def _late(settings: MarketSettings, cashbox: Cashbox, shift: Ints) -> Ints:
    """Return 1 for the last cheque of the shifts whose last cheque comes late; `shift` is sorted."""
    every = settings.every_late_cheque
    if cashbox.in_ofd or not every or not len(shift):
        return np.zeros(len(shift), dtype=np.int64)
    is_last = np.append(shift[1:] != shift[:-1], True)
    is_first = np.append(True, is_last[:-1])
    late: Ints = (is_last & ~is_first & (shift % every == 0)).astype(np.int64)
    return late


def _round(settings: MarketSettings, rng: np.random.Generator, total: Ints, cash: Ints) -> tuple[Ints, Ints]:
    """Return by how much each cheque is rounded down, and by how much Market's cash is below the operator's."""
    chance, taken = rng.integers(0, 1000, len(total)), rng.integers(1, 100, len(total))
    in_cash, kopecks = (cash == total) & (total > 100), total % 100
    alike = in_cash & (kopecks == 0) & (chance < settings.rounding_permille)
    less = np.where(in_cash & (chance < settings.rounding_differs_permille), kopecks, 0)
    return np.where(alike, taken, less), less


def _pay(settings: MarketSettings, rng: np.random.Generator, money: Receipts, rows: Ints) -> dict[str, Ints]:
    """Return payments by type. Credit and barter have the type Unknown; a delivery service pays without cash."""
    cashless, cash = money.ecash[rows], money.cash[rows]
    chance = rng.integers(0, 1000, len(rows))
    by_service = (cash == 0) & (chance < settings.delivery_permille)
    club = by_service & (chance % 2 == 1)
    return {
        "Cash": cash,
        "Card": np.where(by_service, 0, cashless),
        "Prepaid": money.prepaid[rows],
        "YandexEda": np.where(by_service & ~club, cashless, 0),
        "DeliveryClub": np.where(club, cashless, 0),
        "Unknown": money.postpaid[rows] + money.consideration[rows],
    }


def _more_than_fiscal(settings: MarketSettings, cashbox: Cashbox, total: Ints, cash: Ints) -> Ints:
    """Return by how many kopecks each cheque exceeds its receipt, so that no receipt of the shift has its sum."""
    rng = np.random.default_rng(stable_seed(settings.seed, "unfiscal", cashbox.id))
    chance, more = rng.integers(0, 1000, len(total)), rng.integers(10_001, 99_999, len(total))
    is_more: Flags = (cash == total) & (cash > 0) & (chance < settings.unfiscal_permille)
    return np.where(is_more, more, 0)


def _of_cashbox(shop: Shop, place: int) -> tuple[dict[str, Ints], Ints, Ints]:
    """Return the columns of one cashbox's cheques, with payments by type; by shift, how many are lost and unfiscal."""
    cashbox, settings = shop.cashboxes[place], shop.market
    ledger, shifts = cashbox.register.ledger, cashbox.register.shifts
    money = ledger.receipts
    rows = np.flatnonzero((money.operation <= 2) & ~money.correction)
    n, shift = len(rows), money.shift[rows]
    rng = np.random.default_rng(stable_seed(settings.seed, "cheques", cashbox.id))
    jitter_ms = rng.integers(-settings.jitter_s * 1000, settings.jitter_s * 1000 + 1, n)
    closed_ms = (ledger.formed_s[ledger.receipt >= 0][rows] + cashbox.drift_s) * 1000 + jitter_ms
    shift_opened_s = np.array([one.opened_at_s for one in shifts], dtype=np.int64) + cashbox.drift_s
    opened_ms = np.maximum(closed_ms - rng.integers(15_000, 180_000, n), shift_opened_s[shift] * 1000)
    opened_ms = np.minimum(opened_ms, closed_ms)
    correction, less = _round(settings, rng, money.total[rows], money.cash[rows])
    payments = _pay(settings, rng, money, rows)
    more = _more_than_fiscal(settings, cashbox, money.total[rows], money.cash[rows])
    payments["Cash"] = payments["Cash"] - less + more
    slow = rng.integers(0, 1000, n) < settings.arrive_while_read_permille
    late = _late(settings, cashbox, shift)
    columns = {
        "cashbox": np.full(n, place, dtype=np.int64),
        "shift": shift,
        "receipt": rows,
        "number": np.arange(n) - np.searchsorted(shift, shift, side="left") + 1,
        "opened_ms": opened_ms,
        "closed_ms": closed_ms,
        "known_s": _known(shop, cashbox, closed_ms) + late * _LATE_S,
        "asked": np.where(slow, rng.integers(2, 2 + _SEVERAL_REQUESTS, n), 0),
        "refund": (money.operation[rows] == 2).astype(np.int64),
        "total": money.total[rows] - less + more,
        "correction": correction,
        "draw": rng.integers(0, 2**40, n),
        "late": late,
        **payments,
    }
    kept = rng.integers(0, 1000, n) >= settings.missing_permille
    lost = np.bincount(shift[~kept], minlength=len(shifts)).astype(np.int64)
    unfiscal = np.bincount(shift[kept & (more > 0)], minlength=len(shifts)).astype(np.int64)
    return {name: column[kept] for name, column in columns.items()}, lost, unfiscal


def ring_up(shop: Shop) -> Cheques:
    """Make all cheques of a shop from its registers' receipts and Market's settings."""
    parts = [_of_cashbox(shop, place) for place in range(len(shop.cashboxes))]
    names = [name for name in Cheques.__dataclass_fields__ if name not in ("payments", "lost", "unfiscal")]
    nothing = np.zeros(0, dtype=np.int64)
    columns = {
        name: np.concatenate([nothing, *(columns[name] for columns, _, _ in parts)])
        for name in (*names, *PAYMENT_TYPES)
    }
    order = np.lexsort((columns["receipt"], columns["cashbox"], columns["closed_ms"]))
    columns = {name: column[order] for name, column in columns.items()}
    payments = {name: columns.pop(name) for name in PAYMENT_TYPES}
    lost, unfiscal = tuple(lost for _, lost, _ in parts), tuple(unfiscal for *_, unfiscal in parts)
    return Cheques(**columns, payments=payments, lost=lost, unfiscal=unfiscal)
