"""Market's pages: an offset into a list that may grow while it is read, and what is not there yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.shifts import to_moment

ALL = {"dateFrom": "2025-12-01", "dateTo": "2026-01-20"}


def ids(cheques: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in cheques]


def test_pages_bring_every_cheque_once_sorted_by_closing(visit_market: Callable[..., Any]) -> None:
    market = visit_market(drift_s=45, jitter_s=3)
    for shop in market.sandbox.shops:
        read = market.cheques(shop.id, limit=70)
        assert len(read) == int((shop.cheques.refund == 0).sum()) == len(set(ids(read)))
        assert read == sorted(read, key=lambda one: one["closeTime"])
        assert read == market.cheques(shop.id)


def test_a_full_last_page_is_followed_by_an_empty_one(visit_market: Callable[..., Any]) -> None:
    market = visit_market()
    path = f"shops/{market.sandbox.shops[0].id}/cheques"
    day = {"dateFrom": "2025-12-05", "dateTo": "2025-12-05"}
    count = len(market.items(path, **day))
    assert len(market.items(path, **day, limit=count)) == count
    assert market.items(path, **day, limit=count, offset=count) == []


def test_a_cheque_is_there_only_once_it_is_closed(visit_market: Callable[..., Any]) -> None:
    market = visit_market()
    shop = market.sandbox.shops[0]
    known = market.every(shop.id)
    middle = sorted(known, key=lambda one: one["closeTime"])[len(known) // 2]
    local = datetime.fromisoformat(middle["closeTime"]) - timedelta(hours=shop.utc_offset_h)
    market.sandbox.set_now(local - timedelta(seconds=1))
    before = market.every(shop.id)
    assert middle["id"] not in ids(before)
    assert {one["closeTime"] < middle["closeTime"] for one in before} == {True}
    market.sandbox.set_now(local)
    assert middle["id"] in ids(market.every(shop.id))


def test_a_waybill_is_there_only_once_it_is_received(visit_market: Callable[..., Any]) -> None:
    market = visit_market()
    path = f"shops/{market.sandbox.shops[0].id}/incoming-waybills"
    window = {"receiveDateFrom": "2025-12-01", "receiveDateTo": "2026-01-20"}
    last = market.items(path, **window)[-1]
    market.sandbox.set_now(datetime.fromisoformat(last["receiveDate"]) - timedelta(days=1))
    assert last["id"] not in ids(market.items(path, **window))
    assert market.ask(f"{path}/{last['id']}").status_code == 404


def test_late_cheques_of_an_offline_till_push_others_to_the_next_page(visit_market: Callable[..., Any]) -> None:
    market = visit_market(every_offline=1)
    shop = market.sandbox.shops[0]
    outage = min((one.offline for one in shop.cashboxes), key=lambda one: one.ends_at_s)
    path = f"shops/{shop.id}/cheques"
    back = to_moment(outage.ends_at_s) - timedelta(hours=shop.utc_offset_h)
    market.sandbox.set_now(back - timedelta(seconds=1))
    first = market.items(path, **ALL, limit=1000)
    market.sandbox.set_now(back + timedelta(seconds=700))
    second = market.items(path, **ALL, limit=1000, offset=len(first))
    assert set(ids(first)) & set(ids(second))
    whole = market.items(path, **ALL, limit=1000)
    late = [one for one in whole if one["id"] not in ids(first) and one["closeTime"] < first[-1]["closeTime"]]
    assert late
    assert set(ids(late)) - set(ids(first)) - set(ids(second))


def test_reading_again_until_nothing_is_new_finds_what_arrives_while_it_is_read(
    visit_market: Callable[..., Any],
) -> None:
    market = visit_market(arrive_while_read_permille=200)
    shop = market.sandbox.shops[0]
    first = market.cheques(shop.id, limit=50)
    repeats = [one for one, times in Counter(ids(first)).items() if times > 1]
    again = market.cheques(shop.id, limit=50)
    assert repeats
    assert len(set(ids(first))) < len(again) == len(set(ids(again))) == int((shop.cheques.refund == 0).sum())


def test_truth_awaits_what_has_not_arrived(visit_market: Callable[..., Any]) -> None:
    market = visit_market(arrive_while_read_permille=200)
    before = market.sandbox.market_truth()
    for shop in market.sandbox.shops:
        market.cheques(shop.id, limit=50)
    after = market.sandbox.market_truth()
    assert sum(one["awaited"] for one in before) > 0 == sum(one["awaited"] for one in after)
    assert sum(one["cheques"] + one["awaited"] for one in before) == sum(one["cheques"] for one in after)


@pytest.mark.parametrize("payment", ["Cash", "Card", "Prepaid", "Unknown"])
def test_cheques_are_found_by_payment(hard_market: Any, payment: str) -> None:
    found = every = 0
    for shop in hard_market.sandbox.shops[:3]:
        cheques = hard_market.cheques(shop.id)
        expected = [one for one in cheques if payment in {part["type"] for part in one["payments"]}]
        assert hard_market.cheques(shop.id, paymentType=payment) == expected
        found, every = found + len(expected), every + len(cheques)
    assert 0 < found < every


def test_cheques_are_found_by_cashbox_and_by_till_shift(hard_market: Any) -> None:
    shop = hard_market.sandbox.shops[0]
    every = hard_market.cheques(shop.id)
    wanted = every[len(every) // 2]
    for name in ("cashboxId", "cashRegisterId"):
        expected = [one for one in every if one[name] == wanted[name]]
        assert hard_market.cheques(shop.id, **{name: wanted[name]}) == expected
        assert 0 < len(expected) < len(every)
    assert hard_market.cheques(shop.id, cashRegisterId="none such") == []
