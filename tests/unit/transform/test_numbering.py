"""A z-report is proved by the fiscal document numbers of its neighbours."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from smena.transform.numbering import are_numbered_on, closings_of

DRIVE = "9960123456789012"


def report(shift: int, number: int, documents: int = 10, drive: str = DRIVE, **more: Any) -> dict[str, Any]:
    return {
        "closeShift": {
            "kktRegId": "0000000000000001", "fiscalDriveNumber": drive, "shiftNumber": shift,
            "fiscalDocumentNumber": number, "documentsQuantity": documents, "receiptsQuantity": documents - 2,
            "dateTime": f"2025-11-{shift:02d}T21:00:00", **more,
        }
    }  # fmt: skip


def page(*documents: dict[str, Any]) -> bytes:
    return json.dumps({"documents": documents, "paging": {"nextOffset": "a"}}).encode()


NUMBERED_ON = {
    "three in a row": ([report(1, 100), report(2, 110), report(3, 120)], {}, True),
    "no report at all": ([], {}, True),
    "the first and the last are each proved by one neighbour": ([report(1, 100), report(2, 110)], {}, True),
    "one alone": ([report(2, 110)], {}, False),
    "one after what the warehouse knows": ([report(2, 110)], {(DRIVE, 1): 100}, True),
    "one that contradicts what the warehouse knows": ([report(2, 111)], {(DRIVE, 1): 100}, False),
    "one of another drive than the warehouse knows": ([report(2, 110, drive="99")], {(DRIVE, 1): 100}, False),
    "a bent number at the end": ([report(1, 100), report(2, 110), report(3, 121)], {}, False),
    "one whose documents begin before the end of the one before it": ([report(1, 100), report(2, 105)], {}, False),
    "a bent number in the middle": ([report(1, 100), report(2, 111), report(3, 120)], {}, False),
    "one is left out": ([report(1, 100), report(3, 120)], {}, False),
    "a state report between two": ([report(1, 100), report(2, 110), report(3, 121), report(4, 131)], {}, False),
    "a correction beside them": ([report(1, 100), report(2, 110), {"receiptCorrection": {}}], {}, True),
    "a report without its count": ([report(1, 100), report(2, 110, documentsQuantity=None)], {}, False),
    "a padded drive": ([report(1, 100), report(2, 110, drive=f" {DRIVE}  ")], {}, True),
}  # fmt: skip


@pytest.mark.parametrize("case", NUMBERED_ON)
def test_a_report_is_proved_by_a_neighbour_whose_number_is_as_far_away_as_it_has_documents(case: str) -> None:
    documents, known, proved = NUMBERED_ON[case]
    assert are_numbered_on([page(*documents)], known) is proved
    # On one page or on two, in whichever order.
    assert are_numbered_on([page(one) for one in reversed(documents)], known) is proved


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"documents": 5}', b'{"documents": [{"closeShift": {}}]}'])
def test_an_unreadable_report_proves_nothing(body: bytes) -> None:
    assert not are_numbered_on([body], {})


def test_every_answer_is_taken_though_an_early_one_cannot_be_read() -> None:
    taken = []

    def answers() -> Any:
        for body in (b"<html>", page()):
            taken.append(body)
            yield body

    assert not are_numbered_on(answers(), {})
    assert len(taken) == 2


CLOSINGS = {
    "no page": ([], frozenset()),
    "an empty body": ([b""], frozenset()),
    "no report": ([page()], frozenset()),
    "reports of the day and of later ones": (
        [page(report(1, 100), report(2, 110)), page(report(3, 120))],
        frozenset({(DRIVE, 2), (DRIVE, 3)}),
    ),
    "padding is none of the ФН": ([page(report(2, 110, drive=f"{DRIVE}  "))], frozenset({(DRIVE, 2)})),
    "a page that cannot be read": ([page(report(2, 110)), b"<html>"], None),
    "a report without a number": ([page(report(2, 110, shiftNumber=None))], None),
    "a report without a time": ([page(report(2, 110, dateTime=""))], None),
    "a report of no day": ([page(report(2, 110, dateTime="2025-13-45T10:00:00"))], None),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_the_closings_of_a_day_are_found_or_not_known(name: str) -> None:
    pages, found = CLOSINGS[name]
    assert closings_of(pages, date(2025, 11, 2)) == found
