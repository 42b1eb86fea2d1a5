"""Ten thousand damaged answers: each is loaded right, put aside with its reason, waits, or is named by reconciliation.

Only the sources are invented: answers are stored as pages, and the real reading, checks and transforms process many
registers together, so that the neighbours of a damaged answer are compared with the truth as well. One answer of each
register is damaged. What only one answer reports (the VAT or tax system of a receipt, a cheque of Market) is booked as
it was reported; then reconciliation compares with undamaged answers, and must name each such shift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.mutation import market_verdict as market
from tests.mutation import verdict as ofd
from tests.mutation.verdict import SILENT, UNNAMED, WRONG

TOGETHER = 250
HEALTHY_EACH = 20


def _case_text(case: Any) -> str:
    return f"{case.answer}: {case.damage.kind}: {case.damage.where}"


def _run(source: str, answers: int) -> Counter[str]:
    """Check this many damaged answers of a source, and print the classes."""
    counts: Counter[str] = Counter()
    for first in range(0, answers, TOGETHER):
        places = range(first, min(first + TOGETHER, answers))
        for verdict in _checked(source, places):
            _prove(verdict, source)
            kind = "untouched, loaded right" if verdict.case.damage is None else verdict.kind
            counts[kind] += 1
    print(f"\n{source}: {answers} answers", *(f"{count:7} {kind}" for kind, count in counts.most_common()), sep="\n")
    return counts


def _checked(source: str, places: Sequence[int]) -> Sequence[Any]:
    if source == "market":
        return market.check_cases([market.make_case(place, healthy=place % HEALTHY_EACH == 0) for place in places])
    how: Any = ("totals", "shift_open") if source == "dated by the opening" else (source, "shift_close")
    return ofd.check_cases([ofd.make_case(place, *how, healthy=place % HEALTHY_EACH == 0) for place in places], *how)


def _prove(verdict: Any, source: str) -> None:
    case = verdict.case
    if case.damage is None:
        assert verdict.kind == ofd.RIGHT, "a register beside the damaged ones is harmed"
        return
    assert verdict.kind not in (WRONG, SILENT, UNNAMED), f"{source}: {_case_text(case)}: {verdict.kind}: {verdict.why}"


@pytest.mark.parametrize("source", ["totals", "dated by the opening", "receipts", "market"])
def test_a_few_hundred_damaged_answers_make_no_wrong_order(source: str) -> None:
    counts = _run(source, 200)
    assert counts["untouched, loaded right"] == 200 / HEALTHY_EACH
    assert counts[ofd.QUARANTINED] > 20
    assert counts[ofd.RIGHT] > 20


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("source", "answers"), [("totals", 3000), ("dated by the opening", 1000), ("receipts", 3500), ("market", 2500)]
)
def test_ten_thousand_damaged_answers_make_no_wrong_order(source: str, answers: int) -> None:
    assert _run(source, answers).total() == answers
