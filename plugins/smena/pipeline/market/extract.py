"""Step 1 for Kontur.Market: cheques, waybills and suppliers, fetched and kept as evidence."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from smena.integration.organizations import organization_of
from smena.pipeline.fetching import Extraction, Fetch, fetch_all
from smena.pipeline.log import step_log
from smena.pipeline.road import Road
from smena.sources.market import MarketClient
from smena.sources.page import Page
from smena.transform.market.shifts import FURTHEST, MARGIN, spans_told
from smena.warehouse import ledger
from smena.warehouse.pages import PageStore

A_DAY = timedelta(days=1)
CHEQUES, WAYBILLS, CONTRACTORS = "cheques", "incoming_waybills", "contractors"


def extract(road: Road, batch_id: int, shard: int) -> Extraction:
    """Fetches what a shard still lacks, as the OFD's extract does: a refused shop costs its neighbours nothing."""
    with step_log("extract", batch_id=batch_id, shard=shard) as told:
        batch = ledger.batch_of(road.warehouse, batch_id)
        organization = organization_of(road.warehouse, batch.organization_inn)
        told |= {"inn": organization.inn, "product": batch.product}
        result = Extraction(batch_id, shard)
        client = road.market(organization)
        try:
            pages = PageStore(road.warehouse, batch_id)
            states: tuple[str, ...] = ("planned", "failed")
            while True:
                result.splits = 0
                waiting = ledger.shop_assignments_of(road.warehouse, batch_id, shard, states)
                fetch_all(
                    road, pages, waiting, lambda one: _fetch(client, one), result,
                    state="read", kept_as="fetch_id", requests=client.traffic.total,
                )  # fmt: skip
                if not result.splits:
                    break
                states = ("planned",)
            told.update(result.states)
        finally:
            told.update(requests=client.traffic.total(), retries=client.retries.total())
            client.close()
        return result


def _fetch(client: MarketClient, one: Fetch) -> None:
    shop, first, last = one.assignment.unit_id, one.assignment.first_day, one.assignment.last_day
    fetch_cheques(client, lambda page: one.keep(CHEQUES, page), shop, first, last)
    for page in client.incoming_waybills(shop, first, last):
        one.keep(WAYBILLS, page)
    for page in client.contractors(shop):
        one.keep(CONTRACTORS, page)


def fetch_cheques(client: MarketClient, keep: Callable[[Page], object], shop: str, first: date, last: date) -> None:
    """Cheques of a window with a margin on both sides, so that shifts over its edges are whole; `keep` has each answer.

    Where a shift reaches over the margin, its other cheques are asked for too: sums of a part are no sums.
    """

    def cheques(first: date, last: date) -> Iterator[bytes]:
        return _cheques(client, keep, shop, first, last)

    spans = spans_told(cheques(first - MARGIN, last + MARGIN))
    if any(begins <= first - MARGIN and ends >= first for begins, ends in spans):
        deque(cheques(first - FURTHEST, first - MARGIN - A_DAY), maxlen=0)
    if any(begins <= last and ends >= last + MARGIN for begins, ends in spans):
        deque(cheques(last + MARGIN + A_DAY, last + FURTHEST), maxlen=0)


def _cheques(
    client: MarketClient, keep: Callable[[Page], object], shop: str, first: date, last: date
) -> Iterator[bytes]:
    """Sales and refunds of these days: each answer, once it is kept as evidence."""
    for is_refund in (False, True):
        for page in client.cheques(shop, first, last, is_refund=is_refund):
            keep(page)
            yield page.body
