"""`smena organization`: organisations and their settings."""

from __future__ import annotations

import getpass
from dataclasses import asdict

import click

from smena.cli.answer import Session, table
from smena.cli.help import Commands
from smena.cli.parameters import INN, inn_option
from smena.connections import warehouse_from_environment
from smena.integration.organizations import (
    MODIFIERS,
    TARIFFS,
    add_organization,
    all_organizations,
    organization_of,
    set_organization,
)
from smena.model.errors import WrongUse
from smena.model.organization import Organization
from smena.model.window import PRODUCTS
from smena.warehouse.database import Row, Warehouse

_LISTED = {"inn": "ИНН", "kpp": "КПП", "name": "name", "tariff": "tariff", "ofd": "OFD", "market": "Market"}


def person() -> str:
    """Who runs the command, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@click.group(cls=Commands)
def organization() -> None:
    """Organisations and their settings."""


@organization.command()
@inn_option
@click.option("--kpp", default="", help="КПП; a sole proprietor has none.")
@click.option("--name", required=True, help="As documents name it.")
@click.option(
    "--tariff",
    type=click.Choice(TARIFFS),
    required=True,
    help="uchetny (Учётный), or other: with it the integration needs --modifier.",
)
@click.option("--modifier", type=click.Choice(MODIFIERS), help="accounting_hr (Бухучёт и кадры).")
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
    """Change settings: detail, vat, refunds, date_policy, timezone, kpp, name and others; an unknown one lists them."""
    changes = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator:
            raise WrongUse(f"{setting!r} is not KEY=VALUE")
        changes[key] = value
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        changed = set_organization(transaction, inn, changes)
    _answer(session, changed)


@organization.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """Every organisation, with where its integrations stand."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        every = all_organizations(transaction)
        standings = transaction.rows("integrations", inn=None, product=None)
    states = {(row["organization_inn"], row["product"]): row for row in standings}
    rows = [
        {"inn": one.inn, "kpp": one.kpp, "name": one.name, "tariff": one.tariff}
        | {product: _standing(states.get((one.inn, product))) for product in PRODUCTS}
        for one in every
    ]
    session.answer({"organizations": rows}, table(rows, _LISTED) or "no organisation is registered yet")


@organization.command()
@inn_option
@click.pass_obj
def show(session: Session, *, inn: str) -> None:
    """All settings of an organisation."""
    _answer(session, organization_of(Warehouse(warehouse_from_environment()), inn))


def _standing(row: Row | None) -> str:
    """`on from 2026-01-01`, `off`, or nothing where it was never switched on."""
    if row is None:
        return ""
    return f"on from {row['start_date']}" if row["state"] == "on" else str(row["state"])


def _answer(session: Session, organization: Organization) -> None:
    data = asdict(organization)
    session.answer(data, "\n".join(f"{key}: {'' if value is None else value}" for key, value in data.items()))
