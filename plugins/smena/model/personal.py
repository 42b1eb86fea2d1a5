"""Hides the personal data in a record of a service before it is shown. What is stored stays as it came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

MASK = "•••"

_BEGINNINGS = ("buyer", "cashier", "client", "customer", "operator")
_PARTS = ("mail", "phone")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*\\?"?|[{}\[\]:,]|\s+|[^"{}\[\]:,\s]+', re.DOTALL)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d[\d\s()-]{8,16}\d|[78]9\d{9}|[78][\s(-]+\d{3}[\s)-]+\d{3}[\s-]?\d{2}[\s-]?\d{2})(?![\w-])"
)
_NAMED = re.compile(
    rf"""((?:{"|".join(_BEGINNINGS)}|\w*(?:{"|".join(_PARTS)}))\w*\\?["']?\s*[:=]\s*).+""", re.IGNORECASE | re.DOTALL
)


@dataclass(slots=True)
class _Container:
    is_object: bool
    is_personal: bool
    key: str | None = None


def is_personal(key: str) -> bool:
    """Return whether a field of this name holds data of a buyer or a cashier, whichever service names it so."""
    plain = re.sub(r"[^a-z]", "", key.lower())
    return plain.startswith(_BEGINNINGS) or any(part in plain for part in _PARTS)


def masked(text: str) -> str:
    """Return a record with the values of personal fields, and all phones and e-mail addresses, replaced by a mask.

    The rest of a record stays as it is written. A text that is not JSON, where quotes and brackets may mean nothing, is
    shown up to the first name of such a field.
    """
    shown = _by_tokens(text)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _without_contacts(_NAMED.sub(rf"\g<1>{MASK}", shown))
    return shown


def masked_fields(record: dict[str, Any]) -> dict[str, Any]:
    """Return a decoded record masked likewise."""
    return {_hide_contacts(name): _masked_value(value, hidden=is_personal(name)) for name, value in record.items()}


def _masked_value(value: Any, *, hidden: bool) -> Any:
    if isinstance(value, dict):
        return {
            _hide_contacts(name): _masked_value(one, hidden=hidden or is_personal(name)) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_masked_value(one, hidden=hidden) for one in value]
    if hidden:
        return value if value is None or value == "" else MASK
    return _hide_contacts(value) if isinstance(value, str) else value


def _by_tokens(text: str) -> str:
    shown: list[str] = []
    inside = [_Container(is_object=False, is_personal=False)]
    for part in _TOKEN.findall(text):
        here = inside[-1]
        hidden = here.is_personal or (here.key is not None and is_personal(here.key))
        if part in "{[":
            inside.append(_Container(is_object=part == "{", is_personal=hidden))
        elif part in "}]":
            if len(inside) > 1:
                inside.pop()
        elif part == ",":
            here.key = None
        elif here.is_object and here.key is None and part.startswith('"'):
            here.key = _decoded(part)
            part = _without_contacts(part)
        elif part != ":" and not part.isspace():
            part = f'"{MASK}"' if hidden and part not in {"null", '""'} else _without_contacts(part)
        shown.append(part)
    return "".join(shown)


def _decoded(part: str) -> str:
    try:
        return str(json.loads(part, strict=False))
    except ValueError:
        return part


def _without_contacts(part: str) -> str:
    is_string = part.startswith('"')
    plain = _decoded(part) if is_string else part
    hidden = _hide_contacts(plain)
    if hidden == plain:
        return part
    return json.dumps(hidden, ensure_ascii=False) if is_string and plain != part else hidden


def _hide_contacts(text: str) -> str:
    return _PHONE.sub(MASK, _MAIL.sub(MASK, text))
