"""The last step of the pipeline: check that every shift is here and that all sums agree.

It does not change the books, except that a shift which can never be closed is recorded as waiting for a person.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, translate
from smena.model.errors import stored_of
from smena.model.organization import Organization
from smena.model.reason_text import joined
from smena.model.unexpected import contained
from smena.model.window import OFD, Window
from smena.planning.plan import horizon_of
from smena.reads import completeness
from smena.reconciliation import tills as tills_again
from smena.reconciliation import unclosed
from smena.reconciliation.asking import RegisterRequest, SourceTotals, SourceTotalsClient
from smena.reconciliation.evidence import corrections_of, documents_of, unread_documents
from smena.reconciliation.receipts import Again, ask_again, read_booked_vat, vat_differences
from smena.runtime.context import Context
from smena.runtime.log import logger, step_log
from smena.transform.frames import MONEY
from smena.warehouse import ledger
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Row, Transaction, as_json
from smena.warehouse.pages import PageStore

LOOK_BACK_DAYS = 35
"""A daily run checks the days for which late documents may still come."""

_PLACE = ["organization_inn", "batch_id"]
_FIGURES = ["receipts", *MONEY]


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """The verdicts and the differences of a window.

    Attributes:
        days: a verdict for each day of the organisation, the worst of its registers'; `waits` if all are complete
            but shifts wait for a person (`waiting`, a count).
        registers: verdicts by register and day.
        differences: open differences; `is_new` if this reconciliation found them first, `is_explained` if
            documents explain them.
        closed: how many differences the last reconciliation found and this one did not.
        unasked: registers that the source could not be asked about, and why.
    """

    batch_id: int
    inn: str
    window: Window
    days: list[Row]
    registers: list[Row]
    differences: list[Row]
    closed: int
    unasked: dict[str, str]

    @property
    def verdicts(self) -> Counter[str]:
        """The number of days of registers by verdict."""
        return Counter(row["verdict"] for row in self.registers)

    @property
    def lacking(self) -> list[Row]:
        """Days of registers that need an action: missing, or not readable though the register was in use."""
        return [
            row
            for row in self.registers
            if row["verdict"] == "missing"
            or (row["verdict"] == "out_of_reach" and row["reason"] != "before_first_document")
        ]

    @property
    def unexplained(self) -> list[Row]:
        """Differences that no documents explain."""
        return [row for row in self.differences if not row["is_explained"]]

    @property
    def waits(self) -> bool:
        """Whether anything is missing, differs without an explanation, could not be asked, or waits for a person."""
        return bool(self.lacking or self.unexplained or self.unasked or any(row["waiting"] for row in self.days))


def last_days(context: Context, organization: Organization) -> Window:
    """Return the window of a daily run: `LOOK_BACK_DAYS` through yesterday."""
    yesterday = context.yesterday(organization)
    return Window(yesterday - timedelta(days=LOOK_BACK_DAYS - 1), yesterday)


def reconcile(
    context: Context, inn: str, *, run_id: str, window: Window | None = None, is_full: bool | None = None
) -> ReconcileResult:
    """Ask the source again, compare it with the books, and write verdicts and differences.

    With `is_full`, booked receipts and Market's cheques are requested once more too: a certificate needs it. By default
    that is so for a given `window`, and not for the look-back of a daily run.

    Raises WrongUse for an unknown organisation or a window that is not over, PassingFault and RefusedByService if
    the source cannot be asked at all: earlier verdicts stay.
    """
    with step_log("reconcile", inn=inn, product=OFD, run_id=run_id) as log:
        organization = organization_of(context.warehouse, inn)
        is_full = window is not None if is_full is None else is_full
        window = window or last_days(context, organization)
        horizon_of(context, organization, None, window)
        with context.warehouse.transaction() as transaction:
            batch_id, _ = ledger.open_batch(
                transaction,
                inn=inn,
                product=OFD,
                run_id=run_id,
                reason="reconcile",
                detail=organization.detail,
                horizon=window.last_day,
            )
            transaction.run("batch_span", batch_id=batch_id, first_day=window.first_day)
        try:
            span = {"first_day": window.first_day, "last_day": window.last_day}
            registers = [RegisterRequest(**row) for row in context.warehouse.rows("proof_registers", inn=inn, **span)]
            pages = PageStore(context.warehouse, batch_id)
            reported, again = _ask(context, organization, pages, registers, window, log, is_full=is_full)
            tills = tills_again.ask_again(context, organization, pages, window, log) if is_full else Again()
            for row in completeness.gaps(context.warehouse, inn, window=window, source="ofd", reason="not_listed"):
                reported.unasked[row["unit_id"]] = row["details"]
            found = _Found(registers, reported, again, tills)
            with context.warehouse.transaction() as transaction:
                transaction.run("lock_organization", inn=inn)
                _write_reported(transaction, inn, batch_id, reported)
                made = _prove(transaction, inn, batch_id, found, window, newest_day=context.newest_day())
                stuck = unclosed.find(transaction, inn, window, context.local_now(organization).date())
                if not stuck:
                    _finish(transaction, made)
            if stuck:
                cash = _read_unclosed(context, organization, batch_id, stuck)
                with context.warehouse.transaction() as transaction:
                    transaction.run("lock_organization", inn=inn)
                    if cash:
                        unclosed.write(transaction, ledger.batch_of(transaction, batch_id), organization, cash)
                        made = _prove(transaction, inn, batch_id, found, window, newest_day=context.newest_day())
                    _finish(transaction, made)
        except Exception as error:
            ours = contained(error, f"reconciliation of {inn}, batch {batch_id}")
            context.warehouse.run("batch_stop", batch_id=batch_id, reason=stored_of(ours))
            if ours is error:
                raise
            raise ours from error
        _alert(made)
        log.update(batch_id=batch_id, **_summary(made))
        return made


@dataclass(frozen=True, slots=True)
class _Found:
    """The sources' values, their registers, and the booked documents that were requested again."""

    registers: list[RegisterRequest]
    reported: SourceTotals
    again: Again
    tills: Again


