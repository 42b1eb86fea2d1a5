"""Find the DAG of a run, for links to Airflow's own pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends

DAGS = (
    "ofd_z_reports", "market_documents", "ofd_today", "market_today", "integration_backfill", "reconciliation",
    "month_closing",
)  # fmt: skip

FindRuns = Callable[[Iterable[str]], dict[str, str]]
"""Takes run ids, returns the DAG id of each run that Airflow still has."""


def runs_of_airflow() -> FindRuns:
    """Return a lookup in Airflow's own database, which the server of these pages can read."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    def find(run_ids: Iterable[str]) -> dict[str, str]:
        wanted = sorted(set(run_ids))
        if not wanted:
            return {}
        with create_session() as session:
            found = select(DagRun.run_id, DagRun.dag_id).where(DagRun.run_id.in_(wanted), DagRun.dag_id.in_(DAGS))
            return {row.run_id: row.dag_id for row in session.execute(found)}

    return find


def address_of(dag_id: str, run_id: str) -> str:
    """Return the address of a run in Airflow's UI, below its base."""
    return f"/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


Runs = Annotated[FindRuns, Depends(runs_of_airflow)]
