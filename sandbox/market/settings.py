"""What Market knows differently from the operator: the difficulties that may be switched on."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

DEFAULT_MARKET_KEY = "sandbox-market-key"


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """Market over an invented world. Equal settings over an equal world give equal cheques, to the last kopeck.

    The `every_*` knobs give a trait to each n-th shop, cashbox or waybill (0 = to none); the `*_permille` knobs are
    chances in a thousand by cheque or line.

    Attributes:
        api_key: the one key of `x-kontur-apikey`. inns: organisations that have Market; None: all of the world's.
        drift_s: a cashbox's clock is wrong by a constant of up to so many seconds, either way.
        jitter_s: … and each cheque's time by up to so many seconds more, with milliseconds; 0: whole seconds.
        longest_offline_days: how long an offline till (`every_offline`) keeps its cheques to itself at most.
        lookalikes_sell_apart: twins still close together with equal sums, but their receipts lie at different times.

        every_unpaid: shops that are not paid for: hidden from the lists unless all are asked for.
        every_market_only: shops with one more cashbox, with shifts of its own that no register of the operator has.
        every_ofd_only: registers of the operator that Market does not know.
        every_lookalike: shops with two more registers, known to both services, that close within the same minute with
            equal sums, day after day. They are added to the world: the operator serves them too.
        lookalike_days: the twins sell on the first so many days only; 0: on all.
        every_offline: cashboxes whose cheques of a few days reach Market only later.
        every_late_cheque: shifts of the tills that only Market knows whose last cheque reaches Market more than a day
            later: who has accepted the orders of such a shift by then is asked about it.
        every_doubled_waybill: waybills told twice, from two sources.

        missing_permille: cheques that never reach Market.
        unfiscal_permille: of the cheques paid in cash alone, those of more than their receipt: no receipt is such a
            cheque, and its till shift needs a person.
        rounding_permille: of the cheques of whole roubles paid in cash alone, those that were rounded down to it
            (`priceCorrection`); the operator has the same cash.
        rounding_differs_permille: of those with kopecks: Market rounds down to whole roubles, the operator does not.
        delivery_permille: of the cashless cheques, those told as YandexEda or DeliveryClub.
        no_product_permille: lines without `productId`. no_buy_price_permille: waybill lines without a price.
        arrive_while_read_permille: cheques that join the list only after the shop's cheques have been asked for a few
            times, as new cheques do while a long list is read.
    """

    seed: int = 11
    api_key: str = DEFAULT_MARKET_KEY
    inns: frozenset[str] | None = None
    products_per_shop: int = 60
    waybills_per_week: int = 4

    drift_s: int = 45
    jitter_s: int = 3
    longest_offline_days: int = 4
    lookalikes_sell_apart: bool = False

    every_unpaid: int = 5
    every_market_only: int = 3
    every_ofd_only: int = 7
    every_lookalike: int = 4
    lookalike_days: int = 0
    every_offline: int = 5
    every_late_cheque: int = 0
    every_doubled_waybill: int = 8

    missing_permille: int = 4
    unfiscal_permille: int = 0
    rounding_permille: int = 150
    rounding_differs_permille: int = 0
    delivery_permille: int = 60
    no_product_permille: int = 40
    no_buy_price_permille: int = 30
    arrive_while_read_permille: int = 0

    def easy(self) -> MarketSettings:
        """The same Market without difficulties: every register is there, on time, to the second and the kopeck."""
        hard = {one.name for one in fields(self) if one.name.startswith("every_") or one.name.endswith("_permille")}
        nothing: dict[str, Any] = dict.fromkeys(hard | {"drift_s", "jitter_s"}, 0)
        return replace(self, **nothing)
