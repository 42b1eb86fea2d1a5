"""Market's shops and cashboxes, made from the operator's world."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from sandbox.identity import guid, stable_seed
from sandbox.ledger import Outage
from sandbox.market.catalogue import Catalogue, invent_catalogue
from sandbox.market.cheques import Cheques, ring_up
from sandbox.market.registers import invent_lookalikes, invent_register
from sandbox.market.settings import MarketSettings
from sandbox.market.waybills import Deliveries, invent_deliveries
from sandbox.settings import WorldSettings
from sandbox.shifts import DAY_S, HOUR_S, day_start
from sandbox.world import Organization, Register, World


@dataclass(frozen=True)
class Cashbox:
    """A till in Market, with its own GUID and its own clock.

    Attributes:
        register: its register. in_ofd: whether the operator knows that register.
        added: whether this register has to be added to the operator's world (a lookalike).
        drift_s: by how much its clock is fast. offline: when (local seconds) it could not send its cheques.
    """

    id: str
    register: Register
    in_ofd: bool
    added: bool
    drift_s: int
    offline: Outage | None


@dataclass(frozen=True)
class Shop:
    """A shop (торговая точка): the registers of one sales point. Its contents are made on first use."""

    id: str
    organization: Organization
    organization_id: str
    name: str
    address: str
    kpp: str
    paid: bool
    utc_offset_h: int
    cashboxes: tuple[Cashbox, ...]
    market: MarketSettings
    world: WorldSettings

    @cached_property
    def cheques(self) -> Cheques:
        """All cheques that reach Market at any time, in the order of closing."""
        return ring_up(self)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Products and their groups."""
        return invent_catalogue(self)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Incoming waybills and their suppliers."""
        return invent_deliveries(self)


def _nth(index: int, every: int, place: int) -> bool:
    return every > 0 and index % every == place % every


def _cashbox(
    market: MarketSettings, world: WorldSettings, register: Register, place: int, *, in_ofd: bool, added: bool = False
) -> Cashbox:
    """Make a cashbox. `place`: its number among all of Market's."""
    rng = random.Random(stable_seed(market.seed, "cashbox", register.reg_number))  # noqa: S311 - not for secrets
    drift_s = rng.randint(-market.drift_s, market.drift_s)
    days = (world.last_day - world.first_day).days + 1
    starts_at_s = day_start(world.first_day) + rng.randint(0, max(0, days * 2 // 3)) * DAY_S + 12 * HOUR_S
    ends_at_s = starts_at_s + rng.randint(1, max(1, market.longest_offline_days)) * DAY_S - 2 * HOUR_S
    return Cashbox(
        id=guid(market.seed, "cashbox", register.reg_number),
        register=register,
        in_ofd=in_ofd,
        added=added,
        drift_s=drift_s,
        offline=Outage(starts_at_s, ends_at_s) if _nth(place, market.every_offline, 1) else None,
    )


class _Opening:
    """Makes shops one after the other, and counts shops, registers and cashboxes over the whole world."""

    def __init__(self, world: WorldSettings, market: MarketSettings) -> None:
        self._world, self._market = world, market
        self._shops = self._registers = self._cashboxes = 0

    def _boxes(self, registers: list[Register]) -> Iterator[Cashbox]:
        market, world, like = self._market, self._world, registers[0]
        wanted: list[tuple[Register, bool, bool]] = []
        for register in registers:
            if not _nth(self._registers, market.every_ofd_only, 4):
                wanted.append((register, True, False))
            self._registers += 1
        if _nth(self._shops, market.every_market_only, 0):
            wanted.append((invent_register(world, like, "Касса без ОФД", "market only"), False, False))
        if _nth(self._shops, market.every_lookalike, 1):
            last_day = (
                world.first_day + timedelta(days=market.lookalike_days - 1) if market.lookalike_days else world.last_day
            )
            of_their_days = replace(world, last_day=min(last_day, world.last_day))
            lookalikes = invent_lookalikes(of_their_days, like, sell_apart=market.lookalikes_sell_apart)
            wanted += [(lookalike, True, True) for lookalike in lookalikes]
        for register, in_ofd, added in wanted:
            yield _cashbox(market, world, register, self._cashboxes, in_ofd=in_ofd, added=added)
            self._cashboxes += 1

    def open(self, organization: Organization, name: str, registers: list[Register]) -> Shop:
        """Make the shop of one sales point."""
        cashboxes = tuple(self._boxes(registers))
        shop = Shop(
            id=guid(self._market.seed, "shop", organization.inn, name),
            organization=organization,
            organization_id=guid(self._market.seed, "organization", organization.inn),
            name=name,
            address=registers[0].address,
            kpp=registers[0].kpp,
            paid=not _nth(self._shops, self._market.every_unpaid, 2),
            # In this world a sales point may have registers in several time zones; its shop gets the westernmost.
            utc_offset_h=min(one.utc_offset_h for one in registers),
            cashboxes=cashboxes,
            market=self._market,
            world=self._world,
        )
        self._shops += 1
        return shop


def open_shops(world: World, market: MarketSettings) -> tuple[Shop, ...]:
    """Make a shop for each sales point of the organisations that have Market, in the world's order."""
    opening = _Opening(world.settings, market)
    shops: list[Shop] = []
    for organization in world.organizations:
        if market.inns is not None and organization.inn not in market.inns:
            continue
        points: dict[str, list[Register]] = {}
        for register in organization.registers:
            points.setdefault(register.sales_point, []).append(register)
        shops += [opening.open(organization, name, registers) for name, registers in points.items()]
    return tuple(shops)


def with_added_registers(world: World, shops: tuple[Shop, ...]) -> World:
    """Return the world with the lookalikes of its shops after each organisation's own registers, if there are any."""
    added: dict[str, list[Register]] = {}
    for shop in shops:
        more = [one.register for one in shop.cashboxes if one.added]
        if more:
            added.setdefault(shop.organization.inn, []).extend(more)
    if not added:
        return world
    organizations = tuple(
        replace(one, registers=(*one.registers, *added.get(one.inn, ()))) for one in world.organizations
    )
    return replace(world, organizations=organizations)
