"""The JSON API: what it returns is what the warehouse has, to whom it may be shown, and it decides as the pages do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest

from docs.generate import api as description
from docs.generate.__main__ import REFERENCE
from smena.decisions.conflicts import open_decisions
from smena.model.answers import WORDS
from smena.model.outcome import Outcome
from smena.reads.documents import KINDS, SOURCES, STATUSES
from smena.reads.events import TYPES
from smena.reads.standing import standings
from smena.ui.api import models
from tests.integration.api.client import PLACE, Program, schema_app
from tests.integration.api.conftest import OpenProgram
from tests.integration.decisions.deciding import FIRST, MORE, Office
from tests.town import Town

PATHS = ("/documents", "/decisions", "/standing", "/events", "/openapi.json")


def of(town: Town, inn: str) -> set[str]:
    return {str(row["document_id"]) for row in town.table("accounting.document", "1") if row["organization_inn"] == inn}


def own_sale(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order of sales of the first organisation and day, and its shift."""
    order = next(
        one for one in office.town.orders()
        if (one["organization_inn"], one["operation"], one["date"]) == (office.town.inn, "cash_income", FIRST)
    )  # fmt: skip
    return order, office.shift_of(order)


# --- who sees what


@pytest.mark.parametrize("path", [*PATHS, "/shifts?inn=9600000001", "/nowhere"])
def test_without_a_token_nothing_is_shown(program: OpenProgram, path: str) -> None:
    answer = program(None).client.get(f"{PLACE}/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_token_and_a_cookie_alone_are_refused(town: Town, path: str) -> None:
    anna = Program(town.context, "anna")
    refused = anna.client.get(f"{PLACE}/v1{path}", headers={"Authorization": "Bearer somebody"})
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    cookie = anna.client.get(f"{PLACE}/v1{path}", headers={"Authorization": "", "Cookie": "_token=anna"})
    assert cookie.status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_who_may_not_see_the_pages_sees_nothing_here(program: OpenProgram, path: str) -> None:
    assert program("anna", may_look=False, may_act=False).get(path).status_code == 403


def test_each_sees_own_organisations_by_every_path(program: OpenProgram, town: Town) -> None:
    own, other = town.inns
    anna, auditor, nobody = program("anna"), program("auditor"), program("vera")
    assert {one["document_id"] for one in anna.every("/documents", limit=7)} == of(town, own)
    assert {one["document_id"] for one in auditor.every("/documents")} == of(town, own) | of(town, other)
    assert nobody.every("/documents") == []
    for path in ("/documents", "/shifts", "/decisions", "/standing", "/events"):
        refused = anna.get(path, inn=other)
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:smena:problem:not_found")
        assert refused.json() == anna.get(path, inn="9628168971").json()
        assert other not in anna.get(path, inn=own).text
    their_document, their_shift = (
        next(iter(of(town, other))),
        town.sql("select shift_id::text from accounting.shift where organization_inn = %s limit 1", other)[0][0],
    )
    assert anna.get(f"/documents/{their_document}").status_code == 404
    assert anna.get(f"/shifts/{their_shift}").status_code == 404
    assert auditor.get(f"/documents/{their_document}").status_code == 200
    answer = anna.post("/document-statuses", documents=[their_document], status="accepted")
    assert answer.status_code == 404
    assert {row["organization_inn"] for row in anna.read("/events")["items"]} == {own}
    assert {row["organization_inn"] for row in anna.every("/standing")} == {own}


def test_a_viewer_changes_nothing(program: OpenProgram, town: Town) -> None:
    one = next(iter(of(town, town.inns[0])))
    viewer = program("anna", may_act=False)
    assert viewer.post("/document-statuses", documents=[one], status="accepted").status_code == 403
    assert viewer.post("/decisions/1/answer", answer="both", reason="x").status_code == 403
    assert {row["status"] for row in town.table("accounting.document", "1")} == {"new"}


# --- what it returns


def test_a_document_is_the_row_of_the_warehouse(program: OpenProgram, town: Town) -> None:
    rows = {str(row["document_id"]): row for row in town.table("accounting.document", "1")}
    for shown in program("auditor").every("/documents", limit=100, order="asc"):
        row = rows.pop(shown["document_id"])
        assert shown["amount"] == f"{row['amount']:.2f}"
        assert isinstance(shown["number"], str)
        for name in ("number", "kpp", "kind", "status", "source", "basis", "debit_account", "revision", "batch_id"):
            assert shown[name] == row[name]
        assert shown["date"] == row["date"].isoformat()
        assert shown["shift_id"] == str(row["shift_id"])
    assert rows == {}


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_of_any_size_join_to_the_whole_list(program: OpenProgram, order: str) -> None:
    auditor = program("auditor")
    whole = auditor.read("/documents", limit=500, order=order)
    assert whole["next"] is None
    assert len({one["document_id"] for one in whole["items"]}) == len(whole["items"]) > 20
    for limit in (1, 3, len(whole["items"])):
        assert auditor.every("/documents", limit=limit, order=order) == whole["items"]
    days = [one["date"] for one in whole["items"]]
    assert days == sorted(days, reverse=order == "desc")


def test_filters_narrow_the_list(program: OpenProgram, town: Town) -> None:
    anna = program("anna")
    rows = [row for row in town.table("accounting.document", "1") if row["organization_inn"] == town.inns[0]]
    day = FIRST.isoformat()
    shown = anna.every("/documents", from_=day, to=day, kind="pko")
    assert (
        {one["document_id"] for one in shown}
        == {str(row["document_id"]) for row in rows if row["date"] == FIRST and row["kind"] == "pko"}
        != set()
    )
    assert anna.every("/documents", status="accepted") == []
    assert anna.every("/documents", from_="2026-02-02", to="2026-02-01") == []
    assert {one["number"] for one in anna.every("/documents", number="3")} == {"3"}


def test_one_document_has_its_history_and_its_evidence(program: OpenProgram, office: Office) -> None:
    anna, (order, shift) = program("anna"), own_sale(office)
    office.report_changed(shift, MORE)
    office.load_again()
    shown = anna.read(f"/documents/{order['document_id']}")
    assert shown["document"]["revision"] == 2
    assert Decimal(shown["document"]["amount"]) == order["amount"] + Decimal(MORE) / 100
    assert [one["amount"] for one in shown["history"]] == [f"{order['amount']:.2f}"]
    assert shown["evidence"] and all(len(one["sha256"]) == 64 for one in shown["evidence"])
    assert shown["page"] == f"/smena/documents/{order['document_id']}"


def test_a_shift_has_local_times_orders_and_sums(program: OpenProgram, town: Town) -> None:
    anna, inn = program("anna"), town.inns[0]
    rows = {str(row["shift_id"]): row for row in town.shifts() if row["organization_inn"] == inn}
    shown = anna.every("/shifts", inn=inn, limit=3)
    assert [one["shift_id"] for one in shown] == [
        one["shift_id"] for one in sorted(shown, key=lambda one: (one["closed_at"], one["shift_id"]))
    ]
    assert len(shown) == len(rows)
    for one in shown:
        row = rows[one["shift_id"]]
        assert one["closed_at"] == row["closed_at"].isoformat(timespec="seconds")
        assert one["fiscal_drive_number"] == row["fiscal_drive_number"]
        assert one["cash_income"] == f"{row['cash_income']:.2f}"
    orders = {str(order["shift_id"]): str(order["document_id"]) for order in town.orders()}
    with_order = next(one["shift_id"] for one in shown if one["shift_id"] in orders)
    whole = anna.read(f"/shifts/{with_order}")
    assert whole["shift"] == next(one for one in shown if one["shift_id"] == with_order)
    assert orders[with_order] in {one["document_id"] for one in whole["orders"]}
    assert anna.get(f"/shifts/{orders[with_order]}").status_code == 404
    issued = anna.every("/shifts", inn=inn, outcome="issued", from_=FIRST.isoformat(), to=FIRST.isoformat())
    assert {one["outcome"] for one in issued} == {"issued"}


def test_standing_is_what_the_read_model_says(program: OpenProgram, town: Town) -> None:
    auditor = program("auditor")
    shown = {one["organization_inn"]: one for one in auditor.every("/standing", limit=1)}
    assert sorted(shown) == sorted(town.inns)
    for row in standings(town.warehouse, town.context.now()):
        (integration,) = shown[row.organization_inn]["integrations"]
        assert integration["covered_days"] == row.covered_days > 0
        assert integration["lag_days"] == row.lag_days
        assert shown[row.organization_inn]["waiting"] is None
        (alone,) = auditor.every("/standing", inn=row.organization_inn)
        assert alone["integrations"] == [integration]
        waits = {one["what"]: one for one in alone["waiting"]}
        assert waits["not_accepted"]["count"] > 0


def test_events_of_the_api_rebuild_the_documents(program: OpenProgram, office: Office) -> None:
    auditor, copy, after = program("auditor"), {}, ""
    order, shift = own_sale(office)
    office.report_changed(shift, MORE)
    office.load_again()
    office.accept(office.order(order["document_id"]))
    office.close(FIRST)
    while True:
        page = auditor.read("/events", after=after, limit=11)
        copy |= {one["document"]["document_id"]: one["document"] for one in page["items"] if one["document"]}
        after = page["next"]
        if not page["has_more"]:
            break
    assert copy == {one["document_id"]: one for one in auditor.every("/documents")}
    assert (page["items"][-1]["type"], page["items"][-1]["closed_through"]) == ("period_closed", FIRST.isoformat())
    again = auditor.read("/events", after=after)
    assert again == {"items": [], "next": after, "has_more": False}


# --- what it changes


def conflict(office: Office) -> dict[str, Any]:
    order, shift = own_sale(office)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    (waiting,) = office.waiting()
    return waiting


def test_a_decision_is_answered_by_the_rule_of_the_page(program: OpenProgram, office: Office) -> None:
    waiting, anna, boris = conflict(office), program("anna"), program("boris")
    (shown,) = anna.every("/decisions")
    assert shown == anna.read(f"/decisions/{waiting['decision_id']}")
    assert shown["choices"] == list(waiting["choices"]) == ["keep-ofd", "reverse"]
    assert Decimal(shown["proposed"]["cash_income"]) - Decimal(shown["current"]["cash_income"]) == Decimal(MORE) / 100
    path = f"/decisions/{waiting['decision_id']}/answer"
    assert boris.post(path, answer="reverse", reason="x").status_code == 404
    assert anna.post(path, answer="both", reason="x").status_code == 409
    assert anna.post(path, answer="reverse", reason="  ").status_code == 422
    assert anna.post(path, answer="perhaps", reason="x").status_code == 422
    assert len(open_decisions(office.town.warehouse)) == 1

    done = anna.post(path, answer="reverse", reason="counted again")
    assert done.status_code == 200
    answered = done.json()
    assert (answered["decision"]["resolved_by"], answered["decision"]["resolution"]) == ("anna", "reverse")
    (gone,), (issued,) = answered["reversed"], answered["issued"]
    assert office.order(gone)["status"] == "reversed"
    assert office.order(issued)["status"] == "new"
    again = anna.post(path, answer="keep-ofd", reason="x")
    assert (again.status_code, again.json()["type"]) == (409, "urn:smena:problem:answered_already")
    assert [(one["answer"], one["by"]) for one in again.json()["answers"]] == [("reverse", "anna")]


def test_documents_are_marked_all_or_none(program: OpenProgram, town: Town, office: Office) -> None:
    anna, ids = program("anna"), sorted(of(town, town.inns[0]))[:3]
    assert anna.post("/document-statuses", documents=ids, status="rejected").status_code == 422
    done = anna.post("/document-statuses", documents=ids, status="accepted")
    assert done.json() == {"status": "accepted", "changed": 3}
    assert {office.order(one)["status_by"] for one in ids} == {"anna"}
    more = [*ids, sorted(of(town, town.inns[0]))[3]]
    refused = anna.post("/document-statuses", documents=more, status="rejected", reason="x")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:smena:problem:answered_already")
    assert anna.post("/document-statuses", documents=ids, status="new", reason="too early").json()["changed"] == 3


# --- what is wrong


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/documents", {"limit": 0}),
        ("/documents", {"limit": 501}),
        ("/documents", {"after": "x"}),
        ("/documents", {"after": "9999_6f1c1f5e-0000-0000-0000-00000000000g_1"}),
        ("/documents", {"from": "2026-02-30"}),
        ("/documents", {"from": "1767225600"}),
        ("/documents", {"inn": "1; drop table"}),
        ("/documents", {"number": "a\0b"}),
        ("/documents", {"kind": "invoice"}),
        ("/documents/not-an-id", {}),
        ("/shifts", {}),
        ("/decisions/0", {}),
        ("/decisions/99999999999999999999", {}),
        ("/events", {"after": "5"}),
        ("/events", {"after": "1-99999999999999999999"}),
        ("/standing", {"limit": 41}),
    ],
)
def test_a_wrong_value_is_a_problem_that_does_not_repeat_it(
    program: OpenProgram, path: str, query: dict[str, Any]
) -> None:
    answer = program("anna").client.get(f"{PLACE}/v1{path}", params=query)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 422
    assert "drop table" not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 60_000, 422),
        (b'{"documents": [], "status": "accepted"}', 422),
        (b"\xff\xfe", 422),
        (b"x" * 70_000, 413),
    ],
    ids=["empty", "cut", "deep", "no documents", "no text", "too large"],
)
def test_a_wrong_body_is_a_problem(program: OpenProgram, body: bytes, status: int) -> None:
    answer = program("anna").client.post(
        f"{PLACE}/v1/document-statuses", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_form_of_another_site_is_refused_without_being_read(program: OpenProgram) -> None:
    nobody = program(None).client.post(
        f"{PLACE}/v1/document-statuses", content=b"x" * 10**6, headers={"Origin": "https://elsewhere.example"}
    )
    assert nobody.status_code == 401


def test_what_is_not_there_and_what_is_not_allowed(program: OpenProgram) -> None:
    anna = program("anna")
    assert anna.get("/nowhere").status_code == 404
    deleted = anna.client.delete(f"{PLACE}/v1/documents")
    assert (deleted.status_code, deleted.headers["Allow"]) == (405, "GET")
    assert deleted.json()["type"] == "urn:smena:problem:method_not_allowed"
    assert "Set-Cookie" not in deleted.headers
    assert deleted.headers["X-Content-Type-Options"] == "nosniff"


def test_the_description_is_served_and_every_route_wants_a_token(program: OpenProgram, town: Town) -> None:
    schema = program("anna").read("/openapi.json")
    assert schema == schema_app(town.context).openapi()
    assert schema["servers"] == [{"url": "/smena/api"}]
    for way in schema["paths"].values():
        for operation in way.values():
            assert {"HTTPBearer": []} in operation["security"]
            assert {"401", "403", "422", "500", "503"} <= operation["responses"].keys()


def test_the_committed_description_is_the_served_one() -> None:
    assert (REFERENCE / "openapi.json").read_text(encoding="utf-8") == description.page()


def test_the_words_of_the_description_are_those_of_the_warehouse() -> None:
    assert get_args(models.EventType) == TYPES
    assert get_args(models.Kind) == KINDS
    assert get_args(models.Status) == STATUSES
    assert get_args(models.Source) == SOURCES
    assert get_args(models.AnswerWord) == WORDS
    assert get_args(models.OutcomeWord) == tuple(Outcome)
