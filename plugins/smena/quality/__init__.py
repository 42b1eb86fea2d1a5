"""Gates on the road: what a frame must be before it goes on. Frames in, results out; Great Expectations asks.

Nothing here imports Great Expectations until a check is called: it costs seconds.
"""

from __future__ import annotations

from smena.quality.orders import check_orders
from smena.quality.verdict import CheckResult, Severity, Verdict
from smena.quality.z_reports import check_z_reports

__all__ = ["CheckResult", "Severity", "Verdict", "check_orders", "check_z_reports"]
