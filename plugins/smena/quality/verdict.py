"""The results of checking a frame of records: one result per rule, and the rows that go to quarantine.

Records and shifts are checked by rules (`smena.quality.rules`) before they are staged, that is, written to the tables
of rows about to be published. A rule either rejects single rows, stops the batch (the days of an organisation that are
published together), or only warns. The results are stored in `control.check_result` and shown on the page «Качество».

A reason is stored as a code with arguments, `before_start {"day": "2025-01-01"}` (`smena.model.reason_text`), and
translated when it is shown.

Columns and attributes have the words of Great Expectations: a *suite* is the set of rules for one kind of record, an
*expectation* is one rule.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smena.model.reason_text import reason
from smena.model.reasons import Reason

SHOWN_ROWS = 5
"""How many values that break the rule a result shows."""

Severity = Literal["record", "batch", "warning"]
"""The effect of a broken rule: its rows are rejected, the whole batch stops, or it is only reported."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one rule over one frame: a row of `control.check_result`.

    Attributes:
        suite: the kind of record: `z_reports`, `receipts`, `shifts`, `orders`, `cheques`, `till_shifts` or `waybills`.
        expectation: the name of the rule, unique in its suite: `rnm_has_16_digits`.
        column: the checked column, None if the rule has several.
        severity: see `Severity`.
        success: whether the rule holds for every row.
        rows: how many rows were checked.
        bad_rows: how many of them break the rule; all copies of a repeated key count.
        details: a short JSON object, as text because a result does not change (a dict could). `rule` is the stored
            reason of the rule. A broken rule also has the first values that break it (`found`) and the `keys` of their
            rows.
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
        """Return the columns of `control.check_result` that come from the result itself, `details` parsed."""
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
            labels, with a last column `reason` (the reasons of all rules that the row breaks, one per line). The good
            rows are `frame.drop(index=verdict.bad.index)`, so the labels must be unique.
    """

    results: list[CheckResult]
    bad: pd.DataFrame

    @property
    def stops_batch(self) -> bool:
        """Whether a rule of severity `batch` is broken, so that nothing of the batch may be published."""
        return any(result.severity == "batch" and not result.success for result in self.results)

    @property
    def notes(self) -> list[str]:
        """The stored reason of each broken rule of severity `batch`, then of each broken `warning`."""
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
