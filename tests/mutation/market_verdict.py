"""What became of a damaged answer of Kontur.Market, compared with the truth of its till."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pandas as pd

from smena.loading.market.work import work
from smena.runtime.product import Chunk
from smena.transform.market.changed_till_shifts import BOOKED_TILLS, changed_tills
from tests.mutation.damage import Damage, as_json, damaged
from tests.mutation.register import as_stored
from tests.mutation.till import FIRST_DAY, NOW, SHIFTS, Till
from tests.mutation.verdict import (
    ASIDE,
    INCOMPLETE,
    NAMED,
    QUARANTINED,
    RIGHT,
    STOPPED,
    UNNAMED,
    WRONG,
    settings,
)

METHODS = {"sales": "cheques", "refunds": "cheques"}


@dataclass(frozen=True)
class Case:
    """A till with one damaged answer (or none)."""

    till: Till
    answer: str
    damage: Damage | None
    bodies: dict[str, bytes]


@dataclass(frozen=True)
class Verdict:
    """What became of a case, and what is wrong about it."""

    case: Case
    kind: str
    why: str


def make_case(place: int, *, healthy: bool = False) -> Case:
    """The till of that place, one of its answers damaged by the same seed each time."""
    till = Till(place)
    answers = till.answers
    bodies = {name: as_json(answer) for name, answer in answers.items()}
    rng = Random(place * 37)  # noqa: S311 - the same damage each time
    asked = "refunds" if till.refunds and rng.random() < 0.2 else "sales"
    damage = None if healthy else damaged(answers[asked], answers[asked]["items"], rng)
    if damage is not None:
        bodies[asked] = damage.body
    return Case(till, asked, damage, bodies)


def check_cases(cases: Sequence[Case]) -> list[Verdict]:
    """Loads the answers of these tills together, as a shard, and says what became of each."""
    pages = [
        page
        for place, case in enumerate(cases)
        for page in as_stored(case.till.shop, FIRST_DAY, case.bodies, METHODS, first_page=1 + 10 * place)
    ]
    last_day = FIRST_DAY + timedelta(days=SHIFTS - 1)
    chunk = work(pages, settings("totals"), FIRST_DAY, last_day, NOW)
    if any(verdict.stops_batch for verdict in chunk.verdicts):
        if len(cases) == 1:
            return [Verdict(cases[0], STOPPED, "")]
        return [verdict for case in cases for verdict in check_cases([case])]
    named = _reconciled(cases, chunk)
    return [_checked(case, chunk, named) for case in cases]


def _reconciled(cases: Sequence[Case], chunk: Chunk) -> set[tuple[str, str]]:
    """Till shifts (shop, shift) that the next reconciliation names, which asks for the undamaged cheques."""
    pages = [
        page
        for place, case in enumerate(cases)
        for page in as_stored(
            case.till.shop,
            FIRST_DAY,
            {name: as_json(answer) for name, answer in case.till.answers.items()},
            METHODS,
            first_page=1_000_001 + 10 * place,
        )
    ]
    last_day = FIRST_DAY + timedelta(days=SHIFTS - 1)
    reported = work(pages, settings("totals"), FIRST_DAY, last_day, NOW).shifts
    here = BOOKED_TILLS.conform(
        chunk.shifts.assign(shift_id=chunk.shifts["till_shift"], is_decided=False, is_asked=True)
    )
    changed = changed_tills(here, reported, pd.date_range(FIRST_DAY, last_day))
    return set(zip(changed["shop_id"], changed["till_shift"], strict=True))


def _checked(case: Case, chunk: Chunk, named: set[tuple[str, str]]) -> Verdict:
    mine = chunk.shifts[chunk.shifts["shop_id"] == case.till.shop]
    rejects = chunk.rejects[chunk.rejects["unit_id"] == case.till.shop]
    wrong, right = [], set()
    unconfirmed: set[str] = set()
    for row in mine.to_dict("records"):
        reported = _differences(row, case.till.truth.get(row["till_shift"]))
        wrong += reported
        unconfirmed |= {row["till_shift"]} if reported else set()
        if not reported and row["outcome"] in ("issued", "no_cash"):
            right.add(row["till_shift"])
    lost = case.till.truth.keys() - right
    # Only the next reading of the shop's cheques can show it.
    unconfirmed |= lost - set(mine["till_shift"])
    if case.damage is None:
        assert not {shift for shop, shift in named if shop == case.till.shop}, "a difference where there is none"
    is_named = {(case.till.shop, shift) for shift in unconfirmed} <= named
    if wrong:
        kind = WRONG if case.damage is None else NAMED if is_named else UNNAMED
    elif not lost:
        kind = ASIDE if len(rejects) else RIGHT
    elif len(rejects):
        kind = QUARANTINED
    else:
        kind = INCOMPLETE if lost <= set(mine["till_shift"]) else NAMED if is_named else UNNAMED
    return Verdict(case, kind, "; ".join(wrong))


def _differences(row: dict[Any, Any], truth: Any) -> list[str]:
    if row["outcome"] not in ("issued", "no_cash"):
        return []
    if truth is None:
        return [f"a shift that never was: {row['till_shift']}"]
    day, income, refund = truth
    wrong = []
    if (row["cash_income"], row["cash_refund"]) != (income, refund):
        wrong.append(f"cash {row['cash_income']} − {row['cash_refund']}, in truth {income} − {refund}")
    if row["order_day"] != pd.Timestamp(day):
        wrong.append("the date")
    return wrong
