"""What cannot be read is rejected with its reason, and its neighbours are read."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.transform.totals import read_shift_totals
from tests.unit.transform.assertions import BROKEN, all_conform, counts, one, raw, read
from tests.unit.transform.builders import (
    DRIVE,
    KKT,
    body,
    opening,
    page,
    receipt,
    records,
    z_report,
)

UNREADABLE: list[Any] = [
    None,
    5,
    "text",
    [],
    {},
    {"receipt": None},
    {"receipt": []},
    {"brandNew": {"dateTime": "2025-12-01T12:00:00"}},
    {"receipt": receipt(2)["receipt"], "closeShift": z_report()["closeShift"]},
    receipt(totalSum=-1),
    receipt(totalSum=10**13 + 1),
    receipt(totalSum=100.5),
    receipt(totalSum=True),
    receipt(totalSum=None),
    receipt(cashTotalSum=-100),
    receipt(operationType=0),
    receipt(operationType=5),
    receipt(operationType=None),
    receipt(items=[None]),
    receipt(items={}),
    receipt(nds20=-5),
    receipt(nds20="x"),
    receipt(number=0),
    receipt(number=2**32),
    receipt(shift=0),
    receipt(shift=-1),
    receipt(kktRegId="0000000003065869"),
    receipt(kktRegId=None),
    z_report(9, receiptsQuantity=-1),
    z_report(9, receiptsQuantity=None),
    z_report(9, shiftNumber="one"),
    z_report(9, fiscalSign=2**32),
    z_report(9, fiscalSign=-1),
    z_report(9, userInn=1234567894),
    opening(9, shiftNumber=2**31),
    opening(9, fiscalDocumentNumber=1.5),
]


def test_invalid_documents_are_rejected_with_a_reason_and_cost_their_neighbours_nothing() -> None:
    frames = read(z_report(1, 100), *UNREADABLE, receipt(50, 100), opening(1))
    assert counts(frames) == (1, 1, 1, len(UNREADABLE))
    assert [json.loads(record) for record in frames.rejects["record"]] == UNREADABLE
    assert frames.rejects["reason"].str.len().min() > 0
    assert (set(frames.rejects["page_id"]), set(frames.rejects["unit_id"])) == ({1}, {KKT})


@pytest.mark.parametrize("document", UNREADABLE[:9], ids=str)
def test_a_single_invalid_document_is_rejected(document: Any) -> None:
    assert counts(read(z_report(), document)) == (1, 0, 0, 1)


def test_a_rejected_document_is_known_by_what_can_still_be_read() -> None:
    reject = one(read(z_report(7, 100, receiptsQuantity=None, drive=f"{DRIVE}  ")).rejects)
    assert (reject["kind"], reject["day"]) == ("closeShift", pd.Timestamp("2025-12-01"))
    assert (reject["fiscal_drive_number"], reject["shift_number"], reject["fiscal_document_number"]) == (DRIVE, 7, 100)


def test_a_rejected_document_of_which_nothing_can_be_read_is_kept_all_the_same() -> None:
    reject = one(
        read(
            {"closeShift": {"dateTime": [1], "fiscalDriveNumber": 5, "shiftNumber": "7", "fiscalDocumentNumber": True}}
        ).rejects
    )
    assert [reject[name] for name in ("day", "fiscal_drive_number", "shift_number", "fiscal_document_number")] == [
        None
    ] * 4


def test_numbers_as_strings_are_read() -> None:
    texts = {
        "totalSum": "100",
        "cashTotalSum": "100",
        "shiftNumber": "1",
        "operationType": "1",
        "nds20": "17",
        "fiscalSign": "15",
    }
    frames = read(receipt(2, 100, **texts), z_report(1, 100, receiptsQuantity="1"))
    assert counts(frames) == (1, 0, 1, 0)
    reported = one(frames.receipts)
    assert (reported["cash"], reported["shift_number"], reported["operation"]) == (100, 1, "cash_income")
    assert one(frames.vat_lines)["vat"] == 17


PAGES = {
    "html": "<html>Технические работы</html>".encode(),
    "cut": body(z_report())[:-30],
    "a list": b"[]",
    "no documents": b"{}",
    "documents that are none": b'{"documents": null}',
    "documents of another kind": b'{"documents": {}}',
    "null": b"null",
    "byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("data", PAGES.values(), ids=PAGES)
def test_a_page_that_cannot_be_read_is_one_reject_and_costs_the_other_pages_nothing(data: bytes) -> None:
    frames = read_documents([RawPage(1, KKT, data), page(z_report(), page_id=2)])
    assert counts(frames) == (1, 0, 0, 1)
    reject = one(frames.rejects)
    assert (reject["kind"], reject["page_id"], reject["record"]) == ("page", 1, data.decode(errors="replace"))


@pytest.mark.parametrize("data", [b"", b"  \r\n"])
def test_an_empty_body_holds_no_documents(data: bytes) -> None:
    assert counts(raw(data)) == (0, 0, 0, 0)


def test_a_long_record_is_kept_in_part() -> None:
    assert len(one(raw(b"<" + b"x" * 100_000).rejects)["record"]) == 20_000


def test_frames_have_their_shape_even_when_empty() -> None:
    assert all_conform(read_documents([]))
    assert all_conform(read(z_report(), opening(), receipt(2, 1, nds20=1), BROKEN))


# --- what no record may do to its neighbours


@pytest.mark.parametrize("field", ["userInn", "fiscalDriveNumber", "kktRegId", "dateTime"])
def test_a_text_in_no_utf_8_costs_the_neighbours_nothing(field: str) -> None:
    data = body(z_report(1, 100, **{field: "MARK"}), z_report(2, 200)).replace(b"MARK", "Ёж".encode("cp1251"))
    assert 2 in set(raw(data).z_reports["shift_number"])


def test_a_name_in_no_utf_8_is_not_read_and_costs_nothing() -> None:
    data = body(z_report(user="MARK"), receipt(2, 1)).replace(b"MARK", "Ёж".encode("cp1251"))
    assert counts(raw(data)) == (1, 0, 1, 0)


def test_half_a_letter_in_a_name_costs_the_neighbours_nothing() -> None:
    # A till that cuts a name in the middle of an emoji leaves half of a surrogate pair.
    data = body(z_report(), receipt(2, 1, items=[{"name": "MARK"}])).replace(b"MARK", b"\\ud83d")
    assert len(raw(data).z_reports) == 1


def test_a_record_too_deep_to_be_read_costs_the_other_pages_nothing() -> None:
    deep = body(receipt(2, 1, items="MARK")).replace(b'"MARK"', b"[" * 100_000 + b"]" * 100_000)
    frames = read_documents([RawPage(1, KKT, deep), page(z_report(), page_id=2)])
    assert len(frames.z_reports) == 1


@pytest.mark.parametrize("beside", [{"meta": {"a": 1}}, {"bso": None}])
def test_a_document_is_read_alike_whatever_its_neighbours(beside: dict[str, Any]) -> None:
    alone = read(receipt(2, 100) | beside)
    among_broken = read(receipt(2, 100) | beside, BROKEN)
    assert len(alone.receipts) == len(among_broken.receipts)


def test_no_reject_holds_a_sign_that_postgresql_cannot_store() -> None:
    frames = read_documents(
        [RawPage(1, KKT, b"<html>\x00</html>"), page({"closeShift": {"fiscalDriveNumber": "\0"}}, {"\0": {}})]
    )
    assert len(frames.rejects) == 3
    assert not [row for row in records(frames.rejects) if any("\0" in str(value) for value in row.values())]


# --- anything at all


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["1970-01-01T00:00:00", "2025-12-01T12:00:00", "null", "true", "1", f"{DRIVE}  "])
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
GOOD = [z_report(), opening(), receipt(2, 100, nds20=17, items=[], correctionBase={}, paymentAgentType=0)]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A good document of which some fields say anything."""
    ((kind, fields),) = draw(st.sampled_from(GOOD)).items()
    return {kind: fields | draw(st.dictionaries(st.sampled_from(sorted(fields)), VALUES, max_size=4))}


