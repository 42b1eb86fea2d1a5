"""Organisations as code: make settings, account rules, grants and routes of alerts those that a file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import yaml

from smena.mandates.alert_routes import add_route, remove_route, routes
from smena.mandates.grants import grant, grants, revoke
from smena.mandates.organizations import (
    BY_DAY,
    add_organization,
    as_text,
    change_organization,
    checked_inn,
    organization_of,
    parsed_settings,
    set_account_rule,
)
from smena.model.errors import WrongUse
from smena.model.organization import AccountRule
from smena.model.outcome import TAXATIONS, Operation
from smena.model.place import Place
from smena.warehouse.database import Transaction

_OF_REGISTRATION = ("kpp", "name", "tariff", "modifier", "timezone")


class DeclaredRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An account rule; `taxation` `none` is a tax system that is not known, without it the rule is of any."""

    operation: Operation
    debit: str
    credit: str
    first_day: date = msgspec.field(name="from")
    taxation: str | None = None
    agent: bool | None = None

    def as_rule(self) -> AccountRule:
        if self.taxation not in (None, "none", *TAXATIONS.values()):
            raise WrongUse(
                f"there is no tax system {self.taxation!r}", fix=f"choose of {', '.join(TAXATIONS.values())}"
            )
        taxation = "" if self.taxation == "none" else self.taxation
        return AccountRule(str(self.operation), taxation, self.agent, self.debit, self.credit, self.first_day)


