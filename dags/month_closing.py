"""### Prove a month of an organisation, and ask a person to close it

Starts by itself when a daily load has covered the last open day of a month, of each source that is on: the load writes
a partition `ИНН|month` of the asset `accounting_months`, such as `9601000019|2026-01`, and each has a run here.

| task | does |
| --- | --- |
| `check` | skips a month that is not covered whole, or is closed already |
| `reconcile` | compares the books of the month with the source, receipt by receipt |
| `certify` | makes and stores the certificate of completeness |
| `ask` | asks a person in Airflow (Required Actions) whether to close it; without an answer in 25 days it stays open |
| `close` | checks that the books are still those of the certificate, and closes the period in that person's name |

Nothing is closed without an answer, and only by a person to whom the organisation is granted. Any task may be cleared
and run again. An older month is started by hand, with its partition key, by a person with a grant.

* **Pool** `kontur_ofd`. **Connections** `kontur_ofd`, `warehouse`. **Guide**: `docs/how-to/accept-and-close.md`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import PartitionedAssetTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from smena.airflow.dag_settings import COVERED_MONTHS, DEFAULT_ARGS, ZONE

CLOSE, LEAVE = "Закрыть", "Оставить открытым"

SUBJECT = "Закрыть {{ ti.xcom_pull('certify').month }}: {{ ti.xcom_pull('certify').name }}?"
BODY = """
{% set proof = ti.xcom_pull('certify') %}
ИНН {{ proof.inn }}, дни с {{ proof.first_day }} по {{ proof.last_day }}.

{{ 'Всё на месте и сходится.' if proof.is_complete else '**Полнота не доказана: откройте страницу «Месяц».**' }}

* не загружено или не сверено: {{ proof.not_here }}
* расхождений без объяснения: {{ proof.differences }}
* ждёт решения (смены, документы, карантин): {{ proof.decisions }}
* документов не принято: {{ proof.not_accepted }}

Сертификат полноты: `{{ proof.sha256 }}`. После закрытия в эти дни ничего не записывается.
"""


@dag(
    dag_display_name="Закрытие месяца",
    schedule=PartitionedAssetTimetable(assets=COVERED_MONTHS),
    start_date=pendulum.datetime(2025, 1, 1, tz=ZONE),
    catchup=False,
    # Each run waits for a person for days, and there is one for each organisation.
    max_active_runs=1000,
    default_args=DEFAULT_ARGS,
    tags=["smena", "ofd", "proof"],
    doc_md=__doc__,
)
def month_closing() -> None:
    """Prove a month and ask a person to close it."""

    @task
    def check(dag_run: Any) -> None:
        """Skip the run where there is nothing to close."""
        from smena.airflow.closing import check_month

        check_month(dag_run)

    @task(pool="kontur_ofd")
    def reconcile(dag_run: Any) -> None:
        """Compare the books of the month with the source."""
        from smena.airflow.closing import month_of
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.month_closing import reconcile_month

        reconcile_month(context_from_airflow(), month_of(dag_run), run_id=dag_run.run_id)

    @task
    def certify(dag_run: Any) -> dict[str, Any]:
        """Make and store the certificate; return what the person is asked about."""
        from smena.airflow.closing import month_of
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.month_closing import certify_month

        return certify_month(context_from_airflow(), month_of(dag_run))

    @task
    def close(dag_run: Any, answer: dict[str, Any], proof: dict[str, Any]) -> str:
        """Close the period in the name of the person who answered."""
        from smena.airflow.closing import month_of
        from smena.airflow.connections import context_from_airflow
        from smena.reconciliation.month_closing import close_month

        if answer["chosen_options"] != [CLOSE]:
            raise AirflowSkipException("the month stays open")
        by = (answer["responded_by_user"] or {}).get("name")
        return str(close_month(context_from_airflow(), month_of(dag_run), sha256=proof["sha256"], by=by))

    ask = HITLOperator(
        task_id="ask", subject=SUBJECT, body=BODY, options=[CLOSE, LEAVE], defaults=LEAVE,
        response_timeout=timedelta(days=25),
    )  # fmt: skip
    proof = certify()
    check() >> reconcile() >> proof >> ask
    close(answer=ask.output, proof=proof)


month_closing()
