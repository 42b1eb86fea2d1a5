"""Lineage as text for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smena.messages import ENGLISH, message, readable, translate, written_by
from smena.warehouse.database import Row
from smena.warehouse.lineage import Lineage

if TYPE_CHECKING:
    from smena.warehouse.document_trace import DocumentTrace

_FISCAL = ("kkt_reg_id", "fiscal_drive_number", "shift_number", "fiscal_document_number", "opened_at", "closed_at")
_TILL = ("shop_id", "cashbox_id", "till_shift", "opened_at", "closed_at")
_SUMS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")


def lineage_text(lineage: Lineage) -> str:
    """Return the lineage of a document or a shift as text."""
    lines: list[str] = []
    if lineage.document is not None:
        lines += _document(lineage.document)
    if lineage.shift is not None:
        lines += _shift(lineage.shift)
    lines += _section("its documents:", (_order(row) for row in lineage.documents))
    for counterpart in lineage.counterparts:
        lines += _counterpart(counterpart)
    lines += _section("links of cashbox and register:", (_link(row) for row in lineage.links))
    lines += _section("read from:", map(page_text, lineage.pages)) or ["read from: it does not tell which pages"]
    lines += _section("written by:", (line for batch in lineage.batches for line in _batch(batch)))
    for title, rows in (("revisions before:", lineage.revisions), ("decisions:", lineage.decisions)):
        lines += _section(title, (_line(row) for row in rows))
    return "\n".join(lines)


def trace_text(trace: DocumentTrace) -> str:
    """Return the trace of a fiscal document as text."""
    lines = [
        f"ФН {trace.fiscal_drive_number}, ФД {trace.fiscal_document_number}: {trace.verdict.replace('_', ' ')}",
        f"  {translate(trace.reason, ENGLISH)}",
    ]
    if trace.found:
        fields = trace.found["document"]
        lines.append(f"  {trace.found['kind']} of {fields.get('dateTime')}, on page {trace.found['page_id']}")
    lines += _section("in quarantine:", (_line(row) for row in trace.quarantine))
    lines += _section("known to be missing of this drive:", (_line(row) for row in trace.gaps))
    if trace.shift is not None:
        lines.append(lineage_text(trace.shift))
    return "\n".join(lines)


def _source(row: Row) -> str:
    return message(f"product_{row['source']}", ENGLISH, context="page")


def _section(title: str, lines: Iterable[str]) -> list[str]:
    inner = [f"  {line}" for line in lines]
    return [title, *inner] if inner else []


def _line(row: Row) -> str:
    said = readable(row, ENGLISH)
    return ", ".join(f"{name} {_plain(value)}" for name, value in said.items() if value not in (None, ""))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items()) + ")"
    if isinstance(value, list):
        return "(" + ", ".join(map(_plain, value)) + ")"
    return "—" if value is None else str(value)


def _document(document: Row) -> list[str]:
    amount = "amount not reported" if document["amount"] is None else f"{document['amount']} ₽"
    head = f"{document['kind'].upper()} № {document['number']} of {document['date']}: {amount}, {document['status']}"
    if "revision" not in document:
        who = document.get("counterparty") or "—"
        return [
            head,
            f"  {who}, {_source(document)}, loaded {document['loaded_at']}",
        ]
    vat = f"НДС {document['vat']} ₽" if document["vat"] is not None else "НДС not known"
    return [
        f"{head}, revision {document['revision']}",
        *([f"  {document['status']} by {_signed(document)}"] if document["status_by"] else []),
        f"  {document['basis']}",
        f"  Дт {document['debit_account']} Кт {document['credit_account']}, {document['operation']}, {vat}",
    ]


def _signed(document: Row) -> str:
    reason = written_by(document["status_reason"], document["status_by"], ENGLISH)
    why = f": {reason}" if reason else ""
    return f"{document['status_by']}, {document['status_at']:%Y-%m-%d %H:%M:%S} UTC{why}"


def _shift(shift: Row) -> list[str]:
    keys = _TILL if shift["source"] == "market" else _FISCAL
    lines = [*(f"{key}: {shift[key]}" for key in keys), *(f"{key}: {shift[key]}" for key in _SUMS)]
    if shift["price_correction"]:
        lines.append(f"price_correction: {shift['price_correction']}")
    if shift["late_by"]:
        lines.append(f"came late, by {shift['late_by']}")
    origin = f"sums from {shift['detail']}" if shift["detail"] else f"sums from {_source(shift)}"
    why = f" ({translate(shift['reason'], ENGLISH)})" if shift["reason"] else ""
    lines.append(f"receipts: {shift['receipts']}, {origin}, outcome {shift['outcome']}{why}")
    if shift["same_as"]:
        lines.append(f"the same as shift {shift['same_as']}, which is booked")
    return _section(f"shift {shift['shift_id']}:", lines)


def _order(row: Row) -> str:
    return (
        f"{row['kind'].upper()} № {row['number']} of {row['date']}: {row['amount']} ₽, {row['operation']}, "
        f"{row['status']}, {row['document_id']}"
    )


def _counterpart(counterpart: Row) -> list[str]:
    shift, differences = counterpart["shift"], counterpart["differences"]
    keys = _TILL if shift["source"] == "market" else _FISCAL
    lines = [", ".join(f"{key} {shift[key]}" for key in keys), f"outcome {shift['outcome']}, {shift['shift_id']}"]
    lines += [f"{name}: {_plain(here)} here, {_plain(there)} there" for name, (here, there) in differences.items()]
    if not differences:
        lines.append("no difference")
    return _section(f"{_source(shift)}, {translate(counterpart['relation'], ENGLISH)}:", lines)


def _link(row: Row) -> str:
    why = written_by(row["reason"], row["decided_by"], ENGLISH)
    days = f"{row['first_day'] or ''}…{row['last_day'] or ''}"
    evidence = f", evidence: {_plain(row['evidence'])}" if row["evidence"] else ""
    return (
        f"{row['register_link_id']}: cashbox {row['cashbox_id']} is РНМ {row['kkt_reg_id'] or '—'} in {days}, "
        f"{row['state']} by {row['decided_by']}: {why}{evidence}"
    )


def page_text(page: Row) -> str:
    """Return the description of a page: its request, the length of the answer and the sha256 of its bytes."""
    return (
        f"page {page['page_id']} {page['method']} {page['address']}\n"
        f"    {page['body_bytes']} bytes, sha256 {page['sha256']}, fetched {page['fetched_at']}"
    )


def _batch(batch: Row) -> list[str]:
    checks = batch["checks"]
    broken = [check for check in checks if not check["success"]]
    summary = f"{len(checks)} checks, {len(broken) or 'none'} broken" if checks else "no checks on record"
    lines = [f"batch {batch['batch_id']} ({batch['first_day']}…{batch['last_day']}), run {batch['run_id']}, {summary}"]
    for check in broken:
        column = f" of {check['column_name']}" if check["column_name"] else ""
        lines.append(
            f"  {check['suite']}.{check['expectation']}{column}: {check['bad_rows']} of {check['checked_rows']} rows, "
            f"{check['severity']}"
        )
    return lines
