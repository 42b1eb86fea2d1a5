"""Cashboxes of Kontur.Market and registers of the OFD whose shifts agree: the evidence for register links.

Market does not say which register a cashbox is. If shifts of a cashbox (till shifts) and of a register (fiscal shifts)
agree again and again, they are the same device; `links.py` decides how much agreement makes a link.

A till shift and a fiscal shift *agree* if they took the same cash, to the kopeck, and the middle of the till shift lies
within the fiscal shift, with five minutes allowed at both ends (`smena.matching.overlap`). For example 8,375.48 roubles
from 8:01 to 20:49 at both: they agree. "The same cash" is two sums, income and refunds, and both must be equal. If a
second register took the same sums in these hours, the till shift agrees with both, and neither agreement is *unique*.

For each cashbox and register there are four counts. Let cashbox K and registers R and S have one shift per day:

    day        K    R    S
    Monday    100  100
    Tuesday   200  200  200
    Wednesday 300  300
    Thursday  400  450

- `alike`: agreements. K and R: 3; K and S: 1.
- `agreed`: unique agreements. K and R: 2, on Monday and Wednesday; K and S: 0.
- `sums`: different incomes of the unique agreements. K and R: 2. Many shifts of one sum are weak evidence.
- `compared`: pairs of shifts at the same time, whatever their cash, from the first to the last unique agreement.
  K and R: 3, from Monday through Wednesday.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.matching.day_ranges import Flags, Integers, day_numbers
from smena.matching.link_days import NONE, RULE, WITHDRAWN, link_of_day, of_state, values_of
from smena.matching.overlap import Pairs, common_codes, expanded, lying_within
from smena.transform.schema import MOMENT, TEXT, WHOLE, Schema

WORTH_COMPARING = 2
"""If `alike` is less, there is neither a link nor a proposal, so `compared` is not counted."""

LIKENESS = Schema(
    "likeness",
    {
        "cashbox_id": TEXT,
        "kkt_reg_id": TEXT,
        "alike": WHOLE,
        "agreed": WHOLE,
        "sums": WHOLE,
        "first_day": MOMENT,
        "last_day": MOMENT,
        "compared": WHOLE,
    },
)
"""One row for each cashbox and register with at least one agreement of their shifts; see `find_likeness`."""

_CASHBOX_AND_REGISTER = ["cashbox_id", "kkt_reg_id"]


def find_likeness(
    tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame, current: pd.DataFrame
) -> pd.DataFrame:
    """Return cashboxes and registers with shifts that agree.

    Only shifts that no link in force explains are compared: till shifts whose cashbox has no link on that day, or
    whose linked register has no shift at that time; fiscal shifts whose register has no link on that day. A cashbox
    and a register whose link a person has withdrawn are not found again. A till shift without cash income (also one
    with refunds only), or with unknown sums, agrees with nothing.

    Args:
        tills: TILLS, by `with_middle`.
        fiscals: FISCALS, by `with_ends`.
        links: LINKS in every state; those that a person has withdrawn are looked up here.
        current: those of them that are in force, by `of_state`.

    Returns:
        LIKENESS. `alike` is how many times a till shift and a fiscal shift of the two agree, and `agreed` how many of
        these agreements are unique: neither shift agrees with a third. `sums` is how many different incomes the unique
        ones have. `first_day` and `last_day` are those of the unique ones, or of all if none is unique. `compared` is
        how many times the middle of a till shift lies within a fiscal shift in these days, whatever their cash;
        missing if `alike` is less than two.
    """
    loose = tills[_unexplained(tills, fiscals, current) & _takes_cash(tills)].reset_index(drop=True)
    free = fiscals[link_of_day(fiscals, current, "kkt_reg_id") == NONE].reset_index(drop=True)
    if loose.empty or free.empty:
        return LIKENESS.empty()
    agreeing, unique = _agreeing(loose, free, _refused(links))
    likeness = agreeing.merge(_unique_agreements(loose, free, unique), on=_CASHBOX_AND_REGISTER, how="left")
    likeness["agreed"] = likeness["agreed"].fillna(0)  # no row: no agreement of the two is unique
    likeness["sums"] = likeness["sums"].fillna(0)
    likeness["first_day"] = likeness["agreed_first_day"].fillna(likeness["alike_first_day"])
    likeness["last_day"] = likeness["agreed_last_day"].fillna(likeness["alike_last_day"])
    return LIKENESS.conform(_with_compared(likeness, tills, fiscals))


def _takes_cash(tills: pd.DataFrame) -> Flags:
    takes: Flags = (tills["cash_income"] > 0).to_numpy(dtype=bool, na_value=False)  # unknown sums agree with nothing
    return takes


def _unexplained(tills: pd.DataFrame, fiscals: pd.DataFrame, current: pd.DataFrame) -> Flags:
    """Whether a till shift has no link on its day, or one to a register without a shift at that time.

    A link without a register ("the OFD does not have this cashbox") explains the shift.
    """
    link = link_of_day(tills, current, "cashbox_id")
    register = values_of(current["kkt_reg_id"], link)
    has_shift = np.zeros(len(tills), dtype=np.bool_)
    for till, _ in lying_within(tills, fiscals, [common_codes(register, fiscals["kkt_reg_id"])]):
        has_shift[till] = True
    result: Flags = (link == NONE) | (register.notna().to_numpy() & ~has_shift)
    return result


def _refused(links: pd.DataFrame) -> pd.DataFrame:
    withdrawn = of_state(links, WITHDRAWN)
    by_a_person = withdrawn["withdrawn_by"] != RULE
    return withdrawn.loc[by_a_person.to_numpy(dtype=bool), _CASHBOX_AND_REGISTER].dropna().drop_duplicates()


def _agreeing(loose: pd.DataFrame, free: pd.DataFrame, refused: pd.DataFrame) -> tuple[pd.DataFrame, Pairs]:
    """Return cashboxes and registers with `alike` and its days, and the shifts whose agreement is unique.

    Many shifts may agree with each other, so `lying_within` yields them in parts of bounded size, and only counts of a
    part stay in memory.
    """
    sums = [common_codes(loose[name], free[name]) for name in ("cash_income", "cash_refund")]
    # A cashbox and a register become one number, cashbox * width + register. Codes of registers are below the number of
    # rows that they were made from, so they are below `width`.
    width = len(free) + len(refused) + 1
    cashbox, refused_cashbox = common_codes(loose["cashbox_id"], refused["cashbox_id"])
    register, refused_register = common_codes(free["kkt_reg_id"], refused["kkt_reg_id"])
    refused_pairs = refused_cashbox * width + refused_register
    days = day_numbers(loose["day"])
    counts, of_one_fiscal = [], []
    by_fiscal = np.zeros(len(free), dtype=np.int64)
    for till, fiscal in lying_within(loose, free, sums):
        pair = cashbox[till] * width + register[fiscal]
        allowed = ~np.isin(pair, refused_pairs)
        till, fiscal, pair = till[allowed], fiscal[allowed], pair[allowed]
        by_fiscal += np.bincount(fiscal, minlength=len(free))
        counts.append(_counted(pair, days[till], till, fiscal))
        # All fiscal shifts that a till shift agrees with are in one part, so this count is complete.
        agrees_once = np.bincount(till, minlength=len(loose))[till] == 1
        of_one_fiscal.append((till[agrees_once], fiscal[agrees_once]))
    whole = pd.concat(counts) if counts else _counted(*[np.empty(0, dtype=np.int64)] * 4)
    whole = whole.groupby("pair", sort=False, as_index=False).agg(
        alike=("alike", "sum"), first=("first", "min"), last=("last", "max"), till=("till", "first"),
        fiscal=("fiscal", "first"),
    )  # fmt: skip
    agreeing = pd.DataFrame(
        {
            "cashbox_id": _taken(loose["cashbox_id"], whole["till"]),
            "kkt_reg_id": _taken(free["kkt_reg_id"], whole["fiscal"]),
            "alike": whole["alike"].astype("Int64"),
            "alike_first_day": _as_days(whole["first"]),
            "alike_last_day": _as_days(whole["last"]),
        }
    )
    if not of_one_fiscal:
        return agreeing, (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))
    till, fiscal = (np.concatenate(positions) for positions in zip(*of_one_fiscal, strict=True))
    is_unique = by_fiscal[fiscal] == 1
    return agreeing, (till[is_unique], fiscal[is_unique])


def _counted(pair: Integers, day: Integers, till: npt.NDArray[np.intp], fiscal: npt.NDArray[np.intp]) -> pd.DataFrame:
    rows = pd.DataFrame({"pair": pair, "day": day, "till": till, "fiscal": fiscal})
    return rows.groupby("pair", sort=False, as_index=False).agg(
        alike=("day", "size"), first=("day", "min"), last=("day", "max"), till=("till", "first"),
        fiscal=("fiscal", "first"),
    )  # fmt: skip


def _unique_agreements(loose: pd.DataFrame, free: pd.DataFrame, unique: Pairs) -> pd.DataFrame:
    till, fiscal = unique
    rows = pd.DataFrame(
        {
            "cashbox_id": _taken(loose["cashbox_id"], till),
            "kkt_reg_id": _taken(free["kkt_reg_id"], fiscal),
            "day": _taken(loose["day"], till),
            "cash_income": _taken(loose["cash_income"], till),
        }
    )
    counted = rows.groupby(_CASHBOX_AND_REGISTER, sort=False, as_index=False).agg(
        agreed=("day", "size"),
        sums=("cash_income", "nunique"),
        agreed_first_day=("day", "min"),
        agreed_last_day=("day", "max"),
    )
    return counted.astype({"agreed": "Int64", "sums": "Int64"})


def _with_compared(likeness: pd.DataFrame, tills: pd.DataFrame, fiscals: pd.DataFrame) -> pd.DataFrame:
    """Add `compared`: all shifts of the two count, linked or not, from `first_day` through `last_day`.

    In the order of `_Places`, the till shifts of a cashbox in these days are one range of rows: from `start`, `counts`
    of them. Each is then looked for in the fiscal shifts of the register.
    """
    compared = np.zeros(len(likeness), dtype=np.int64)
    worth = (likeness["alike"] >= WORTH_COMPARING).to_numpy(dtype=bool)
    rows = np.flatnonzero(worth)
    wanted = likeness.iloc[rows]
    cashbox, till_cashbox = common_codes(wanted["cashbox_id"], tills["cashbox_id"])
    places = _Places(till_cashbox, day_numbers(tills["day"]))
    tills = tills.iloc[places.order]
    start = places.of(cashbox, day_numbers(wanted["first_day"]))
    counts = places.of(cashbox, day_numbers(wanted["last_day"]) + 1) - start
    for row, till in expanded(start, counts):
        register = common_codes(_taken(wanted["kkt_reg_id"], row), fiscals["kkt_reg_id"])
        for place, _ in lying_within(tills.iloc[till], fiscals, [register]):
            compared += np.bincount(rows[row[place]], minlength=len(likeness))
    return likeness.assign(compared=pd.Series(compared, index=likeness.index, dtype="Int64").where(worth))


class _Places:
    """Rows sorted by (cashbox, day), to find where the days of a cashbox begin."""

    def __init__(self, cashbox: Integers, day: Integers) -> None:
        self._first = int(day.min(initial=0))
        # `of` is also asked for the day after the last: so a cashbox has one day more than `max - first + 1`, and one
        # to spare.
        self._width = int(day.max(initial=0)) - self._first + 3
        keys = self._key(cashbox, day)
        self.order = np.argsort(keys, kind="stable")
        self._keys = keys[self.order]

    def of(self, cashbox: Integers, day: Integers) -> npt.NDArray[np.intp]:
        """Return how many rows come before this day of this cashbox."""
        result: npt.NDArray[np.intp] = np.searchsorted(self._keys, self._key(cashbox, day), side="left")
        return result

    def _key(self, cashbox: Integers, day: Integers) -> Integers:
        result: Integers = cashbox * self._width + (day - self._first)
        return result


def _taken(column: pd.Series, rows: npt.NDArray[np.intp] | pd.Series) -> pd.Series:
    return column.take(np.asarray(rows, dtype=np.intp)).reset_index(drop=True)


def _as_days(numbers: pd.Series) -> pd.Series:
    return pd.Series(numbers.to_numpy(dtype="datetime64[D]").astype("datetime64[us]"), dtype="datetime64[us]")
