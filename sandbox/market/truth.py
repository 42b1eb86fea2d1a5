"""The truth of Market by till shift, with the shift of the operator that each one matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from sandbox.market.lines import moment_text, till_shift_id
from sandbox.market.service import Market
from sandbox.market.shops import Cashbox, Shop
from sandbox.receipts import Flags


def _fiscal(cashbox: Cashbox, shift: int) -> dict[str, Any]:
    """Return the fields of the operator's shift; None for each if only Market knows the till."""
    if not cashbox.in_ofd:
        return {"kkt_reg_id": None, "fiscal_drive_number": None, "shift_number": None}
    register = cashbox.register
    one = register.shifts[shift]
    drive = register.drives[one.drive_index].number
    return {"kkt_reg_id": register.reg_number, "fiscal_drive_number": drive, "shift_number": one.number}


def _recommendation(cashbox: Cashbox, unfiscal: int, late: int, in_time: int) -> str | None:
    """Return the recommended answer. `in_time`: kopecks of cash from cheques in time; without it no order was made."""
    if cashbox.added:
        return "link"
    if cashbox.in_ofd:
        return "keep-ofd" if unfiscal else None
    return "reverse" if late and in_time else None


def _shop_truth(shop: Shop, listed: Flags) -> Iterator[dict[str, Any]]:
    cheques = shop.cheques
    rows = np.flatnonzero(listed)
    width = max((len(one.register.shifts) for one in shop.cashboxes), default=0)
    key = cheques.cashbox * width + cheques.shift
    ever, ever_count = np.unique(key, return_counts=True)
    keys, first_row, group, counts = np.unique(key[rows], return_index=True, return_inverse=True, return_counts=True)
    closed_last = np.zeros(len(keys), dtype=np.int64)
    opened_first = np.full(len(keys), np.iinfo(np.int64).max)
    np.maximum.at(closed_last, group, cheques.closed_ms[rows])
    np.minimum.at(opened_first, group, cheques.opened_ms[rows])
    cash, refund = cheques.payments["Cash"][rows], cheques.refund[rows] == 1
    cashless = cheques.total[rows] - cash
    sign = np.where(refund, -1, 1)

    def summed(amounts: np.ndarray[Any, Any]) -> list[int]:
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, group, amounts)
        return [int(one) for one in sums]

    late = np.zeros(len(keys), dtype=np.int64)
    np.add.at(late, group, cheques.late[rows] * (cash > 0))
    in_time = summed(cash * sign * (1 - cheques.late[rows]))
    sums = {
        "cash_income": summed(np.where(refund, 0, cash)),
        "cash_refund": summed(np.where(refund, cash, 0)),
        "cashless_income": summed(np.where(refund, 0, cashless)),
        "cashless_refund": summed(np.where(refund, cashless, 0)),
        "price_correction": summed(cheques.correction[rows] * sign),
    }
    whole = dict(zip(ever.tolist(), ever_count.tolist(), strict=True))
    for place in np.argsort(first_row, kind="stable").tolist():
        box, shift = divmod(int(keys[place]), width)
        cashbox = shop.cashboxes[box]
        unfiscal = int(cheques.unfiscal[box][shift])
        yield {
            "organization_inn": shop.organization.inn,
            "shop_id": shop.id,
            "paid": shop.paid,
            "cashbox_id": cashbox.id,
            "till_shift": till_shift_id(cashbox, shift),
            "opened_at": moment_text(int(opened_first[place])),
            "closed_at": moment_text(int(closed_last[place])),
            "cheques": int(counts[place]),
            "awaited": whole[int(keys[place])] - int(counts[place]),
            "lost": int(cheques.lost[box][shift]),
            "unfiscal": unfiscal,
            "late": int(late[place]),
            "recommendation": _recommendation(cashbox, unfiscal, int(late[place]), in_time[place]),
            **{name: amounts[place] for name, amounts in sums.items()},
            **_fiscal(cashbox, shift),
        }


def truth_of_till_shifts(market: Market, shops: Iterable[Shop], inn: str | None = None) -> list[dict[str, Any]]:
    """Return every till shift of which Market has a cheque by now, from the cheques that it has; unpaid shops too.

    Amounts are kopecks as Market reports them; `cashless_*` is every payment that is not cash. `opened_at`: the first
    cheque's opening; `closed_at`: the last one's closing; both by the till's local clock. `awaited`: cheques still to
    come; `lost`: cheques that never come; `unfiscal`: cheques without a receipt; `late`: cheques with cash that came
    more than a day after their closing.

    `recommendation`: the right answer to the decision about the shift, `link` where a person has to link the cashbox;
    None where no decision is needed. `reverse` is for a shift whose orders were accepted before its late cheque came.
    `price_correction`: that of sales less that of refunds. `kkt_reg_id`, `fiscal_drive_number`, `shift_number`: the
    shift of the operator, None where it has none.
    """
    return [
        line
        for shop in shops
        if inn is None or shop.organization.inn == inn
        for line in _shop_truth(shop, market.listed(shop))
    ]
