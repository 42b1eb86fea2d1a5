"""The toy operator as a product: its list, its answers by window, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pandas as pd

from smena.loading.fetching import Fetch, fetch_all
from smena.loading.ofd.work import make_chunk
from smena.model.organization import Organization
from smena.model.product import KONTUR_OFD, Product
from smena.planning import wanted
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.runtime.product import Asking, Chunk, Client, Implementation, Shard
from smena.sources.http import Http
from smena.sources.page import Page
from smena.transform.decoded import Decoded
from smena.transform.frames import MONEY, OPENINGS, RECEIPTS, REJECTS, SHIFT_TOTALS, VAT, VAT_LINES, Z_REPORTS
from smena.transform.reading import FiscalFrames
from smena.warehouse import ledger
from smena.warehouse.database import Transaction
from smena.warehouse.pages import StoredPage

TOY = Product(
    name="toy",
    title="Toy operator",
    source="ofd",
    window_days={"totals": 10, "receipts": 10},
    window_requests={"totals": 1, "receipts": 1},
    shard_units=3,
    reads=("toy/shifts",),
    writes=KONTUR_OFD.writes,
    implementation="tests.toy.operator:ToyOperator",
)

_Z_REPORT = {
    "shift_number": "no", "fiscal_drive_number": "drive", "fiscal_document_number": "document", "fiscal_sign": "sign",
    "closed_at": "closed", "received_at": "received", "receipts_quantity": "receipts",
    "documents_quantity": "documents", "user_inn": "inn",
}  # fmt: skip


class ToyClient:
    """Lists registers, and gives the shifts of one that were closed in some days."""

    def __init__(self, base_url: str) -> None:
        self._http = Http()
        self._base = base_url
        self.traffic, self.retries = self._http.traffic, self._http.retries
        self.close = self._http.close

    def ask(self, name: str, **parameters: object) -> Page:
        query = "&".join(f"{key}={value}" for key, value in parameters.items())
        address = f"{self._base}/{name}?{query}"
        answer = self._http.request("GET", address, name=name)
        return Page(name, address, answer.status, answer.body, answer.at)


class ToyListing(Listing):
    def ask(self, context: Context, organization: Organization) -> None:
        client = ToyClient(context.endpoint(organization.connection_of("toy")).base_url)
        page = client.ask("registers", inn=organization.inn)
        self.pages.append(("registers", page))
        self.requests = client.traffic.total()
        client.close()
        unknown = dict.fromkeys(
            ("permission_from", "permission_to", "first_document_at", "last_document_at", "name", "address")
        )
        self.listed = [
            unknown | {"kkt_reg_id": one["register"], "kpp": one["kpp"], "ofd_organization_id": organization.inn}
            for one in msgspec.json.decode(page.body)
        ]
        self.is_whole = True

    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:
        wanted.record_registers(transaction, inn, self.listed, seen_at=seen_at, today=today, latest=latest)


class ToyOperator(Implementation):
    def listing(self) -> Listing:
        return ToyListing()

    def client(self, context: Context, organization: Organization) -> Client:
        return ToyClient(context.endpoint(organization.connection_of("toy")).base_url)

    def fetch(self, asking: Asking, states: Sequence[str]) -> None:
        client = asking.client
        assert isinstance(client, ToyClient)

        def fetch(one: Fetch) -> None:
            days = {"first": one.assignment.first_day, "last": one.assignment.last_day}
            one.keep("shifts", client.ask("shifts", register=one.assignment.unit_id, **days))

        context, batch_id = asking.of.context, asking.of.batch.batch_id
        waiting = ledger.assignments_of(context.warehouse, batch_id, asking.of.shard, states)
        fetch_all(
            context, asking.pages, waiting, fetch, asking.result,
            state="read", kept_as="fetch_id", requests=client.traffic.total,
        )  # fmt: skip

    def work(self, pages: list[StoredPage], of: Shard, now: datetime, decoded: Decoded) -> Chunk:  # noqa: ARG002 - pages are decoded once
        pairs = list(_entries(pages))
        place = {"page_id": [page.page_id for page, _ in pairs], "kkt_reg_id": [page.unit_id for page, _ in pairs]}
        entries = [entry for _, entry in pairs]
        reports = {ours: [entry[theirs] for entry in entries] for ours, theirs in _Z_REPORT.items()}
        z_reports = Z_REPORTS.of(place | _in_time(reports))
        totals = place | {
            "shift_number": reports["shift_number"],
            "opened_at": [entry["opened"] for entry in entries],
            "closed_at": reports["closed_at"],
            "receipts": reports["receipts_quantity"],
            "is_unconfirmed": [False] * len(entries),
        }
        for name in MONEY:
            totals[name] = [_kopecks(entry["sums"].get(name, "0")) for entry in entries]
        for name, (vat, by_rate) in VAT.items():
            parts = [entry["vat"].get(name) for entry in entries]
            totals[vat] = [None if one is None else sum(map(_kopecks, one.values())) for one in parts]
            totals[by_rate] = [None if one is None else _by_rate(one) for one in parts]
        nothing = (OPENINGS.empty(), RECEIPTS.empty(), VAT_LINES.empty(), REJECTS.empty())
        documents = FiscalFrames(z_reports, Z_REPORTS.empty(), *nothing)
        now_utc = now.astimezone(UTC).replace(tzinfo=None)
        return make_chunk(documents, SHIFT_TOTALS.of(_in_time(totals)), REJECTS.empty(), of.batch, of.settings, now_utc)


def _entries(pages: list[StoredPage]) -> Iterator[tuple[StoredPage, dict[str, Any]]]:
    for page in pages:
        for entry in msgspec.json.decode(page.body):
            yield page, entry


def _kopecks(roubles: str) -> int:
    return int(Decimal(roubles) * 100)


def _by_rate(parts: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{rate}": {_kopecks(vat)}' for rate, vat in sorted(parts.items())) + "}"


def _in_time(columns: dict[str, list[Any]]) -> dict[str, Any]:
    return columns | {name: pd.to_datetime(columns[name]) for name in columns if name.endswith("_at")}
