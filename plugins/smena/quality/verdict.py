"""What came of a check: one result a rule, and the rows that may not go on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smena.model.reason_text import reason
from smena.model.reasons import Reason

SHOWN_ROWS = 5
"""How many of the bad values a result shows."""

Severity = Literal["record", "batch", "warning"]
"""Whom a broken rule costs: the bad rows, the whole batch, or nobody (it is only said)."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One rule asked of one frame: a row of `control.check_result`.

    Attributes:
        suite: of which kind of record: `z_reports`, `receipts`, `shifts`, `orders`, `cheques`, `till_shifts` or
            `waybills`.
        expectation: the rule's own name, unique in its suite: `rnm_has_16_digits`.
        column: the column asked, None where the rule is about several.
        severity: see `Severity`.
        success: whether the rule holds for every row.
        rows: how many rows were asked.
        bad_rows: how many of them break the rule; all copies of a doubled key count.
        details: a short JSON object: `rule` is its stored reason; if it is broken, the first `found` values and their
            `keys` too.
    """

    suite: str
    expectation: str
    column: str | None
    severity: Severity
    success: bool
    rows: int
    bad_rows: int
    details: str

    def as_row(self) -> dict[str, Any]:
        """The columns of `control.check_result` that are of the result itself."""
        return {
            "suite": self.suite,
            "expectation": self.expectation,
            "severity": self.severity,
            "column_name": self.column,
            "success": self.success,
            "checked_rows": self.rows,
            "bad_rows": self.bad_rows,
            "details": json.loads(self.details),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results of a suite, and the rows to put in quarantine.

    Attributes:
        results: one for each rule, in the suite's order, passed or not.
        bad: the rows of the checked frame that break a rule of severity `record`, each once, under their own index
            labels, with a last column `reason` (that of every broken rule, one a line). The good rows are
            `frame.drop(index=verdict.bad.index)`.
    """

    results: list[CheckResult]
    bad: pd.DataFrame

    @property
    def stops_batch(self) -> bool:
        """Whether a rule about the batch as a whole is broken: nothing of it may be published."""
        return any(result.severity == "batch" and not result.success for result in self.results)

    @property
    def notes(self) -> list[str]:
        """The stored reason of each broken rule that is not about single records: the batch's faults, then warnings."""
        return [
            reason(
                Reason.RULE_BROKEN,
                rule=f"{result.suite}.{result.expectation}",
                bad=result.bad_rows,
                records=result.rows,
                reason=json.loads(result.details)["rule"],
            )
            for severity in ("batch", "warning")
            for result in self.results
            if result.severity == severity and not result.success
        ]
