"""Compares Market's reports and waybills with the documents in the books.

A report is identified by its shop and day, a waybill by its id. Waybills of two sources with the same shop, supplier,
number and date are the same paper; the source nearer to the supplier gives the contents.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from smena.matching.cases import among
from smena.matching.document_frames import (
    ANSWERS,
    CURRENT,
    DOCUMENTS,
    ORIGINS,
    PLACE,
    STAGED,
    WINDOWS,
    DocumentDecisions,
    DocumentsSlice,
)
from smena.model.errors import BrokenPromise
from smena.model.reasons import Reason
from smena.transform.market.shifts import MARGIN
from smena.transform.market.waybills import SOURCE_RANKS
from smena.transform.unknown import require_known

_PAPER = ["shop_id", "supplier_id", "paper_number", "paper_day"]
_WAYBILL = "waybill"
_QUESTIONS = {
    "accepted": str(Reason.MARKET_ACCEPTED_DOCUMENT_CHANGED),
    "rejected": str(Reason.MARKET_REJECTED_DOCUMENT_CHANGED),
}
"""The question about a changed document, by the status that a person gave it."""

_LAST_RANK = len(SOURCE_RANKS)
"""The rank of an unknown source, and of a report, which has none."""


def decide_documents(known: DocumentsSlice) -> DocumentDecisions:
    """Decide about the documents of a batch.

    A waybill of 3 March came by Diadoc and, weeks ago, by hand; the report of a shop and day did not change::

        staged: 1|waybill|a1 (Diadoc)          →  document_id of m7, verdict changed, sources {Diadoc,Manual}
        staged: 1|cashless_report|s|2026-03-03 →  its own document_id, verdict unchanged

    Raise BrokenPromise if a required value is missing, or one document is staged twice.
    """
    _check(known)
    staged = known.staged[~_lacks_cheques(known)].reset_index(drop=True).reset_index(names="row")
    origins = staged[["row", *PLACE]].merge(known.origins, on=PLACE, validate="one_to_many")
    firsts = origins[origins["place"] == 1]
    staged["rank"] = _ranks(staged["row"], firsts, "row")
    staged["source"] = staged["row"].map(firsts.set_index("row")["source"]).astype("string")
    staged["goes_to"] = _where_to(staged, origins, known)
    best = staged.sort_values(["rank", "key", "shard"], kind="stable").drop_duplicates("goes_to")
    best = best.merge(
        known.current.add_prefix("current_"), how="left", left_on="goes_to", right_on="current_document_id"
    )
    together = origins.merge(staged[["row", "goes_to"]], on="row")
    best["verdict"] = _verdicts(best, origins, together, known)
    return DocumentDecisions(_documents(best, together, known), _answers(best, known.questions))


def _check(known: DocumentsSlice) -> None:
    optional = {"paper_day"}
    require_known(known.staged, "staged", *(name for name in STAGED.columns if name not in optional))
    require_known(known.origins, "origins", *ORIGINS.columns)
    require_known(known.current, "current", *(name for name in CURRENT.columns if name not in optional))
    require_known(known.current_origins, "current_origins", "document_id")
    require_known(known.questions, "questions", "decision_id", "document_id", "is_open")
    require_known(known.rejected, "rejected", "kind")
    require_known(known.windows, "windows", *WINDOWS.columns)
    if known.staged.duplicated(PLACE).any():
        raise BrokenPromise("one document of Market is staged twice")


def _lacks_cheques(known: DocumentsSlice) -> pd.Series:
    """Whether a staged report may lack a rejected cheque of its day, so that it is not filed (same index as `staged`).

    A cheque with an unknown day, or a day that was not requested, may be of any day; one without a shop, of any shop.
    """
    rejected = known.rejected[known.rejected["kind"].isin(["cheque", "page"])].reset_index(drop=True)
    near = rejected.reset_index(names="row").merge(known.windows, on="unit_id")
    was_asked = (near["day"] >= near["first_day"] - MARGIN) & (near["day"] < near["end_day"] + MARGIN)
    is_dated = rejected["day"].notna() & rejected.index.isin(near.loc[was_asked, "row"])
    dated, undated = rejected[is_dated], rejected[~is_dated]
    of_day = pd.MultiIndex.from_frame(known.staged[["shop_id", "day"]]).isin(
        pd.MultiIndex.from_frame(dated[["unit_id", "day"]])
    )
    of_any_day = known.staged["shop_id"].isin(undated["unit_id"].dropna())
    of_any_shop = bool(rejected["unit_id"].isna().any())
    lacks: pd.Series = (known.staged["kind"] != _WAYBILL) & (of_day | of_any_day | of_any_shop)
    return lacks


def _ranks(keys: pd.Series, sources: pd.DataFrame, key: str) -> pd.Series:
    """The best rank among the sources of each key: 0 is nearest to the supplier, `_LAST_RANK` is none."""
    ranks = sources["source"].map(SOURCE_RANKS).fillna(_LAST_RANK).astype("int64")
    best = ranks.groupby(sources[key]).min()
    return pd.Series(best.reindex(keys).fillna(_LAST_RANK).astype("int64").to_numpy(), keys.index)


def _where_to(staged: pd.DataFrame, origins: pd.DataFrame, known: DocumentsSlice) -> pd.Series:
    """The document of each staged one (same index): that with its id, its waybill id or its paper, else a new one."""
    is_own = (known.current["organization_inn"] == known.organization_inn) & (known.current["kind"] == _WAYBILL)
    own = known.current[is_own]
    by_id = staged["document_id"].where(among(staged["document_id"], known.current["document_id"]))
    ids = known.current_origins[["document_id", "waybill_id"]].dropna()
    same_waybill = origins[["row", "waybill_id"]].merge(
        ids[ids["document_id"].isin(own["document_id"])], on="waybill_id"
    )
    identified = staged[_has_paper(staged)]
    same_paper = identified[["row", *_PAPER]].merge(own[["document_id", *_PAPER]], on=_PAPER)
    shared = _with_shared_source(same_paper, origins, known.current_origins.dropna(subset="source"), "document_id")
    found = by_id
    for pairs in (same_waybill, same_paper[~shared]):
        found = found.fillna(staged["row"].map(pairs.groupby("row")["document_id"].min()).astype("string"))
    return found.fillna(_first_of_paper(staged[found.isna()], origins))


def _has_paper(staged: pd.DataFrame) -> pd.Series:
    """Whether a waybill has the supplier, number and date that identify its paper."""
    is_named = (staged["supplier_id"] != "") & (staged["paper_number"] != "") & staged["paper_day"].notna()
    return (staged["kind"] == _WAYBILL) & is_named


def _first_of_paper(staged: pd.DataFrame, origins: pd.DataFrame) -> pd.Series:
    """The id of the best waybill of the same paper (same index); two waybills of one source are two papers."""
    identified = staged[_has_paper(staged)].sort_values(["rank", "source", "key", "shard"], kind="stable")
    first = identified.groupby(_PAPER)[["row", "document_id"]].transform("first")
    pairs = pd.DataFrame({"row": identified["row"], "first": first["row"]})
    shared = _with_shared_source(pairs, origins, origins.rename(columns={"row": "first"}), "first")
    return first["document_id"].where(~shared).reindex(staged.index).fillna(staged["document_id"])


def _with_shared_source(pairs: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame, on: str) -> pd.Series:
    """Whether the two of each pair (`row` and `on`) have a source in common (same index)."""
    sources = (
        pairs[["row", on]].merge(left[["row", "source"]], on="row").merge(right[[on, "source"]], on=[on, "source"])
    )
    both = pd.MultiIndex.from_frame(sources[["row", on]])
    return pd.Series(pd.MultiIndex.from_frame(pairs[["row", on]]).isin(both), pairs.index)


def _verdicts(best: pd.DataFrame, origins: pd.DataFrame, together: pd.DataFrame, known: DocumentsSlice) -> np.ndarray:
    """The first verdict whose condition holds. Comparisons with a document that is not in the books are False."""
    exists = best["current_document_id"].notna()
    is_of_another = exists & (best["current_organization_inn"].fillna("") != known.organization_inn)
    earliest = best["day"].where(~(best["current_day"] < best["day"]), best["current_day"])
    is_closed = pd.Series(data=False, index=best.index)
    if known.closed_through is not None:
        is_closed = earliest <= pd.Timestamp(known.closed_through)
    is_same = best["digest"] == best["current_digest"].fillna("")
    is_decided = exists & (best["current_status"].fillna("") != "new")
    own_ids = origins[["row", "waybill_id"]].merge(best[["row", "goes_to"]], on="row")
    # A document decided from one source is not questioned because of another source's copy of the same paper.
    is_copy = is_decided & (best["kind"] == _WAYBILL) & ~_has_any(best, own_ids, known.current_origins, "waybill_id")
    current_rank = _ranks(best["goes_to"], known.current_origins.dropna(subset="source"), "document_id")
    is_weaker = exists & (current_rank < best["rank"])
    keeps_contents = is_same | is_copy | is_weaker
    adds = _has_new(best, together, known.current_origins)
    table = [
        ("of_another", is_of_another),
        ("before_start", ~exists & (best["day"] < pd.Timestamp(known.start_date))),
        ("unchanged", is_closed & is_same),
        ("closed", is_closed),
        ("new", ~exists),
        ("unchanged", keeps_contents & ~adds),
        ("joined", keeps_contents),
        ("changed", ~is_decided),
        ("unchanged", _was_refused(best, known.questions)),
    ]
    return np.select([condition.to_numpy(dtype=bool) for _, condition in table], [one for one, _ in table], "conflict")


def _has_any(best: pd.DataFrame, staged: pd.DataFrame, current: pd.DataFrame, name: str) -> pd.Series:
    """Whether the document in the books has any of the staged values (same index as `best`)."""
    found = staged.merge(
        current[["document_id", name]].dropna(), left_on=["goes_to", name], right_on=["document_id", name]
    )
    return among(best["goes_to"], found["document_id"])


def _has_new(best: pd.DataFrame, together: pd.DataFrame, current: pd.DataFrame) -> pd.Series:
    """Whether any staged source or waybill id is new to the document (same index as `best`)."""
    has_new = pd.Series(data=False, index=best.index)
    for name in ("source", "waybill_id"):
        have = pd.MultiIndex.from_frame(current[["document_id", name]].dropna())
        is_new = ~pd.MultiIndex.from_frame(together[["goes_to", name]]).isin(have)
        has_new |= best["goes_to"].isin(together.loc[is_new, "goes_to"])
    return has_new


def _was_refused(best: pd.DataFrame, questions: pd.DataFrame) -> pd.Series:
    """Whether a person has already kept the current contents against these proposed ones (same index)."""
    refused = questions[questions["resolution"].fillna("") == "keep-market"]
    asked = pd.MultiIndex.from_frame(refused[["document_id", "current_digest", "proposed_digest"]])
    return pd.Series(pd.MultiIndex.from_frame(best[["goes_to", "current_digest", "digest"]]).isin(asked), best.index)


def _documents(best: pd.DataFrame, together: pd.DataFrame, known: DocumentsSlice) -> pd.DataFrame:
    current = known.current_origins.rename(columns={"document_id": "goes_to"})
    arrays = {
        plural: best["goes_to"]
        .map(_arrays(pd.concat([together, current])[["goes_to", one]]))
        .astype("string")
        .fillna("{}")
        for plural, one in (("sources", "source"), ("waybill_ids", "waybill_id"))
    }
    is_open = known.questions["is_open"].astype(bool)
    waiting = pd.MultiIndex.from_frame(known.questions.loc[is_open, ["document_id", "proposed_digest"]])
    is_asked = pd.MultiIndex.from_frame(best[["goes_to", "digest"]]).isin(waiting)
    question = best["current_status"].map(_QUESTIONS).astype("string")
    question = question.where((best["verdict"] == "conflict") & ~is_asked)
    return DOCUMENTS.conform(
        best.assign(
            document_id=best["goes_to"],
            **arrays,
            question=question,
            advised_word=question.mask(question.notna(), "reverse"),
            advised_because=question.mask(question.notna(), str(Reason.SOURCE_REPORTS_IT_NOW)),
        )
    )


def _arrays(values: pd.DataFrame) -> pd.Series:
    """PostgreSQL arrays of the distinct values of the second column, sorted, by the first column."""
    key, name = values.columns
    values = values.dropna().drop_duplicates().sort_values([key, name])
    quoted = '"' + values[name].str.replace("\\", "\\\\", regex=False).str.replace('"', '\\"', regex=False) + '"'
    arrays: pd.Series = "{" + quoted.groupby(values[key]).agg(",".join).astype("string") + "}"
    return arrays


def _answers(best: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Open questions about documents of the batch that Market's new report has answered or changed.

    A question with unknown proposed contents counts as changed.
    """
    still = best[["goes_to", "verdict", "digest"]].rename(columns={"goes_to": "document_id"})
    found = questions[questions["is_open"].astype(bool)].merge(still, on="document_id")
    is_conflict = found["verdict"] == "conflict"
    is_another = found["proposed_digest"].fillna("") != found["digest"]
    found = found.assign(resolution=np.where(is_conflict, "superseded", "withdrawn"))
    return ANSWERS.conform(found[~is_conflict | is_another].reset_index(drop=True))
