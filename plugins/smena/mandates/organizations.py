"""Organisations and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smena.mandates.setting_changes import keep_account_rule, keep_settings
from smena.messages.refusals import wrong_use
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.identifiers import KPP, clean_inn, is_inn
from smena.model.organization import (
    AccountRule,
    Corrections,
    DatePolicy,
    Detail,
    Organization,
    Refunds,
    SettingsInForce,
    Vat,
)
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse
from smena.warehouse.settings import read_settings

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
BY_DAY = frozenset({"detail", "refunds", "date_policy", "keeps_cash_documents", "corrections", "vat"})
"""Settings of accounting (учётная политика), which hold from a day."""

SIGNATORIES = ("head_position", "head_name", "chief_accountant", "cashier")
"""The persons who sign cash documents."""

LONGEST_NAME = 120

_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def checked_inn(text: str) -> str:
    """Return the ИНН that a person typed, cleaned. Raises WrongUse where its length or check digits are wrong."""
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
    """Register an organisation; the same again changes nothing. Raises WrongUse for invalid or different values."""
    inn = checked_inn(inn)
    fields = {"kpp": kpp, "name": name, "tariff": tariff, "modifier": modifier, "timezone": timezone}
    for key, value in fields.items():
        _checked(inn, key, value)
    added = transaction.run("organization_add", inn=inn, **fields)
    organization = organization_of(transaction, inn)
    if not added and any(getattr(organization, key) != value for key, value in fields.items()):
        raise WrongUse(
            f"organisation {inn} is registered already with other settings", fix="use `smena organization set`"
        )
    return organization


def set_organization(
    transaction: Transaction, inn: str, changes: Mapping[str, str], *, by: str, from_day: date | None = None
) -> Organization:
    """Change settings given as text; return the newest ones. The change is stored with its author.

    Settings of accounting hold for shifts closed from `from_day` on, and the former ones for the days before. Without
    it they hold on all days, which is possible until one has changed from a day on. Other settings have no days.

    Raises WrongUse for an unknown key, an invalid value, a day before the newest change, and for settings of accounting
    that change without a day although others hold before the newest ones.
    """
    transaction.run("lock_organization", inn=inn)
    organization = organization_of(transaction, inn)
    # The function `settings_by_day` is of no use here: its parts also begin where account rules do.
    settings_from = known_from = transaction.rows("settings_by_day", inn=inn)[-1]["first_day"]
    parsed = parsed_settings(inn, changes)
    changed = replace(organization, **parsed)
    dated = sorted(key for key in BY_DAY & parsed.keys() if parsed[key] != getattr(organization, key))
    if from_day is None and settings_from is not None and dated:
        raise wrong_use(
            Reason.OTHER_SETTINGS_HOLD,
            day=settings_from,
            text=", ".join(dated),
            fix=f"give --from, {settings_from} or a later day",
        )
    if from_day is not None:
        if not BY_DAY & parsed.keys():
            raise WrongUse("only settings of accounting hold from a day", fix=f"these are: {', '.join(sorted(BY_DAY))}")
        if settings_from is not None and from_day < settings_from:
            raise wrong_use(Reason.SETTINGS_ARE_THERE, day=settings_from, fix="give that day or a later one")
        if from_day != settings_from:
            transaction.run("former_settings_add", inn=inn, from_day=from_day)
        settings_from = from_day
    transaction.run("organization_set", **asdict(changed), settings_from=settings_from)
    before, after = (
        {"settings_from": day} | asdict(one) for day, one in ((known_from, organization), (settings_from, changed))
    )
    keep_settings(transaction, inn, before=before, after=after, by=by)
    return changed


def change_organization(
    transaction: Transaction, inn: str, changes: Mapping[str, str], *, by: str, from_day: date | None = None
) -> Organization:
    """As `set_organization`, for a person's request: settings of accounting need a day once there are shifts.

    Raises WrongUse as `set_organization` does, and where that day is missing.
    """
    if from_day is None:
        before = organization_of(transaction, inn)
        changed = {key for key, text in changes.items() if key in BY_DAY and text != as_text(getattr(before, key))}
        if changed and transaction.row("any_shift", inn=inn):
            raise wrong_use(
                Reason.SHIFTS_ARE_HERE, inn=inn, text=", ".join(sorted(changed)), fix="give --from, 1 January as a rule"
            )
    return set_organization(transaction, inn, changes, by=by, from_day=from_day)


def parsed_settings(inn: str, changes: Mapping[str, str]) -> dict[str, Any]:
    """Return settings given as text with the types of `Organization`. Raises WrongUse for a wrong key or value."""
    known = {field.name for field in fields(Organization)} - {"inn"}
    parsed: dict[str, Any] = {}
    for key, text in changes.items():
        if key not in known:
            raise WrongUse(f"there is no setting {key!r}", fix=f"settings are: {', '.join(sorted(known))}")
        parsed[key] = _checked(inn, key, _parsed(key, text))
    return parsed


def settings_by_day(transaction: Transaction | Warehouse, inn: str) -> list[SettingsInForce]:
    """Return the settings and account rules by which shifts are booked, each day once, the earliest first.

    Raises WrongUse where the organisation is not registered.
    """
    settings = read_settings(transaction, checked_inn(inn))
    if not settings:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return settings


def organization_to_ask(transaction: Transaction | Warehouse, inn: str) -> Organization:
    """Return the newest settings, but with detail `totals` unless every day has detail `receipts`.

    Raises WrongUse where the organisation is not registered.
    """
    settings = settings_by_day(transaction, inn)
    of_receipts = all(one.organization.detail == "receipts" for one in settings)
    return replace(settings[-1].organization, detail="receipts" if of_receipts else "totals")


def account_rules_of(transaction: Transaction | Warehouse, inn: str) -> list[AccountRule]:
    """Return the account rules of an organisation, its own and the common ones, in the order of their trial.

    Raises WrongUse where the organisation is not registered.
    """
    organization_of(transaction, inn)
    return [AccountRule(**row) for row in transaction.rows("account_rules", inn=inn)]


def set_account_rule(transaction: Transaction, inn: str, rule: AccountRule, *, by: str) -> None:
    """Set accounts for orders of shifts closed from `rule.first_day` on; the organisation's earlier rule ends there.

    A rule of the same day is replaced. Booked orders stay as they are. The change is stored with its author.

    Raises WrongUse where the organisation is not registered, for an account without a number, and for a day before the
    newest rule's first.
    """
    if rule.first_day is None:
        raise BrokenPromise("a rule is set from a day on")
    if not all(account.strip() and _is_text(account) for account in (rule.debit, rule.credit)):
        raise wrong_use(Reason.ACCOUNT_NEEDED, fix="give one like 50.01")
    transaction.run("lock_organization", inn=inn)
    organization_of(transaction, inn)
    own = [AccountRule(**row) for row in transaction.rows("account_rules_own", inn=inn)]
    same = [one for one in own if _orders_of(one) == _orders_of(rule)]
    former = max(same, key=lambda one: one.first_day or date.min, default=None)
    newest = None if former is None else former.first_day or date.min
    if newest is not None and rule.first_day < newest:
        raise wrong_use(Reason.RULE_IS_THERE, day=newest, fix="give that day or a later one")
    if rule.first_day == newest:
        transaction.run("account_rule_correct", inn=inn, **asdict(rule))
    else:
        transaction.run("account_rule_end", inn=inn, **asdict(rule))
        transaction.run("account_rule_add", inn=inn, **asdict(rule))
    keep_account_rule(transaction, inn, former, rule, by)


def orders_by_other_accounts(transaction: Transaction, inn: str, first_day: date) -> list[Row]:
    """Return unaccepted orders of shifts closed from a day on whose accounts differ from the current rules.

    One row per operation and pair of accounts: `count`, `amount`, the booked accounts, those of the rules. Booked
    orders stay as they are until their source changes.
    """
    return transaction.rows("orders_by_other_accounts", inn=inn, first_day=first_day)


def shifts_with_proposed_orders(transaction: Transaction, inn: str, first_day: date) -> int:
    """Return how many shifts closed from a day on wait for a person with orders that their load proposed."""
    row = transaction.row("shifts_with_proposed_orders", inn=inn, first_day=first_day)
    return int(row["shifts"]) if row else 0


def _orders_of(rule: AccountRule) -> tuple[object, ...]:
    """The key of the orders that a rule applies to."""
    return rule.operation, rule.taxation, rule.agent


def organization_of(transaction: Transaction | Warehouse, inn: str) -> Organization:
    """Return the organisation with this ИНН. Raises WrongUse where there is none."""
    row = transaction.row("organizations", inn=checked_inn(inn))
    if row is None:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return Organization(**row)


def all_organizations(transaction: Transaction | Warehouse) -> list[Organization]:
    """Return every organisation, by ИНН."""
    return [Organization(**row) for row in transaction.rows("organizations", inn=None)]


def as_text(value: object) -> str:
    """Return the value of a setting as the text that `set_organization` takes."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


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
    if key == "most_changed_orders":
        if not (text.isascii() and text.isdigit() and len(text) < len("1000000")):
            raise WrongUse(f"{key} is a number of orders from 0 to 999999, not {text!r}")
        return int(text)
    if key == "modifier" and text in ("", "none"):
        return None
    return text


