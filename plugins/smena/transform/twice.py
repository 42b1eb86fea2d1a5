"""Two readings of one list: a record that only one of them tells of is believed by nobody (ADR 0013)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pandas as pd

from smena.transform.decoding import Undecodable, decode
from smena.transform.documents import Counted, DocumentNumber, Drive, Quantity, RawPageAnswer
from smena.transform.duplicates import as_rejects
from smena.transform.frames import SHIFT_KEY
from smena.transform.reading import FiscalFrames

LONE = "only one of two readings tells of it"

Key = tuple[Any, ...]
KeysOf = Callable[[bytes], Iterable[Key]]
"""The keys of the records of an answer, of those that have one."""

Ends = Mapping[tuple[str, int], int]
"""The ФД number of the z-report of a shift, by ФН and number of the shift."""

_DOCUMENT = ["kkt_reg_id", "fiscal_drive_number", "fiscal_document_number"]


class _Known(msgspec.Struct, rename="camel"):
    """A document by its key, read as the reader reads it."""

    fiscal_drive_number: Drive
    fiscal_document_number: DocumentNumber


class _Report(_Known, rename="camel"):
    shift_number: Counted
    documents_quantity: Quantity


class _Document(msgspec.Struct):
    close_shift: _Report | None = msgspec.field(default=None, name="closeShift")


class _Documents(msgspec.Struct):
    documents: list[_Document]


def are_numbered_on(bodies: Iterable[bytes], known: Ends) -> bool:
    """Whether every z-report of these pages of by-period is proved by the one before or after it.

    A shift has as many documents as its report says, so its ФД number is that of the report before and so many more:
    where it is, ФН, number of the shift and ФД number of both are true. No two neighbours may be farther apart. `known`
    are reports that are not on the pages.
    """
    try:
        told = [one.close_shift for body in list(bodies) if body.strip() for one in decode(body, _Documents).documents]
    except Undecodable:
        return False
    reports = {(one.fiscal_drive_number.strip(), one.shift_number): one for one in told if one is not None}
    ends = {**known, **{key: one.fiscal_document_number for key, one in reports.items()}}
    follow = {
        (drive, number): ends[drive, number - 1] == one.fiscal_document_number - one.documents_quantity
        for (drive, number), one in reports.items()
        if (drive, number - 1) in ends
    }
    near = ((follow.get((drive, number)), follow.get((drive, number + 1))) for drive, number in reports)
    return all(True in both and False not in both for both in near)


def told_by_one(first: Iterable[bytes], again: Iterable[bytes], both: Iterable[bytes], keys_of: KeysOf) -> set[Key]:
    """The keys of the records that only one of two readings tells of.

    Args:
        first: answers of the first reading that did not come again in the same bytes.
        again: answers of the second reading that are none of the first.
        both: answers of both. They are read only where the rest is not the same records on other pages.
    """
    lone = _keys(first, keys_of) ^ _keys(again, keys_of)
    return lone - _keys(both, keys_of) if lone else lone


def document_keys(body: bytes) -> Iterator[Key]:
    """ФН and ФД number of the documents of a page of by-period."""
    try:
        documents = decode(body, RawPageAnswer).documents if body.strip() else []
    except Undecodable:
        return  # what is wrong with it is found when it is read
    for raw in documents:
        try:
            told = decode(raw, dict[str, msgspec.Raw])
        except Undecodable:
            continue
        for fields in told.values():
            yield from _document_key(fields)


def without_lone(frames: FiscalFrames, lone: Collection[Key], last_day: date) -> FiscalFrames:
    """The frames without the documents of these keys (РНМ, ФН, ФД number).

    Those of shifts that are closed by `last_day` are among the rejects. What a register sends while it is asked is no
    matter of these: a later batch asks for it.
    """
    if not lone:
        return frames
    closed = frames.z_reports[~(frames.z_reports["closed_at"] >= pd.Timestamp(last_day + timedelta(days=1)))]
    shifts = pd.MultiIndex.from_frame(closed[SHIFT_KEY])
    kept: dict[str, pd.DataFrame] = {}
    rejects = [frames.rejects]
    for name, kind in (("z_reports", "closeShift"), ("openings", "openShift"), ("receipts", None)):
        frame: pd.DataFrame = getattr(frames, name)
        is_lone = pd.MultiIndex.from_frame(frame[_DOCUMENT]).isin(list(lone))
        kept[name] = frame[~is_lone].reset_index(drop=True)
        held = frame[is_lone & pd.MultiIndex.from_frame(frame[SHIFT_KEY]).isin(shifts)]
        of_kinds = held.groupby("kind") if kind is None else [(kind, held)]
        rejects += [as_rejects(rows, str(one), LONE) for one, rows in of_kinds]
    return replace(frames, **kept, rejects=pd.concat([one for one in rejects if len(one)] or rejects[:1]))


def _keys(bodies: Iterable[bytes], keys_of: KeysOf) -> set[Key]:
    return {key for body in bodies for key in keys_of(body)}


def _document_key(fields: msgspec.Raw) -> Iterator[Key]:
    try:
        told = decode(fields, _Known, strict=False)
    except Undecodable:
        return
    yield told.fiscal_drive_number.strip(), told.fiscal_document_number
