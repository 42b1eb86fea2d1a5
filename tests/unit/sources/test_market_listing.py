"""Lists of Kontur.Market are read in both cases of names and in both shapes, each entry for itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.errors import PassingFault
from smena.sources.market_listing import (
    Contractor,
    MarketOrganization,
    Product,
    Shop,
    list_contractors,
    list_organizations,
    list_products,
    list_shops,
)

SHOP_ENTRY = {
    "id": "s1", "organizationId": "o1", "name": " Лавка ", "address": "г. Примерск", "kpp": "960101001",
    "isPaid": False, "fsrarId": None,
}  # fmt: skip
SHOP = Shop("s1", "o1", "Лавка", "г. Примерск", "960101001", is_paid=False)


def pascal(entry: Any) -> Any:
    """The same with names as the schemas write them."""
    if isinstance(entry, dict):
        return {name[:1].upper() + name[1:]: pascal(value) for name, value in entry.items()}
    return [pascal(one) for one in entry] if isinstance(entry, list) else entry


def body(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


SHAPES = {
    "items": {"items": [SHOP_ENTRY]},
    "a bare array": [SHOP_ENTRY],
    "Items": pascal({"items": [SHOP_ENTRY]}),
    "a bare array of Pascal": pascal([SHOP_ENTRY]),
    "Items of camels": {"Items": [SHOP_ENTRY]},
    "with something new": {"items": [SHOP_ENTRY | {"Brand": {"New": [1]}}], "total": 1},
}


@pytest.mark.parametrize("value", SHAPES.values(), ids=SHAPES)
def test_shops_are_read_in_every_shape_they_come_in(value: Any) -> None:
    assert list_shops(body(value)) == ([SHOP], [])


def test_an_unpaid_shop_is_a_shop() -> None:
    ((shop,), _) = list_shops(body([SHOP_ENTRY]))
    assert shop.is_paid is False


def test_a_shop_with_nothing_but_its_id_is_listed() -> None:
    nothing = Shop("s1", "", "", "", None, None)
    assert list_shops(body([{"id": "s1"}, dict.fromkeys(SHOP_ENTRY) | {"id": "s1"}]))[0] == [nothing, nothing]


def test_an_organisation_comes_with_its_shops() -> None:
    fields = {"id": "o1", "inn": "1234567894", "name": "ООО «Ромашка»", "shops": [{"id": "s2"}, SHOP_ENTRY]}
    ((one,), broken) = list_organizations(body({"items": [fields]}))
    shops = (Shop("s2", "o1", "", "", None, None), SHOP)
    assert (one, broken) == (MarketOrganization("o1", "1234567894", "ООО «Ромашка»", shops), [])
    assert list_organizations(body(pascal([fields]))) == ([one], [])


def test_the_padding_of_an_inn_goes() -> None:
    ((one,), _) = list_organizations(body([{"id": "o1", "inn": " 001234567894 ", "shops": None}]))
    assert (one.inn, one.shops) == ("1234567894", ())


@pytest.mark.parametrize("value", ["", "abc", "96010100", "9601010012", "96010100²", -1, 1.5, True, [], {}, "9" * 9000])
def test_an_invalid_kpp_opens_no_cash_book(value: Any) -> None:
    assert list_shops(body([SHOP_ENTRY | {"kpp": value}])) == ([replace(SHOP, kpp=None)], [])


def test_a_kpp_may_be_a_number() -> None:
    assert list_shops(body([SHOP_ENTRY | {"kpp": 960101001}])) == ([SHOP], [])


@pytest.mark.parametrize("value", [-1, 1.5, True, [], {}, [{"id": 1}], "9" * 9000])
@pytest.mark.parametrize("field", ["organizationId", "name", "address", "kpp", "isPaid"])
def test_no_value_of_an_optional_field_costs_a_shop(field: str, value: Any) -> None:
    ((shop,), broken) = list_shops(body([SHOP_ENTRY | {field: value}]))
    assert (shop.id, broken) == ("s1", [])


@pytest.mark.parametrize("inn", ["", "abc", "1234567895", "123456789", 7, "12345678940"])
def test_an_organisation_without_a_valid_inn_is_not_identified(inn: Any) -> None:
    good, (one,) = list_organizations(body([{"id": "o1", "inn": inn, "shops": [SHOP_ENTRY]}]))
    assert (good, one["reason"]) == ([], "not_an_inn")


BROKEN: list[Any] = [None, 5, "s1", [], {}, {"id": None}, {"id": ""}, {"id": "  "}, {"id": 7}, {"ID": "s1"}]


@pytest.mark.parametrize("entry", BROKEN, ids=str)
def test_an_invalid_shop_costs_its_neighbours_nothing(entry: Any) -> None:
    good, broken = list_shops(body([SHOP_ENTRY, entry, SHOP_ENTRY | {"id": "s2"}]))
    assert [one.id for one in good] == ["s1", "s2"]
    assert [json.loads(one["record"]) for one in broken] == [entry]
    assert broken[0]["reason"]


def test_an_invalid_shop_costs_its_organisation_nothing() -> None:
    organization = {"id": "o1", "inn": "1234567894", "shops": [SHOP_ENTRY, {"id": ""}]}
    ((one,), broken) = list_organizations(body([organization]))
    assert (one.shops, len(broken)) == ((SHOP,), 1)


def test_a_contractor_is_identified_by_his_inn_and_kpp() -> None:
    found = [
        {"id": "c1", "inn": "1234567894", "kpp": "960101001", "name": "ООО «Сад»", "isArchived": True},
        {"id": "c2", "inn": None, "name": "Частник"},
    ]
    assert list_contractors(body(found))[0] == [
        Contractor("c1", "1234567894", "960101001", "ООО «Сад»", is_archived=True),
        Contractor("c2", "", "", "Частник", is_archived=False),
    ]


PRODUCT_ENTRY = {
    "id": "p1",
    "shopId": "s1",
    "productType": "Product",
    "code": 17,
    "name": " Молоко 3,2 % ",
    "packs": None,
}
PRODUCT = Product("p1", "Молоко 3,2 %")
LISTS_OF_PRODUCTS = {
    "items": {"items": [PRODUCT_ENTRY]},
    "a bare array": [PRODUCT_ENTRY],
    "Items": pascal({"items": [PRODUCT_ENTRY]}),
    "with something new": {"items": [PRODUCT_ENTRY | {"Brand": {"New": [1]}}], "total": 1},
    "nothing but id and name": [{"id": "p1", "name": "Молоко 3,2 %"}],
}


@pytest.mark.parametrize("value", LISTS_OF_PRODUCTS.values(), ids=LISTS_OF_PRODUCTS)
def test_products_are_read_in_every_shape_they_come_in(value: Any) -> None:
    assert list_products(body(value)) == ([PRODUCT], [])


@pytest.mark.parametrize("name", ['Шнур <3 м> & «Узел "А"»', "\\ ' %s \u2028 {}", "🥛", "x" * 5000])
def test_a_product_may_have_any_name(name: str) -> None:
    ((product,), broken) = list_products(body([PRODUCT_ENTRY | {"name": name}]))
    assert (product.name[:900], broken) == (name[:900], [])
    assert len(product.name) <= 1000


@pytest.mark.parametrize("name", [None, "", "  ", 7, True, [], {"ru": "Молоко"}])
def test_a_product_without_a_name_costs_its_neighbours_nothing(name: Any) -> None:
    good, (one,) = list_products(body([PRODUCT_ENTRY, PRODUCT_ENTRY | {"id": "p2", "name": name}]))
    assert (good, one["reason"]) == ([PRODUCT], "entry_without_name")


@pytest.mark.parametrize("entry", BROKEN, ids=str)
def test_a_product_without_an_id_costs_its_neighbours_nothing(entry: Any) -> None:
    nameless = entry | {"name": "Чай"} if isinstance(entry, dict) else entry
    good, broken = list_products(body([PRODUCT_ENTRY, nameless, PRODUCT_ENTRY | {"id": "p2"}]))
    assert [one.id for one in good] == ["p1", "p2"]
    assert [json.loads(one["record"]) for one in broken] == [nameless]
    assert broken[0]["reason"]


@pytest.mark.parametrize("data", [b"", b"null", b"{}", b"<html>", b'{"items": 5}', b'{"items": [', b"\xff"])
def test_what_is_no_list_is_a_fault_that_may_pass(data: bytes) -> None:
    for read in (list_shops, list_organizations, list_contractors, list_products):
        with pytest.raises(PassingFault, match="no list"):
            read(data)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "inn", "shops", "Id", "Shops", "kpp", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(entries=st.lists(anything, max_size=4))
def test_whatever_the_entries_are_each_is_read_or_rejected(entries: list[Any]) -> None:
    for read in (list_shops, list_contractors, list_products):
        good, broken = read(body(entries))
        assert len(good) + len(broken) == len(entries)
    good, broken = list_organizations(body(entries))
    assert len(good) + len(broken) >= len(entries)
