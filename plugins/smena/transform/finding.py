"""Finds one fiscal document in the bytes of a response."""

from __future__ import annotations

from typing import Any

import msgspec

_DRIVE, _NUMBER = "fiscalDriveNumber", "fiscalDocumentNumber"


def find_fiscal_document(body: bytes, drive: str, number: int) -> tuple[str, dict[str, Any]] | None:
    """Return the kind (`closeShift`, `receipt`, …) and the fields of a document, by its ФН and ФД; None if not found.

    A response that is not JSON has none: a person must look at its bytes.
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
