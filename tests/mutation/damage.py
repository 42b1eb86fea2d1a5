"""Ways in which an answer may be wrong. Each is chosen and made by a seed, and says what it did and where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

WRONG_VALUES = (None, "", "abc", -1, 0, 1.5, 10**20, True, [], {}, "1970-01-01T00:00:00", "²", " ")
Node = Any


@dataclass(frozen=True)
class Damage:
    """What was done: the kind, the field (or the record) it was done to, and the bytes that came of it."""

    kind: str
    where: str
    body: bytes

    @property
    def is_whole_page(self) -> bool:
        """Whether the whole answer is damaged, and not a record of it."""
        return self.kind in BYTES


def damaged(answer: Node, records: list[Any], rng: Random) -> Damage:
    """One damage to one answer. `records` are the list inside it that holds its records."""
    kind = rng.choice(ALL)
    if kind in BYTES:
        body = BYTES[kind](as_json(answer), rng)
        return Damage(kind, _changed(answer, body), body)
    if kind in LISTS:
        where = LISTS[kind](records, rng)
        return Damage(kind, where, as_json(answer))
    where = FIELDS[kind](rng.choice(records), rng)
    return Damage(kind, where, as_json(answer))


def _changed(answer: Node, body: bytes) -> str:
    """Which fields differ in bytes that are JSON of the same shape; else the whole answer does."""
    try:
        parsed = json.loads(body.decode(errors="replace"))
    except ValueError:
        return "the answer"
    before = [(path, holder[key]) for holder, key, path in _leaves(answer)]
    after = [(path, holder[key]) for holder, key, path in _leaves(parsed)]
    if len(before) != len(after):
        return "the answer"
    changed = [one[0] for one, other in zip(before, after, strict=True) if one != other]
    return max(changed, key=len, default="nothing")


def as_json(answer: Node) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


# --- fields


def _leaves(node: Node, path: str = "") -> Iterator[tuple[Node, Any, str]]:
    """Every field: what holds it, its key, its path."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        name = f"{path}.{key}" if path and isinstance(key, str) else path if isinstance(key, int) else str(key)
        if isinstance(node, dict):
            yield node, key, name
        yield from _leaves(value, name)


def _some(record: Node, rng: Random, fits: Callable[[Any], bool] = lambda _: True) -> tuple[Node, Any, str]:
    found = [leaf for leaf in _leaves(record) if fits(leaf[0][leaf[1]])]
    return rng.choice(found)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and value[4:5] == "-" and (len(value) == 10 or value[10:11] == "T")


def _drop(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng)
    del holder[key]
    return path


def _retype(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng)
    holder[key] = rng.choice(WRONG_VALUES)
    return path


def _as_text(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng, _is_number)
    holder[key] = str(holder[key])
    return path


def _bend_number(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng, _is_number)
    value = holder[key]
    holder[key] = rng.choice(
        (value + 1, value - 1, value + 100, value - 100, value * 10, value * 100, -value, value // 2)
    )
    return path


def _bend_text(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng, lambda value: isinstance(value, str) and value)
    text = holder[key]
    place = rng.randrange(len(text))
    other = rng.choice("0123456789") if text[place].isdigit() else rng.choice("аяxz ")
    holder[key] = rng.choice((text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :], text + other))
    return path


def _bend_moment(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng, _is_moment)
    step = rng.choice(
        (timedelta(seconds=1), timedelta(minutes=30), timedelta(hours=8), timedelta(days=1), timedelta(days=400))
    )
    moment = datetime.fromisoformat(holder[key]) + rng.choice((1, -1)) * step
    holder[key] = moment.isoformat()[: 10 if len(holder[key]) == 10 else None]
    return path


def _rename(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng)
    holder[rng.choice((f"{key}2", key[1:], key.upper()))] = holder.pop(key)
    return path


