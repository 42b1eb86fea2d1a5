"""What becomes of Market's reports and waybills: each rule alone, and what a missing value means to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.matching import document_frames as frames
from smena.matching.document_frames import DocumentsSlice
from smena.matching.documents import decide_documents
from smena.model.errors import BrokenPromise
from smena.transform.schema import Schema
from tests.invented import ROMASHKA, VASILEK

INN, OTHER_INN = ROMASHKA, VASILEK
SHOP, OTHER_SHOP = "shop-1", "shop-2"
DAY = date(2026, 3, 5)

Row = dict[str, Any]


def frame(schema: Schema, *rows: Row) -> pd.DataFrame:
    """A frame of the schema; what a row does not name is missing."""
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in rows], dtype=kind) for name, kind in schema.columns.items()}
    )


def report(document_id: str = "r1", **facts: Any) -> Row:
    """A staged report of cashless revenue."""
    row = {"shard": 0, "kind": "cashless_report", "key": document_id, "document_id": document_id, "shop_id": SHOP,
           "day": DAY, "supplier_id": "", "paper_number": "", "paper_day": None, "digest": "d1"}  # fmt: skip
    return row | facts


def waybill(document_id: str, source: str = "Diadoc", **facts: Any) -> Row:
    """A staged waybill of the paper № 7 of 2 March; its waybill id is that of the document, with a `w` before it."""
    row = report(document_id, kind="waybill", supplier_id="s", paper_number="7", paper_day=date(2026, 3, 2))
    return row | {"sources": [source], "waybill_ids": [f"w{document_id}"]} | facts


def current(row: Row, **facts: Any) -> Row:
    """A staged document as it is in the books, with another digest unless the facts say so."""
    in_books = {"organization_inn": INN, "status": "new", "revision": 3, "digest": "d0"}
    return row | in_books | facts


def known(staged: list[Row], books: list[Row] | None = None, **others: Any) -> DocumentsSlice:
    """A slice of staged documents and of those in the books; `sources` and `waybill_ids` become rows."""
    origins = [
        {name: row[name] for name in frames.PLACE} | {"place": place, "source": source, "waybill_id": one}
        for row in staged
        for place, (source, one) in enumerate(zip(row.get("sources", []), row.get("waybill_ids", []), strict=True), 1)
    ]  # fmt: skip
    current_origins = [
        {"document_id": row["document_id"], name: one}
        for row in books or []
        for name, ones in (("source", row.get("sources", [])), ("waybill_id", row.get("waybill_ids", [])))
        for one in ones
    ]
    nothing = DocumentsSlice(
        organization_inn=INN,
        start_date=date(2026, 1, 1),
        closed_through=None,
        staged=frame(frames.STAGED, *staged),
        origins=frame(frames.ORIGINS, *origins),
        current=frame(frames.CURRENT, *(books or [])),
        current_origins=frame(frames.CURRENT_ORIGINS, *current_origins),
        questions=frame(frames.QUESTIONS),
        rejected=frame(frames.REJECTED),
        windows=frame(frames.WINDOWS, {"unit_id": SHOP, "first_day": date(2026, 3, 1), "end_day": date(2026, 4, 1)}),
    )
    return replace(nothing, **others)


def documents(slice_: DocumentsSlice) -> dict[str, Row]:
    """The decided documents by id."""
    decided = decide_documents(slice_).documents
    assert dict(decided.dtypes.astype(str)) == dict(frames.DOCUMENTS.columns)
    assert decided["document_id"].is_unique
    return {row["document_id"]: row for row in decided.to_dict("records")}


def verdicts(slice_: DocumentsSlice) -> dict[str, str]:
    return {document_id: row["verdict"] for document_id, row in documents(slice_).items()}


def test_nothing_staged_is_nothing_decided() -> None:
    decided = decide_documents(known([]))
    assert decided.documents.empty
    assert decided.answers.empty


# --- the verdict, in order of precedence

ACCEPTED = {"status": "accepted"}


@pytest.mark.parametrize(
    ("staged", "books", "others", "verdict"),
    [
        # Nothing in the books.
        ({}, None, {}, "new"),
        ({}, None, {"start_date": DAY}, "new"),
        ({}, None, {"start_date": date(2026, 3, 6)}, "before_start"),
        ({}, None, {"closed_through": date(2026, 3, 4)}, "new"),
        ({}, None, {"closed_through": DAY}, "closed"),
        ({}, None, {"closed_through": DAY, "start_date": date(2026, 3, 6)}, "before_start"),
        # In the books, not accepted.
        ({}, {}, {}, "changed"),
        ({}, {"digest": "d1"}, {}, "unchanged"),
        ({}, {}, {"start_date": date(2026, 3, 6)}, "changed"),
        # Accepted or rejected.
        ({}, ACCEPTED, {}, "conflict"),
        ({}, {"status": "rejected"}, {}, "conflict"),
        ({}, ACCEPTED | {"digest": "d1"}, {}, "unchanged"),
        # In a closed period: by its day in the books, or by the new one.
        ({}, {}, {"closed_through": DAY}, "closed"),
        ({}, {"digest": "d1"}, {"closed_through": DAY}, "unchanged"),
        ({}, ACCEPTED, {"closed_through": DAY}, "closed"),
        ({"day": date(2026, 3, 9)}, {"day": DAY}, {"closed_through": DAY}, "closed"),
        ({"day": DAY}, {"day": date(2026, 3, 9)}, {"closed_through": DAY}, "closed"),
        ({"day": date(2026, 3, 9)}, {"day": date(2026, 3, 9)}, {"closed_through": DAY}, "changed"),
        # Of another organisation that lists the shop too.
        ({}, {"organization_inn": OTHER_INN}, {}, "of_another"),
        ({}, {"organization_inn": OTHER_INN, "digest": "d1"}, {}, "of_another"),
        ({}, {"organization_inn": OTHER_INN} | ACCEPTED, {"closed_through": DAY}, "of_another"),
    ],
)
def test_a_report_is_decided_by_its_day_its_contents_and_its_status(
    staged: Row, books: Row | None, others: Row, verdict: str
) -> None:
    row = report(**staged)
    in_books = [] if books is None else [current(row, **books)]
    assert verdicts(known([row], in_books, **others)) == {"r1": verdict}


def test_what_is_current_comes_along_for_the_comparison_when_it_is_written() -> None:
    row = report()
    changed = documents(known([row], [current(row)]))["r1"]
    assert (changed["current_revision"], changed["current_digest"], changed["digest"]) == (3, "d0", "d1")
    assert (changed["shard"], changed["kind"], changed["key"]) == (0, "cashless_report", "r1")
    assert (changed["sources"], changed["waybill_ids"]) == ("{}", "{}")
    new = documents(known([row]))["r1"]
    assert pd.isna(new["current_revision"])
    assert pd.isna(new["current_digest"])


# --- papers: which waybills are one document


def test_waybills_of_one_paper_by_two_sources_are_one_document_with_the_contents_of_the_better() -> None:
    found = documents(known([waybill("a", "Manual", digest="m"), waybill("b", "Egais", digest="e")]))
    assert list(found) == ["b"]
    assert found["b"]["digest"] == "e"
    assert found["b"]["key"] == "b"
    assert found["b"]["sources"] == '{"Egais","Manual"}'
    assert found["b"]["waybill_ids"] == '{"wa","wb"}'


@pytest.mark.parametrize(
    ("better", "weaker"), [("Diadoc", "Egais"), ("Egais", "Mercury"), ("Mercury", "Manual"), ("Manual", "Newly")]
)
def test_sources_are_ranked_by_how_near_they_are_to_the_supplier(better: str, weaker: str) -> None:
    assert list(documents(known([waybill("a", weaker), waybill("b", better)]))) == ["b"]


def test_of_several_sources_the_first_is_that_of_the_contents() -> None:
    both = waybill("a", sources=["Manual", "Diadoc"], waybill_ids=["wa", "wx"], digest="m")
    found = documents(known([both, waybill("b", "Egais", digest="e")]))
    assert {one: row["digest"] for one, row in found.items()} == {"b": "e"}


def test_two_waybills_of_one_source_are_two_papers() -> None:
    assert set(documents(known([waybill("a"), waybill("b")]))) == {"a", "b"}


@pytest.mark.parametrize(
    "facts",
    [
        {"supplier_id": ""}, {"paper_number": ""}, {"paper_day": None}, {"shop_id": OTHER_SHOP},
        {"supplier_id": "t"}, {"paper_number": "8"}, {"paper_day": date(2026, 3, 3)},
    ],
)  # fmt: skip
def test_waybills_that_differ_in_shop_supplier_number_or_date_or_lack_one_are_two_papers(facts: Row) -> None:
    assert set(documents(known([waybill("a", "Manual", **facts), waybill("b")]))) == {"a", "b"}
    assert set(documents(known([waybill("a", "Manual", **facts), waybill("b", **facts)]))) == (
        {"b"} if all(facts.values()) else {"a", "b"}
    )


def test_a_waybill_keeps_its_document_by_its_own_id_first() -> None:
    row = waybill("a", waybill_ids=["w1"])
    books = [current(row, digest="d1"), current(waybill("b", waybill_ids=["w1"]), digest="d1")]
    assert verdicts(known([row], books)) == {"a": "unchanged"}


def test_a_waybill_that_is_one_of_a_documents_goes_to_that_document() -> None:
    merged = current(waybill("z", sources=["Diadoc", "Manual"], waybill_ids=["w0", "wa"], paper_number="8"))
    assert verdicts(known([waybill("a", "Manual")], [merged])) == {"z": "unchanged"}


def test_of_two_documents_with_its_waybill_the_first_by_id_is_taken() -> None:
    books = [current(waybill(one, waybill_ids=["wa"]), digest="d1") for one in ("z", "y")]
    assert verdicts(known([waybill("a")], books)) == {"y": "unchanged"}


def test_a_waybill_of_another_organisation_is_not_looked_for() -> None:
    other = current(waybill("z", "Manual", waybill_ids=["wa"]), organization_inn=OTHER_INN)
    assert verdicts(known([waybill("a")], [other])) == {"a": "new"}


def test_a_paper_in_the_books_is_recognised_by_another_source_and_not_by_the_same_one() -> None:
    by_hand = current(waybill("z", "Manual", digest="d0"))
    found = documents(known([waybill("a", "Diadoc")], [by_hand]))
    assert found["z"]["verdict"] == "changed"
    assert found["z"]["sources"] == '{"Diadoc","Manual"}'
    assert found["z"]["waybill_ids"] == '{"wa","wz"}'
    assert verdicts(known([waybill("a", "Manual")], [by_hand])) == {"a": "new"}


def test_of_two_papers_in_the_books_the_first_by_id_is_taken() -> None:
    books = [current(waybill(one, "Manual")) for one in ("z", "y")]
    assert verdicts(known([waybill("a")], books)) == {"y": "changed"}


@pytest.mark.parametrize(
    "facts", [{"shop_id": OTHER_SHOP}, {"supplier_id": "t"}, {"paper_number": "8"}, {"paper_day": None}]
)
def test_a_paper_in_the_books_with_another_shop_supplier_number_or_date_is_another(facts: Row) -> None:
    assert verdicts(known([waybill("a")], [current(waybill("z", "Manual", **facts))])) == {"a": "new"}


def test_waybills_without_a_date_are_not_the_same_paper_in_the_books() -> None:
    undated = {"paper_day": None}
    assert verdicts(known([waybill("a", **undated)], [current(waybill("z", "Manual", **undated))])) == {"a": "new"}


def test_a_second_waybill_by_hand_is_not_lost_in_a_document_that_has_one() -> None:
    books = [current(waybill("b", sources=["Diadoc", "Manual"], waybill_ids=["wb", "w1"]), digest="d1")]
    assert verdicts(known([waybill("a", "Manual"), waybill("b")], books)) == {"a": "new", "b": "unchanged"}


# --- joined: another source of contents that stay


def test_a_weaker_source_of_a_paper_joins_and_does_not_change_it() -> None:
    found = documents(known([waybill("a", "Manual")], [current(waybill("z", "Diadoc"))]))
    assert found["z"]["verdict"] == "joined"
    assert (found["z"]["sources"], found["z"]["waybill_ids"]) == ('{"Diadoc","Manual"}', '{"wa","wz"}')


def test_a_source_that_is_known_already_joins_nothing() -> None:
    both = current(waybill("z", sources=["Diadoc", "Manual"], waybill_ids=["wz", "wa"]))
    assert verdicts(known([waybill("a", "Manual")], [both])) == {"z": "unchanged"}


def test_a_new_waybill_id_of_known_sources_joins() -> None:
    row = waybill("a", sources=["Diadoc", "Manual"], waybill_ids=["wa", "w9"], digest="d0")
    assert verdicts(known([row], [current(row, waybill_ids=["wa"])])) == {"a": "joined"}


def test_an_accepted_waybill_is_not_questioned_by_another_sources_copy() -> None:
    accepted = current(waybill("z", "Manual"), **ACCEPTED)
    assert verdicts(known([waybill("a", "Diadoc")], [accepted])) == {"z": "joined"}
    same_id = current(waybill("z", "Manual", waybill_ids=["wz", "wa"]), **ACCEPTED)
    assert verdicts(known([waybill("a", "Diadoc")], [same_id])) == {"z": "conflict"}


def test_a_better_source_changes_a_document_that_is_still_new() -> None:
    assert verdicts(known([waybill("a", "Egais")], [current(waybill("z", "Mercury"))])) == {"z": "changed"}


# --- questions


def question(document_id: str = "r1", **facts: Any) -> Row:
    row = {"decision_id": 5, "document_id": document_id, "is_open": True, "current_digest": "d0",
           "proposed_digest": "d1"}  # fmt: skip
    return row | facts


def asked(status: str, *questions: Row, **staged: Any) -> tuple[str | None, list[tuple[int, str]]]:
    """Of a report with this status in the books: the new question, and the answers to those before."""
    row = report(**staged)
    slice_ = known([row], [current(row, status=status, digest="d0")], questions=frame(frames.QUESTIONS, *questions))
    decided = decide_documents(slice_)
    (new,) = decided.documents["question"]
    return None if pd.isna(new) else new, [tuple(row) for row in decided.answers.itertuples(index=False)]


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_person_is_asked_about_what_was_accepted_or_rejected(status: str) -> None:
    assert asked(status) == (f"market_{status}_document_changed", [])


def test_nobody_is_asked_about_a_document_that_is_still_new() -> None:
    assert asked("new") == (None, [])


def test_the_same_question_is_not_asked_twice() -> None:
    assert asked("accepted", question()) == (None, [])


def test_a_question_about_other_contents_is_superseded() -> None:
    new, answers = asked("accepted", question(proposed_digest="d9"))
    assert new is not None
    assert answers == [(5, "superseded")]


def test_a_question_whose_contents_are_unknown_is_superseded() -> None:
    new, answers = asked("accepted", question(proposed_digest=None))
    assert new is not None
    assert answers == [(5, "superseded")]


@pytest.mark.parametrize(("status", "digest"), [("accepted", "d0"), ("new", "d0"), ("new", "d1")])
def test_a_question_that_market_answers_itself_is_withdrawn(status: str, digest: str) -> None:
    assert asked(status, question(), digest=digest) == (None, [(5, "withdrawn")])


def test_a_question_about_a_document_that_is_not_of_the_batch_stays() -> None:
    assert asked("accepted", question("r2"))[1] == []


KEPT = {"is_open": False, "resolution": "keep-market"}


@pytest.mark.parametrize(
    ("facts", "is_asked"),
    [
        ({}, False),
        ({"proposed_digest": "d9"}, True),
        ({"current_digest": "d9"}, True),
        ({"document_id": "r2"}, True),
        ({"resolution": "reverse"}, True),
        ({"resolution": None}, True),
        ({"proposed_digest": None}, True),
        ({"current_digest": None}, True),
    ],
)
def test_contents_that_a_person_has_refused_are_not_asked_about_again(facts: Row, is_asked: bool) -> None:
    new, answers = asked("accepted", question(**KEPT | facts))
    assert (new is not None) == is_asked
    assert answers == []


# --- reports of days that may lack a cheque


@pytest.mark.parametrize(
    ("rejected", "is_filed"),
    [
        ({"day": DAY}, False),
        ({"day": DAY, "kind": "page"}, False),
        ({"day": DAY, "kind": "waybill"}, True),
        ({"day": date(2026, 3, 6)}, True),
        ({"day": DAY, "unit_id": OTHER_SHOP}, True),
        ({"day": None}, False),
        ({"day": None, "unit_id": OTHER_SHOP}, True),
        ({"day": None, "unit_id": None}, False),
        ({"day": date(2026, 3, 6), "unit_id": None}, False),
        # Days that the answers are of, and days that nobody asked for.
        ({"day": date(2026, 2, 27)}, True),
        ({"day": date(2026, 2, 26)}, False),
        ({"day": date(2026, 4, 2)}, True),
        ({"day": date(2026, 4, 3)}, False),
    ],
)
def test_a_report_of_a_day_that_may_lack_a_cheque_is_not_filed(rejected: Row, is_filed: bool) -> None:
    row = {"unit_id": SHOP, "kind": "cheque"} | rejected
    assert bool(documents(known([report()], rejected=frame(frames.REJECTED, row)))) == is_filed


def test_a_waybill_is_filed_whatever_cheques_are_rejected() -> None:
    row = {"unit_id": SHOP, "kind": "cheque", "day": None}
    slice_ = known([waybill("a"), report()], rejected=frame(frames.REJECTED, row))
    assert verdicts(slice_) == {"a": "new"}


def test_a_day_is_asked_for_where_any_window_of_the_shop_has_it() -> None:
    windows = frame(
        frames.WINDOWS,
        {"unit_id": SHOP, "first_day": date(2026, 3, 1), "end_day": date(2026, 4, 1)},
        {"unit_id": SHOP, "first_day": date(2026, 1, 1), "end_day": date(2026, 2, 1)},
    )
    row = {"unit_id": SHOP, "kind": "cheque", "day": date(2026, 1, 15)}
    assert documents(known([report()], windows=windows, rejected=frame(frames.REJECTED, row)))


# --- arrays


def test_names_with_quotes_commas_and_backslashes_stay_what_they_are() -> None:
    row = waybill("a", sources=['o"d,d\\'], waybill_ids=["{1,2}"])
    assert documents(known([row]))["a"]["sources"] == '{"o\\"d,d\\\\"}'
    assert documents(known([row]))["a"]["waybill_ids"] == '{"{1,2}"}'


# --- what is never missing

OPTIONAL = {
    "staged": {"paper_day"},
    "current": {"paper_day"},
    "current_origins": {"source", "waybill_id"},
    "questions": {"resolution", "current_digest", "proposed_digest"},
    "rejected": {"unit_id", "day"},
}
NEVER_MISSING = [
    (name, column)
    for name in ("staged", "origins", "current", "current_origins", "questions", "rejected", "windows")
    for column in getattr(frames, name.upper()).columns
    if column not in OPTIONAL.get(name, ())
]


@pytest.mark.parametrize(("name", "column"), NEVER_MISSING)
def test_a_value_that_is_never_missing_is_an_error_where_it_is(name: str, column: str) -> None:
    schema: Schema = getattr(frames, name.upper())
    full: Row = {"string": "x", "Int64": 1, "boolean": True, "datetime64[us]": DAY}
    row = {one: full[kind] for one, kind in schema.columns.items()} | {column: None}
    with pytest.raises(BrokenPromise, match=f"{name} has 1 rows without {column}"):
        decide_documents(replace(known([]), **{name: frame(schema, row)}))


def test_a_document_that_is_staged_twice_is_an_error() -> None:
    with pytest.raises(BrokenPromise, match="staged twice"):
        decide_documents(known([report(), report()]))


# --- many at once


def test_documents_of_many_shops_and_kinds_do_not_mix() -> None:
    staged = [
        report("r1"),
        report("r2", kind="sales_report"),
        report("r3", shop_id=OTHER_SHOP),
        waybill("a", "Diadoc"),
        waybill("b", "Manual"),
        waybill("c", "Manual", shop_id=OTHER_SHOP),
    ]
    books = [current(report("r2", kind="sales_report"), **ACCEPTED), current(report("r3", shop_id=OTHER_SHOP))]
    assert verdicts(known(staged, books)) == {
        "r1": "new", "r2": "conflict", "r3": "changed", "a": "new", "c": "new",
    }  # fmt: skip


def test_the_order_of_rows_decides_nothing() -> None:
    staged = [waybill("a", "Manual"), waybill("b", "Egais"), waybill("c", "Egais"), report("r1"), report("r2")]
    books = [current(report("r1")), current(report("r2"), **ACCEPTED)]
    backwards = known(staged[::-1], books[::-1])
    assert documents(backwards) == documents(known(staged, books))
