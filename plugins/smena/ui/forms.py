"""Check the body of a request before Starlette decodes it: only forms in UTF-8 with a bounded number of fields.

Starlette decodes a form with the codec that its sender names, before our code runs, and some of Python's codecs take
time that grows with the square of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FIELDS = 1000
"""Fields of a form; one with five hundred documents has fewer."""

MOST_PART_HEADERS = 5
MOST_PART_HEADER_BYTES = 4096

NOT_UNDERSTOOD, TOO_LARGE, NOT_A_FORM = 400, 413, 415

_UTF_8 = r"(?:utf-8|\"utf-8\")"
_URLENCODED = re.compile(rf"application/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset={_UTF_8})?", re.IGNORECASE)
_TOKEN = r"[A-Za-z0-9'()+_,./:=?-]{1,70}"  # noqa: S105 - of RFC 2046, a boundary
_MULTIPART = re.compile(
    rf"multipart/form-data(?:[ \t]*;[ \t]*charset={_UTF_8})?"
    rf"[ \t]*;[ \t]*boundary=(?:({_TOKEN})|\"({_TOKEN})\")(?:[ \t]*;[ \t]*charset={_UTF_8})?",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset\*?[0-9]*\*?[ \t]*=[ \t]*(\"?)([^\";]*)\1", re.IGNORECASE)
_NAMES_CHARSET = re.compile(rb"name[ \t]*=[ \t]*\"?_charset_\"?[ \t]*(?:;|$)", re.IGNORECASE)
_EXTENDED = re.compile(rb";[ \t]*[A-Za-z]+\*")


def boundary_of(content_types: list[bytes]) -> bytes | None:
    """Return the boundary of a multipart form, None for a urlencoded one. Raises BadForm for other types."""
    content_type = content_types[0].decode("latin-1").strip() if len(content_types) == 1 else ""
    if _URLENCODED.fullmatch(content_type):
        return None
    found = _MULTIPART.fullmatch(content_type)
    if found is None:
        raise BadForm(NOT_A_FORM)
    return (found[1] or found[2]).encode()


def check(body: bytes, boundary: bytes | None) -> None:
    """Raise BadForm if the body has too many fields, or a part of it is not in UTF-8."""
    if boundary is None:
        if body.count(b"&") + body.count(b";") >= MOST_FIELDS:
            raise BadForm(TOO_LARGE)
        if any(name == b"_charset_" and value.lower() != b"utf-8" for name, _, value in _pairs(body)):
            raise BadForm(NOT_A_FORM)
        return
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks)
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise BadForm(NOT_UNDERSTOOD) from None


def _pairs(body: bytes) -> list[tuple[bytes, bytes, bytes]]:
    return [pair.partition(b"=") for pair in body.split(b"&")]


class BadForm(Exception):
    """A rejected body; the argument is the status of the response."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Parts:
    """Callbacks that check the headers of the parts of a multipart form without decoding anything."""

    def __init__(self) -> None:
        self._count = self._headers = self._bytes = 0
        self._name = self._value = b""
        self._is_charset_field = False
        self._data = b""

    @property
    def callbacks(self) -> MultipartCallbacks:
        """The callbacks by the names that the parser expects."""
        return {
            "on_part_begin": self._part_begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
        }

    def _part_begin(self) -> None:
        self._count += 1
        if self._count > MOST_FIELDS:
            raise BadForm(TOO_LARGE)
        self._headers = self._bytes = 0
        self._is_charset_field, self._data = False, b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_charset_field:
            self._data += data[start:end][:100]

    def _part_end(self) -> None:
        if self._is_charset_field and self._data.strip().lower() != b"utf-8":
            raise BadForm(NOT_A_FORM)

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += self._counted(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, piece: bytes) -> bytes:
        self._bytes += len(piece)
        if self._bytes > MOST_PART_HEADER_BYTES:
            raise BadForm(TOO_LARGE)
        return piece

    def _header_end(self) -> None:
        self._headers += 1
        if self._headers > MOST_PART_HEADERS:
            raise BadForm(TOO_LARGE)
        name, value, self._name, self._value = self._name.strip().lower(), self._value, b"", b""
        if name == b"content-transfer-encoding" and value.strip().lower() not in (b"7bit", b"8bit", b"binary"):
            raise BadForm(NOT_A_FORM)
        # RFC 7578 does not allow names in another charset (`name*=…`).
        if name == b"content-disposition" and _EXTENDED.search(value):
            raise BadForm(NOT_A_FORM)
        if any(found[2].strip().lower() != b"utf-8" for found in _CHARSET.finditer(value)) and name == b"content-type":
            raise BadForm(NOT_A_FORM)
        if name == b"content-disposition" and _NAMES_CHARSET.search(value):
            self._is_charset_field = True
