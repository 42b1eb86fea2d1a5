"""Reports and waybills of a batch of Kontur.Market: read, decided and written, in the publishing transaction."""

from __future__ import annotations

from smena.matching import document_frames as frames
from smena.matching.document_frames import DocumentDecisions, DocumentsSlice
from smena.matching.documents import decide_documents
from smena.model.errors import BrokenPromise, PassingFault
from smena.model.window import MARKET
from smena.warehouse.copying import copy_frame, read_frame
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


def write_documents(transaction: Transaction, batch: Batch) -> None:
    """Apply the result of `decide_documents` for a batch: documents, their lines, and questions to people.

    Fills the table `decided_document`, which publish_summary reads.

    Raises PassingFault if documents in the books changed after they were read.
    """
    _apply(transaction, batch, decide_documents(read_slice(transaction, batch)))


def read_slice(transaction: Transaction, batch: Batch) -> DocumentsSlice:
    """Return the input of `decide_documents`: digests of the staged documents, and the same documents in the books."""
    of_batch = {"batch_id": batch.batch_id}
    whose = {"inn": batch.organization_inn}
    limits = transaction.row("market_limits", product=batch.product, **whose)
    if limits is None:
        raise BrokenPromise(f"{batch.organization_inn} has no integration with {batch.product}")
    current = read_frame(transaction, "market_current", frames.CURRENT, **of_batch, **whose)
    documents = current["document_id"].tolist()
    return DocumentsSlice(
        organization_inn=batch.organization_inn,
        start_date=limits["start_date"],
        closed_through=limits["closed_through"],
        staged=read_frame(transaction, "market_staged", frames.STAGED, **of_batch),
        origins=read_frame(transaction, "market_origins", frames.ORIGINS, **of_batch),
        current=current,
        current_origins=read_frame(transaction, "market_current_origins", frames.CURRENT_ORIGINS, documents=documents),
        questions=read_frame(transaction, "market_questions", frames.QUESTIONS, documents=documents, **whose),
        rejected=read_frame(transaction, "uncover_rejected", frames.REJECTED, **of_batch, source=MARKET),
        windows=read_frame(transaction, "uncover_windows", frames.WINDOWS, **of_batch),
    )


def _apply(transaction: Transaction, batch: Batch, decided: DocumentDecisions) -> None:
    documents, answers = decided.documents, decided.answers
    of_batch = {"batch_id": batch.batch_id}
    whose = of_batch | {"inn": batch.organization_inn}
    copy_frame(transaction, documents, "pg_temp", "decided_document", list(documents.columns))
    transaction.run("market_decided_analyze")
    counts = documents["verdict"].value_counts()
    _expect(transaction.run("market_new", **whose), counts.get("new", 0))
    _expect(transaction.run("market_changed", **of_batch), counts.get("changed", 0))
    _expect(transaction.run("market_joined", **of_batch), counts.get("joined", 0))
    transaction.run("market_lines", **of_batch)
    transaction.run("product_names_note", **whose, first_day=batch.first_day, last_day=batch.last_day)
    answered = {"decisions": answers["decision_id"].tolist(), "resolutions": answers["resolution"].tolist()}
    _expect(transaction.run("market_answered", **answered), len(answers))
    _expect(transaction.run("market_asked", **whose), int(documents["question"].notna().sum()))


def _expect(written: int, expected: int) -> None:
    """Raise PassingFault if another number of rows was written than decided: they changed meanwhile."""
    if written != expected:
        raise PassingFault(
            f"{written} documents of Market were written where {expected} were decided", fix="run the batch again"
        )
