"""A till of Kontur.Market with a few shifts: its cheques as the service gives them, and the sums that are true."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

FIRST_DAY, SHIFTS = date(2025, 11, 3), 5
NOW = datetime(2025, 11, 20, 12)


def _guid(*parts: int) -> str:
    return str(UUID(int=int("".join(f"{part:010d}" for part in parts)) % 2**128, version=4))


class Till:
    """A shop of one cashbox by its number: five shifts on five days or one, three to six cheques each."""

    def __init__(self, place: int) -> None:
        rng = Random(place)  # noqa: S311 - the same till each time
        self.shop, self.cashbox = _guid(1, place, 7), _guid(2, place, 7)
        self.sales: list[Any] = []
        self.refunds: list[Any] = []
        self.truth: dict[str, tuple[date, int, int]] = {}
        for n in range(rng.choice((1, SHIFTS))):
            self._live(place, n, rng)

    @property
    def answers(self) -> dict[str, Any]:
        """Fresh copies of the answers to the two questions, for sales and for refunds."""
        fields = {"sales": {"items": self.sales}, "refunds": {"items": self.refunds}}
        copy: dict[str, Any] = json.loads(json.dumps(fields))
        return copy

    def _live(self, place: int, n: int, rng: Random) -> None:
        shift, day = _guid(3, place, n), FIRST_DAY + timedelta(days=n)
        opened = datetime(day.year, day.month, day.day, 9, rng.randrange(60))
        income = refund = 0
        for number in range(1, rng.randrange(4, 8)):
            is_refund = number > 2 and rng.random() < 0.25
            cash, card = rng.randrange(10_000, 200_000), rng.choice((0, 0, rng.randrange(1000, 90_000)))
            first = (cash + card) // 3
            at = opened + timedelta(minutes=70 * number, seconds=rng.randrange(60))
            payments = [{"type": "Cash", "value": cash / 100}] + [{"type": "Card", "value": card / 100}] * bool(card)
            (self.refunds if is_refund else self.sales).append(
                {
                    "id": _guid(4, place, n * 100 + number), "shopId": self.shop, "number": str(number),
                    "cashboxId": self.cashbox, "cashRegisterId": shift, "isRefund": is_refund,
                    "openTime": (at - timedelta(minutes=1)).isoformat(), "closeTime": at.isoformat(),
                    "totalPrice": (cash + card) / 100, "priceCorrection": 0, "payments": payments,
                    "lines": [
                        {"productId": None, "productCode": "5", "sellPricePerUnit": part / 100, "count": 1}
                        for part in (first, cash + card - first)
                    ],
                }
            )  # fmt: skip
            income, refund = income + cash * (not is_refund), refund + cash * is_refund
        self.truth[shift] = (day, income, refund)
