"""### Documents of Kontur.Market

Every day at 04:30 Moscow time, for every organisation that has switched Market on: cheques become till shifts, and
these ПКО where the OFD does not tell of the same shift; cashless revenue, goods sold and incoming waybills become
documents. A missed day heals itself, and the last 31 days are read again for what came late.

| task | does |
| --- | --- |
| `plan` | asks for the shops, takes *wanted minus covered* and the look-back, writes a batch an organisation |
| `load` | fetches and keeps Market's answers, reads, transforms, checks; mapped over shards of shops |
| `publish` | finds which shift of the OFD each till shift is; writes documents and shifts, one transaction a batch |
| `report` | a line for each batch; fails if anything was not loaded |

It may run at the same time as `ofd_z_reports`: each publishes under the organisation's lock, and whoever comes first,
the books end up the same. What neither source can tell for sure waits for a person (`smena conflicts`, `smena links`).
Then `publish` asks shops for the names of new products, each once a day. A failure there changes nothing else.

* **Pool** `kontur_market`: how many `load` tasks ask Market at once. Each asks for four shops at a time.
* **Retries**: faults that may pass, three times, with growing pauses; bad data and refusals fail at once.
* **Asset** `accounting_market`: a partition `ИНН|day` for each day on which every shop became covered.
* **Deadline**: two hours after it was queued (`SMENA_LOAD_DEADLINE_MINUTES`); a run that is later is told of by the
  connection `smena_alerts`, once, and goes on.
* **Connections** `kontur_market`, `warehouse`. **When it fails**: `docs/operators-guide.md`.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag

from smena.airflow.dag_settings import DEFAULT_ARGS, LOADED_FROM_MARKET, ZONE
from smena.airflow.daily_load import FIRST_DAY, begins, ends_in_time, load_daily


@dag(
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
    """The DAG."""
    load_daily("market", "kontur_market", LOADED_FROM_MARKET)


market_documents()
