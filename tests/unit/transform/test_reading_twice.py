"""Documents reported more than once, by one page or by several."""

from __future__ import annotations

import json

from smena.transform.reading import read_documents
from tests.unit.transform.assertions import counts, one, read
from tests.unit.transform.builders import (
    DRIVE,
    opening,
    page,
    receipt,
    z_report,
)


def test_a_document_that_is_reported_twice_is_one() -> None:
    first = page(z_report(), opening(), receipt(2, 100, nds20=17), page_id=1)
    again = page(receipt(2, 100, nds20=17), z_report(drive=f"{DRIVE}   "), opening(), receipt(3, 5), page_id=2)
    frames = read_documents([first, again])
    assert counts(frames) == (1, 1, 2, 0)
    assert len(frames.vat_lines) == 1
    assert one(frames.z_reports)["page_id"] == 1


def test_two_receipts_of_one_number_with_other_contents_are_ambiguous() -> None:
    frames = read_documents([page(receipt(2, 100), receipt(3, 7), page_id=1), page(receipt(2, 101), page_id=2)])
    assert list(frames.receipts["fiscal_document_number"]) == [3]
    assert list(frames.rejects["page_id"]) == [1, 2]
    assert set(frames.rejects["reason"]) == {"same_key_other_content"}
    assert [json.loads(record)["cash"] for record in frames.rejects["record"]] == [100, 101]


def test_one_number_is_one_document_whatever_the_kind_of_receipt() -> None:
    assert len(read(receipt(2, 100), receipt(2, 100, kind="bso")).rejects) == 2


def test_a_receipt_that_is_reported_again_with_another_vat_is_ambiguous() -> None:
    frames = read_documents([page(receipt(2, 100, nds20=17), page_id=1), page(receipt(2, 100, nds20=10), page_id=2)])
    assert counts(frames) == (0, 0, 0, 2)


def test_an_opening_with_two_times_is_ambiguous() -> None:
    frames = read(opening(), opening(opened="10:00"), opening(2, 200))
    assert (list(frames.openings["shift_number"]), len(frames.rejects)) == ([2], 2)


def test_the_same_number_in_two_drives_is_two_documents() -> None:
    assert counts(read(receipt(2, 100), receipt(2, 100, drive="9999078900004793"))) == (0, 0, 2, 0)


def test_two_z_reports_of_one_key_both_go_on_to_the_check() -> None:
    assert len(read(z_report(), z_report(receipts=2)).z_reports) == 2
