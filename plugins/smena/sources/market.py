"""The client of Kontur.Market's API."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import quote, urlencode

import msgspec

from smena.contract.decoding import Undecodable, decode, storable
from smena.contract.market_lists import camel, items_of
from smena.model.endpoint import Endpoint
from smena.model.errors import RefusedByService, RefusedLogin, UnreadableAnswer, WrongUse
from smena.sources.http import Answer, Http, RetryPolicy
from smena.sources.pace import Pace
from smena.sources.page import Page, readable_page

PAGE_LIMIT = 1000
MOST_PAGES = 10_000
LONGEST_MESSAGE = 200

_FIXES = {
    400: "the request is wrong: tell the developers",
    401: "check the connection's key",
    403: "give the key access to the shop",
    404: "check that the shop still exists",
}


class _Refusal(msgspec.Struct, rename="camel"):
    message: str | None = None
    error_field: str | None = None


class MarketClient:
    """Reads cheques, waybills and the lists that they refer to. Threads may share one.

    A method yields pages, each a response with its bytes, address and time. All refunds of January, for example:

        for page in client.cheques(shop_id, date(2026, 1, 1), date(2026, 1, 31), is_refund=True):
            store(page.body)

    Args:
        endpoint: base address (…/market); its password is the key.
        pace: how fast requests may go out: all users of the key share its 200,000 requests per hour.

    Every method raises PassingFault when the service cannot be reached, RefusedByService when it refuses the request
    (RefusedLogin when it refuses the key), and UnreadableAnswer when its answers are no list.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        retry_policy: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        pace: Pace | None = None,
    ) -> None:
        if not endpoint.password:
            raise WrongUse(f"connection `{endpoint.name}` has no key", fix="put the key into its password")
        self._base = endpoint.base_url.rstrip("/")
        self._key = endpoint.password
        self._http = Http(retry_policy, sleep)
        self._pace = pace or Pace(sleep=sleep)

    @property
    def traffic(self) -> Counter[str]:
        """Requests sent by method, retries included."""
        return self._http.traffic

    @property
    def retries(self) -> Counter[str]:
        """Requests by method that were not the first attempt."""
        return self._http.retries

    def close(self) -> None:
        self._http.close()

    def organizations(self) -> Iterator[Page]:
        """Yield every organisation that the key sees, with its shops, paid for or not."""
        return self._pages("organizations", "/v1/organizations", {"shopsPaymentState": "All"})

    def shops(self) -> Iterator[Page]:
        """Yield every shop that the key sees, paid for or not."""
        return self._pages("shops", "/v1/shops", {"paymentState": "All"})

    def cheques(self, shop_id: str, first: date, last: date, *, is_refund: bool) -> Iterator[Page]:
        """Yield cheques closed on the days `first`…`last`, both inclusive: sales, or with `is_refund` refunds."""
        query = {"isRefund": _flag(is_refund), "useTime": "false"}
        query |= {"dateFrom": first.isoformat(), "dateTo": last.isoformat()}
        return self._pages("cheques", f"{_shop(shop_id)}/cheques", query)

    def incoming_waybills(self, shop_id: str, first: date, last: date) -> Iterator[Page]:
        """Yield waybills received on the days `first`…`last`, both inclusive."""
        query = {"receiveDateFrom": first.isoformat(), "receiveDateTo": last.isoformat()}
        return self._pages("incoming-waybills", f"{_shop(shop_id)}/incoming-waybills", query)

    def contractors(self, shop_id: str) -> Iterator[Page]:
        """Yield suppliers and buyers: a page of those in use and one of archived ones."""
        for archived in (False, True):
            yield self._get("contractors", f"{_shop(shop_id)}/contractors", {"isArchived": _flag(archived)})

    def products(self, shop_id: str) -> Iterator[Page]:
        """Yield the lists of a shop's products: in use, archived, deleted; each is requested when it is taken.

        The lists have no pages: each answer is a whole list.
        """
        for state in ("", "archived", "deleted"):
            yield self._get("products", f"{_shop(shop_id)}/products", {"state": state} if state else {})

    def _pages(self, name: str, path: str, query: Mapping[str, str]) -> Iterator[Page]:
        """Yield pages, each requested when it is taken. An empty page ends the list, a short one does not.

        A list may grow while it is read, and then has an entry twice.
        """
        offset = 0
        before = b""
        for _ in range(MOST_PAGES):
            page = self._get(name, path, {**query, "limit": str(PAGE_LIMIT), "offset": str(offset)})
            entries = len(items_of(page.body))
            if entries and page.body == before:
                break
            yield page
            if not entries:
                return
            offset, before = offset + entries, page.body
        raise UnreadableAnswer(f"{name}: the pages do not come to an end", address=page.address, body=page.body)

    def _get(self, name: str, path: str, query: Mapping[str, str]) -> Page:
        address = f"{self._base}{path}?{urlencode(query)}" if query else f"{self._base}{path}"
        return readable_page(self._http, name, address, lambda: self._answered(name, address), _is_list, "list")

    def _answered(self, name: str, address: str) -> Answer:
        self._pace.wait()
        headers = {"x-kontur-apikey": self._key, "Accept": "application/json"}
        answer = self._http.request("GET", address, name=name, headers=headers)
        if answer.status >= 400:
            # A key that may not even list organisations or shops may read nothing.
            of_key = answer.status == 401 or (answer.status == 403 and name in ("organizations", "shops"))
            raise (RefusedLogin if of_key else RefusedByService)(
                f"{name}: HTTP {answer.status} {self._message(answer)}".rstrip(),
                status=answer.status,
                fix=_FIXES[401] if of_key else _FIXES.get(answer.status, ""),
            )
        if answer.status >= 300:
            raise RefusedByService(
                f"{name}: HTTP {answer.status}, a redirect", status=answer.status, fix="check its host"
            )
        return answer

    def _message(self, answer: Answer) -> str:
        """Market's message of a refusal as one line of bounded length, without the key if it repeats it."""
        try:
            refusal: _Refusal = decode(camel(answer.body), _Refusal)
        except Undecodable:
            return ""
        message = refusal.message or ""
        if refusal.error_field:
            message = f"{message} ({refusal.error_field})"
        line = " ".join(storable(message).replace(self._key, "***").split())
        return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def _shop(shop_id: str) -> str:
    return f"/v1/shops/{quote(shop_id, safe='')}"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _is_list(body: bytes) -> bool:
    try:
        items_of(body)
    except Undecodable:
        return False
    return True
