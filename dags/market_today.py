"""### Make ПКО of today's closed shifts from cheques of Kontur.Market

With `SMENA_SAME_DAY=hourly` it runs at minute 40 of each hour, for every organisation that has switched Market on. A
till shift that is over gets the order that `market_documents` would make the next morning. With `daily`, the default,
it has no schedule and may be started by hand.

| task | does |
| --- | --- |
| `plan` | lists the shops, chooses those whose shifts may be booked today, writes one batch per organisation |
| `load` | fetches and stores the cheques, parses, transforms, checks; mapped over shards of shops |
| `publish` | matches with the current books, writes orders and shifts in one transaction per batch |
| `report` | logs a line per batch; fails if anything was not loaded |

Market has no closing report: a till shift is known to be over once a newer shift of the same till has a cheque. Where
the OFD is loaded too, a shift that it may still report is left to the morning, so that nothing is booked twice; only
tills that are known to be no register of the OFD are booked. Reports and waybills are of whole days, and are not made.

* **Pool** `kontur_market`: shared with the daily load.
* **Retries**: transient errors, three times, with growing pauses; bad data and refusals fail at once.
* **Setting** `SMENA_SAME_DAY`. **Connections** `kontur_market`, `warehouse`. **When it fails**: nothing is lost, the
  next run or the morning loads it; see `docs/how-to/every-day.md`.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import dag

from smena.airflow.dag_settings import DEFAULT_ARGS, ZONE
from smena.airflow.same_day_load import hourly, load_today


@dag(
    dag_display_name="Контур.Маркет: сегодня",
    schedule=hourly(40),
    start_date=pendulum.datetime(2025, 1, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "market"],
    doc_md=__doc__,
)
def market_today() -> None:
    """Load cheques of Kontur.Market within the day."""
    load_today("market", "kontur_market")


market_today()
