"""The words by which a person answers a decision, and which words answer which decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEEP_OFD, KEEP_MARKET, BOTH, REVERSE = "keep-ofd", "keep-market", "both", "reverse"
APPROVE, REJECT = "approve", "reject"

WORDS = (KEEP_OFD, KEEP_MARKET, BOTH, REVERSE, APPROVE, REJECT)


def choices(decision: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words that answer a decision. They depend on its kind and on the source of each side."""
    if decision["kind"] == "review":
        return (APPROVE, REJECT)
    if decision["competing_shift_id"] is not None:
        return (KEEP_OFD, KEEP_MARKET, BOTH)
    return (KEEP_OFD if decision["source"] == "ofd" else KEEP_MARKET, REVERSE)
