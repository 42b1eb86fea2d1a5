"""The toy operator's service: the registers and shifts of a sandbox's world, over real HTTP, in JSON of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox import SandboxServer
from sandbox.documents import render_document
from sandbox.shifts import to_seconds
from sandbox.totals import totals_by_shifts
from sandbox.world import Organization, Register

_SECTIONS = {
    "sell": "cash_income", "returnSell": "cash_refund", "buy": "cash_payout", "returnBuy": "cash_payout_refund",
}  # fmt: skip
_CASHLESS = {"sell": "cashless_income", "returnSell": "cashless_refund"}


@contextmanager
def toy_service(sandbox: SandboxServer) -> Iterator[str]:
    """Serves the world of a sandbox as of the sandbox's time; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            body = json.dumps(_answer(sandbox, asked.path, dict(parse_qsl(asked.query)))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(sandbox: SandboxServer, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    registers = {
        register.reg_number: (organization, register)
        for organization in sandbox.world.organizations
        for register in organization.registers
    }
    if path == "/registers":
        return [
            {"register": number, "kpp": register.kpp}
            for number, (organization, register) in registers.items()
            if organization.inn == asked["inn"]
        ]
    organization, register = registers[asked["register"]]
    now_s = to_seconds(sandbox.current_time().replace(tzinfo=None))
    shifts = _shifts(organization, register, now_s)
    return [one for one in shifts if asked["first"] <= one["closed"][:10] <= asked["last"]]


def _shifts(organization: Organization, register: Register, now_s: int) -> Iterator[dict[str, Any]]:
    visible = register.ledger.visible(now_s)
    totals = {
        (drive, entry["shiftNumber"]): entry
        for drive, entry in totals_by_shifts(register, 0, visible, corrections=True)
    }
    for shift in register.shifts:
        if shift.is_unclosed or shift.last_ordinal >= visible:
            continue
        (report,) = render_document(organization, register, shift.close_ordinal).values()
        entry = totals[report["fiscalDriveNumber"], shift.number]
        yield {
            "no": shift.number,
            "drive": report["fiscalDriveNumber"],
            "document": report["fiscalDocumentNumber"],
            "sign": report["fiscalSign"],
            "inn": report["userInn"],
            "opened": entry["shiftOpen"],
            "closed": report["dateTime"],
            "received": report["receiveDateTimeUtc"],
            "receipts": report["receiptsQuantity"],
            "documents": report["documentsQuantity"],
            "sums": {name: _roubles(entry[section]["cashTotal"]) for section, name in _SECTIONS.items()}
            | {name: _roubles(entry[section]["cashlessTotal"]) for section, name in _CASHLESS.items()},
            "vat": {
                name: _vat(entry[section])
                for section, name in _SECTIONS.items()
                if entry[section]["cashTotal"] and entry[section]["cashTotal"] == entry[section]["total"]
            },
        }


def _vat(section: dict[str, Any]) -> dict[str, str]:
    """VAT by rate, as the toy operator reports it of operations that were paid in cash alone."""
    named = {name.replace("calculatedWithRate", "calculated_"): vat for name, vat in section["nds"].items() if vat}
    return {name.replace("rate", ""): _roubles(vat) for name, vat in named.items()}


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02}"
