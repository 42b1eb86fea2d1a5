"""Ten thousand damaged answers: each is loaded right, put aside with its reason, or waits. None makes a wrong ПКО.

Nothing but the sources is invented: answers lie as pages, and the real reading, checks and transforms work on them,
many registers together, so that whoever stands beside a damaged answer is held against the truth as well. What only one
figure tells cannot be known to be wrong; those figures are listed here, each with who would notice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.mutation import market_verdict as market
from tests.mutation import verdict as ofd
from tests.mutation.verdict import SILENT, WRONG

TOGETHER = 250
HEALTHY_EACH = 20

ONE_WITNESS = {
    "totals": [
        # The ФД number of the first or the last report of a window: its neighbours leave room for it. It is a figure of
        # the basis only; the window that holds the neighbour, or detail=receipts, tells otherwise.
        r"reports:closeShift\.(.*~)?fiscalDocumentNumber.*",
        r"reports:closeShift\.fiscalDocumentNumber~.*",
    ],
    # The VAT and the tax system of a receipt are told by it alone; what it sums to is not touched.
    "receipts": [r"receipts:receipt\.(nds20|taxationType)(~.*)?", r"receipts:receipt\.\w+~(nds20|taxationType)"],
    # Market tells neither how many cheques a shift has nor, beside the cheque itself, which shift it is of or when it
    # was closed. Where the OFD has the register too, the difference is a conflict.
    "market": [
        r"(sales|refunds):a record dropped:.*",
        r"(sales|refunds):empty:.*",
        r"(sales|refunds):.*(cashRegisterId|closeTime|isRefund)",
    ],
}
"""What nobody else tells, as `answer:field` or `answer:kind:field`."""


def _told(case: Any) -> list[str]:
    damage = case.damage
    where = re.sub(r"^(documents|shifts|items)\.", "", damage.where)
    return [f"{case.answer}:{where}", f"{case.answer}:{damage.kind}:{where}"]


def _is_known_to_be_unknowable(case: Any, source: str) -> bool:
    return any(re.fullmatch(one, told) for one in ONE_WITNESS[source] for told in _told(case))


def _run(source: str, answers: int) -> Counter[str]:
    """Judges this many damaged answers of `totals`, `receipts` or `market`, prints the classes, and proves each."""
    counts: Counter[str] = Counter()
    for first in range(0, answers, TOGETHER):
        places = range(first, min(first + TOGETHER, answers))
        for verdict in _judged(source, places):
            _prove(verdict, source)
            kind = "untouched, loaded right" if verdict.case.damage is None else verdict.kind
            counts["nobody else tells" if verdict.kind in (WRONG, SILENT) else kind] += 1
    print(f"\n{source}: {answers} answers", *(f"{count:7} {kind}" for kind, count in counts.most_common()), sep="\n")
    return counts


def _judged(source: str, places: Sequence[int]) -> Sequence[Any]:
    if source == "market":
        return market.judge([market.make_case(place, healthy=place % HEALTHY_EACH == 0) for place in places])
    detail: Any = source
    return ofd.judge([ofd.make_case(place, detail, healthy=place % HEALTHY_EACH == 0) for place in places], detail)


def _prove(verdict: Any, source: str) -> None:
    case = verdict.case
    if case.damage is None:
        assert verdict.kind == ofd.RIGHT, "a register beside the damaged ones is harmed"
        return
    named = f"{source}: {_told(case)[1]}: {verdict.kind}: {verdict.why}"
    assert verdict.kind not in (WRONG, SILENT) or _is_known_to_be_unknowable(case, source), named
    if source != "market":
        assert "amounts" not in verdict.why and "the date" not in verdict.why, named


@pytest.mark.parametrize("source", ["totals", "receipts", "market"])
def test_a_few_hundred_damaged_answers_make_no_wrong_order(source: str) -> None:
    counts = _run(source, 200)
    assert counts["untouched, loaded right"] == 200 / HEALTHY_EACH
    assert counts[ofd.QUARANTINED] > 20
    assert counts[ofd.RIGHT] > 20


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("source", "answers"), [("totals", 4000), ("receipts", 4000), ("market", 2600)])
def test_ten_thousand_damaged_answers_make_no_wrong_order(source: str, answers: int) -> None:
    counts = _run(source, answers)
    assert counts["nobody else tells"] < answers * {"totals": 0.01, "receipts": 0.01, "market": 0.06}[source]
