"""Makes till shifts from cheques: Market has no z-reports, so a shift is the sum of its cheques (DOMAIN 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from smena.contract.decoding import LONGEST_IDENTIFIER, Undecodable, decode, storable
from smena.contract.market import PartialRecord, answer_type
from smena.contract.market_lists import camel, is_array
from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.transform.market.frames import TILL_MONEY, TILL_SHIFT_KEY, TILL_SHIFTS
from smena.transform.market.moments import AHEAD
from smena.transform.pages import day_of
from smena.transform.reason_columns import reasons_of

MARGIN = timedelta(days=2)
"""How far beyond both ends of a window cheques are requested, so that shifts that cross them are whole."""

FURTHEST = timedelta(days=31)
"""How far beyond a window cheques are requested for a shift that reaches beyond the margin."""

QUIET = timedelta(hours=4)
"""How old the last cheque of an earlier day must be for its shift to be over."""

LONGEST = timedelta(hours=24)
"""How long a shift may last by law."""

_REGISTER = ["shop_id", "cashbox_id"]
_SHIFT_OF = ["shop_id", "till_shift"]
_CASH = ["cash_income", "cash_refund"]
_VALUE = rb'\s*:\s*("(?:[^"\\]|\\.)*"|[0-9]+)'
_SHIFT_VALUE = re.compile(rb'"(?:cashRegisterId|till_shift)"' + _VALUE)
_CASHBOX_VALUE = re.compile(rb'"(?:cashboxId|cashbox_id)"' + _VALUE)


def make_till_shifts(
    cheques: pd.DataFrame,
    rejects: pd.DataFrame,
    *,
    first_day: date,
    last_day: date,
    date_policy: str,
    now_local: datetime,
    days_are_over: bool = True,
) -> pd.DataFrame:
    """Return the till shifts (TILL_SHIFTS) whose order day lies in the window and that are over at `now_local`.

    A shift is over if its register has a cheque of a newer shift, if its last cheque is of an earlier day and at least
    four hours old, or if its first cheque is at least a day old. It is `incomplete` if one of its cheques was rejected,
    or a rejected cheque may be one of them: a cheque of the same cashbox that does not name its shift, or one of the
    same shop that does not name its cashbox either, of the same or an unknown day. A rejected cheque that names both
    belongs to that shift only. A shift is also `incomplete` if it overlaps another one of its register, or if two
    registers report it: then a cheque is in the wrong shift.

    Args:
        cheques: CHEQUES of the window and of `MARGIN` on both sides of it.
        rejects: REJECTS of the same pages; their units are shops. Those of waybills are ignored.
        date_policy: `shift_close` or `shift_open`.
        now_local: in the organisation's time zone; a cheque of more than a day later is not used.
        days_are_over: if not, only shifts that a newer shift of their register follows are over, because a shift may
            last for days, and a till be silent for hours; and incomplete ones are left out, because they may get whole.
    """
    ahead = cheques["closed_at"] > now_local + AHEAD
    shifts = _summed(cheques[~ahead])
    shifts["overlaps"] = _overlaps(shifts)
    shifts["order_day"] = shifts["closed_at" if date_policy == "shift_close" else "opened_at"].dt.normalize()
    shifts = shifts[_over(shifts, pd.Timestamp(now_local)) if days_are_over else _followed(shifts)]
    shifts = shifts[shifts["order_day"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))].reset_index(drop=True)
    rejected_reason = _reject_reasons(shifts, rejects, cheques, ahead, first_day, last_day)
    _mark_incomplete(
        shifts,
        reasons_of(Reason.CHEQUE_REJECTED, reason=rejected_reason).where(rejected_reason != "", shifts["overlaps"]),
    )
    whole = shifts if days_are_over else shifts[shifts["outcome"] != Outcome.INCOMPLETE]
    return TILL_SHIFTS.conform(whole)


def reported_spans(bodies: Iterable[bytes]) -> list[tuple[date, date]]:
    """Return the first and last day of each till shift's cheques in these responses, as far as they can be read."""
    spans: dict[str, tuple[date, date]] = {}
    for body in bodies:
        try:
            parsed = decode(camel(body), list[PartialRecord] if is_array(body) else answer_type(PartialRecord))
        except Undecodable:
            continue  # it is rejected when it is read
        for cheque in (parsed if is_array(body) else parsed.items) or ():
            moment, shift = day_of(cheque.close_time), str(cheque.shift).strip()
            if moment is not None:
                day = moment.date()
                first, last = spans.get(shift, (day, day))
                spans[shift] = min(first, day), max(last, day)
    return list(spans.values())