def _prove(
    transaction: Transaction, inn: str, batch_id: int, found: _Found, window: Window, *, newest_day: date
) -> ReconcileResult:
    """Write verdicts and differences. The sources' values are written already."""
    days = {"first_day": window.first_day, "last_day": window.last_day}
    result, again, tills = found.reported, found.again, found.tills
    unread = _read_again(transaction, inn, window)
    _write_completeness(transaction, inn, batch_id, unread, window, newest_day=newest_day)
    _confirm(transaction, inn, batch_id, again, tills)
    closed = _compare(transaction, inn, batch_id, found.registers, result, window, again, tills)
    return ReconcileResult(
        batch_id,
        inn,
        window,
        completeness.days(transaction, inn, window),
        completeness.registers(transaction, inn, window),
        transaction.rows("differences", inn=inn, **days),
        closed,
        result.unasked | again.unasked | tills.unasked,
    )


def _finish(transaction: Transaction, made: ReconcileResult) -> None:
    """Uncover the days that lack a shift, so that the next load asks for them again, and end the batch."""
    span = {"first_day": made.window.first_day, "last_day": made.window.last_day}
    transaction.run("uncover_table")
    transaction.run("proof_uncover", inn=made.inn, product=OFD, **span)
    transaction.run("publish_uncovered")
    transaction.run("batch_reconciled", batch_id=made.batch_id, summary=as_json(_summary(made)))


def _read_unclosed(
    context: Context, organization: Organization, batch_id: int, stuck: list[unclosed.Unclosed]
) -> list[unclosed.Found]:
    client = context.ofd(organization)
    try:
        return unclosed.read(context, client, PageStore(context.warehouse, batch_id), stuck)
    finally:
        client.close()


