"""`smena plan` and `smena load`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import click

from smena.cli.answer import Session, table
from smena.cli.bar import watching
from smena.cli.parameters import DAY, inn_option, product_option
from smena.connections import road_from_environment
from smena.model.errors import PassingFault
from smena.model.window import OFD, PRODUCTS, Window
from smena.warehouse.database import Row, Warehouse

_WINDOWS = {"kkt_reg_id": "РНМ or shop", "first_day": "from", "last_day": "to", "days": "days", "reason": "why"}
_GAPS = {"kkt_reg_id": "РНМ", "first_day": "from", "last_day": "to", "reason": "why", "details": "details"}


@click.command()
@inn_option
@click.option("--product", type=click.Choice(PRODUCTS), default=OFD, show_default=True)
@click.pass_obj
def plan(session: Session, *, inn: str, product: str) -> None:
    """The windows that would be loaded now, their requests, what is covered and what is out of reach. A dry run."""
    from smena.pipeline.plan import preview

    made = preview(road_from_environment(), inn, product)
    windows = [
        {
            "kkt_reg_id": planned.kkt_reg_id,
            "first_day": planned.window.first_day,
            "last_day": planned.window.last_day,
            "days": planned.window.days,
            "reason": planned.reason,
        }
        for planned in made.windows
    ]
    asked = len(made.asked)
    lines = [
        f"{asked} windows to ask through {made.horizon}, {len(windows) - asked} silent ones that ask nothing",
        f"about {made.requests} requests; {made.covered['registers']} registers within reach,"
        f" {made.covered['covered_days']} of their {made.covered['wanted_days']} days are covered already",
        table(windows, _WINDOWS),
        *([f"\n{len(made.gaps)} gaps, out of reach now:", table(made.gaps, _GAPS)] if made.gaps else []),
    ]
    data = {
        "inn": inn,
        "product": product,
        "horizon": made.horizon,
        "windows": windows,
        "gaps": made.gaps,
        "requests": made.requests,
        "covered": made.covered,
    }
    session.answer(data, "\n".join(line for line in lines if line), waits=bool(made.gaps))


@click.command()
@inn_option
@product_option
@click.option("--from", "first_day", type=DAY, required=True)
@click.option("--to", "last_day", type=DAY, required=True)
@click.pass_obj
def load(session: Session, *, inn: str, product: str, first_day: date, last_day: date) -> None:
    """The whole road for one window, in this process. Run again at any time: what is right stays."""
    from smena.pipeline.load import load as run

    window = Window(first_day, last_day)
    with watching(session) as watch:
        road = replace(road_from_environment(), watch=watch)
        loaded = run(road, inn, run_id=f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}", product=product, window=window)
    if loaded.fault is not None:
        raise PassingFault(
            f"batch {loaded.published.batch_id} is published, but a part could not be read: {loaded.fault.message}",
            fix="run again",
        )
    waiting = _waiting(road.warehouse, inn, product)
    gaps = road.warehouse.rows("gaps", inn=inn, product=product)
    data = asdict(loaded.published) | {"gaps": gaps, "waiting": waiting}
    session.answer(
        data, _told(loaded.published.batch_id, loaded.published.summary, waiting), waits=any(waiting.values())
    )


def _waiting(warehouse: Warehouse, inn: str, product: str) -> Row:
    return warehouse.rows("waiting", inn=inn, product=product)[0]


def _told(batch_id: int, summary: dict[str, Any], waiting: Row) -> str:
    def counts(told: dict[str, Any]) -> str:
        return ", ".join(f"{key} {value}" for key, value in sorted(told.items())) or "none"

    orders = {kind: f"{told['count']} ({told['sum']} ₽)" for kind, told in summary.get("orders", {}).items()}
    lines = [
        f"batch {batch_id}: {summary.get('shifts', 0)} shifts",
        f"  against what stood: {counts(summary.get('verdicts', {}))}",
        f"  outcomes: {counts(summary.get('outcomes', {}))}",
        f"  orders written: {counts(orders)}",
    ]
    if any(waiting.values()):
        lines.append(f"  waits for a person: {counts({key: value for key, value in waiting.items() if value})}")
    return "\n".join(lines)
