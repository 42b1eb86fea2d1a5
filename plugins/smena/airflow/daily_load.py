"""The tasks of a daily load, the same for each product. Only DAG files import it: it imports Airflow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import (  # type: ignore[attr-defined]  # its own list of types forgets the deadlines
    Asset,
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
    TriggerRule,
    task,
)

from smena.airflow.dag_settings import COVERED_MONTHS, ZONE
from smena.model.settings import SETTINGS

# A backlog needs no catching up, because the newest run loads all missing days. The demo sets a day to show a few runs.
FIRST_DAY = SETTINGS.schedule_from


# After it was queued, a load should end within this time, before working hours and the DAG `alerts`.
DEADLINE = timedelta(minutes=SETTINGS.load_deadline_minutes)


def ends_in_time() -> DeadlineAlert:
    """Return an alert, sent by the triggerer once per run, if a load has not ended by then. The load goes on."""
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=DEADLINE,
        callback=AsyncCallback("smena.airflow.load_deadline.notify"),
        name="the load ends in time",
    )


def begins(time_of_day: str) -> Any:
    """Return the start of a DAG that runs daily at a time of day like `04:00`."""
    return pendulum.parse(f"{FIRST_DAY or '2025-01-01'}T{time_of_day}", tz=ZONE)


def load_daily(product: str, pool: str, loaded: Asset | None) -> None:
    """Make the tasks of a daily load: plan → load, mapped over shards → publish → report.

    Args:
        product: `ofd` or `market`.
        pool: the pool that limits how many `load` tasks send requests at once.
        loaded: the asset that gets a partition `ИНН|day` for each day that became covered; None for a load of the days
            that are not over, which covers none (see `load_today`). `COVERED_MONTHS` gets a partition `ИНН|month`.
    """
    is_same_day = loaded is None

    @task
    def plan(run_id: str, ti: Any, data_interval_end: datetime | None = None) -> list[list[tuple[int, int]]]:
        """List the units and plan batches of what is wanted and not covered. Return the shards to load, by task."""
        from smena.airflow.connections import context_from_airflow
        from smena.loading.run import plan_run

        end = data_interval_end and pendulum.instance(data_interval_end).in_timezone(ZONE)
        horizon = end and end.date() - timedelta(days=1)
        made = plan_run(context_from_airflow(), run_id=run_id, product=product, horizon=horizon, same_day=is_same_day)
        ti.xcom_push(key="plan", value=made)
        return made["task_groups"]

    @task(pool=pool, map_index_template="{{ shards }}")
    def load(shards: list[tuple[int, int]]) -> None:
        """Fetch, read, transform and check the shards."""
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.lineage import send_loaded_lineage
        from smena.loading.run import load_shards

        context = context_from_airflow()
        load_shards(context, shards)
        send_loaded_lineage(context, [batch_id for batch_id, _ in shards])

    @task(outlets=[] if loaded is None else [loaded, COVERED_MONTHS], trigger_rule=TriggerRule.ALL_DONE)
    def publish(ti: Any, outlet_events: Any) -> None:
        """Match and write each batch, and report days and months that became covered to Airflow as partitions."""
        from smena.airflow.closing import covered_month_keys
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.lineage import send_published_lineage
        from smena.loading.run import publish_batches

        # Where nothing was planned, the report says so.
        made = ti.xcom_pull(task_ids="plan", key="plan")
        batches = made["batches"] if made else []
        context = context_from_airflow()
        published = publish_batches(context, batches)
        for done in published if loaded is not None else []:
            outlet_events[loaded].add_partitions([f"{done.inn}|{day}" for day in done.covered_days])
        if loaded is not None:
            outlet_events[COVERED_MONTHS].add_partitions(covered_month_keys(context, published))
        send_published_lineage(context, [done.batch_id for done in published])

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def report(ti: Any) -> None:
        """Log how each batch ended; fail if anything was not loaded."""
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.telemetry import send_standings
        from smena.loading.run import report_run

        made = ti.xcom_pull(task_ids="plan", key="plan")
        context = context_from_airflow()
        send_standings(context)
        report_run(context, made)

    load.expand(shards=plan()) >> publish() >> report()
