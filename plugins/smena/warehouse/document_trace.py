"""The trace of a fiscal document, by its ФН and ФД, from the register to accounting."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from smena.model.personal import masked_fields
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.transform.finding import find_fiscal_document
from smena.warehouse.archive import Bodies
from smena.warehouse.database import Row, Transaction
from smena.warehouse.lineage import Lineage, lineage_of_shift

Z_REPORT, IN_SHIFT, PERHAPS, QUARANTINED, MISSING, EARLIER, NOT_YET, NEVER_SEEN = (
    "z_report", "in_shift", "perhaps_in_shift", "quarantined", "missing", "before_first_shift", "after_last_shift",
    "never_seen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentTrace:
    """The trace of a fiscal document.

    Attributes:
        verdict: `z_report`: the document closes a known shift; `in_shift`: it is in a known shift, by the numbers of
            the shift's documents or by its own bytes; `perhaps_in_shift`: it is in this shift, or in an unknown one
            before it; `missing`: it is in a shift that is not stored while its neighbours are; `quarantined`;
            `before_first_shift`, `after_last_shift`: it is before or after the stored shifts of the drive;
            `never_seen`: nothing of the drive is stored.
        reason: the verdict as a stored reason.
        shift: the lineage of the shift: its orders, pages, batches, decisions.
        found: the page that has the document, with its kind and fields, if its shift's pages have it.
        quarantine: the records that name it.
    """

    fiscal_drive_number: str
    fiscal_document_number: int
    verdict: str
    reason: str
    shift: Lineage | None = None
    found: dict[str, Any] | None = None
    quarantine: list[Row] = field(default_factory=list)
    gaps: list[Row] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether the trace may change: a shift is missing, or a record waits in quarantine."""
        return self.verdict in (PERHAPS, MISSING) or any(row["state"] == "open" for row in self.quarantine)

    def as_dict(self) -> dict[str, Any]:
        """Return it as an object that JSON can hold."""
        return asdict(self)


def trace_of(transaction: Transaction, drive: str, number: int) -> DocumentTrace:
    """Return the trace of document `number` (ФД) of drive `drive` (ФН)."""
    around = transaction.rows("explain_fiscal_shifts", fiscal_drive_number=drive, fiscal_document_number=number)
    before = next((row for row in around if row["is_before"]), None)
    holder = next((row for row in around if not row["is_before"]), None)
    document: dict[str, Any] = {
        "fiscal_drive_number": drive,
        "fiscal_document_number": number,
        "quarantine": transaction.rows(
            "explain_fiscal_quarantine", fiscal_drive_number=drive, fiscal_document_number=number
        ),
        "gaps": transaction.rows("explain_fiscal_gaps", fiscal_drive_number=drive) if around else [],
    }
    if holder is not None:
        row = transaction.rows("explain_shift", shift_id=holder["shift_id"])[0]
        bodies = _bodies(transaction, row["evidence"])
        found = _found(bodies, drive, number)
        verdict, why = _placed(holder, before, number, found=found, counted=_counted(bodies, drive, holder))
        if verdict in (Z_REPORT, IN_SHIFT) or not document["quarantine"]:
            lineage = lineage_of_shift(transaction, row["shift"], row["evidence"])
            document["shift"] = None if verdict in (MISSING, EARLIER) else lineage
            return DocumentTrace(verdict=verdict, reason=why, found=found, **document)
    if document["quarantine"]:
        why = document["quarantine"][-1]["reason"]
        return DocumentTrace(verdict=QUARANTINED, reason=reason(Reason.IN_QUARANTINE, reason=why), **document)
    if before is not None:
        shift, last = before["shift_number"], before["fiscal_document_number"]
        why = reason(Reason.AFTER_NEWEST_SHIFT, shift=shift, last=last)
        return DocumentTrace(verdict=NOT_YET, reason=why, **document)
    return DocumentTrace(verdict=NEVER_SEEN, reason=str(Reason.DRIVE_UNKNOWN), **document)


def _placed(
    holder: Row, before: Row | None, number: int, *, found: dict[str, Any] | None, counted: int | None
) -> tuple[str, str]:
    """Verdict and reason: whether it is in the shift that ends next, which has `counted` documents."""
    last, shift = holder["fiscal_document_number"], holder["shift_number"]
    if number == last:
        return Z_REPORT, reason(Reason.IS_REPORT_OF_SHIFT, shift=shift)
    if found is not None and str(found["document"].get("shiftNumber")).strip() == str(shift):
        return IN_SHIFT, reason(Reason.IN_ANSWERS_OF_SHIFT, shift=shift)
    if before is not None and before["shift_number"] == shift - 1:
        first = before["fiscal_document_number"] + 1
        return IN_SHIFT, reason(Reason.IN_NUMBERS_OF_SHIFT, shift=shift, first=first, last=last)
    if before is None and shift == 1:
        return IN_SHIFT, reason(Reason.IN_FIRST_SHIFT, last=last)
    if counted is not None and number > last - counted:
        return IN_SHIFT, reason(Reason.IN_COUNTED_NUMBERS_OF_SHIFT, shift=shift, first=last - counted + 1, last=last)
    if counted is None:
        return PERHAPS, reason(Reason.IN_SHIFT_OR_ONE_BEFORE, shift=shift)
    if before is not None:
        return MISSING, reason(Reason.IN_MISSING_SHIFT, first=before["shift_number"] + 1, last=shift - 1)
    return EARLIER, reason(Reason.BEFORE_FIRST_SHIFT, shift=shift, first=last - counted + 1)


def _bodies(transaction: Transaction, pages: list[int]) -> list[tuple[int, bytes]]:
    rows = transaction.rows("explain_fiscal_bodies", pages=pages)
    bodies = Bodies(transaction).of_rows(rows)
    return [(row["page_id"], body) for row, body in zip(rows, bodies, strict=True)]


def _found(bodies: list[tuple[int, bytes]], drive: str, number: int) -> dict[str, Any] | None:
    for page_id, body in bodies:
        document = find_fiscal_document(body, drive, number)
        if document:
            return {"page_id": page_id, "kind": document[0], "document": masked_fields(document[1])}
    return None


def _counted(bodies: list[tuple[int, bytes]], drive: str, holder: Row) -> int | None:
    """How many documents a shift has, by its z-report."""
    document = _found(bodies, drive, holder["fiscal_document_number"])
    count = document["document"].get("documentsQuantity") if document else None
    return count if isinstance(count, int) and count > 0 else None
