"""Two readings of one list: a record that only one of them tells of is believed by nobody (ADR 0013)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pandas as pd

from smena.transform.decoding import Undecodable, decode
from smena.transform.documents import RawPageAnswer, Told
from smena.transform.duplicates import as_rejects
from smena.transform.reading import FiscalFrames

LONE = "only one of two readings tells of it"

Key = tuple[Any, ...]
KeysOf = Callable[[bytes], Iterable[Key]]
"""The keys of the records of an answer, of those that have one."""

Ends = Mapping[tuple[str, int], int]
"""The ФД number of the z-report of a shift, by ФН and number of the shift."""

_DOCUMENT = ["kkt_reg_id", "fiscal_drive_number", "fiscal_document_number"]


class _Report(msgspec.Struct, rename="camel"):
    fiscal_drive_number: str
    shift_number: int
    fiscal_document_number: int
    documents_quantity: int


class _Document(msgspec.Struct):
    close_shift: _Report | None = msgspec.field(default=None, name="closeShift")


class _Documents(msgspec.Struct):
    documents: list[_Document]


def are_numbered_on(bodies: Iterable[bytes], known: Ends) -> bool:
    """Whether every z-report of these pages of by-period is proved by one before or after it.

    A shift has as many documents as its report says, so its ФД number is that of the report before and so many more:
    where it is, ФН, number of the shift and ФД number of both are true. `known` are reports that are not on the pages.
    """
    try:
        told = [one for body in list(bodies) if body.strip() for one in decode(body, _Documents).documents]
    except Undecodable:
        return False
    reports = {(one.fiscal_drive_number.strip(), one.shift_number): one for one in _reports(told)}
    ends = {**known, **{key: one.fiscal_document_number for key, one in reports.items()}}
    follow = {
        (drive, number)
        for (drive, number), one in reports.items()
        if ends.get((drive, number - 1)) == one.fiscal_document_number - one.documents_quantity
    }
    return all((drive, number) in follow or (drive, number + 1) in follow for drive, number in reports)


def _reports(documents: Iterable[_Document]) -> Iterator[_Report]:
    return (one.close_shift for one in documents if one.close_shift is not None)


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


def without_lone(frames: FiscalFrames, lone: Collection[Key]) -> FiscalFrames:
    """The frames without the documents of these keys (РНМ, ФН, ФД number), which are among the rejects."""
    if not lone:
        return frames
    kept: dict[str, pd.DataFrame] = {}
    rejects = [frames.rejects]
    for name, kind in (("z_reports", "closeShift"), ("openings", "openShift"), ("receipts", None)):
        frame: pd.DataFrame = getattr(frames, name)
        is_lone = pd.MultiIndex.from_frame(frame[_DOCUMENT]).isin(list(lone))
        kept[name] = frame[~is_lone].reset_index(drop=True)
        of_kinds = frame[is_lone].groupby("kind") if kind is None else [(kind, frame[is_lone])]
        rejects += [as_rejects(rows, str(one), LONE) for one, rows in of_kinds]
    return replace(frames, **kept, rejects=pd.concat([one for one in rejects if len(one)] or rejects[:1]))


def _keys(bodies: Iterable[bytes], keys_of: KeysOf) -> set[Key]:
    return {key for body in bodies for key in keys_of(body)}


def _document_key(fields: msgspec.Raw) -> Iterator[Key]:
    try:
        told = decode(fields, Told)
        number = int(str(told.fiscal_document_number))
    except ValueError:
        return
    if isinstance(told.fiscal_drive_number, str):
        yield told.fiscal_drive_number.strip(), number
