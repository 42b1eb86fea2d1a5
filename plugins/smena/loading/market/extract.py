"""The requests of step 1 (`smena.loading.extract`) to Kontur.Market: cheques, waybills and suppliers of each shop.

Every response is stored as evidence. Market lists cheques by day and not by shift, so days around the window are
requested too: a shift whose cheques are cut off at an edge would have wrong sums. `deque(…, maxlen=0)` runs an iterator
of pages to its end: what counts is that each page is stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from smena.loading.fetching import Fetch, fetch_all
from smena.runtime.product import Asking
from smena.sources.market import MarketClient
from smena.sources.page import Page
from smena.transform.market.shifts import FURTHEST, MARGIN, reported_spans
from smena.warehouse import ledger

A_DAY = timedelta(days=1)
CHEQUES, WAYBILLS, CONTRACTORS = "cheques", "incoming_waybills", "contractors"


def fetch(asking: Asking, states: Sequence[str]) -> None:
    """Fetch cheques, waybills and suppliers of the assignments in these states."""
    client = asking.client
    if not isinstance(client, MarketClient):
        raise TypeError(f"Kontur.Market needs a MarketClient, not a {type(client).__name__}")
    context, batch_id = asking.of.context, asking.of.batch.batch_id
    waiting = ledger.assignments_of(context.warehouse, batch_id, asking.of.shard, states)
    of_shop = _fetch_cheques if asking.of.batch.is_same_day else _fetch
    fetch_all(
        context, asking.pages, waiting, lambda one: of_shop(client, one), asking.result,
        state="read", kept_as="fetch_id", requests=client.traffic.total,
    )  # fmt: skip


def _fetch_cheques(client: MarketClient, one: Fetch) -> None:
    shop, first, last = one.assignment.unit_id, one.assignment.first_day, one.assignment.last_day
    fetch_cheques(client, lambda page: one.keep(CHEQUES, page), shop, first, last)


def _fetch(client: MarketClient, one: Fetch) -> None:
    shop, first, last = one.assignment.unit_id, one.assignment.first_day, one.assignment.last_day
    _fetch_cheques(client, one)
    for page in client.incoming_waybills(shop, first, last):
        one.keep(WAYBILLS, page)
    for page in client.contractors(shop):
        one.keep(CONTRACTORS, page)


def fetch_cheques(client: MarketClient, keep: Callable[[Page], object], shop: str, first: date, last: date) -> None:
    """Fetch cheques of a window with a margin on both sides, so that shifts over its edges are whole.

    If a shift extends over the margin, its other cheques are requested too, because sums of a part of it are wrong.
    `keep` is called with each answer.
    """

    def cheques(first: date, last: date) -> Iterator[bytes]:
        return _cheques(client, keep, shop, first, last)

    spans = reported_spans(cheques(first - MARGIN, last + MARGIN))
    if any(begins <= first - MARGIN and ends >= first for begins, ends in spans):
        deque(cheques(first - FURTHEST, first - MARGIN - A_DAY), maxlen=0)
    if any(begins <= last and ends >= last + MARGIN for begins, ends in spans):
        deque(cheques(last + MARGIN + A_DAY, last + FURTHEST), maxlen=0)


def _cheques(
    client: MarketClient, keep: Callable[[Page], object], shop: str, first: date, last: date
) -> Iterator[bytes]:
    """Yield each answer with sales and refunds of these days, after it is stored as evidence."""
    for is_refund in (False, True):
        for page in client.cheques(shop, first, last, is_refund=is_refund):
            keep(page)
            yield page.body
