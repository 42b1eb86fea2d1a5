"""Shifts whose closing report or first receipts can never come: each waits for a person, with its cash.

A drive failed while a shift was open, or was replaced long before a missing shift could be loaded, or a shift began
before the permission did. Another load does not help. The readable receipts of these shifts alone are requested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import pandas as pd

from smena.loading.ofd.extract import RECEIPTS
from smena.loading.ofd.receipts import CLOCKS_APART
from smena.loading.process import stage
from smena.loading.writing import write_books
from smena.mandates.organizations import settings_by_day
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin
from smena.model.organization import Organization
from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.quality import check_receipts
from smena.runtime.context import Context
from smena.runtime.limits import Budget
from smena.runtime.log import logger
from smena.runtime.product import Chunk
from smena.sources.ofd import OfdClient
from smena.transform.by_settings import by_settings
from smena.transform.frames import MONEY, ORDERS, SHIFT_KEY, SHIFT_TOTALS, Z_REPORTS
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from smena.transform.shifts import make_shifts
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import PageStore

_WHY = {
    "no_closing": Reason.DRIVE_REPLACED_BEFORE_CLOSING,
    "lost": Reason.CLOSING_REPORT_LOST,
    "before_permission": Reason.OPENED_BEFORE_PERMISSION,
}


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A shift that cannot become whole, as `proof_unclosed` finds it. Times are the register's own.

    Attributes:
        fiscal_drive_number: None if only the totals by shift have the shift.
        begins, ends: between these its receipts were formed.
        receipts: how many it has by the totals or by its closing report; None if neither is known.
        kind: no_closing, lost or before_permission.
        fiscal_document_number: of its closing report, if there is one.
    """

    kkt_reg_id: str
    fiscal_drive_number: str | None
    shift_number: int
    opened_at: datetime | None
    closed_at: datetime | None
    begins: datetime
    ends: datetime
    receipts: int | None
    kind: str
    ofd_organization_id: str
    permission_from: date | None
    permission_to: date | None
    fiscal_document_number: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """The source's documents of an unclosed shift; `page_ids` are the stored answers."""

    shift: Unclosed
    documents: FiscalFrames
    page_ids: list[int]


def find(transaction: Transaction, inn: str, window: Window, today: date) -> list[Unclosed]:
    """Return the shifts of the window that cannot become whole and are not recorded as such yet."""
    rows = transaction.rows(
        "proof_unclosed", inn=inn, first_day=window.first_day, last_day=window.last_day, today=today
    )
    return [Unclosed(**row) for row in rows]


def read(context: Context, client: OfdClient, pages: PageStore, shifts: Sequence[Unclosed]) -> list[Found]:
    """Return the receipts of these shifts. One that cannot be requested now is left to the next reconciliation."""
    found = []
    fetch_id = int(context.warehouse.rows("fetch_id")[0]["fetch_id"])
    for one in shifts:
        try:
            found.append(_read(client, pages, fetch_id, one, context.budget()))
        except RefusedLogin:
            raise
        except (RefusedByService, PassingFault) as error:
            logger.warning("unclosed register=%s shift=%s why=%s", one.kkt_reg_id, one.shift_number, error)
    return [one for one in found if one.page_ids and one.shift.fiscal_drive_number is not None]


def write(transaction: Transaction, batch: Batch, organization: Organization, found: Sequence[Found]) -> None:
    """Publish unclosed shifts as shifts that wait for a person, each with the orders proposed from its receipts."""
    settings = settings_by_day(transaction, organization.inn)
    transaction.run("stage_clear", batch_id=batch.batch_id, shard=0)
    for one in found:
        z_report, openings, receipts, vat_lines = _frames(one, organization)
        ((in_force, z_report),) = by_settings(z_report, settings)
        shifts, orders, _ = make_shifts(
            z_report,
            openings,
            SHIFT_TOTALS.empty(),
            receipts,
            vat_lines,
            one.documents.rejects,
            detail="receipts",
            date_policy=in_force.organization.date_policy,
            refunds=in_force.organization.refunds,
            keeps_cash_documents=in_force.organization.keeps_cash_documents,
            accounts=in_force.accounts,
        )
        shifts = _with_reason(shifts, one, len(receipts))
        if one.shift.kind == "before_permission":
            # Its closing report is known, but early receipts are not: a person sees the readable sums, and no order is
            # made.
            shifts = shifts.assign(outcome="needs_review")
            orders = ORDERS.empty()
        stage(transaction, batch.batch_id, 0, Chunk(shifts, orders, one.documents.rejects.head(0).assign(step=""), ()))
    write_books(transaction, batch)
    transaction.run("proof_unclosed_gaps", inn=organization.inn)
    transaction.run("stage_clear", batch_id=batch.batch_id, shard=0)


