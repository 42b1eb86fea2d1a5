"""### What should people know this morning?

Runs every day at 07:00 Moscow time, after the loads and the reconciliation. It sends each organisation one message
about everything that needs attention, or none. It asks the services nothing and changes nothing in accounting.

| task | does |
| --- | --- |
| `send` | gathers what is wrong, waits or cannot be checked, in eleven kinds; sends one message per organisation |

A message lists days that are not loaded, failed batches, missing shifts, gaps, differences, decisions, waiting shifts,
quarantine, certificates that expire, and registers with a fault. A fault of a register is reported once until it is
cured. However often the task runs, an organisation gets one message a day by each channel: `control.alert` records the
messages that went out. A message that could not be sent is not recorded, and the next run tries again.

* **Connections** `warehouse`, `smena_alerts` (`http`: a webhook; `smtp`: mail; `telegram`; `apprise`: any service of
  Apprise, several at once), and those that `smena alert-routes` names for an organisation, a КПП or a point of sale.
  Without `smena_alerts` the task logs a warning.
* **Setting** `SMENA_ALERT_QUARANTINE`: how many open records in quarantine cause no message (default 0).
* **Retries**: transient errors, three times, with growing pauses. **When it fails**: `docs/how-to/alerts.md`.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE


@dag(
    dag_display_name="Оповещения",
    schedule=CronDataIntervalTimetable("0 7 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2025, 1, 1, 7, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "alerts"],
    doc_md=__doc__,
)
def alerts() -> None:
    """Send the daily message of each organisation."""

    @task
    def send(run_id: str) -> None:
        """Send one message per organisation with everything that needs attention."""
        from smena.airflow.connections import (
            channels_from_airflow,
            context_from_airflow,
            messenger_from_airflow,
            pages_address_from_airflow,
        )
        from smena.airflow.telemetry import send_register_signs, send_standings
        from smena.alerts.outgoing import send_daily

        context = context_from_airflow()
        send_standings(context)
        send_register_signs(context)
        send_daily(
            context,
            messenger_from_airflow(),
            sent_by=run_id,
            pages_address=pages_address_from_airflow(),
            connect=channels_from_airflow,
        )

    send()


alerts()
