"""What proves a z-report, and what of two readings of a list is believed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.transform.market.twice import cheque_keys, of_window
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.transform.twice import LONE, are_numbered_on, document_keys, told_by_one, without_lone

DRIVE = "9960123456789012"
LAST_DAY = date(2025, 11, 5)


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
def test_what_cannot_be_read_proves_nothing(body: bytes) -> None:
    assert not are_numbered_on([body], {})


def test_every_answer_is_taken_though_an_early_one_cannot_be_read() -> None:
    taken = []

    def answers() -> Any:
        for body in (b"<html>", page()):
            taken.append(body)
            yield body

    assert not are_numbered_on(answers(), {})
    assert len(taken) == 2


A, B, C = report(1, 100), report(2, 110), report(3, 120)


def test_a_document_is_lone_where_one_reading_alone_has_it() -> None:
    assert told_by_one([page(A, B)], [page(A)], [], document_keys) == {(DRIVE, 110)}
    assert told_by_one([page(A)], [page(A, B)], [], document_keys) == {(DRIVE, 110)}


def test_documents_on_other_pages_or_in_another_order_are_not_lone() -> None:
    assert told_by_one([page(A, B), page(C)], [page(A), page(C, B)], [], document_keys) == set()


def test_a_document_on_a_page_that_both_readings_have_is_not_lone() -> None:
    assert told_by_one([page(A)], [page(B)], [page(A, B)], document_keys) == set()


def test_pages_of_both_are_not_read_where_nothing_is_lone() -> None:
    def never() -> Any:
        raise AssertionError
        yield

    assert told_by_one([page(A)], [page(A)], never(), document_keys) == set()


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<html>", b"{}", b'{"documents": [7, null, "x", {}, {"receipt": 5}, {"receipt": {}}]}']
)
def test_what_has_no_key_is_no_document_of_a_reading(body: bytes) -> None:
    assert list(document_keys(body)) == []


def test_a_number_as_text_and_a_padded_drive_are_the_same_document() -> None:
    padded = report(1, 100, drive=f"{DRIVE}    ", fiscalDocumentNumber="100")
    assert list(document_keys(page(padded))) == [(DRIVE, 100)]
    assert list(document_keys(page(report(1, 100), report(1, 100.0)))) == [(DRIVE, 100)] * 2  # type: ignore[arg-type]


def test_lone_documents_are_rejected_and_the_rest_stays() -> None:
    frames = read_documents([RawPage(1, "0000000000000001", page(A, B))])
    told = without_lone(frames, {("0000000000000001", DRIVE, 110)}, LAST_DAY)
    assert told.z_reports["fiscal_document_number"].tolist() == [100]
    (record,) = told.rejects.to_dict("records")
    assert (record["kind"], record["reason"], record["shift_number"]) == ("closeShift", LONE, 2)
    assert without_lone(frames, set(), LAST_DAY) is frames


def test_what_a_register_sends_while_it_is_asked_is_put_aside_without_a_word() -> None:
    frames = read_documents([RawPage(1, "0000000000000001", page(A, report(6, 160)))])
    told = without_lone(frames, {("0000000000000001", DRIVE, 160)}, LAST_DAY)
    assert (told.z_reports["fiscal_document_number"].tolist(), len(told.rejects)) == ([100], 0)


def test_a_document_of_another_register_is_none_of_these() -> None:
    frames = read_documents([RawPage(1, "0000000000000001", page(A, B))])
    assert len(without_lone(frames, {("0000000000000002", DRIVE, 110)}, LAST_DAY).z_reports) == 2


def test_a_lone_cheque_is_of_the_window_by_its_opening_or_its_closing_or_its_shift() -> None:
    told = {
        "before": ("2025-11-04T20:00", "2025-11-04T20:01"),
        "on its first day": ("2025-11-04T23:59", "2025-11-05T00:01"),
        "over its end": ("2025-11-05T23:58", "2025-11-06T00:03"),
        "after": ("2025-11-06T09:00", "2025-11-06T09:01"),
        "after, of its shift": ("2025-11-06T00:10", "2025-11-06T00:11"),
    }
    frame = pd.DataFrame(
        [(name, pd.Timestamp(opened), pd.Timestamp(closed)) for name, (opened, closed) in told.items()],
        columns=["till_shift", "opened_at", "closed_at"],
    ).assign(shop_id="A")
    shifts = pd.DataFrame({"shop_id": ["A"], "till_shift": ["after, of its shift"]})
    kept = of_window(frame, shifts, first_day=LAST_DAY, last_day=LAST_DAY)
    assert kept["till_shift"].tolist() == ["on its first day", "over its end", "after, of its shift"]


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'{"items": [{"id": "a"}, {"id": 5}, {"id": null}, {}, 7]}', ["a", "5"]),
        (b'[{"Id": " a "}]', ["a"]),
        (b'{"Items": null}', []),
        (b"<html>", []),
        (b"", []),
    ],
)
def test_cheques_are_known_by_their_ids_in_either_case_of_names(body: bytes, ids: list[str]) -> None:
    assert [key for (key,) in cheque_keys(body)] == ids
