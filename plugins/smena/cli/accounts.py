"""`smena accounts`: the accounts that cash orders are booked to, and from which day each rule applies."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.organization import about_waiting, person
from smena.cli.parameters import DAY, inn_option
from smena.cli.tables import table
from smena.mandates.organizations import (
    account_rules_of,
    orders_by_other_accounts,
    set_account_rule,
    shifts_with_proposed_orders,
)
from smena.model.organization import AccountRule
from smena.model.outcome import TAXATIONS, Operation
from smena.warehouse.database import Warehouse

_UNKNOWN_TAXATION = "none"
_OTHERS = {
    "operation": "operation",
    "count": "orders",
    "amount": "₽",
    "debit": "debit",
    "credit": "credit",
    "new_debit": "debit by the rules",
    "new_credit": "credit by the rules",
}
_COLUMNS = {
    "operation": "operation",
    "taxation": "tax system",
    "agent": "money",
    "debit": "debit",
    "credit": "credit",
    "first_day": "from",
    "end_day": "before",
}


@click.group(cls=Commands)
def accounts() -> None:
    """Accounts of cash orders: which ones, for which orders, from which day on."""


@accounts.command("list")
@inn_option
@click.pass_obj
def list_(session: Session, *, inn: str) -> None:
    """List the rules for an organisation's orders, its own and common ones; the first that fits an order applies."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        rules = account_rules_of(transaction, inn)
    rows = [asdict(rule) for rule in rules]
    session.answer({"inn": inn, "accounts": rows}, table([asdict(rule) | _in_words(rule) for rule in rules], _COLUMNS))


@accounts.command()
@inn_option
@click.option("--operation", type=click.Choice([str(one) for one in Operation]), required=True, help="Of the order.")
@click.option(
    "--taxation",
    type=click.Choice([*TAXATIONS.values(), _UNKNOWN_TAXATION]),
    help="Of receipts under this tax system only; `none` where it is not known. Default: any.",
)
@click.option(
    "--agent/--own", "agent", default=None, help="Of a principal's money only, or of one's own. Default: both."
)
@click.option("--debit", required=True, help="The account to debit.")
@click.option("--credit", required=True, help="The account to credit.")
@click.option("--from", "first_day", type=DAY, required=True, help="For shifts closed from this day on.")
@click.option("--dry-run", is_flag=True, help="Show which open orders have other accounts, and set nothing.")
@click.pass_obj
def add(
    session: Session,
    *,
    inn: str,
    operation: str,
    taxation: str | None,
    agent: bool | None,
    debit: str,
    credit: str,
    first_day: date,
    dry_run: bool,
) -> None:
    """Set accounts of an organisation's orders from a day on. Booked orders do not change."""
    named = "" if taxation == _UNKNOWN_TAXATION else taxation
    rule = AccountRule(operation, named, agent, debit, credit, first_day)
    with Warehouse(warehouse_from_environment()).transaction(keep=not dry_run) as transaction:
        set_account_rule(transaction, inn, rule, by=person())
        waiting = shifts_with_proposed_orders(transaction, inn, first_day)
        others = orders_by_other_accounts(transaction, inn, first_day)
    text = f"{rule.operation}: debit {rule.debit}, credit {rule.credit}, for shifts closed from {first_day} on"
    if dry_run:
        text += "\na dry run: the rules are as they were"
    if others:
        text += f"\nopen orders that are booked by other accounts, and stay so:\n{table(others, _OTHERS)}"
    data = {"inn": inn} | asdict(rule) | {"waiting": waiting, "other_accounts": others}
    session.answer(data | ({"dry_run": True} if dry_run else {}), text + about_waiting(waiting))


def _in_words(rule: AccountRule) -> dict[str, str]:
    """Return the tax system and the agent condition of a rule in words, where it has them."""
    whose = "both" if rule.agent is None else "a principal's" if rule.agent else "own"
    taxation = "any" if rule.taxation is None else rule.taxation or "not known"
    return {"taxation": taxation, "agent": whose}