def _ask(
    context: Context,
    organization: Organization,
    pages: PageStore,
    registers: list[RegisterRequest],
    window: Window,
    log: dict[str, Any],
    *,
    is_full: bool,
) -> tuple[SourceTotals, Again]:
    if not registers:
        return SourceTotals(), Again()
    span = {"first_day": window.first_day, "last_day": window.last_day}
    shifts = context.warehouse.rows("proof_from_receipts", inn=organization.inn, **span)
    booked_vat = read_booked_vat(context, organization.inn, pages.batch_id, shifts, window)
    client = context.ofd(organization)
    try:
        totals_client = SourceTotalsClient(context, client, pages, booked_vat)
        reported = totals_client.ask(registers)
        again = ask_again(context, totals_client, registers, shifts) if is_full else Again()
        wholes = context.warehouse.rows("proof_organization", inn=organization.inn, **span)
        if wholes and all(one["is_whole"] for one in wholes) and not reported.unasked:
            frames = [
                totals_client.organization_days(one["ofd_organization_id"], window.first_day, window.last_day)
                for one in wholes
            ]
            # A legal entity may be listed several times, once for each of its parts.
            if all(len(frame) for frame in frames):
                whole = pd.concat(frames).groupby(["kkt_reg_id", "day"], as_index=False)
                summed = whole.agg({"page_id": "max"} | dict.fromkeys(_FIGURES, "sum"))
                reported.by_days = pd.concat([reported.by_days, summed], ignore_index=True)
        return reported, again
    finally:
        log.update(requests=client.traffic.total(), retries=client.retries.total())
        client.close()


def _write_reported(transaction: Transaction, inn: str, batch_id: int, reported: SourceTotals) -> None:
    transaction.run("proof_clear_shifts", inn=inn)
    transaction.run("proof_clear_openings", inn=inn)
    transaction.run("proof_clear_days", inn=inn)
    place: dict[str, Any] = {"organization_inn": inn, "batch_id": batch_id}
    shifts = ["kkt_reg_id", "shift_number", "opened_at", "closed_at", *_FIGURES, "overpaid", "page_id"]
    copy_frame(transaction, _in_roubles(reported.shifts, **place), "control", "source_shift", [*_PLACE, *shifts])
    openings = ["kkt_reg_id", "fiscal_drive_number", "shift_number", "opened_at", "page_id"]
    copy_frame(
        transaction,
        reported.openings.assign(organization_inn=inn, batch_id=batch_id),
        "control",
        "source_opening",
        [*_PLACE, *openings],
    )
    for reported_by, frame in (("by_days", reported.by_days), ("by_shifts", reported.by_shifts)):
        days = _in_roubles(frame, **place, reported_by=reported_by)
        columns = ["kkt_reg_id", "reported_by", "day", *_FIGURES, "page_id"]
        copy_frame(transaction, days, "control", "source_day", [*_PLACE, *columns])


