"""What the demo prints, and when it considers the loading done."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from demo.__main__ import is_loaded
from demo.report import LoadSummary, progress_line, result_table

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()


def loaded() -> dict[str, LoadSummary]:
    first = LoadSummary("ООО «Ромашка»", Counter(issued=3, no_cash=1), Counter(pko=3, rko=1))
    first.amounts |= {"pko": Decimal("1200.50"), "rko": Decimal("10.00")}
    second = LoadSummary("ИП Ветров", Counter(issued=2), Counter(pko=2))
    second.amounts |= {"pko": Decimal("999999.50")}
    return {"9600000016": first, "9600000030": second}


def words(table: Any) -> str:
    console = Console(width=160)
    with console.capture() as printed:
        console.print(table)
    return " ".join(printed.get().split())


def test_the_table_has_a_row_for_each_organisation_and_adds_them_up() -> None:
    reported = words(result_table(loaded()))
    assert "│ 9600000016 │ ООО «Ромашка» │ 4 │ 3 │ 1 │ 3 │ 1 200.50 │ 1 │ 10.00 │" in reported
    assert "│ 9600000030 │ ИП Ветров │ 2 │ 2 │ 0 │ 2 │ 999 999.50 │ 0 │ 0.00 │" in reported
    assert "│ all │ 6 │ 5 │ 1 │ 5 │ 1 001 200.00 │ 1 │ 10.00 │" in reported


def test_progress_counts_runs_by_state_and_what_they_brought() -> None:
    runs = [{"state": "running"}, {"state": "success"}, {"state": "success"}]
    assert progress_line(runs, loaded()) == "runs: 1 running, 2 success; shifts 6; ПКО 5"
    assert progress_line([], {}) == "runs: none yet; shifts 0; ПКО 0"


@pytest.mark.parametrize(
    ("next_run", "states", "done"),
    [
        (TOMORROW, ["success", "success"], True),
        (None, ["success"], True),
        (TOMORROW, ["success", "failed"], True),
        (TOMORROW, ["success", "running"], False),
        (YESTERDAY, ["success"], False),
        (TOMORROW, [], False),
    ],
    ids=["all ended", "no next run", "one failed", "one runs", "one is due", "none yet"],
)
def test_loading_is_done_when_every_run_has_ended_and_none_is_due(
    next_run: str | None, states: list[str], done: bool
) -> None:
    assert is_loaded({"next_dagrun_run_after": next_run}, [{"state": state} for state in states]) is done
