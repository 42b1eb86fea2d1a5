"""Two readings of the cheques of a shop: one that only one of them tells of is believed by nobody (ADR 0013)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

import msgspec
import pandas as pd

from smena.transform.decoding import Undecodable, decode
from smena.transform.duplicates import as_rejects
from smena.transform.market.answers import camel, items_of
from smena.transform.market.documents import Word
from smena.transform.market.frames import CHEQUE_KEY
from smena.transform.market.records import words
from smena.transform.twice import LONE, Key

_SHIFT_OF = ["shop_id", "till_shift"]


class _Identified(msgspec.Struct):
    id: Word


def cheque_keys(body: bytes) -> Iterator[Key]:
    """The ids of the cheques of an answer."""
    try:
        items = items_of(body)
    except Undecodable:
        return  # what is wrong with it is found when it is read
    for raw in items:
        try:
            yield (words(decode(camel(bytes(raw)), _Identified).id),)
        except Undecodable:
            continue


def set_lone_aside(cheques: pd.DataFrame, lone: Collection[Key]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """CHEQUES without those of these keys (shop, id), and these."""
    is_lone = pd.MultiIndex.from_frame(cheques[CHEQUE_KEY]).isin(list(lone))
    return cheques[~is_lone], cheques[is_lone]


def of_window(lone: pd.DataFrame, shifts: pd.DataFrame, *, first_day: date, last_day: date) -> pd.DataFrame:
    """The lone cheques (CHEQUES) of the window's days, and of the shifts (TILL_SHIFTS) whose order day lies in it.

    What a till sells while it is asked, and what is another window's, is no matter of this one.
    """
    begin, end = pd.Timestamp(first_day), pd.Timestamp(last_day + timedelta(days=1))
    # One that was opened in the window and closed after it may be all there is of a shift that is dated by its opening.
    of_days = (lone["closed_at"] >= begin) & (lone["opened_at"].fillna(lone["closed_at"]) < end)
    of_shifts = pd.MultiIndex.from_frame(lone[_SHIFT_OF]).isin(pd.MultiIndex.from_frame(shifts[_SHIFT_OF]))
    mine: pd.DataFrame = lone[of_days | of_shifts]
    return mine


def lone_rejects(lone: pd.DataFrame) -> pd.DataFrame:
    """REJECTS of lone cheques."""
    return as_rejects(lone.rename(columns={"shop_id": "kkt_reg_id"}), "cheque", LONE)