def _summed(cheques: pd.DataFrame) -> pd.DataFrame:
    """One row per till shift, in order; `first_closed` is the time of its first cheque."""
    refund = cheques["is_refund"].astype(bool)
    signs = pd.Series(1, index=cheques.index, dtype="Int64").mask(refund, -1)
    rows = cheques.assign(
        opened_at=cheques["opened_at"].fillna(cheques["closed_at"]),
        first_closed=cheques["closed_at"],
        cash_income=cheques["cash"].mask(refund, 0),
        cash_refund=cheques["cash"].where(refund, 0),
        cashless_income=cheques["cashless"].mask(refund, 0),
        cashless_refund=cheques["cashless"].where(refund, 0),
        # Only cheques paid in cash are rounded.
        price_correction=(cheques["price_correction"] * signs).where(cheques["cash"] > 0, 0),
    )
    ends = {"opened_at": "min", "first_closed": "min", "closed_at": "max"}
    of_shift = rows.groupby(TILL_SHIFT_KEY, sort=True)
    shifts = of_shift.agg(ends | dict.fromkeys(TILL_MONEY, "sum"))
    shifts["receipts"] = of_shift.size().astype("Int64")
    pages = rows[[*TILL_SHIFT_KEY, "page_id"]].drop_duplicates().sort_values([*TILL_SHIFT_KEY, "page_id"])
    pages_of_shift = pages.assign(page=pages["page_id"].astype("string")).groupby(TILL_SHIFT_KEY)["page"].agg(",".join)
    shifts["evidence"] = "{" + pages_of_shift.astype("string") + "}"
    return shifts.reset_index()


def _overlaps(shifts: pd.DataFrame) -> pd.Series:
    """Why some cheques of a shift may belong to another one (same index); empty where there is no sign of that.

    A register has one open shift at a time, and a shift belongs to one register.
    """
    in_order = shifts.sort_values([*_REGISTER, "first_closed", "closed_at"])
    of_register = in_order.groupby(_REGISTER)
    ended = of_register["closed_at"].cummax().groupby([in_order[name] for name in _REGISTER]).shift()
    begun_within = (in_order["first_closed"] < ended).fillna(value=False)
    follower = begun_within.groupby([in_order[name] for name in _REGISTER]).shift(-1, fill_value=False)
    crossed = (begun_within | follower).reindex(shifts.index).to_numpy(dtype=bool)
    twofold = shifts.duplicated(_SHIFT_OF, keep=False).to_numpy(dtype=bool)
    words = np.select(
        [twofold, crossed], [str(Reason.TWO_REGISTERS_REPORT_TILL_SHIFT), str(Reason.OVERLAPS_ANOTHER_SHIFT)], ""
    )
    return pd.Series(words, index=shifts.index, dtype="string")


