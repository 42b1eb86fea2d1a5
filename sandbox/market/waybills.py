"""Incoming waybills (входящие накладные) of a shop and the contractors that supply it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.identity import guid, invent_address, invent_inn, stable_seed
from sandbox.shifts import DAY_S, HOUR_S, day_start, to_text

if TYPE_CHECKING:
    from sandbox.market.shops import Shop

SOURCES = ("Manual", "Egais", "Mercury", "Diadoc")
_SUPPLIERS = ("Оптовая база", "Молочный двор", "Бумажный дом", "Чайная горка", "Посевная артель", "Ткацкий ряд")
_RECEIVED_AT_S = 14 * HOUR_S


@dataclass(frozen=True)
class Waybill:
    """A posted waybill. Days are given as their first second, local; Market has it from `known_s` (UTC) on."""

    id: str
    number: str
    document_day_s: int
    received_day_s: int
    known_s: int
    supplier_id: str
    source: str
    positions: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Deliveries:
    """A shop's waybills in the order in which they were received, and its contractors as served."""

    waybills: tuple[Waybill, ...]
    contractors: tuple[dict[str, Any], ...]


def _contractors(shop: Shop) -> tuple[dict[str, Any], ...]:
    """Make contractors: every third has no INN; the last is archived, but waybills still name it."""
    found = []
    for index, word in enumerate(_SUPPLIERS):
        key = (shop.market.seed, shop.organization.inn, "contractor", index)
        rng = random.Random(stable_seed(*key))  # noqa: S311 - not for secrets
        inn = invent_inn(rng, sole_proprietor=index % 2 == 1)
        known = index % 3 != 2
        found.append(
            {
                "id": guid(*key),
                "inn": inn if known else None,
                "kpp": f"{inn[:4]}01001" if known and len(inn) == 10 else None,
                "name": f'ООО "{word}"' if len(inn) == 10 else f"ИП {word}",
                "address": invent_address(rng) if index % 4 else None,
                "isArchived": index == len(_SUPPLIERS) - 1,
            }
        )
    return tuple(found)


def _positions(shop: Shop, rng: random.Random) -> tuple[dict[str, Any], ...]:
    products = shop.catalogue.products
    positions = []
    for _ in range(rng.randint(1, 8)):
        product = products[rng.randrange(len(products))]
        unpriced = rng.randrange(1000) < shop.market.no_buy_price_permille
        unnamed = rng.randrange(1000) < shop.market.no_product_permille
        quantity = rng.randint(500, 20_000) if product.weighed else rng.randint(1, 40) * 1000
        positions.append(
            {
                "productId": None if unnamed else product.id,
                "quantity": quantity / 1000,
                "sellPricePerUnit": None if unnamed else product.price / 100,
                "buyPricePerUnit": None if unpriced else product.price * rng.randint(55, 80) // 100 / 100,
            }
        )
    return tuple(positions)


def _waybill(shop: Shop, rng: random.Random, day_s: int, index: int, supplier_ids: list[str]) -> list[Waybill]:
    """Make a waybill and, by `every_doubled_waybill`, the same from another source, received at most a day later."""
    settings = shop.market
    supplier, document_day_s = rng.randrange(len(supplier_ids)), day_s - rng.randint(0, 3) * DAY_S
    number, source = f"{rng.choice(('ТН', 'УТ', 'А'))}-{rng.randint(1, 99_999)}", rng.choice(SOURCES)
    positions = _positions(shop, rng)
    found = [(source, day_s)]
    doubled = settings.every_doubled_waybill
    if doubled and index % doubled == doubled - 1:
        found.append((rng.choice([one for one in SOURCES if one != source]), day_s + rng.randint(0, 1) * DAY_S))
    return [
        Waybill(
            id=guid(shop.id, "waybill", index, said_by),
            number=number,
            document_day_s=document_day_s,
            received_day_s=received_s,
            known_s=received_s + _RECEIVED_AT_S - shop.utc_offset_h * HOUR_S,
            supplier_id=supplier_ids[supplier],
            source=said_by,
            positions=positions,
        )
        for said_by, received_s in found
    ]


def invent_deliveries(shop: Shop) -> Deliveries:
    """Make all waybills of a shop over the world's days."""
    rng = random.Random(stable_seed(shop.market.seed, "waybills", shop.id))  # noqa: S311 - not for secrets
    contractors = _contractors(shop)
    supplier_ids = [one["id"] for one in contractors]
    first, days = day_start(shop.world.first_day), (shop.world.last_day - shop.world.first_day).days + 1
    days_s = sorted(first + rng.randrange(days) * DAY_S for _ in range(days * shop.market.waybills_per_week // 7))
    waybills = [one for index, day_s in enumerate(days_s) for one in _waybill(shop, rng, day_s, index, supplier_ids)]
    return Deliveries(tuple(sorted(waybills, key=lambda one: (one.received_day_s, one.id))), contractors)


def show_waybill(shop: Shop, waybill: Waybill) -> dict[str, Any]:
    """Return a waybill as served; its days end with `T00:00:00Z`, although they are local days."""
    return {
        "id": waybill.id,
        "shopId": shop.id,
        "documentDate": f"{to_text(waybill.document_day_s)}Z",
        "number": waybill.number,
        "supplierId": waybill.supplier_id,
        "receiveDate": f"{to_text(waybill.received_day_s)}Z",
        "positions": list(waybill.positions),
        "source": waybill.source,
    }
