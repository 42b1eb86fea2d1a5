"""A reconciliation of every organisation: what the tasks of the daily DAG call."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from datetime import date, timedelta

from smena.integration.lifecycle import enabled
from smena.model.containing import contained
from smena.model.errors import BadBatch, PassingFault, SmenaError
from smena.model.window import OFD, Window
from smena.pipeline.log import logger, step_log
from smena.pipeline.proof.reconcile import LOOK_BACK_DAYS, reconcile
from smena.pipeline.road import Road

MOST_LOTS = 64
"""How many tasks prove at once at most: each is forked, and asks for many organisations one after another."""


def organizations_to_prove(road: Road) -> list[list[str]]:
    """ИНН of every organisation that is switched on, in as many lots as there may be tasks."""
    inns = sorted(str(row["organization_inn"]) for row in enabled(road.warehouse, OFD))
    size = max(1, math.ceil(len(inns) / MOST_LOTS))
    return [inns[start : start + size] for start in range(0, len(inns), size)]


def reconcile_lot(road: Road, inns: Iterable[str], *, run_id: str, last_day: date | None = None) -> None:
    """Reconciles the look-back of each organisation; one that cannot be asked costs the others nothing.

    Raises, after every one was tried, the first error; a fault that may pass goes first. An organisation that this run
    has reconciled already is not asked again.
    """
    window = last_day and Window(last_day - timedelta(days=LOOK_BACK_DAYS - 1), last_day)
    done = {
        row["organization_inn"]
        for row in road.warehouse.rows("reconciled_batches", run_id=run_id)
        if row["state"] == "published"
    }
    failed: list[SmenaError] = []
    for inn in inns:
        if inn in done:
            continue
        try:
            reconcile(road, inn, run_id=run_id, window=window or None, is_full=False)
        except Exception as error:  # noqa: BLE001 - the border of an organisation
            ours = contained(error, f"reconciliation of {inn}")
            logger.log(logging.WARNING, "unreconciled inn=%s why=%s", inn, ours)
            failed.append(ours)
    passing = [error for error in failed if isinstance(error, PassingFault)]
    for first in [*passing, *failed]:
        raise first


def report_reconciliation(road: Road, *, run_id: str) -> None:
    """Says in a line how each organisation ended. Raises BadBatch where shifts are missing or a difference is new."""
    wrong = []
    for row in road.warehouse.rows("reconciled_batches", run_id=run_id):
        inn, summary = row["organization_inn"], row["summary"]
        with step_log("report", inn=inn, batch_id=row["batch_id"], state=row["state"]) as told:
            told.update(summary)
        if row["state"] != "published":
            wrong.append(f"organisation {inn} was not reconciled: {summary.get('stopped', 'it did not end')}")
            continue
        counts = {"days of registers missing": "missing", "new differences": "new", "registers not asked": "unasked"}
        found = [f"{summary[key]} {name}" for name, key in counts.items() if summary.get(key)]
        if found:
            wrong.append(f"organisation {inn}: {', '.join(found)}")
    if wrong:
        raise BadBatch("; ".join(wrong), fix="look with `smena reconcile --inn … --from … --to …`")
