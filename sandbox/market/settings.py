"""The settings of the simulated Kontur.Market: the differences from the operator (Kontur.OFD) to switch on."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

DEFAULT_MARKET_KEY = "sandbox-market-key"


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """A simulated Kontur.Market over an invented world.

    Equal settings over an equal world give equal cheques, to the last kopeck.

    The `every_*` settings give a trait to every n-th shop, cashbox, shift or waybill (0 = to none); the `*_permille`
    settings are chances in a thousand per cheque or line. A cashbox of Market is a till; a register belongs to the
    operator.

    Attributes:
        seed: the seed of all that Market invents.
        api_key: the one key of `x-kontur-apikey`.
        inns: organisations that have Market; None: all of the world's.
        products_per_shop: how many products a shop's catalogue has, at least 1.
        waybills_per_week: how many waybills a shop receives per week.

        drift_s: the clock of a cashbox is wrong by a constant of up to so many seconds, either way.
        jitter_s: the time of each cheque is wrong by up to so many seconds more, with milliseconds; 0: whole seconds.
        longest_offline_days: the longest time after which an offline cashbox (`every_offline`) sends its cheques.
        lookalikes_sell_apart: the two lookalikes of a shop (`every_lookalike`) still close together with equal sums,
            but their receipts have different times.

        every_unpaid: shops that are not paid for, and hidden from the lists unless all are asked for.
        every_market_only: shops with one more cashbox, whose shifts no register of the operator has.
        every_ofd_only: registers of the operator that Market does not know.
        every_lookalike: shops with two more registers (the lookalikes), known to both services, that close within the
            same minute with equal sums, day after day. They are added to the world, so the operator serves them too.
        lookalike_days: the lookalikes sell only on so many first days; 0: on all.
        every_offline: cashboxes whose cheques of a few days reach Market only later.
        every_late_cheque: shifts of the cashboxes that only Market knows whose last cheque reaches Market more than a
            day later; a person who has accepted the orders of such a shift by then has to decide about it.
        every_doubled_waybill: waybills reported by two sources.

        missing_permille: cheques that never reach Market.
        unfiscal_permille: of the cheques paid only in cash, those with a larger sum than their receipt; they match no
            receipt, and their till shift needs a person.
        rounding_permille: of the cheques of whole roubles paid only in cash, those whose lines sum to up to 99 kopecks
            more (`priceCorrection`): 123.45 rounded down to 123. The operator has the same cash.
        rounding_differs_permille: of the cheques with kopecks paid only in cash, those that Market rounds down to whole
            roubles and the operator does not.
        delivery_permille: of the cashless cheques, those reported as YandexEda or DeliveryClub.
        no_product_permille: lines without `productId`.
        no_buy_price_permille: waybill lines without a price.
        arrive_while_read_permille: cheques that are listed only after the shop's cheques have been asked for a few
            times, like new cheques that arrive while a long list is read.
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
        """Return the same settings without these differences: every register is listed, with exact times and sums."""
        hard = {one.name for one in fields(self) if one.name.startswith("every_") or one.name.endswith("_permille")}
        nothing: dict[str, Any] = dict.fromkeys(hard | {"drift_s", "jitter_s"}, 0)
        return replace(self, **nothing)
