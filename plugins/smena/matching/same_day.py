"""Which till shifts a batch may use whose days are not over: the OFD may still report the same shifts (ADR 0027)."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import known_and
from smena.matching.link_days import IN_FORCE, NONE, checked_links, link_of_day, of_state, values_of
from smena.matching.slices import Slice

_A_DAY = pd.Timedelta(days=1)


def tills_of_no_register(slice_: Slice) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the reported till shifts (REPORTED_TILLS) that are used, and those that are left to the next load.

    If the days are over, all are used. Otherwise only those that cannot be a shift of the OFD: it is not loaded on
    their day nor on the next, when the register may have closed the shift after midnight, or a link in force says that
    their cashbox is no register. Of any other, "the OFD has no such shift" is not known before the day is over, so
    neither a booking from Market nor a question to a person would be right; nor do they count as evidence of links, of
    which a part of a day may show another picture than the whole.
    """
    tills = slice_.reported_tills.reset_index(drop=True)
    if slice_.setting.days_are_over or tills.empty:
        return tills, tills.head(0)
    start = slice_.setting.ofd_start if slice_.setting.ofd_is_on else None
    is_usable = pd.Series(data=True, index=tills.index)
    if start is not None:
        is_usable = known_and(tills["order_day"] < start - _A_DAY)
    links = of_state(checked_links(slice_.links), IN_FORCE)
    own = link_of_day(tills.assign(day=tills["closed_at"].dt.normalize()), links, "cashbox_id")
    is_usable |= (own != NONE) & values_of(links["kkt_reg_id"], own).isna().to_numpy()
    return tills[is_usable], tills[~is_usable]
