"""`smena organization`: organisations and their settings."""

from __future__ import annotations

import getpass
from dataclasses import asdict

import click

from smena.cli.answer import Session
from smena.cli.parameters import INN, inn_option
from smena.connections import warehouse_from_environment
from smena.integration.organizations import MODIFIERS, TARIFFS, add_organization, set_organization
from smena.model.errors import WrongUse
from smena.model.organization import Organization
from smena.warehouse.database import Warehouse


def person() -> str:
    """Who runs the command, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@click.group()
def organization() -> None:
    """Organisations and their settings."""


@organization.command()
@inn_option
@click.option("--kpp", default="", help="КПП; a sole proprietor has none.")
@click.option("--name", required=True)
@click.option("--tariff", type=click.Choice(TARIFFS), required=True)
@click.option("--modifier", type=click.Choice(MODIFIERS))
@click.option("--timezone", default="Europe/Moscow", show_default=True, help="Of the accounting day.")
@click.pass_obj
def add(session: Session, *, inn: str, kpp: str, name: str, tariff: str, modifier: str | None, timezone: str) -> None:
    """Register an organisation; the same again changes nothing."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        added = add_organization(
            transaction, inn=inn, kpp=kpp, name=name, tariff=tariff, modifier=modifier, timezone=timezone
        )
    _answer(session, added)


@organization.command("set")
@click.option("--inn", type=INN, required=True, help="ИНН of the organisation.")
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE…")
@click.pass_obj
def set_(session: Session, *, inn: str, settings: tuple[str, ...]) -> None:
    """Change settings: detail, refunds, date_policy, timezone, kpp, name, …"""
    changes = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator:
            raise WrongUse(f"{setting!r} is not KEY=VALUE")
        changes[key] = value
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        changed = set_organization(transaction, inn, changes)
    _answer(session, changed)


def _answer(session: Session, organization: Organization) -> None:
    data = asdict(organization)
    session.answer(data, "\n".join(f"{key}: {'' if value is None else value}" for key, value in data.items()))
