"""Faults that can be switched on while the server runs: broken answers, dead sessions, damaged documents.

A fault is a JSON object with `kind` and, all optional: `path` (substring of the path with its query), `method` (name of
the method, as in the request counts), `register` (РНМ), `times` (how often it is applied; without it, until cleared),
`probability` with `seed`. The kinds and their fields:

- `status`: `status`, `retry_after` (seconds) · `slow`: `seconds` · `html` · `cut_json` · `empty_body` · `reset` ·
  `byte_order_mark` · `body`: `body` (base64), the bytes that come instead of the right ones, with status 200
- `session_dies`: every Sid is forgotten; applied once unless `times` says otherwise
- `forbid_register`: 403002 for `register`
- `duplicate_documents`: a page of by-period begins with the last document of the page before
- `patch_document`: `match`, `set`, `drop` · `drop_document`: `match` (`times` and `probability` go by document)
- `repeat_document`: `match`; the document comes once more, with `set` and `drop` done to the copy
- `extra_documents`: `documents`, put at the end of the first page

`match` names `type` (`closeShift`, …; `byShifts` for an entry of by-shifts), `kktRegId`, `fiscalDriveNumber`,
`fiscalDocumentNumber`, `shiftNumber`, or any other field of the document. `set` and `drop` take dotted paths
(`sell.cashTotal`). Patched sums of by-shifts also change by-days, as if the operator had changed its books; with
`alone` the patch leaves by-days, which then contradicts by-shifts.

Entries of lists are documents too: `organization` and `cashbox` of the OFD, `byDays` of a register's totals by day,
`marketOrganization` and `shop` of Market, `cheque`, `waybill` and `product` of a shop. The `register` of a cashbox is
its РНМ; in Market's lists it is a shop's id. A number in a path is the index of an array: `payments.0.value`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import msgspec

ANSWER_KINDS = (
    "status", "slow", "html", "cut_json", "empty_body", "reset", "byte_order_mark", "body", "session_dies",
    "forbid_register",
)  # fmt: skip
DOCUMENT_KINDS = ("duplicate_documents", "patch_document", "drop_document", "repeat_document", "extra_documents")

Document = dict[str, dict[str, Any]]


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One fault that is switched on; see the module."""

    kind: str
    path: str = ""
    method: str = ""
    register: str = ""
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    status: int = 503
    retry_after: float | None = None
    seconds: float = 0.0
    match: dict[str, Any] = {}
    set: dict[str, Any] = {}
    drop: list[str] = []
    documents: list[dict[str, Any]] = []
    alone: bool = False
    body: bytes = b""


class _Armed:
    """A fault with its remaining `times` and its random generator."""

    def __init__(self, fault: Fault) -> None:
        if fault.kind not in (*ANSWER_KINDS, *DOCUMENT_KINDS):
            raise ValueError(f"unknown kind of fault: {fault.kind!r}")
        if fault.kind == "forbid_register" and not fault.register:
            raise ValueError("forbid_register needs `register`")
        self.fault = fault
        self.left = 1 if fault.kind == "session_dies" and fault.times is None else fault.times
        self.struck = 0
        self._dice = random.Random(fault.seed)  # noqa: S311 - not for secrets

    def strikes(self) -> bool:
        """Whether the fault applies now; if it does, it is counted."""
        if self.left == 0 or (self.fault.probability < 1 and self._dice.random() >= self.fault.probability):
            return False
        if self.left is not None:
            self.left -= 1
        self.struck += 1
        return True


