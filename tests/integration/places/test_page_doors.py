"""A regional accountant on the pages: every route of the application, as the application itself lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from smena.mandates.alert_routes import add_route
from smena.messages import message
from smena.model.place import WHOLE
from smena.ui.app import fastapi_app
from tests.integration.cli.shop import FIRST, LAST
from tests.integration.places.regions import OTHER, OWN, USER, Regions, different, text_of, texts
from tests.integration.ui.browser import Browser

ASIDE = frozenset({"/static/{name}"})
_ROWS = {
    "document_id": "select document_id from accounting.document where sales_point = %s"
    " order by kind, document_id limit 3",
    "decision_id": "select decision.decision_id from control.decision left join accounting.shift using (shift_id)"
    " where sales_point = %s order by 1 limit 3",
    "quarantine_id": "select quarantine_id from control.quarantine inner join control.register"
    " on unit_id = kkt_reg_id where sales_point = %s limit 3",
    "link_id": "select register_link_id from control.register_link inner join control.register using (kkt_reg_id)"
    " where sales_point = %s order by 1 limit 3",
}
_OF_ALL = {
    "batch_id": "select batch_id from control.batch order by batch_id limit 2",
    "certificate_id": "select completeness_certificate_id from control.completeness_certificate",
    "movement_id": "select cash_movement_id from accounting.cash_movement",
    "route_id": "select alert_route_id from control.alert_route",
}


def values(regions: Regions) -> dict[str, list[str]]:
    """Values for an address or form, by the name of the parameter: of the own region, then of the other one."""
    town = regions.town
    found = {name: texts(town, query, OWN) + texts(town, query, OTHER) for name, query in _ROWS.items()}
    found |= {name: texts(town, query) or ["1"] for name, query in _OF_ALL.items()}
    found["record_id"] = found["quarantine_id"]
    found["document"] = found["document_id"]
    found["decision"] = found["decision_id"]
    found["record"] = found["quarantine_id"]
    day = str(FIRST)
    return found | {
        "inn": [regions.inn], "product": ["ofd", "market"], "day": [day], "form": ["csv", "xlsx", "html", "json"],
        "month": [f"{FIRST:%Y-%m}"], "from": [day], "to": [str(LAST)], "kpp": kpps(regions), "run_id": ["test"],
        "dag_id": ["ofd_z_reports"], "first_day": [day], "last_day": [str(LAST)], "sales_point": [OTHER],
    }  # fmt: skip


def kpps(regions: Regions) -> list[str]:
    return texts(regions.town, "select distinct kpp from accounting.shift")


def routes(method: str) -> Iterator[APIRoute]:
    app = fastapi_app(lambda: pytest.fail("nothing is asked"), "a secret")
    for route in app.routes:
        if isinstance(route, APIRoute) and method in route.methods and route.path not in ASIDE:
            yield route


def requests(route: APIRoute, known: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The addresses of a route, each bare and with the parameters that it takes."""
    names = re.findall(r"{(\w+)}", route.path)
    missing = [name for name in names if name not in known]
    assert not missing, f"tell this test the values of {missing} of {route.path}"
    query = [one.alias for one in route.dependant.query_params]
    for dependant in route.dependant.dependencies:
        query += [one.alias for one in dependant.query_params]
    with_query: dict[str, Any] = {
        name: known[name][: 100 if name == "document" else 1] for name in query if known.get(name)
    }
    for given in product(*(known[name] for name in names)):
        path = route.path.format(**dict(zip(names, given, strict=True)))
        yield path, {}
        yield path, {"inn": known["inn"][0]}
        if with_query:
            yield path, with_query
            for kpp in known["kpp"]:
                yield path, with_query | {"kpp": kpp}
            yield path, {name: value for name, value in with_query.items() if name not in ("kpp", "sales_point")}


