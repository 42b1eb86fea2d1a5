"""Fiscal documents as the operator serves them: `{"closeShift": {...}}` and the other types.

Field names follow the contract. The contract does not define the fields of an agent's item; we chose two:
`paymentAgentByProductType` (tag 1222, bit mask; 64 = agent) and `providerInn` (tag 1226, the principal's INN). The
organisation's own items have neither. `taxationType` is the bit mask of tag 1055: 1 ОСН, 2 and 4 УСН, 16 ЕСХН, 32 ПСН.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.identity import GOODS, stable_seed
from sandbox.ledger import KIND, KINDS, RECEIPT_KINDS
from sandbox.receipts import RATES
from sandbox.shifts import to_text
from sandbox.world import Organization, Register

AGENT_SIGN = 64
PRINCIPAL_INN = "9601000019"
_CODES = {
    "fiscalReport": 1,
    "openShift": 2,
    "closeShift": 5,
    "closeArchive": 6,
    "fiscalReportCorrection": 11,
    "currentStateReport": 21,
}
_RECEIPT_CODES = {
    "receipt": ("receiptCode", 3),
    "receiptCorrection": ("receiptCode", 31),
    "bso": ("bsoCode", 4),
    "bsoCorrection": ("bsoCode", 41),
}
# By VAT rate, the codes of tag 1199 of an item: the plain rate, and the calculated one (of an advance).
_ITEM_NDS = {20: (1, 3), 10: (2, 4), 5: (7, 9), 22: (11, 12)}
_NO_NDS = 6


def _mask(register: Register) -> int:
    return stable_seed(register.seed, "document")


def document_id(register: Register, ordinal: int) -> str:
    """Return the technical GUID of a document; `ordinal_of` reverses it."""
    digits = f"{stable_seed(register.reg_number):016x}{_mask(register) ^ ordinal:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def ordinal_of(register: Register, guid: str) -> int | None:
    """Return the ordinal of the document with this GUID; None if the register has no such document."""
    try:
        number = int(guid.replace("-", ""), 16)
    except ValueError:
        return None
    ordinal = (number & (2**64 - 1)) ^ _mask(register)
    known = number >> 64 == stable_seed(register.reg_number) and ordinal < len(register.ledger.kind)
    return ordinal if known else None


def _close_shift(register: Register, ordinal: int) -> dict[str, Any]:
    ledger = register.ledger
    shift = register.shifts[int(ledger.shift[ordinal])]
    formed_utc = int(ledger.formed_s[ordinal]) - register.utc_offset_h * 3600
    first_waiting = min(int(np.searchsorted(ledger.received_s, formed_utc, side="right")), ordinal)
    waiting = ordinal - first_waiting
    return {
        "receiptsQuantity": shift.receipts,
        "documentsQuantity": shift.documents,
        "notTransmittedDocumentsQuantity": waiting,
        "notTransmittedDocumentsDateTime": to_text(ledger.formed_s[first_waiting])
        if waiting
        else "1970-01-01T00:00:00",
        "ofdResponseTimeoutSign": int(
            waiting > 0 and ledger.formed_s[ordinal] - ledger.formed_s[first_waiting] > 5 * 86_400
        ),
        "fiscalDriveReplaceRequiredSign": 0,
        "fiscalDriveMemoryExceededSign": 0,
        "fiscalDriveExhaustionSign": 0,
    }


def _items(register: Register, row: int) -> list[dict[str, Any]]:
    """Return items that sum to the receipt, each with one VAT rate."""
    money = register.ledger.receipts
    advance, agent = bool(money.advance[row]), bool(money.agent[row])
    parts = [(_ITEM_NDS[rate][advance], int(money.turnover[rate][row])) for rate in RATES]
    parts.append((_NO_NDS, int(money.no_vat[row])))
    items: list[dict[str, Any]] = []
    for nds, part in parts:
        pieces = [part // 3, part - part // 3] if part > 50_000 and row % 2 else [part]
        for piece in filter(None, pieces):
            quantity = 2 if piece % 2 == 0 and (row + len(items)) % 3 == 0 else 1
            item = {
                "name": "Аванс" if advance else GOODS[(row + len(items) * 5) % len(GOODS)],
                "price": piece // quantity,
                "quantity": quantity,
                "sum": piece,
                "paymentMode": 3 if advance else 4,
                "paymentSubject": 10 if advance else 1,
                "nds": nds,
            }
            if agent:
                item |= {"paymentAgentByProductType": AGENT_SIGN, "providerInn": PRINCIPAL_INN}
            items.append(item)
    return items


def _receipt(register: Register, ordinal: int, kind: str) -> dict[str, Any]:
    ledger = register.ledger
    money, row = ledger.receipts, int(ledger.receipt[ordinal])
    advance = bool(money.advance[row])
    body: dict[str, Any] = {
        "requestNumber": ordinal - register.shifts[int(ledger.shift[ordinal])].open_ordinal,
        "operationType": int(money.operation[row]),
        "taxationType": int(money.taxation[row]),
        "retailPlaceAddress": register.address,
        "totalSum": int(money.total[row]),
        "cashTotalSum": int(money.cash[row]),
        "ecashTotalSum": int(money.ecash[row]),
    }
    optional = {
        "prePaymentTotalSum": int(money.prepaid[row]),
        "postPaymentTotalSum": int(money.postpaid[row]),
        "considerationTotalSum": int(money.consideration[row]),
        "ndsNo": int(money.no_vat[row]),
    }
    for rate in RATES:
        optional[f"ndsCalculated{rate}" if advance else f"nds{rate}"] = int(money.vat[rate][row])
    body |= {name: amount for name, amount in optional.items() if amount}
    if kind.endswith("Correction") and register.trade.corrections_are_dated:
        body["correctionDocumentDate"] = to_text(ledger.formed_s[ordinal])[:10]
    if kind in ("receipt", "bso"):
        body["items"] = _items(register, row)
    return body


def render_document(
    organization: Organization, register: Register, ordinal: int, *, padded: bool = False
) -> dict[str, Any]:
    """Return a document as served: `{type: fields}`. `padded`: identifiers of odd document numbers end with spaces."""
    ledger = register.ledger
    code = int(ledger.kind[ordinal])
    kind, number, shift = KINDS[code], int(ledger.number[ordinal]), int(ledger.shift[ordinal])
    drive = register.drives[int(ledger.drive[ordinal])].number
    pad = 20 if padded and number % 2 else 0
    head = dict([_RECEIPT_CODES[kind]]) if code in RECEIPT_KINDS else {"code": _CODES[kind]}
    body: dict[str, Any] = head | {
        "user": organization.full_name,
        "userInn": organization.inn,
        "operator": register.cashier,
        "dateTime": to_text(ledger.formed_s[ordinal]),
        "receiveDateTimeUtc": to_text(ledger.received_s[ordinal]),
    }
    if shift >= 0:
        body["shiftNumber"] = register.shifts[shift].number
    if code in RECEIPT_KINDS:
        body |= _receipt(register, ordinal, kind)
    elif code == KIND["closeShift"]:
        body |= _close_shift(register, ordinal)
    elif code == KIND["openShift"]:
        body["retailPlaceAddress"] = register.address
    body |= {
        "kktRegId": register.reg_number.ljust(pad),
        "fiscalDocumentNumber": number,
        "fiscalDriveNumber": drive.ljust(pad),
        "fiscalSign": stable_seed(drive, number) % 2**32,
        "id": document_id(register, ordinal),
    }
    if code not in RECEIPT_KINDS:
        body |= {"message": [], "properties": []}
    return {kind: body}
