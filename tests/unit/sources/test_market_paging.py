"""Lists of Kontur.Market are read to their end, whatever grows on the way; nothing is left to defaults."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from smena.model.errors import RefusedByService, UnreadableAnswer
from smena.sources.page import Page
from tests.unit.sources.marketplace import KEY, SHOP, market, refused, request_of, serving_lists
from tests.unit.sources.scripted import Scripted, in_turn, reply
from tests.unit.sources.watch import Watch

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 31)
MONTH = {"dateFrom": "2025-12-01", "dateTo": "2025-12-31"}


def entries_of(pages: Iterable[Page]) -> list[Any]:
    return [entry for page in pages for entry in json.loads(page.body)["items"]]


def test_cheques_are_read_until_a_page_is_empty_and_not_until_one_is_short(watch: Watch) -> None:
    cheques = list(range(2350))
    with serving_lists(cheques, at_most=700) as server:
        assert entries_of(market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False)) == cheques
    assert [request_of(one)["offset"] for one in server.requests] == ["0", "700", "1400", "2100", "2350"]


def test_cheques_that_are_added_while_the_list_is_read_are_read_too(watch: Watch) -> None:
    cheques = list(range(1500))

    def growing(query: dict[str, str]) -> list[Any]:
        if query["offset"] == "1500":
            cheques.extend([1500, 1501])
        return cheques

    with serving_lists(growing) as server:
        assert entries_of(market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False)) == list(
            range(1502)
        )


def test_a_list_of_nothing_is_one_page(watch: Watch) -> None:
    with serving_lists([]) as server:
        pages = list(market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=True))
    assert [page.body for page in pages] == [b'{"items": []}']


@pytest.mark.parametrize("body", [b'{"Items": [1]}', b"[1]", b'{"items": [1], "total": 7}'])
def test_lists_are_counted_in_every_shape_they_come_in(watch: Watch, body: bytes) -> None:
    with Scripted(in_turn(reply(body), reply(b'{"Items": null}'))) as server:
        assert len(list(market(server.address, watch).shops())) == 2


def test_a_service_that_repeats_a_page_is_given_up(watch: Watch) -> None:
    with Scripted(in_turn(reply({"items": [1, 2]}))) as server:
        pages = market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False)
        assert entries_of([next(pages)]) == [1, 2]
        with pytest.raises(UnreadableAnswer, match="do not come to an end") as error:
            next(pages)
    assert error.value.address.endswith("offset=2")


def test_pages_are_asked_for_one_by_one_as_they_are_taken(watch: Watch) -> None:
    with serving_lists(list(range(5000))) as server:
        next(market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False))
    assert len(server.requests) == 1


def test_a_refusal_between_two_pages_is_not_taken_for_the_end(watch: Watch) -> None:
    with Scripted(in_turn(reply({"items": [1]}), refused(403, "Нет доступа"))) as server:
        pages = market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False)
        next(pages)
        with pytest.raises(RefusedByService):
            next(pages)


@pytest.mark.parametrize(("is_refund", "flag"), [(False, "false"), (True, "true")])
def test_sales_and_refunds_are_asked_for_each_by_its_name(watch: Watch, is_refund: bool, flag: str) -> None:
    with serving_lists([]) as server:
        list(market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=is_refund))
    (asked,) = server.requests
    assert asked.path == f"/market/v1/shops/{SHOP}/cheques"
    assert request_of(asked) == MONTH | {"isRefund": flag, "useTime": "false", "limit": "1000", "offset": "0"}


def test_nothing_is_left_to_the_service_s_defaults(watch: Watch) -> None:
    with serving_lists([]) as server:
        client = market(server.address, watch)
        for pages in (client.organizations(), client.shops(), client.incoming_waybills(SHOP, FIRST, LAST)):
            list(pages)
    paging = {"limit": "1000", "offset": "0"}
    assert [(one.path, request_of(one)) for one in server.requests] == [
        ("/market/v1/organizations", paging | {"shopsPaymentState": "All"}),
        ("/market/v1/shops", paging | {"paymentState": "All"}),
        (
            f"/market/v1/shops/{SHOP}/incoming-waybills",
            paging | {"receiveDateFrom": "2025-12-01", "receiveDateTo": "2025-12-31"},
        ),
    ]


def test_contractors_are_read_with_those_of_the_archive(watch: Watch) -> None:
    with Scripted(lambda request: reply([request_of(request)["isArchived"]])) as server:
        pages = list(market(server.address, watch).contractors(SHOP))
    assert [json.loads(page.body) for page in pages] == [["false"], ["true"]]


def test_a_page_names_its_shop_and_carries_no_key(watch: Watch) -> None:
    with serving_lists([]) as server:
        (page,) = market(server.address, watch).cheques(SHOP, FIRST, LAST, is_refund=False)
    assert SHOP in page.address and KEY not in page.address
    assert dict(parse_qsl(urlsplit(page.address).query)).items() >= MONTH.items()
    assert (page.method, page.status, page.fetched_at.tzinfo is None) == ("cheques", 200, False)
    assert server.requests[0].headers["x-kontur-apikey"] == KEY


def test_a_shop_s_id_cannot_lead_to_another_address(watch: Watch) -> None:
    with serving_lists([]) as server:
        list(market(server.address, watch).cheques("../organizations?x=", FIRST, LAST, is_refund=False))
    assert server.requests[0].path == "/market/v1/shops/..%2Forganizations%3Fx%3D/cheques"


def test_products_are_asked_for_in_each_state_as_they_are_taken(watch: Watch) -> None:
    with Scripted(in_turn(reply({"items": [1]}))) as server:
        pages = market(server.address, watch).products(SHOP)
        next(pages)
        assert [one.target for one in server.requests] == [f"/market/v1/shops/{SHOP}/products"]
        assert len(list(pages)) == 2
    assert [request_of(one) for one in server.requests] == [{}, {"state": "archived"}, {"state": "deleted"}]


def test_products_are_asked_for_again_where_the_answer_is_no_list(watch: Watch) -> None:
    with Scripted(in_turn(reply({"total": 0}))) as server, pytest.raises(UnreadableAnswer):
        next(market(server.address, watch).products(SHOP))
    assert len(server.requests) == 3
