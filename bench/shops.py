"""Kontur.Market's answers for a shop: the cheques of its tills as text, made by column because that is faster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.answers import LAST_DAY, Register
from bench.tills import DAYS, FIRST_DAY, Ints, Till, TillTruth

TILLS_A_SHOP = 5
PAGE = 1000
_PRODUCTS = 200


@dataclass(frozen=True)
class Shop:
    """A shop (торговая точка): its index among all, and its tills."""

    index: int
    tills: tuple[Register, ...]

    @property
    def id(self) -> str:
        return f"a{self.index:07x}-0000-4000-8000-000000000001"

    def life(self) -> ShopLife:
        """Return its sales."""
        return ShopLife(self)

    def as_entry(self) -> dict[str, Any]:
        """Return the shop as the planner reads it from Market's list."""
        return {"shop_id": self.id, "name": f"Магазин {self.index + 1}", "address": "", "kpp": "", "is_paid": True}


def shops_of(tills: Sequence[Register]) -> list[Shop]:
    """Return the shops of the tills."""
    places = range(0, len(tills), TILLS_A_SHOP)
    return [Shop(place // TILLS_A_SHOP, tuple(tills[place : place + TILLS_A_SHOP])) for place in places]


class ShopLife:
    """The cheques of a shop's tills in the month."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.tills = [Till(register) for register in shop.tills]
        self._rng = np.random.default_rng([13, shop.index])

    def truth(self) -> TillTruth:
        """Return the expected result for all its tills."""
        truth = TillTruth()
        for till in self.tills:
            truth.add(till.truth())
        return truth

    def answers(self, first_day: date, last_day: date) -> Iterator[tuple[str, bytes]]:
        """Yield the method and body of each answer. The month is the whole life of the shop."""
        if first_day != FIRST_DAY or last_day != LAST_DAY:
            raise AssertionError(f"only {FIRST_DAY} – {LAST_DAY} is invented, {first_day} – {last_day} is asked")
        refunds, entries = self._entries
        for wanted in (~refunds, refunds):
            reported = entries.filter(pa.array(wanted)).to_pylist()
            for place in range(0, len(reported), PAGE):
                yield "cheques", f'{{"items":[{",".join(reported[place : place + PAGE])}]}}'.encode()
            yield "cheques", b'{"items":[]}'
        for method in ("incoming_waybills", "contractors", "contractors"):
            yield method, b'{"items":[]}'

    @cached_property
    def _entries(self) -> tuple[np.ndarray[Any, Any], pa.Array]:
        """Return, in the order of closing, whether each cheque is a refund, and its text."""
        kept = {
            name: np.concatenate([getattr(till, name)[~till.lost] for till in self.tills])
            for name in ("shift", "cash", "cashless", "is_refund", "closed", "number")
        }
        kept["till"] = np.repeat(np.arange(len(self.tills)), [int((~till.lost).sum()) for till in self.tills])
        order = np.argsort(kept["closed"], kind="stable")
        kept = {name: column[order] for name, column in kept.items()}
        shift_ids = pa.array([name for till in self.tills for name in till.shift_ids()])
        boxes = pa.array([f"{till.register.index:08x}-0000-4000-a000-000000000002" for till in self.tills])
        text = _joined(
            *(f'{{"id":"{self.shop.index:08x}-0000-4000-b000-', _hex(np.arange(len(order)))),
            *(f'","shopId":"{self.shop.id}","number":"', _text(kept["number"])),
            *('","cashboxId":"', boxes.take(pa.array(kept["till"]))),
            *('","cashRegisterId":"', shift_ids.take(pa.array(kept["till"] * DAYS + kept["shift"]))),
            *('","openTime":"', _moments(kept["closed"] - self._rng.integers(1, 60_000, len(order)))),
            *('","closeTime":"', _moments(kept["closed"])),
            *('","isRefund":', _either(kept["is_refund"], "true", "false")),
            *(',"totalPrice":', _roubles(kept["cash"] + kept["cashless"])),
            *(',"priceCorrection":0.0,"payments":[', self._payments(kept["cash"], kept["cashless"])),
            *('],"lines":[', self._lines(kept["cash"] + kept["cashless"]), "]}"),
        )
        return kept["is_refund"], text

    def _payments(self, cash: Ints, cashless: Ints) -> pa.Array:
        in_cash, by_card = (
            _joined(f'{{"type":"{kind}","value":', _roubles(paid), "}")
            for kind, paid in (("Cash", cash), ("Card", cashless))
        )
        both = _joined(in_cash, ",", by_card)
        return pc.if_else(pa.array(cash == 0), by_card, pc.if_else(pa.array(cashless == 0), in_cash, both))

    def _lines(self, total: Ints) -> pa.Array:
        """Return one to three lines per cheque that sum to its total: of one piece, of two, or of half a kilogram."""
        counts = np.where(total < 100, 1, self._rng.integers(1, 4, len(total)))
        first = np.cumsum(counts) - counts
        place = np.arange(counts.sum()) - np.repeat(first, counts)
        total, parts = np.repeat(total, counts), np.repeat(counts, counts)
        worth = total * (place + 1) // parts - total * place // parts
        kind = self._rng.integers(0, 4, len(worth))
        pair, weighed = (kind == 1) & (worth % 2 == 0), kind == 2
        price = np.where(pair, worth // 2, np.where(weighed, worth * 2, worth))
        count = pc.if_else(pa.array(pair), "2.0", _either(weighed, "0.5", "1.0"))
        product = (self._rng.random(len(worth)) ** 2 * _PRODUCTS).astype(np.int64)
        lines = _joined(
            *(f'{{"productId":"{self.shop.index:08x}-0000-4000-c000-', _hex(product)),
            *('","versionId":null,"productCode":"', _text(product + 1)),
            *('","chequeLineType":"Product","sellPricePerUnit":', _roubles(price), ',"count":', count),
            *(',"taxSystem":"Bts","totalVatValue":', _roubles(worth * 20 // 120), ',"vatRate":"Main"'),
            ',"discountTotalSum":0,"discountPercent":0,"pointsDiscountSum":null,"calculationMode":"FullPayment"}',
        )
        offsets = pa.array(np.concatenate([first, [len(worth)]]), pa.int32())
        return pc.binary_join(pa.ListArray.from_arrays(offsets, lines), ",")


def _joined(*parts: str | pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _text(numbers: Ints) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _hex(numbers: Ints) -> pa.Array:
    """Return numbers as twelve decimal digits, which are also valid hexadecimal digits of a GUID."""
    return pc.utf8_lpad(_text(numbers), 12, "0")


def _roubles(kopecks: Ints) -> pa.Array:
    return _joined(_text(kopecks // 100), ".", pc.utf8_lpad(_text(kopecks % 100), 2, "0"))


def _moments(milliseconds: Ints) -> pa.Array:
    return _joined(pa.array(np.datetime_as_string(milliseconds.astype("datetime64[ms]"))), "0000")


def _either(flags: np.ndarray[Any, Any], yes: str, no: str) -> pa.Array:
    return pc.if_else(pa.array(flags), yes, no)
