"""### Make ПКО from z-reports of Kontur.OFD

Runs every day at 04:00 Moscow time for every organisation that is switched on. It loads the days since the start date
that are not yet proved loaded, and documents that registers sent late after being offline. The next run also loads days
that were missed.

| task | does |
| --- | --- |
| `plan` | lists the registers, takes *wanted minus covered*, writes batches of at most 100,000 register-days |
| `load` | fetches and stores the operator's answers, parses, transforms, checks; mapped over shards of registers |
| `publish` | matches with the current books, writes orders, shifts and coverage in one transaction per batch |
| `report` | logs a line per batch; fails if anything was not loaded |

A manual run, a cleared task and a backfill run the same steps, which change nothing that is already right. Shifts that
were read are published even if another register could not be reached; the next run asks for the rest.

* **Pool** `kontur_ofd`: how many `load` tasks ask the operator at once. Each asks for four registers at a time.
* **Retries**: transient errors, three times, with growing pauses; bad data and refusals fail at once.
* **Assets** `accounting_z_reports`: `ИНН|day`, every register is covered; `accounting_months`: `ИНН|month`, all days.
* **Deadline**: two hours after the run was queued (`SMENA_LOAD_DEADLINE_MINUTES`). A run that takes longer is reported
  once, by the connection `smena_alerts`, and goes on.
* **Connections** `kontur_ofd`, `warehouse`. **When it fails**: `docs/how-to/every-day.md`.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag

from smena.airflow.dag_settings import DEFAULT_ARGS, LOADED, ZONE
from smena.airflow.daily_load import FIRST_DAY, begins, ends_in_time, load_daily


@dag(
    dag_display_name="Z-отчёты Контур.ОФД",
    schedule=CronDataIntervalTimetable("0 4 * * *", timezone=ZONE),
    start_date=begins("04:00"),
    catchup=bool(FIRST_DAY),
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=ends_in_time(),
    tags=["smena", "ofd"],
    doc_md=__doc__,
)
def ofd_z_reports() -> None:
    """Load z-reports of Kontur.OFD daily. The tasks are in `smena.airflow.daily_load`."""
    load_daily("ofd", "kontur_ofd", LOADED)


ofd_z_reports()
