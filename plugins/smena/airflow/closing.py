"""What the tasks of the DAG `month_closing` need of Airflow: the month of a run, and when its sensor ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smena.airflow.partitions import split_month

if TYPE_CHECKING:
    from smena.reconciliation.month_closing import Month


def month_of(dag_run: Any) -> Month:
    """Return the month of a run by its partition key. Raises WrongUse where it has none."""
    from smena.reconciliation.month_closing import Month

    return Month(*split_month(dag_run.partition_key or ""))


def is_covered(dag_run: Any) -> bool:
    """Whether every wanted day of the run's month is covered.

    Raises AirflowSkipException where nothing is to be closed, and WrongUse where a person started the run to whom the
    organisation was not granted.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from smena.airflow.connections import context_from_airflow
    from smena.mandates.grants import check_granted
    from smena.reconciliation.month_closing import readiness

    month, context = month_of(dag_run), context_from_airflow()
    if dag_run.run_type == "manual":
        check_granted(context.warehouse, dag_run.triggering_user_name, month.inn)
    state = readiness(context, month)
    if state in ("closed", "not_wanted"):
        why = "is closed already" if state == "closed" else "is not loaded: the OFD is off, or on from a later day"
        raise AirflowSkipException(f"{month.inn} {month.first_day:%Y-%m} {why}")
    return state == "covered"
