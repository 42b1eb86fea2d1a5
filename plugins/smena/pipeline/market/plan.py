"""Step 0 for Kontur.Market: its list of shops, wanted minus covered, written as a batch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from smena.integration import planning
from smena.integration.lifecycle import required
from smena.integration.organizations import organization_of
from smena.model.errors import RefusedByService, SmenaError
from smena.model.organization import Organization
from smena.model.window import MARKET, Window
from smena.pipeline.log import step_log
from smena.pipeline.plan import Plan, horizon_of
from smena.pipeline.road import Road
from smena.sources.market_listing import list_organizations
from smena.sources.page import Page
from smena.warehouse import ledger
from smena.warehouse.database import Transaction
from smena.warehouse.pages import PageStore


def plan(road: Road, inn: str, *, run_id: str, horizon: date | None = None, window: Window | None = None) -> Plan:
    """Plans a batch of Kontur.Market for one organisation and writes it; arguments and errors as of the OFD's plan."""
    with step_log("plan", inn=inn, product=MARKET, run_id=run_id) as told:
        organization = organization_of(road.warehouse, inn)
        required(road.warehouse, inn, MARKET)
        last_day = horizon_of(road, organization, horizon, window)
        with road.warehouse.transaction() as transaction:
            batch_id, seen_at = ledger.open_batch(
                transaction,
                inn=inn,
                product=MARKET,
                run_id=run_id,
                reason="asked" if window else "planned",
                detail=organization.detail,
                horizon=last_day,
            )
        told["batch_id"] = batch_id
        try:
            shops, pages = _listed_shops(road, organization)
            _keep(road, batch_id, pages)
            with road.warehouse.transaction() as transaction:
                transaction.run("lock_organization", inn=inn)
                made = _planned(transaction, organization, shops, last_day, window, seen_at)
                rows = planning.in_shards(
                    made.windows, horizon=last_day, yesterday=road.yesterday(organization), now_utc=road.now()
                )
                first_day = min((planned.window.first_day for planned in made.windows), default=last_day)
                ledger.assign(transaction, batch_id, min(first_day, last_day), rows)
        except SmenaError as error:
            road.warehouse.run("batch_stop", batch_id=batch_id, reason=str(error))
            raise
        shards = sorted({row["shard"] for row in rows})
        told.update(windows=len(made.windows), shops=len(shops))
        return Plan(inn, MARKET, last_day, made.windows, made.gaps, batch_id, shards)


def preview(road: Road, inn: str) -> Plan:
    """What `plan` would write now. A dry run: nothing is kept of it."""
    organization = organization_of(road.warehouse, inn)
    required(road.warehouse, inn, MARKET)
    horizon = horizon_of(road, organization, None, None)
    shops, _ = _listed_shops(road, organization)
    with road.warehouse.transaction() as transaction:
        transaction.run("lock_organization", inn=inn)
        made = _planned(transaction, organization, shops, horizon, None, road.now())
        transaction.undo()
        return made


def _planned(
    transaction: Transaction,
    organization: Organization,
    shops: list[dict[str, Any]],
    horizon: date,
    window: Window | None,
    seen_at: datetime,
) -> Plan:
    planning.record_shops(transaction, organization.inn, shops, seen_at=seen_at)
    if window:
        windows = planning.asked_shop_windows(transaction, organization, window, seen_at=seen_at)
    else:
        windows = planning.wanted_shop_windows(transaction, organization, horizon=horizon, seen_at=seen_at)
    return Plan(organization.inn, MARKET, horizon, windows, planning.gaps(transaction, organization.inn, MARKET))


def _listed_shops(road: Road, organization: Organization) -> tuple[list[dict[str, Any]], list[Page]]:
    """What Market tells of every shop of the organisation, and its answers.

    Raises RefusedByService where the key shows no organisation with this INN.
    """
    client = road.market(organization)
    try:
        pages = list(client.organizations())
    finally:
        client.close()
    told = [one for page in pages for one in list_organizations(page.body)[0] if one.inn == organization.inn]
    if not told:
        raise RefusedByService(
            f"Kontur.Market shows no organisation with INN {organization.inn} to this key",
            status=200,
            fix="give the key access to the organisation",
        )
    shops = {shop.id: {"shop_id": shop.id, **asdict(shop)} for one in told for shop in one.shops}
    return list(shops.values()), pages


def _keep(road: Road, batch_id: int, pages: list[Page]) -> None:
    store = PageStore(road.warehouse, batch_id)
    fetch_id = int(road.warehouse.rows("fetch_id")[0]["fetch_id"])
    for page in pages:
        store.add(
            fetch_id=fetch_id,
            kkt_reg_id=None,
            method="market_organizations",
            address=page.address,
            status=page.status,
            fetched_at=page.fetched_at,
            body=page.body,
        )
