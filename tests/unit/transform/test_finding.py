"""A fiscal document is found among the bytes of an answer by its ФН and ФД alone."""

from __future__ import annotations

import json

import pytest

from smena.transform.finding import find_fiscal_document

DRIVE = "9999078900012345"


def document(**fields: object) -> dict[str, object]:
    return {"fiscalDriveNumber": DRIVE, "fiscalDocumentNumber": 7, "shiftNumber": 2, **fields}


def answer(*documents: dict[str, object]) -> bytes:
    return json.dumps({"documents": [{"receipt": one} for one in documents], "next": None}).encode()


@pytest.mark.parametrize(
    "fields", [{}, {"fiscalDriveNumber": f" {DRIVE}  "}, {"fiscalDocumentNumber": "7"}, {"items": [{"name": "Чай"}]}]
)
def test_it_is_found_however_its_numbers_are_written(fields: dict[str, object]) -> None:
    wanted = document(**fields)
    found = find_fiscal_document(answer(document(fiscalDocumentNumber=6), wanted), DRIVE, 7)
    assert found == ("receipt", wanted)


@pytest.mark.parametrize(
    "fields",
    [
        {"fiscalDocumentNumber": 77},
        {"fiscalDriveNumber": DRIVE[:-1]},
        {"fiscalDriveNumber": None},
        {"fiscalDocumentNumber": None},
    ],
)
def test_another_document_is_not_taken_for_it(fields: dict[str, object]) -> None:
    assert find_fiscal_document(answer(document(**fields)), DRIVE, 7) is None


@pytest.mark.parametrize("body", [b"", b"<html>" + DRIVE.encode(), answer(document())[:-5], b"\xff" + DRIVE.encode()])
def test_what_is_no_json_has_none(body: bytes) -> None:
    assert find_fiscal_document(body, DRIVE, 7) is None
