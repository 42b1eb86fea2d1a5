"""A reconciliation of every organisation: the functions that the tasks of the daily DAG call."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from datetime import date, timedelta

from smena.mandates.lifecycle import enabled
from smena.messages import ENGLISH, readable, translate
from smena.model.errors import BadBatch, PassingFault, SmenaError, stored_of
from smena.model.unexpected import contained
from smena.model.window import OFD, Window
from smena.reconciliation.reconcile import LOOK_BACK_DAYS, reconcile
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.warehouse.database import Row

MOST_TASKS = 64
"""The most tasks at once: each is a forked process that reconciles many organisations one after another."""


def organizations_to_prove(context: Context) -> list[list[str]]:
    """Return the ИНН of every organisation that is switched on, in at most `MOST_TASKS` groups."""
    inns = sorted(str(row["organization_inn"]) for row in enabled(context.warehouse, OFD))
    size = max(1, math.ceil(len(inns) / MOST_TASKS))
    return [inns[start : start + size] for start in range(0, len(inns), size)]


def reconcile_organizations(
    context: Context, inns: Iterable[str], *, run_id: str, last_day: date | None = None
) -> None:
    """Reconcile the look-back of each organisation; an error of one does not stop the others.

    Raises, after every one was tried, the first error; a temporary fault goes first. An organisation that this run
    has reconciled already is not asked again.
    """
    window = last_day and Window(last_day - timedelta(days=LOOK_BACK_DAYS - 1), last_day)
    done = {
        row["organization_inn"]
        for row in context.warehouse.rows("reconciled_batches", run_id=run_id)
        if row["state"] == "published"
    }
    failed: list[SmenaError] = []
    for inn in inns:
        if inn in done:
            continue
        try:
            reconcile(context, inn, run_id=run_id, window=window or None, is_full=False)
        except Exception as error:  # noqa: BLE001 - the border of an organisation
            ours = contained(error, f"reconciliation of {inn}")
            logger.log(logging.WARNING, "unreconciled inn=%s why=%s", inn, ours)
            failed.append(ours)
            _keep_failure(context, inn, run_id, last_day or context.newest_day(), ours)
    passing = [error for error in failed if isinstance(error, PassingFault)]
    for first in [*passing, *failed]:
        raise first


def report_reconciliation(context: Context, *, run_id: str) -> None:
    """Log in a line how the newest attempt of this run ended for each organisation.

    Findings (missing shifts, differences) are warnings in the log, and alerts report them to people: they do not fail
    the run. Raises BadBatch if an organisation, or one of its registers, was not reconciled.
    """
    failed: dict[str, str] = {}
    unasked: dict[str, int] = {}
    seen = set()
    for row in context.warehouse.rows("reconciled_batches", run_id=run_id):
        inn = str(row["organization_inn"])
        seen.add(inn)
        try:
            failure, registers = _reported(row)
        except Exception as error:  # noqa: BLE001 - the border of an organisation
            failure, registers = f"it cannot be reported: {contained(error, f'report of {inn}')}", 0
        if failure:
            failed[inn] = failure
        if registers:
            unasked[inn] = registers
    for inns in organizations_to_prove(context):
        failed |= {inn: "its task did not begin, look at the log of `prove`" for inn in inns if inn not in seen}
    wrong = [f"organisation {inn} was not reconciled: {why}" for inn, why in failed.items()]
    wrong += [f"organisation {inn}: {registers} registers not asked" for inn, registers in unasked.items()]
    if wrong:
        raise BadBatch("; ".join(wrong), fix="look with `smena reconcile --inn … --from … --to …`")


def _reported(row: Row) -> tuple[str, int]:
    """Log a line; return why an organisation was not reconciled, and how many registers were not asked."""
    summary = row["summary"]
    with step_log("report", inn=row["organization_inn"], batch_id=row["batch_id"], state=row["state"]) as step:
        step.update(readable(summary, ENGLISH))
    if row["state"] != "published":
        return translate(summary.get("stopped"), ENGLISH) or "it did not end", 0
    counts = {"days of registers missing": "missing", "new differences": "new"}
    if facts := ", ".join(f"{summary[key]} {name}" for name, key in counts.items() if summary.get(key)):
        logger.warning("found inn=%s what=%s", row["organization_inn"], facts)
    return "", int(summary.get("unasked") or 0)


def _keep_failure(context: Context, inn: str, run_id: str, last_day: date, error: SmenaError) -> None:
    """Store for the report why an organisation failed before its batch was opened."""
    try:
        context.warehouse.run("reconcile_failed", inn=inn, run_id=run_id, last_day=last_day, reason=stored_of(error))
    except Exception as fault:  # noqa: BLE001 - the report says that nothing was begun
        contained(fault, f"keeping why {inn} was not reconciled")
