"""Organisations and registers (cashboxes) out of Kontur.OFD's lists. One broken entry costs its neighbours nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import msgspec

from smena.model.errors import PassingFault
from smena.model.identifiers import clean, clean_inn

T = TypeVar("T")
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
    return [OfdOrganization(told.id, clean_inn(told.inn)) for told in _listed(body, _Organization)[0]]


def list_cashboxes(body: bytes) -> tuple[list[Cashbox], list[dict[str, str]]]:
    """The registers, and those that cannot be read, each with its `record` and `reason`."""
    good, broken = _listed(body, _Cashbox)
    return [_cashbox(told) for told in good], broken


def _listed(body: bytes, kind: type[T]) -> tuple[list[T], list[dict[str, str]]]:
    try:
        raw = msgspec.json.decode(body, type=list[msgspec.Raw]) if body.strip() else []
    except msgspec.DecodeError:
        raise PassingFault("Kontur.OFD answers with something that is no list", fix="run again") from None
    good: list[T] = []
    broken: list[dict[str, str]] = []
    for one in raw:
        try:
            good.append(msgspec.json.decode(one, type=kind, strict=False))
        except msgspec.ValidationError as error:
            broken.append({"record": bytes(one).decode(errors="replace")[:20_000], "reason": str(error)})
    return good, broken


def _cashbox(told: _Cashbox) -> Cashbox:
    drives = [*(told.fiscal_drives or ()), *((told.fiscal_drive,) if told.fiscal_drive else ())]
    first = [moment for moment in (_moment(drive.earliestDocumentTimestamp) for drive in drives) if moment]
    return Cashbox(
        kkt_reg_id=clean(told.reg_number),
        kpp=clean(told.kpp or "") or None,
        name=told.name or "",
        address=told.address or "",
        permission_from=_day(told.permission_from),
        permission_to=_day(told.permission_to),
        first_document_at=min(first, default=None),
        last_document_at=_moment(told.last_document_timestamp),
    )


def _moment(moment: datetime | None) -> datetime | None:
    naive = moment.replace(tzinfo=None) if moment else None
    return naive if naive and naive > _NONE else None


def _day(told: str | None) -> date | None:
    """The day of a date or of a moment; None for none."""
    day = date.fromisoformat(told[:10]) if told else None
    return day if day and day > _NONE.date() else None
