"""Chooses the incoming waybills of a window: the same paper from two sources is one document (DOMAIN 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from smena.transform.market.frames import SAME_WAYBILLS, WAYBILL_KEY, WAYBILL_LINES, WAYBILLS

_PAPER = ["shop_id", "supplier_id", "number", "document_day"]
SOURCE_RANKS = {"Diadoc": 0, "Egais": 1, "Mercury": 2, "Manual": 3}
"""Which source's waybill is used for both: one made from the supplier's document rather than one typed in."""


@dataclass(frozen=True, slots=True)
class Waybills:
    """WAYBILLS and WAYBILL_LINES of a window, and the waybills that another source reports too (SAME_WAYBILLS)."""

    waybills: pd.DataFrame
    lines: pd.DataFrame
    repeated: pd.DataFrame


def make_waybills(waybills: pd.DataFrame, lines: pd.DataFrame, *, first_day: date, last_day: date) -> Waybills:
    """Return waybills received in the window; of one paper (supplier, number, day), only that of the best source.

    Two waybills of one source are always two papers; so are those without a supplier, number or day.
    """
    asked = waybills["received_day"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))
    here = waybills[asked]
    named = (here["supplier_id"] != "") & (here["number"] != "") & here["document_day"].notna()
    identified = here[named].assign(rank=here.loc[named, "source"].map(SOURCE_RANKS).fillna(len(SOURCE_RANKS)))
    identified = identified.sort_values([*_PAPER, "rank", "source", "waybill_id"])
    best = identified.groupby(_PAPER)[["source", "waybill_id"]].transform("first")
    other = best["source"] != identified["source"]
    repeated = identified[other].assign(same_as=best.loc[other, "waybill_id"])
    kept = here.drop(index=repeated.index).sort_values(WAYBILL_KEY)
    of_kept = pd.MultiIndex.from_frame(lines[WAYBILL_KEY]).isin(pd.MultiIndex.from_frame(kept[WAYBILL_KEY]))
    return Waybills(
        WAYBILLS.conform(kept.reset_index(drop=True)),
        WAYBILL_LINES.conform(lines[of_kept].reset_index(drop=True)),
        SAME_WAYBILLS.conform(repeated.reset_index(drop=True)),
    )
