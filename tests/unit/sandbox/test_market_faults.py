"""The troubles of the sandbox strike Market's routes too, and its requests are counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

ALL = {"dateFrom": "2025-12-01", "dateTo": "2026-01-20"}


@pytest.fixture
def market(hard_market: Any) -> Any:
    return hard_market


def test_html_comes_with_status_200(market: Any) -> None:
    market.sandbox.faults.add({"kind": "html", "path": "/market/"})
    answer = market.ask("shops")
    assert answer.status_code == 200 and answer.text.startswith("<!DOCTYPE html>")


def test_an_empty_body_and_a_cut_one_are_no_json(market: Any) -> None:
    for kind in ("empty_body", "cut_json"):
        market.sandbox.faults.clear()
        market.sandbox.faults.add({"kind": kind, "method": "market-shops", "times": 1})
        with pytest.raises(requests.JSONDecodeError):
            market.ask("shops").json()
        assert market.items("shops")


def test_a_connection_may_be_reset_and_the_next_one_holds(market: Any) -> None:
    market.sandbox.faults.add({"kind": "reset", "path": "/cheques", "times": 1})
    path = f"shops/{market.sandbox.shops[0].id}/cheques"
    with pytest.raises(requests.ConnectionError):
        market.ask(path, **ALL)
    assert market.items(path, **ALL)


def test_a_slow_answer_is_right_but_late(market: Any) -> None:
    market.sandbox.faults.add({"kind": "slow", "seconds": 0.2, "method": "market-shops"})
    started = time.monotonic()
    assert market.items("shops")
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_without_a_documented_body_may_say_when_to_come_again(market: Any, status: int) -> None:
    market.sandbox.faults.add({"kind": "status", "status": status, "retry_after": 7, "method": "market-cheques"})
    answer = market.ask(f"shops/{market.sandbox.shops[0].id}/cheques", **ALL)
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (status, "7", b"")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusing_status_has_markets_body_and_not_the_operators(market: Any, status: int) -> None:
    market.sandbox.faults.add({"kind": "status", "status": status, "path": "/market/v1/shops"})
    answer = market.ask("shops")
    assert answer.status_code == answer.json()["statusCode"] == status
    assert set(answer.json()) == {"statusCode", "message", "errorField"}


def test_one_shop_may_be_closed_to_the_key(market: Any) -> None:
    closed, open_one = market.sandbox.shops[:2]
    market.sandbox.faults.add({"kind": "forbid_register", "register": closed.id})
    answer = market.ask(f"shops/{closed.id}/cheques")
    assert (answer.status_code, answer.json()["statusCode"]) == (403, 403)
    assert market.ask(f"shops/{open_one.id}/cheques").status_code == 200


def test_a_cheque_may_come_damaged_or_not_at_all(market: Any) -> None:
    shop = market.sandbox.shops[0]
    path = f"shops/{shop.id}/cheques"
    first, second, third = market.items(path, **ALL, limit=3)
    market.sandbox.faults.add(
        {"kind": "patch_document", "match": {"type": "cheque", "id": first["id"]}, "set": {"totalPrice": "much"}},
        {"kind": "patch_document", "match": {"id": second["id"]}, "drop": ["payments"]},
        {"kind": "drop_document", "register": shop.id, "match": {"id": third["id"]}},
    )
    damaged = market.items(path, **ALL, limit=3)
    assert damaged == [first | {"totalPrice": "much"}, {k: v for k, v in second.items() if k != "payments"}]


def test_a_page_may_begin_with_the_last_cheque_of_the_one_before(market: Any) -> None:
    path = f"shops/{market.sandbox.shops[0].id}/cheques"
    market.sandbox.faults.add({"kind": "duplicate_documents"})
    first = market.items(path, **ALL, limit=20)
    second = market.items(path, **ALL, limit=20, offset=20)
    assert second[0] == first[-1] and len(second) == 21


def test_requests_are_counted_by_method_and_shop(market: Any) -> None:
    shop = market.sandbox.shops[0]
    market.ask("shops"), market.ask(f"shops/{shop.id}/cheques"), market.ask(f"shops/{shop.id}/cheques", isRefund="true")
    counts = requests.get(f"{market.sandbox.address}/_sandbox/requests", timeout=10).json()
    assert counts["by_method"] == {"market-shops": 1, "market-cheques": 2}
    assert counts["by_register"] == {shop.id: {"market-cheques": 2}}
    assert market.sandbox.requests.count("market-cheques", shop.id) == 2


def test_a_sandbox_without_a_market_has_none(visit: Callable[..., Any]) -> None:
    sandbox = visit().sandbox
    assert requests.get(f"{sandbox.market_address}/v1/shops", timeout=10).status_code == 404
    assert requests.get(f"{sandbox.address}/_sandbox/market-truth", timeout=10).status_code == 404
    assert sandbox.market_truth() == []
