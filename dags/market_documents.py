"""### Load documents of Kontur.Market

Runs every day at 04:30 Moscow time for every organisation that has switched Market on. Cheques become till shifts, and
a till shift becomes a ПКО unless the OFD reports the same shift. Cashless revenue, goods sold and incoming waybills
become documents. The next run also loads days that were missed, and reads the last 31 days again for late documents.

| task | does |
| --- | --- |
| `plan` | lists the shops, takes *wanted minus covered* and the look-back, writes one batch per organisation |
| `load` | fetches and stores Market's answers, parses, transforms, checks; mapped over shards of shops |
| `publish` | matches each till shift with the OFD's; writes documents and shifts, one transaction per batch |
| `report` | logs a line per batch; fails if anything was not loaded |

It may run at the same time as `ofd_z_reports`: each publishes under the organisation's lock, and the books are the same
whichever comes first. Where the data of both sources do not decide, a person does (`smena conflicts`, `smena links`).
After that, `publish` asks shops for the names of new products, each once a day; if this fails, nothing else changes.

* **Pool** `kontur_market`: how many `load` tasks ask Market at once. Each asks for four shops at a time.
* **Retries**: transient errors, three times, with growing pauses; bad data and refusals fail at once.
* **Assets** `accounting_market`: `ИНН|day`, every shop is covered; `accounting_months`: `ИНН|month`, all days are.
* **Deadline**: two hours after the run was queued (`SMENA_LOAD_DEADLINE_MINUTES`). A run that takes longer is reported
  once, by the connection `smena_alerts`, and goes on.
* **Connections** `kontur_market`, `warehouse`. **When it fails**: `docs/how-to/every-day.md`.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag

from smena.airflow.dag_settings import DEFAULT_ARGS, LOADED_FROM_MARKET, ZONE
from smena.airflow.daily_load import FIRST_DAY, begins, ends_in_time, load_daily


@dag(
    dag_display_name="Документы Контур.Маркета",
    schedule=CronDataIntervalTimetable("30 4 * * *", timezone=ZONE),
    start_date=begins("04:30"),
    catchup=bool(FIRST_DAY),
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=ends_in_time(),
    tags=["smena", "market"],
    doc_md=__doc__,
)
def market_documents() -> None:
    """Load documents of Kontur.Market daily. The tasks are in `smena.airflow.daily_load`."""
    load_daily("market", "kontur_market", LOADED_FROM_MARKET)


market_documents()
