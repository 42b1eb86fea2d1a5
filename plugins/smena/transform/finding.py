"""One fiscal document among the bytes of an answer."""

from __future__ import annotations

from typing import Any

import msgspec

_DRIVE, _NUMBER = "fiscalDriveNumber", "fiscalDocumentNumber"


def find_fiscal_document(body: bytes, drive: str, number: int) -> tuple[str, dict[str, Any]] | None:
    """The kind (`closeShift`, `receipt`, …) and the fields of a document, by its ФН and ФД; None where it is not there.

    An answer that is no JSON has none: its bytes are looked at by a person.
    """
    if drive.encode() not in body:
        return None
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return _found(answer, "", drive, str(number))


def _found(value: Any, name: str, drive: str, number: str) -> tuple[str, dict[str, Any]] | None:
    if isinstance(value, dict):
        if str(value.get(_DRIVE, "")).strip() == drive and str(value.get(_NUMBER, "")).strip() == number:
            return name, value
        inner = list(value.items())
    elif isinstance(value, list):
        inner = [(name, item) for item in value]
    else:
        return None
    return next((document for key, item in inner if (document := _found(item, key, drive, number))), None)
