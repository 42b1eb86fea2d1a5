"""Where nothing is wrong, nothing is found: night shifts, forgotten shifts, late registers, corrections, new drives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smena.model.window import Window
from smena.reconciliation.reconcile import reconcile
from tests.town import FIRST, LAST, SMALL, Town

BuildTown = Callable[..., Town]
WHOLE = Window(FIRST, LAST)
HARD = replace(
    SMALL, every_night=2, every_round_the_clock=3, every_late=2, every_replaced_drive=2, correction_permille=80,
    shift_forgotten_permille=60, shift_double_permille=120, every_permission_window=0,
)  # fmt: skip


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_in_a_clean_world_everything_is_proved_and_nothing_differs(
    build_town: BuildTown, seed: int, detail: str
) -> None:
    town = build_town(replace(HARD, seed=seed), detail=detail)
    town.load()
    found = reconcile(town.context, town.inn, run_id="test", window=WHOLE)
    assert found.differences == []
    assert found.lacking == []
    assert set(found.verdicts) <= {"complete", "offline", "out_of_reach", "open"}
    assert sum(row["shifts"] for row in found.registers) == len(
        [s for s in town.shifts() if s["closed_at"].date() in WHOLE]
    )


@pytest.mark.parametrize("behaviour", [{"corrections_in_totals": False}, {"period_clock": "received"}])
def test_however_the_operator_counts_nothing_differs(build_town: BuildTown, behaviour: dict[str, Any]) -> None:
    town = build_town(replace(HARD, seed=11), behaviour=behaviour)
    town.load()
    found = reconcile(town.context, town.inn, run_id="test", window=WHOLE)
    assert (found.differences, found.lacking) == ([], [])


def test_where_registers_may_be_read_for_a_while_only_nothing_is_called_missing(build_town: BuildTown) -> None:
    town = build_town(replace(HARD, seed=3, every_permission_window=2))
    town.load()
    found = reconcile(town.context, town.inn, run_id="test", window=WHOLE)
    assert found.differences == []
    assert "missing" not in found.verdicts
    assert {row["reason"].partition(" ")[0] for row in found.lacking} <= {
        "no_permission",
        "cut_by_permission",
    }


def test_any_window_of_a_clean_world_is_clean(build_town: BuildTown) -> None:
    town = build_town(replace(HARD, seed=5))
    town.load()
    for start in range(0, 40, 7):
        first = FIRST + timedelta(days=start)
        found = reconcile(
            town.context, town.inn, run_id="test", window=Window(first, first + timedelta(days=start % 5))
        )
        assert (found.differences, found.lacking) == ([], []), first


def test_day_after_day_nothing_differs_though_registers_are_late(build_town: BuildTown) -> None:
    town = build_town(replace(HARD, seed=6, registers_per_organization=4), now=datetime(2025, 12, 2, 6))
    for day in list(Window(date(2025, 12, 5), date(2025, 12, 28)))[::4]:
        town.set_day(day + timedelta(days=1), hour=6)
        town.load()
        found = reconcile(town.context, town.inn, run_id="test")
        assert (found.differences, found.lacking) == ([], []), day
