"""The dates that the demo chooses at its first start and stores, so that every start has the same invented world."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ACCOUNTING_ZONE = ZoneInfo("Europe/Moscow")

DAILY_RUN_AT = timedelta(hours=4)

# About three months, and the last days, for which the scheduler makes the runs that it missed.
_PAST_DAYS, _FUTURE_DAYS, _CATCH_UP_DAYS = 92, 30, 3


@dataclass(frozen=True, slots=True)
class DemoState:
    """Local accounting days.

    Attributes:
        first_day, last_day: of the whole world; the sandbox's clock is the real one and hides documents of the future.
        start_date: the first day that the integration loads.
        schedule_from: the start of the DAGs.
    """

    first_day: date
    last_day: date
    start_date: date
    schedule_from: date


def read_state(directory: Path) -> DemoState | None:
    """Return the stored state; None before the first start."""
    file = directory / "state.json"
    if not file.exists():
        return None
    return DemoState(**{name: date.fromisoformat(day) for name, day in json.loads(file.read_text()).items()})


def keep_state(directory: Path) -> DemoState:
    """Return the stored state; if there is none, choose and store it now."""
    kept = read_state(directory)
    if kept is not None:
        return kept
    # Until the hour of the daily run, the run of the day before is not due yet.
    today = (datetime.now(ACCOUNTING_ZONE) - DAILY_RUN_AT).date()
    first_day = today - timedelta(days=_PAST_DAYS)
    state = DemoState(
        first_day=first_day,
        last_day=today + timedelta(days=_FUTURE_DAYS),
        start_date=first_day,
        schedule_from=today - timedelta(days=_CATCH_UP_DAYS),
    )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "state.json").write_text(
        json.dumps({name: day.isoformat() for name, day in asdict(state).items()}, indent=1)
    )
    return state
