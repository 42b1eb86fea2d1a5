"""The whole road for one organisation, in this process: what the CLI runs, and what the DAG runs in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from smena.loading.after_publishing import finish
from smena.loading.extract import extract
from smena.loading.process import process
from smena.loading.publish import PublishResult, publish
from smena.model.containing import contained
from smena.model.errors import PassingFault, SmenaError, stored_of
from smena.model.window import OFD, Window
from smena.planning.plan import Plan, plan
from smena.runtime.context import Context
from smena.transform.decoded import Decoded


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load planned and did; `fault` is what kept a part of it from being read, if anything did."""

    plan: Plan
    published: PublishResult
    fault: PassingFault | None


def stage(context: Context, batch_id: int, shard: int) -> None:
    """Extracts and processes a shard. What was extracted before is not asked for again.

    Raises PassingFault where a part could not be read: run again. What was read is not lost, and is published without
    the rest if nobody does.
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
    """Plans one batch, extracts, processes and publishes. What can be read is published even where another part cannot.

    Raises what the steps raise: WrongUse, RefusedByService, BadBatch, PassingFault (where nothing was reached at all).
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
