"""### Decisions that wait for a person

A source that changed its mind about an accepted order, or a shift that needs a look: each is a question in the Airflow
UI (*Required Actions*), with both sides and their difference. Every morning at 06:00 Moscow time the oldest hundred are
asked; whoever answers gives a reason, and the answer is carried out at once, in that person's name.

| task | does |
| --- | --- |
| `questions` | the open decisions, oldest first |
| `decision.ask` | waits for a person, and holds no worker while it does |
| `decision.settle` | does what was answered: the same as `smena resolve` |

* **`later`** leaves a decision open; so does no answer within 23 hours. The next run asks again.
* **Resolved elsewhere meanwhile** (`smena resolve`): the log says so, and nothing is done twice.
* **Connection** `warehouse`. **What the words do**: `docs/accounting.md`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import CronDataIntervalTimetable, Param, dag, task, task_group

from smena.dag_settings import DEFAULT_ARGS, ZONE

ANSWERED_WITHIN = timedelta(hours=23)

REASON = Param("", type="string", maxLength=1000, title="Основание", description="Почему так: хранится с решением.")


class AskPerson(HITLOperator):
    """A question whose options, too, are known only when it is asked."""

    template_fields = ("subject", "body", "options")

    def validate_defaults(self) -> None:
        """Once the options are there."""
        if isinstance(self.options, list):
            super().validate_defaults()


@dag(
    schedule=CronDataIntervalTimetable("0 6 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2025, 1, 1, 6, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["smena", "decisions"],
    doc_md=__doc__,
)
def decisions() -> None:
    """The DAG."""

    @task
    def questions() -> list[dict[str, Any]]:
        """The open decisions, oldest first, in words for an accountant."""
        from smena.connections import road_from_airflow
        from smena.decisions.asking import questions as open_questions

        return [dict(question) for question in open_questions(road_from_airflow().warehouse)]

    @task
    def settle(decision_id: int, answer: Any) -> str:
        """What was answered is done."""
        from smena.connections import road_from_airflow
        from smena.decisions.asking import settle as settle_decision

        return settle_decision(road_from_airflow().warehouse, decision_id, answer)

    @task_group
    def decision(decision_id: int, subject: str, body: str, options: list[str]) -> None:
        """One question and what came of it."""
        ask = AskPerson(
            task_id="ask",
            subject=subject,
            body=body,
            options=options,
            defaults=["later"],
            params={"reason": REASON},
            response_timeout=ANSWERED_WITHIN,
            execution_timeout=None,
        )
        settle(decision_id, ask.output)

    decision.expand_kwargs(questions())


decisions()
