"""### z-reports of Kontur.OFD become ПКО

Every day at 04:00 Moscow time, for every organisation that is switched on: what is wanted since its start date and not
proved loaded, and what registers that were offline have sent since. A missed day heals itself.

| task | does |
| --- | --- |
| `plan` | asks for the registers, takes *wanted minus covered*, writes batches of at most 100,000 register-days |
| `load` | fetches and keeps the operator's answers, reads, transforms, checks; mapped over shards of registers |
| `publish` | matches with what stands, writes orders, shifts and coverage in one transaction a batch |
| `report` | a line for each batch; fails if anything was not loaded |

A run by hand, a cleared task and a backfill take the same road: what is right already stays as it is. What was read is
published even where another register could not be reached; the next run asks for the rest.

* **Pool** `kontur_ofd`: how many `load` tasks ask the operator at once. Each asks for four registers at a time.
* **Retries**: faults that may pass, three times, with growing pauses; bad data and refusals fail at once.
* **Asset** `accounting_z_reports`: a partition `ИНН|day` for each day on which every register became covered.
* **Deadline**: two hours after it was queued (`SMENA_LOAD_DEADLINE_MINUTES`); a run that is later is told of by the
  connection `smena_alerts`, once, and goes on.
* **Connections** `kontur_ofd`, `warehouse`. **When it fails**: `docs/operators-guide.md`.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag

from smena.airflow.dag_settings import DEFAULT_ARGS, LOADED, ZONE
from smena.airflow.daily_load import FIRST_DAY, begins, ends_in_time, load_daily


@dag(
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
    """The DAG."""
    load_daily("ofd", "kontur_ofd", LOADED)


ofd_z_reports()
