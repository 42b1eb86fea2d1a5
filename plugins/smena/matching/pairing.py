"""Which fiscal shift of the OFD each till shift of Kontur.Market matches, and which it may match (DOMAIN 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.matching.cases import among
from smena.matching.day_ranges import DayRanges, Flags, Integers, day_numbers
from smena.matching.frames import (
    COVERED,
    FOREIGN_REGISTERS,
    PAIRS,
    POSSIBLE_SHIFTS,
    REGISTERS,
    TILLS,
    require_known,
    require_unique,
)
from smena.matching.link_days import IN_FORCE, NONE, checked_links, link_of_day, of_state, values_of
from smena.matching.links import checked_fiscals, checked_tills
from smena.matching.overlap import PART_ROWS, UNKNOWN, common_codes, lying_within, with_ends, with_middle

FOREIGN_DAYS = 3
"""The number of days with evidence that prove that a cashbox is not a register."""

_FIGURES = ["receipts", "cash_income", "cash_refund"]


def pair(tills: pd.DataFrame, fiscals: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the fiscal shift that each till shift matches, by the links in force: PAIRS.

    It is the shift of the linked register in which the middle of the till shift lies; of two, the one that overlaps it
    longer. If two till shifts match one fiscal shift, one about which no person has decided comes first, then the
    one that overlaps longer; the other is crowded. So a fiscal shift has at most one pair that is not crowded. Cash is
    compared to the kopeck; only the rounding that the till reports explains a difference.

    Args:
        tills: TILLS; `fiscals`: FISCALS; `links`: LINKS after `infer_links`.

    Raise ValueError as `infer_links` does, and if `has_decision` is unknown.
    """
    tills, fiscals, links = checked_tills(tills), checked_fiscals(fiscals), checked_links(links)
    require_known(tills, TILLS, ["has_decision"])
    if tills.empty or fiscals.empty:
        return PAIRS.empty()
    tills, fiscals, current = with_middle(tills), with_ends(fiscals), of_state(links, IN_FORCE)
    link = link_of_day(tills, current, "cashbox_id")
    register = common_codes(values_of(current["kkt_reg_id"], link), fiscals["kkt_reg_id"])
    parts = [pd.DataFrame({"till": one, "fiscal": other}) for one, other in lying_within(tills, fiscals, [register])]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"till": [], "fiscal": []}, dtype=np.intp)
    till, fiscal = _rows(tills, rows["till"]), _rows(fiscals, rows["fiscal"])
    begins = till["opened_at"].where(till["opened_at"] >= fiscal["begins_at"], fiscal["begins_at"])
    ends = till["closed_at"].where(till["closed_at"] <= fiscal["ends_at"], fiscal["ends_at"])
    rows = rows.assign(
        together=ends - begins,
        has_decision=till["has_decision"],
        till_id=till["shift_id"],
        fiscal_id=fiscal["shift_id"],
        register_link_id=values_of(current["register_link_id"], link[rows["till"]]),
        is_unknown=till["cash_income"].isna() | fiscal["cash_income"].isna(),
        is_equal=(fiscal["cash_income"] == till["cash_income"]) & (fiscal["cash_refund"] == till["cash_refund"]),
        is_rounded=_is_rounded(till, fiscal),
    )
    rows = rows.sort_values(["till", "together", "fiscal_id"], ascending=[True, False, True]).drop_duplicates("till")
    rows = rows.sort_values(
        ["fiscal", "has_decision", "together", "till_id"], ascending=[True, True, False, True], ignore_index=True
    )
    return PAIRS.conform(rows.assign(is_crowded=rows.duplicated("fiscal")))


def _is_rounded(till: pd.DataFrame, fiscal: pd.DataFrame) -> pd.Series:
    rounding = _rounding(till)
    difference = (fiscal["cash_income"] - fiscal["cash_refund"]) - (till["cash_income"] - till["cash_refund"])
    return (rounding != 0) & (difference.abs() == rounding.abs())


def _rounding(tills: pd.DataFrame) -> pd.Series:
    return tills["price_correction"].fillna(0)  # an unknown rounding explains no difference