def _matches(match: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    return all(str(fields.get(name, "")).strip() == str(wanted).strip() for name, wanted in match.items())


def _put(fields: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        fields = fields[int(name)] if isinstance(fields, list) else fields.setdefault(name, {})
    fields[int(last) if isinstance(fields, list) else last] = value


def _remove(fields: Any, path: str) -> None:
    *parents, last = path.split(".")
    for name in parents:
        fields = fields[int(name)] if isinstance(fields, list) else fields.get(name, {})
    fields.pop(int(last)) if isinstance(fields, list) else fields.pop(last, None)


def _change(fields: dict[str, Any], fault: Fault) -> None:
    """Set and drop the fields of a fault."""
    for path, value in fault.set.items():
        _put(fields, path, value)
    for path in fault.drop:
        _remove(fields, path)


class Faults:
    """The faults of a server; may be changed from any thread."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()
        self._last_document: dict[str, Document] = {}

    def add(self, *faults: Fault | Mapping[str, Any]) -> None:
        """Switch faults on. Raises ValueError for one that cannot be parsed."""
        read = [one if isinstance(one, Fault) else msgspec.convert(dict(one), Fault) for one in faults]
        armed = [_Armed(one) for one in read]
        with self._lock:
            self._armed.extend(armed)

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._armed.clear()

    def report(self) -> list[dict[str, Any]]:
        """Return the faults, how often each was applied, and how often it still may be."""
        return [
            {"fault": msgspec.to_builtins(one.fault), "struck": one.struck, "left": one.left} for one in self._armed
        ]

    def _due(self, kinds: Sequence[str], path: str, method: str, register: str) -> list[Fault]:
        with self._lock:
            return [
                one.fault
                for one in self._armed
                if one.fault.kind in kinds
                and one.fault.path in path
                and one.fault.method in ("", method)
                and one.fault.register in ("", register)
                and one.strikes()
            ]

    def of_answer(self, path: str, method: str, register: str) -> list[Fault]:
        """Return the faults that apply to this request as a whole; the first that replaces the answer ends it."""
        return self._due(ANSWER_KINDS, path, method, register)

    def _each(self, kind: str, fields: Mapping[str, Any], register: str) -> list[Fault]:
        with self._lock:
            return [
                one.fault
                for one in self._armed
                if one.fault.kind == kind
                and one.fault.register in ("", register)
                and _matches(one.fault.match, fields)
                and one.strikes()
            ]

    def _damage(self, fields: dict[str, Any], known: Mapping[str, Any], register: str) -> bool:
        """Patch one document in place; return False if it is to be dropped."""
        if self._each("drop_document", known, register):
            return False
        for fault in self._each("patch_document", known, register):
            _change(fields, fault)
        return True

    def _repeated(self, fields: Mapping[str, Any], known: Mapping[str, Any], register: str) -> list[dict[str, Any]]:
        """Return further copies of a document, each changed by its fault."""
        copies = []
        for fault in self._each("repeat_document", known, register):
            copy = deepcopy(dict(fields))
            _change(copy, fault)
            copies.append(copy)
        return copies

    def alter_entries(
        self, kind: str, entries: Sequence[Mapping[str, Any]], register_of: Callable[[Mapping[str, Any]], str]
    ) -> list[dict[str, Any]]:
        """Return copies of the entries of a list, changed by the faults; the world's own entries do not change."""
        if not self._armed:
            return [dict(entry) for entry in entries]
        kept = []
        for entry in entries:
            register, known, fields = register_of(entry), {"type": kind, **entry}, deepcopy(dict(entry))
            if self._damage(fields, known, register):
                kept += [fields, *self._repeated(fields, known, register)]
        return kept

    def alter_documents(
        self, documents: list[Document], path: str, method: str, register: str, offset: str
    ) -> list[Document]:
        """Return the documents of an answer, changed by the faults."""
        if not self._armed:
            return documents
        kept = []
        for document in documents:
            ((kind, fields),) = document.items()
            known = {"type": kind, **fields}
            if self._damage(fields, known, register):
                kept += [document, *({kind: copy} for copy in self._repeated(fields, known, register))]
        previous = self._last_document.get(register)
        if kept:
            self._last_document[register] = kept[-1]
        if offset and previous and self._due(("duplicate_documents",), path, method, register):
            kept.insert(0, previous)
        if not offset:
            for fault in self._due(("extra_documents",), path, method, register):
                kept.extend(fault.documents)
        return kept

    def alter_shifts(self, entries: list[tuple[str, dict[str, Any]]], register: str) -> list[dict[str, Any]]:
        """Return entries of by-shifts, given with their fiscal drive numbers, changed by the faults."""
        kept = []
        for drive, entry in entries:
            known = {"type": "byShifts", "kktRegId": register, "fiscalDriveNumber": drive, **entry}
            if not self._armed or self._damage(entry, known, register):
                kept += [entry, *self._repeated(entry, known, register)]
        return kept

    def alter_days(
        self, days: list[dict[str, Any]], entries: list[tuple[str, dict[str, Any]]], register: str
    ) -> list[dict[str, Any]]:
        """Return entries of by-days with sums changed by the patches of by-shifts (`entries`: without patches)."""
        by_date = {one["date"]: one for one in days}
        with self._lock:
            patches = [
                one.fault
                for one in self._armed
                if one.fault.kind == "patch_document"
                and one.fault.match.get("type") == "byShifts"
                and not one.fault.alone
                and one.fault.register in ("", register)
                and (one.left != 0 or one.struck)
            ]
        for fault in patches:
            for drive, entry in entries:
                known = {"type": "byShifts", "kktRegId": register, "fiscalDriveNumber": drive, **entry}
                day = by_date.get(str(entry.get("shiftClose", entry.get("shiftOpen", "")))[:10])
                if day is not None and _matches(fault.match, known):
                    _shift_sums(day, entry, fault.set)
        return days


def _shift_sums(day: dict[str, Any], entry: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    """Add to a day's sums what a patch (`sell.cashTotal`: kopecks) adds to those of an entry of by-shifts."""
    for path, value in patch.items():
        section, _, name = path.partition(".")
        if name and section in day and isinstance(value, int):
            day[section][name] += value - entry[section][name]
