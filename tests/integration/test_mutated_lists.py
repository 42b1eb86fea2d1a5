"""Damaged lists of organisations, registers and shops: nothing is lost in silence, and no neighbour is stopped.

Every form goes over HTTP into a warehouse as the daily DAG loads it. Then the list is undamaged again: the next load
and reconciliation must leave the books of an undamaged town. Only the numbers of orders may differ: they are given in
the order of arrival.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import OrganizationSpec, WorldSettings
from smena.model.window import MARKET, OFD
from tests.integration.conftest import BuildTown
from tests.integration.damaged_lists import FIRST, LAST, REGIMES, Harness, Lists, check_lists
from tests.mutation import lists
from tests.mutation.damage import as_json
from tests.mutation.lists import Unit

PLAIN = WorldSettings(first_day=FIRST, last_day=LAST, receipts_per_shift=2).easy()
TWO = replace(PLAIN, organizations=(OrganizationSpec(registers=80), OrganizationSpec(registers=2)), every_own_kpp=3)
FEW = replace(PLAIN, organizations=3, registers_per_organization=2)
SHOPS = replace(PLAIN, organizations=tuple(OrganizationSpec(registers=count) for count in (2, 2, 16)))
LARGE = {
    "registers, fields": replace(TWO, organizations=(OrganizationSpec(registers=250), OrganizationSpec(registers=3))),
    "shops, fields": replace(SHOPS, organizations=tuple(OrganizationSpec(registers=count) for count in (2, 4, 40))),
}
"""Worlds of the slow test, where they are not those of the ordinary ones."""

PROVED_ROUNDS = 4
"""In one of so many rounds the certificate is made, too, once the lists are undamaged again."""

QUICK = {
    "registers, fields": 3,
    "registers, records and bytes": 2,
    "organisations, fields": 3,
    "organisations, records and bytes": 2,
    "shops, fields": 2,
    "shops, records and bytes": 2,
}
"""Rounds of the ordinary tests."""

MANY_ROUNDS = {
    "registers, fields": 26,
    "registers, records and bytes": 60,
    "organisations, fields": 60,
    "organisations, records and bytes": 60,
    "shops, fields": 45,
    "shops, records and bytes": 45,
}
"""Rounds of the slow test."""

AT_LEAST = {
    "registers, fields": 4500,
    "registers, records and bytes": 120,
    "organisations, fields": 100,
    "organisations, records and bytes": 60,
    "shops, fields": 500,
    "shops, records and bytes": 45,
}
"""Damaged forms of the slow test."""


def registers_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Many registers of one organisation, each by one form; a second organisation is beside it."""
    first, *others = town_inns(harness)
    units = lists.bent_entries(first, "regNumber", _with_permissions(harness.fetched[first], rng), rng, share=0.7)
    healthy = [Unit(inn, one["regNumber"]) for inn in others for one in harness.fetched[inn]]
    return {first: as_json([unit.entry for unit in units])}, units + healthy, False


def registers_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """The list of most organisations, its records or its bytes."""
    bodies, units = {}, []
    for place, inn in enumerate(town_inns(harness)):
        kind = where = ""
        if place:
            bodies[inn], kind, where = lists.broken_list(_with_permissions(harness.fetched[inn], rng), rng)
        units += [Unit(inn, one["regNumber"], kind, where) for one in harness.fetched[inn]]
    return bodies, units, True


def organizations_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Entries of the list of organisations, each by one form."""
    entries = [lists.bent_entries(one["inn"], "id", [one], rng, 0.6)[0] for one in harness.fetched[""]]
    units = [
        Unit(one.inn, register["regNumber"], one.damage, one.where, one.entry)
        for one in entries
        for register in harness.fetched[one.inn]
    ]
    return {"": as_json([one.entry for one in entries])}, units, False


def organizations_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    body, kind, where = lists.broken_list(harness.fetched[""], rng)
    units = [Unit(inn, one["regNumber"], kind, where) for inn in town_inns(harness) for one in harness.fetched[inn]]
    return {"": body}, units, True


def shops_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Shops of most organisations of Market, each by one form; or the entry of an organisation itself."""
    items = deepcopy(harness.fetched[""]["items"])
    units = []
    for place, one in enumerate(items):
        inn, shops = one["inn"], one["shops"]
        if place == 1:
            (found,) = lists.bent_entries(inn, "id", [one], rng, 1)
            units += [Unit(inn, shop["id"], found.damage, found.where, found.entry) for shop in shops]
            items[place] = found.entry
            continue
        found = lists.bent_entries(inn, "id", shops, rng, 0.7 if place else 0)
        one["shops"] = [unit.entry for unit in found]
        units += found
    return {"": as_json({"items": items})}, units, False


def shops_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    body, kind, where = lists.broken_list(harness.fetched[""], rng)
    items = harness.fetched[""]["items"]
    return {"": body}, [Unit(one["inn"], shop["id"], kind, where) for one in items for shop in one["shops"]], True


def town_inns(harness: Harness) -> list[str]:
    return [one.inn for one in harness.sandbox.world.organizations]


def _with_permissions(entries: list[Any], rng: Random) -> list[Any]:
    """The same entries; a part of them names the permission that the operator means where it names none."""
    wide = {"permissionFrom": "2020-01-01T00:00:00", "permissionTo": "2030-01-01T00:00:00"}
    return [one | wide if rng.random() < 0.4 else one for one in entries]


Round = Callable[[Harness, Random], tuple[Lists, list[Unit], bool]]
KINDS: dict[str, tuple[WorldSettings, str, Round]] = {
    "registers, fields": (TWO, OFD, registers_bent),
    "registers, records and bytes": (FEW, OFD, registers_broken),
    "organisations, fields": (FEW, OFD, organizations_bent),
    "organisations, records and bytes": (FEW, OFD, organizations_broken),
    "shops, fields": (SHOPS, MARKET, shops_bent),
    "shops, records and bytes": (FEW, MARKET, shops_broken),
}


def damage_lists(harness: Harness, kind: str, rounds: int, first: int = 0) -> int:
    """Check this many rounds of a kind, print the classes, and return the number of damaged forms."""
    counts: Counter[str] = Counter()
    forms = 0
    for place in range(first, first + rounds):
        rng = Random(f"{kind} {place}")  # noqa: S311 - the same damage each time
        bodies, units, alone = KINDS[kind][2](harness, rng)
        forms += len(bodies) if alone else len({id(unit.entry) for unit in units if unit.damage})
        counts += check_lists(harness, REGIMES[place % 3], bodies, units, alone=alone, prove=place % PROVED_ROUNDS == 0)
    print(f"\n{kind}: {forms} forms", *(f"{count:7} {name}" for name, count in sorted(counts.items())), sep="\n")
    return forms


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_lists_lose_nothing_in_silence(build_town: BuildTown, postgres: EmbeddedPostgres, kind: str) -> None:
    world, product, _ = KINDS[kind]
    assert damage_lists(Harness(build_town, postgres, world, product), kind, QUICK[kind]) >= QUICK[kind]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", MANY_ROUNDS)
def test_five_thousand_damaged_lists_lose_nothing_in_silence(
    build_town: BuildTown, postgres: EmbeddedPostgres, kind: str
) -> None:
    world, product, _ = KINDS[kind]
    harness = Harness(build_town, postgres, LARGE.get(kind, world), product)
    assert damage_lists(harness, kind, MANY_ROUNDS[kind]) >= AT_LEAST[kind]


def test_five_thousand_are_counted() -> None:
    assert sum(AT_LEAST.values()) >= 5000
