"""Reads lists of Kontur.Market: `{"items": […]}` or a bare array, in camelCase or in PascalCase."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

import msgspec

from smena.contract.decoding import Undecodable, decode
from smena.model.reasons import Reason

_PASCAL_KEY = re.compile(rb'"([A-Z])(\w*"\s*:)')
"""A name in PascalCase. A quotation mark inside a text is escaped, so only a name ends like this."""


class _ItemsPage(msgspec.Struct):
    items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET
    Items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET


def camel(body: bytes) -> bytes:
    """Return a response with all its names in camelCase; values do not change."""
    return _PASCAL_KEY.sub(lambda found: b'"' + found[1].lower() + found[2], body)


def is_array(body: bytes) -> bool:
    """Return whether the response is a bare array."""
    return body.removeprefix(BOM_UTF8).lstrip()[:1] == b"["


def items_of(body: bytes) -> list[msgspec.Raw]:
    """Return the undecoded entries of a list; `null` has none. Raise Undecodable where the response is not a list."""
    if not body.removeprefix(BOM_UTF8).strip():
        raise Undecodable(Reason.ANSWER_EMPTY)
    if is_array(body):
        entries: list[msgspec.Raw] = decode(body, list[msgspec.Raw])
        return entries
    listed = decode(body, _ItemsPage)
    items = listed.Items if listed.items is msgspec.UNSET else listed.items
    if items is msgspec.UNSET:
        raise Undecodable(Reason.ANSWER_WITHOUT_ITEMS)
    return items or []
