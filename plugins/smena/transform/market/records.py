"""Reads records of Kontur.Market's pages: a whole page at once, or record by record where one of them is invalid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
import pandas as pd

from smena.contract.decoding import Undecodable, decode, identifier, storable
from smena.contract.market import PartialRecord, answer_type
from smena.contract.market_lists import camel, is_array, items_of
from smena.model.reason_text import Wrong, reason, reason_of
from smena.model.reasons import Reason
from smena.transform.duplicates import distinct
from smena.transform.frames import REJECTS
from smena.transform.market.amounts import plain_amounts
from smena.transform.market.moments import day_at_best
from smena.transform.pages import RawPage, moments, reject_of_day, unexpected, unreadable
from smena.transform.schema import MOMENT, Schema

R = TypeVar("R")
_AS_REJECTS = {"received_day": "day"}
"""Columns of Market's frames that have another name in REJECTS."""


@dataclass(frozen=True, slots=True)
class Reader(Generic[R]):
    """Reads records of one kind.

    Attributes:
        shape: the record's type.
        kind: the `kind` of its rejects.
        parse: makes a row of a record of a page; raises ValueError with the reason for impossible values.
    """

    shape: type[msgspec.Struct]
    kind: str
    zone: tzinfo
    parse: Callable[[RawPage, Any], R]

    def read(self, pages: Iterable[RawPage]) -> tuple[list[R], list[dict[str, Any]]]:
        """Return the rows of every page, and the rejects."""
        rows: list[R] = []
        rejects: list[dict[str, Any]] = []
        for page in pages:
            rows += self.read_page(page, rejects)
        return rows, rejects

    def read_page(self, page: RawPage, rejects: list[dict[str, Any]]) -> list[R]:
        """Return the rows of a page, and add its rejects to the others."""
        try:
            return [self.parse(page, one) for one in self.entries(page)]
        except ValueError:
            pass
        except Exception as error:  # noqa: BLE001 - the border of a page
            rejects.append(unexpected(page, error))
            return []
        try:
            return self._one_by_one(page, rejects)
        except Exception as error:  # noqa: BLE001 - the same
            rejects.append(unexpected(page, error))
            return []

    def entries(self, page: RawPage) -> list[Any]:
        """Return the records of a page. Raise Undecodable where one is not of the type in the contract."""
        body = camel(page.body)
        if is_array(body):
            return list(decode(body, list[self.shape]))  # type: ignore[name-defined]
        return decode(body, answer_type(self.shape)).items or []

    def _one_by_one(self, page: RawPage, rejects: list[dict[str, Any]]) -> list[R]:
        """The readable rows of a page in which at least one record cannot be read."""
        rows: list[R] = []
        try:
            items = items_of(page.body)
        except Undecodable as error:
            rejects.append(reject_of_day(page, "page", unreadable(str(error)), page.body, None))
            return rows
        for raw in items:
            record = bytes(raw)
            try:
                rows.append(self.parse(page, decode(plain_amounts(camel(record)), self.shape, strict=False)))
            except ValueError as error:
                rejects.append(reject_of_day(page, self.kind, reason_of(error), record, self._day(record)))
        return rows

    def _day(self, record: bytes) -> datetime | None:
        try:
            parsed: PartialRecord = decode(camel(record), PartialRecord)
        except Undecodable:
            return None
        return day_at_best(parsed.close_time or parsed.receive_date, self.zone)


def word(value: str | int | None, what: str) -> str:
    """Return an identifier as text. Raise ValueError where it is missing or too long."""
    text = words(value, what)
    if not text:
        raise Wrong(Reason.FIELD_MISSING, what=what)
    return text


def words(value: str | int | None, what: str) -> str:
    """Return an identifier without padding, empty where it is missing. Raise ValueError where it is too long."""
    return "" if value is None else identifier(storable(str(value).strip()), what)


def check_shop(page: RawPage, shop_id: str | None) -> None:
    """Raise ValueError for a record of another shop than that of the request."""
    if shop_id is not None and shop_id.strip().casefold() != page.unit_id.casefold():
        raise Wrong(Reason.OF_ANOTHER_SHOP)


def columns(rows: Sequence[Sequence[Any]], schema: Schema, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return rows as typed columns: all of a schema, or those with these names."""
    names = names or list(schema.columns)
    by_name = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: _typed(values, schema.columns[name]) for name, values in zip(names, by_name, strict=True)}


def _typed(values: Sequence[Any], kind: str) -> Any:
    return moments(values) if kind == MOMENT else pd.Series(values, dtype=kind).array


def parts(of_rows: Sequence[Sequence[Any]], schema: Schema, names: Sequence[str]) -> pd.DataFrame:
    """Return parts of records (their lines, their payments) as a frame; `row` is the position of the record."""
    counts = np.fromiter((len(one) for one in of_rows), dtype="int64", count=len(of_rows))
    by_name = columns(list(chain.from_iterable(of_rows)), schema, names)
    return pd.DataFrame(by_name | {"row": np.repeat(np.arange(len(of_rows)), counts)})


def drop_repeated(
    frame: pd.DataFrame, of_frame: list[pd.DataFrame], key: list[str], kind: str
) -> tuple[pd.DataFrame, list[pd.DataFrame], pd.DataFrame]:
    """Return records each once, their parts with the record's key, and records with several contents (REJECTS).

    Records are equal if their parts are equal too, in any order.
    """
    frame = frame.sort_values("page_id", kind="stable")
    repeated = frame.duplicated(key, keep=False)
    if not repeated.any():
        return frame.reset_index(drop=True), [_keyed(one, frame, key) for one in of_frame], REJECTS.empty()
    content = pd.Series("", index=frame.index, dtype="string")
    for one in of_frame:
        content = content + _content(one[one["row"].isin(frame.index[repeated])]).reindex(frame.index, fill_value="")
    renamed = {old: new for old, new in _AS_REJECTS.items() if old in frame}
    once, doubled = distinct(
        frame.assign(content=content).rename(columns=renamed),
        [renamed.get(name, name) for name in key],
        kind,
        reason(Reason.SAME_ID_OTHER_CONTENT, what=kind),
    )
    once = once.drop(columns="content").rename(columns={new: old for old, new in renamed.items()})
    first = frame[~frame.duplicated(key)]
    first = first[pd.MultiIndex.from_frame(first[key]).isin(pd.MultiIndex.from_frame(once[key]))]
    return once, [_keyed(one[one["row"].isin(first.index)], first, key) for one in of_frame], doubled


def _keyed(part: pd.DataFrame, frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    of_record = frame[key].reindex(part["row"])
    return part.assign(**{name: of_record[name].array for name in key}).drop(columns="row").reset_index(drop=True)


def _content(part: pd.DataFrame) -> pd.Series:
    """By record: its parts as one text that does not depend on their order."""
    text = pd.Series("", index=part.index, dtype="string")
    for name in part.columns.drop("row"):
        text = text + "\x1f" + part[name].astype("string").fillna("\x1e")
    in_order = pd.DataFrame({"row": part["row"], "text": text}).sort_values(["row", "text"])
    return in_order.groupby("row")["text"].agg("\x1d".join).astype("string")
