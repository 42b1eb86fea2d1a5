"""Decodes JSON of a service into typed structures, with one kind of error for anything wrong with the bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from smena.model.reason_text import Wrong
from smena.model.reasons import Reason

T = TypeVar("T")

_HALF_A_LETTER = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\\\|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""A pair of surrogates, an escaped backslash, or (as a group) half of a pair: a name cut in the middle of an emoji."""

_TIME_TO_THE_MINUTE = re.compile(rb'(:\s*"\d{4}-\d\d-\d\d[T ]\d\d:\d\d)((?:[Zz]|[+-]\d\d:?\d\d)?")')
"""A time without seconds, as a whole value."""


class Undecodable(Wrong):
    """The bytes are not JSON, or not of the type in the contract. The text of the error repeats none of them."""


def decode(body: bytes | msgspec.Raw, kind: Any, *, strict: bool = True) -> Any:
    """Decode the bytes as `kind`.

    Half of a surrogate pair in a text is read as U+FFFD; a time without seconds as its first second. With
    `strict=False`, numbers may be in quotes.

    Raise Undecodable without a cause, because the causes contain the bytes.
    """
    wrong = Undecodable(Reason.NOT_UTF8)
    for data in _versions(without_mark(body)):
        try:
            return msgspec.json.decode(data, type=kind, strict=strict)
        except msgspec.DecodeError as error:
            wrong = Undecodable(Reason.NOT_OF_THE_CONTRACT, text=cut(str(error)))
        except UnicodeDecodeError:
            wrong = Undecodable(Reason.NOT_UTF8)
        except RecursionError:
            wrong = Undecodable(Reason.NESTED_TOO_DEEP)
    raise wrong


def without_mark(body: bytes | msgspec.Raw) -> bytes | msgspec.Raw:
    """Return the bytes without the UTF-8 byte order mark that some services put before JSON."""
    if not isinstance(body, bytes):
        return body
    return body.removeprefix(codecs.BOM_UTF8)


def is_empty(body: bytes) -> bool:
    """Return whether a response holds nothing but blanks."""
    return not body.removeprefix(codecs.BOM_UTF8).strip()


def _versions(body: bytes | msgspec.Raw) -> Iterator[bytes | msgspec.Raw]:
    """The bytes unchanged; then, if they cannot be decoded, without halves of surrogate pairs and with seconds."""
    yield body
    data = bytes(body)
    mended = _HALF_A_LETTER.sub(lambda found: rb"\ufffd" if found[1] else found[0], data)
    mended = _TIME_TO_THE_MINUTE.sub(rb"\1:00\2", mended)
    if mended != data:
        yield mended


LONGEST_IDENTIFIER = 128
"""Characters of an identifier: four of them, of four bytes each, still fit into one row of an index (2,704 bytes)."""

LONGEST_NAME = 1000


def identifier(text: str, what: str, most: int = LONGEST_IDENTIFIER) -> str:
    """Return the identifier. Raise Wrong if it is longer than any identifier of its kind can be."""
    if len(text) > most:
        raise Wrong(Reason.TOO_LONG, what=what, most=most)
    return text


def cut(text: str, most: int = LONGEST_NAME) -> str:
    """Return a name or an address cut to `most` characters. Not for identifiers: cut ones could become equal."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def storable(text: str) -> str:
    """Return a text that PostgreSQL can store: NUL becomes U+FFFD."""
    return text.replace("\x00", "\ufffd")
