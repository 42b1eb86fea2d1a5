"""Requests without a login, with too few rights, for another's organisation; forged, stale and too large ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from smena.ui.app import fastapi_app
from smena.ui.csrf import FormTokens
from tests.integration.mandate_office import INN, OTHER
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

UNKNOWN = "9628168971"
A_DOCUMENT = "94afc13f-3522-dd5d-9363-c0e4a96f0a1a"


def routes() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every route there is, as a method, a path, and what it declares of a query."""
    app = fastapi_app(lambda: pytest.fail("nobody may come this far"), "secret")
    pending: list[Any] = list(app.routes)
    while pending:
        route = pending.pop(0)
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path, tuple(one.alias for one in route.dependant.query_params)
        else:
            pending += getattr(getattr(route, "original_router", None), "routes", [])


ROUTES = sorted({(method, path) for method, path, _ in routes()})
GETS = [path for method, path in ROUTES if method == "GET"]
# What takes an ИНН as a filter; the first two read the query themselves.
BY_FILTER = sorted(
    {"/documents", "/decisions", *(path for method, path, query in routes() if method == "GET" and "inn" in query)}
)
PAGES = [path for path in GETS if "{" not in path and path not in ("/", "/run", "/door", "/documents/print/orders.pdf")]


def filled(path: str, inn: str = INN, decision: int = 1) -> str:
    fields = {"inn": inn, "product": "ofd", "day": "2026-01-02", "document_id": A_DOCUMENT,
              "decision_id": str(decision), "name": "pages.css", "link_id": "1", "quarantine_id": "1", "batch_id": "1",
              "movement_id": "1", "certificate_id": "1", "route_id": "1"}  # fmt: skip
    fields["form"] = "json" if "certificate" in path else "csv"
    return re.sub(r"\{(\w+)\}", lambda found: fields[found[1]], path)


def test_every_page_and_every_action_is_among_the_routes() -> None:
    assert {"GET", "POST"} == {method for method, _ in ROUTES}
    assert len(ROUTES) >= 26
    assert ("POST", "/decisions/resolve") in ROUTES


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_login_every_route_refuses(unloaded_browser: OpenBrowser, method: str, path: str) -> None:
    answer = unloaded_browser(None).client.request(method, f"/smena{filled(path)}")
    assert answer.status_code == 401
    assert "Нужно войти" in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_may_not_see_the_dag_sees_nothing(unloaded_browser: OpenBrowser, method: str, path: str) -> None:
    anna = unloaded_browser("anna", may_look=False, may_act=False)
    assert anna.client.request(method, f"/smena{filled(path)}").status_code == 403


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
def test_a_viewer_may_change_nothing(unloaded_browser: OpenBrowser, path: str) -> None:
    answer = unloaded_browser("anna", may_act=False).post(
        filled(path), token="", word="accepted", document=A_DOCUMENT, start_date="2026-01-01", reason="x"
    )
    assert answer.status_code == 403
    assert "Решать может тот" in answer.text


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
@pytest.mark.parametrize(
    "forged",
    [
        {"token": ""},
        {"token": "1.00"},
        {"token": FormTokens("another secret").seal("session", "anna")},
        {"headers": {"Origin": "https://elsewhere.example"}},
        {"headers": {"Origin": "null"}},
    ],
    ids=["no token", "a made-up token", "a token of another house", "another site", "a site that hides"],
)
def test_a_form_that_is_not_of_our_page_does_nothing(
    unloaded_browser: OpenBrowser, path: str, forged: dict[str, Any]
) -> None:
    answer = unloaded_browser("anna").post(
        filled(path), word="accepted", document=A_DOCUMENT, start_date="2026-01-01", reason="x", **forged
    )
    assert answer.status_code == 403


def test_a_form_of_another_person_or_another_session_does_nothing(browser: OpenBrowser, town: Town) -> None:
    stolen = browser("boris").token()
    anna = browser("anna")
    order = next(one for one in town.orders() if one["organization_inn"] == town.inns[0])
    form = {"word": "accepted", "document": str(order["document_id"])}
    path = f"/documents/{town.inns[0]}/mark"
    assert anna.post(path, token=stolen, **form).status_code == 403
    own = anna.token()
    anna.client.cookies.clear()
    assert anna.post(path, token=own, **form).status_code == 403
    assert anna.post(path, **form).status_code == 200  # the page that asks first


