"""Step 2 for Kontur.Market: cheques become till shifts, checked and staged. No network, no judgement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

import pandas as pd

from smena.integration.organizations import settings_by_day
from smena.model.organization import DatePolicy, SettingsInForce
from smena.pipeline.border import Failed, by_register, mark_failed
from smena.pipeline.gates import Gates
from smena.pipeline.log import step_log
from smena.pipeline.market.extract import CHEQUES, CONTRACTORS, WAYBILLS
from smena.pipeline.road import Road
from smena.quality import Verdict, check_cheques, check_till_shifts, check_waybills
from smena.sources.market_listing import list_contractors
from smena.transform.by_settings import by_settings
from smena.transform.duplicates import as_rejects
from smena.transform.frames import ORDERS, REJECTS
from smena.transform.market.filing import file_cashless, file_sold, file_waybills
from smena.transform.market.frames import DOCUMENT_LINES, DOCUMENTS, TILL_SHIFTS
from smena.transform.market.orders import make_till_orders
from smena.transform.market.reading import read_cheques, read_waybills
from smena.transform.market.reports import make_cashless, make_sold
from smena.transform.market.shifts import make_till_shifts
from smena.transform.market.waybills import make_waybills
from smena.transform.pages import RawPage
from smena.warehouse import ledger
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Transaction
from smena.warehouse.pages import StoredPage, pages_by_assignment

STAGED_STEPS = ["extract", "read", "check", "transform"]


@dataclass
class Processed:
    """What a shard has staged, and what the gates said of it."""

    shifts: int = 0
    orders: int = 0
    rejects: int = 0
    gates: Gates = field(default_factory=Gates)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What came of the pages of one window: rows to publish, rows for quarantine, results of the gates."""

    shifts: pd.DataFrame
    orders: pd.DataFrame
    documents: pd.DataFrame
    lines: pd.DataFrame
    rejects: pd.DataFrame
    verdicts: tuple[Verdict, ...]


def process(road: Road, batch_id: int, shard: int) -> Processed:
    """Stages a shard anew, in one transaction. Memory is bounded by `road.chunk_bytes`, not by the shard.

    A shop whose answers cannot be worked on, for whatever reason, is marked as failed and costs the others nothing.
    """
    with step_log("process", batch_id=batch_id, shard=shard) as told:
        with road.warehouse.transaction() as transaction:
            batch = ledger.batch_of(transaction, batch_id)
            settings = settings_by_day(transaction, batch.organization_inn)
            organization = settings[-1].organization
            told |= {"inn": organization.inn, "product": batch.product}
            transaction.run("shard_lock", batch_id=batch_id, shard=shard)
            transaction.run("stage_clear", batch_id=batch_id, shard=shard)
            last_days = {
                (one.unit_id, one.first_day): one.last_day
                for one in ledger.shop_assignments_of(transaction, batch_id, shard, ("read", "unreadable"))
            }
            now_local = road.local_now(organization)
            done = Processed()
            failed: Failed = {}
            chunks = pages_by_assignment(transaction, batch_id, shard, states=("read",), chunk_bytes=road.chunk_bytes)
            for pages in chunks:
                for first_day, last_day, part in _by_window(pages, last_days):

                    def staged(pages: list[StoredPage], first: date = first_day, last: date = last_day) -> Chunk:
                        chunk = work(pages, settings, first, last, now_local)
                        _stage(transaction, batch_id, shard, chunk)
                        return chunk

                    for chunk in by_register(transaction, part, staged, failed):
                        done.shifts += len(chunk.shifts)
                        done.orders += len(chunk.orders)
                        done.rejects += len(chunk.rejects)
                        done.gates.add(chunk.verdicts)
            mark_failed(transaction, batch_id, failed)
            transaction.run("publish_quarantine", batch_id=batch_id, steps=STAGED_STEPS)
            done.gates.keep(transaction, batch_id, shard)
            transaction.run(
                "shard_staged",
                batch_id=batch_id,
                shard=shard,
                state=done.gates.state,
                shifts=done.shifts,
                orders=done.orders,
                rejects=done.rejects,
                reason=done.gates.stopped or None,
            )
        told.update(shifts=done.shifts, orders=done.orders, rejects=done.rejects, failed=len(failed))
        return done


