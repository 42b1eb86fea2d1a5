"""The tasks and the schedule of a load within the day. Only DAG files import it: it imports Airflow."""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable

from smena.airflow.dag_settings import ZONE
from smena.airflow.daily_load import load_daily
from smena.model.settings import HOURLY, SETTINGS

# Read here and not beside the daily load: a wrong value stops only the DAGs that need it.
IS_HOURLY = SETTINGS.same_day == HOURLY


def hourly(minute: int) -> CronDataIntervalTimetable | None:
    """Return the schedule of a load of today: at this minute of each hour; None where loads are only daily."""
    return CronDataIntervalTimetable(f"{minute} * * * *", timezone=ZONE) if IS_HOURLY else None


def load_today(product: str, pool: str) -> None:
    """Plan → load → publish → report of the days that are not over. It covers none, so it has no asset."""
    load_daily(product, pool, None)
