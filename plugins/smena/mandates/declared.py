"""Organisations as code: make settings, account rules, grants and routes of alerts those that a file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

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
from smena.model.identifiers import clean_inn
from smena.model.organization import AccountRule
from smena.model.outcome import TAXATIONS, Operation
from smena.model.place import Place
from smena.warehouse.database import Transaction

Name = Annotated[str, msgspec.Meta(pattern=r"^[^\s\x00]([^\x00]*[^\s\x00])?$")]
"""The name of a person or a connection: not empty, without spaces around it."""

_NOT_TEXT = {"keeps_cash_documents": bool, "bad_share_limit": (int, float), "most_changed_orders": int}
"""Settings that are no text, with their types in YAML."""

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

    user: Name
    kpp: str | None = None
    sales_point: str | None = None


class DeclaredRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A connection by which alerts of the organisation, or of one place of it, are sent."""

    connection: Name
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


class _Loader(yaml.SafeLoader):
    """Refuses a key that a mapping has twice: PyYAML would drop the first, and with it, for example, grants."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for position, key in enumerate(keys) if key in keys[:position]]
        if twice:
            raise yaml.MarkedYAMLError(problem=f"the key {twice[0]!r} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


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
        file = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
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
    twice = sorted(inn for inn, times in Counter(clean_inn(one.inn) for one in found).items() if times > 1)
    if twice:
        raise WrongUse(f"the file names an organisation twice: {', '.join(twice)}")
    return found, refused


def apply_declared(transaction: Transaction, wanted: DeclaredOrganization, *, by: str) -> list[Change]:
    """Make an organisation what a file says of it; return what changed. The same again changes nothing.

    Raises WrongUse for what the single commands refuse too; the transaction is to be rolled back then.
    """
    inn = checked_inn(wanted.inn)
    registered = _registered(transaction, inn, wanted)
    transaction.run("lock_organization", inn=inn)
    return [
        *registered,
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
    since = f" from {wanted.settings_from}" if wanted.settings_from else ""
    return [
        Change(inn, "setting", key, as_text(getattr(before, key)), text + (since if key in dated else ""))
        for key, text in changed.items()
    ]


def _texts(settings: Mapping[str, object]) -> dict[str, str]:
    """The settings as text. Raises WrongUse for a number or yes/no where a text is meant: YAML reads 010 as 8."""
    for key, value in settings.items():
        if not isinstance(value, (str, *_types_of(key))) and value is not None:
            raise WrongUse(f"{key} is a text, not {value!r}", fix="write it in quotes")
    return {key: "none" if value is None else as_text(value) for key, value in settings.items()}


def _types_of(key: str) -> tuple[type, ...]:
    types = _NOT_TEXT.get(key, ())
    return types if isinstance(types, tuple) else (types,)


def _accounts(transaction: Transaction, inn: str, wanted: Sequence[DeclaredRule], by: str) -> list[Change]:
    rules = [one.as_rule() for one in wanted]
    twice = [key for key, times in Counter(_key(rule) for rule in rules).items() if times > 1]
    if twice:
        raise WrongUse(f"the file has two rules for the same orders: {', '.join(map(str, twice[0]))}")
    own = {
        tuple(row[key] for key in ("operation", "taxation", "agent", "first_day")): (row["debit"], row["credit"])
        for row in transaction.rows("account_rules_own", inn=inn)
    }
    changes = []
    for rule in sorted(rules, key=lambda rule: rule.first_day or date.min):
        was = own.get(_key(rule))
        if was != (rule.debit, rule.credit):
            set_account_rule(transaction, inn, rule, by=by)
            name = ", ".join(
                part for part in (rule.operation, rule.taxation, _whose(rule.agent), f"from {rule.first_day}") if part
            )
            changes.append(Change(inn, "account rule", name, " / ".join(was or ()), f"{rule.debit} / {rule.credit}"))
    return changes


def _key(rule: AccountRule) -> tuple[object, ...]:
    return rule.operation, rule.taxation, rule.agent, rule.first_day


def _whose(agent: bool | None) -> str:
    return "" if agent is None else "a principal's" if agent else "own"


def _access(transaction: Transaction, inn: str, wanted: Sequence[DeclaredGrant], by: str) -> list[Change]:
    def add(user: str, place: Place) -> None:
        grant(transaction, [user], [inn], place=place, by=by)

    def remove(user: str, place: Place) -> None:
        revoke(transaction, [user], [inn], place=place, by=by)

    present = [
        (row["user_name"], Place(row["kpp"], row["sales_point"]))
        for row in grants(transaction) if row["organization_inn"] == inn
    ]  # fmt: skip
    named = [(one.user, Place(one.kpp, one.sales_point)) for one in wanted]
    return _complete(inn, "access", present, named, add, remove)


def _alerts(transaction: Transaction, inn: str, wanted: Sequence[DeclaredRoute], by: str) -> list[Change]:
    present = {
        (row["connection"], Place(row["kpp"], row["sales_point"])): row["alert_route_id"]
        for row in routes(transaction) if row["organization_inn"] == inn
    }  # fmt: skip

    def add(connection: str, place: Place) -> None:
        add_route(transaction, connection, inn, place, by=by)

    def remove(connection: str, place: Place) -> None:
        remove_route(transaction, present[connection, place])

    named = [(one.connection, Place(one.kpp, one.sales_point)) for one in wanted]
    return _complete(inn, "alerts", present, named, add, remove)


def _complete(
    inn: str,
    what: str,
    present: Iterable[tuple[str, Place]],
    wanted: Iterable[tuple[str, Place]],
    add: Callable[[str, Place], None],
    remove: Callable[[str, Place], None],
) -> list[Change]:
    """Remove what is present and not wanted, add what is wanted and not present."""
    changes = []
    was, becomes = set(present), set(wanted)
    for name, place in sorted(was ^ becomes, key=str):
        is_gone = (name, place) in was
        (remove if is_gone else add)(name, place)
        text = str(place) or "the whole organisation"
        changes.append(Change(inn, what, name, *((text, "") if is_gone else ("", text))))
    return changes


def _inn_of(entry: object) -> str:
    """The ИНН of an entry that cannot be read, with a comma; empty if it has none."""
    try:
        return f"{msgspec.convert(entry, _Entry).inn}, "
    except msgspec.ValidationError:
        return ""
