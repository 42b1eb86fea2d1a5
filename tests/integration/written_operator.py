"""An operator that answers what a test has written down: registers, documents, cheques. Real HTTP, by the contract.

Totals by shift and by day are summed from the receipts that are written; documents are there once they are received.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from tests.invented import PRIMER as INN

REGISTER, DRIVE = "0000000003065868", "9999078900000011"
SHOP, CASHBOX = "3a4d7c10-0000-4000-8000-000000000001", "3a4d7c10-0000-4000-8000-000000000002"
SECTIONS = {1: "sell", 2: "returnSell", 3: "buy", 4: "returnBuy"}
RECEIPTS = ("receipt", "bso", "receiptCorrection", "bsoCorrection")
IN_MOSCOW = timedelta(hours=3)
Json = dict[str, Any]


@dataclass
class Register:
    """A register and all that it formed: (kind, fields) in the order of the documents.

    Attributes:
        entry: what the list says of it beside its number.
        clock: by which clock by-period reads its period.
    """

    number: str = REGISTER
    entry: Json = field(default_factory=dict)
    clock: Literal["formed", "received"] = "formed"
    documents: list[tuple[str, Json]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    inn: str = INN

    def form(self, kind: str, shift: int, at: str, *, drive: str = DRIVE, received: str = "", **fields: Any) -> Json:
        """Forms a document on a drive; `received` (UTC) is at once by default."""
        self.numbers[drive] = number = self.numbers.get(drive, 0) + 1
        moment = datetime.fromisoformat(at)
        document = {
            "kktRegId": self.number, "fiscalDriveNumber": drive, "shiftNumber": shift, "fiscalDocumentNumber": number,
            "fiscalSign": 7919 * number, "dateTime": moment.isoformat(), "userInn": self.inn, "id": f"{drive}-{number}",
            "receiveDateTimeUtc": received or (moment - IN_MOSCOW).isoformat(),
        } | fields  # fmt: skip
        self.documents.append((kind, document))
        return document

    def sell(self, shift: int, at: str, cash: int, *, kind: str = "receipt", **fields: Any) -> Json:
        """A receipt paid in cash: kopecks. It says that there is no VAT in it, unless it says something else of VAT."""
        vat = {} if any(name.startswith(("nds", "amountsReceiptNds")) for name in fields) else {"ndsNo": cash}
        more = {"operationType": 1, "taxationType": 1, "totalSum": cash, "cashTotalSum": cash, "ecashTotalSum": 0}
        drive, received = fields.pop("drive", DRIVE), fields.pop("received", "")
        return self.form(kind, shift, at, drive=drive, received=received, **(more | vat | fields))

    def open(self, shift: int, at: str, drive: str = DRIVE) -> None:
        self.form("openShift", shift, at, drive=drive)

    def close(self, shift: int, at: str, *, drive: str = DRIVE, received: str = "") -> Json:
        mine = [
            kind for kind, one in self.documents if (one["fiscalDriveNumber"], one["shiftNumber"]) == (drive, shift)
        ]
        receipts = sum(kind in RECEIPTS for kind in mine)
        counts = {"receiptsQuantity": receipts, "documentsQuantity": len(mine) + 1}
        return self.form("closeShift", shift, at, drive=drive, received=received, **counts)

    def shift(
        self, number: int, day: str, *receipts: int, drive: str = DRIVE, closed: str = "21:00", **close: Any
    ) -> None:
        """A whole shift of a day of February 2026 with receipts of so many kopecks in cash."""
        self.open(number, f"{day}T09:00", drive)
        for place, cash in enumerate(receipts):
            self.sell(number, f"{day}T{10 + place}:00", cash, drive=drive)
        self.close(number, f"{day}T{closed}", drive=drive, **close)

    # --- what it shows

    def visible(self, now: datetime) -> list[tuple[str, Json]]:
        return [(kind, one) for kind, one in self.documents if one["receiveDateTimeUtc"] <= now.isoformat()]

    def listed(self, now: datetime) -> Json:
        newest = max((one["dateTime"] for _, one in self.visible(now)), default=None)
        return {"regNumber": self.number, "lastDocumentTimestamp": newest} | self.entry

    def by_period(self, query: Json, now: datetime) -> Json:
        field_name = "dateTime" if self.clock == "formed" else "receiveDateTimeUtc"
        types = query["types"].split(",")
        documents = [
            {kind: one}
            for kind, one in self.visible(now)
            if kind in types and query["dateFrom"] <= one[field_name] <= query["dateTo"]
        ]
        return {"documents": [] if "offset" in query else documents, "paging": {"nextOffset": "end"}}

    def by_shifts(self, query: Json, now: datetime) -> Json:
        shifts: dict[tuple[str, int], Json] = {}
        for kind, one in self.visible(now):
            if not query["from"] <= one["dateTime"][:10] <= query["to"]:
                continue
            entry = shifts.setdefault(
                (one["fiscalDriveNumber"], one["shiftNumber"]), {"shiftNumber": one["shiftNumber"]} | _zeros()
            )
            if kind in ("openShift", "closeShift"):
                entry["shiftOpen" if kind == "openShift" else "shiftClose"] = one["dateTime"]
            else:
                _add(entry, one)
        return {"shifts": list(shifts.values())}

    def by_days(self, query: Json, now: datetime) -> Json:
        days: dict[str, Json] = {}
        for kind, one in self.visible(now):
            day = one["dateTime"][:10]
            if query["from"] <= day <= query["to"]:
                entry = days.setdefault(day, {"date": day} | _zeros())
                if kind in RECEIPTS:
                    _add(entry, one)
        return {"items": list(days.values())}


def _zeros() -> Json:
    return {name: {"cashTotal": 0, "cashlessTotal": 0, "total": 0, "count": 0} for name in SECTIONS.values()}


def _add(entry: Json, receipt: Json) -> None:
    section = entry[SECTIONS[receipt["operationType"]]]
    section["cashTotal"] += receipt["cashTotalSum"]
    section["total"] += receipt["totalSum"]
    section["count"] += 1


@dataclass
class Operator:
    """Kontur.OFD and Kontur.Market with what a test has written.

    Attributes:
        parts: by the operator's id of an organisation, its ИНН and its registers; a refused part has a status instead.
        cheques: of Market's one shop.
        change: is given each answer's path and body and gives the body that is sent.
    """

    parts: dict[str, tuple[str, list[Register] | int]] = field(default_factory=dict)
    cheques: list[Json] = field(default_factory=list)
    now: datetime = datetime(2026, 2, 7, 6, tzinfo=UTC)
    change: Callable[[str, Any], Any] = lambda _, body: body

    def __enter__(self) -> Operator:
        operator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._answer()

            def _answer(self) -> None:
                url = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(url.query).items()}
                status, body = operator.answer(unquote(url.path), query)
                data = json.dumps(operator.change(url.path, body), ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def on(self, day: date) -> None:
        """It is six o'clock UTC of this day."""
        self.now = datetime.combine(day, time(6), tzinfo=UTC)

    def answer(self, path: str, query: Json) -> tuple[int, Any]:
        """Status and body."""
        match path.strip("/").split("/"):
            case ["auth", _]:
                return 200, {"Sid": "sid"}
            case ["v2", "organizations"]:
                return 200, [{"id": key, "inn": inn} for key, (inn, _) in self.parts.items()]
            case ["v2", "organizations", part, "cashboxes"]:
                registers = self.parts[part][1]
                if isinstance(registers, int):
                    return registers, {"errorCode": registers * 1000 + 3, "errorCodeId": "urn:error:access:forbidden"}
                return 200, [one.listed(self._naive()) for one in registers]
            case ["v2", "organizations", part, "cashboxes", number, *rest]:
                return 200, self._of_register(part, number, rest[-1], query)
            case ["v2", "organizations", _, "statistics", *_]:
                return 403, {"errorCode": 403003}
            case ["market", "v1", "organizations"]:
                shops = [{"id": SHOP, "isPaid": True}]
                return 200, {"items": [] if query["offset"] != "0" else [{"id": "m", "inn": INN, "shops": shops}]}
            case ["market", "v1", "shops", _, "cheques"]:
                return 200, {"items": self._cheques(query) if query["offset"] == "0" else []}
            case _:
                return 200, {"items": []}

    def _of_register(self, part: str, number: str, method: str, query: Json) -> Json:
        registers = self.parts[part][1]
        assert not isinstance(registers, int)
        register = next(one for one in registers if one.number == number)
        ask = {"by-period": register.by_period, "by-shifts": register.by_shifts, "by-days": register.by_days}[method]
        return ask(query, self._naive())

    def _cheques(self, query: Json) -> list[Json]:
        return [
            one
            for one in self.cheques
            if str(one["isRefund"]).lower() == query["isRefund"]
            and query["dateFrom"] <= one["closeTime"][:10] <= query["dateTo"]
        ]

    def _naive(self) -> datetime:
        return self.now.replace(tzinfo=None)
