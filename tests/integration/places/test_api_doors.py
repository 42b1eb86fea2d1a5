"""A regional accountant's program at the API: every route, as the API itself lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from fastapi.routing import APIRoute

from tests.integration.api.client import Program, schema_app
from tests.integration.places.regions import OTHER, OWN, USER, Regions, different, texts
from tests.integration.places.test_page_doors import books_of_the_other, values


def addresses(regions: Regions) -> Iterator[tuple[str, dict[str, str]]]:
    """The addresses that are read, bare, of the organisation, and of the other region."""
    known = values(regions) | {
        "shift_id": texts(regions.town, "select shift_id from accounting.shift where sales_point = %s limit 3", OTHER)
    }
    for route in schema_app(regions.town.context).routes:
        if not isinstance(route, APIRoute) or "GET" not in route.methods or route.path.endswith("openapi.json"):
            continue
        names = re.findall(r"{(\w+)}", route.path)
        for given in product(*(known[name] for name in names)):
            path = route.path.format(**dict(zip(names, given, strict=True))).removeprefix("/v1")
            queries: list[dict[str, str]] = [{}, {"inn": regions.inn}, {"inn": regions.inn, "sales_point": OTHER}]
            yield from ((path, query) for query in queries)


def looked_at(program: Program, asked: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, query in asked:
        answer = program.get(path, **query)
        assert answer.status_code < 500, (path, answer.text)
        text = answer.text.replace(path.rpartition("/")[2], "") if path.count("/") > 1 else answer.text
        found[f"{path} {sorted(query.items())}"] = f"{answer.status_code}\n{text.replace(OTHER, '')}"
    return found


def test_no_answer_shows_another_region_or_changes_with_it(regions: Regions) -> None:
    program, asked = Program(regions.town.context, USER), list(addresses(regions))
    before = looked_at(program, asked)
    assert {door: leaks for door, text in before.items() if (leaks := regions.leaks(text))} == {}
    for name in ("documents", "shifts", "decisions", "standing", "events"):
        assert before[f"/{name} [('inn', '{regions.inn}')]"].startswith("200"), name
    assert regions.leaks(Program(regions.town.context, "anna").get("/documents", inn=regions.inn).text)
    regions.disturb()
    assert different(before, looked_at(program, asked)) == []


def test_the_events_of_the_own_region_are_there(regions: Regions) -> None:
    items: list[Any] = Program(regions.town.context, USER).read("/events", inn=regions.inn)["items"]
    assert {one["document"]["sales_point"] for one in items} == {OWN}


def test_no_document_and_no_decision_of_another_region_is_changed(regions: Regions) -> None:
    program, before = Program(regions.town.context, USER), books_of_the_other(regions)
    documents = texts(regions.town, "select document_id from accounting.document where sales_point = %s", OTHER)
    assert program.post("/document-statuses", documents=documents[:3], status="accepted").status_code == 404
    known = values(regions)
    for decision in known["decision_id"]:
        assert program.post(f"/decisions/{decision}/answer", answer="keep-ofd", reason="x").status_code < 500
    assert books_of_the_other(regions) == before
