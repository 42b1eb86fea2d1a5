"""From a document down to the bytes it was read from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction

_SHIFT = ("kkt_reg_id", "fiscal_drive_number", "shift_number", "fiscal_document_number", "opened_at", "closed_at")
_SUMS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")


@dataclass(frozen=True, slots=True)
class Lineage:
    """A cash order with everything it stands on."""

    document: Row
    shift: Row
    pages: list[Row]
    batches: list[Row]
    revisions: list[Row]
    decisions: list[Row]

    def as_dict(self) -> dict[str, Any]:
        """The same as one JSON-able object."""
        return asdict(self)

    def as_text(self) -> str:
        """The same for a person."""
        document, shift = self.document, self.shift
        lines = [
            f"{document['kind'].upper()} № {document['number']} of {document['date']}: {document['amount']} ₽, "
            f"{document['status']}, revision {document['revision']}",
            *([f"  {document['status']} by {_signed(document)}"] if document["status_by"] else []),
            f"  {document['basis']}",
            f"  Дт {document['debit_account']} Кт {document['credit_account']}, {document['operation']}"
            + (f", НДС {document['vat']} ₽" if document["vat"] is not None else ", НДС not known from totals"),
            "shift:",
            *(f"  {key}: {shift[key]}" for key in _SHIFT),
            *(f"  {key}: {shift[key]}" for key in _SUMS),
            *([f"  came late, by {shift['late_by']}"] if shift["late_by"] else []),
            f"  receipts: {shift['receipts']}, sums from {shift['detail']}, outcome {shift['outcome']}",
            "read from:",
            *(
                f"  page {page['page_id']} {page['method']} {page['address']}\n"
                f"    {page['body_bytes']} bytes, sha256 {page['sha256']}, fetched {page['fetched_at']}"
                for page in self.pages
            ),
            "written by:",
        ]
        for batch in self.batches:
            checks = batch["bad_rows_by_check"] or {}
            broken = {name: rows for name, rows in checks.items() if rows}
            lines.append(
                f"  batch {batch['batch_id']} ({batch['first_day']}…{batch['last_day']}), run {batch['run_id']}, "
                f"{len(checks)} checks, " + (f"broken: {broken}" if broken else "none broken")
            )
        for title, rows in (("revisions before", self.revisions), ("decisions", self.decisions)):
            if rows:
                lines += [f"{title}:", *("  " + ", ".join(f"{k} {v}" for k, v in row.items()) for row in rows)]
        return "\n".join(lines)


def _signed(document: Row) -> str:
    reason = f": {document['status_reason']}" if document["status_reason"] else ""
    return f"{document['status_by']}, {document['status_at']:%Y-%m-%d %H:%M:%S} UTC{reason}"


def lineage_of(transaction: Transaction, document_id: str) -> Lineage:
    """The lineage of a cash order. Raises WrongUse where there is none with this id."""
    document = transaction.row("explain_order", document_id=document_id)
    if document is None:
        raise WrongUse(f"there is no document {document_id}", fix="`smena documents` lists them")
    shift, evidence = document.pop("shift"), document.pop("evidence")
    batches = sorted({document["batch_id"], shift["batch_id"]})
    return Lineage(
        document=document,
        shift=shift,
        pages=transaction.rows("explain_pages", pages=evidence),
        batches=transaction.rows("explain_batch", batches=batches, kkt_reg_id=shift["kkt_reg_id"]),
        revisions=transaction.rows("explain_revisions", document_id=document_id),
        decisions=transaction.rows("explain_decisions", shift_id=shift["shift_id"]),
    )
