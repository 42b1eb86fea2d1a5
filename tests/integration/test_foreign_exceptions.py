"""An unexpected exception in any statement or step of one organisation costs the others nothing, and itself one run.

What runs is collected, not listed: the statements and the functions of a load and of a reconciliation in which nothing
goes wrong. Then several organisations A have an exception each, every one in another place, and B has none: the report
names every A, the books of B are those of the undisturbed run, and after the next run so are those of every A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.loading.run import load_shards, plan_run, publish_batches, report_run
from smena.model.errors import SmenaError
from smena.model.window import MARKET, OFD, Window
from smena.reconciliation.reconcile import reconcile
from smena.reconciliation.run import organizations_to_prove, reconcile_organizations, report_reconciliation
from tests.integration.conftest import CopyTown
from tests.integration.disturbing import Disturbance
from tests.town import EASY, FIRST, Town

WORLD = replace(
    EASY, organizations=9, registers_per_organization=1, last_day=FIRST + timedelta(days=1), receipts_per_shift=2
)
SMALLER = replace(WORLD, organizations=4)
HOW: dict[str, Any] = {
    "behaviour": {"market": replace(MarketSettings().easy(), waybills_per_week=2)},
    "now": datetime(2025, 12, 4, 12),
}


def enable_market(town: Town) -> None:
    for inn in town.inns:
        town.enable_market(FIRST, inn)


def have_market_loaded(town: Town) -> None:
    enable_market(town)
    for inn in town.inns:
        town.load(inn=inn, product=MARKET)


def have_ofd_loaded(town: Town) -> None:
    enable_market(town)
    for inn in town.inns:
        town.load(inn=inn)


def have_both_loaded(town: Town) -> None:
    have_market_loaded(town)
    for inn in town.inns:
        town.load(inn=inn)


def load_all(town: Town, product: str, run_id: str) -> list[str]:
    """The tasks of a daily load, and what its report names as wrong."""
    made = plan_run(town.context, run_id=run_id, product=product)
    for shards in made["task_groups"]:
        failure_of(lambda shards=shards: load_shards(town.context, shards))  # type: ignore[misc]
    publish_batches(town.context, made["batches"])
    return failure_of(lambda: report_run(town.context, made))


def load_ofd(town: Town, run_id: str) -> list[str]:
    return load_all(town, OFD, run_id)


def load_market(town: Town, run_id: str) -> list[str]:
    return load_all(town, MARKET, run_id)


def reconcile_daily(town: Town, run_id: str) -> list[str]:
    """The tasks of the daily reconciliation, and what its report names as wrong."""
    for inns in organizations_to_prove(town.context):
        failure_of(lambda inns=inns: reconcile_organizations(town.context, inns, run_id=run_id))  # type: ignore[misc]
    return failure_of(lambda: report_reconciliation(town.context, run_id=run_id))


def reconcile_days(town: Town, run_id: str) -> list[str]:
    """`smena reconcile` of named days for each organisation: receipts and cheques are asked for again too."""
    days = Window(FIRST, WORLD.last_day)
    return [
        f"{inn}: {why}"
        for inn in town.inns
        for why in failure_of(lambda inn=inn: reconcile(town.context, inn, run_id=run_id, window=days))  # type: ignore[misc]
    ]


def do_all(town: Town, run_id: str) -> list[str]:
    """All that runs in a morning."""
    works = (load_ofd, load_market, reconcile_daily)
    return [one for work in works for one in work(town, run_id)]


def failure_of(do: Callable[[], object]) -> list[str]:
    try:
        do()
    except SmenaError as error:
        return [str(error)]
    return []


@dataclass(frozen=True)
class Work:
    """What is disturbed, and the town that it begins with."""

    prepare: Callable[[Town], None]
    do: Callable[[Town, str], list[str]]


LOADS = {
    "load of the OFD": Work(have_market_loaded, load_ofd),
    "load of Market": Work(have_ofd_loaded, load_market),
}
RECONCILIATIONS = {
    "daily reconciliation": Work(have_both_loaded, reconcile_daily),
    "reconciliation of named days": Work(have_both_loaded, reconcile_days),
}
SAMPLE = ("batch_covered_days", "proof_completeness", "smena.loading.ofd.work:work")


_STATE = {
    "covered": "select organization_inn, product, day from control.covered_day order by 1, 2, 3",
    "verdicts": "select organization_inn, kkt_reg_id, day, verdict from control.completeness order by 1, 2, 3",
    "differences": """
        select organization_inn, kind, day from control.difference where closed_at is null order by 1, 2, 3""",
    "documents": """
        select organization_inn, kind, shop_id, date, number, amount, status from accounting.market_document
        order by 1, 2, 3, 4, 5""",
}


def states_of(town: Town) -> dict[str, dict[str, list[Any]]]:
    """What is booked, covered and proved, by organisation."""
    found = {name: [(row["organization_inn"], row) for row in rows] for name, rows in town.books().items()}
    found |= {name: [(row[0], row) for row in town.sql(statement)] for name, statement in _STATE.items()}
    return {inn: {name: [row for of, row in rows if of == inn] for name, rows in found.items()} for inn in town.inns}


def names_of(town: Town, inn: str) -> list[str]:
    """How a report may name an organisation: its ИНН, or a batch of it that cannot be looked at."""
    batches = town.sql("select batch_id from control.batch where organization_inn = %s", inn)
    return [inn, *(f"batch {batch_id} " for (batch_id,) in batches)]


class Sweep:
    """One work, undisturbed once; then as often as there are places to disturb."""

    def __init__(
        self,
        work: Work,
        copy_town: CopyTown,
        *,
        world: WorldSettings = WORLD,
        watches_steps: bool = True,
    ) -> None:
        self.work, self.world, self._copy_town = work, world, copy_town
        self.mended: list[str] = []
        self.whole = self._copied()
        self.b, *self.some_a = self.whole.inns
        with Disturbance(self.whole).on(watches_steps=watches_steps) as watching:
            assert self.work.do(self.whole, "undisturbed") == []
        self.ran, self.common = watching.ran, watching.common
        self.states = states_of(self.whole)

    @property
    def places(self) -> list[str]:
        """Statements and steps that ran for any A."""
        return sorted({one for inn in self.some_a for one in self.ran[inn]})

    def disturb(self, faults: dict[str, str]) -> None:
        """Each of the places for another A, by ИНН. B is whole, every A is named, and after another run all are whole.

        What the same run mends by itself need not be named: a shard that was not processed is processed when its batch
        is published.
        """
        places = sorted(faults.values())
        town = self._copied(beside=self.whole)
        with Disturbance(town, faults).on() as disturbance:
            said = " ".join(self.work.do(town, "disturbed"))
        assert sorted(set(places) - disturbance.struck) == []
        at_once = states_of(town)
        assert at_once[self.b] == self.states[self.b], places
        named = {inn for inn in town.inns if any(name in said for name in names_of(town, inn))}
        mended = {inn for inn in faults.keys() - named if at_once[inn] == self.states[inn]}
        assert sorted({faults.get(inn, inn) for inn in named | mended} ^ set(places)) == [], said
        self.mended += sorted(faults[inn] for inn in mended)
        assert self.work.do(town, "afterwards") == [], places
        states = states_of(town)
        assert sorted(faults.get(inn, inn) for inn in town.inns if states[inn] != self.states[inn]) == []
        town.warehouse.close()

    def disturb_all(self, places: Sequence[str]) -> list[str]:
        """Disturbs so many at once as there are A; what did not hold."""
        wrong = []
        for faults in self.fault_groups(places):
            try:
                self.disturb(faults)
            except Exception as error:  # noqa: BLE001 - each lot is tried
                wrong.append(f"{sorted(faults.values())}: {type(error).__name__}: {error}")
        return wrong

    def fault_groups(self, places: Sequence[str]) -> Iterator[dict[str, str]]:
        """By ИНН, a place in which it ran; each place once. Those that ran for few A come first."""
        left = sorted(places, key=lambda place: sum(place in self.ran[inn] for inn in self.some_a))
        while left:
            faults: dict[str, str] = {}
            for place in left:
                inn = next((inn for inn in self.some_a if inn not in faults and place in self.ran[inn]), None)
                if inn is not None:
                    faults[inn] = place
            assert faults, f"no A ran {left}"
            left = [place for place in left if place not in faults.values()]
            yield faults

    def _copied(self, **how: Any) -> Town:
        return self._copy_town(self.work.prepare, self.world, **HOW, **how)


def test_an_exception_for_some_organisations_costs_the_others_nothing(copy_town: CopyTown) -> None:
    sweep = Sweep(Work(enable_market, do_all), copy_town, world=SMALLER, watches_steps=False)
    assert all(state["shifts"] and state["verdicts"] and state["covered"] for state in sweep.states.values())
    assert any(state["orders"] for state in sweep.states.values())
    sweep.disturb(dict(zip(sweep.some_a, SAMPLE, strict=True)))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("works", [LOADS, RECONCILIATIONS], ids=["loads", "reconciliations"])
def test_every_statement_and_every_step(works: dict[str, Work], copy_town: CopyTown) -> None:
    done: set[str] = set()
    for name, work in works.items():
        sweep = Sweep(work, copy_town)
        # What both works of a pair do is disturbed in the first.
        places = [place for place in sweep.places if place not in done]
        assert sweep.disturb_all(places) == []
        done |= set(places)
        steps = sum(":" in place for place in places)
        times = f"{len(places)} of {len(places)}"
        named = f"{len(places) - len(sweep.mended)} of {len(places)}"
        print(
            f"\n{name}: a foreign exception in each of {len(places) - steps} statements and {steps} steps of A:"
            f" B whole {times}, A named {named}, else whole at once ({', '.join(sweep.mended)}),"
            f" A whole after the next run {times};"
            f" of nobody in particular: {', '.join(sorted(sweep.common))}"
        )
        assert steps > 5
        assert len(places) > steps