def foreign_registers(
    tills: pd.DataFrame,
    fiscals: pd.DataFrame,
    pairs: pd.DataFrame,
    registers: pd.DataFrame,
    covered: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """Return the registers that a cashbox is known not to be, for cashboxes with a till shift without a match.

    A cashbox may lack receipts of its register, but it never has more receipts or more cash, and never sells on a day
    that is loaded from the OFD and on which the register has no shift. Three days with such evidence prove that it is
    another register. An unknown figure is no evidence. Registers with a link without bounds of days are left out.

    Args:
        tills, fiscals, links: as for `pair`; `pairs`: what `pair` returned.
        registers: REGISTERS; `covered`: COVERED of them.

    Returns:
        FOREIGN_REGISTERS.

    Cost: every till shift of these cashboxes against every such register, one part of the table at a time.
    """
    tills, fiscals, links = checked_tills(tills), checked_fiscals(fiscals), checked_links(links)
    registers = _checked_registers(registers)
    covered = require_known(covered, COVERED, ["kkt_reg_id"])
    unpaired = ~among(tills["shift_id"], pairs["till_id"])
    if registers.empty or not unpaired.any():
        return FOREIGN_REGISTERS.empty()
    tills, fiscals, current = with_middle(tills), with_ends(fiscals), of_state(links, IN_FORCE)
    tills = tills[among(tills["cashbox_id"], tills.loc[unpaired, "cashbox_id"])]
    tills = tills.sort_values(["cashbox_id", "day"], ignore_index=True)
    free = _not_always_linked(registers, current)
    fiscals, register = _of_registers(fiscals, free)
    covered, owner = _of_registers(covered, free)
    cashbox, _ = common_codes(tills["cashbox_id"], tills["cashbox_id"].iloc[:0])
    found = [FOREIGN_REGISTERS.empty()]
    for rows in _parts(len(free), cashbox):
        part = tills.iloc[rows].reset_index(drop=True)
        shows = _shows_another(part, fiscals, register, covered, owner, len(free))
        days = _starts(cashbox[rows], day_numbers(part["day"]))
        by_day = np.logical_or.reduceat(shows, days, axis=0)
        starts = _starts(cashbox[rows][days])
        one, other = np.nonzero(np.add.reduceat(by_day, starts, axis=0, dtype=np.int32) >= FOREIGN_DAYS)
        found.append(
            pd.DataFrame(
                {
                    "cashbox_id": values_of(part["cashbox_id"], days[starts[one]]),
                    "kkt_reg_id": values_of(free["kkt_reg_id"], other),
                }
            )
        )
    return FOREIGN_REGISTERS.conform(pd.concat(found, ignore_index=True))


def _shows_another(
    tills: pd.DataFrame, fiscals: pd.DataFrame, register: Integers, covered: pd.DataFrame, owner: Integers, count: int
) -> Flags:
    """Whether each till shift (row) is evidence that its cashbox is not the register (column)."""
    has_shift = np.zeros((len(tills), count), dtype=np.bool_)
    has_more_than_one, fits_one = np.zeros_like(has_shift), np.zeros_like(has_shift)
    for one, other in lying_within(tills, fiscals):
        till, fiscal = _rows(tills[[*_FIGURES, "price_correction"]], one), _rows(fiscals[_FIGURES], other)
        rounding = _rounding(till).abs()
        has_more = (
            _is_more(till["receipts"], fiscal["receipts"])
            | _is_more(till["cash_income"], fiscal["cash_income"] + rounding)
            | _is_more(till["cash_refund"], fiscal["cash_refund"] + rounding)
        )
        has_more &= fiscals["opened_at"].notna().to_numpy()[other]
        has_shift[one, register[other]] = True
        has_more_than_one[one[has_more], register[other][has_more]] = True
        fits_one[one[~has_more], register[other][~has_more]] = True
    opened, closed = day_numbers(tills["opened_at"]), day_numbers(tills["closed_at"])
    return (has_more_than_one & ~fits_one) | (~has_shift & DayRanges.of(covered).holding(owner, count, opened, closed))


def _is_more(value: pd.Series, other: pd.Series) -> Flags:
    result: Flags = (value > other).to_numpy(dtype=bool, na_value=False)  # an unknown figure is no evidence
    return result


def possible_shifts(
    tills: pd.DataFrame,
    fiscals: pd.DataFrame,
    pairs: pd.DataFrame,
    registers: pd.DataFrame,
    foreign: pd.DataFrame,
    links: pd.DataFrame,
    *,
    ofd_start: date | None,
) -> pd.DataFrame:
    """Return the shifts that a till shift may match, of registers without a link in force on that day.

    Till shifts that `pair` matches are left out, and so are those of cashboxes for which the OFD has no register. A
    register with a shift at that time is possible with this shift. Without one, its shift may still come if the cashbox
    has no link on that day, the OFD is loaded for the day, the mandate names the register, and the permission to read
    it holds on the day (a missing bound is none).

    Args:
        tills, fiscals, pairs, registers, links: as for `foreign_registers`; `foreign`: what that returned.
        ofd_start: from which day on the OFD is loaded; None if it is switched off.

    Returns:
        POSSIBLE_SHIFTS, as many rows as there are till shifts without a pair, times the registers they could be.
    """
    tills, fiscals, links = checked_tills(tills), checked_fiscals(fiscals), checked_links(links)
    require_known(tills, TILLS, ["order_day"])
    registers = _checked_registers(registers)
    tills = tills[~among(tills["shift_id"], pairs["till_id"])].reset_index(drop=True)
    if registers.empty or tills.empty:
        return POSSIBLE_SHIFTS.empty()
    tills = with_middle(tills)
    fiscals, current = with_ends(fiscals), of_state(links, IN_FORCE)
    own = link_of_day(tills, current, "cashbox_id")
    is_of_no_register = (own != NONE) & values_of(current["kkt_reg_id"], own).isna().to_numpy()
    tills, own = tills[~is_of_no_register].reset_index(drop=True), own[~is_of_no_register]
    registers = _not_always_linked(registers, current)
    fiscals, register = _of_registers(fiscals, registers)
    linked, owner = _of_registers(current.dropna(subset=["kkt_reg_id"]), registers)
    found = [POSSIBLE_SHIFTS.empty()]
    for rows in _parts(len(registers), np.arange(len(tills))):
        part = tills.iloc[rows].reset_index(drop=True)
        days = day_numbers(part["day"])
        is_open = ~DayRanges.of(linked).holding(owner, len(registers), days, days)
        is_open[_positions(part, registers, foreign)] = False
        has_shift = np.zeros_like(is_open)
        for one, other in lying_within(part, fiscals):
            has_shift[one, register[other]] = True
            possible = is_open[one, register[other]]
            found.append(_possible(part, registers, one[possible], register[other][possible], fiscals, other[possible]))
        if ofd_start is not None:
            may_come = _may_come(part, registers, ofd_start) & (own[rows] == NONE)[:, None]
            one, other = np.nonzero(is_open & ~has_shift & may_come)
            found.append(_possible(part, registers, one, other, fiscals, np.full(len(one), NONE)))
    return POSSIBLE_SHIFTS.conform(pd.concat(found, ignore_index=True))


def _may_come(tills: pd.DataFrame, registers: pd.DataFrame, ofd_start: date) -> Flags:
    """Whether the OFD is loaded for each register (column) on the day of each till shift (row)."""
    days = day_numbers(tills["day"])[:, None]
    permitted = (day_numbers(registers["permission_from"], missing=-(2**62)) <= days) & (
        day_numbers(registers["permission_to"], missing=2**62) >= days
    )
    is_loaded = (tills["order_day"] >= pd.Timestamp(ofd_start)).to_numpy()[:, None]
    result: Flags = permitted & is_loaded & registers["is_wanted"].to_numpy(dtype=bool)
    return result


def _possible(
    tills: pd.DataFrame,
    registers: pd.DataFrame,
    till: npt.NDArray[np.intp],
    register: npt.NDArray[np.intp],
    fiscals: pd.DataFrame,
    fiscal: npt.NDArray[np.intp],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "till_id": values_of(tills["shift_id"], till),
            "kkt_reg_id": values_of(registers["kkt_reg_id"], register),
            "fiscal_id": values_of(fiscals["shift_id"], fiscal),
        }
    )