class DeclaredGrant(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A person who sees the organisation, or one place of it."""

    user: str
    kpp: str | None = None
    sales_point: str | None = None


class DeclaredRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A connection by which alerts of the organisation, or of one place of it, are sent."""

    connection: str
    kpp: str | None = None
    sales_point: str | None = None


class DeclaredOrganization(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a file says of an organisation. What it does not name stays as it is.

    Attributes:
        settings: by the keys of `smena organization set`.
        settings_from: from which day on settings of accounting hold that differ from those in force.
        accounts: rules to have; one that is not named is kept, because shifts are booked by it.
        access: the persons who see it: others lose their grants of it, but not a grant of every organisation.
        alerts: the routes of its alerts: others are removed, but not a route of every organisation.
    """

    inn: str
    settings: dict[str, str | bool | int | float | None] = {}
    settings_from: date | None = None
    accounts: tuple[DeclaredRule, ...] = ()
    access: tuple[DeclaredGrant, ...] | None = None
    alerts: tuple[DeclaredRoute, ...] | None = None


class _Entry(msgspec.Struct):
    inn: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a file and the warehouse: `what` kind, `name`, and both values as text."""

    inn: str
    what: str
    name: str
    before: str
    after: str


def read_declared(text: str) -> tuple[list[DeclaredOrganization], dict[str, WrongUse]]:
    """Read a file: the organisations, and by ИНН or place in the file why another cannot be read.

    Raises WrongUse if it is not YAML with a list `organizations`, or names one twice.
    """
    try:
        file = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise WrongUse(f"the file is not YAML: {' '.join(str(error).split())[:200]}") from None
    entries = file.get("organizations") if isinstance(file, dict) and set(file) == {"organizations"} else None
    if not isinstance(entries, list) or not entries:
        raise WrongUse("the file has no list `organizations`, or has another key beside it")
    found: list[DeclaredOrganization] = []
    refused: dict[str, WrongUse] = {}
    for place, entry in enumerate(entries, start=1):
        try:
            found.append(msgspec.convert(entry, DeclaredOrganization))
        except msgspec.ValidationError as error:
            fix = "write it in quotes: '9601000019'" if "$.inn" in str(error) else ""
            refused[f"{_inn_of(entry)}entry {place}"] = WrongUse(f"it cannot be read: {error}", fix=fix)
    twice = sorted(inn for inn, times in Counter(one.inn for one in found).items() if times > 1)
    if twice:
        raise WrongUse(f"the file names an organisation twice: {', '.join(twice)}")
    return found, refused


def apply_declared(transaction: Transaction, wanted: DeclaredOrganization, *, by: str) -> list[Change]:
    """Make an organisation what a file says of it; return what changed. The same again changes nothing.

    Raises WrongUse for what the single commands refuse too; the transaction is to be rolled back then.
    """
    inn = checked_inn(wanted.inn)
    return [
        *_registered(transaction, inn, wanted),
        *_settings(transaction, inn, wanted, by),
        *_accounts(transaction, inn, wanted.accounts, by),
        *([] if wanted.access is None else _access(transaction, inn, wanted.access, by)),
        *([] if wanted.alerts is None else _alerts(transaction, inn, wanted.alerts, by)),
    ]


def _registered(transaction: Transaction, inn: str, wanted: DeclaredOrganization) -> list[Change]:
    if transaction.row("organizations", inn=inn):
        return []
    given = _texts({key: wanted.settings[key] for key in _OF_REGISTRATION if key in wanted.settings})
    missing = [key for key in ("name", "tariff") if key not in given]
    if missing:
        raise WrongUse(f"{inn} is not registered, and the file lacks its {' and '.join(missing)}")
    parsed: Mapping[str, Any] = {"kpp": ""} | parsed_settings(inn, given)
    added = add_organization(transaction, inn=inn, **parsed)
    return [Change(inn, "organization", "", "", added.name)]


def _settings(transaction: Transaction, inn: str, wanted: DeclaredOrganization, by: str) -> list[Change]:
    before = organization_of(transaction, inn)
    texts = _texts(wanted.settings)
    parsed = parsed_settings(inn, texts)
    changed = {key: texts[key] for key, value in parsed.items() if value != getattr(before, key)}
    dated = {key: text for key, text in changed.items() if key in BY_DAY}
    undated = {key: text for key, text in changed.items() if key not in BY_DAY}
    if undated:
        change_organization(transaction, inn, undated, by=by)
    if dated:
        change_organization(transaction, inn, dated, by=by, from_day=wanted.settings_from)
    return [
        Change(inn, "setting", key, as_text(getattr(before, key)), changed[key] + _since(key in dated, wanted))
        for key in changed
    ]


def _since(is_dated: bool, wanted: DeclaredOrganization) -> str:
    return f" from {wanted.settings_from}" if is_dated and wanted.settings_from else ""


def _texts(settings: Mapping[str, object]) -> dict[str, str]:
    return {key: "none" if value is None else as_text(value) for key, value in settings.items()}


def _accounts(transaction: Transaction, inn: str, wanted: Sequence[DeclaredRule], by: str) -> list[Change]:
    own = {
        tuple(row[key] for key in ("operation", "taxation", "agent", "first_day")): (row["debit"], row["credit"])
        for row in transaction.rows("account_rules_own", inn=inn)
    }
    changes = []
    for rule in sorted((one.as_rule() for one in wanted), key=lambda rule: rule.first_day or date.min):
        was = own.get((rule.operation, rule.taxation, rule.agent, rule.first_day))
        if was != (rule.debit, rule.credit):
            set_account_rule(transaction, inn, rule, by=by)
            name = ", ".join(
                part for part in (rule.operation, rule.taxation, _whose(rule.agent), f"from {rule.first_day}") if part
            )
            changes.append(Change(inn, "account rule", name, " / ".join(was or ()), f"{rule.debit} / {rule.credit}"))
    return changes


def _whose(agent: bool | None) -> str:
    return "" if agent is None else "a principal's" if agent else "own"


def _access(transaction: Transaction, inn: str, wanted: Sequence[DeclaredGrant], by: str) -> list[Change]:
    present = {
        DeclaredGrant(row["user_name"], row["kpp"], row["sales_point"])
        for row in grants(transaction) if row["organization_inn"] == inn
    }  # fmt: skip
    gone, new = present.difference(wanted), set(wanted) - present
    for one in gone:
        revoke(transaction, [one.user], [inn], place=Place(one.kpp, one.sales_point), by=by)
    for one in new:
        grant(transaction, [one.user], [inn], place=Place(one.kpp, one.sales_point), by=by)
    return _differences(inn, "access", {one: one.user for one in gone | new}, gone)


def _alerts(transaction: Transaction, inn: str, wanted: Sequence[DeclaredRoute], by: str) -> list[Change]:
    present = {
        DeclaredRoute(row["connection"], row["kpp"], row["sales_point"]): row["alert_route_id"]
        for row in routes(transaction) if row["organization_inn"] == inn
    }  # fmt: skip
    gone, new = set(present).difference(wanted), set(wanted) - set(present)
    for one in gone:
        remove_route(transaction, present[one])
    for one in new:
        add_route(transaction, one.connection, inn, Place(one.kpp, one.sales_point), by=by)
    return _differences(inn, "alerts", {one: one.connection for one in gone | new}, gone)


def _differences(inn: str, what: str, names: Mapping[Any, str], gone: set[Any]) -> list[Change]:
    changes = []
    for one, name in sorted(names.items(), key=lambda item: (item[1], str(item[0]))):
        place = str(Place(one.kpp, one.sales_point)) or "the whole organisation"
        changes.append(Change(inn, what, name, *((place, "") if one in gone else ("", place))))
    return changes


def _inn_of(entry: object) -> str:
    """The ИНН of an entry that cannot be read, with a comma; empty if it has none."""
    try:
        return f"{msgspec.convert(entry, _Entry).inn}, "
    except msgspec.ValidationError:
        return ""
