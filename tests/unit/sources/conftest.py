"""A small sandbox with short pages, and clients that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.model.endpoint import Endpoint
from smena.sources.http import RetryPolicy
from smena.sources.ofd import OfdClient
from tests.unit.sources.watch import Watch

QUICK = RetryPolicy(connect_s=5, read_s=5, deadline_s=60, attempts=3, first_pause_s=0.5)
WORLD = WorldSettings(
    first_day=date(2025, 12, 1),
    last_day=date(2026, 1, 5),
    organizations=1,
    registers_per_organization=2,
    receipts_per_shift=10,
)

Enter = Callable[..., OfdClient]


def endpoint(
    address: str, *, api_key: str = DEFAULT_API_KEY, password: str = DEFAULT_PASSWORD, **extra: str
) -> Endpoint:
    """A connection to an address that serves both data and authentication."""
    fields = {"api_key": api_key, "auth_base_url": address} | extra
    return Endpoint("kontur_ofd", address, DEFAULT_LOGIN, password, fields)


@pytest.fixture(scope="session")
def town() -> Iterator[SandboxServer]:
    """Looks at five documents a page: most pages of z-reports are empty."""
    with SandboxServer(SandboxSettings(world=WORLD, scan_limit=5)) as server:
        yield server


@pytest.fixture
def sandbox(town: SandboxServer) -> SandboxServer:
    town.faults.clear()
    town.set_now(None)
    town.requests.reset()
    return town


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def enter(watch: Watch) -> Iterator[Enter]:
    """Makes a client of an address; nothing sleeps, and its connections are closed after the test."""
    clients: list[OfdClient] = []

    def make(address: str, retry_policy: RetryPolicy = QUICK, **fields: str) -> OfdClient:
        clients.append(OfdClient(endpoint(address, **fields), retry_policy=retry_policy, sleep=watch.sleep))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
