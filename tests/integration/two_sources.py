"""Compares what was booked from two sources with the truth: doubled, lost and wrong shifts, wrong links, what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.town import Town

WAITS = ("conflict", "needs_review", "incomplete")


@dataclass
class Truth:
    """What became of physical shifts. Each list holds (till row or None, fiscal row or None)."""

    doubled: list[Any] = field(default_factory=list)
    lost: list[Any] = field(default_factory=list)
    wrong: list[Any] = field(default_factory=list)
    suppressed: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    booked: int = 0
    wrong_links: list[Any] = field(default_factory=list)
    links: int = 0
    linkable: int = 0


def compare_with_truth(town: Town, inn: str = "") -> Truth:
    """Every physical shift that either source has reported by now, and what was booked of it."""
    inn = inn or town.inn
    rows = [row for row in town.shifts() if row["organization_inn"] == inn]
    fiscal = {(r["fiscal_drive_number"], r["shift_number"]): r for r in rows if r["source"] == "ofd"}
    tills = {(r["cashbox_id"], r["till_shift"]): r for r in rows if r["source"] == "market"}
    cash: dict[Any, Decimal] = defaultdict(Decimal)
    for order in town.orders():
        if order["status"] in ("new", "accepted"):
            cash[order["shift_id"]] += order["amount"] if order["kind"] == "pko" else -order["amount"]
    truth = Truth()
    met = set()
    for entry in town.sandbox.market_truth(inn):
        till = tills.get((entry["cashbox_id"], entry["till_shift"]))
        key = (entry["fiscal_drive_number"], entry["shift_number"])
        own = fiscal.get(key) if entry["fiscal_drive_number"] else None
        met.add(key)
        _compare_shift(truth, till, own, cash)
    for key, own in fiscal.items():
        if key not in met:
            _compare_shift(truth, None, own, cash)
    _compare_links(truth, town, inn)
    return truth


def _compare_shift(truth: Truth, till: Any, own: Any, cash: dict[Any, Decimal]) -> None:
    pair = (till, own)
    rows = [row for row in pair if row is not None]
    if not rows:
        return
    booked = [row for row in rows if row["shift_id"] in cash]
    if len(booked) > 1:
        truth.doubled.append(pair)
        return
    if till is not None and till["same_as"] is not None and (own is None or till["same_as"] != own["shift_id"]):
        truth.suppressed.append(pair)
    if any(row["outcome"] in WAITS for row in rows):
        truth.waiting.append(pair)
    if booked:
        (one,) = booked
        expected = one["cash_income"] - one["cash_refund"] + one["cash_payout_refund"] - one["cash_payout"]
        if cash[one["shift_id"]] != expected:
            truth.wrong.append(pair)
        truth.booked += 1
    elif not any(row["outcome"] in (*WAITS, "no_cash", "before_start", "closed_period", "rejected") for row in rows):
        truth.lost.append(pair)


def _compare_links(truth: Truth, town: Town, inn: str) -> None:
    true_links: dict[str, set[str]] = defaultdict(set)
    for entry in town.sandbox.market_truth(inn):
        if entry["kkt_reg_id"]:
            true_links[entry["cashbox_id"]].add(entry["kkt_reg_id"])
    truth.linkable = len(true_links)
    for link in town.table("control.register_link", "register_link_id"):
        if link["organization_inn"] == inn and link["state"] == "in_force":
            truth.links += 1
            if link["kkt_reg_id"] not in true_links[link["cashbox_id"]]:
                truth.wrong_links.append(link)
