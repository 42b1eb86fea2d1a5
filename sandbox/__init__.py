"""A sandbox of Kontur's services for the demo and the tests: real HTTP over an invented world, by the contract.

`python -m sandbox --port 0 --seed 7` runs it alone; `SandboxServer` runs it inside a test.
"""

from sandbox.market.settings import DEFAULT_MARKET_KEY, MarketSettings
from sandbox.server import SandboxServer
from sandbox.settings import (
    DEFAULT_API_KEY,
    DEFAULT_LOGIN,
    DEFAULT_PASSWORD,
    ApiKey,
    OrganizationSpec,
    SandboxSettings,
    WorldSettings,
)
from sandbox.truth import truth_of_days, truth_of_shifts
from sandbox.world import World, build_world

__all__ = [
    "DEFAULT_API_KEY",
    "DEFAULT_LOGIN",
    "DEFAULT_MARKET_KEY",
    "DEFAULT_PASSWORD",
    "ApiKey",
    "MarketSettings",
    "OrganizationSpec",
    "SandboxServer",
    "SandboxSettings",
    "World",
    "WorldSettings",
    "build_world",
    "truth_of_days",
    "truth_of_shifts",
]
