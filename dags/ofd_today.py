"""### Make ПКО of today's closed shifts from z-reports of Kontur.OFD

With `SMENA_SAME_DAY=hourly` it runs at minute 20 of each hour, for every organisation that is switched on. A shift that
was closed today gets the order that `ofd_z_reports` would make the next morning. With `daily`, the default, it has no
schedule and may be started by hand.

| task | does |
| --- | --- |
| `plan` | lists the registers, chooses those that may have closed a shift, writes one batch per organisation |
| `load` | fetches and stores the operator's answers, parses, transforms, checks; mapped over shards of registers |
| `publish` | matches with the current books, writes orders and shifts in one transaction per batch |
| `report` | logs a line per batch; fails if anything was not loaded |

Today is not over, so it is not covered: a silent register, a missing shift or an open one is no gap and no alert yet,
and the next morning asks for the whole day again. A shift waits for the morning if its totals are not whole yet.

* **Pool** `kontur_ofd`: shared with the daily load. A register is asked only if the list shows that it may have
  something new; its totals only if there is a new z-report.
* **Retries**: transient errors, three times, with growing pauses; bad data and refusals fail at once.
* **Setting** `SMENA_SAME_DAY`. **Connections** `kontur_ofd`, `warehouse`. **When it fails**: nothing is lost, the next
  run or the morning loads it; see `docs/how-to/every-day.md`.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import dag

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE
from smena.airflow.same_day_load import hourly, load_today


@dag(
    dag_display_name="Контур.ОФД: сегодня",
    schedule=hourly(20),
    start_date=pendulum.datetime(2025, 1, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "ofd"],
    doc_md=__doc__,
)
def ofd_today() -> None:
    """Load z-reports of Kontur.OFD within the day."""
    load_today("ofd", "kontur_ofd")


ofd_today()
