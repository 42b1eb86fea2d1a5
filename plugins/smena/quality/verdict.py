"""What came of a check: one result a rule, and the rows that may not go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

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
        details: a short JSON object: `rule` in words and, if broken, the first `found` values and their `keys`.
    """

    suite: str
    expectation: str
    column: str | None
    severity: Severity
    success: bool
    rows: int
    bad_rows: int
    details: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results of a suite, and the rows to put in quarantine.

    Attributes:
        results: one for each rule, in the suite's order, passed or not.
        bad: the rows of the checked frame that break a rule of severity `record`, each once, under their own index
            labels, with a last column `reason` (every broken rule in words, joined by `; `). The good rows are
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
        """One line for each broken rule that is not about single records: the batch's faults first, then warnings."""
        return [
            f"{severity}: {result.suite}.{result.expectation} is broken by {result.bad_rows} of {result.rows} rows"
            f" {result.details}"
            for severity in ("batch", "warning")
            for result in self.results
            if result.severity == severity and not result.success
        ]
