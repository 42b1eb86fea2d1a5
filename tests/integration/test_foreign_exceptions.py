"""A foreign exception in any statement or step of organisation A costs B nothing, and A only until the next run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox import MarketSettings
from smena.model.window import MARKET, OFD
from tests.integration.conftest import CopyTown
from tests.integration.disturbing import MARKET_STEPS, STEPS, Disturbance, books_of, run_everything
from tests.town import EASY, FIRST, Town

WORLD = replace(
    EASY, organizations=2, registers_per_organization=2, last_day=FIRST + timedelta(days=2), receipts_per_shift=3
)
NOW = datetime(2025, 12, 5, 12)
HOW = {"manners": {"market": MarketSettings().easy()}, "now": NOW}
SAMPLE = {
    OFD: (
        "batch_open", "plan_registers", "assignment_mark", "pages_of_shard", "shard_staged", "publish_new_orders",
        "proof_registers", "proof_completeness",
    ),
    MARKET: ("plan_shops", "publish_new_tills"),
}  # fmt: skip
SAMPLE_STEPS = {
    OFD: ("pipeline.process.read_pages", "pipeline.proof.reconcile._compare"),
    MARKET: ("pipeline.market.process.make_till_shifts",),
}


def connect_market(town: Town) -> None:
    for inn in town.inns:
        town.enable_market(FIRST, inn)


@pytest.fixture(params=[OFD, MARKET])
def trial(request: pytest.FixtureRequest, copy_town: CopyTown, tmp_path: Path) -> Trial:
    """A town in which nothing went wrong, and the names of the statements that ran for A."""
    town = copy_town(connect_market, WORLD, **HOW)
    watching = Disturbance(town, town.inns[0])
    with watching.statements_fail():
        run_everything(town, request.param, tmp_path, "undisturbed")
    return Trial(copy_town, town, request.param, sorted(watching.statements), tmp_path)


@dataclass(frozen=True)
class Trial:
    """A product, the whole town of it, and copies of that town to disturb."""

    copy_town: CopyTown
    whole: Town
    product: str
    names: list[str]
    data_docs: Path

    def disturb(self, name: str, how: Callable[[Disturbance, str], AbstractContextManager[None]]) -> bool:
        """Whether it struck; if so A is reported, B's books are whole, and after another run A's are."""
        a, b = self.whole.inns
        town = self.copy_town(connect_market, WORLD, **HOW, beside=self.whole)
        disturbance = Disturbance(town, a)
        with how(disturbance, name):
            wrong = run_everything(town, self.product, self.data_docs, "disturbed")
        if not disturbance.struck:
            return False
        assert books_of(town, b) == books_of(self.whole, b), name
        assert any(a in one or "unexpected error" in one for one in wrong), (name, wrong)
        run_everything(town, self.product, self.data_docs, "afterwards")
        for inn in (a, b):
            assert books_of(town, inn) == books_of(self.whole, inn), (name, inn)
        town.warehouse.close()
        return True


def test_an_exception_in_one_statement_of_one_organisation_costs_its_neighbour_nothing(trial: Trial) -> None:
    assert books_of(trial.whole, trial.whole.inns[0])["orders"]
    for name in SAMPLE[trial.product]:
        assert trial.disturb(name, Disturbance.statements_fail), name
    for name in SAMPLE_STEPS[trial.product]:
        assert trial.disturb(name, Disturbance.function_fails), name


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_statement_and_every_step(trial: Trial) -> None:
    all_steps = STEPS if trial.product == OFD else MARKET_STEPS
    struck = [name for name in trial.names if trial.disturb(name, Disturbance.statements_fail)]
    steps = [name for name in all_steps if trial.disturb(name, Disturbance.function_fails)]
    print(f"\n{trial.product}: foreign exceptions in {len(struck)} statements and {len(steps)} steps of A")
    assert (struck, steps) == (trial.names, list(all_steps))
