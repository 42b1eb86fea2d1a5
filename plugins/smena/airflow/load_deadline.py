"""Airflow's callback when a load misses its deadline. It runs in the triggerer, which it must not block."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any


async def notify(context: Mapping[str, Any]) -> None:
    """Send the alert; `context` is Airflow's, with the run and its deadline."""
    await asyncio.to_thread(_notify, context)


def _notify(context: Mapping[str, Any]) -> None:
    from smena.airflow.connections import messenger_from_airflow
    from smena.alerts.outgoing import send_late

    run = context["dag_run"]
    due = str(context["deadline"]["deadline_time"])
    send_late(messenger_from_airflow(), dag_id=run["dag_id"], run_id=run["dag_run_id"], due=due)
