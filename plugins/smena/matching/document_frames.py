"""The frames that `decide_documents` reads and returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

PLACE = ["shard", "kind", "key"]
"""The key of a document's contents in the stage."""

STAGED = Schema(
    "staged",
    {
        "shard": WHOLE,
        "kind": TEXT,
        "key": TEXT,
        "document_id": TEXT,
        "shop_id": TEXT,
        "day": MOMENT,
        "supplier_id": TEXT,
        "paper_number": TEXT,
        "paper_day": MOMENT,
        "digest": TEXT,
    },
)
"""Documents of the batch. `digest` covers all their contents; `paper_day` may be missing, texts may be empty."""

ORIGINS = Schema(
    "origins", {"shard": WHOLE, "kind": TEXT, "key": TEXT, "place": WHOLE, "source": TEXT, "waybill_id": TEXT}
)
"""The sources and waybill ids of a staged waybill; the one with `place` 1 gives the contents."""

CURRENT = Schema(
    "current",
    {
        "document_id": TEXT,
        "organization_inn": TEXT,
        "kind": TEXT,
        "shop_id": TEXT,
        "supplier_id": TEXT,
        "paper_number": TEXT,
        "paper_day": MOMENT,
        "day": MOMENT,
        "status": TEXT,
        "revision": WHOLE,
        "digest": TEXT,
    },
)
"""Documents in the books with the id, a waybill id or the paper of a staged one. Those with the id may belong to any
organisation."""

CURRENT_ORIGINS = Schema("current_origins", {"document_id": TEXT, "source": TEXT, "waybill_id": TEXT})
"""Sources and waybill ids of `current`: one of the two in a row, the other missing."""

QUESTIONS = Schema(
    "questions",
    {
        "decision_id": WHOLE,
        "document_id": TEXT,
        "is_open": FLAG,
        "resolution": TEXT,
        "current_digest": TEXT,
        "proposed_digest": TEXT,
    },
)
"""Questions to people about `current`: keep the contents of one digest, or take those of the other."""

REJECTED = Schema("rejected", {"unit_id": TEXT, "kind": TEXT, "day": MOMENT})
"""Rejected records of the batch; unit (the shop) and day may be missing."""

WINDOWS = Schema("windows", {"unit_id": TEXT, "first_day": MOMENT, "end_day": MOMENT})
"""The requests of the batch to its shops."""

DOCUMENTS = Schema(
    "documents",
    {
        "document_id": TEXT,
        **{name: STAGED.columns[name] for name in PLACE},
        "verdict": TEXT,
        "digest": TEXT,
        "sources": TEXT,
        "waybill_ids": TEXT,
        "current_revision": WHOLE,
        "current_digest": TEXT,
        "question": TEXT,
        "advised_word": TEXT,
        "advised_because": TEXT,
    },
)
"""One row per document, in the books or new: the verdict on it, and the staged contents that it takes.

`verdict`: new, changed, joined (another source of the same contents), unchanged, closed (its period is), before_start,
of_another (organisation), conflict (a person decides). `sources` and `waybill_ids` are PostgreSQL arrays of both sides.
`current_*` are missing for a new document. `question` is the question to a person, missing if there is no new one;
`advised_*` are the recommended answer and its reason.
"""

ANSWERS = Schema("answers", {"decision_id": WHOLE, "resolution": TEXT})
"""Open questions that need no answer any more: `withdrawn`, or `superseded` by another one."""


@dataclass(frozen=True, slots=True)
class DocumentsSlice:
    """The facts of a batch: frames of the schemas above.

    Attributes:
        organization_inn: the organisation of the batch.
        start_date: that of the integration; nothing before it is filed.
        closed_through: the last day of the closed period, None if none is closed.
    """

    organization_inn: str
    start_date: date
    closed_through: date | None
    staged: pd.DataFrame
    origins: pd.DataFrame
    current: pd.DataFrame
    current_origins: pd.DataFrame
    questions: pd.DataFrame
    rejected: pd.DataFrame
    windows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class DocumentDecisions:
    """The result of `decide_documents`: DOCUMENTS and ANSWERS."""

    documents: pd.DataFrame
    answers: pd.DataFrame
