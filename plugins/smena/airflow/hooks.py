"""Hooks of Kontur.OFD and Kontur.Market: the library's clients, made of an Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseHook

from smena.airflow.connections import endpoint_of, fields_of
from smena.model.errors import SmenaError

if TYPE_CHECKING:
    from smena.model.endpoint import Endpoint
    from smena.runtime.connection_check import ConnectionCheckResult
    from smena.sources.market import MarketClient
    from smena.sources.ofd import OfdClient


class _KonturHook(BaseHook):
    """The common part of both hooks. A connection of type `http` is accepted as well."""

    conn_type: ClassVar[str]

    def __init__(self, conn_id: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._conn_id = conn_id

    def endpoint(self, name: str = "") -> Endpoint:
        """Return the connection's fields; messages call it `name`. Raises WrongUse where they cannot be read."""
        return endpoint_of(name or self._conn_id, fields_of(self.get_connection(self._conn_id)))

    def test_connection(self) -> tuple[bool, str]:
        """Whether the service answers and lets us in, and a sentence of what is wrong. No secret is in it."""
        from smena.runtime.connection_check import refused

        try:
            # Airflow's button tests a copy under a generated name, which means nothing in a message.
            found = self._check(self.endpoint(self.conn_type))
        except SmenaError as error:
            found = refused(error)
        return found.ok, found.message

    def _check(self, endpoint: Endpoint) -> ConnectionCheckResult:
        raise NotImplementedError


class KonturOfdHook(_KonturHook):
    """The hook of Kontur.OFD.

    Args:
        kontur_ofd_conn_id: a connection of type `kontur_ofd`.
    """

    conn_name_attr = "kontur_ofd_conn_id"
    default_conn_name = "kontur_ofd"
    conn_type = "kontur_ofd"
    hook_name = "Kontur.OFD"

    def __init__(self, kontur_ofd_conn_id: str = default_conn_name, **rest: Any) -> None:
        super().__init__(kontur_ofd_conn_id, **rest)

    def get_conn(self) -> OfdClient:
        """Return a client; the caller closes it. Raises WrongUse where the connection lacks something."""
        from smena.sources.ofd import OfdClient

        return OfdClient(self.endpoint())

    def _check(self, endpoint: Endpoint) -> ConnectionCheckResult:
        from smena.runtime.connection_check import check_ofd

        return check_ofd(endpoint)


class KonturMarketHook(_KonturHook):
    """The hook of Kontur.Market.

    Args:
        kontur_market_conn_id: a connection of type `kontur_market`.
    """

    conn_name_attr = "kontur_market_conn_id"
    default_conn_name = "kontur_market"
    conn_type = "kontur_market"
    hook_name = "Kontur.Market"

    def __init__(self, kontur_market_conn_id: str = default_conn_name, **rest: Any) -> None:
        super().__init__(kontur_market_conn_id, **rest)

    def get_conn(self) -> MarketClient:
        """Return a client; the caller closes it. Raises WrongUse where the connection lacks something."""
        from smena.sources.market import MarketClient

        return MarketClient(self.endpoint())

    def _check(self, endpoint: Endpoint) -> ConnectionCheckResult:
        from smena.runtime.connection_check import check_market

        return check_market(endpoint)
