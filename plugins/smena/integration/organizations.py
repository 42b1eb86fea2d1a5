"""Organisations and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smena.model.errors import WrongUse
from smena.model.identifiers import KPP, clean_inn, is_inn
from smena.model.organization import AccountRule, Corrections, DatePolicy, Detail, Organization, Refunds, Vat
from smena.warehouse.database import Transaction, Warehouse

TARIFFS = ("uchetny", "other")
MODIFIERS = ("accounting_hr",)
_CHOICES: dict[str, tuple[str, ...]] = {
    "tariff": TARIFFS,
    "modifier": MODIFIERS,
    "detail": get_args(Detail),
    "refunds": get_args(Refunds),
    "date_policy": get_args(DatePolicy),
    "corrections": get_args(Corrections),
    "vat": get_args(Vat),
}
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def checked_inn(text: str) -> str:
    """An ИНН that a person typed. Raises WrongUse where its digits cannot be right."""
    inn = clean_inn(text)
    if not is_inn(inn):
        raise WrongUse(f"{text!r} is not a valid INN", fix="give 10 digits, or 12 of a sole proprietor")
    return inn


def add_organization(
    transaction: Transaction,
    *,
    inn: str,
    kpp: str,
    name: str,
    tariff: str,
    modifier: str | None = None,
    timezone: str = "Europe/Moscow",
) -> Organization:
    """Registers an organisation; the same again changes nothing. Raises WrongUse for what cannot be, or differs."""
    inn = checked_inn(inn)
    told = {"kpp": kpp, "name": name, "tariff": tariff, "modifier": modifier, "timezone": timezone}
    for key, value in told.items():
        _checked(inn, key, value)
    added = transaction.run("organization_add", inn=inn, **told)
    organization = organization_of(transaction, inn)
    if not added and any(getattr(organization, key) != value for key, value in told.items()):
        raise WrongUse(
            f"organisation {inn} is registered already with other settings", fix="use `smena organization set`"
        )
    return organization


def set_organization(transaction: Transaction, inn: str, changes: Mapping[str, str]) -> Organization:
    """Changes settings given as text. Raises WrongUse for an unknown key or a value that the setting cannot have."""
    transaction.run("lock_organization", inn=inn)
    organization = organization_of(transaction, inn)
    known = {field.name for field in fields(Organization)} - {"inn"}
    parsed: dict[str, Any] = {}
    for key, text in changes.items():
        if key not in known:
            raise WrongUse(f"there is no setting {key!r}", fix=f"settings are: {', '.join(sorted(known))}")
        parsed[key] = _checked(inn, key, _parsed(key, text))
    changed = replace(organization, **parsed)
    transaction.run("organization_set", **asdict(changed))
    return changed


def organization_of(transaction: Transaction | Warehouse, inn: str) -> Organization:
    """The organisation with this ИНН. Raises WrongUse where there is none."""
    row = transaction.row("organizations", inn=checked_inn(inn))
    if row is None:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return Organization(**row)


def all_organizations(transaction: Transaction | Warehouse) -> list[Organization]:
    """Every organisation, by ИНН."""
    return [Organization(**row) for row in transaction.rows("organizations", inn=None)]


def account_rules(transaction: Transaction | Warehouse, inn: str) -> list[AccountRule]:
    """The account rules of an organisation, in the order in which they are tried."""
    return [AccountRule(**row) for row in transaction.rows("account_rules", inn=inn)]


def _parsed(key: str, text: str) -> object:
    if key == "keeps_cash_documents":
        if text.lower() not in _YES_NO:
            raise WrongUse(f"{key} is yes or no, not {text!r}")
        return _YES_NO[text.lower()]
    if key == "bad_share_limit":
        try:
            return float(text)
        except ValueError:
            raise WrongUse(f"{key} is a share between 0 and 1, not {text!r}") from None
    if key == "modifier" and text in ("", "none"):
        return None
    return text


def _is_text(value: str) -> bool:
    """Whether it can be written down: half a letter of a broken terminal cannot, nor NUL."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def _checked(inn: str, key: str, value: Any) -> Any:
    choices = _CHOICES.get(key)
    if choices and value not in choices and not (key == "modifier" and value is None):
        raise WrongUse(f"{key} cannot be {value!r}", fix=f"choose one of: {', '.join(choices)}")
    if key == "kpp" and value and not KPP.fullmatch(value):
        raise WrongUse(f"{value!r} is not a KPP", fix="give its 9 characters")
    if key == "kpp" and not value and len(inn) == 10:
        raise WrongUse("a legal entity has a KPP", fix="give --kpp")
    if key == "name" and not (value.strip() and _is_text(value)):
        raise WrongUse("an organisation has a name", fix="give --name")
    if key.endswith("_connection") and not (value.strip() and _is_text(value)):
        raise WrongUse(f"{key} is the name of a connection")
    if key == "bad_share_limit" and not (0 <= value <= 1 and round(value, 3) == value):
        raise WrongUse(f"{key} is a share between 0 and 1 with up to three decimals, not {value}")
    if key == "keeps_cash_documents" and not value and len(inn) != 12:
        raise WrongUse("only a sole proprietor may keep no cash documents")
    if key == "timezone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise WrongUse(f"there is no time zone {value!r}", fix="use a name like Asia/Yekaterinburg") from None
    return value