def test_a_form_is_good_for_eight_hours() -> None:
    seals = FormTokens("secret")
    token = seals.seal("session", "anna", now=1_000_000)
    assert seals.is_sealed(token, "session", "anna", now=1_000_000 + 8 * 3600 - 2)
    assert not seals.is_sealed(token, "session", "anna", now=1_000_000 + 8 * 3600 + 2)
    assert not seals.is_sealed(token, "session", "anna", now=1_000_000 - 60)
    assert not seals.is_sealed(token, "", "anna", now=1_000_000)


def test_a_body_is_bounded(unloaded_browser: OpenBrowser) -> None:
    answer = unloaded_browser("anna").post(f"/documents/{INN}/mark", word="accepted", reason="x" * 300_000)
    assert answer.status_code == 413


def test_every_answer_forbids_what_no_page_of_ours_does(unloaded_browser: OpenBrowser) -> None:
    anna = unloaded_browser("anna")
    for answer in (
        anna.get("/completeness"),
        anna.get("/nowhere"),
        anna.get("/static/pages.js"),
        unloaded_browser(None).get("/"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    cookie = anna.client.cookies.jar
    assert [(one.name, one.path) for one in cookie] == [("smena_desk", "/smena")]
    first = unloaded_browser("boris").get("/completeness").headers["Set-Cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Strict" in first


def test_the_pages_are_the_listed_ones() -> None:
    month = {"/month", "/cash", "/journal", "/certificates", "/settings", "/settings/accounts"}
    assert set(PAGES) >= {"/today", "/completeness", "/documents", "/decisions", "/links", "/quality", *month}
    assert set(BY_FILTER) >= {"/today", "/documents", "/decisions", "/links", "/quality", *month}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_script_or_a_style_of_its_own(unloaded_browser: OpenBrowser, path: str) -> None:
    page = unloaded_browser("anna", may_administer=True).page(path)
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/smena/static/pages.js" defer>']
    assert not re.search(r"<style|\son\w+=|style=", page)


@pytest.mark.parametrize("path", ["/completeness/{inn}", "/completeness/{inn}/{day}", "/integrations/{inn}/{product}",
                                  "/documents/{inn}/export.{form}", "/journal/{inn}/journal.csv",
                                  "/journal/{inn}/journal.pdf"])  # fmt: skip
def test_a_users_own_organisation_is_found(unloaded_browser: OpenBrowser, path: str) -> None:
    """Otherwise it would mean nothing that another's is not found."""
    assert unloaded_browser("anna").get(filled(path)).status_code == 200


# What every action takes; what an action does not know, it does not read.
FORM = {
    "word": "wages", "reason": "x", "confirmed": "", "scope": "filter", "document": A_DOCUMENT, "kpp": "960101001",
    "day": "2026-01-02", "first_day": "2026-01-02", "last_day": "2026-01-02", "through": "2026-01-02",
    "start_date": "2026-01-02", "from": "2026-01-02", "amount": "1", "account": "70", "name": "x", "cashier": "x",
    "operation": "cash_income", "debit": "50.02", "credit": "90.01", "refunds": "net", "cashbox": "x",
    "kkt_reg_id": "0000000000000001", "record": "1", "contents": "Дата;Движение;Сумма\n02.01.2026;Инкассация;1",
}  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if "{inn}" in one[1]])
def test_another_organisation_is_not_found(unloaded_browser: OpenBrowser, method: str, path: str) -> None:
    anna = unloaded_browser("anna", may_administer=True)

    def asked(inn: str) -> Response:
        form = FORM | {"word": "accepted"} if path.endswith("/mark") else FORM
        return (
            anna.get(filled(path, inn), day="2026-01-02") if method == "GET" else anna.post(filled(path, inn), **form)
        )

    refused, unknown = asked(OTHER), asked(UNKNOWN)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert without_token(refused.text) == without_token(unknown.text).replace(UNKNOWN, OTHER)


def without_token(page: str) -> str:
    return re.sub(r'name="token" value="[^"]*"', "", page)


@pytest.mark.parametrize("path", BY_FILTER)
def test_another_organisation_is_not_found_by_a_filter_either(unloaded_browser: OpenBrowser, path: str) -> None:
    assert unloaded_browser("anna").get(path, inn=OTHER).status_code == 404
    assert unloaded_browser("anna").get(path, inn=UNKNOWN).status_code == 404
    page = unloaded_browser("anna").page(path)
    assert INN in page
    assert OTHER not in page


def test_orders_of_another_organisation_are_not_printed_among_ones_own(browser: OpenBrowser, town: Town) -> None:
    own, other = (
        str(next(one["document_id"] for one in town.orders() if one["organization_inn"] == inn)) for inn in town.inns
    )
    anna = browser("anna")
    assert anna.get("/documents/print/orders.pdf", document=own).status_code == 200
    for documents in ([other], [own, other], [A_DOCUMENT]):
        assert anna.get("/documents/print/orders.pdf", document=documents).status_code == 404


def test_without_grants_a_user_sees_nothing_and_reads_how_to_get_them(unloaded_browser: OpenBrowser) -> None:
    stranger = unloaded_browser("stranger")
    for path in ("/today", "/completeness", "/documents", "/quality", "/integrations"):
        page = stranger.page(path)
        assert "smena access grant --user stranger" in page
        assert not any(inn in page for inn in (INN, OTHER))


def test_a_user_with_every_grant_sees_every_organisation(unloaded_browser: OpenBrowser) -> None:
    for path in ("/today", "/completeness", "/documents", "/quality", "/integrations"):
        assert all(inn in unloaded_browser("auditor", may_act=False).page(path) for inn in (INN, OTHER))


HOSTILE = [
    "' or 1=1 --",
    '"><script>alert(1)</script>',
    "%",
    "\\",
    "\x00",
    "'; drop table accounting.shift; --",
    "ж" * 200,
]


# Pages that read the query themselves declare nothing of it.
READ_BY_THE_PAGE = {
    "/documents": ("inn", "from", "to", "kind", "status", "source", "kpp", "number", "sort", "order", "after", "key",
                   "done", "count"),
    "/decisions": ("inn", "about", "advice", "from", "to", "least", "most", "sort", "order", "page", "done", "count",
                   "answered"),
    "/quality": ("inn", "before", "before_difference", "done", "count", "left"),
    "/documents/{inn}/export.{form}": ("from", "to", "kind", "status", "source", "number"),
    "/today": ("inn", "lang"),
}  # fmt: skip
DECLARED = {path: query for method, path, query in routes() if method == "GET"}
FIELDS = sorted(
    {(path, field) for known in (READ_BY_THE_PAGE, DECLARED) for path, query in known.items() for field in query}
)


def test_the_fields_are_the_listed_ones() -> None:
    assert set(FIELDS) >= {
        ("/month", "month"), ("/month", "q"), ("/cash", "kpp"), ("/cash", "month"), ("/cash/{inn}/sheet.pdf", "day"),
        ("/journal", "from"), ("/journal/{inn}/journal.csv", "kpp"), ("/journal/{inn}/journal.pdf", "to"),
        ("/certificates", "inn"), ("/settings", "inn"), ("/settings/accounts", "done"), ("/settings/users", "done"),
        ("/documents/print/orders.pdf", "document"), ("/completeness", "after_name"), ("/integrations", "after"),
    }  # fmt: skip
    assert len(FIELDS) >= 80


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_what_is_written_into_a_field_stays_text(unloaded_browser: OpenBrowser, path: str, field: str) -> None:
    anna = unloaded_browser("anna", may_administer=True)
    known = {"/run": {"run_id": "x"}, "/cash/{inn}/sheet.pdf": {"day": "2026-01-02"}}.get(path, {})
    # These are of a document, a batch and a book that are not there.
    of_nothing = ("/documents/{document_id}", "/quality/batches/{batch_id}", "/cash/{inn}/sheet.pdf")
    statuses = (200, 400, 404) if path in of_nothing else (200, 400)
    for text in HOSTILE:
        answer = anna.get(filled(path), **(known | {field: text}))
        assert answer.status_code in statuses, text
        assert "<script>alert" not in answer.text, text
        assert "Янтарная" not in answer.text, text
        assert anna.get("/completeness").status_code == 200, text
