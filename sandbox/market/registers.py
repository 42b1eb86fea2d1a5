"""Registers that are added to the operator's world: lookalikes in a shop, and tills that only Market knows."""

from __future__ import annotations

import random
from dataclasses import replace

from sandbox.identity import stable_seed
from sandbox.settings import WorldSettings
from sandbox.shifts import Habits, live
from sandbox.world import Register

_ORDINARY = Habits(night=False, round_the_clock=False, replaced_drive=False, silent=False, weekday_off=None)


def invent_register(settings: WorldSettings, like: Register, name: str, *key: object) -> Register:
    """Make one more register in the shop and trade of `like`, with its own shifts and numbers."""
    rng = random.Random(stable_seed(settings.seed, like.reg_number, *key))  # noqa: S311 - not for secrets
    drives, shifts = live(settings, rng, _ORDINARY, [f"9961{rng.randrange(10**12):012d}"])
    return replace(
        like,
        reg_number=f"001{rng.randrange(10**13):013d}",
        serial_number=f"{rng.randrange(10**10):010d}",
        name=name,
        drives=drives,
        shifts=shifts,
        outages=(),
        permission_from=None,
        permission_to=None,
        seed=rng.getrandbits(63),
    )


def invent_lookalikes(settings: WorldSettings, like: Register, *, sell_apart: bool) -> tuple[Register, Register]:
    """Make two registers with equal receipts in the same order, closed some seconds apart; drives and РНМ differ.

    Args:
        sell_apart: the receipts of the second have other times; otherwise times within seconds of the first's.
    """
    first = invent_register(settings, like, "Касса-близнец 1", "twin")  # the seed of the invented numbers
    rng = random.Random(stable_seed(first.reg_number, "second"))  # noqa: S311 - not for secrets
    later_s = rng.randint(4, 25)
    second = replace(
        first,
        reg_number=f"001{rng.randrange(10**13):013d}",
        serial_number=f"{rng.randrange(10**10):010d}",
        name="Касса-близнец 2",
        drives=tuple(replace(one, number=f"9961{rng.randrange(10**12):012d}") for one in first.drives),
        shifts=tuple(replace(one, closed_at_s=one.closed_at_s + later_s) for one in first.shifts),
        times_seed=rng.getrandbits(63) if sell_apart else None,
    )
    return first, second
