"""`smena connections`: test whether the connections can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from smena.airflow.connections import (
    WAREHOUSE,
    NoConnection,
    endpoint_from_environment,
    fields_from_environment,
    kind_of,
    warehouse_from_environment,
)
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.tables import table
from smena.model.errors import SmenaError, WrongUse
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse

if TYPE_CHECKING:
    from smena.runtime.connection_check import ConnectionCheckResult

_COLUMNS = {"connection": "connection", "leads_to": "leads to", "state": "state", "message": "what was found"}
_LEADS_TO = {OFD: "Kontur.OFD", MARKET: "Kontur.Market", WAREHOUSE: "warehouse"}


@click.group(cls=Commands)
def connections() -> None:
    """Whether the connections can be used."""


@connections.command("test")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.pass_obj
def test_(session: Session, *, ids: tuple[str, ...]) -> None:
    """Ask each system what Airflow's button "Test" asks; without ID: the warehouse, and what organisations use.

    Exit code 0 where all can be used, 2 where one is missing or lacks something, 3 where a system refuses or is silent.
    """
    wanted = dict.fromkeys(ids, "") or _in_use()
    found = {name: _test(name, kind) for name, kind in wanted.items()}
    rows: list[dict[str, Any]] = [
        {
            "connection": name,
            "leads_to": _LEADS_TO.get(kind, ""),
            "state": "works" if checked.ok else "does not work",
            "ok": checked.ok,
            "message": checked.message,
        }
        for name, (kind, checked) in found.items()
    ]
    session.answer({"connections": rows}, table(rows, _COLUMNS))
    code = max(checked.exit_code for _, checked in found.values())
    if code:
        raise SystemExit(code)


def _in_use() -> dict[str, str]:
    """Return connection ids with their product, or the word for the warehouse: it and the integrations that are on.

    Where no integration is on, or the warehouse cannot be read, the default connections of an organisation are tested:
    those that are set, or both if none is.
    """
    wanted = {WAREHOUSE: WAREHOUSE}
    try:
        with Warehouse(warehouse_from_environment()).transaction() as transaction:
            organizations = {row["inn"]: row for row in transaction.rows("organizations", inn=None)}
            on = [row for row in transaction.rows("integrations", inn=None, product=None) if row["state"] == "on"]
    except SmenaError:
        on = []  # The test of the warehouse reports the error.
    for row in on:
        wanted[organizations[row["organization_inn"]][f"{row['product']}_connection"]] = row["product"]
    if not on:
        defaults = {"kontur_ofd": OFD, "kontur_market": MARKET}
        wanted |= {name: product for name, product in defaults.items() if _is_set(name)} or defaults
    return wanted


def _is_set(name: str) -> bool:
    try:
        fields_from_environment(name)
    except NoConnection:
        return False
    except SmenaError:
        return True
    return True


def _test(name: str, kind: str) -> tuple[str, ConnectionCheckResult]:
    """What the connection leads to, and what was found. `kind` is what it is used for, where that is known."""
    from smena.runtime.connection_check import check_market, check_ofd, check_warehouse, refused

    try:
        kind = kind or kind_of(name, fields_from_environment(name))
        if kind == WAREHOUSE:
            return kind, check_warehouse(warehouse_from_environment(name))
        if not kind:
            raise WrongUse(f"connection `{name}` is of no type that can be tested", fix="give it one of Kontur's types")
        endpoint = endpoint_from_environment(name)
        return kind, check_ofd(endpoint) if kind == OFD else check_market(endpoint)
    except SmenaError as error:
        return kind, refused(error)
