"""Who comes in: without a login, with too little right, for another's organisation; forged, stale, too large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from smena.ui.app import fastapi_app
from smena.ui.forgery import Forgery
from tests.integration.mandate_office import INN, OTHER
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

UNKNOWN = "9628168971"
A_DOCUMENT = "94afc13f-3522-dd5d-9363-c0e4a96f0a1a"


def routes() -> Iterator[tuple[str, str]]:
    """Every route there is, as a method and a path."""
    app = fastapi_app(lambda: pytest.fail("nobody may come this far"), "secret")
    pending: list[Any] = list(app.routes)
    while pending:
        route = pending.pop(0)
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path
        else:
            pending += getattr(getattr(route, "original_router", None), "routes", [])


ROUTES = sorted(set(routes()))


def filled(path: str, inn: str = INN, decision: int = 1) -> str:
    told = {"inn": inn, "product": "ofd", "day": "2026-01-02", "document_id": A_DOCUMENT, "decision_id": str(decision),
            "name": "desk.css", "form": "csv", "link_id": "1", "quarantine_id": "1", "batch_id": "1",
            "movement_id": "1", "certificate_id": "1"}  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: told[found[1]], path)


def test_every_page_and_every_action_is_among_the_routes() -> None:
    assert {"GET", "POST"} == {method for method, _ in ROUTES}
    assert len(ROUTES) >= 26
    assert ("POST", "/decisions/resolve") in ROUTES


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_comes_in_without_a_login(houses: OpenBrowser, method: str, path: str) -> None:
    answer = houses(None).client.request(method, f"/smena{filled(path)}")
    assert answer.status_code == 401
    assert "Нужно войти" in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_may_not_see_the_dag_sees_nothing(houses: OpenBrowser, method: str, path: str) -> None:
    anna = houses("anna", may_look=False, may_act=False)
    assert anna.client.request(method, f"/smena{filled(path)}").status_code == 403


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
def test_who_may_only_look_acts_nowhere(houses: OpenBrowser, path: str) -> None:
    answer = houses("anna", may_act=False).post(
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
        {"token": Forgery("another secret").seal("session", "anna")},
        {"headers": {"Origin": "https://elsewhere.example"}},
        {"headers": {"Origin": "null"}},
    ],
    ids=["no token", "a made-up token", "a token of another house", "another site", "a site that hides"],
)
def test_a_form_that_is_not_of_our_page_does_nothing(houses: OpenBrowser, path: str, forged: dict[str, Any]) -> None:
    answer = houses("anna").post(
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
    seals = Forgery("secret")
    token = seals.seal("session", "anna", now=1_000_000)
    assert seals.is_sealed(token, "session", "anna", now=1_000_000 + 8 * 3600 - 2)
    assert not seals.is_sealed(token, "session", "anna", now=1_000_000 + 8 * 3600 + 2)
    assert not seals.is_sealed(token, "session", "anna", now=1_000_000 - 60)
    assert not seals.is_sealed(token, "", "anna", now=1_000_000)


def test_a_body_is_bounded(houses: OpenBrowser) -> None:
    answer = houses("anna").post(f"/documents/{INN}/mark", word="accepted", reason="x" * 300_000)
    assert answer.status_code == 413


def test_every_answer_forbids_what_no_page_of_ours_does(houses: OpenBrowser) -> None:
    anna = houses("anna")
    for answer in (anna.get("/completeness"), anna.get("/nowhere"), anna.get("/static/desk.js"), houses(None).get("/")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    cookie = anna.client.cookies.jar
    assert [(one.name, one.path) for one in cookie] == [("smena_desk", "/smena")]
    first = houses("boris").get("/completeness").headers["Set-Cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Strict" in first


def test_no_page_holds_a_script_or_a_style_of_its_own(houses: OpenBrowser) -> None:
    for path in ("/today", "/completeness", "/documents", "/decisions", "/links", "/quality", "/integrations"):
        page = houses("anna").page(path)
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/smena/static/desk.js" defer>']
        assert not re.search(r"<style|\son\w+=|style=", page)


@pytest.mark.parametrize("path", ["/completeness/{inn}", "/completeness/{inn}/{day}", "/integrations/{inn}/{product}",
                                  "/documents/{inn}/export.{form}"])  # fmt: skip
def test_another_ones_organisation_is_not_there(houses: OpenBrowser, path: str) -> None:
    his, hers = OTHER, INN
    anna = houses("anna")
    assert anna.get(filled(path, hers)).status_code == 200
    refused, unknown = anna.get(filled(path, his)), anna.get(filled(path, UNKNOWN))
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.text == unknown.text.replace(UNKNOWN, his)


@pytest.mark.parametrize("path", ["/documents", "/decisions", "/quality", "/links"])
def test_another_ones_organisation_is_not_there_by_a_filter_either(houses: OpenBrowser, path: str) -> None:
    assert houses("anna").get(path, inn=OTHER).status_code == 404
    page = houses("anna").page(path)
    assert INN in page
    assert OTHER not in page


def test_who_was_given_nothing_sees_nothing_and_is_told_how_to_get_it(houses: OpenBrowser) -> None:
    stranger = houses("stranger")
    for path in ("/today", "/completeness", "/documents", "/quality", "/integrations"):
        page = stranger.page(path)
        assert "smena access grant --user stranger" in page
        assert not any(inn in page for inn in (INN, OTHER))


def test_who_sees_all_sees_all(houses: OpenBrowser) -> None:
    for path in ("/today", "/completeness", "/documents", "/quality", "/integrations"):
        assert all(inn in houses("auditor", may_act=False).page(path) for inn in (INN, OTHER))


HOSTILE = [
    "' or 1=1 --",
    '"><script>alert(1)</script>',
    "%",
    "\\",
    "\x00",
    "'; drop table accounting.shift; --",
    "ж" * 200,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("path", "field"),
    [
        *[
            ("/documents", field)
            for field in (
                "inn",
                "from",
                "to",
                "kind",
                "status",
                "source",
                "kpp",
                "number",
                "sort",
                "order",
                "after",
                "key",
                "done",
                "count",
            )
        ],
        *[("/completeness", field) for field in ("month", "product", "q", "after", "after_name")],
        *[("/integrations", field) for field in ("q", "after", "after_name")],
        *[
            ("/decisions", field)
            for field in (
                "inn",
                "about",
                "advice",
                "from",
                "to",
                "least",
                "most",
                "sort",
                "order",
                "page",
                "done",
                "count",
                "answered",
            )
        ],
        ("/today", "inn"),
        *[("/quality", field) for field in ("inn", "before", "before_difference", "done", "count", "left")],
        *[("/links", field) for field in ("inn", "after", "done")],
        *[(f"/documents/{INN}/export.csv", field) for field in ("from", "to", "kind", "status", "source", "number")],
        ("/run", "run_id"),
        ("/run", "dag_id"),
    ],
)
def test_what_is_written_into_a_field_stays_text(houses: OpenBrowser, path: str, field: str, text: str) -> None:
    anna = houses("anna")
    told = {"run_id": "x"} if path == "/run" else {}
    answer = anna.get(path, **(told | {field: text}))
    assert answer.status_code in (200, 400)
    assert "<script>alert" not in answer.text
    assert "Янтарная" not in answer.text
    assert anna.get("/completeness").status_code == 200