def _is_text(value: str) -> bool:
    """Whether it can be stored: NUL cannot, nor a lone surrogate, which a broken terminal may send."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def _checked(inn: str, key: str, value: Any) -> Any:
    choices = _CHOICES.get(key)
    if choices and value not in choices and not (key == "modifier" and value is None):
        raise wrong_use(Reason.SETTING_CANNOT_BE, name=key, text=value, fix=f"choose one of: {', '.join(choices)}")
    if key == "kpp" and value and not KPP.fullmatch(value):
        raise wrong_use(Reason.KPP_CANNOT_BE, text=value, fix="give its 9 characters")
    if key == "kpp" and not value and len(inn) == 10:
        raise wrong_use(Reason.KPP_NEEDED, fix="give --kpp")
    if key == "name" and not (value.strip() and _is_text(value)):
        raise wrong_use(Reason.NAME_NEEDED, fix="give --name")
    if key == "okpo" and value and not (value.isascii() and value.isdigit() and len(value) in (8, 10)):
        raise wrong_use(Reason.OKPO_CANNOT_BE, text=value, fix="give its 8 digits, or 10 of a sole proprietor")
    if key in SIGNATORIES and not (len(value) <= LONGEST_NAME and _is_text(value)):
        raise wrong_use(Reason.NAME_TOO_LONG, text=key)
    if key.endswith("_connection") and not (value.strip() and _is_text(value)):
        raise wrong_use(Reason.SETTING_CANNOT_BE, name=key, text=value)
    if key == "bad_share_limit" and not (0 <= value <= 1 and round(value, 3) == value):
        raise WrongUse(f"{key} is a share between 0 and 1 with up to three decimals, not {value}")
    if key == "keeps_cash_documents" and not value and len(inn) != 12:
        raise wrong_use(Reason.ONLY_SOLE_PROPRIETORS)
    if key == "timezone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise wrong_use(Reason.ZONE_UNKNOWN, text=value, fix="use a name like Asia/Yekaterinburg") from None
    return value
