"""### Check completeness, and compare the books with the source

Runs every day at 06:00 Moscow time, after the loads, for every organisation that is switched on. It checks completeness
and does the reconciliation (сверка) of the last 35 days. It asks the source again and changes nothing in accounting.

| task | does |
| --- | --- |
| `organizations` | lists the organisations that are switched on, by task |
| `prove` | asks for totals by shift and by day and opening reports; writes verdicts by register and day, differences |
| `report` | logs a line per organisation; fails if one, or a register of it, was not reconciled |

Verdicts are in `control.completeness`, differences in `control.difference`. `prove` logs a new difference as a warning,
and closes one that it does not find any more. The alerts report missing shifts and differences; they do not fail the
run. Differences that documents explain are only listed. `smena reconcile` does the same by hand, for any period.

* **Pool** `kontur_ofd`: shared with the loads. **Retries**: transient errors, three times, with growing pauses.
* **Connections** `kontur_ofd`, `warehouse`. **When it fails**: `docs/how-to/reconcile.md`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pendulum
from airflow.sdk import CronDataIntervalTimetable, TriggerRule, dag, task

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE


@dag(
    dag_display_name="Сверка",
    schedule=CronDataIntervalTimetable("0 6 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2025, 1, 1, 6, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "ofd", "proof"],
    doc_md=__doc__,
)
def reconciliation() -> None:
    """Check completeness and reconcile daily."""

    @task
    def organizations() -> list[list[str]]:
        """Return the ИНН of organisations that are switched on, by task."""
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.run import organizations_to_prove

        return organizations_to_prove(context_from_airflow())

    @task(pool="kontur_ofd", map_index_template="{{ inns }}")
    def prove(inns: list[str], run_id: str, data_interval_end: datetime | None = None) -> None:
        """Compare the books of the organisations with the source; store verdicts and differences."""
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.run import reconcile_organizations

        end = data_interval_end and pendulum.instance(data_interval_end).in_timezone(ZONE)
        last_day = end and end.date() - timedelta(days=1)
        reconcile_organizations(context_from_airflow(), inns, run_id=run_id, last_day=last_day)

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def report(run_id: str) -> None:
        """Log how each organisation ended; fail if one was not reconciled."""
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.run import report_reconciliation

        report_reconciliation(context_from_airflow(), run_id=run_id)

    prove.expand(inns=organizations()) >> report()


reconciliation()
