"""### Put away what is old: staged rows, task logs, the evidence of closed months

Runs every Sunday at 08:30 Moscow time, after the loads and the reconciliation. It asks the services nothing and changes
nothing in accounting. Each task may be run again at any time.

| task | does |
| --- | --- |
| `stage` | deletes staged rows of published batches, and of batches that were planned more than a week ago |
| `logs` | removes logs of these DAGs' tasks that are older than 90 days, on the machine where it runs |
| `evidence` | moves the responses of closed months that ended over 92 days ago to the archive, where one is set |

A batch whose staged rows are gone is staged again from its stored responses when it is published. A month that is not
closed stays, and the log says for whom. Airflow's own database is not cleaned: tasks have no access to it.

* **Setting** `SMENA_ARCHIVE`: the place of the archive; without it `evidence` does nothing. **Connection** `warehouse`.
* **Retries**: transient errors, three times. **When it fails**: `docs/how-to/archive.md`.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE


@dag(
    dag_display_name="Уборка и архив",
    schedule=CronDataIntervalTimetable("30 8 * * 0", timezone=ZONE),
    start_date=pendulum.datetime(2025, 1, 5, 8, 30, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "upkeep"],
    doc_md=__doc__,
)
def housekeeping() -> None:
    """Put away what is old, once a week."""

    @task
    def stage() -> None:
        """Delete staged rows that nobody works on."""
        from smena.airflow.connections import context_from_airflow
        from smena.loading.leftovers import empty_stage

        empty_stage(context_from_airflow())

    @task
    def logs() -> None:
        """Remove old logs of these DAGs' tasks."""
        from smena.airflow.task_logs import remove_old_logs

        remove_old_logs()

    @task
    def evidence(run_id: str) -> None:
        """Move the responses of closed months to the archive."""
        from smena.airflow.connections import context_from_airflow
        from smena.loading.old_evidence import archive_old_evidence
        from smena.model.settings import SETTINGS

        archive_old_evidence(context_from_airflow(), SETTINGS.archive, by=run_id)

    stage()
    logs()
    evidence()


housekeeping()
