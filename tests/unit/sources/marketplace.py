"""A Kontur.Market of one test: lists that it serves page by page, as the contract says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smena.model.endpoint import Endpoint
from smena.sources.http import RetryPolicy
from smena.sources.market import MarketClient
from smena.sources.pace import Pace
from tests.unit.sources.scripted import Answer, Request, Scripted, reply
from tests.unit.sources.watch import Watch

KEY = "market-key-mark-7a1"
SHOP = "5f8ffa4e-0d3b-4b69-9f7c-4d1f0a4b3c11"
QUICK = RetryPolicy(connect_s=5, read_s=5, deadline_s=60, attempts=3, first_pause_s=0.5)
Entries = Callable[[dict[str, str]], list[Any]]


def market(
    address: str, watch: Watch, *, key: str = KEY, retry_policy: RetryPolicy = QUICK, pace: Pace | None = None
) -> MarketClient:
    """A client that never sleeps."""
    endpoint = Endpoint("kontur_market", f"{address}/market", password=key)
    return MarketClient(endpoint, retry_policy=retry_policy, sleep=watch.sleep, pace=pace)


def request_of(request: Request) -> dict[str, str]:
    """The parameters of a request."""
    return dict(parse_qsl(urlsplit(request.target).query))


def serving_lists(entries: list[Any] | Entries, *, at_most: int = 1000) -> Scripted:
    """A service whose lists are these entries; it gives no more than `at_most` in a page, whatever it is asked for."""

    def script(request: Request) -> Answer:
        query = request_of(request)
        reported = entries(query) if callable(entries) else entries
        first = int(query["offset"])
        return reply({"items": reported[first : first + min(int(query["limit"]), at_most)]})

    return Scripted(script)


def refused(status: int, message: str | None, field: str | None = None) -> bytes:
    """The documented body of 400, 403, 404."""
    return reply({"statusCode": status, "message": message, "errorField": field}, status)