def work(
    pages: list[StoredPage],
    settings: Sequence[SettingsInForce],
    first_day: date,
    last_day: date,
    now_local: datetime,
) -> Chunk:
    """Pages of one window, of any number of shops, into rows to publish: pure.

    `settings` cover each day once: a shift is dated and booked by those of the day of its closing.
    """
    organization = settings[-1].organization
    days = {"first_day": first_day, "last_day": last_day}
    told = read_cheques(_raw(pages, CHEQUES, "unreadable"), organization.timezone, now_local=now_local)
    before = check_cheques(told.cheques, told.payments, told.lines, now_local=now_local)
    cheques = told.cheques.drop(index=before.bad.index)
    spoiled = _rejected(told.rejects, before, "cheque")
    shifts, orders = _booked_by_day(
        {
            policy: make_till_shifts(cheques, spoiled, **days, date_policy=policy, now_local=now_local)
            for policy in sorted({one.organization.date_policy for one in settings})
        },
        settings,
    )
    delivered = read_waybills(_raw(pages, WAYBILLS), organization.timezone, now_local=now_local)
    of_waybills = check_waybills(delivered.waybills, delivered.lines, now_local=now_local)
    waybills = delivered.waybills.drop(index=of_waybills.bad.index)
    filed = [
        file_cashless(make_cashless(cheques, told.payments, **days), cheques),
        file_sold(make_sold(cheques, told.lines, **days), cheques),
        file_waybills(make_waybills(waybills, delivered.lines, **days), _contractors(pages)),
    ]
    return Chunk(
        shifts,
        orders,
        pd.concat([documents for documents, _ in filed], ignore_index=True),
        pd.concat([lines for _, lines in filed], ignore_index=True),
        _together(spoiled, _rejected(delivered.rejects, of_waybills, "waybill")),
        (before, of_waybills, check_till_shifts(shifts, cheques)),
    )


def _booked_by_day(
    made: dict[DatePolicy, pd.DataFrame], settings: Sequence[SettingsInForce]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Till shifts of the window and their orders, each by the settings of the day of its closing.

    `made` are the shifts of the window by the policy that dates them: which window a shift is of depends on its date.
    """
    parts = [
        make_till_orders(
            shifts,
            refunds=in_force.organization.refunds,
            keeps_cash_documents=in_force.organization.keeps_cash_documents,
            accounts=in_force.accounts,
        )
        for policy, of_policy in made.items()
        for in_force, shifts in by_settings(of_policy, settings)
        if in_force.organization.date_policy == policy
    ]
    if not parts:
        return TILL_SHIFTS.empty(), ORDERS.empty()
    shifts, orders = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    return shifts, orders


def _rejected(unread: pd.DataFrame, gate: Verdict, kind: str) -> pd.DataFrame:
    """REJECTS with their `step`: what could not be read, and what the gate did not let pass."""
    bad = as_rejects(gate.bad, kind, gate.bad["reason"])
    return _together(unread.assign(step="read"), bad.assign(step="check"))


def _together(*rejects: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([some for some in rejects if len(some)] or rejects[:1], ignore_index=True)


def _raw(pages: list[StoredPage], *methods: str) -> list[RawPage]:
    return [RawPage(page.page_id, page.unit_id, page.body) for page in pages if page.method in methods]


def _contractors(pages: list[StoredPage]) -> pd.DataFrame:
    told = [
        (one.id, one.inn, one.name)
        for page in pages
        if page.method == CONTRACTORS
        for one in list_contractors(page.body)[0]
    ]
    return pd.DataFrame(told, columns=["id", "inn", "name"], dtype="string").drop_duplicates("id", keep="last")


def _by_window(
    pages: list[StoredPage], last_days: dict[tuple[str, date], date]
) -> Iterator[tuple[date, date, list[StoredPage]]]:
    """Pages by the window they were asked for: days of the margin are another window's."""

    def window(page: StoredPage) -> tuple[date, date]:
        return page.first_day, last_days[page.unit_id, page.first_day]

    for (first_day, last_day), part in groupby(sorted(pages, key=window), key=window):
        yield first_day, last_day, list(part)


def _stage(transaction: Transaction, batch_id: int, shard: int, chunk: Chunk) -> None:
    place = {"batch_id": batch_id, "shard": shard}
    dated = {"order_day": chunk.shifts["order_day"].dt.strftime("%Y-%m-%d")}
    columns = [*place, *TILL_SHIFTS.columns]
    copy_frame(transaction, chunk.shifts.assign(**place, **dated), "stage", "till_shift", columns)
    days = {"day": chunk.orders["day"].dt.strftime("%Y-%m-%d")}
    copy_frame(transaction, chunk.orders.assign(**place, **days), "stage", "cash_order", [*place, *ORDERS.columns])
    days = {name: chunk.documents[name].dt.strftime("%Y-%m-%d") for name in ("day", "paper_day")}
    columns = [*place, *DOCUMENTS.columns]
    copy_frame(transaction, chunk.documents.assign(**place, **days), "stage", "market_document", columns)
    columns = [*place, *DOCUMENT_LINES.columns]
    copy_frame(transaction, chunk.lines.assign(**place), "stage", "market_document_line", columns)
    columns = [*place, *REJECTS.columns, "step"]
    days = {"day": chunk.rejects["day"].dt.strftime("%Y-%m-%d")}
    copy_frame(transaction, chunk.rejects.assign(**place, **days), "stage", "reject", columns)
