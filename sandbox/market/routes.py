"""Market over HTTP, under `/market`, and its truth, under `/_sandbox/market-truth`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.app import Gate, ResponsePolicy, as_json
from sandbox.market.refusals import closed_shop, refusal_of_status
from sandbox.market.service import Market

PREFIX = "/market"
_RESPONSE_POLICY = ResponsePolicy(refusal_of_status, closed_shop)
_SHOP = f"{PREFIX}/v1/shops/{{shopId}}"

Method = Callable[[Mapping[str, str], Mapping[str, str]], Any]


def _route(gate: Gate, market: Market, path: str, name: str, method: Method) -> Route:
    async def endpoint(request: Request) -> Response:
        def answer() -> Any:
            market.admit(request.headers.get("x-kontur-apikey", ""))
            line = f"{request.url.path}?{request.url.query}"
            return method({**request.path_params, "line": line}, request.query_params)

        return await gate.pass_through(
            request,
            f"market-{name}",
            answer,
            place=request.path_params.get("shopId", ""),
            response_policy=_RESPONSE_POLICY,
        )

    return Route(path, endpoint, methods=["GET"])


def _truth_route(truth: Callable[[str | None], list[dict[str, Any]]]) -> Route:
    async def endpoint(request: Request) -> Response:
        return as_json({"shifts": truth(request.query_params.get("inn"))})

    return Route("/_sandbox/market-truth", endpoint, methods=["GET"])


def market_routes(market: Market, gate: Gate, truth: Callable[[str | None], list[dict[str, Any]]]) -> list[Route]:
    """Return all routes of Market. Counts and faults use a shop's id as they use a РНМ for the operator."""
    methods: list[tuple[str, str, Method]] = [
        (f"{PREFIX}/v1/organizations", "organizations", market.organizations),
        (f"{PREFIX}/v1/shops", "shops", market.shops),
        (_SHOP, "shop", market.shop),
        (f"{_SHOP}/cheques", "cheques", market.cheques),
        (f"{_SHOP}/incoming-waybills", "incoming-waybills", market.incoming_waybills),
        (f"{_SHOP}/incoming-waybills/{{waybillId}}", "incoming-waybill", market.incoming_waybill),
        (f"{_SHOP}/outgoing-waybills", "outgoing-waybills", market.outgoing_waybills),
        (f"{_SHOP}/contractors", "contractors", market.contractors),
        (f"{_SHOP}/products", "products", market.products),
        (f"{_SHOP}/product-groups", "product-groups", market.product_groups),
    ]
    return [_route(gate, market, *one) for one in methods] + [_truth_route(truth)]
