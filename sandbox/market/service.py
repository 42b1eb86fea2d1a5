"""Market's methods, as the contract describes them, without HTTP, which is in `routes`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sandbox.faults import Faults
from sandbox.market import refusals
from sandbox.market.catalogue import show_product
from sandbox.market.cheques import PAYMENT_TYPES
from sandbox.market.lines import show_cheque, till_shift_id
from sandbox.market.parameters import (
    Query,
    read_choice,
    read_flag,
    read_guid,
    read_page,
    read_window,
)
from sandbox.market.settings import MarketSettings
from sandbox.market.shops import Shop
from sandbox.market.waybills import SOURCES, Waybill, show_waybill
from sandbox.receipts import Flags
from sandbox.shifts import DAY_S, HOUR_S

Path = Mapping[str, str]
_PAYMENT_STATES = ("Paid", "Unpaid", "All")


class Market:
    """Answers of Market over its shops.

    Args:
        now_s: the server's present second, UTC.
    """

    def __init__(
        self, settings: MarketSettings, shops: tuple[Shop, ...], faults: Faults, now_s: Callable[[], int]
    ) -> None:
        self._settings, self._faults, self._now_s = settings, faults, now_s
        self._shops = sorted(shops, key=lambda one: one.id)
        self._by_id = {one.id: one for one in shops}
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def admit(self, key: str) -> None:
        """Refuse with 403 any key but the one of the settings."""
        if key != self._settings.api_key:
            raise refusals.bad_key()

    def listed(self, shop: Shop) -> Flags:
        """Return which of the shop's cheques Market has now."""
        return shop.cheques.listed(self._now_s(), self._asked[shop.id])

    # --- organisations and shops

    def _shop(self, path: Path) -> Shop:
        shop = self._by_id.get(read_guid(path, "shopId"))
        if shop is None:
            raise refusals.unknown("торговая точка")
        return shop

    def _by_payment(self, query: Query, name: str) -> list[Shop]:
        """Return only paid shops, unless others are asked for."""
        state = read_choice(query, name, _PAYMENT_STATES, "Paid")
        return [one for one in self._shops if state == "All" or one.paid == (state == "Paid")]

    def organizations(self, _path: Path, query: Query) -> dict[str, Any]:
        """`/v1/organizations`: each with its shops, of the payment state that is asked for."""
        page = read_page(query, 1000, 10_000)
        shown: dict[str, dict[str, Any]] = {}
        wanted = {one.id for one in self._by_payment(query, "shopsPaymentState")}
        for shop in self._shops:
            body = {"inn": shop.organization.inn, "name": shop.organization.short_name, "shops": []}
            organization = shown.setdefault(shop.organization_id, {"id": shop.organization_id, **body})
            if shop.id in wanted:
                organization["shops"] += self._faults.alter_entries("shop", [show_shop(shop)], _shop_id)
        listed = [shown[key] for key in sorted(shown)][page]
        return {"items": self._faults.alter_entries("marketOrganization", listed, lambda _: "")}

    def shops(self, _path: Path, query: Query) -> dict[str, Any]:
        """`/v1/shops`: the contract declares an array, but the answer is an object."""
        page = read_page(query, 1000, 10_000)
        shown = [show_shop(one) for one in self._by_payment(query, "paymentState")[page]]
        return {"items": self._faults.alter_entries("shop", shown, _shop_id)}

    def shop(self, path: Path, _query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}`: paid for or not."""
        return show_shop(self._shop(path))

    # --- cheques

    def _today_s(self, shop: Shop) -> int:
        return (self._now_s() + shop.utc_offset_h * HOUR_S) // DAY_S * DAY_S

    def cheques(self, path: Path, query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/cheques`: sorted by closing time; sales, or with `isRefund=true` refunds."""
        shop = self._shop(path)
        low_ms, high_ms = read_window(query, "dateFrom", "dateTo", self._today_s(shop))
        page = read_page(query, 100, 1000)
        refund, paid_with = read_flag(query, "isRefund"), read_choice(query, "paymentType", PAYMENT_TYPES)
        cashbox_id, till_shift = read_guid(query, "cashboxId"), query.get("cashRegisterId", "").strip()
        customer_id = read_guid(query, "customerId")
        with self._lock:
            self._asked[shop.id] += 1
        columns = shop.cheques
        wanted = self.listed(shop) & (columns.refund == refund) & (not customer_id)
        wanted &= (columns.closed_ms >= low_ms) & (columns.closed_ms <= high_ms)
        if paid_with:
            wanted &= columns.payments[paid_with] > 0
        if cashbox_id:
            wanted &= np.isin(columns.cashbox, [i for i, one in enumerate(shop.cashboxes) if one.id == cashbox_id])
        if till_shift:
            wanted &= self._of_till_shift(shop, till_shift)
        shown = [show_cheque(shop, place) for place in np.flatnonzero(wanted)[page].tolist()]
        return {"items": self._altered("cheque", shown, path, "market-cheques", shop, page)}

    def _of_till_shift(self, shop: Shop, till_shift: str) -> Flags:
        for place, cashbox in enumerate(shop.cashboxes):
            for shift in range(len(cashbox.register.shifts)):
                if till_shift_id(cashbox, shift) == till_shift:
                    flags: Flags = (shop.cheques.cashbox == place) & (shop.cheques.shift == shift)
                    return flags
        return np.zeros(len(shop.cheques.shift), dtype=bool)

    def _altered(
        self, kind: str, shown: list[dict[str, Any]], path: Path, method: str, shop: Shop, page: slice
    ) -> list[dict[str, Any]]:
        """Return the served entries, changed by the faults, for which a cheque is a document of the type `cheque`."""
        offset = str(page.start) if page.start else ""
        documents = [{kind: one} for one in shown]
        altered = self._faults.alter_documents(documents, path["line"], method, shop.id, offset)
        return [next(iter(one.values())) for one in altered]

    # --- waybills and contractors

    def _waybills(self, shop: Shop) -> list[Waybill]:
        now_s = self._now_s()
        return [one for one in shop.deliveries.waybills if one.known_s <= now_s]

    def incoming_waybills(self, path: Path, query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/incoming-waybills`: by the day of receiving."""
        shop = self._shop(path)
        low_ms, high_ms = read_window(query, "receiveDateFrom", "receiveDateTo", self._today_s(shop))
        page = read_page(query, 100, 1000)
        source, supplier_id = read_choice(query, "source", SOURCES), read_guid(query, "supplierId")
        wanted = [
            one
            for one in self._waybills(shop)
            if low_ms <= one.received_day_s * 1000 <= high_ms
            and source in ("", one.source)
            and supplier_id in ("", one.supplier_id)
        ]
        shown = [show_waybill(shop, one) for one in wanted[page]]
        return {"items": self._altered("waybill", shown, path, "market-incoming-waybills", shop, page)}

    def incoming_waybill(self, path: Path, _query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/incoming-waybills/{waybillId}`."""
        shop, waybill_id = self._shop(path), read_guid(path, "waybillId")
        for one in self._waybills(shop):
            if one.id == waybill_id:
                return show_waybill(shop, one)
        raise refusals.unknown("накладная")

    def outgoing_waybills(self, path: Path, query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/outgoing-waybills`: this world's shops send nothing."""
        shop = self._shop(path)
        read_window(query, "shippingDateFrom", "shippingDateTo", self._today_s(shop))
        read_page(query, 100, 1000)
        return {"items": []}

    def contractors(self, path: Path, query: Query) -> list[dict[str, Any]]:
        """`/v1/shops/{shopId}/contractors`: an array; those in the archive only when they are asked for."""
        archived = read_flag(query, "isArchived")
        return [one for one in self._shop(path).deliveries.contractors if one["isArchived"] == archived]

    # --- catalogue

    def products(self, path: Path, query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/products`: archived and deleted ones only when they are asked for."""
        shop, state = self._shop(path), read_choice(query, "state", ("archived", "deleted"))
        kind = query.get("productType", "").strip()
        shown = [show_product(shop, one) for one in shop.catalogue.products if one.state == state]
        wanted = [one for one in shown if kind in ("", one["productType"])]
        return {"items": self._faults.alter_entries("product", wanted, lambda _: shop.id)}

    def product_groups(self, path: Path, _query: Query) -> dict[str, Any]:
        """`/v1/shops/{shopId}/product-groups`."""
        return {"items": list(self._shop(path).catalogue.groups)}


def _shop_id(entry: Mapping[str, Any]) -> str:
    return str(entry["id"])


def show_shop(shop: Shop) -> dict[str, Any]:
    """Return a shop as served."""
    return {
        "id": shop.id,
        "organizationId": shop.organization_id,
        "name": shop.name,
        "address": shop.address,
        "kpp": shop.kpp or None,
        "isPaid": shop.paid,
        "fsrarId": None,
    }
