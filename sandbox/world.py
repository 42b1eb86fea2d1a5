"""The invented world: organisations and their cash registers, made only from a seed and settings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sandbox import identity
from sandbox.ledger import Ledger, Outage, write_ledger
from sandbox.receipts import Trade
from sandbox.settings import OrganizationSpec, WorldSettings
from sandbox.shifts import DAY_S, HOUR_S, FiscalDrive, Habits, Shift, day_start, live, to_moment

_TAXATIONS = (1, 2, 4)  # ОСН; УСН income, no VAT; УСН income minus expense with VAT of 5 %
_PATENT = 32  # патент (ПСН); all are values of tag 1055, the tax system
_UTC_OFFSETS_H = (3, 3, 5, 3, 7, 10)


@dataclass(frozen=True)
class Register:
    """A cash register (касса, ККТ) with all its drives, shifts and documents.

    Attributes:
        reg_number: РНМ, 16 digits.
        permission_from, permission_to: naive local window in which the integrator may read; None = no limit.
        outages: times when documents were formed but not transmitted.
        times_seed: the seed of the receipts' times, if it differs from that of their money.
    """

    reg_number: str
    serial_number: str
    model: str
    name: str
    sales_point: str
    address: str
    kpp: str
    cashier: str
    utc_offset_h: int
    delay_s: int
    trade: Trade
    drives: tuple[FiscalDrive, ...]
    shifts: tuple[Shift, ...]
    outages: tuple[Outage, ...]
    permission_from: datetime | None
    permission_to: datetime | None
    seed: int
    times_seed: int | None = None

    @cached_property
    def ledger(self) -> Ledger:
        """All documents of the register with their sums, made on first use."""
        return write_ledger(self)


@dataclass(frozen=True)
class Organization:
    """An organisation, or a sole proprietor with a 12-digit INN and no KPP."""

    id: str
    inn: str
    kpp: str
    ogrn: str
    short_name: str
    full_name: str
    registers: tuple[Register, ...]

    def register(self, reg_number: str) -> Register | None:
        """Return the register with that РНМ, or None."""
        return next((one for one in self.registers if one.reg_number == reg_number), None)


@dataclass(frozen=True)
class World:
    """All organisations. Build one with `build_world`."""

    settings: WorldSettings
    organizations: tuple[Organization, ...]

    def organization(self, inn: str) -> Organization:
        """Return the organisation with that INN. Raises KeyError."""
        for one in self.organizations:
            if one.inn == inn:
                return one
        raise KeyError(inn)

    def by_id(self, organization_id: str) -> Organization | None:
        """Return the organisation with that id, or None."""
        return next((one for one in self.organizations if one.id == organization_id), None)


def _nth(index: int, every: int, remainder: int) -> bool:
    """Whether this is one of every `every`; `remainder` spreads the traits over different registers. 0: none is."""
    return every > 0 and index % every == remainder % every


def _outages(settings: WorldSettings, rng: random.Random) -> tuple[Outage, ...]:
    days = (settings.last_day - settings.first_day).days + 1
    longest = min(settings.longest_outage_days, max(1, days // 3), 30)
    start = day_start(settings.first_day)
    first = start + rng.randint(0, max(0, days // 2 - 1)) * DAY_S + 11 * HOUR_S + rng.randint(0, HOUR_S)
    outages = [Outage(first, first + rng.randint(max(1, longest // 2), longest) * DAY_S - 2 * HOUR_S)]
    second = outages[0].ends_at_s + rng.randint(3, 9) * DAY_S
    if second < start + (days - 2) * DAY_S:
        outages.append(Outage(second, second + rng.randint(4, 30) * HOUR_S))
    return tuple(outages)


def _build_register(settings: WorldSettings, inn: str, org_kpp: str, taxation: int, place: int, index: int) -> Register:
    """Make a register. `place`: its number in the world; `index`: within its organisation."""
    rng = random.Random(identity.stable_seed(settings.seed, inn, "register", index))  # noqa: S311 - not for secrets
    late = _nth(place, settings.every_late, 2)
    habits = Habits(
        night=_nth(place, settings.every_night, 3),
        round_the_clock=_nth(place, settings.every_round_the_clock, 4),
        replaced_drive=_nth(place, settings.every_replaced_drive, 1),
        dead_drive=_nth(place, settings.every_dead_drive, 0),
        silent=_nth(place, settings.every_silent, 7),
        weekday_off=6 if place % 5 == 2 and settings.day_closed_permille else None,
    )
    # 16 digits that begin like those of many real drives (ФН); invented drives of Market begin with 9961.
    numbers = [
        f"9960{rng.randrange(10**12):012d}" for _ in range(2 if habits.replaced_drive or habits.dead_drive else 1)
    ]
    drives, shifts = live(settings, rng, habits, numbers)
    restricted = _nth(place, settings.every_permission_window, 6)
    days = (settings.last_day - settings.first_day).days
    first = day_start(settings.first_day)
    own_kpp = bool(org_kpp) and _nth(place, settings.every_own_kpp, 2)
    return Register(
        reg_number=f"000{rng.randrange(10**13):013d}",
        serial_number=f"{rng.randrange(10**10):010d}",
        model=identity.MODELS[place % len(identity.MODELS)],
        name=f"Касса {index + 1}",
        sales_point=f"Магазин № {index // 2 + 1}",
        address=identity.invent_address(rng),
        # Digits 5 and 6 of a КПП are the reason of registration; 45 is a separate subdivision.
        kpp=f"{org_kpp[:4]}45{index + 1:03d}" if own_kpp else org_kpp,
        cashier=identity.invent_cashier(rng),
        utc_offset_h=_UTC_OFFSETS_H[place % len(_UTC_OFFSETS_H)],
        delay_s=rng.randint(1, 4),
        trade=Trade(
            taxation=taxation,
            second_taxation=_PATENT if _nth(place, settings.every_two_taxations, 3) and taxation != _PATENT else 0,
            agent=_nth(place, settings.every_agent, 1),
            bso=_nth(place, settings.every_bso, 5),
            cash_permille=settings.cash_permille,
            mixed_permille=settings.mixed_permille,
            refund_permille=settings.refund_permille,
            payout_permille=settings.payout_permille,
            correction_permille=settings.correction_permille,
            advance_permille=settings.advance_permille,
            corrections_are_dated=settings.corrections_are_dated,
        ),
        drives=drives,
        shifts=shifts,
        outages=_outages(settings, rng) if late else (),
        permission_from=to_moment(first + days // 4 * DAY_S) if restricted else None,
        permission_to=to_moment(first + (days * 3 // 4) * DAY_S + DAY_S - 1) if restricted else None,
        seed=identity.stable_seed(settings.seed, inn, "receipts", index),
    )


def _build_organization(settings: WorldSettings, spec: OrganizationSpec, index: int, place: int) -> Organization:
    rng = random.Random(identity.stable_seed(settings.seed, "organization", index))  # noqa: S311 - not for secrets
    sole = len(spec.inn) == 12 or (not spec.inn and spec.sole_proprietor)
    inn = spec.inn or identity.invent_inn(rng, sole_proprietor=sole)
    if not identity.valid_inn(inn):
        raise ValueError(f"not a valid INN: {inn!r}")
    short, full = identity.invent_name(rng, index, sole_proprietor=sole)
    kpp = "" if sole else (spec.kpp or f"{inn[:4]}01001")
    taxation = spec.taxation or (_PATENT if sole else _TAXATIONS[index % len(_TAXATIONS)])
    count = settings.registers_per_organization if spec.registers is None else spec.registers
    return Organization(
        id=identity.guid(settings.seed, "organization", inn),
        inn=inn,
        kpp=kpp,
        ogrn=identity.invent_ogrn(rng, sole_proprietor=sole),
        short_name=spec.name or short,
        full_name=spec.name or full,
        registers=tuple(_build_register(settings, inn, kpp, taxation, place + i, i) for i in range(count)),
    )


def build_world(settings: WorldSettings) -> World:
    """Invent the world of these settings.

    If only the number of organisations is set, every fourth is a sole proprietor (ИП). Raises ValueError for an INN
    with wrong check digits.
    """
    wanted = settings.organizations
    specs = (
        [OrganizationSpec(sole_proprietor=i % 4 == 3) for i in range(wanted)]
        if isinstance(wanted, int)
        else list(wanted)
    )
    organizations: list[Organization] = []
    place = 0
    for index, spec in enumerate(specs):
        organizations.append(_build_organization(settings, spec, index, place))
        place += len(organizations[-1].registers)
    return World(settings, tuple(organizations))
