"""One way to write a value, so that its hash is the same on every machine: docs/adr/0008-certificates.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

HASH = "sha256"


def canonical(value: Any) -> bytes:
    """Return a value as JSON in UTF-8, keys sorted, no spaces. Numbers are whole; money and dates are text.

    Raises TypeError for a value of a type that JSON does not have.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def own_hash(certificate: Mapping[str, Any]) -> str:
    """Return the hash of a certificate over all its keys but the hash itself."""
    return hashlib.sha256(canonical({key: value for key, value in certificate.items() if key != HASH})).hexdigest()


def first_difference(attested: Any, found: Any, path: str = "") -> str | None:
    """Return a line about the first difference of two JSON values; None if they are equal."""
    if isinstance(attested, dict) and isinstance(found, dict):
        # The hash goes last: a differing sum says more than a differing hash.
        for key in sorted(attested.keys() | found.keys(), key=lambda name: (name == HASH, name)):
            if key not in attested or key not in found:
                return _differs(f"{path}.{key}".lstrip("."), attested.get(key), found.get(key))
            place = first_difference(attested[key], found[key], f"{path}.{key}".lstrip("."))
            if place:
                return place
        return None
    if isinstance(attested, list) and isinstance(found, list):
        return _first_of_lists(attested, found, path)
    return None if attested == found else _differs(path, attested, found)


def _first_of_lists(attested: list[Any], found: list[Any], path: str) -> str | None:
    """Compare rows by name if they have one, so that a missing row does not shift the others."""
    names = [_name(row) for row in attested]
    others = [_name(row) for row in found]
    if None in names or None in others or len(set(names)) < len(names) or len(set(others)) < len(others):
        for place, (one, other) in enumerate(zip(attested, found, strict=False)):
            if different := first_difference(one, other, f"{path}[{place}]"):
                return different
        return None if len(attested) == len(found) else _differs(f"{path}, how many", len(attested), len(found))
    known = dict(zip(others, found, strict=True))
    for name, row in zip(names, attested, strict=True):
        if name not in known:
            return _differs(f"{path}[{name}]", "it is there", "it is gone")
        if different := first_difference(row, known[name], f"{path}[{name}]"):
            return different
    more = [name for name in others if name not in set(names)]
    return _differs(f"{path}[{more[0]}]", "it is not there", "it is there") if more else None


def _name(row: Any) -> str | None:
    if not isinstance(row, dict):
        return None
    parts = [
        row[key]
        for key in ("register", "kpp", "fiscal_drive_number", "day", "kind", "operation", "standing", "outcome")
        if key in row
    ]
    return " ".join(map(str, parts)) or None


def _differs(path: str, attested: Any, found: Any) -> str:
    return f"{path}: the certificate says {_short(attested)}, the warehouse {_short(found)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
