"""The shape all of Kontur.Market's lists have: `{"items": […]}` or a bare array, in camelCase or in PascalCase."""

from __future__ import annotations

import re

import msgspec

from smena.transform.decoding import Undecodable, decode

_NAMES = (
    "Items", "Id", "ShopId", "Number", "CashboxId", "CashRegisterId", "OpenTime", "CloseTime", "IsRefund", "TotalPrice",
    "PriceCorrection", "Payments", "Type", "Value", "Lines", "ProductId", "ProductCode", "SellPricePerUnit", "Count",
    "DocumentDate", "SupplierId", "ReceiveDate", "Positions", "Source", "Quantity", "BuyPricePerUnit", "Inn", "Kpp",
    "Name", "Address", "Shops", "OrganizationId", "IsPaid", "IsArchived", "StatusCode", "Message", "ErrorField",
)  # fmt: skip
"""Every name that is read, as the schemas write it."""

_QUOTED = [f'"{name}"'.encode() for name in _NAMES]
_KEY = re.compile(rb'"(' + "|".join(_NAMES).encode() + rb')"(?=\s*:)')


class _Listed(msgspec.Struct):
    items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET
    Items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET


def camel(body: bytes) -> bytes:
    """An answer with the names that are read here in camelCase; values, and names that nobody reads, stay."""
    if not any(name in body for name in _QUOTED):
        return body
    return _KEY.sub(lambda found: b'"' + found[1][:1].lower() + found[1][1:] + b'"', body)


def is_array(body: bytes) -> bool:
    """Whether the answer is a bare array."""
    return body.lstrip()[:1] == b"["


def items_of(body: bytes) -> list[msgspec.Raw]:
    """The entries of a list, as they came. `null` holds none. Raises Undecodable where the answer is no list."""
    if not body.strip():
        raise Undecodable("the answer is empty")
    if is_array(body):
        entries: list[msgspec.Raw] = decode(body, list[msgspec.Raw])
        return entries
    listed = decode(body, _Listed)
    told = listed.Items if listed.items is msgspec.UNSET else listed.items
    if told is msgspec.UNSET:
        raise Undecodable("the answer has no items")
    return told or []
