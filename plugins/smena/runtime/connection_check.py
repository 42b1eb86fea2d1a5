"""Whether a connection works, in the same words for Airflow's button "Test" and `smena connections test`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from smena.model.endpoint import Endpoint
from smena.model.errors import PassingFault, RefusedByService, SmenaError, UnreadableAnswer
from smena.sources import market_listing, ofd_listing
from smena.sources.http import RetryPolicy
from smena.sources.market import MarketClient
from smena.sources.ofd import OfdClient
from smena.sources.page import Page
from smena.warehouse.database import Warehouse

RETRY_POLICY = RetryPolicy(connect_s=5, read_s=15, deadline_s=20, attempts=1)
"""A person waits for the answer: one attempt of at most 20 seconds."""

NO_ORGANIZATION = 3
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class ConnectionCheckResult:
    """Whether the connection can be used, a sentence without secrets, and an exit code."""

    ok: bool
    message: str
    exit_code: int = 0


def check_ofd(endpoint: Endpoint) -> ConnectionCheckResult:
    """Check that Kontur.OFD answers, accepts the login and the key, and lists the organisations that the key sees."""
    return _checked(lambda: _ofd(endpoint))


def check_market(endpoint: Endpoint) -> ConnectionCheckResult:
    """Check that Kontur.Market answers, accepts the key, and lists the organisations that it sees."""
    return _checked(lambda: _market(endpoint))


def check_warehouse(dsn: str) -> ConnectionCheckResult:
    """Check that the warehouse answers, and has the schema of this release."""
    return _checked(lambda: _warehouse(dsn))


def refused(error: SmenaError) -> ConnectionCheckResult:
    """Return the result of a connection that cannot be used, for this reason."""
    return ConnectionCheckResult(ok=False, message=str(error), exit_code=error.exit_code)


def _checked(check: Callable[[], ConnectionCheckResult]) -> ConnectionCheckResult:
    try:
        return check()
    except SmenaError as error:
        return refused(error)


def _ofd(endpoint: Endpoint) -> ConnectionCheckResult:
    client = OfdClient(endpoint, retry_policy=RETRY_POLICY)
    try:
        _reached("the login (auth_base_url)", client.log_in)
        page = _reached("the data (host)", client.organizations, accepted="the login is accepted, the key is not")
    finally:
        client.close()
    return _seen("the login and the key are accepted", [page], ofd_listing.list_organizations)


def _market(endpoint: Endpoint) -> ConnectionCheckResult:
    client = MarketClient(endpoint, retry_policy=RETRY_POLICY)
    try:
        pages = _reached("Kontur.Market (host)", lambda: list(client.organizations()))
    finally:
        client.close()
    return _seen("the key is accepted", pages, market_listing.list_organizations)


def _warehouse(dsn: str) -> ConnectionCheckResult:
    warehouse = Warehouse(dsn)
    try:
        with warehouse.transaction() as transaction:
            server = transaction.connection.server_version
            schema = transaction.rows("schema_version")[0]["version_num"]
    finally:
        warehouse.close()
    return ConnectionCheckResult(
        ok=True, message=f"PostgreSQL {server // 10_000}.{server % 10_000} answers, its schema is {schema}"
    )


def _reached(place: str, ask: Callable[[], Any], *, accepted: str = "") -> Any:
    """The result of `ask`. A fault names the address that failed, a refusal what was accepted before."""
    try:
        return ask()
    except UnreadableAnswer as error:
        raise PassingFault(f"the address of {place} is of another service: {error.message}", fix="check it") from None
    except PassingFault as error:
        raise PassingFault(f"the address of {place} does not answer: {error.message}", fix="check it") from None
    except RefusedByService as error:
        if error.status == NOT_FOUND or 300 <= error.status < 400:
            raise PassingFault(
                f"the address of {place} is of another service: {error.message}", fix="check it"
            ) from None
        if not accepted:
            raise
        raise RefusedByService(
            f"{accepted}: {error.message}", status=error.status, code=error.code, fix=error.fix
        ) from None


def _seen(
    accepted: str, pages: Iterable[Page], read: Callable[[bytes], tuple[list[Any], list[Any]]]
) -> ConnectionCheckResult:
    """A good result if at least one organisation can be read: with a key that sees none, nothing can be loaded."""
    lists = [read(page.body) for page in pages]
    count, broken = sum(len(entries) for entries, _ in lists), sum(len(bad) for _, bad in lists)
    if not count:
        what = "sees no organisation" if not broken else f"sees {broken} organisations, none of which can be read"
        message = f"{accepted}, but the key {what} — have the key be given access to the organisation"
        return ConnectionCheckResult(ok=False, message=message, exit_code=NO_ORGANIZATION)
    unread = f", {broken} cannot be read" if broken else ""
    return ConnectionCheckResult(ok=True, message=f"{accepted}, organisations that can be read: {count}{unread}")
