"""What Airflow and the closing of months say to each other: partitions `ИНН|month`, and whether a run goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smena.model.errors import WrongUse

if TYPE_CHECKING:
    from smena.loading.publish import PublishResult
    from smena.reconciliation.month_closing import Month
    from smena.runtime.context import Context


def covered_month_keys(context: Context, published: Iterable[PublishResult]) -> list[str]:
    """Return the partitions of the months that these batches completed."""
    from smena.reconciliation.month_closing import covered_months

    months = covered_months(context, [(done.inn, done.covered_days) for done in published])
    return [f"{month.inn}|{month.first_day:%Y-%m}" for month in months]


def month_of(dag_run: Any) -> Month:
    """Return the month of a run by its partition key. Raises WrongUse where it has none."""
    from smena.reconciliation.month_closing import Month

    key = dag_run.partition_key or ""
    inn, _, month = key.partition("|")
    year, _, number = month.partition("-")
    is_month = len(year) == 4 and len(number) == 2 and (year + number).isdecimal() and 1 <= int(number) <= 12
    if not (inn.isdecimal() and is_month):
        raise WrongUse(f"{key!r} is no partition of a month", fix="start the run with a key like 9601000019|2026-01")
    return Month(inn, int(year), int(number))


def check_month(dag_run: Any) -> None:
    """Raise AirflowSkipException where the run's month is not covered, is closed already, or is not loaded.

    Raises WrongUse where a person started the run to whom the organisation was not granted.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from smena.airflow.connections import context_from_airflow
    from smena.mandates.grants import check_granted
    from smena.reconciliation.month_closing import readiness

    month, context = month_of(dag_run), context_from_airflow()
    if dag_run.run_type == "manual":
        check_granted(context.warehouse, dag_run.triggering_user_name, month.inn)
    state = readiness(context, month)
    if state != "covered":
        raise AirflowSkipException(f"{month.inn} {month.first_day:%Y-%m} {_WHY[state]}")


_WHY = {
    "waits": "is not over, or has days that are not covered: the log names them",
    "closed": "is closed already",
    "not_wanted": "is not loaded: the OFD is off, or on from a later day",
}
