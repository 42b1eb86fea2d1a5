"""`python -m sandbox`: run the sandbox alone. Prints one JSON line when it listens; SIGTERM ends it."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from typing import Any

from sandbox.market.settings import DEFAULT_MARKET_KEY, MarketSettings
from sandbox.server import SandboxServer
from sandbox.settings import (
    DEFAULT_API_KEY,
    DEFAULT_LOGIN,
    DEFAULT_PASSWORD,
    OrganizationSpec,
    SandboxSettings,
    WorldSettings,
)

_ONE_SHOP = 1_000_000
"""A knob `every_*` with this value gives the trait to only one shop of a world."""


def read_organization(text: str) -> OrganizationSpec:
    """Parse `INN[;NAME[;KPP[;REGISTERS[;TAXATION]]]]`; empty parts are invented."""
    inn, name, kpp, registers, taxation = (text.split(";") + [""] * 5)[:5]
    return OrganizationSpec(inn, name, kpp, int(registers) if registers else None, int(taxation) if taxation else None)


def read_arguments(arguments: list[str] | None = None) -> SandboxSettings:
    """Return the settings of the command line."""
    world, server = WorldSettings(), SandboxSettings()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default=server.host)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=world.seed)
    parser.add_argument("--first-day", type=date.fromisoformat, default=world.first_day)
    parser.add_argument("--last-day", type=date.fromisoformat, default=world.last_day)
    parser.add_argument("--organizations", type=int, default=world.organizations, help="how many, all invented")
    parser.add_argument(
        "--organization",
        type=read_organization,
        action="append",
        metavar="INN;NAME;KPP;REGISTERS;TAXATION",
        help="one organisation named explicitly; may be repeated, replaces --organizations",
    )
    parser.add_argument("--registers", type=int, default=world.registers_per_organization)
    parser.add_argument(
        "--receipts", type=int, default=world.receipts_per_shift, help="mean number of receipts a shift"
    )
    parser.add_argument("--easy", action="store_true", help="no rare events")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the server's time, UTC; the real clock without it")
    parser.add_argument("--period-clock", choices=("formed", "received"), default=server.period_clock)
    parser.add_argument("--scan-limit", type=int, default=server.scan_limit)
    parser.add_argument("--page-cap", type=int, default=server.page_cap)
    parser.add_argument("--corrections-outside-totals", action="store_true")
    parser.add_argument("--strict-permissions", action="store_true")
    parser.add_argument("--market", action="store_true", help="Kontur.Market of the same shops, under /market")
    parser.add_argument(
        "--unfiscal-permille", type=int, default=0, help="of Market's cash cheques, those that no receipt is"
    )
    parser.add_argument(
        "--lookalike-days", type=int, default=0,
        help="days on which two registers of one shop close alike: which cashbox is which, nobody but a person knows",
    )  # fmt: skip
    parser.add_argument(
        "--every-late-cheque", type=int, default=0,
        help="of the shifts that only Market knows, those whose last cheque comes a day late: 1 all, 2 each second",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    # Few shifts differ or are ambiguous, so that some decisions wait for a person, but not in every shop.
    settings = MarketSettings(
        every_lookalike=_ONE_SHOP if given.lookalike_days else 0,
        lookalike_days=given.lookalike_days,
        every_late_cheque=given.every_late_cheque,
        missing_permille=1,
        unfiscal_permille=given.unfiscal_permille,
    )
    market = settings if given.market else None
    world = WorldSettings(
        seed=given.seed,
        first_day=given.first_day,
        last_day=given.last_day,
        organizations=tuple(given.organization) if given.organization else given.organizations,
        registers_per_organization=given.registers,
        receipts_per_shift=given.receipts,
        correction_permille=1,  # a correction of cash makes its shift wait for a person
    )
    return SandboxSettings(
        world=world.easy() if given.easy else world,
        host=given.host,
        port=given.port,
        now=given.now,
        period_clock=given.period_clock,
        scan_limit=given.scan_limit,
        page_cap=given.page_cap,
        corrections_in_totals=not given.corrections_outside_totals,
        strict_permissions=given.strict_permissions,
        market=market.easy() if market and given.easy else market,
    )


def main() -> None:
    """Build the world, print the address, serve."""
    server = SandboxServer(read_arguments())
    hello: dict[str, Any] = {
        "address": server.address,
        "login": DEFAULT_LOGIN,
        "password": DEFAULT_PASSWORD,
        "api_key": DEFAULT_API_KEY,
        "organizations": [
            {"inn": one.inn, "kpp": one.kpp, "name": one.short_name, "registers": [r.reg_number for r in one.registers]}
            for one in server.world.organizations
        ],
    }
    if server.settings.market:
        hello["market"] = {"address": server.market_address, "api_key": DEFAULT_MARKET_KEY}
    print(json.dumps(hello, ensure_ascii=False), flush=True)
    server.serve()


if __name__ == "__main__":
    main()
