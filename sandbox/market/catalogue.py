"""The catalogue of a shop: product groups and products."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.identity import GOODS, guid, stable_seed

if TYPE_CHECKING:
    from sandbox.market.shops import Shop

_GROUPS = ("Продукты", "Хозяйственное", "Канцелярия")
_SORTS = ("", " новый", " отборный", " малый", " большой", " домашний")
_TAX_SYSTEMS = {1: "Bts", 2: "StsIncome", 4: "StsExpenses", 16: "Uat", 32: "Patent"}
_VAT_RATES = {1: "Main", 4: "StsFirst"}
_GONE = {7: "archived", 11: "deleted"}  # every 7th and every 11th product; old cheques still have them
_WEIGHED_EVERY = 4
_NO_CODE_EVERY = 13
_OF_ITS_OWN = {1: "Молоко 3,2 %", 7: "Шнур <3 м> & «Узел \"А\"»; 'чёрный'"}
"""Names by index: an ordinary one, and one with every character that a page or a file has to escape."""


def tax_system(mask: int) -> str | None:
    """Return Market's name for a tax system of tag 1055."""
    return _TAX_SYSTEMS.get(mask)


@dataclass(frozen=True)
class Product:
    """A product (товар).

    `code`: 0 for none. `price`: kopecks per piece or kilogram. `state`: empty, archived or deleted.
    """

    id: str
    code: int
    name: str
    group_id: str
    price: int
    weighed: bool
    service: bool
    state: str


@dataclass(frozen=True)
class Catalogue:
    """Products by index, and groups; the second group is inside the first."""

    groups: tuple[dict[str, Any], ...]
    products: tuple[Product, ...]


def invent_catalogue(shop: Shop) -> Catalogue:
    """Make the catalogue of a shop."""
    rng = random.Random(stable_seed(shop.market.seed, "catalogue", shop.id))  # noqa: S311 - not for secrets
    group_ids = [guid(shop.id, "group", name) for name in _GROUPS]
    groups = tuple(
        {"id": group_id, "parentId": group_ids[0] if index == 1 else None, "name": name}
        for index, (group_id, name) in enumerate(zip(group_ids, _GROUPS, strict=True))
    )
    products = []
    for place in range(max(1, shop.market.products_per_shop)):
        state = next((name for every, name in _GONE.items() if place % every == every - 1), "")
        sort = GOODS[place % len(GOODS)] + _SORTS[place // len(GOODS) % len(_SORTS)]
        price = rng.randint(20, 600) * 100 + rng.choice((0, 50, 90, 99))
        products.append(
            Product(
                id=guid(shop.id, "product", place + 1),
                code=0 if place % _NO_CODE_EVERY == _NO_CODE_EVERY - 1 else place + 1,
                name=_OF_ITS_OWN.get(place, sort),
                group_id=group_ids[place % len(group_ids)],
                price=price,
                weighed=place % _WEIGHED_EVERY == _WEIGHED_EVERY - 1,
                service=place % 20 == 9,
                state=state,
            )
        )
    return Catalogue(groups, tuple(products))


def show_product(shop: Shop, product: Product) -> dict[str, Any]:
    """Return a product as served; its tax system is that of the shop's first till."""
    taxation = shop.cashboxes[0].register.trade.taxation if shop.cashboxes else 0
    return {
        "id": product.id,
        "shopId": shop.id,
        "productType": "Service" if product.service else "Product",
        "priceType": "FixPrice",
        "code": product.code,
        "name": product.name,
        "unit": "Kilogram" if product.weighed else "Piece",
        "groupId": product.group_id,
        "barcodes": None if product.service else [f"2{stable_seed(product.id) % 10**11:011d}0"],
        "taxSystem": tax_system(taxation),
        "vatRate": _VAT_RATES.get(taxation, "NoVat"),
        "alcCodes": None,
        "state": product.state.capitalize() or None,
        "sellPricePerUnit": product.price / 100,
        "percent": None,
        "dividerInKopecks": None,
        "packs": None,
        "vendorCode": None,
        "versionId": None,
        "isDiscountDisabled": False,
        "isBonusDisabled": False,
        "isTechCardExcise": False,
    }
