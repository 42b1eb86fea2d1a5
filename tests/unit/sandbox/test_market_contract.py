"""Every answer of Market is what the published OpenAPI document says, with names in camelCase."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.contracts import KONTUR_MARKET

GUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{7}|Z)$"
OPTIONAL = {"customer"}
WHOLE = {"dateFrom": "2025-12-01", "dateTo": "2026-01-20", "limit": 300}
RECEIVED = {"receiveDateFrom": "2025-12-01", "receiveDateTo": "2026-01-20", "limit": 300}
SHOP = "/v1/shops/{shopId}"
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("/v1/organizations", {"shopsPaymentState": "All"}),
    (SHOP, {}),
    (f"{SHOP}/cheques", WHOLE),
    (f"{SHOP}/cheques", WHOLE | {"isRefund": "true"}),
    (f"{SHOP}/incoming-waybills", RECEIVED),
    (f"{SHOP}/contractors", {}),
    (f"{SHOP}/contractors", {"isArchived": "true"}),
    (f"{SHOP}/products", {}),
    (f"{SHOP}/products", {"state": "deleted"}),
    (f"{SHOP}/product-groups", {}),
]


def camel(name: str) -> str:
    return name[0].lower() + name[1:]


def read_schema(published: dict[str, Any]) -> dict[str, Any]:
    """A schema of OpenAPI 3.0 as one of JSON: references followed, names in camelCase, every property required."""
    if "$ref" in published:
        target = KONTUR_MARKET["components"]["schemas"][published["$ref"].rsplit("/", 1)[1]]
        return read_schema(target | ({"nullable": True} if published.get("nullable") else {}))
    schema: dict[str, Any] = {name: published[name] for name in ("type", "enum") if name in published}
    if published.get("format") in ("Guid", "DateTime"):
        schema["pattern"] = GUID if published["format"] == "Guid" else MOMENT
    if "properties" in published:
        schema["properties"] = {camel(name): read_schema(one) for name, one in published["properties"].items()}
        schema["required"] = sorted(set(schema["properties"]) - OPTIONAL)
        schema["additionalProperties"] = False
    if "items" in published:
        schema["items"] = read_schema(published["items"])
    return {"anyOf": [schema, {"type": "null"}]} if published.get("nullable") else schema


def schema_of(path: str, status: str = "200") -> dict[str, Any]:
    return read_schema(
        KONTUR_MARKET["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]
    )


@pytest.mark.parametrize(("path", "query"), ASKED)
def test_an_answer_is_what_the_contract_declares(hard_market: Any, path: str, query: dict[str, Any]) -> None:
    for shop in hard_market.sandbox.shops[:4]:
        answer = hard_market.ask(path.format(shopId=shop.id).removeprefix("/v1/"), **query)
        assert answer.status_code == 200
        body = answer.json()
        assert body.get("items", body) if isinstance(body, dict) else body
        jsonschema.validate(body, schema_of(path))


def test_shops_come_in_an_object_though_an_array_is_declared(hard_market: Any) -> None:
    body = hard_market.ask("shops", paymentState="All").json()
    assert set(body) == {"items"}
    assert len(body["items"]) == len(hard_market.sandbox.shops)
    jsonschema.validate(body["items"], schema_of("/v1/shops"))


def test_one_waybill_is_what_the_list_has(hard_market: Any) -> None:
    shop = hard_market.sandbox.shops[0]
    listed = hard_market.items(f"shops/{shop.id}/incoming-waybills", **RECEIVED)[3]
    one = hard_market.ask(f"shops/{shop.id}/incoming-waybills/{listed['id']}").json()
    jsonschema.validate(one, schema_of(f"{SHOP}/incoming-waybills/{{waybillId}}"))
    assert one == listed


def test_there_are_no_outgoing_waybills(hard_market: Any) -> None:
    shop = hard_market.sandbox.shops[0]
    body = hard_market.ask(f"shops/{shop.id}/outgoing-waybills").json()
    jsonschema.validate(body, schema_of(f"{SHOP}/outgoing-waybills"))
    assert body == {"items": []}


UNKNOWN_ID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        (f"shops/{UNKNOWN_ID}", {}, 404, None),
        (f"shops/{UNKNOWN_ID}/cheques", {}, 404, None),
        ("shops/{shop}/incoming-waybills/" + UNKNOWN_ID, {}, 404, None),
        ("shops/7", {}, 400, "shopId"),
        ("shops/{shop}/cheques", {"limit": 1001}, 400, "limit"),
        ("shops/{shop}/cheques", {"limit": 0}, 400, "limit"),
        ("shops/{shop}/cheques", {"offset": -1}, 400, "offset"),
        ("shops/{shop}/cheques", {"isRefund": "maybe"}, 400, "isRefund"),
        ("shops/{shop}/cheques", {"dateFrom": "01.12.2025"}, 400, "dateFrom"),
        ("shops/{shop}/cheques", {"dateFrom": "2025-12-32"}, 400, "dateFrom"),
        ("shops/{shop}/cheques", {"dateFrom": "2025-12-02", "dateTo": "2025-12-01"}, 400, "dateFrom"),
        ("shops/{shop}/cheques", {"paymentType": "Barter"}, 400, "paymentType"),
        ("shops/{shop}/cheques", {"cashboxId": "first"}, 400, "cashboxId"),
        ("shops/{shop}/incoming-waybills", {"source": "Fax"}, 400, "source"),
        ("shops", {"paymentState": "Sometimes"}, 400, "paymentState"),
    ],
)
def test_a_refusal_names_the_parameter(
    hard_market: Any, path: str, query: dict[str, Any], status: int, field: str | None
) -> None:
    answer = hard_market.ask(path.format(shop=hard_market.sandbox.shops[0].id), **query)
    body = answer.json()
    jsonschema.validate(body, schema_of(f"{SHOP}/cheques", "400"))
    assert (answer.status_code, body["statusCode"], body["errorField"]) == (status, status, field)


@pytest.mark.parametrize("key", [None, "", "not-the-key"])
def test_without_the_right_key_everything_is_forbidden(hard_market: Any, key: str | None) -> None:
    hard_market.http.headers["x-kontur-apikey"] = key
    for path in ("organizations", "shops", f"shops/{hard_market.sandbox.shops[0].id}/cheques", f"shops/{UNKNOWN_ID}"):
        answer = hard_market.ask(path)
        jsonschema.validate(answer.json(), schema_of("/v1/shops", "403"))
        assert answer.status_code == 403
