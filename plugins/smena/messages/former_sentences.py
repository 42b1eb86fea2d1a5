"""Sentences that statements of matching still write instead of codes. Temporary: the module goes with those statements.

Nothing else may be added: whatever writes a reason writes its code. `stored_form` is called in one place, by
`smena.messages`; where the statements are gone, it is parsed as it is, and this file and its test are deleted.
"""

from __future__ import annotations

import re
from decimal import Decimal

from smena.model.reason_text import LINE_END, reason
from smena.model.reasons import Reason

SENTENCES = {
    "dated before the start of the integration, {day}": Reason.BEFORE_START,
    "the period is closed through {day}": Reason.PERIOD_CLOSED_THROUGH,
    "the period is closed": Reason.PERIOD_CLOSED,
    "another organisation lists this register too, and the z-report does not name its ИНН": Reason.LISTED_TWICE,
    "this shift is in the books of another organisation already": Reason.BOOKED_BY_ANOTHER_ORGANIZATION,
    "a shift that is known already comes with another register, closing time or document number": (
        Reason.IDENTITY_CHANGED
    ),
    "two registers tell of the same shift of one fiscal drive": Reason.TWO_REGISTERS_REPORT_SHIFT,
    "another shop tells of it too": Reason.ANOTHER_SHOP_REPORTS_IT,
    "the source tells again what stands, or what was refused once": Reason.SOURCE_REPORTS_CURRENT_AGAIN,
    "the source tells another thing now": Reason.SOURCE_REPORTS_OTHERWISE,
    "the source tells another thing of a shift whose orders can no longer be revised": Reason.ORDERS_NOT_REVISABLE,
    "the source tells other sums now; a person decides": Reason.SOURCE_SUMS_DIFFER,
    "the source tells of no such cash any more": Reason.CASH_NOT_REPORTED,
    "the source tells of the cash again": Reason.CASH_REPORTED_AGAIN,
    "the two sources tell the same": Reason.SOURCES_AGREE,
    "it is asked against what Market tells": Reason.ASKED_AGAINST_MARKET,
    "Market may have booked it too": Reason.ASKED_WITH_MARKET,
    "Market has booked a shift of that time, and no link tells whether it is this one": Reason.MARKET_MAY_HAVE_BOOKED,
    "booked from Market, and accepted or in a period that is closed": Reason.BOOKED_FROM_MARKET,
    "booked from Market with other sums, in a period that is closed": Reason.MARKET_SUMS_DIFFER_CLOSED,
    "booked and accepted from Market with other sums; a person decides": Reason.MARKET_SUMS_DIFFER_ACCEPTED,
    "the OFD tells of it, register {register}; rounding of {amount} explained": Reason.BOOKED_BY_OFD_ROUNDED,
    "the OFD tells of it, register {register}": Reason.BOOKED_BY_OFD,
    "the OFD tells of it with other sums; a person decides": Reason.OFD_SUMS_DIFFER,
    "two shifts of the cashbox lie in one shift of its register": Reason.TWO_TILL_SHIFTS_IN_ONE,
    "no link tells which register the cashbox is, and the OFD may tell of this shift too": Reason.NO_LINK,
    "keeps no cash documents": Reason.NO_CASH_DOCUMENTS_KEPT,
    "it is booked": Reason.IT_IS_BOOKED,
    "the OFD's shift is booked": Reason.OFD_SHIFT_BOOKED,
    "Market tells of no such cash any more": Reason.MARKET_CASH_NOT_REPORTED,
    "Market tells another thing of a shift whose orders can no longer be revised": Reason.MARKET_ORDERS_NOT_REVISABLE,
    "Market tells another thing of a document that was accepted": Reason.MARKET_ACCEPTED_DOCUMENT_CHANGED,
    "Market tells another thing of a document that was rejected": Reason.MARKET_REJECTED_DOCUMENT_CHANGED,
    "Market tells another thing now": Reason.MARKET_REPORTS_OTHERWISE,
    "cash of {agreed} shifts of {compared} agrees to the kopeck, and with no other register's": Reason.LINK_AGREED,
    "cash of {alike} shifts of {compared} agrees, of {agreed} with no other register's": Reason.LINK_LIKELY,
    "{word}, {by}: {text}": Reason.DECIDED,
    "смена № {shift} открыта {day}": Reason.SHIFT_OPEN_SINCE,
    "смена № {shift}": Reason.SHIFT_MISSING,
    "ФН {drive}, смены № {first}…{last}": Reason.SHIFTS_MISSING_OF_DRIVE,
    "ФН {drive}, смены № {shift}": Reason.SHIFT_MISSING_OF_DRIVE,
    "последний документ в списке: {moment}": Reason.LAST_LISTED_DOCUMENT,
    "{by}: {text}": Reason.REJECTED_BY,
}
"""By the sentence, its code; `{…}` stands for an argument."""

_VALUES = {
    "day": r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}",
    "moment": r"\d\d\.\d\d\.\d{4} \d\d:\d\d",
    "amount": r"\d+\.\d\d",
    "drive": r"\d+",
    "word": "keep-ofd|keep-market|both|reverse|approve|reject",
    "by": r"[^:;{\n]+",
    "text": ".*",
}
_PATTERNS = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", lambda name: f"(?P<{name[1]}>{_VALUES.get(name[1], r'[0-9]+')})", one)), code)
    for one, code in ((re.escape(sentence), code) for sentence, code in SENTENCES.items())
]
_JOINED = re.compile(r"; (?=Market has booked a shift of that time)|(?<=\d)(?:; )(?=смена № |ФН \d|последний документ)")
"""Where a statement joins two of them."""


def stored_form(text: str) -> str:
    """The stored form of a sentence of `SENTENCES`; any other text as it is."""
    return LINE_END.join(_one(part) for part in _JOINED.split(text))


def _one(text: str) -> str:
    for pattern, code in _PATTERNS:
        if found := pattern.fullmatch(text):
            return reason(code, **{name: _value(name, value) for name, value in found.groupdict().items()})
    return text


def _value(name: str, text: str) -> object:
    if name == "amount":
        return int(Decimal(text) * 100)
    if name in ("day", "moment") and "." in text:
        date, _, time = text.partition(" ")
        return "-".join(reversed(date.split("."))) + (f"T{time}:00" if time else "")
    return int(text) if text.isdigit() and name not in ("drive", "text", "by") else text
