"""### z-reports of Kontur.OFD become ПКО

Every day at 04:00 Moscow time, for every organisation that is switched on: what is wanted since its start date and not
proved loaded, and what registers that were offline have sent since. A missed day heals itself.

| task | does |
| --- | --- |
| `plan` | asks for the registers, takes *wanted minus covered*, writes a batch an organisation |
| `load` | fetches and keeps the operator's answers, reads, transforms, checks; mapped over shards of registers |
| `publish` | matches with what stands, writes orders, shifts and coverage in one transaction a batch |
| `report` | a line for each batch, and the page of its checks (Data Docs); fails if anything was not loaded |

A run by hand, a cleared task and a backfill take the same road: what is right already stays as it is. What was read is
published even where another register could not be reached; the next run asks for the rest.

* **Pool** `kontur_ofd`: how many `load` tasks ask the operator at once. Each asks for four registers at a time.
* **Retries**: faults that may pass, three times, with growing pauses; bad data and refusals fail at once.
* **Asset** `accounting_z_reports`: a partition `ИНН|day` for each day on which every register became covered.
* **Connections** `kontur_ofd`, `warehouse`. **When it fails**: `docs/operators-guide.md`.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    CronDataIntervalTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    TriggerRule,
    XComArg,
    dag,
    task,
)

from smena.model.errors import BadBatch, BrokenPromise, PassingFault, RefusedByService, WrongUse

ZONE = "Europe/Moscow"
LOADED = Asset(name="accounting_z_reports", uri="smena://warehouse/accounting/z_reports")

# A backlog needs no catching up: the newest run loads whatever is missing. The demo shows a few runs one after another.
FIRST_DAY = os.environ.get("SMENA_SCHEDULE_FROM", "")

RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    rules=[
        RetryRule(PassingFault, RetryAction.RETRY, reason="an outside system failed for now"),
        RetryRule(
            [BadBatch, BrokenPromise, RefusedByService, WrongUse], RetryAction.FAIL, reason="asking again will not help"
        ),
    ]
)


@dag(
    schedule=CronDataIntervalTimetable("0 4 * * *", timezone=ZONE),
    start_date=pendulum.parse(f"{FIRST_DAY or '2025-01-01'}T04:00", tz=ZONE),
    catchup=bool(FIRST_DAY),
    max_active_runs=1,
    default_args={
        "owner": "smena",
        "retries": 3,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=30),
        "retry_policy": RETRY_WHAT_MAY_PASS,
        "execution_timeout": timedelta(hours=6),
    },
    tags=["smena", "ofd"],
    doc_md=__doc__,
)
def ofd_z_reports() -> None:
    """The DAG."""

    @task
    def plan(run_id: str, ti: Any, data_interval_end: datetime | None = None) -> list[list[tuple[int, int]]]:
        """Registers, wanted minus covered, a batch an organisation; gives the shards to load, by task."""
        from smena.connections import road_from_airflow
        from smena.pipeline.run import plan_run

        end = data_interval_end and pendulum.instance(data_interval_end).in_timezone(ZONE)
        made = plan_run(road_from_airflow(), run_id=run_id, horizon=end and end.date() - timedelta(days=1))
        ti.xcom_push(key="plan", value=made)
        return made["lots"]

    @task(pool="kontur_ofd", map_index_template="{{ lot }}")
    def load(lot: list[tuple[int, int]]) -> None:
        """Answers fetched, read, transformed and checked."""
        from smena.connections import road_from_airflow
        from smena.pipeline.run import load_lot

        load_lot(road_from_airflow(), lot)

    @task(outlets=[LOADED], trigger_rule=TriggerRule.ALL_DONE)
    def publish(made: Any, outlet_events: Any) -> None:
        """What was read is matched and written; days that became covered are told to Airflow."""
        from smena.connections import road_from_airflow
        from smena.pipeline.run import publish_batches

        # Nothing at all was planned: the report says so.
        batches = made["batches"] if made else []
        for done in publish_batches(road_from_airflow(), batches):
            outlet_events[LOADED].add_partitions([f"{done.inn}|{day}" for day in done.covered_days])

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def report(made: Any) -> None:
        """How each batch ended, and the page of its checks."""
        from smena.connections import road_from_airflow
        from smena.pipeline.run import report_run
        from smena.quality.docs import data_docs_directory

        report_run(road_from_airflow(), made, data_docs=data_docs_directory())

    lots = plan()
    made = XComArg(lots.operator, key="plan")
    load.expand(lot=lots) >> publish(made) >> report(made)


ofd_z_reports()
