"""What became of a damaged answer of the OFD: its class, by comparison with the truth of its register."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pandas as pd

from smena.loading.ofd.reading import OF_DOCUMENTS, read_pages
from smena.loading.ofd.work import work
from smena.model.organization import AccountRule, DatePolicy, Detail, Organization, SettingsInForce
from smena.runtime.product import Chunk
from smena.transform.changed_receipts import (
    changed_receipts,
    read_reported_vat,
    unequal_vat,
    vat_of_shifts,
    with_unknown_vat,
)
from smena.transform.frames import SHIFT_KEY
from smena.transform.numbering import are_numbered_on
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage
from tests.mutation.damage import Damage, as_json, damaged
from tests.mutation.register import FIRST_DAY, INN, SHIFTS, Register, pages_of
from tests.unit.transform.builders import ACCOUNTS

RIGHT, ASIDE = "loaded right", "loaded right, a record put aside"
QUARANTINED, INCOMPLETE, REVIEW = "quarantined", "incomplete", "waits for a person"
MISSING, GAP, STOPPED = "missing, named by the totals", "missing, a gap in the numbers", "the batch stops"
WRONG, SILENT = "WRONG", "LOST IN SILENCE"
NAMED_DAILY = "booked on one answer's word, named by the VAT of the totals every day"
NAMED = "booked on one answer's word, named when it is asked for again before a certificate"
UNNAMED = "WRONG, AND NOT NAMED BY RECONCILIATION"
ONE_WORD = {"the VAT", "the tax system or the principal"}
"""Fields of a receipt that no other answer of a load has."""
KIND_OF = {"cash_income": "pko", "cash_payout_refund": "pko", "cash_refund": "rko", "cash_payout": "rko"}
SECOND_REPORTS = "reports, again"
RECORDS = {"totals": "shifts", "days": "items"}
NOW = datetime(2025, 11, 20, 6)


@dataclass(frozen=True)
class Case:
    """A register with one damaged answer (or none)."""

    register: Register
    answer: str
    damage: Damage | None
    bodies: dict[str, bytes]


@dataclass(frozen=True)
class Verdict:
    """What became of a case; `why` says what is wrong; `harmed` are neighbours that are not loaded though whole."""

    case: Case
    kind: str
    why: str
    harmed: int


def make_case(place: int, detail: str, policy: DatePolicy = "shift_close", *, healthy: bool = False) -> Case:
    """The register of that place, one of its answers damaged by the same seed each time."""
    register = Register(place)
    answers = register.answers
    if policy == "shift_open":
        answers["reports"]["documents"] += [one for one in answers["receipts"]["documents"] if "openShift" in one]
    # Where receipts are read, nobody asks for totals by day.
    del answers["receipts" if detail == "totals" else "days"]
    bodies = {name: as_json(answer) for name, answer in answers.items()}
    bodies[SECOND_REPORTS] = bodies["reports"]
    rng = Random(place * 31 + len(answers))  # noqa: S311 - the same damage each time
    name = rng.choice([one for one in bodies if one != SECOND_REPORTS or _are_asked_twice(bodies)])
    asked = name.partition(", ")[0]
    records = answers[asked][RECORDS.get(asked, "documents")]
    damage = None if healthy else damaged(answers[asked], records, rng)
    if damage is not None:
        bodies[name] = damage.body
    if not _are_asked_twice(bodies):
        del bodies[SECOND_REPORTS]
    return Case(register, name, damage, bodies)


def _are_asked_twice(bodies: dict[str, bytes]) -> bool:
    """As extract decides it, of a register of which the warehouse has nothing yet."""
    return not are_numbered_on([bodies["reports"]], {})


def check_cases(cases: Sequence[Case], detail: Detail, policy: DatePolicy = "shift_close") -> list[Verdict]:
    """Loads the answers of these registers together, as a shard, and says what became of each."""
    pages = [
        page for n, case in enumerate(cases) for page in pages_of(case.register, case.bodies, first_page=1 + 10 * n)
    ]
    chunk = work(pages, _batch(detail), settings(detail, policy), NOW)
    if any(verdict.stops_batch for verdict in chunk.verdicts):
        if len(cases) == 1:
            return [Verdict(cases[0], STOPPED, "", 0)]
        return [verdict for case in cases for verdict in check_cases([case], detail, policy)]
    found = _Found(chunk)
    named = _reconciled(cases, pages, chunk)
    return [_checked(case, found, detail, named) for case in cases]


@dataclass(frozen=True)
class _Named:
    """Shifts that the next reconciliation names: by the VAT of totals, and by their receipts."""

    by_vat: set[tuple[str, int]]
    by_receipts: set[tuple[str, int]]


def _reconciled(cases: Sequence[Case], pages: Sequence[StoredPage], chunk: Chunk) -> _Named:
    """What reconciliation compares, of the answers as they were loaded and of undamaged ones."""
    fresh = [
        page
        for n, case in enumerate(cases)
        for page in pages_of(case.register, _undamaged(case), first_page=1_000_001 + 10 * n)
    ]
    every = chunk.shifts
    every = every.assign(shift_id=every["fiscal_drive_number"] + " " + every["shift_number"].astype("string"))
    shifts = every[(every["detail"] == "receipts").fillna(value=False)].reset_index(drop=True)
    booked = read_documents(
        RawPage(page.page_id, page.unit_id, page.body) for page in pages if page.method in OF_DOCUMENTS
    )
    parsed, _, _ = read_pages(fresh, NOW + timedelta(hours=14))
    changed = changed_receipts(booked, parsed, shifts)
    columns = ["shift_id", "kkt_reg_id", "fiscal_drive_number", "shift_number", "closed_at", "receipts"]
    known = shifts[~shifts["shift_id"].isin(list(with_unknown_vat(booked, shifts)))]
    vat = known[columns].merge(vat_of_shifts(booked, shifts), on="shift_id", how="left").assign(is_of_receipts=True)
    of_totals = _vat_of_totals(every[every["detail"] == "totals"], chunk.orders, columns)
    vat = pd.concat([one for one in (vat, of_totals) if len(one)]) if len(of_totals) else vat
    totals = [RawPage(page.page_id, page.unit_id, page.body) for page in fresh if page.method == "by_shifts"]
    unequal = unequal_vat(vat, read_reported_vat(totals))
    return _Named(_keys(unequal["shift_id"]), _keys(changed["shift_id"]))


def _vat_of_totals(shifts: pd.DataFrame, orders: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """VAT that shifts were booked with from totals, as `proof_booked_vat` reports it."""
    known = orders[orders["vat_by_rate"].notna()].merge(shifts[columns], on=SHIFT_KEY)
    rates = [list(json.loads(text).items()) or [(None, None)] for text in known["vat_by_rate"]]
    rows = known[[*columns, "operation"]].assign(rates=rates).explode("rates", ignore_index=True)
    rows["rate"] = pd.array([one[0] for one in rows["rates"]], dtype="string")
    rows["vat"] = pd.array([one[1] for one in rows["rates"]], dtype="Int64")
    return rows.drop(columns="rates").assign(is_of_receipts=False)


def _keys(names: pd.Series) -> set[tuple[str, int]]:
    return {(drive, int(number)) for drive, number in (name.split(" ") for name in names)}


def _undamaged(case: Case) -> dict[str, bytes]:
    return {name: as_json(answer) for name, answer in case.register.answers.items() if name in case.bodies}


def _batch(detail: str) -> Batch:
    last = FIRST_DAY + timedelta(days=SHIFTS - 1)
    return Batch(1, INN, "ofd", "planned", detail, FIRST_DAY, last, datetime.now(UTC), "planned", {})


def organization(detail: Detail, policy: DatePolicy = "shift_close") -> Organization:
    """The organisation that the registers are of."""
    return Organization(
        inn=INN, kpp="960101001", name="ООО «Пример»", tariff="uchetny", modifier=None, timezone="Europe/Moscow",
        detail=detail, refunds="rko", date_policy=policy, keeps_cash_documents=True, bad_share_limit=0.2,
        ofd_connection="kontur_ofd", market_connection="kontur_market",
    )  # fmt: skip


def settings(detail: Detail, policy: DatePolicy = "shift_close") -> list[SettingsInForce]:
    """What it books by, on whatever day."""
    return [SettingsInForce(None, None, organization(detail, policy), list[AccountRule](ACCOUNTS))]


class _Found:
    """What was made, by register and by shift."""

    def __init__(self, chunk: Chunk) -> None:
        plain = chunk.shifts.astype(object).where(chunk.shifts.notna(), None).to_dict("records")
        self.shifts: dict[str, list[dict[str, Any]]] = {}
        for row in plain:
            self.shifts.setdefault(row["kkt_reg_id"], []).append(row)
        self.orders: dict[Any, list[dict[str, Any]]] = {}
        orders = chunk.orders.astype(object).where(chunk.orders.notna(), None).to_dict("records")
        for row in orders:
            self.orders.setdefault((row["fiscal_drive_number"], row["shift_number"]), []).append(row)
        self.rejects: dict[str, list[dict[str, Any]]] = {}
        for row in chunk.rejects.astype(object).where(chunk.rejects.notna(), None).to_dict("records"):
            self.rejects.setdefault(row["unit_id"], []).append(row)


def _checked(case: Case, found: _Found, detail: str, named: _Named) -> Verdict:
    truth = case.register.truth
    shifts = found.shifts.get(case.register.number, [])
    rejects = found.rejects.get(case.register.number, [])
    wrong, right = [], set()
    unconfirmed: set[tuple[str, int]] = set()
    for row in shifts:
        key = (row["fiscal_drive_number"], row["shift_number"])
        reported = _differences(row, truth.get(key), found.orders.get(key, []), detail)
        wrong += reported
        unconfirmed |= {key} if reported else set()
        if not reported and row["outcome"] in ("issued", "no_cash"):
            right.add(key)
    lost = truth.keys() - right
    waiting = {(row["fiscal_drive_number"], row["shift_number"]): row["outcome"] for row in shifts}
    quarantined = [one for one in rejects if one["kind"] != "missing_z_report"]
    if not all(one["reason"] and one["record"] is not None for one in rejects):
        wrong.append("a record is in quarantine without its reason")
    kind = _kind(wrong, lost, waiting, quarantined, rejects, truth)
    if kind == UNNAMED and unconfirmed <= named.by_vat | named.by_receipts:
        kind = NAMED_DAILY if unconfirmed <= named.by_vat else NAMED
    if case.damage is None:
        assert not (named.by_vat | named.by_receipts) & truth.keys(), "a difference where there is none"
    return Verdict(case, kind, "; ".join(wrong), max(0, len(lost) - 1))


def _kind(wrong: Any, lost: Any, waiting: Any, quarantined: Any, rejects: Any, truth: Any) -> str:
    if wrong:
        return UNNAMED if set(wrong) <= ONE_WORD else WRONG
    if not lost:
        return ASIDE if rejects else RIGHT
    if quarantined:
        return QUARANTINED
    if rejects:
        return MISSING
    if lost <= waiting.keys():
        return REVIEW if "needs_review" in {waiting[key] for key in lost} else INCOMPLETE
    numbers = sorted(number for _, number in truth)
    inner = all(numbers[0] < number < numbers[-1] for _, number in lost - waiting.keys())
    return GAP if inner else SILENT


def _differences(row: dict[str, Any], truth: Any, orders: list[dict[str, Any]], detail: str) -> list[str]:
    """What an issued shift says that is not true."""
    if row["outcome"] not in ("issued", "no_cash"):
        return ["orders of a shift that is not issued"] if orders else []
    if truth is None:
        return [f"a shift that never was: {row['fiscal_drive_number']} / {row['shift_number']}"] if orders else []
    fields: dict[str, int] = {}
    for order in orders:
        fields[order["operation"]] = fields.get(order["operation"], 0) + order["amount"]
    wrong = []
    if fields != truth.cash:
        wrong.append(f"amounts {fields}, in truth {truth.cash}")
    if any(order["kind"] != KIND_OF[order["operation"]] for order in orders):
        wrong.append("a kind of order")
    if any(order["day"] != pd.Timestamp(truth.day) for order in orders):
        wrong.append("the date")
    if row["fiscal_document_number"] != truth.document_number:
        wrong.append("the number of the z-report")
    if detail == "receipts":
        # VAT that is not known is left blank in the order: that is not wrong.
        if all(order["vat"] is not None for order in orders) and sum(order["vat"] for order in orders) != truth.vat:
            wrong.append("the VAT")
        if {order["taxation"] for order in orders} != {truth.taxation} or any(order["agent"] for order in orders):
            wrong.append("the tax system or the principal")
    elif any(order["vat"] not in (None, truth.vat_by_operation[order["operation"]]) for order in orders):
        wrong.append("the VAT")
    return wrong
