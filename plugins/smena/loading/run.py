"""A run over every organisation: the functions that the tasks of a daily DAG call. They pass ids, never rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TypeVar

from smena.loading.after_publishing import finish
from smena.loading.load import stage
from smena.loading.publish import FAILED_AFTER, PublishResult, orders_written, publish
from smena.mandates.certificates import certificates, standing
from smena.mandates.lifecycle import enabled
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, readable, translate
from smena.model.errors import BadBatch, PassingFault, SmenaError
from smena.model.unexpected import contained
from smena.model.window import OFD
from smena.planning.plan import plan
from smena.planning.run_plan import RunPlan, Shard, grouped
from smena.reads.completeness import gaps
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.warehouse import ledger

PLANNED_AT_ONCE = 4
PUBLISHED_AT_ONCE = 2

T = TypeVar("T")


def plan_run(
    context: Context, *, run_id: str, product: str = OFD, horizon: date | None = None, same_day: bool = False
) -> RunPlan:
    """Plan a batch for every organisation that is switched on; an error of one does not stop the others.

    With `same_day`, of the days that are not over.

    Raises PassingFault if none could be planned, and at least one failed by a temporary fault.
    """
    failed: dict[str, SmenaError] = {}
    inns = [str(row["organization_inn"]) for row in enabled(context.warehouse, product)]
    found = [_attempt(failed, inn, lambda inn=inn: organization_of(context.warehouse, inn)) for inn in inns]  # type: ignore[misc]
    organizations = [organization for organization in found if organization is not None]
    _attempt({}, "certificates", lambda: _warn_of_certificates(context, set(inns)))
    # Connections are looked up here: Airflow gives them only to the thread in which the task began.
    known = cache(context.endpoint)
    for organization in organizations:
        name = organization.connection_of(product)
        _attempt(failed, organization.inn, lambda name=name: known(name))  # type: ignore[misc]
    ready = [organization.inn for organization in organizations if organization.inn not in failed]
    with_known = replace(context, endpoint=known)

    def planned_of(inn: str) -> tuple[list[int], list[Shard]] | None:
        def planned() -> tuple[list[int], list[Shard]]:
            made = plan(with_known, inn, run_id=run_id, product=product, horizon=horizon, same_day=same_day)
            return list(made.batches), made.shards_to_load

        return _attempt(failed, inn, planned)

    with ThreadPoolExecutor(PLANNED_AT_ONCE, thread_name_prefix="plan") as workers:
        made = list(workers.map(planned_of, ready))
    planned = [one for one in made if one is not None]
    passing = next((error for error in failed.values() if isinstance(error, PassingFault)), None)
    if passing is not None and not planned:
        raise passing
    return {
        "batches": [batch_id for batches, _ in planned for batch_id in batches],
        "task_groups": grouped([place for _, shards in planned for place in shards]),
        "failed": {inn: str(error) for inn, error in failed.items()},
    }


def load_shards(context: Context, chunk: Iterable[Shard]) -> None:
    """Extract and process shards. Raises, after every one was tried, the first error.

    A temporary fault goes first: another attempt requests only what failed.
    """
    failed: dict[str, SmenaError] = {}
    for batch_id, shard in chunk:
        _attempt(failed, f"batch {batch_id}, shard {shard}", lambda b=batch_id, s=shard: stage(context, b, s))  # type: ignore[misc]
    passing = [error for error in failed.values() if isinstance(error, PassingFault)]
    for error in [*passing, *failed.values()]:
        raise error


def publish_batches(
    context: Context, batches: Iterable[int], *, at_once: int = PUBLISHED_AT_ONCE
) -> list[PublishResult]:
    """Publish batches, each in a transaction of its own, and return the published ones.

    With `at_once=1` they go in order. A batch that fails is named in the report, and the others are published. Raises,
    after every one was tried, the first temporary fault.
    """
    failed: dict[str, SmenaError] = {}

    def attempt(batch_id: int) -> PublishResult | None:
        return _attempt(failed, f"batch {batch_id}", lambda: publish(context, batch_id))

    with ThreadPoolExecutor(at_once, thread_name_prefix="publish") as workers:
        done = list(workers.map(attempt, batches))
    # In this thread: Airflow gives connections to no other.
    finish(context, [one.batch_id for one in done if one is not None])
    for error in failed.values():
        if isinstance(error, PassingFault):
            raise error
    return [one for one in done if one is not None]


def report_run(context: Context, made: RunPlan | None) -> None:
    """Log in a line for each batch how it ended. Raises BadBatch if anything was not loaded, with the reasons.

    Args:
        context: only its warehouse is used.
        made: the result of `plan_run`; None if it failed.
    """
    if made is None:
        raise BadBatch("nothing was planned", fix="look at the log of the task `plan`")
    wrong = [f"organisation {inn}: {reason}" for inn, reason in made["failed"].items()]
    for batch_id in made["batches"]:
        failed: dict[str, SmenaError] = {}
        found = _attempt(failed, f"batch {batch_id}", lambda b=batch_id: _reported(context, b))  # type: ignore[misc]
        wrong += found or []
        wrong += [f"{name} cannot be reported: {error}" for name, error in failed.items()]
    if wrong:
        raise BadBatch("; ".join(wrong), fix="nothing is lost: the next run asks again for what is missing")


def _reported(context: Context, batch_id: int) -> list[str]:
    """Log in a line how a batch ended, and return what was not loaded."""
    batch = ledger.batch_of(context.warehouse, batch_id)
    counts = context.warehouse.rows("assignment_counts", batch_id=batch_id)
    wrong = []
    with step_log("report", inn=batch.organization_inn, batch_id=batch_id, state=batch.state) as step:
        step.update({row["state"]: row["assignments"] for row in counts})
        step.update(readable({key: value for key, value in batch.summary.items() if key != "orders"}, ENGLISH))
        step.update(orders_written(batch.summary))
    if FAILED_AFTER in batch.summary:
        why = translate(batch.summary[FAILED_AFTER], ENGLISH)
        wrong.append(f"batch {batch_id} of {batch.organization_inn} is published, but not finished: {why}")
    if batch.state != "published":
        why = translate(batch.summary.get("stopped"), ENGLISH) or "it was not published"
        wrong.append(f"batch {batch_id} of {batch.organization_inn}: {why}")
    wrong += [
        f"batch {batch_id} of {batch.organization_inn}: {row['assignments']} windows {row['state']},"
        f" {translate(row['error'], ENGLISH)}"
        for row in counts
        if row["state"] == "failed"
    ]
    wrong += [
        f"batch {batch_id} of {batch.organization_inn}: organisation {row['unit_id']} cannot be listed,"
        f" {translate(row['details'], ENGLISH)}"
        for row in gaps(context.warehouse, batch.organization_inn, reason="not_listed", batch_id=batch_id)
    ]
    return wrong


def _warn_of_certificates(context: Context, inns: set[str]) -> None:
    """Log certificates that have ended or end soon. Loading goes on: only switching on or off needs one."""
    now = datetime.now(UTC)
    for row in certificates(context.warehouse):
        how = standing(row["valid_to"], now)
        if row["serves"] and row["organization_inn"] in inns and how != "valid":
            level = logging.ERROR if how == "ended" else logging.WARNING
            logger.log(level, "certificate inn=%s is=%s end=%s", row["organization_inn"], how, row["valid_to"])


def _attempt(failed: dict[str, SmenaError], name: str, do: Callable[[], T]) -> T | None:
    """Return the result of `do`; None if it raises anything: an organisation or a shard fails alone."""
    try:
        return do()
    except Exception as error:  # noqa: BLE001 - see above
        ours = contained(error, name)
        with step_log("failed", what=name, why=str(ours)):
            failed[name] = ours
        return None
