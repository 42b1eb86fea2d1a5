"""The results of the gates of a shard: added up over its chunks, and kept in `control.check_result`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from smena.quality import CheckResult, Verdict
from smena.warehouse.database import Transaction, as_json


@dataclass
class Gates:
    """What the gates found in a shard; `stopped` says why the whole batch must not be published, if it must not."""

    results: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    stopped: str = ""

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Adds a chunk's results to those of the shard, rule by rule."""
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
        """Writes the results."""
        rows = [
            {
                "suite": result.suite,
                "expectation": result.expectation,
                "column_name": result.column,
                "severity": result.severity,
                "success": result.success,
                "checked_rows": result.rows,
                "bad_rows": result.bad_rows,
                "details": json.loads(result.details),
            }
            for result in self.results.values()
        ]
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
