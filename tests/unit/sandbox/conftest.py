"""A running sandbox, and a client that is already logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import requests

from sandbox import (
    DEFAULT_API_KEY,
    DEFAULT_LOGIN,
    DEFAULT_MARKET_KEY,
    DEFAULT_PASSWORD,
    MarketSettings,
    SandboxServer,
    SandboxSettings,
    WorldSettings,
)

FIRST, LAST = "2025-12-01", "2026-01-15"
SMALL = WorldSettings(
    first_day=date(2025, 12, 1), last_day=date(2026, 1, 15), organizations=2, registers_per_organization=6,
    receipts_per_shift=10,
)  # fmt: skip


class Client:
    """An integrator with a session: asks the sandbox over HTTP."""

    def __init__(self, sandbox: SandboxServer, api_key: str = DEFAULT_API_KEY) -> None:
        self.sandbox = sandbox
        self.http = requests.Session()
        self.http.headers["X-Kontur-Ofd-ApiKey"] = api_key
        self.log_in()

    def log_in(self) -> None:
        url = f"{self.sandbox.address}/auth/authenticate-by-pass"
        answer = self.http.post(url, params={"login": DEFAULT_LOGIN}, data=DEFAULT_PASSWORD.encode(), timeout=10)
        self.http.headers["Authorization"] = f"auth.sid {answer.json()['Sid']}"

    def ask(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(f"{self.sandbox.address}{path}", params=query, timeout=10)

    def path(self, place: int = 0, register: int = 0) -> str:
        organization = self.sandbox.world.organizations[place]
        return f"/v2/organizations/{organization.id}/cashboxes/{organization.registers[register].reg_number}"

    def page(self, path: str, first: str = FIRST, last: str = LAST, **query: Any) -> requests.Response:
        window = {"dateFrom": first if "T" in first else f"{first}T00:00:00"}
        window["dateTo"] = last if "T" in last else f"{last}T23:59:59"
        return self.ask(f"{path}/documents/by-period", **(window | query))

    def pages(self, path: str, first: str = FIRST, last: str = LAST, **query: Any) -> list[list[dict[str, Any]]]:
        """Every page up to the documented end: the offset that comes back is the one that was sent."""
        pages, offset = [], None
        while True:
            answer = self.page(path, first, last, **query, **({"offset": offset} if offset else {})).json()
            if answer["paging"].get("nextOffset") == offset:
                return pages
            pages.append(answer["documents"])
            offset = answer["paging"]["nextOffset"]

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return [document for page in self.pages(path, **query) for document in page]

    def days(self, path: str, first: str = FIRST, last: str = "2026-01-20") -> list[dict[str, Any]]:
        return self.ask(f"{path}/statistics/cash-receipt/by-days", **{"from": first, "to": last}).json()["items"]

    def shifts(self, path: str, first: str = FIRST, last: str = "2026-01-20") -> list[dict[str, Any]]:
        return self.ask(f"{path}/statistics/cash-receipt/by-shifts", **{"from": first, "to": last}).json()["shifts"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxSettings(world=SMALL)) as server:
        yield server


@pytest.fixture
def client(sandbox: SandboxServer) -> Client:
    sandbox.faults.clear()
    sandbox.set_now(None)
    sandbox.requests.reset()
    return Client(sandbox)


@pytest.fixture
def visit() -> Iterator[Callable[..., Client]]:
    """Starts a sandbox of its own with these settings; returns a client of it."""
    with ExitStack() as stack:

        def start(api_key: str = DEFAULT_API_KEY, world: dict[str, Any] | None = None, **settings: Any) -> Client:
            wanted = SandboxSettings(world=replace(SMALL, **(world or {})), **settings)
            return Client(stack.enter_context(SandboxServer(wanted)), api_key)

        yield start


class MarketClient:
    """A reader of Market with a key: asks the sandbox over HTTP, long after the world's last day by default."""

    def __init__(self, sandbox: SandboxServer, api_key: str = DEFAULT_MARKET_KEY) -> None:
        self.sandbox = sandbox
        self.http = requests.Session()
        self.http.headers["x-kontur-apikey"] = api_key

    def ask(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(f"{self.sandbox.market_address}/v1/{path}", params=query, timeout=10)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return self.ask(path, **query).json()["items"]

    def cheques(self, shop_id: str, **query: Any) -> list[dict[str, Any]]:
        """Sales of the whole world, or what the query says, page after page until one is empty; repeats are kept."""
        query = {"dateFrom": FIRST, "dateTo": "2026-01-20", "limit": 1000} | query
        found: list[dict[str, Any]] = []
        while page := self.items(f"shops/{shop_id}/cheques", **query, offset=len(found)):
            found += page
        return found

    def every(self, shop_id: str) -> list[dict[str, Any]]:
        """Sales and refunds."""
        return self.cheques(shop_id) + self.cheques(shop_id, isRefund="true")


@pytest.fixture
def visit_market() -> Iterator[Callable[..., MarketClient]]:
    """Starts a sandbox with a Market without difficulties but those named; returns a client of it."""
    with ExitStack() as stack:

        def start(world: dict[str, Any] | None = None, now: datetime | None = None, **market: Any) -> MarketClient:
            wanted = SandboxSettings(
                world=replace(SMALL, **(world or {})), now=now, market=replace(MarketSettings().easy(), **market)
            )
            return MarketClient(stack.enter_context(SandboxServer(wanted)))

        yield start


@pytest.fixture(scope="module")
def hard_sandbox() -> Iterator[SandboxServer]:
    """A Market with all its difficulties."""
    market = replace(MarketSettings(), rounding_differs_permille=50)
    with SandboxServer(SandboxSettings(world=replace(SMALL, organizations=4), market=market)) as server:
        yield server


@pytest.fixture
def hard_market(hard_sandbox: SandboxServer) -> MarketClient:
    hard_sandbox.faults.clear()
    hard_sandbox.set_now(None)
    hard_sandbox.requests.reset()
    return MarketClient(hard_sandbox)