def numbered(documents: list[Any]) -> list[Any]:
    """The documents with numbers of their own: no two are one."""
    return [
        {kind: fields | {"fiscalDocumentNumber": n, "shiftNumber": n} for kind, fields in one.items()}
        if isinstance(one, dict) and all(isinstance(fields, dict) for fields in one.values())
        else one
        for n, one in enumerate(documents, 1)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(damaged() | VALUES, max_size=8))
def test_every_document_is_read_or_rejected_whatever_it_says(documents: list[Any]) -> None:
    frames = read(*numbered(documents))
    assert sum(counts(frames)) == len(documents)
    assert all_conform(frames)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | VALUES.map(json.dumps).map(str.encode))
def test_every_body_is_read_or_rejected(data: bytes) -> None:
    bad = 1 if data.strip() else 0
    assert counts(raw(data)) == (0, 0, 0, bad)
    parsed, broken = read_shift_totals([RawPage(1, KKT, data)])
    assert (len(parsed), len(broken)) == (0, bad)


@pytest.mark.parametrize("written", ["2025-12-01T20:15", "2025-12-01T20:15:00", "2025-12-01T20:15:00.0000000"])
def test_a_time_is_read_to_the_minute_to_the_second_and_with_the_seven_digits_of_dotnet(written: str) -> None:
    frames = read(z_report(dateTime=written), receipt(2, dateTime=written), opening(3, dateTime=written))
    assert counts(frames) == (1, 1, 1, 0)
    assert str(frames.z_reports["closed_at"][0]) == "2025-12-01 20:15:00"


@pytest.mark.parametrize("written", ["2025-12-01", "2025-12-01T20", "2025-12-01T24:00", "20:15", "", None])
def test_a_time_that_names_no_minute_is_not_guessed(written: str | None) -> None:
    assert counts(read(z_report(dateTime=written), receipt(2, dateTime=written))) == (0, 0, 0, 2)