def _read(client: OfdClient, pages: PageStore, fetch_id: int, one: Unclosed, budget: Budget) -> Found:
    first, last = one.begins, one.ends + CLOCKS_APART
    if one.permission_from is not None:
        first = max(first, datetime.combine(one.permission_from, time.min))
    if one.permission_to is not None:
        last = min(last, datetime.combine(one.permission_to, time(23, 59, 59)))
    raw: list[RawPage] = []
    if first <= last:
        for page in client.by_period(one.ofd_organization_id, one.kkt_reg_id, first, last, RECEIPTS):
            page_id = pages.add(
                fetch_id=fetch_id,
                unit_id=one.kkt_reg_id,
                method="by_period",
                address=page.address,
                status=page.status,
                fetched_at=page.fetched_at,
                body=page.body,
            )
            raw.append(RawPage(page_id, one.kkt_reg_id, page.body))
            budget.take(len(page.body))
    documents = read_documents(raw)
    drive = one.fiscal_drive_number
    if drive is None:
        # Only the totals have the shift: its documents name the drive.
        of_number = pd.concat([documents.openings[SHIFT_KEY], documents.receipts[[*SHIFT_KEY]]])
        drives = of_number.loc[of_number["shift_number"] == one.shift_number, "fiscal_drive_number"].unique()
        drive = str(drives[0]) if len(drives) == 1 else None
    known = Unclosed(**{name: getattr(one, name) for name in one.__slots__} | {"fiscal_drive_number": drive})
    return Found(known, documents, [page.page_id for page in raw])


def _frames(one: Found, organization: Organization) -> tuple[pd.DataFrame, ...]:
    """A row in place of the closing report, and the shift's own opening, receipts and VAT."""
    shift, documents = one.shift, one.documents
    openings, receipts = (_of_shift(frame, shift) for frame in (documents.openings, documents.receipts))
    began = shift.opened_at or (openings["opened_at"].iloc[0] if len(openings) else None)
    # Without a closing report, the time of the last document is used.
    newest = receipts["formed_at"].max() if len(receipts) else began or shift.begins
    row = {
        "page_id": one.page_ids[-1],
        "kkt_reg_id": shift.kkt_reg_id,
        "fiscal_drive_number": shift.fiscal_drive_number,
        "shift_number": shift.shift_number,
        "fiscal_document_number": shift.fiscal_document_number,
        "fiscal_sign": None,
        "closed_at": shift.closed_at or newest,
        "received_at": None,
        "receipts_quantity": len(receipts),
        "documents_quantity": None,
        "user_inn": None,
    }
    z_report = Z_REPORTS.of({name: [value] for name, value in row.items()})
    checked = check_receipts(receipts, documents.vat_lines, openings, z_report, organization_inn=organization.inn)
    receipts = receipts.drop(index=checked.bad.index)
    z_report["receipts_quantity"] = pd.Series([len(receipts)], index=z_report.index, dtype="Int64")
    return z_report, openings, receipts, documents.vat_lines


def _of_shift(frame: pd.DataFrame, shift: Unclosed) -> pd.DataFrame:
    mine = (frame["fiscal_drive_number"] == shift.fiscal_drive_number) & (frame["shift_number"] == shift.shift_number)
    return frame[mine.fillna(value=False).astype(bool)]


def _with_reason(shifts: pd.DataFrame, one: Found, read_receipts: int) -> pd.DataFrame:
    """The shifts with the reason for a person: why it cannot become whole, its cash, and missing receipts."""
    cash = shifts[list(MONEY[:4])].fillna(0).iloc[0]
    in_cash = int(cash["cash_income"] - cash["cash_refund"] - cash["cash_payout"] + cash["cash_payout_refund"])
    parts = [str(_WHY[one.shift.kind]), reason(Reason.CASH_OF_RECEIPTS, amount=in_cash)]
    if one.shift.receipts is not None and one.shift.receipts != read_receipts:
        parts.append(reason(Reason.RECEIPTS_NOT_WHOLE, read=read_receipts, expected=one.shift.receipts))
    former = shifts["reason"].iloc[0]
    if pd.notna(former):
        parts.append(str(former))
    return shifts.assign(reason=pd.Series([joined(parts)], index=shifts.index, dtype="string"))
