"""### Load a long range of days of one organisation

Started by hand with the form, or by `smena integration enable`. It loads the days that are wanted and not covered, from
the start date in force through yesterday, or the days given. Each quarter is a batch, published whole or not at all.

| task | does |
| --- | --- |
| `plan` | logs what it will request, which days are covered, which cannot be read and why; a dry run ends here |
| `load` | fetches and stores the operator's answers, parses, transforms, checks; mapped over quarters and shards |
| `publish` | quarters in order of time: matches with the current books, writes orders, shifts and coverage |
| `report` | logs a line per quarter; fails if anything was not loaded |

You can stop it at any time. Started again, or cleared, it continues where it stopped: it resumes an unfinished quarter
with the answers already stored, and does not ask for a published quarter again. Only one run is active at a time.

* **Parameters**: `inn`; `product`; `from` and `to`, both inclusive, empty for all; `dry_run`.
* **Pool** `kontur_ofd`: how many `load` tasks ask the operator at once. Each asks for four registers at a time.
* **Who**: the user who starts the run must have access to the organisation (`smena access grant`); else `plan` refuses.
* **Retries**: transient errors, three times, with growing pauses; wrong parameters and refusals fail at once.
* **Asset** `accounting_z_reports`: one event with the organisation and the days, because a partition per day would
  cost Airflow more than the loading.
* **Connections** `kontur_ofd`, `warehouse`. **When it fails**: `docs/how-to/every-day.md`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from smena.airflow.dag_settings import COVERED_MONTHS, DEFAULT_ARGS, LOADED

FORM = {
    "inn": Param(
        type="string", pattern=r"^(\d{10}|\d{12})$", title="ИНН организации",
        description="10 цифр, у предпринимателя 12. Интеграция должна быть включена.",
    ),
    "product": Param("ofd", type="string", enum=["ofd", "market"], title="Источник", description="ofd: Контур.ОФД."),
    "from": Param(
        None, type=["null", "string"], format="date", title="С какого дня",
        description="Включительно, не раньше даты начала загрузки. Пусто: с даты начала загрузки.",
    ),
    "to": Param(
        None, type=["null", "string"], format="date", title="По какой день",
        description="Включительно, не позже вчерашнего. Пусто: по вчерашний.",
    ),
    "dry_run": Param(
        False, type="boolean", title="Только показать план",
        description="Окна, запросы, что загружено и что недоступно: в журнале задачи `plan`. Ничего не загружается.",
    ),
}  # fmt: skip


@dag(
    dag_display_name="Загрузка прошлых дней",
    schedule=None,
    max_active_runs=1,
    params=FORM,
    default_args=DEFAULT_ARGS,
    tags=["smena", "ofd"],
    doc_md=__doc__,
)
def integration_backfill() -> None:
    """Load a range of days of one organisation."""

    @task
    def plan(params: dict[str, Any], run_id: str, ti: Any, dag_run: Any) -> list[list[tuple[int, int]]]:
        """Check and log the request, and plan the batches of each quarter. Return the shards to load, by task."""
        from smena.airflow.connections import context_from_airflow
        from smena.planning.backfill import start_backfill

        by = dag_run.triggering_user_name
        made = start_backfill(context_from_airflow(), params, run_id=run_id, by=by).run_plan()
        ti.xcom_push(key="plan", value=made)
        return made["task_groups"]

    @task(pool="kontur_ofd", map_index_template="{{ shards }}")
    def load(shards: list[tuple[int, int]]) -> None:
        """Fetch, read, transform and check the shards; log the progress every few seconds."""
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.lineage import send_loaded_lineage
        from smena.loading.run import load_shards

        context = context_from_airflow()
        load_shards(context, shards)
        send_loaded_lineage(context, [batch_id for batch_id, _ in shards])

    @task(outlets=[LOADED, COVERED_MONTHS], trigger_rule=TriggerRule.ALL_DONE)
    def publish(params: dict[str, Any], ti: Any, outlet_events: Any) -> None:
        """Publish the quarters in order of time, and report the days and the month that became covered to Airflow."""
        from smena.airflow.closing import covered_month_keys
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.lineage import send_published_lineage
        from smena.loading.run import publish_batches

        made = ti.xcom_pull(task_ids="plan", key="plan")
        if not made or not made["batches"]:
            raise AirflowSkipException("there is nothing to publish")
        context = context_from_airflow()
        published = publish_batches(context, made["batches"], at_once=1)
        days = sorted({str(day) for done in published for day in done.covered_days})
        outlet_events[LOADED].extra = {"inn": params["inn"], "days": len(days), "from": days[:1], "to": days[-1:]}
        outlet_events[COVERED_MONTHS].add_partitions(covered_month_keys(context, published))
        send_published_lineage(context, [done.batch_id for done in published])

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def report(ti: Any) -> None:
        """Log how each quarter ended; fail if anything was not loaded."""
        from smena.airflow.connections import context_from_airflow
        from smena.airflow.telemetry import send_standings
        from smena.loading.run import report_run

        made = ti.xcom_pull(task_ids="plan", key="plan")
        context = context_from_airflow()
        send_standings(context)
        report_run(context, made)

    load.expand(shards=plan()) >> publish() >> report()


integration_backfill()
