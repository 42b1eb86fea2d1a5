"""The DAGs' time zone, assets and retries. Only DAG files import it: it imports Airflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule

from smena.model.errors import BadBatch, BrokenPromise, PassingFault, RefusedByService, UnexpectedError, WrongUse

ZONE = "Europe/Moscow"

LOADED = Asset(name="accounting_z_reports", uri="smena://warehouse/accounting/z_reports")
LOADED_FROM_MARKET = Asset(name="accounting_market", uri="smena://warehouse/accounting/market")
COVERED_MONTHS = Asset(name="accounting_months", uri="smena://warehouse/accounting/months")

RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    rules=[
        RetryRule(PassingFault, RetryAction.RETRY, reason="an outside system failed for now"),
        RetryRule(
            [BadBatch, BrokenPromise, RefusedByService, UnexpectedError, WrongUse],
            RetryAction.FAIL,
            reason="asking again will not help",
        ),
    ]
)

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "smena",
    "retries": 3,
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
    "retry_policy": RETRY_WHAT_MAY_PASS,
    "execution_timeout": timedelta(hours=6),
}
