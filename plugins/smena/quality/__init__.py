"""Checks of frames: rules, each with a mask of the rows that break it. Frames in, results out.

`gate` runs Great Expectations over a whole staged batch. Only `expectations` imports that library, and only when it is
called, because the import takes seconds.
"""

from __future__ import annotations

from smena.quality.cheques import check_cheques
from smena.quality.orders import check_orders
from smena.quality.receipts import check_receipts
from smena.quality.shifts import check_shifts
from smena.quality.till_shifts import check_till_shifts
from smena.quality.verdict import CheckResult, Severity, Verdict
from smena.quality.waybills import check_waybills
from smena.quality.z_reports import check_z_reports

__all__ = [
    "CheckResult",
    "Severity",
    "Verdict",
    "check_cheques",
    "check_orders",
    "check_receipts",
    "check_shifts",
    "check_till_shifts",
    "check_waybills",
    "check_z_reports",
]
