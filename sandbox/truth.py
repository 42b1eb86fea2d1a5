"""The truth of a world: the figures that accounting must have in the end, computed without HTTP."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sandbox.receipts import RATES, half_up
from sandbox.shifts import to_moment, to_seconds, to_text
from sandbox.world import Organization, Register, World

OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
_SUMMED = (*OPERATIONS, "cashless_income", "cashless_refund", "receipts")


def _cash_parts(register: Register, shifts: int) -> tuple[list[dict[str, dict[str, int]]], list[list[dict[str, Any]]]]:
    """Return, by shift, the VAT in the cash by operation and rate, and the cash by operation, taxation and agent."""
    money = register.ledger.receipts
    vat: list[dict[str, dict[str, int]]] = [defaultdict(dict) for _ in range(shifts)]
    split: list[list[dict[str, Any]]] = [[] for _ in range(shifts)]
    kept = (money.shift < shifts) & (money.cash > 0)
    for rate in RATES:
        # VAT × cash / total, rounded half up per receipt and rate; a cash-only receipt has its whole VAT in the cash.
        part = half_up(money.vat[rate] * money.cash, money.total)
        for advance, prefix in ((False, "nds"), (True, "ndsCalculated")):
            rows = np.flatnonzero(kept & (part > 0) & (money.advance == advance))
            keys, groups = np.unique(money.shift[rows] * 4 + money.operation[rows] - 1, return_inverse=True)
            sums = np.zeros(len(keys), dtype=np.int64)
            np.add.at(sums, groups, part[rows])
            for key, amount in zip(keys.tolist(), sums.tolist(), strict=True):
                vat[key // 4][OPERATIONS[key % 4]][f"{prefix}{rate}"] = amount
    rows = np.flatnonzero(kept)
    code = ((money.shift[rows] * 4 + money.operation[rows] - 1) * 64 + money.taxation[rows]) * 2 + money.agent[rows]
    keys, groups = np.unique(code, return_inverse=True)
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, groups, money.cash[rows])
    for key, amount in zip(keys.tolist(), sums.tolist(), strict=True):
        agent, taxation, operation, shift = key % 2, key // 2 % 64, key // 128 % 4, key // 512
        split[shift].append(
            {"operation": OPERATIONS[operation], "taxation": taxation, "agent": bool(agent), "cash_kopecks": amount}
        )
    return vat, split


def _permitted(register: Register, opened_at: datetime, closed_at: datetime) -> bool:
    after = register.permission_from is None or opened_at >= register.permission_from
    return after and (register.permission_to is None or closed_at <= register.permission_to)


def _register_truth(
    organization: Organization, register: Register, now_s: int, *, unclosed: bool
) -> list[dict[str, Any]]:
    ledger, money = register.ledger, register.ledger.receipts
    visible = ledger.visible(now_s)
    # Sums are indexed by the shift's place among all shifts of the register; unwanted shifts are left out below.
    known = [shift for shift in register.shifts if shift.last_ordinal < visible]
    cash, cashless, corrections, undated = (np.zeros(len(known) * 4, dtype=np.int64) for _ in range(4))
    rows = np.flatnonzero(money.shift < len(known))
    place = money.shift[rows] * 4 + money.operation[rows] - 1
    np.add.at(cash, place, money.cash[rows])
    np.add.at(cashless, place, money.ecash[rows])
    np.add.at(corrections, place, money.correction[rows].astype(np.int64))
    if not register.trade.corrections_are_dated:
        np.add.at(undated, place, (money.correction[rows] & (money.cash[rows] > 0)).astype(np.int64))
    vat, split = _cash_parts(register, len(known))
    lines = []
    for shift in known:
        if shift.is_unclosed != unclosed:
            continue
        base = shift.index * 4
        lines.append(
            {
                "organization_inn": organization.inn,
                "kpp": register.kpp,
                "kkt_reg_id": register.reg_number,
                "fiscal_drive_number": register.drives[shift.drive_index].number,
                "shift_number": shift.number,
                "fiscal_document_number": None if unclosed else shift.close_number,
                "opened_at": to_text(shift.opened_at_s),
                "closed_at": to_text(ledger.formed_s[shift.last_ordinal]),
                "received_at": to_text(ledger.received_s[shift.last_ordinal]),
                "permitted": _permitted(register, to_moment(shift.opened_at_s), to_moment(shift.closed_at_s)),
                "receipts": shift.receipts,
                "corrections": int(corrections[base : base + 4].sum()),
                "needs_review": bool(undated[base : base + 4].any()),
                **{name: int(cash[base + i]) for i, name in enumerate(OPERATIONS)},
                "cashless_income": int(cashless[base]),
                "cashless_refund": int(cashless[base + 1]),
                "cash_split": split[shift.index],
                "cash_vat": dict(vat[shift.index]),
            }
        )
    return lines


def truth_of_shifts(
    world: World, now: datetime, inn: str | None = None, *, unclosed: bool = False
) -> list[dict[str, Any]]:
    """Return every closed shift whose z-report the operator had received by `now` (naive UTC or aware).

    With `unclosed`, return instead the shifts whose drive failed before they were closed: `closed_at` is the time of
    the last document, and there is no `fiscal_document_number`.

    `permitted`: whether the whole shift is inside the register's permission window. `receipts` includes corrections.
    `needs_review`: a correction of cash is among them whose corrected day is unknown, so no order may be made without a
    person. `cash_*` includes agents' money. Amounts are kopecks; `opened_at`, `closed_at` naive local; `received_at`
    UTC.
    `cash_split` is a list of `{operation, taxation, agent, cash_kopecks}`; `cash_vat` is operation → field name of the
    receipt (`nds20`, `ndsCalculated20`) → VAT inside the cash. Raises KeyError for an unknown INN.
    """
    now_s = to_seconds(now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now)
    organizations = world.organizations if inn is None else (world.organization(inn),)
    return [
        line
        for organization in organizations
        for register in organization.registers
        for line in _register_truth(organization, register, now_s, unclosed=unclosed)
    ]


def truth_of_days(shifts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the shifts' sums by organisation and the local day on which the shift was closed."""
    days: dict[tuple[str, str], dict[str, Any]] = {}
    for line in shifts:
        key = (line["organization_inn"], line["closed_at"][:10])
        day = days.setdefault(
            key, {"organization_inn": key[0], "date": key[1], "shifts": 0, **dict.fromkeys(_SUMMED, 0)}
        )
        day["shifts"] += 1
        for name in _SUMMED:
            day[name] += line[name]
    return [days[key] for key in sorted(days)]
