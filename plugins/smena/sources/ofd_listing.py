"""Organisations and registers (cashboxes) out of Kontur.OFD's lists. One broken entry costs its neighbours nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from smena.model.errors import PassingFault
from smena.model.identifiers import clean, clean_inn
from smena.sources.listing import Broken, read_each
from smena.transform.decoding import Undecodable, cut, decode, identifier, is_empty, storable

T = TypeVar("T")
LONGEST_REGISTER = 20
"""Characters of a РНМ, which has 16 digits."""

_ALMOST_A_DAY = timedelta(hours=23, minutes=59, seconds=59)
_NONE = datetime(1970, 1, 1)  # noqa: DTZ001 - fiscal times have no zone


@dataclass(frozen=True, slots=True)
class OfdOrganization:
    """An organisation as the operator knows it."""

    id: str
    inn: str


@dataclass(frozen=True, slots=True)
class Cashbox:
    """A register (ККТ). Times are its own; `permission_*` bound the days that may be read, None is no bound."""

    kkt_reg_id: str
    kpp: str | None
    name: str
    address: str
    permission_from: date | None
    permission_to: date | None
    first_document_at: datetime | None
    last_document_at: datetime | None


class _Organization(msgspec.Struct):
    id: str
    inn: str


class _Drive(msgspec.Struct):
    earliestDocumentTimestamp: datetime | None = None  # noqa: N815 - the contract's name


class _Cashbox(msgspec.Struct, rename="camel"):
    reg_number: str
    kpp: str | None = None
    name: str | None = None
    address: str | None = None
    last_document_timestamp: datetime | None = None
    fiscal_drive: _Drive | None = None
    fiscal_drives: list[_Drive] | None = None
    permission_from: str | None = None
    permission_to: str | None = None


def list_organizations(body: bytes) -> list[OfdOrganization]:
    """The organisations that a login and key see. Raises PassingFault where it is no list."""
    return _listed(body, lambda raw: _organization(decode(raw, _Organization, strict=False)))[0]


def list_cashboxes(body: bytes) -> tuple[list[Cashbox], list[Broken]]:
    """The registers, and those that cannot be read, each with its `record` and `reason`."""
    return _listed(body, lambda raw: _cashbox(decode(raw, _Cashbox, strict=False)))


def _listed(body: bytes, read: Callable[[msgspec.Raw], T]) -> tuple[list[T], list[Broken]]:
    try:
        raw: list[msgspec.Raw] | None = decode(body, list[msgspec.Raw]) if not is_empty(body) else []
    except Undecodable:
        raw = None
    if raw is None:
        raise PassingFault("Kontur.OFD answers with something that is no list", fix="run again")
    return read_each(raw, read)


def _organization(told: _Organization) -> OfdOrganization:
    return OfdOrganization(identifier(told.id, "the id of an organisation"), clean_inn(told.inn))


def _cashbox(told: _Cashbox) -> Cashbox:
    drives = [*(told.fiscal_drives or ()), *((told.fiscal_drive,) if told.fiscal_drive else ())]
    first = [moment for moment in (_moment(drive.earliestDocumentTimestamp) for drive in drives) if moment]
    if not clean(told.reg_number):
        raise ValueError("a register without a number")
    return Cashbox(
        kkt_reg_id=identifier(storable(clean(told.reg_number)), "regNumber", LONGEST_REGISTER),
        kpp=identifier(storable(clean(told.kpp or "")), "kpp") or None,
        name=cut(storable(told.name or "")),
        address=cut(storable(told.address or "")),
        permission_from=_first_whole_day(told.permission_from),
        permission_to=_last_whole_day(told.permission_to),
        first_document_at=min(first, default=None),
        last_document_at=_moment(told.last_document_timestamp),
    )


def _moment(moment: datetime | None) -> datetime | None:
    naive = moment.replace(tzinfo=None) if moment else None
    return naive if naive and naive > _NONE else None


def _first_whole_day(told: str | None) -> date | None:
    """The first day that may be read from its beginning. Raises ValueError where it is no date."""
    moment = _limit(told)
    return moment and (moment + _ALMOST_A_DAY).date()


def _last_whole_day(told: str | None) -> date | None:
    """The last day that may be read to its end: one that is given without a time of day is."""
    moment = _limit(told)
    if moment is None or (told and len(told.strip()) <= 10):
        return moment and moment.date()
    return (moment - _ALMOST_A_DAY).date()


def _limit(told: str | None) -> datetime | None:
    moment = datetime.fromisoformat(told.strip()).replace(tzinfo=None) if told and told.strip() else None
    return moment if moment and moment > _NONE else None
