"""VAT of operations in by-shifts, where it is exact: where an operation was paid in cash alone (DOMAIN 2).

The totals report VAT of all receipts together, by any form of payment. Where every receipt of an operation was paid in
cash, that is the VAT inside the cash, to the kopeck. Where a part was paid otherwise, totals do not give it: a
proportional share would be off by kopecks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from smena.contract.decoding import Undecodable, decode
from smena.contract.ofd import Sums
from smena.transform.vat_account import WITHOUT_VAT, ZERO_RATE, VatParts, accounts_for_total, whole_kopecks

_RATE = re.compile(r"(calculatedWithRate|rate)([1-9][0-9]?)")
_TURNOVERS = (ZERO_RATE, WITHOUT_VAT)


def rate_of(name: str) -> str | None:
    """Return `20` for `rate20`, `calculated_20` for `calculatedWithRate20`, as in VAT_LINES; None for other names."""
    found = _RATE.fullmatch(name)
    if not found:
        return None
    return found[2] if found[1] == "rate" else f"calculated_{found[2]}"


def vat_of_operations(operations: Sequence[Sums]) -> tuple[list[int | None], list[str | None]]:
    """Return the VAT in the cash of each operation in kopecks, and by rate as JSON: `2500`, `{"20": 2000, "10": 500}`.

    Both are None where it is unknown: no cash, a part not paid in cash, no VAT or unreadable VAT reported, or turnovers
    that are not the total. The totals do not report the number of items, so each receipt is allowed the rounding of one
    item per rate. Where more was rounded, the VAT is unknown rather than perhaps wrong.
    """
    places = [place for place, one in enumerate(operations) if one.cash_total and _is_all_cash(one)]
    parts = [_parts(operations[place]) for place in places]
    known = accounts_for_total(
        parts,
        [operations[place].cash_total for place in places],
        [None] * len(places),
        [
            max(operations[place].count, 1) * sum(rate not in _TURNOVERS for rate in one or ())
            for place, one in zip(places, parts, strict=True)
        ],
    )
    vat: list[int | None] = [None] * len(operations)
    by_rate: list[str | None] = [None] * len(operations)
    for place, one, is_known in zip(places, parts, known, strict=True):
        if is_known and one is not None:
            rates = {rate: amount for rate, amount in sorted(one.items()) if rate not in _TURNOVERS}
            if sum(rates.values()) >= operations[place].cash_total:
                # An operation of a few kopecks: within the rounding, but an order's VAT must be below its amount.
                continue
            vat[place] = sum(rates.values())
            by_rate[place] = "{" + ", ".join(f'"{rate}": {amount}' for rate, amount in rates.items()) + "}"
    return vat, by_rate


def _is_all_cash(one: Sums) -> bool:
    """Whether nothing was paid by card, by an advance, or on credit; False where the total is not reported."""
    return one.cashless_total == 0 and one.total == one.cash_total


def _parts(one: Sums) -> VatParts | None:
    """The VAT that an operation reports, without zeros; None where a part of it cannot be read."""
    try:
        nds = decode(one.nds, dict[str, Any]) if bytes(one.nds) else None
    except Undecodable:
        return None
    if nds is None:
        return None
    named = [(rate_of(name), amount) for name, amount in nds.items()]
    named += [(ZERO_RATE, one.total_with_nds0), (WITHOUT_VAT, one.total_with_nds_free)]
    parts: dict[str, int] = {}
    for rate, reported in named:
        amount = 0 if reported is None else whole_kopecks(reported)
        # An unknown name with an amount may be VAT too; with zero it is ignored.
        if amount is None or (amount and rate is None):
            return None
        if amount and rate:
            parts[rate] = amount
    return parts