def looked_at(browser: Browser, known: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for route in routes("GET"):
        for path, query in requests(route, known):
            answer = browser.get(path, **query)
            assert answer.status_code < 500, (path, query, answer.text)
            own_address = {
                value
                for values in [*known.values()]
                for value in values
                if len(value) > 5 and value in f"{path} {query}"
            }
            text = text_of(answer.content)
            for value in own_address:
                # A page may repeat what it was asked for.
                text = text.replace(value, "")
            found[f"{path} {sorted(query.items())}"] = f"{answer.status_code}\n{text}"
    return found


def test_no_page_and_no_download_shows_another_region(regions: Regions) -> None:
    browser, known = Browser(regions.town.context, USER), values(regions)
    before = looked_at(browser, known)
    assert {door: leaks for door, text in before.items() if (leaks := regions.leaks(text))} == {}
    shown = [door for door, text in before.items() if text.startswith("200")]
    for name in ("today", "documents", "completeness", "decisions", "quality", "integrations", "month", "cash",
                 "journal", "certificates", "links", "settings"):  # fmt: skip
        assert any(door.startswith(f"/{name} ") for door in shown), name
    assert OWN in before[f"/today [('inn', '{regions.inn}')]"]
    own_document = known["document_id"][0]
    assert f"/documents/{own_document} []" in shown
    # Who sees the whole organisation sees the other region by the same doors.
    whole = Browser(regions.town.context, "anna")
    assert all(regions.leaks(whole.page(path, inn=regions.inn)) for path in ("/today", "/documents", "/decisions"))
    regions.disturb()
    assert different(before, looked_at(browser, known)) == []


FORMS = {
    "word": ["accepted", "keep-ofd"], "reason": ["as agreed"], "scope": ["chosen", "filter"], "through": [str(LAST)],
    "stays": [""], "start_date": [str(LAST)], "user": [USER], "organization": ["{inn}"], "cashbox": ["x"],
    "name": ["Другое"], "amount": ["1"], "connection": ["mail"],
}  # fmt: skip
BOOKS = """
    select md5(coalesce(string_agg(one::text, ',' order by one::text), ''))
    from {table} as one
    where sales_point = %s"""


def books_of_the_other(regions: Regions) -> list[list[str]]:
    tables = ("accounting.shift", "accounting.cash_order", "accounting.market_document", "control.page_user")
    return [texts(regions.town, BOOKS.format(table=table), OTHER) for table in tables]


def whole(regions: Regions) -> list[list[str]]:
    """What belongs to the whole organisation, and nobody of one region changes."""
    return [
        texts(regions.town, f"select one::text from {table} as one order by 1")  # noqa: S608 - names of this test
        for table in ("control.closed_period", "control.integration", "control.organization", "control.account_rule",
                      "control.page_user", "control.completeness_certificate", "control.setting_change",
                      "control.alert_route", "accounting.cash_movement", "accounting.cash_opening",
                      "accounting.cash_limit")
    ]  # fmt: skip


def test_no_form_changes_another_region_or_the_whole_organization(regions: Regions) -> None:
    browser = Browser(regions.town.context, USER, may_administer=True)
    with regions.town.warehouse.transaction() as transaction:
        add_route(transaction, "sms", regions.inn, WHOLE, by="test")
    known = {name: values(regions)[name] for name in values(regions)}
    before, kept, token = books_of_the_other(regions), whole(regions), browser.token()
    answers: dict[str, Response] = {}
    for route in routes("POST"):
        names = re.findall(r"{(\w+)}", route.path)
        assert not [name for name in names if name not in known], route.path
        for given in product(*(known[name] for name in names)):
            path = route.path.format(**dict(zip(names, given, strict=True)))
            for word, scope in product(FORMS["word"], FORMS["scope"]):
                form = {name: value[0].format(inn=regions.inn) for name, value in FORMS.items()}
                form |= {
                    "kpp": kpps(regions)[0], "day": str(LAST), "first_day": str(FIRST), "last_day": str(LAST),
                    "from": str(FIRST), "to": str(LAST), "inn": regions.inn, "word": word, "scope": scope,
                }  # fmt: skip
                form |= {name: known[name][-1] for name in ("document", "decision", "record") if known[name]}
                answer = browser.post(path, token=token, **form)
                assert answer.status_code < 500, (path, answer.text)
                if answer.status_code == 200 and (found := re.search(r'name="confirmed" value="([^"]+)"', answer.text)):
                    answer = browser.post(path, token=token, **form, confirmed=found[1])
                answers[path] = answer
    assert books_of_the_other(regions) == before
    assert whole(regions) == kept
    said = message("only_in_part", "ru", context="page")
    for path in (
        f"/month/{regions.inn}/close",
        f"/certificates/{regions.inn}/make",
        "/settings/users/grant",
        "/settings/alerts/add",
        f"/integrations/{regions.inn}/ofd/ban",
        f"/links/{regions.inn}/set",
        f"/cash/{regions.inn}/limit",
    ):
        assert (answers[path].status_code, said in answers[path].text) == (403, True), path


def test_all_of_a_filter_over_all_organizations_is_that_of_the_own_region(regions: Regions) -> None:
    browser, before = Browser(regions.town.context, USER), books_of_the_other(regions)
    form = {"word": "accepted", "scope": "filter"}
    asked = browser.post("/documents/mark", **form)
    confirmed = re.findall(r'name="confirmed_of" value="([^"]+)"', asked.text)
    assert len(confirmed) == 1
    assert browser.post("/documents/mark", **form, confirmed_of=confirmed).status_code == 303
    assert books_of_the_other(regions) == before
    statuses = "select distinct status from accounting.document where sales_point = %s order by 1"
    assert "new" not in texts(regions.town, statuses, OWN)
