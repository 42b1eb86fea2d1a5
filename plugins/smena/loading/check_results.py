"""The results of the checks of a shard and of the gate of a batch, stored in `control.check_result`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from smena.messages import ENGLISH, translate
from smena.model.errors import BadBatch
from smena.model.product import product_of
from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason
from smena.quality import CheckResult, Verdict
from smena.runtime.context import Context
from smena.warehouse import ledger
from smena.warehouse.database import Transaction, as_json
from smena.warehouse.ledger import Batch

WHOLE_BATCH = -1
"""The shard, in `control.check_result`, of results about all shards together."""


@dataclass
class Gates:
    """The results of the checks of a shard; `stopped` is why the batch must not be published, or empty."""

    results: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    stopped: str = ""

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Add a chunk's results to those of the shard, rule by rule."""
        for verdict in verdicts:
            for result in verdict.results:
                key = (result.suite, result.expectation)
                former = self.results.get(key)
                self.results[key] = _sum(former, result) if former else result
            if verdict.stops_batch and not self.stopped:
                self.stopped = next(iter(verdict.notes))

    @property
    def state(self) -> str:
        """The state of the shard."""
        return "stopped" if self.stopped else "staged"

    def keep(self, transaction: Transaction, batch_id: int, shard: int) -> None:
        """Write the results."""
        _keep(transaction, batch_id, shard, self.results.values())


def stop_at_gate(context: Context, batch: Batch) -> None:
    """Run the gate over a staged batch, if the context has one, and store its results.

    Publishing a stopped batch again stages it anew from the stored answers.

    Raises BadBatch if a staged row fails a check that it passed before staging.
    """
    if context.gate is None:
        return
    batch_id = batch.batch_id
    with context.warehouse.transaction() as transaction:
        transaction.run("publish_memory")
        # Another process that publishes this batch empties the stage, under the same lock.
        transaction.run("lock_organization", inn=batch.organization_inn)
        if ledger.batch_of(transaction, batch_id).state == "published":
            return
        results = context.gate(transaction, batch_id, product_of(batch.product).source)
        transaction.run("gate_clear", batch_id=batch_id, shard=WHOLE_BATCH)
        _keep(transaction, batch_id, WHOLE_BATCH, results)
        why = joined(_reason_of(result) for result in results if not result.success)
        if why:
            transaction.run("gate_restage", batch_id=batch_id)
            transaction.run("batch_stop", batch_id=batch_id, reason=why)
    if why:
        raise BadBatch(
            f"batch {batch_id} of {batch.organization_inn} publishes nothing: {translate(why, ENGLISH)}",
            fix=f"look at `smena quality --batch {batch_id}`; the next try stages it anew from the stored answers",
        )


def _reason_of(result: CheckResult) -> str:
    return reason(
        Reason.GATE_STOPPED,
        rule=f"{result.suite}.{result.expectation}",
        bad=result.bad_rows,
        records=result.rows,
        reason=json.loads(result.details)["rule"],
    )


def _keep(transaction: Transaction, batch_id: int, shard: int, results: Iterable[CheckResult]) -> None:
    rows = [result.as_row() for result in results]
    transaction.run("check_results_add", batch_id=batch_id, shard=shard, results=as_json(rows))


def _sum(former: CheckResult, result: CheckResult) -> CheckResult:
    return CheckResult(
        suite=result.suite,
        expectation=result.expectation,
        column=result.column,
        severity=result.severity,
        success=former.success and result.success,
        rows=former.rows + result.rows,
        bad_rows=former.bad_rows + result.bad_rows,
        details=result.details if former.success else former.details,
    )
