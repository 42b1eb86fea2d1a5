"""Organisations, shops, contractors and products of Kontur.Market's lists, field names in either case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from smena.contract.decoding import LONGEST_IDENTIFIER, Undecodable, cut, decode, identifier, storable
from smena.contract.market_lists import camel, items_of
from smena.model.errors import PassingFault
from smena.model.identifiers import KPP, clean, clean_inn, is_inn
from smena.model.reason_text import Wrong
from smena.model.reasons import Reason
from smena.sources.listing import Broken, read_each
from smena.transform.market.tax_words import rate_of, system_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shop:
    """Торговая точка. `organization_id` is empty and `is_paid` None where the list does not have them."""

    id: str
    organization_id: str
    name: str
    address: str
    kpp: str | None
    is_paid: bool | None


@dataclass(frozen=True, slots=True)
class MarketOrganization:
    """An organisation of Market, with the shops that the key sees."""

    id: str
    inn: str
    name: str
    shops: tuple[Shop, ...]


@dataclass(frozen=True, slots=True)
class Contractor:
    """Контрагент: a supplier or a buyer. `inn` and `kpp` are empty where the list does not have them."""

    id: str
    inn: str
    kpp: str
    name: str
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Product:
    """Товар, услуга or блюдо of a shop's catalogue. Its tax is that of its card now; empty where it does not say."""

    id: str
    name: str
    tax_system: str = ""
    vat_rate: str = ""


class _Shop(msgspec.Struct, rename="camel"):
    """Everything but the id is optional, and a value of an unexpected type counts as absent."""

    id: str
    organization_id: Any = None
    name: Any = None
    address: Any = None
    kpp: Any = None
    is_paid: Any = None


class _Organization(msgspec.Struct, rename="camel"):
    id: str
    inn: str | int
    name: Any = None
    shops: list[msgspec.Raw] | None = None


class _Contractor(msgspec.Struct, rename="camel"):
    id: str
    inn: str | int | None = None
    kpp: str | int | None = None
    name: str | None = None
    is_archived: bool | None = None


class _Product(msgspec.Struct, rename="camel"):
    id: str
    name: Any = None
    tax_system: Any = None
    vat_rate: Any = None


def list_organizations(body: bytes) -> tuple[list[MarketOrganization], list[Broken]]:
    """Return the organisations, and the unreadable entries, also of shops. Raises PassingFault where it is no list.

    An organisation with an unreadable shop is read with its other shops.
    """
    broken_shops: list[Broken] = []

    def read(raw: msgspec.Raw) -> MarketOrganization:
        parsed: _Organization = _decoded(raw, _Organization)
        key = _id(parsed.id)
        shops, broken = read_each(parsed.shops or (), lambda shop: _shop(shop, key))
        broken_shops.extend(broken)
        inn = clean_inn(str(parsed.inn))
        if not is_inn(inn):
            raise Wrong(Reason.NOT_AN_INN)
        return MarketOrganization(key, inn, _name(parsed.name), tuple(shops))

    good, broken = _listed(body, read)
    return good, broken + broken_shops


def list_shops(body: bytes) -> tuple[list[Shop], list[Broken]]:
    """Return the shops, and the unreadable entries. Raises PassingFault where it is no list."""
    return _listed(body, lambda raw: _shop(raw, ""))


def list_contractors(body: bytes) -> tuple[list[Contractor], list[Broken]]:
    """Return the contractors, and the unreadable entries. Raises PassingFault where it is no list."""
    return _listed(body, _contractor)


def list_products(body: bytes) -> tuple[list[Product], list[Broken]]:
    """Return the products, and the entries without an id or a name. Raises PassingFault where it is no list."""
    return _listed(body, _product)


def _listed(body: bytes, read: Callable[[msgspec.Raw], T]) -> tuple[list[T], list[Broken]]:
    try:
        entries: list[msgspec.Raw] | None = items_of(body)
    except Undecodable:
        entries = None
    if entries is None:
        raise PassingFault("Kontur.Market answers with something that is no list", fix="run again")
    return read_each(entries, read)


def _decoded(raw: msgspec.Raw, kind: type[T]) -> T:
    parsed: T = decode(camel(bytes(raw)), kind, strict=False)
    return parsed


def _id(text: str) -> str:
    key = identifier(storable(clean(text)), "entry_id")
    if not key:
        raise Wrong(Reason.ENTRY_WITHOUT_ID)
    return key


def _text(text: str | int | None, what: str) -> str:
    return "" if text is None else identifier(storable(clean(str(text))), what)


def _name(value: object) -> str:
    return cut(storable(clean(value))) if isinstance(value, str) else ""


def _organization_id(value: object) -> str:
    """The organisation of a shop; it is no key, so an id that is too long counts as absent."""
    key = storable(clean(value)) if isinstance(value, str) else ""
    return key if len(key) <= LONGEST_IDENTIFIER else ""


def _kpp(value: object) -> str | None:
    """A КПП; None for anything else, because an order goes into the cash book of its КПП."""
    kpp = clean(str(value)) if isinstance(value, str | int) else ""
    return kpp if KPP.fullmatch(kpp) else None


def _shop(raw: msgspec.Raw, organization_id: str) -> Shop:
    parsed = _decoded(raw, _Shop)
    return Shop(
        id=_id(parsed.id),
        organization_id=_organization_id(parsed.organization_id) or organization_id,
        name=_name(parsed.name),
        address=_name(parsed.address),
        kpp=_kpp(parsed.kpp),
        is_paid=parsed.is_paid if isinstance(parsed.is_paid, bool) else None,
    )


def _contractor(raw: msgspec.Raw) -> Contractor:
    parsed = _decoded(raw, _Contractor)
    inn = clean_inn(_text(parsed.inn, "inn"))
    return Contractor(_id(parsed.id), inn, _text(parsed.kpp, "kpp"), _name(parsed.name), bool(parsed.is_archived))


def _product(raw: msgspec.Raw) -> Product:
    parsed = _decoded(raw, _Product)
    key, name = _id(parsed.id), _name(parsed.name)
    if not name:
        raise Wrong(Reason.ENTRY_WITHOUT_NAME)
    return Product(key, name, system_of(parsed.tax_system), rate_of(parsed.vat_rate))
