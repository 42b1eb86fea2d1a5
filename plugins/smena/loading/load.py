"""`smena load`: the whole pipeline for one organisation in this process.

plan (which days, as one batch) → extract (request and store the responses) → process (make shifts and orders of them,
in the stage: tables of rows about to be published) → publish (write the batch to the books) → finish (work of the
product on which no document depends). Extract and process run per shard: a part of the units (registers of the OFD or
shops of Market) of the batch. The daily DAG runs the same steps as tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from smena.loading.after_publishing import finish
from smena.loading.extract import extract
from smena.loading.process import process
from smena.loading.publish import PublishResult, publish
from smena.model.errors import PassingFault, SmenaError, stored_of
from smena.model.unexpected import contained
from smena.model.window import OFD, Window
from smena.planning.plan import Plan, plan
from smena.runtime.context import Context
from smena.transform.decoded import Decoded


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The plan and the result of a load; `fault` is the first temporary fault that left a register or shop unread."""

    plan: Plan
    published: PublishResult
    fault: PassingFault | None


def stage(context: Context, batch_id: int, shard: int) -> None:
    """Extract and process a shard. Responses (pages) that were stored before are not requested again.

    Raises PassingFault if a register or shop could not be read. The pages of the others are stored, but not processed
    here. The caller either runs the step again, or publishes the batch without that unit: `publish` first processes
    every shard that is not in the stage.
    """
    decoded = Decoded()
    extracted = extract(context, batch_id, shard, decoded)
    if extracted.fault is not None:
        raise extracted.fault
    process(context, batch_id, shard, decoded)


def load(
    context: Context,
    inn: str,
    *,
    run_id: str,
    product: str = OFD,
    horizon: date | None = None,
    window: Window | None = None,
    same_day: bool = False,
) -> LoadResult:
    """Plan one batch, extract, process and publish. Registers and shops that could not be read are left out.

    Args:
        run_id: the name of this run in `control.batch` and in the logs.
        product: `ofd` or `market`.
        horizon: the last day to load; by default yesterday in the organisation's time zone.
        window: days that a person asked for. By default the days that are wanted (from the integration's start date
            through the horizon) and not covered (proved loaded).
        same_day: plan the days that are not over (see `plan`).

    Raises the errors of the steps: WrongUse, RefusedByService, BadBatch, PassingFault (if nothing could be read).
    """
    planned = plan(
        context, inn, run_id=run_id, product=product, horizon=horizon, window=window, in_one=True, same_day=same_day
    )
    (batch_id,) = planned.batches
    fault = None
    for shard in planned.batches[batch_id]:
        try:
            stage(context, batch_id, shard)
        except PassingFault as error:
            fault = fault or error
        except SmenaError:
            raise
        except Exception as error:
            # A bug in a step: the batch is marked as stopped with the reason, so that the next run plans its days anew.
            # `publish` below does the same itself.
            ours = contained(error, f"batch {batch_id}, shard {shard}")
            context.warehouse.run("batch_stop", batch_id=batch_id, reason=stored_of(ours))
            raise ours from error
    published = publish(context, batch_id)
    finish(context, [batch_id])
    return LoadResult(planned, published, fault)
