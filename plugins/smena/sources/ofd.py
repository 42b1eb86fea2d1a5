"""The client of Kontur.OFD's API."""

from __future__ import annotations

import threading
import time
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec

from smena.contract.decoding import Undecodable, decode, is_empty
from smena.model.endpoint import Endpoint
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, UnreadableAnswer, WrongUse
from smena.sources.http import Answer, Http, RetryPolicy
from smena.sources.ofd_login import CertificateLogin, Login, PasswordLogin
from smena.sources.page import Page, readable_page

DEFAULT_AUTH_BASE_URL = "https://api.kontur.ru"
PAGE_LIMIT = 1000
MOST_PAGES = 10_000
LOG_IN_AGAIN = "401002"

_FIXES = {
    401: "check the connection's login and api_key",
    403: "give the integrator's key access to the register and the period",
    404: "check that the register still belongs to the organisation",
}


class _Paging(msgspec.Struct, rename="camel"):
    next_offset: str | None = None


class _PagedAnswer(msgspec.Struct):
    paging: _Paging | None = None


class _Refusal(msgspec.Struct, rename="camel"):
    error_code: int | str | None = None
    error_code_id: str | None = None

    @property
    def code(self) -> str:
        """The number, which is deprecated, where the answer still has it; else the text id."""
        return str(self.error_code or self.error_code_id or "")

    @property
    def is_of_session(self) -> bool:
        """Whether logging in again helps."""
        return self.code == LOG_IN_AGAIN or "auth-sid" in (self.error_code_id or "")


