"""Facts of a receipt that optional fields report in several forms: its worth, its principal, the corrected day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from smena.model.identifiers import clean_inn, is_inn
from smena.transform.vat_account import whole_kopecks

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?)?", re.ASCII)
"""A date as this API writes dates. A time other than midnight may be the midnight of another zone."""

_NO, _YES = (False, 0, "", "0", "false"), (True, 1, "1", "true")


def agent_of(receipt: Any) -> bool | None:
    """Return whether the money is a principal's; None where only a part of it is, or one of the fields is unclear."""
    whole = _is_agent(receipt.payment_agent_type)
    if whole or whole is None:
        return whole
    signs = {
        _any_of(
            _is_agent(item.payment_agent_by_product_type),
            _is_agent(item.payment_agent_type),
            _is_inn(item.provider_inn),
        )
        for item in receipt.items or ()
    }
    return None if len(signs) > 1 or None in signs else signs == {True}


def _any_of(*signs: bool | None) -> bool | None:
    return True if True in signs else None if None in signs else False


def _is_agent(flag: object) -> bool | None:
    """Whether an agent flag, a mask of bits, sets one. Zeros and blanks set none; None for anything but a mask."""
    if not flag:
        return False
    mask = whole_kopecks(flag)
    return None if mask is None else mask > 0


def _is_inn(reported: object) -> bool | None:
    """Whether the value is an ИНН. Blanks and zeros are not; None where it is something else."""
    if not reported:
        return False
    if not isinstance(reported, str | int) or isinstance(reported, bool):
        return None
    inn = clean_inn(str(reported))
    return False if not inn.strip("0") else is_inn(inn) or None


def worth_of(receipt: Any) -> int | None:
    """Return the worth of a receipt: its items minus storno items and discounts, plus surcharges.

    None where it has no items, or where one of these amounts is not reported.
    """
    if not receipt.items:
        return None
    worth = 0
    for item in receipt.items:
        if item.sum is None:
            return None
        if not item.storno:
            worth += item.sum
        elif item.storno in _YES:
            worth -= item.sum
        elif item.storno not in _NO:
            return None
    for reported, amount_of in ((receipt.storno_items, _storno), (receipt.modifiers, _modifier)):
        if not reported:
            continue
        amounts = [amount_of(one) if isinstance(one, dict) else None for one in _list_of(reported)]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(amounts):
            return None
        worth += sum(known)
    return worth


def _list_of(reported: object) -> list[object]:
    return reported if isinstance(reported, list) else [None]


def _storno(item: dict[str, Any]) -> int | None:
    """The worth of an item of `stornoItems`, below zero, to add."""
    amount = whole_kopecks(item["sum"]) if item.get("sum") is not None else None
    return None if amount is None else -amount


def _modifier(one: dict[str, Any]) -> int | None:
    """A discount (below zero) or a surcharge on the whole receipt; None where it has no amount."""
    amounts = [whole_kopecks(one[name]) for name in ("discountSum", "markupSum") if one.get(name) is not None]
    if not amounts or None in amounts:
        return None
    return (whole_kopecks(one.get("markupSum") or 0) or 0) - (whole_kopecks(one.get("discountSum") or 0) or 0)


def corrected_day(receipt: Any) -> datetime | None:
    """Return the corrected day of a correction; None unless all fields that may have it have the same day.

    The operator's contract has no such field. Other forms of a date (unix seconds, `dd.MM.yyyy`) are not read, because
    a wrong guess would book the cash on a wrong day.
    """
    base = receipt.correction_base
    reported = [receipt.correction_document_date]
    reported += [base.get("documentDate"), base.get("correctionDocumentDate")] if isinstance(base, dict) else [base]
    days = {_day(one) for one in reported if one is not None and not (isinstance(one, str) and not one.strip())}
    return days.pop() if len(days) == 1 else None


def _day(reported: object) -> datetime | None:
    found = _DAY.fullmatch(reported.strip()) if isinstance(reported, str) else None
    if not found:
        return None
    try:
        day = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    # `0001-01-01` and `1970-01-01` mean none; the law on online registers dates from 2016.
    return day if day.year > 2000 else None
