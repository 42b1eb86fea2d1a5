"""Cashboxes and registers whose shifts took the same cash at the same time: the evidence for register links."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.matching.day_ranges import Flags, Integers, day_numbers
from smena.matching.link_days import NONE, RULE, WITHDRAWN, link_of_day, of_state, values_of
from smena.matching.overlap import Pairs, common_codes, expanded, lying_within
from smena.transform.schema import MOMENT, TEXT, WHOLE, Schema

WORTH_COMPARING = 2
"""Fewer agreeing shifts make neither a link nor a proposal, so the shifts compared are not counted."""

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
"""How alike a cashbox and a register are: one row for each two that agree at all; see `find_likeness`."""

_PAIR = ["cashbox_id", "kkt_reg_id"]


def find_likeness(
    tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame, current: pd.DataFrame
) -> pd.DataFrame:
    """Return cashboxes and registers with shifts that agree: the same cash, to the kopeck, at the same time.

    Only shifts that no link in force explains are compared: till shifts whose cashbox has no link on that day, or whose
    linked register has no shift at that time; fiscal shifts whose register has no link on that day. Pairs whose link a
    person has withdrawn are not found again. A till shift without cash, or with unknown sums, agrees with nothing.

    Args:
        tills: TILLS, by `with_middle`.
        fiscals: FISCALS, by `with_ends`.
        links: all links; `current`: those in force.

    Returns:
        LIKENESS. `alike`: how many pairs of shifts agree; `agreed`: how many of these where neither shift agrees with
        another one; `sums`: how many different sums these have; `first_day` and `last_day`: those of `agreed`, or of
        `alike` where `agreed` is 0; `compared`: how many pairs of their shifts lie at the same time in these days,
        missing where fewer than two agree.
    """
    loose = tills[_unexplained(tills, fiscals, current) & _takes_cash(tills)].reset_index(drop=True)
    free = fiscals[link_of_day(fiscals, current, "kkt_reg_id") == NONE].reset_index(drop=True)
    if loose.empty or free.empty:
        return LIKENESS.empty()
    pairs, candidates = _alike(loose, free, _refused(links))
    unambiguous = _unambiguous(loose, free, candidates)
    likeness = pairs.merge(unambiguous, on=_PAIR, how="left")
    likeness["agreed"] = likeness["agreed"].fillna(0)  # no row: each shift agrees with several
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
    return withdrawn.loc[by_a_person.to_numpy(dtype=bool), _PAIR].dropna().drop_duplicates()


def _alike(loose: pd.DataFrame, free: pd.DataFrame, refused: pd.DataFrame) -> tuple[pd.DataFrame, Pairs]:
    """Pairs of cashbox and register with `alike` and its days, and the shifts that agree with one other shift only.

    There may be many shifts with equal cash at one time, so only counts are kept of each part.
    """
    sums = [common_codes(loose[name], free[name]) for name in ("cash_income", "cash_refund")]
    width = len(free) + len(refused) + 1
    cashbox, refused_cashbox = common_codes(loose["cashbox_id"], refused["cashbox_id"])
    register, refused_register = common_codes(free["kkt_reg_id"], refused["kkt_reg_id"])
    refused_pairs = refused_cashbox * width + refused_register
    days = day_numbers(loose["day"])
    counts, single = [], []
    by_fiscal = np.zeros(len(free), dtype=np.int64)
    for till, fiscal in lying_within(loose, free, sums):
        pair = cashbox[till] * width + register[fiscal]
        allowed = ~np.isin(pair, refused_pairs)
        till, fiscal, pair = till[allowed], fiscal[allowed], pair[allowed]
        by_fiscal += np.bincount(fiscal, minlength=len(free))
        counts.append(_counted(pair, days[till], till, fiscal))
        # All fiscal shifts that a till shift agrees with are in one part, so this count is complete.
        alone = np.bincount(till, minlength=len(loose))[till] == 1
        single.append((till[alone], fiscal[alone]))
    whole = pd.concat(counts) if counts else _counted(*[np.empty(0, dtype=np.int64)] * 4)
    whole = whole.groupby("pair", sort=False, as_index=False).agg(
        alike=("alike", "sum"), first=("first", "min"), last=("last", "max"), till=("till", "first"),
        fiscal=("fiscal", "first"),
    )  # fmt: skip
    pairs = pd.DataFrame(
        {
            "cashbox_id": _taken(loose["cashbox_id"], whole["till"]),
            "kkt_reg_id": _taken(free["kkt_reg_id"], whole["fiscal"]),
            "alike": whole["alike"].astype("Int64"),
            "alike_first_day": _as_days(whole["first"]),
            "alike_last_day": _as_days(whole["last"]),
        }
    )
    till = np.concatenate([one for one, _ in single]) if single else np.empty(0, dtype=np.intp)
    fiscal = np.concatenate([one for _, one in single]) if single else np.empty(0, dtype=np.intp)
    alone = by_fiscal[fiscal] == 1
    return pairs, (till[alone], fiscal[alone])


def _counted(pair: Integers, day: Integers, till: npt.NDArray[np.intp], fiscal: npt.NDArray[np.intp]) -> pd.DataFrame:
    rows = pd.DataFrame({"pair": pair, "day": day, "till": till, "fiscal": fiscal})
    return rows.groupby("pair", sort=False, as_index=False).agg(
        alike=("day", "size"), first=("day", "min"), last=("day", "max"), till=("till", "first"),
        fiscal=("fiscal", "first"),
    )  # fmt: skip


def _unambiguous(loose: pd.DataFrame, free: pd.DataFrame, agreeing: Pairs) -> pd.DataFrame:
    till, fiscal = agreeing
    rows = pd.DataFrame(
        {
            "cashbox_id": _taken(loose["cashbox_id"], till),
            "kkt_reg_id": _taken(free["kkt_reg_id"], fiscal),
            "day": _taken(loose["day"], till),
            "cash_income": _taken(loose["cash_income"], till),
        }
    )
    counted = rows.groupby(_PAIR, sort=False, as_index=False).agg(
        agreed=("day", "size"),
        sums=("cash_income", "nunique"),
        agreed_first_day=("day", "min"),
        agreed_last_day=("day", "max"),
    )
    return counted.astype({"agreed": "Int64", "sums": "Int64"})


def _with_compared(likeness: pd.DataFrame, tills: pd.DataFrame, fiscals: pd.DataFrame) -> pd.DataFrame:
    """Add `compared`: all shifts of the two count, linked or not, in the days in which they agree."""
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