def _swap(record: Node, rng: Random) -> str:
    holder, key, path = _some(record, rng, _is_number)
    others = [name for name, value in holder.items() if name != key and _is_number(value)]
    if not others:
        return _bend_number(record, rng)
    other = rng.choice(others)
    holder[key], holder[other] = holder[other], holder[key]
    return f"{path}~{other}"


def _unknown_field(record: Node, rng: Random) -> str:
    holder, _, path = _some(record, rng)
    holder["вНовойВерсии"] = {"deep": [1, {"sum": 5}]}
    return path


# --- records


def _drop_record(records: list[Any], rng: Random) -> str:
    return _named(records.pop(rng.randrange(len(records))))


def _double_record(records: list[Any], rng: Random) -> str:
    one = rng.choice(records)
    records.insert(rng.randrange(len(records) + 1), deepcopy(one))
    return _named(one)


def _double_bent(records: list[Any], rng: Random) -> str:
    one = deepcopy(rng.choice(records))
    where = _bend_number(one, rng)
    records.insert(rng.randrange(len(records) + 1), one)
    return where


def _reorder(records: list[Any], rng: Random) -> str:
    rng.shuffle(records)
    return "all"


def _foreign_record(records: list[Any], rng: Random) -> str:
    records.insert(rng.randrange(len(records) + 1), rng.choice(({"newReport": {"code": 99}}, {}, None, 7, "text", [])))
    return "a record that nobody knows"


def _named(record: Node) -> str:
    return next(iter(record), "") if isinstance(record, dict) else ""


# --- bytes


def _cut(body: bytes, rng: Random) -> bytes:
    return body[: rng.randrange(1, len(body))]


def _flip(body: bytes, rng: Random) -> bytes:
    place = rng.randrange(len(body))
    return body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :]


def _key_twice(body: bytes, rng: Random) -> bytes:
    """Write one field twice into one object, with two values: most parsers take the last one."""
    keys = [
        b'"cashTotal": ',
        b'"totalSum": ',
        b'"receiptsQuantity": ',
        b'"totalPrice": ',
        b'"value": ',
        b'"shiftNumber": ',
    ]
    present = [key for key in keys if key in body]
    if not present:
        return _cut(body, rng)
    key = rng.choice(present)
    head, _, rest = body.partition(key)
    return head + key + b"77, " + key + rest if rng.random() < 0.5 else head + _after_value(key, rest)


def _after_value(key: bytes, rest: bytes) -> bytes:
    end = next(place for place, char in enumerate(rest) if char in b",}")
    return key + rest[:end] + b", " + key + b"77" + rest[end:]


FIELDS: dict[str, Callable[[Node, Random], str]] = {
    "a field dropped": _drop,
    "a value of another type": _retype,
    "a number as text": _as_text,
    "a number bent": _bend_number,
    "a text bent": _bend_text,
    "a moment bent": _bend_moment,
    "a field renamed": _rename,
    "two numbers swapped": _swap,
    "an unknown field": _unknown_field,
}
LISTS: dict[str, Callable[[list[Any], Random], str]] = {
    "a record dropped": _drop_record,
    "a record doubled": _double_record,
    "a record doubled and bent": _double_bent,
    "records in another order": _reorder,
    "a strange record": _foreign_record,
}
BYTES: dict[str, Callable[[bytes, Random], bytes]] = {
    "cut": _cut,
    "empty": lambda _, rng: rng.choice((b"", b"null", b"[]", b"{}", b"   ")),
    "no JSON": lambda _, rng: rng.choice((b"<html><body>502 Bad Gateway</body></html>", b"OK", b"\x00\x01\x02")),
    "another encoding": lambda body, rng: body.decode().encode(rng.choice(("cp1251", "utf-16", "utf-8-sig"))),
    "a byte flipped": _flip,
    "the body twice in a row": lambda body, _: body + body,
    "a key twice": _key_twice,
}
ALL = [*FIELDS, *FIELDS, *FIELDS, *LISTS, *LISTS, *BYTES]
"""Damages to fields come three times as often as those to bytes: there are more of them."""
