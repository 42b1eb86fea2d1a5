"""Every request of the client is one that Kontur.Market's OpenAPI document declares, and reads what it declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from smena.sources.market import PAGE_LIMIT, MarketClient
from smena.sources.page import Page
from tests.contracts import KONTUR_MARKET
from tests.unit.sources.marketplace import KEY, SHOP, market
from tests.unit.sources.scripted import Answer, Request, Scripted, reply
from tests.unit.sources.watch import Watch

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 31)
Method = Callable[[MarketClient], Iterator[Page]]

METHODS: dict[str, Method] = {
    "organizations": lambda client: client.organizations(),
    "shops": lambda client: client.shops(),
    "sales": lambda client: client.cheques(SHOP, FIRST, LAST, is_refund=False),
    "refunds": lambda client: client.cheques(SHOP, FIRST, LAST, is_refund=True),
    "incoming_waybills": lambda client: client.incoming_waybills(SHOP, FIRST, LAST),
    "contractors": lambda client: client.contractors(SHOP),
    "products": lambda client: client.products(SHOP),
}
PATTERNS = {
    "Guid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    # "Возможный формат: YYYY-MM-DD" for a moment without `useTime`.
    "DateTime": r"\d{4}-\d{2}-\d{2}",
    "Int32": r"\d{1,9}",
    "Boolean": "true|false",
    "String": ".+",
}


def answering(request: Request) -> Answer:
    """Two pages of one entry, then empty ones; lists without pages have their one entry."""
    offset = int(dict(parse_qsl(urlsplit(request.target).query)).get("offset", 0))
    return reply({"items": [{"id": f"{offset}"}] if offset < 2 else []})


def requests_of(method: Method, watch: Watch) -> list[Request]:
    with Scripted(answering) as server:
        client = market(server.address, watch)
        list(method(client))
        client.close()
        return server.requests


def declared(request: Request) -> tuple[str, dict[str, Any]]:
    """The path of the document that a request matches, and what is declared of its method."""
    path = urlsplit(request.target).path.removeprefix("/market")
    matching = [one for one in KONTUR_MARKET["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    assert len(matching) == 1, f"{path} is not in the document"
    operation: dict[str, Any] = KONTUR_MARKET["paths"][matching[0]][request.verb.lower()]
    return matching[0], operation


def fits(schema: dict[str, Any], value: str) -> bool:
    """Whether a text is a value of a parameter."""
    if "$ref" in schema:
        schema = KONTUR_MARKET["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return value in schema["enum"] if "enum" in schema else bool(re.fullmatch(PATTERNS[schema["format"]], value))


def complaints(request: Request) -> list[str]:
    """What of a request the document does not declare."""
    path, operation = declared(request)
    schemas = {(one["in"], one["name"]): one["schema"] for one in operation["parameters"]}
    in_path = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path), request.path.removeprefix("/market"))
    assert in_path
    given = {("path", name): value for name, value in in_path.groupdict().items()}
    given |= {("query", name): value for name, value in parse_qsl(urlsplit(request.target).query)}
    return [
        f"{where} {name}={value}"
        for (where, name), value in given.items()
        if (where, name) not in schemas or not fits(schemas[where, name], value)
    ]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_request_is_declared_with_the_types_of_its_parameters(method: Method, watch: Watch) -> None:
    requests = requests_of(method, watch)
    assert requests
    assert [line for request in requests for line in complaints(request)] == []
    assert {request.verb for request in requests} == {"GET"}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_key_is_in_the_header_that_the_document_names(method: Method, watch: Watch) -> None:
    scheme = KONTUR_MARKET["components"]["securitySchemes"]["ApiKey"]
    assert (scheme["type"], scheme["in"]) == ("apiKey", "header")
    for request in requests_of(method, watch):
        assert request.headers[scheme["name"]] == KEY
        assert KEY not in request.target


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_list_is_paged_exactly_where_the_document_has_an_offset(method: Method, watch: Watch) -> None:
    for request in requests_of(method, watch):
        _, operation = declared(request)
        can_page = {"offset", "limit"} <= {one["name"] for one in operation["parameters"]}
        assert can_page is ("offset=" in request.target)


def test_no_page_is_longer_than_the_document_allows() -> None:
    limits = [
        int(found[1])
        for path in KONTUR_MARKET["paths"].values()
        for one in path["get"]["parameters"]
        if one["name"] == "limit" and (found := re.search(r"аксимальное значение -? ?(\d+)", one["description"]))
    ]
    assert len(limits) > 3
    assert min(limits) == PAGE_LIMIT


@pytest.mark.parametrize(
    "wrong",
    [
        "/v1/shops?paymentState=Everything",
        f"/v1/shops/{SHOP}/cheques?from=2025-12-01",
        f"/v1/shops/{SHOP}/cheques?isRefund=no",
        f"/v1/shops/{SHOP}/cheques?dateFrom=01.12.2025",
        "/v1/shops/first/cheques?isRefund=true",
    ],
)
def test_a_request_that_the_document_does_not_declare_is_found(wrong: str) -> None:
    assert complaints(Request("GET", f"/market{wrong}", {}, b""))
