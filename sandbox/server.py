"""`SandboxServer`: the sandbox over real HTTP, in a thread of this process or in the foreground."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import uvicorn

from sandbox.app import Controls, Gate, build_app
from sandbox.faults import Faults
from sandbox.market.routes import PREFIX, market_routes
from sandbox.market.service import Market
from sandbox.market.shops import Shop, open_shops, with_added_registers
from sandbox.market.truth import truth_of_till_shifts
from sandbox.ofd import Ofd
from sandbox.session import Authenticator
from sandbox.settings import SandboxSettings
from sandbox.shifts import to_seconds
from sandbox.traffic import Traffic
from sandbox.truth import truth_of_days, truth_of_shifts
from sandbox.world import World, build_world

_START_TIMEOUT_S = 10.0


def as_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; a naive one is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class SandboxServer:
    """A sandbox of Kontur.OFD and, with `SandboxSettings.market`, of Kontur.Market with the same shops.

    >>> with SandboxServer(SandboxSettings()) as sandbox:
    ...     requests.get(f"{sandbox.address}/v2/organizations")

    Attributes:
        address: `http://127.0.0.1:<port>`; both the data and the authentication endpoint. Set before the server starts.
        market_address: base address of Market. shops: Market's shops; none without Market.
        world: the invented world. faults: faults to switch on. requests: counts of requests.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.world: World = build_world(self.settings.world)
        market = self.settings.market
        self.shops: tuple[Shop, ...] = open_shops(self.world, market) if market else ()
        self.world = with_added_registers(self.world, self.shops)
        self.faults = Faults()
        self.requests = Traffic()
        self._now = as_utc(self.settings.now) if self.settings.now else None
        self._authenticator = Authenticator(self.settings, time.monotonic)
        ofd = Ofd(self.settings, self.world, self.faults, self._now_s)
        controls = Controls(self.faults, self.requests, self.current_time, self.set_now, self.truth, truth_of_days)
        gate = Gate(self._authenticator, self.faults, self.requests)
        self._market = Market(market, self.shops, self.faults, self._now_s) if market else None
        routes = market_routes(self._market, gate, self.market_truth) if self._market else []
        app = build_app(ofd, self._authenticator, gate, controls, routes)
        self._socket = socket.create_server((self.settings.host, self.settings.port))
        host, port = self._socket.getsockname()[:2]
        self.address = f"http://{host}:{port}"
        self.market_address = f"{self.address}{PREFIX}"
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    # --- time and truth

    def current_time(self) -> datetime:
        """Return the server's present time, aware, in UTC."""
        return self._now or datetime.now(UTC)

    def set_now(self, now: datetime | None) -> None:
        """Set the server's time (naive is UTC); None goes back to the real clock."""
        self._now = as_utc(now) if now else None

    def _now_s(self) -> int:
        return to_seconds(self.current_time().replace(tzinfo=None))

    def truth(self, inn: str | None = None, *, unclosed: bool = False) -> list[dict[str, Any]]:
        """Return every closed shift known now, or every unclosed one of a dead drive; see `truth.truth_of_shifts`."""
        return truth_of_shifts(self.world, self.current_time(), inn, unclosed=unclosed)

    def truth_by_days(self, inn: str | None = None) -> list[dict[str, Any]]:
        """Return the sums of `truth` by organisation and local day of closing."""
        return truth_of_days(self.truth(inn))

    def market_truth(self, inn: str | None = None) -> list[dict[str, Any]]:
        """Return every till shift that Market has now, none without Market; see `market.truth.truth_of_till_shifts`."""
        return truth_of_till_shifts(self._market, self.shops, inn) if self._market else []

    def forget_sessions(self) -> None:
        """End every session."""
        self._authenticator.forget_all()

    # --- life

    def serve(self) -> None:
        """Serve in the foreground until SIGTERM or SIGINT."""
        self._server.run(sockets=[self._socket])

    def start(self) -> SandboxServer:
        """Serve in a thread; return when the server answers. Raises RuntimeError if it does not start."""
        self._thread = threading.Thread(target=self.serve, name="sandbox", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=_START_TIMEOUT_S)
        self._socket.close()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