def _over(shifts: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """Whether a shift is over, so that no more cheques are expected."""
    quiet = (shifts["closed_at"] < now.normalize()) & (shifts["closed_at"] <= now - QUIET)
    return _followed(shifts) | quiet | (shifts["first_closed"] <= now - LONGEST)


def _followed(shifts: pd.DataFrame) -> pd.Series:
    """Whether a newer shift of the same register has a cheque after the last one of the shift."""
    newest = shifts.groupby(_REGISTER)["first_closed"].transform("max")
    followed: pd.Series = newest > shifts["closed_at"]
    return followed


def _reject_reasons(
    shifts: pd.DataFrame,
    rejects: pd.DataFrame,
    cheques: pd.DataFrame,
    ahead: pd.Series,
    first_day: date,
    last_day: date,
) -> pd.Series:
    """Why a shift may lack cheques (same index); empty where there is no sign of that."""
    rejects = rejects[rejects["kind"] != "waybill"]
    unread = rejects[["unit_id", "day", "reason"]].rename(columns={"unit_id": "shop_id"})
    named_shifts = pd.DataFrame(
        list(_reported_keys(rejects["record"])),
        columns=["cashbox_id", "till_shift"],
        index=rejects.index,
        dtype="string",
    )
    # A page that cannot be read may name one shift, and hold cheques of any.
    unread[["cashbox_id", "till_shift"]] = named_shifts.mask(rejects["kind"] == "page")
    # Without a cashbox, a shift that no other cheque names may be another shift, misspelt.
    known = pd.MultiIndex.from_frame(unread[_SHIFT_OF]).isin(pd.MultiIndex.from_frame(cheques[_SHIFT_OF]))
    unread["till_shift"] = unread["till_shift"].where(known | unread["cashbox_id"].notna())
    future = cheques.loc[ahead, _SHIFT_OF].assign(reason=str(Reason.CLOSE_TIME_IN_FUTURE))
    named = pd.concat([unread.loc[unread["till_shift"].notna(), [*_SHIFT_OF, "reason"]], future])
    by_shift = named.drop_duplicates(_SHIFT_OF).set_index(_SHIFT_OF)["reason"]
    reason = by_shift.reindex(pd.MultiIndex.from_frame(shifts[_SHIFT_OF])).set_axis(shifts.index).astype("string")
    unplaced = unread[unread["till_shift"].isna()]
    # A record that names its cashbox but not its shift belongs to some shift of that cashbox.
    for place in (_REGISTER, ["shop_id"]):
        of_place = unplaced[unplaced["cashbox_id"].notna() == (place == _REGISTER)]
        reason = reason.fillna(_reject_reasons_by_day(shifts, of_place, place, first_day, last_day))
    return reason.fillna("")


def _reject_reasons_by_day(
    shifts: pd.DataFrame, unplaced: pd.DataFrame, place: list[str], first_day: date, last_day: date
) -> pd.Series:
    """Why a shift may lack cheques (same index): a rejected one of its `place` is of its days, or of an unknown day."""
    # A day that was not requested is wrong, so the right one is unknown.
    asked = unplaced["day"].between(pd.Timestamp(first_day - MARGIN), pd.Timestamp(last_day + MARGIN))
    undated = unplaced[~asked].drop_duplicates(place).set_index(place)["reason"]
    keys = pd.MultiIndex.from_frame(shifts[place]) if len(place) > 1 else pd.Index(shifts[place[0]])
    reason = undated.reindex(keys).set_axis(shifts.index).astype("string")
    days = unplaced.loc[asked, [*place, "day", "reason"]].drop_duplicates([*place, "day"])
    near = shifts[[*place, "opened_at", "closed_at"]].reset_index().merge(days, on=place)
    near = near[near["day"].between(near["opened_at"].dt.normalize(), near["closed_at"].dt.normalize())]
    by_day = near.sort_values(["index", "day"]).drop_duplicates("index").set_index("index")["reason"]
    return reason.fillna(by_day.reindex(shifts.index).astype("string"))


def _reported_keys(records: pd.Series) -> Iterator[tuple[str | None, str | None]]:
    """The cashbox and till shift of each rejected record, even of a record cut short; None where it has none."""
    for record in records:
        body = camel(str(record).encode(errors="replace"))
        try:
            parsed = decode(body, PartialRecord)
            cashbox, shift = parsed.cashbox, parsed.shift
        except Undecodable:
            cashbox, shift = _first_of(_CASHBOX_VALUE, body), _first_of(_SHIFT_VALUE, body)
        yield _identifier(cashbox), _identifier(shift)


def _first_of(name: re.Pattern[bytes], body: bytes) -> Any:
    found = name.search(body)
    try:
        return found and decode(found[1], str | int)
    except Undecodable:
        return None


def _identifier(value: object) -> str | None:
    """The value as an identifier; None where it is not one, or is too long."""
    text = storable(str(value).strip()) if type(value) in (str, int) else ""
    return text if 0 < len(text) <= LONGEST_IDENTIFIER else None


def _mark_incomplete(shifts: pd.DataFrame, reason: pd.Series) -> None:
    """Write `outcome` and `reason`; remove the sums of incomplete shifts, which are those of a part."""
    incomplete = (reason != "").to_numpy(dtype=bool)
    cash = (shifts[_CASH].sum(axis=1) > 0).to_numpy(dtype=bool)
    outcomes = np.select([incomplete, ~cash], [str(Outcome.INCOMPLETE), str(Outcome.NO_CASH)], str(Outcome.ISSUED))
    shifts["outcome"] = pd.Series(outcomes, index=shifts.index, dtype="string")
    shifts["reason"] = reason.where(incomplete)
    for name in TILL_MONEY:
        shifts[name] = shifts[name].mask(incomplete)
