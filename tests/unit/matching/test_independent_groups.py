"""Cashboxes and registers that have nothing in common are decided alike in one call and each in its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.matching import overlap, pairing
from smena.matching.links import LinkChanges, infer_links, links_after
from smena.matching.pairing import foreign_registers, pair, possible_shifts
from tests.unit.matching.builders import (
    Row,
    covered,
    covers,
    fiscal,
    fiscals,
    link,
    links,
    register,
    registers,
    rows_of,
    till,
    tills,
)

DAYS = range(1, 6)
CHANGES = ("added", "ended", "withdrawn", "proposed")


@dataclass
class Group:
    """Two cashboxes and two registers, and what is known of them."""

    number: int
    tills: list[Row] = field(default_factory=list)
    fiscals: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    registers: list[Row] = field(default_factory=list)
    covered: list[Row] = field(default_factory=list)

    def cashbox(self, side: int) -> str:
        return f"till {self.number}.{side}"

    def register(self, side: int) -> str:
        return f"{self.number:015d}{side}"


@st.composite
def groups(draw: st.DrawFn) -> list[Group]:
    made = [draw(group(number)) for number in range(draw(st.integers(2, 4)))]
    ids = iter(range(1, 1000))
    for one in made:
        one.links = [row | {"register_link_id": next(ids)} for row in one.links]
    return made


@st.composite
def group(draw: st.DrawFn, number: int) -> Group:
    """Cash is of this group only: a whole number of its own, plus a few kopecks that come again."""
    made = Group(number)
    is_swapped = draw(st.sampled_from([False, False, True]))
    for day in DAYS:
        for side in (0, 1):
            what = draw(st.sampled_from(["both", "both", "both", "till", "fiscal", "differ", "none"]))
            cash = draw(st.sampled_from([None, *range(1, 8)]))
            cash = None if cash is None else cash + 1000 * (number + 1)
            hours = draw(
                st.sampled_from([("10:00", "20:00"), ("10:00", "26:00"), ("02:00", "09:00"), ("10:00", "70:00")])
            )
            ends = {"opened": hours[0], "closed": hours[1]}
            if what not in ("fiscal", "none"):
                theirs = 1 - side if is_swapped and day > 3 else side
                corrected = draw(st.sampled_from([0, 0, 1, None]))
                row = till(day, cash, cashbox_id=made.cashbox(theirs), price_correction=corrected, **ends)
                made.tills.append(row | {"has_decision": draw(st.booleans())})
            if what not in ("till", "none"):
                other = None if cash is None else cash + (what == "differ")
                made.fiscals.append(fiscal(day, other, kkt_reg_id=made.register(side), **ends))
    for side in (0, 1):
        end = draw(st.sampled_from([None, 3]))
        state, by = draw(
            st.sampled_from([("", None), ("in_force", None), ("proposed", None), ("withdrawn", "Иванова")])
        )
        if state:
            made.links.append(link(made.cashbox(side), made.register(side), end=end, state=state, withdrawn_by=by))
        made.registers.append(register(made.register(side), is_wanted=draw(st.booleans())))
        made.covered.extend(draw(st.sampled_from([[], [covered(1, 9, made.register(side))]])))
    return made


def frames(some: list[Group]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return (
        tills(*(row for one in some for row in one.tills)),
        fiscals(*(row for one in some for row in one.fiscals)),
        links(*(row for one in some for row in one.links)),
    )


def changes_of(some: list[Group]) -> tuple[LinkChanges, pd.DataFrame]:
    ours, theirs, known = frames(some)
    changes = infer_links(ours, theirs, known)
    return changes, links_after(known, changes)


def union(parts: list[pd.DataFrame]) -> list[tuple[object, ...]]:
    return rows_of(pd.concat(parts))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(some=groups(), part_rows=st.sampled_from([1, 5, 1_000_000]), random=st.randoms(use_true_random=False))
def test_many_registers_in_one_call_are_the_union_of_single_calls(
    some: list[Group], part_rows: int, random: np.random.Generator
) -> None:
    single = [changes_of([one]) for one in some]
    apart = [pair(*frames([one])[:2], after) for one, (_, after) in zip(some, single, strict=True)]
    random.shuffle(some)  # type: ignore[arg-type]
    with patch.object(overlap, "PART_ROWS", part_rows), patch.object(pairing, "PART_ROWS", part_rows):
        changes, after = changes_of(some)
        pairs = pair(*frames(some)[:2], after)
    for name in CHANGES:
        assert rows_of(getattr(changes, name)) == union([getattr(one, name) for one, _ in single])
    assert rows_of(after) == union([one for _, one in single])
    assert rows_of(pairs) == union(apart)
    assert not pairs.loc[~pairs["is_crowded"], "fiscal_id"].duplicated().any()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(some=groups(), part_rows=st.sampled_from([1, 5, 1_000_000]))
def test_what_a_cashbox_could_be_does_not_depend_on_other_cashboxes(some: list[Group], part_rows: int) -> None:
    _, theirs, known = frames(some)
    of = registers(*(row for one in some for row in one.registers))
    read = covers(*(row for one in some for row in one.covered))

    def found(ours: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        pairs = pair(ours, theirs, known)
        foreign = foreign_registers(ours, theirs, pairs, of, read, known)
        return foreign, possible_shifts(ours, theirs, pairs, of, foreign, known, ofd_start=date(2025, 12, 2))

    apart = [found(tills(*one.tills)) for one in some]
    with patch.object(overlap, "PART_ROWS", part_rows), patch.object(pairing, "PART_ROWS", part_rows):
        together = found(frames(some)[0])
    for whole, parts in zip(together, zip(*apart, strict=True), strict=True):
        assert rows_of(whole) == union(list(parts))
