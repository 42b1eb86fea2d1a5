"""Whatever the published document allows, the reader gives rows or rejects, and never raises."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smena.sources.market_listing import list_contractors, list_organizations, list_shops
from smena.transform.market.reading import read_cheques, read_waybills
from smena.transform.market.waybills import make_waybills
from smena.transform.pages import RawPage
from tests.invented import PRIMER
from tests.unit.contract.published import dto, in_camel
from tests.unit.transform.market.till import FIRST, LAST, SHOP, ZONE, keep_books, rows

MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def answer(items: list[Any], dress: str) -> bytes:
    value: Any = {"Items": items}
    if dress == "a bare array":
        value = items
    return json.dumps(in_camel(value) if dress == "camelCase" else value).encode()


dresses = st.sampled_from(["PascalCase", "camelCase", "a bare array"])


@MANY
@given(items=st.lists(dto("ChequeDto") | dto("ChequeDto", whole=True), max_size=4), dress=dresses)
def test_every_cheque_that_the_document_allows_is_a_row_or_a_reject(items: list[Any], dress: str) -> None:
    for number, item in enumerate(items):
        item["ShopId"] = SHOP
        if "Id" in item:
            item["Id"] = f"c{number}"
    frames = keep_books(pages=[RawPage(1, SHOP, answer(items, dress))]).frames
    assert len(frames.cheques) + len(frames.rejects) == len(items)
    assert set(frames.rejects["kind"]) <= {"cheque"}


@MANY
@given(item=dto("ChequeDto", whole=True), dress=dresses)
def test_a_cheque_by_the_document_whose_sums_are_right_is_read(item: dict[str, Any], dress: str) -> None:
    item |= {"Id": "c1", "CashRegisterId": "s1", "ShopId": SHOP, "PriceCorrection": 0, "OpenTime": item["CloseTime"]}
    assume(item["CloseTime"] >= "2016-01-02" and item["CloseTime"] < "2031")
    for number, payment in enumerate(item["Payments"]):
        payment["Value"] = number + 0.25
    for sold in item["Lines"]:
        sold |= {"SellPricePerUnit": 10.5, "Count": 2}
    item["TotalPrice"] = float(sum(Decimal(str(payment["Value"])) for payment in item["Payments"]))
    frames = read_cheques([RawPage(1, SHOP, answer([item], dress))], ZONE)
    ((total, cash, cashless),) = rows(frames.cheques, "total", "cash", "cashless")
    paid_in_cash = sum(payment["Value"] for payment in item["Payments"] if payment["Type"] == "Cash")
    assert (cash, cash + cashless) == (round(paid_in_cash * 100), total)
    others = [payment["Type"] for payment in item["Payments"] if payment["Type"] != "Cash"]
    assert rows(frames.payments, "type") == [(kind,) for kind in others]
    assert rows(frames.lines, "quantity", "amount") == [(2000, 2100)] * len(item["Lines"])


@MANY
@given(items=st.lists(dto("IncomingWayBillDto") | dto("IncomingWayBillDto", whole=True), max_size=4), dress=dresses)
def test_every_waybill_that_the_document_allows_is_a_row_or_a_reject(items: list[Any], dress: str) -> None:
    for number, item in enumerate(items):
        item["ShopId"] = SHOP
        if "Id" in item:
            item["Id"] = f"w{number}"
    frames = read_waybills([RawPage(1, SHOP, answer(items, dress))], ZONE)
    assert len(frames.waybills) + len(frames.rejects) == len(items)
    make_waybills(frames.waybills, frames.lines, first_day=FIRST, last_day=LAST)


@MANY
@given(
    shops=st.lists(dto("ShopDto"), max_size=3),
    organizations=st.lists(dto("OrganizationDto"), max_size=3),
    contractors=st.lists(dto("ContractorDto"), max_size=3),
    dress=dresses,
)
def test_every_list_that_the_document_allows_is_listed(
    shops: list[Any], organizations: list[Any], contractors: list[Any], dress: str
) -> None:
    for one in organizations:
        # The document allows any text; an organisation whose ИНН is none is given apart.
        one |= {"Inn": PRIMER} if "Inn" in one else {}
    for entry, read, needed in (
        (shops, list_shops, {"Id"}),
        (contractors, list_contractors, {"Id"}),
        (organizations, list_organizations, {"Id", "Inn"}),
    ):
        good, _ = read(answer(entry, dress))
        assert len(good) == sum(needed <= set(one) for one in entry)
