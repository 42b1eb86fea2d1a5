"""Organisations and registers (cashboxes) of Kontur.OFD's lists. An unreadable entry does not stop the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from smena.contract.decoding import Undecodable, cut, decode, identifier, is_empty, storable
from smena.model.errors import PassingFault
from smena.model.identifiers import KPP, clean, clean_inn, is_inn
from smena.model.reason_text import Wrong
from smena.model.reasons import Reason
from smena.sources.listing import Broken, read_each

T = TypeVar("T")
LONGEST_REGISTER = 20
"""Characters of a РНМ, which has 16 digits."""

_ALMOST_A_DAY = timedelta(hours=23, minutes=59, seconds=59)
_FIRST_YEAR, _LAST_YEAR = 1971, 2999
"""`1970-01-01`, and .NET's `0001-01-01` and `9999-12-31`, stand for "no value"."""

_TIME = re.compile(
    r"(?P<minutes>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?)(?::(?P<seconds>\d\d)(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
"""A date, with a time to the minute or to the second; fractions of a second and the zone are left out."""


@dataclass(frozen=True, slots=True)
class OfdOrganization:
    """An organisation of the operator."""

    id: str
    inn: str


@dataclass(frozen=True, slots=True)
class Cashbox:
    """A register (ККТ). Times are its own; None is "not known", also for an unreadable value.

    `permission_*` bound the days that may be read; `first_document_at` is known only where the list has the earliest
    document of every drive of the register. `addresses` are all that it had, each with its first day, the oldest first;
    empty where the list does not have them, or one of them cannot be read.
    """

    kkt_reg_id: str
    kpp: str | None
    name: str
    address: str
    permission_from: date | None
    permission_to: date | None
    first_document_at: datetime | None
    last_document_at: datetime | None
    sales_point: str = ""
    addresses: tuple[tuple[date, str], ...] = ()


class _Organization(msgspec.Struct):
    id: str
    inn: str


class _Cashbox(msgspec.Struct, rename="camel"):
    """Everything but the number is optional, and a value of an unexpected type counts as absent."""

    reg_number: str
    kpp: Any = None
    name: Any = None
    address: Any = None
    last_document_timestamp: Any = None
    fiscal_drives: Any = None
    sales_point_name: Any = None
    addresses: Any = None
    permission_from: Any = None
    permission_to: Any = None


def list_organizations(body: bytes) -> tuple[list[OfdOrganization], list[Broken]]:
    """Return the organisations that a login and key see, and the unreadable entries.

    Raises PassingFault where it is no list.
    """
    return _listed(body, lambda raw: _organization(decode(raw, _Organization, strict=False)))


def list_cashboxes(body: bytes) -> tuple[list[Cashbox], list[Broken]]:
    """Return the registers, and those that cannot be identified, each with its `record` and `reason`.

    Raises PassingFault where it is no list.
    """
    return _listed(body, lambda raw: _cashbox(decode(raw, _Cashbox, strict=False)))


def _listed(body: bytes, read: Callable[[msgspec.Raw], T]) -> tuple[list[T], list[Broken]]:
    try:
        raw: list[msgspec.Raw] | None = decode(body, list[msgspec.Raw]) if not is_empty(body) else []
    except Undecodable:
        raw = None
    if raw is None:
        raise PassingFault("Kontur.OFD answers with something that is no list", fix="run again")
    return read_each(raw, read)


def _organization(entry: _Organization) -> OfdOrganization:
    inn, key = clean_inn(entry.inn), clean(entry.id)
    if not is_inn(inn):
        raise Wrong(Reason.NOT_AN_INN)
    if not key:
        raise Wrong(Reason.ORGANIZATION_WITHOUT_ID)
    return OfdOrganization(identifier(key, "organization_id"), inn)


def _cashbox(entry: _Cashbox) -> Cashbox:
    number = clean(entry.reg_number)
    if not re.fullmatch(rf"\d{{1,{LONGEST_REGISTER}}}", number, re.ASCII):
        raise Wrong(Reason.REGISTER_NUMBER_NOT_DIGITS if number else Reason.REGISTER_WITHOUT_NUMBER)
    kpp = clean(_text(entry.kpp))
    return Cashbox(
        kkt_reg_id=number,
        kpp=kpp if KPP.fullmatch(kpp) else None,
        name=_text(entry.name),
        address=_text(entry.address),
        permission_from=_first_whole_day(entry.permission_from),
        permission_to=_last_whole_day(entry.permission_to),
        first_document_at=_first_document(entry.fiscal_drives),
        last_document_at=moment_of(entry.last_document_timestamp),
        sales_point=clean(_text(entry.sales_point_name)),
        addresses=_addresses(entry.addresses),
    )


def moment_of(value: object) -> datetime | None:
    """Return a time of a list as the register's local time, to the second; None where it is absent or unreadable."""
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found["minutes"]).replace(second=int(found["seconds"] or 0))
    except ValueError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _text(value: object) -> str:
    return cut(storable(str(value))) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _first_document(drives: object) -> datetime | None:
    """The earliest document of all drives; None where one drive has none, because it may be the oldest."""
    if not isinstance(drives, list) or not drives:
        return None
    moments = [moment_of(one.get("earliestDocumentTimestamp")) if isinstance(one, dict) else None for one in drives]
    known = [moment for moment in moments if moment is not None]
    return min(known) if len(known) == len(moments) else None


def _addresses(listed: object) -> tuple[tuple[date, str], ...]:
    """The addresses by their first day; none where one of them is unreadable: it may be of any days."""
    found: list[tuple[date, str]] = []
    for one in listed if isinstance(listed, list) else ():
        start = moment_of(one.get("startDate")) if isinstance(one, dict) else None
        address = clean(_text(one.get("address"))) if isinstance(one, dict) else ""
        if start is None or not address:
            return ()
        found.append((start.date(), address))
    return tuple(sorted(found))


def _first_whole_day(value: object) -> date | None:
    """The first day that may be read from its beginning."""
    moment = moment_of(value)
    return moment and (moment + _ALMOST_A_DAY).date()


def _last_whole_day(value: object) -> date | None:
    """The last day that may be read to its end; a value without a time of day means the whole day."""
    moment = moment_of(value)
    if moment is None or len(str(value).strip()) <= len("2026-01-31"):
        return moment and moment.date()
    return (moment - _ALMOST_A_DAY).date()
