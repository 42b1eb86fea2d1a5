"""A town to load: a sandbox as Kontur, a warehouse, and the context of a pipeline between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from demo.signing import Head, invent_head
from sandbox import (
    DEFAULT_API_KEY,
    DEFAULT_LOGIN,
    DEFAULT_MARKET_KEY,
    DEFAULT_PASSWORD,
    SandboxServer,
    WorldSettings,
)
from smena.loading.load import LoadResult, load
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import disable, enable, prepare_ban, prepare_mandate
from smena.mandates.organizations import add_organization, set_organization
from smena.model.endpoint import Endpoint
from smena.model.window import MARKET, OFD, Window
from smena.runtime.context import Context
from smena.sources.http import RetryPolicy
from smena.sources.market import MarketClient
from smena.sources.ofd import OfdClient
from smena.warehouse.database import Warehouse

FIRST, LAST = date(2025, 12, 1), date(2026, 1, 15)
QUICK = RetryPolicy(connect_s=5, read_s=5, deadline_s=10, attempts=3, first_pause_s=0.001)

SMALL = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=6, receipts_per_shift=8,
    corrections_are_dated=True,
)  # fmt: skip
EASY = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=2, receipts_per_shift=6,
    corrections_are_dated=True,
).easy()  # fmt: skip

# Columns in which two loads with the same result may differ: who wrote a row, when, and from which pages.
_ASIDE = {"reason_code", "reason_args", "batch_id", "loaded_at", "evidence", "archived_at", "revision"}


@cache
def head_of(inn: str) -> Head:
    """The head of an organisation, the same for the whole session."""
    return invent_head(inn, f"Head of {inn}")


class QuickContext(Context):
    """A context whose clients do not wait long."""

    def ofd(self, organization: Any) -> OfdClient:
        return OfdClient(self.endpoint(organization.ofd_connection), retry_policy=QUICK)

    def market(self, organization: Any) -> MarketClient:
        return MarketClient(self.endpoint(organization.market_connection), retry_policy=QUICK)


class Town:
    """One sandbox, one warehouse; every organisation of the sandbox is registered and switched on.

    Where there is no `start`, the warehouse knows them already.
    """

    def __init__(
        self, sandbox: SandboxServer, warehouse: Warehouse, start: date | None = FIRST, **settings: str
    ) -> None:
        self.sandbox, self.warehouse = sandbox, warehouse
        self.context = QuickContext(warehouse, self.endpoint, now=sandbox.current_time)
        self.inns = [one.inn for one in sandbox.world.organizations]
        if start is None:
            return
        for one in sandbox.world.organizations:
            with warehouse.transaction() as transaction:
                add_organization(transaction, inn=one.inn, kpp=one.kpp, name=one.short_name, tariff="uchetny")
                if settings:
                    set_organization(transaction, one.inn, settings, by="test")
            self.enable(start, one.inn)

    def endpoint(self, name: str = "kontur_ofd") -> Endpoint:
        if name == "kontur_market":
            return Endpoint(name, self.sandbox.market_address, None, DEFAULT_MARKET_KEY, {})
        address = self.sandbox.address
        extra = {"api_key": DEFAULT_API_KEY, "auth_base_url": address}
        return Endpoint("kontur_ofd", address, DEFAULT_LOGIN, DEFAULT_PASSWORD, extra)

    # --- what people do

    @property
    def inn(self) -> str:
        return self.inns[0]

    def enable(self, start: date, inn: str = "", registers: Iterable[str] = ()) -> None:
        inn = inn or self.inn
        with self.warehouse.transaction() as transaction:
            add_certificate(transaction, inn=inn, file=head_of(inn).pem, source="manual", added_by="test")
            mandate = prepare_mandate(
                transaction, inn=inn, product=OFD, start_date=start, registers=list(registers), made_by="test"
            )
            signature = head_of(inn).sign(mandate["text"])
            enable(transaction, inn=inn, product=OFD, start_date=start, changed_by="test", signature=signature)

    def enable_market(self, start: date, inn: str = "") -> None:
        with self.warehouse.transaction() as transaction:
            enable(transaction, inn=inn or self.inn, product=MARKET, start_date=start, changed_by="test")

    def disable(self) -> None:
        with self.warehouse.transaction() as transaction:
            ban = prepare_ban(transaction, inn=self.inn, product=OFD, made_by="test")
            signature = head_of(self.inn).sign(ban["text"])
            disable(transaction, inn=self.inn, product=OFD, changed_by="test", signature=signature)

    def set_day(self, day: date, hour: int = 12) -> None:
        """Move the clock of everyone: it is this day now, UTC."""
        self.sandbox.set_now(datetime(day.year, day.month, day.day, hour))

    def load(
        self, first: date | None = None, last: date | None = None, *, inn: str = "", product: str = OFD
    ) -> LoadResult:
        """The planned load, or the load of the days asked for."""
        window = Window(first, last or first) if first else None
        return load(self.context, inn or self.inn, run_id="test", product=product, window=window)

    def load_daily(self, first: date, last: date) -> None:
        """A run on the morning after each of these days."""
        for day in Window(first, last):
            self.set_day(day + timedelta(days=1), hour=6)
            self.load()

    # --- what they see

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def table(self, name: str, order: str) -> list[dict[str, Any]]:
        with self.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(f"select * from {name} order by {order}")  # noqa: S608 - names of ours
            columns = [column.name for column in cursor.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def shifts(self) -> list[dict[str, Any]]:
        return self.table("accounting.shift", "fiscal_drive_number, shift_number, cashbox_id, till_shift")

    def orders(self) -> list[dict[str, Any]]:
        return self.table("accounting.cash_order", "organization_inn, kpp, book_year, kind, number")

    def outcomes(self) -> Counter[str]:
        return Counter(shift["outcome"] for shift in self.shifts())

    def quarantine(self) -> list[dict[str, Any]]:
        return self.table("control.quarantine", "quarantine_id")

    def gaps(self) -> list[dict[str, Any]]:
        return self.table("control.gap", "unit_id, days, reason")

    def covered(self) -> list[tuple[str, Any]]:
        """By register: the days that are proved loaded, whoever proved them."""
        return self.sql("select unit_id, unnest(days) from control.covered order by 1, 2")

    def open_days(self, register: str) -> set[date]:
        """Days of a register, from the first to the last of the town, that are not proved loaded."""
        ranges = {day for name, span in self.covered() if name == register for day in _days_of(span)}
        return set(Window(FIRST, LAST)) - ranges

    def books(self, *, but: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
        """All of accounting as rows, apart from who wrote them and when."""
        aside = _ASIDE | set(but) | ({"number_text"} if "number" in but else set())
        return {
            "shifts": [{k: v for k, v in row.items() if k not in aside} for row in self.shifts()],
            "orders": sorted(
                ({k: v for k, v in row.items() if k not in aside} for row in self.orders()),
                key=lambda row: str(row["document_id"]),
            ),
        }

    # --- what is true

    def truth(self, *, permitted: bool = True) -> dict[tuple[str, int], dict[str, Any]]:
        """Every closed shift that the operator knows and lets us read whole (or not), by (ФН, shift number)."""
        return {
            (line["fiscal_drive_number"], line["shift_number"]): line
            for line in self.sandbox.truth()
            if line["permitted"] == permitted
        }

    def register(self, place: int = 0) -> str:
        return self.sandbox.world.organizations[0].registers[place].reg_number


def _days_of(span: Any) -> Iterable[date]:
    return Window(span.lower, span.upper - timedelta(days=1))


def kopecks(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)
