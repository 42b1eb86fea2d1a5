"""Names of products: a shop's list is requested if lines of its documents have products without a name.

Names, and the tax that the cards name, are only shown to people. They are fetched after the publishing, and nothing
that is booked depends on them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from smena.mandates.organizations import organization_of
from smena.model.errors import PassingFault, RefusedLogin, SmenaError, UnreadableAnswer, WrongUse, stored_of
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.sources.listing import Broken
from smena.sources.market import MarketClient
from smena.sources.market_listing import Product, list_products
from smena.transform.market.tax_words import MAIN, main_rate
from smena.warehouse.database import Warehouse, as_json
from smena.warehouse.ledger import Batch

MOST_BROKEN_KEPT = 100


@dataclass
class _ShopProducts:
    """The answers of one shop.

    `names` are its products by id, `broken` the unreadable entries, `failure` the error that ended it early.
    """

    shop_id: str
    names: dict[str, Product] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    failure: SmenaError | None = None


def learn_names(context: Context, batch: Batch, ends_at: float) -> None:
    """Ask each shop of the organisation that has products without a name, at most once per day.

    A shop whose list cannot be read is asked again on another day: the failure is logged, and stored with the list.
    If the service as a whole does not answer, or refuses the key, the other shops wait for the next load.

    Args:
        context: makes the client of Market and opens the warehouse.
        batch: a published batch of the organisation.
        ends_at: after this time of `time.monotonic` no more lists are requested.
    """
    inn = batch.organization_inn
    organization = organization_of(context.warehouse, inn)
    day = context.local_now(organization).date()
    whose = {"inn": inn, "day": day}
    shops = [row["shop_id"] for row in context.warehouse.rows("product_names_shops", **whose)]
    if not shops:
        return
    with step_log("names", inn=inn, batch_id=batch.batch_id) as step:
        client = context.market(organization)
        asked: list[_ShopProducts] = []
        try:
            for shop_id in shops:
                if time.monotonic() >= ends_at:
                    break
                if not context.warehouse.run("product_names_claim", **whose, shop_id=shop_id, now=context.now()):
                    continue
                asked.append(_ask(client, context.warehouse, inn, shop_id, context.now(), ends_at))
                if _is_of_all(asked[-1].failure):
                    break
        finally:
            step.update(requests=client.traffic.total(), retries=client.retries.total())
            client.close()
        step.update(shops=len(asked), left=len(shops) - len(asked), names=sum(len(one.names) for one in asked))
        step.update(broken=sum(len(one.broken) for one in asked), failed=sum(one.failure is not None for one in asked))


def _is_of_all(failure: SmenaError | None) -> bool:
    """Whether the other shops would fail for the same reason."""
    if isinstance(failure, UnreadableAnswer):
        return False
    return isinstance(failure, PassingFault | RefusedLogin | WrongUse)


def _ask(
    client: MarketClient, warehouse: Warehouse, inn: str, shop_id: str, now: datetime, ends_at: float
) -> _ShopProducts:
    """Ask one shop and store its names: archived and deleted products only while a name is lacking."""
    whose = {"inn": inn, "shop_id": shop_id}
    asked = _ShopProducts(shop_id)
    try:
        for page in client.products(shop_id):
            listed, broken = list_products(page.body)
            asked.broken += broken
            # The first list with a product counts: products in use come before deleted ones.
            new = {one.id: one for one in reversed(listed) if one.id not in asked.names}
            asked.names |= new
            rows = as_json([_row(one, now) for one in new.values()])
            warehouse.run("product_names_write", **whose, products=rows, now=now)
            if time.monotonic() >= ends_at or not warehouse.rows("product_names_lacking", **whose)[0]["products"]:
                break
    except Exception as error:  # noqa: BLE001 - the border of a shop: its names cost nothing else anything
        asked.failure = contained(error, f"products of shop {shop_id}")
        logger.warning("names inn=%s shop=%s why=%s", inn, shop_id, asked.failure)
    failure = stored_of(asked.failure, 500) if asked.failure else None
    kept = as_json(asked.broken[:MOST_BROKEN_KEPT])
    warehouse.run("product_names_asked", **whose, products=len(asked.names), broken=kept, failure=failure)
    return asked


def _row(product: Product, now: datetime) -> dict[str, str]:
    """The product as it is stored. A card's main rate is the present one: a card has no other day."""
    rate = product.vat_rate.replace(MAIN, main_rate(now.date()))
    return {"product_id": product.id, "name": product.name, "tax_system": product.tax_system, "vat_rate": rate}
