"""The whole pipeline for one organisation, in this process, for the CLI. The DAG runs the same steps as tasks."""

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
    """Extract and process a shard. Pages that were stored before are not requested again.

    Raises PassingFault if a register or shop could not be read. The pages of the others are stored, but the shard is
    not processed: run again, or publish the batch. `publish` processes such a shard and publishes what was stored.
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
) -> LoadResult:
    """Plan one batch, extract, process and publish. Registers and shops that could not be read are left out.

    Raises the errors of the steps: WrongUse, RefusedByService, BadBatch, PassingFault (if nothing could be read).
    """
    planned = plan(context, inn, run_id=run_id, product=product, horizon=horizon, window=window, in_one=True)
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
            ours = contained(error, f"batch {batch_id}, shard {shard}")
            context.warehouse.run("batch_stop", batch_id=batch_id, reason=stored_of(ours))
            raise ours from error
    published = publish(context, batch_id)
    finish(context, [batch_id])
    return LoadResult(planned, published, fault)
