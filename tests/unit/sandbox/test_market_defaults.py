"""What Market answers when it is not asked precisely: every default that is easy to miss."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

NOON = datetime(2025, 12, 10, 12)  # UTC; shops of this world are east of it
ALL = {"dateFrom": "2025-12-01", "dateTo": "2026-01-20"}


def shop_with_cheques(market: Any) -> Any:
    return next(one for one in market.sandbox.shops if len(one.cheques.total) > 300)


def test_refunds_come_only_when_they_are_asked_for(hard_market: Any) -> None:
    path = f"shops/{shop_with_cheques(hard_market).id}/cheques"
    sales, refunds = hard_market.items(path, **ALL), hard_market.items(path, **ALL, isRefund="true")
    assert sales and not any(one["isRefund"] for one in sales)
    assert refunds and all(one["isRefund"] for one in refunds)
    assert hard_market.items(path, **ALL, isRefund="false") == sales


def test_without_dates_only_todays_cheques_come(visit_market: Callable[..., Any]) -> None:
    market = visit_market(now=NOON)
    path = f"shops/{shop_with_cheques(market).id}/cheques"
    today = market.items(path)
    assert today and {one["closeTime"][:10] for one in today} == {"2025-12-10"}
    assert today == market.items(path, dateFrom="2025-12-10", dateTo="2025-12-10")
    from_monday = market.items(path, dateFrom="2025-12-08", limit=1000)
    assert {one["closeTime"][:10] for one in from_monday} == {"2025-12-08", "2025-12-09", "2025-12-10"}


def test_today_is_the_shops_not_that_of_the_server(visit_market: Callable[..., Any]) -> None:
    market = visit_market(now=datetime(2025, 12, 10, 21, 30))
    shop = shop_with_cheques(market)
    assert shop.utc_offset_h >= 3
    assert not [one for one in market.items(f"shops/{shop.id}/cheques") if one["closeTime"] < "2025-12-11"]
    assert market.items(f"shops/{shop.id}/cheques", dateFrom="2025-12-10")


def test_a_page_has_a_hundred_cheques_and_never_more_than_a_thousand(hard_market: Any) -> None:
    path = f"shops/{shop_with_cheques(hard_market).id}/cheques"
    assert len(hard_market.items(path, **ALL)) == 100
    assert len(hard_market.items(path, **ALL, limit=250)) == 250
    assert hard_market.ask(path, **ALL, limit=1001).status_code == 400


def test_a_time_of_day_counts_only_when_times_are_used(hard_market: Any) -> None:
    shop = shop_with_cheques(hard_market)
    path = f"shops/{shop.id}/cheques"
    whole = hard_market.items(path, dateFrom="2025-12-05", dateTo="2025-12-06", limit=1000)
    window = {"dateFrom": "2025-12-05 13:00:00", "dateTo": "2025-12-06 14:00:00", "limit": 1000}
    assert hard_market.items(path, **window) == whole
    timed = hard_market.items(path, **window, useTime="true")
    assert timed == [one for one in whole if "2025-12-05T13" <= one["closeTime"] <= "2025-12-06T14:00:00.0000000"]
    assert 0 < len(timed) < len(whole)
    spelled = {name: str(text).replace(" ", "T") for name, text in window.items()}
    assert hard_market.items(path, **spelled, useTime="true") == timed


def test_with_times_a_bare_last_day_ends_as_it_begins(hard_market: Any) -> None:
    path = f"shops/{shop_with_cheques(hard_market).id}/cheques"
    window = {"dateFrom": "2025-12-05", "dateTo": "2025-12-06", "limit": 1000}
    days = {one["closeTime"][:10] for one in hard_market.items(path, **window)}
    assert days == {"2025-12-05", "2025-12-06"}
    assert {one["closeTime"][:10] for one in hard_market.items(path, **window, useTime="true")} == {"2025-12-05"}


def test_only_paid_shops_are_listed_unless_all_are_asked_for(hard_market: Any) -> None:
    unpaid = {one.id for one in hard_market.sandbox.shops if not one.paid}
    every = {one.id for one in hard_market.sandbox.shops}
    assert unpaid
    assert {one["id"] for one in hard_market.items("shops")} == every - unpaid
    assert {one["id"] for one in hard_market.items("shops", paymentState="Unpaid")} == unpaid
    assert {one["id"] for one in hard_market.items("shops", paymentState="All")} == every
    for state, expected in (({}, every - unpaid), ({"shopsPaymentState": "All"}, every)):
        organizations = hard_market.items("organizations", **state)
        assert {shop["id"] for one in organizations for shop in one["shops"]} == expected
        assert all(shop["organizationId"] == one["id"] for one in organizations for shop in one["shops"])


def test_shops_and_organizations_are_sorted_by_id_and_paged(hard_market: Any) -> None:
    for path in ("shops", "organizations"):
        ids = [one["id"] for one in hard_market.items(path)]
        assert ids == sorted(ids)
        assert [one["id"] for one in hard_market.items(path, offset=1, limit=2)] == ids[1:3]


def test_waybills_are_todays_unless_the_days_are_named(visit_market: Callable[..., Any]) -> None:
    market = visit_market(now=NOON, waybills_per_week=30)
    path = f"shops/{market.sandbox.shops[0].id}/incoming-waybills"
    assert {one["receiveDate"] for one in market.items(path)} == {"2025-12-10T00:00:00Z"}
    received = market.items(path, receiveDateFrom="2025-12-01", receiveDateTo="2026-01-20")
    assert {one["receiveDate"][:7] for one in received} == {"2025-12"}
    assert received == sorted(received, key=lambda one: one["receiveDate"])
    assert max(one["receiveDate"] for one in received) == "2025-12-10T00:00:00Z"


def test_waybills_are_found_by_source_and_supplier(hard_market: Any) -> None:
    path = f"shops/{hard_market.sandbox.shops[0].id}/incoming-waybills"
    window = {"receiveDateFrom": "2025-12-01", "receiveDateTo": "2026-01-20"}
    every = hard_market.items(path, **window)
    assert {one["source"] for one in every} == {"Manual", "Egais", "Mercury", "Diadoc"}
    egais = hard_market.items(path, **window, source="Egais")
    assert egais == [one for one in every if one["source"] == "Egais"]
    supplier = every[0]["supplierId"]
    found = hard_market.items(path, **window, supplierId=supplier)
    assert found == [one for one in every if one["supplierId"] == supplier]


def test_an_archived_contractor_is_hidden_though_waybills_name_it(hard_market: Any) -> None:
    path = f"shops/{hard_market.sandbox.shops[0].id}"
    listed = {one["id"]: one for one in hard_market.ask(f"{path}/contractors").json()}
    archived = {one["id"] for one in hard_market.ask(f"{path}/contractors", isArchived="true").json()}
    waybills = hard_market.items(
        f"{path}/incoming-waybills", receiveDateFrom="2025-12-01", receiveDateTo="2026-01-20", limit=1000
    )
    suppliers = {one["supplierId"] for one in waybills}
    assert suppliers & archived and not archived & set(listed)
    assert suppliers <= archived | set(listed)
    assert {one["inn"] is None for one in listed.values()} == {True, False}


def test_archived_and_deleted_products_are_hidden_though_they_were_sold(hard_market: Any) -> None:
    shop = shop_with_cheques(hard_market)
    path = f"shops/{shop.id}/products"
    listed = {one["id"] for one in hard_market.items(path)}
    gone = {one["id"] for state in ("archived", "deleted") for one in hard_market.items(path, state=state)}
    sold = {line["productId"] for one in hard_market.cheques(shop.id) for line in one["lines"]} - {None}
    assert sold & gone and not listed & gone
    assert sold <= listed | gone


def test_products_have_names_that_need_escaping_and_some_have_no_code(hard_market: Any) -> None:
    shop = shop_with_cheques(hard_market)
    listed = {one["id"]: one for one in hard_market.items(f"shops/{shop.id}/products")}
    assert "Молоко 3,2 %" in {one["name"] for one in listed.values()}
    assert any(set("<>&\"'") <= set(one["name"]) for one in listed.values())
    without = {key for key, one in listed.items() if not one["code"]}
    lines = [line for one in hard_market.cheques(shop.id) for line in one["lines"]]
    assert without & {line["productId"] for line in lines if not line["productCode"]}
