"""`smena organization`: organisations and their settings."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.parameters import DAY, INN, inn_option
from smena.cli.tables import table
from smena.mandates.organizations import (
    BY_DAY,
    MODIFIERS,
    TARIFFS,
    add_organization,
    all_organizations,
    change_organization,
    organization_of,
    shifts_with_proposed_orders,
)
from smena.model.errors import WrongUse
from smena.model.organization import Organization
from smena.model.product import products
from smena.warehouse.database import Row, Warehouse

_LISTED = {"inn": "ИНН", "kpp": "КПП", "name": "name", "tariff": "tariff"}


def person() -> str:
    """Return the name of the user who runs the command, for the history."""
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
@click.option("--from", "from_day", type=DAY, help="Settings of accounting hold for shifts closed from this day on.")
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE…")
@click.pass_obj
def set_(session: Session, *, inn: str, from_day: date | None, settings: tuple[str, ...]) -> None:
    """Change settings: detail, vat, refunds, date_policy, timezone, kpp, name and others; an unknown one lists them.

    Booked documents do not change. A late shift of a day before --from is booked by the settings of its day.
    """
    changes = settings_of(settings)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        changed = change_organization(transaction, inn, changes, by=person(), from_day=from_day)
        waiting = shifts_with_proposed_orders(transaction, inn, from_day) if from_day else 0
    session.answer(asdict(changed) | {"waiting": waiting}, _text(changed) + about_waiting(waiting))


def settings_of(words: Sequence[str]) -> dict[str, str]:
    """Return words like `refunds=net` as keys and values. Raises WrongUse where one has no `=`."""
    changes = {}
    for word in words:
        key, separator, value = word.partition("=")
        if not separator:
            raise WrongUse(f"{word!r} is not KEY=VALUE")
        changes[key] = value
    return changes


def about_waiting(shifts: int) -> str:
    """Return a note on waiting shifts whose proposed orders follow the earlier settings; empty where there are none."""
    if not shifts:
        return ""
    return (
        f"\n{shifts} shifts of these days wait, with orders that were proposed before: they are booked as proposed."
        " `smena shifts` lists them"
    )


@organization.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """List every organisation, with the state of its integrations."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        every = all_organizations(transaction)
        standings = transaction.rows("integrations", inn=None, product=None)
    states = {(row["organization_inn"], row["product"]): row for row in standings}
    rows = [
        {"inn": one.inn, "kpp": one.kpp, "name": one.name, "tariff": one.tariff}
        | {product: _standing(states.get((one.inn, product))) for product in products()}
        for one in every
    ]
    titles = {name: one.title.removeprefix("Kontur.") for name, one in products().items()}
    session.answer({"organizations": rows}, table(rows, _LISTED | titles) or "no organisation is registered yet")


@organization.command()
@inn_option
@click.pass_obj
def show(session: Session, *, inn: str) -> None:
    """Show all settings of an organisation."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        organization = organization_of(transaction, inn)
        rows = transaction.rows("settings_by_day", inn=inn)
    spans = [{key: row[key] for key in ("first_day", "end_day", *sorted(BY_DAY))} for row in rows]
    text = _text(organization)
    if len(spans) > 1:
        text += f"\n\n{table(spans, {key: key for key in spans[0]})}"
    session.answer(asdict(organization) | {"by_day": spans}, text)


def _standing(row: Row | None) -> str:
    """Return `on from 2026-01-01`, `off`, or an empty text where it was never switched on."""
    if row is None:
        return ""
    return f"on from {row['start_date']}" if row["state"] == "on" else str(row["state"])


def _answer(session: Session, organization: Organization) -> None:
    session.answer(asdict(organization), _text(organization))


def _text(organization: Organization) -> str:
    return "\n".join(f"{key}: {'' if value is None else value}" for key, value in asdict(organization).items())