def _checked_registers(registers: pd.DataFrame) -> pd.DataFrame:
    return require_unique(require_known(registers, REGISTERS, ["kkt_reg_id", "is_wanted"]), REGISTERS, "kkt_reg_id")


def _not_always_linked(registers: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """The registers without a link that has no bounds of days."""
    always = links.loc[links["first_day"].isna() & links["end_day"].isna(), "kkt_reg_id"].dropna()
    return registers[~among(registers["kkt_reg_id"], always)].reset_index(drop=True)


def _of_registers(rows: pd.DataFrame, registers: pd.DataFrame) -> tuple[pd.DataFrame, Integers]:
    """The rows of these registers, and the position of each row's register."""
    position = pd.Index(registers["kkt_reg_id"]).get_indexer(pd.Index(rows["kkt_reg_id"]))
    known = position != UNKNOWN
    return rows[known].reset_index(drop=True), position[known].astype(np.int64)


def _positions(tills: pd.DataFrame, registers: pd.DataFrame, foreign: pd.DataFrame) -> tuple[Integers, Integers]:
    """Rows of till shifts and columns of registers that are foreign to their cashboxes."""
    foreign, column = _of_registers(foreign, registers)
    rows = pd.DataFrame({"cashbox_id": tills["cashbox_id"], "row": np.arange(len(tills))})
    both = rows.merge(foreign.assign(column=column), on="cashbox_id")
    return both["row"].to_numpy(dtype=np.int64), both["column"].to_numpy(dtype=np.int64)


def _rows(frame: pd.DataFrame, positions: npt.NDArray[np.intp] | pd.Series) -> pd.DataFrame:
    return frame.iloc[np.asarray(positions, dtype=np.intp)].reset_index(drop=True)


def _parts(width: int, group: Integers) -> Iterator[npt.NDArray[np.intp]]:
    """Positions of sorted rows in parts of whole groups; a part times `width` has about PART_ROWS cells."""
    if not width or not len(group):
        return
    starts = np.append(_starts(group), len(group))
    begin = 0
    while begin < len(group):
        whole = starts[(starts > begin) & (starts <= begin + max(PART_ROWS // width, 1))]
        end = int(whole[-1]) if len(whole) else int(starts[starts > begin][0])
        yield np.arange(begin, end)
        begin = end


def _starts(*columns: Integers) -> npt.NDArray[np.intp]:
    """Positions at which a new value begins in sorted rows."""
    changes = np.zeros(len(columns[0]), dtype=np.bool_)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changes)