def _in_roubles(frame: pd.DataFrame, **place: Any) -> pd.DataFrame:
    """The frame with kopecks as roubles in text, and the columns of `place`."""
    kopecks = {name: frame[name].astype("Int64") for name in (*MONEY, "overpaid") if name in frame}
    return frame.assign(
        **place,
        **{
            name: (amounts // 100).astype("string") + "." + (amounts % 100).astype("string").str.zfill(2)
            for name, amounts in kopecks.items()
        },
    )


def _read_again(transaction: Transaction, inn: str, window: Window) -> list[dict[str, Any]]:
    """Write corrections that totals leave out, and return the receipts that incomplete shifts lack."""
    shifts = transaction.rows("proof_unequal", inn=inn, first_day=window.first_day, last_day=window.last_day)
    if not shifts:
        return []
    documents = documents_of(transaction, shifts)
    transaction.run("proof_corrections", inn=inn, corrections=as_json(corrections_of(documents, shifts)))
    return unread_documents(documents, shifts)


def _write_completeness(
    transaction: Transaction,
    inn: str,
    batch_id: int,
    unread: list[dict[str, Any]],
    window: Window,
    *,
    newest_day: date,
) -> None:
    """Write which shifts are missing, and the verdict about each register and day."""
    days = {"first_day": window.first_day, "last_day": window.last_day}
    transaction.run("proof_unexplained", inn=inn, **days)
    transaction.run("proof_open", inn=inn, **days)
    transaction.run("proof_missing", inn=inn, **days)
    transaction.run("proof_missing_by_days", inn=inn)
    transaction.run("proof_completeness_clear", inn=inn, newest_day=newest_day, **days)
    transaction.run("proof_completeness", inn=inn, batch_id=batch_id, unread=as_json(unread), **days)
    transaction.run("proof_unidentified", inn=inn, batch_id=batch_id, **days)


def _confirm(transaction: Transaction, inn: str, batch_id: int, again: Again, tills: Again) -> None:
    """Write which shifts and days were requested again. The VAT of receipts that was read before stays."""
    confirmed = [*again.confirmed, *tills.confirmed]
    transaction.run("proof_confirm_shifts", inn=inn, batch_id=batch_id, shifts=as_json(confirmed))
    transaction.run("proof_confirm_shop_days", inn=inn, batch_id=batch_id, days=as_json(tills.days))


def _compare(
    transaction: Transaction,
    inn: str,
    batch_id: int,
    registers: list[RegisterRequest],
    reported: SourceTotals,
    window: Window,
    again: Again,
    tills: Again,
) -> int:
    """Find and store differences; return how many earlier ones are closed."""
    days = {"first_day": window.first_day, "last_day": window.last_day}
    asked = [asdict(one) for one in registers if one.kkt_reg_id not in reported.unasked]
    transaction.run("differences_begin")
    transaction.run("differences_of_shifts", inn=inn, **days)
    transaction.run("differences_of_totals", inn=inn, **days)
    transaction.run("differences_not_reported", inn=inn, asked=as_json(asked))
    transaction.run("differences_of_days", inn=inn, **days)
    transaction.run("differences_of_organization", inn=inn, **days)
    transaction.run("differences_of_documents", inn=inn, **days)
    transaction.run("differences_of_orders", inn=inn, **days)
    transaction.run("differences_of_sources", inn=inn, **days)
    found = [*vat_differences(reported.vat), *again.differences, *tills.differences]
    transaction.run("differences_found", found=as_json(found))
    asked_again = {"receipts_of": again.asked, "shops": tills.asked}
    unasked = list(reported.unasked)
    closed = transaction.run("differences_close", inn=inn, batch_id=batch_id, unasked=unasked, **asked_again, **days)
    transaction.run("differences_keep", inn=inn, batch_id=batch_id)
    return closed


def _summary(made: ReconcileResult) -> dict[str, Any]:
    counts = {
        "differences": len(made.unexplained),
        "new": sum(row["is_new"] for row in made.unexplained),
        "explained": len(made.differences) - len(made.unexplained),
        "closed": made.closed,
        "unasked": len(made.unasked),
    }
    return {**dict(made.verdicts), **counts}


def _alert(made: ReconcileResult) -> None:
    """Log a warning for each new unexplained difference, each missing day and each register not asked."""
    for row in made.unexplained:
        if row["is_new"]:
            logger.log(
                logging.WARNING,
                "difference inn=%s kind=%s register=%s day=%s amount=%s cause=%s",
                made.inn, row["kind"], row["kkt_reg_id"], row["day"], row["amount"], translate(row["cause"], ENGLISH),
            )  # fmt: skip
    for row in made.lacking:
        what = translate(joined(row["missing"]) or row["reason"], ENGLISH)
        logger.warning(
            "%s inn=%s register=%s day=%s what=%s", row["verdict"], made.inn, row["kkt_reg_id"], row["day"], what
        )
    for register, reason in made.unasked.items():
        logger.warning("unasked inn=%s register=%s why=%s", made.inn, register, translate(reason, ENGLISH))