class OfdClient:
    """Reads fiscal documents and totals. Threads may share one.

    A method returns or yields pages, each a response with its bytes, address and time. The z-reports of a day, for
    example, after logging in where there is no session yet:

        for page in client.by_period(organization_id, rnm, day, next_day, ["closeShift"]):
            store(page.body)

    Args:
        endpoint: base address of the data; login and password; in extra `api_key`, and optionally `auth_base_url`,
            `certificate_file` with `private_key_file` (then the certificate logs in).

    Every method raises PassingFault when the service cannot be reached, RefusedByService when it refuses the request
    (RefusedLogin when it refuses the login or the key), and UnreadableAnswer when its answers are no JSON.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        retry_policy: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        key = endpoint.extra.get("api_key")
        if not key:
            raise WrongUse(
                f"connection `{endpoint.name}` has no api_key", fix="put the integrator's key into its extra"
            )
        self._base = endpoint.base_url.rstrip("/")
        self._key = str(key)
        self._login = _login(endpoint)
        self._http = Http(retry_policy, sleep)
        self._sid = ""
        self._refused: RefusedLogin | None = None
        self._outage: PassingFault | None = None
        self._outages = 0
        self._logging_in = threading.Lock()

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

    def log_in(self) -> None:
        """Log in where there is no session yet; every other method does so too."""
        self._session("")

    def organizations(self) -> Page:
        """Return the list of every organisation that the key sees."""
        return self._get("organizations", "/v2/organizations")

    def cashboxes(self, organization: str) -> Page:
        """Return the list of every register of an organisation."""
        return self._get("cashboxes", f"/v2/organizations/{quote(organization, safe='')}/cashboxes")

    def by_period(
        self, organization: str, register: str, first: datetime, last: datetime, types: Sequence[str]
    ) -> Iterator[Page]:
        """Yield fiscal documents of these types, page by page. Both ends are inclusive, on the register's clock.

        The last page has the offset that was sent as its next offset, or neither is there: a short or an empty page is
        not the last. An answer without an offset to a request that had one is a fault.
        """
        path = f"{_cashbox(organization, register)}/documents/by-period"
        query = {"dateFrom": first.isoformat(timespec="seconds"), "dateTo": last.isoformat(timespec="seconds")}
        query |= {"types": ",".join(types), "limit": str(PAGE_LIMIT)}
        sent: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._get("by-period", path, query | ({"offset": sent} if sent else {}))
            yield page
            following = next_offset(page.body)
            if following == sent:
                return
            if following is None:
                raise PassingFault("by-period: the cursor is lost between two pages", fix="run again later")
            if following in seen:
                break
            seen.add(following)
            sent = following
        raise UnreadableAnswer("by-period: the cursor runs in a circle", address=page.address, body=page.body)

    def by_shifts(self, organization: str, register: str, first: date, last: date) -> Page:
        """Return totals by shift of the days `first`…`last`, both inclusive."""
        path = f"{_cashbox(organization, register)}/statistics/cash-receipt/by-shifts"
        return self._get("by-shifts", path, {"from": first.isoformat(), "to": last.isoformat()})

    def by_days(self, organization: str, register: str, first: date, last: date) -> Page:
        """Return totals by calendar day of the days `first`…`last`, both inclusive."""
        path = f"{_cashbox(organization, register)}/statistics/cash-receipt/by-days"
        return self._get("by-days", path, {"from": first.isoformat(), "to": last.isoformat()})

    def organization_by_days(self, organization: str, first: date, last: date) -> Page:
        """Return totals by calendar day of the whole organisation; refused to a key that may not see every register."""
        path = f"/v2/organizations/{quote(organization, safe='')}/statistics/cash-receipt/by-days"
        return self._get("organization-by-days", path, {"from": first.isoformat(), "to": last.isoformat()})

    def _get(self, name: str, path: str, query: Mapping[str, str] | None = None) -> Page:
        address = f"{self._base}{path}{f'?{urlencode(query)}' if query else ''}"
        return readable_page(self._http, name, address, lambda: self._answered(name, address), _is_json, "JSON")

    def _answered(self, name: str, address: str) -> Answer:
        """An accepted answer; an expired session is renewed once."""
        sid = self._session("")
        answer = self._ask(name, address, sid)
        if answer.status == 401 and _refusal(answer).is_of_session:
            answer = self._ask(name, address, self._session(sid))
        if answer.status >= 400:
            refused = RefusedLogin if answer.status == 401 else RefusedByService
            code = _refusal(answer).code
            raise refused(
                f"{name}: HTTP {answer.status} {code}".rstrip(),
                status=answer.status,
                code=code,
                fix=_FIXES.get(answer.status, ""),
            )
        if answer.status >= 300:
            raise RefusedByService(
                f"{name}: HTTP {answer.status}, a redirect", status=answer.status, fix="check its host"
            )
        return answer

    def _ask(self, name: str, address: str, sid: str) -> Answer:
        headers = {"Authorization": f"auth.sid {sid}", "X-Kontur-Ofd-ApiKey": self._key, "Accept": "application/json"}
        return self._http.request("GET", address, name=name, headers=headers)

    def _session(self, dead: str) -> str:
        """The session id; a new one where the current one is `dead`. Threads that ask at once log in once.

        A refused login is not tried again, because repeated attempts may lock the account. An outage is raised in every
        thread that waited for the login.
        """
        seen = self._outages
        with self._logging_in:
            if self._refused is not None:
                raise self._refused
            if self._outage is not None and self._outages != seen:
                raise self._outage
            if not self._sid or self._sid == dead:
                try:
                    self._sid = self._login.log_in(self._http)
                except RefusedLogin as refusal:
                    self._refused = refusal
                    raise
                except PassingFault as outage:
                    self._outage, self._outages = outage, self._outages + 1
                    raise
            return self._sid


def _cashbox(organization: str, register: str) -> str:
    return f"/v2/organizations/{quote(organization, safe='')}/cashboxes/{quote(register, safe='')}"


def next_offset(body: bytes) -> str | None:
    """Return the offset of the next page; None where there is none. Raises PassingFault where the body is no page."""
    try:
        answer = decode(body, _PagedAnswer) if not is_empty(body) else _PagedAnswer()
    except Undecodable:
        answer = None
    if answer is None:
        raise PassingFault("by-period: the answer has no shape of a page")
    return (answer.paging.next_offset or None) if answer.paging else None


def _login(endpoint: Endpoint) -> Login:
    base = str(endpoint.extra.get("auth_base_url") or DEFAULT_AUTH_BASE_URL).rstrip("/")
    certificate, key = endpoint.extra.get("certificate_file"), endpoint.extra.get("private_key_file")
    if certificate and key:
        return CertificateLogin(base, Path(str(certificate)), Path(str(key)))
    if not endpoint.login or not endpoint.password:
        raise WrongUse(
            f"connection `{endpoint.name}` has no login and password",
            fix="or name certificate_file and private_key_file",
        )
    return PasswordLogin(base, endpoint.login, endpoint.password)


def _is_json(body: bytes) -> bool:
    """Whether it is a JSON object or array, or empty: an empty body means that there is no data."""
    if is_empty(body):
        return True
    try:
        decode(body, msgspec.Raw)
    except Undecodable:
        return False
    return body.removeprefix(BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _refusal(answer: Answer) -> _Refusal:
    try:
        refusal: _Refusal = decode(answer.body, _Refusal)
    except Undecodable:
        return _Refusal()
    return refusal
