"""### What should people know this morning?

Every day at 07:00 Moscow time, after the loads and the reconciliation: for each organisation one message of all that is
not as it should be, or none. Nothing is asked of the services, and accounting is never changed.

| task | does |
| --- | --- |
| `send` | gathers all that is wrong, waits or cannot be checked, in eleven kinds; sends a message an organisation |

Reported are days not loaded, batches that failed, missing shifts, gaps, differences, decisions, waiting shifts,
quarantine, certificates that end, and registers with a fault: each of these once, until it is cured. A message goes out
once a day and organisation, however often the task runs: `control.alert` remembers it. What did not go out is not
remembered, and is tried again.

* **Connections** `warehouse`, `smena_alerts` (`http`: a webhook; `smtp`: mail; `telegram`). Without it: a warning.
* **Setting** `SMENA_ALERT_QUARANTINE`: how many open records in quarantine are borne without a word (0).
* **Retries**: faults that may pass, three times, with growing pauses. **When it fails**: `docs/operators-guide.md`.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE


@dag(
    schedule=CronDataIntervalTimetable("0 7 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2025, 1, 1, 7, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "alerts"],
    doc_md=__doc__,
)
def alerts() -> None:
    """The DAG."""

    @task
    def send(run_id: str) -> None:
        """One message an organisation."""
        from smena.airflow.connections import context_from_airflow, messenger_from_airflow, pages_address_from_airflow
        from smena.airflow.telemetry import send_standings
        from smena.alerts.outgoing import send_daily

        context = context_from_airflow()
        send_standings(context)
        send_daily(context, messenger_from_airflow(), sent_by=run_id, pages_address=pages_address_from_airflow())

    send()


alerts()
