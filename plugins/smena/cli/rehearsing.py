"""`smena rehearse`: what the current code and settings would book from the stored evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from smena.airflow.connections import context_from_environment
from smena.cli.answer import Session
from smena.cli.organization import settings_of
from smena.cli.parameters import DAY, INN, PRODUCT
from smena.cli.tables import table
from smena.model.errors import WrongUse
from smena.model.money import roubles, written
from smena.model.window import Window

if TYPE_CHECKING:
    from smena.reconciliation.rehearsal import RehearsalResult

_DIFFERENCES = {
    "closed_at": "closed",
    "unit_id": "register or cashbox",
    "name": "shift",
    "what": "what",
    "kind": "is",
    "field": "field",
    "booked": "booked",
    "made": "would be",
}


@click.command()
@click.option("--inn", type=INN, help="ИНН of the organisation.")
@click.option("--from", "first_day", type=DAY, help="The first day of closing.")
@click.option("--to", "last_day", type=DAY, help="The last day, inclusive.")
@click.option("--batch", "batch_id", type=int, help="Instead: what a batch that is not published would change.")
@click.option("--product", type=PRODUCT, help="The source; all of them without it.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting over those of every day: refunds, date_policy, corrections, vat or keeps_cash_documents.",
)
@click.pass_obj
def rehearse(
    session: Session,
    *,
    inn: str | None,
    first_day: date | None,
    last_day: date | None,
    batch_id: int | None,
    product: str | None,
    settings: tuple[str, ...],
) -> None:
    """What would be booked otherwise, if the stored evidence were processed now? Nothing is written or asked for.

    Lists each shift, outcome, order, sum and date that differs from the books. It ignores statuses of documents, closed
    periods and people's answers. Exit code 1 where anything differs.
    """
    if batch_id is not None:
        if inn or first_day or last_day or product or settings:
            raise WrongUse("--batch goes with none of the other options")
        from smena.reconciliation.rehearsed_batch import rehearse_batch

        made = rehearse_batch(context_from_environment(), batch_id)
    elif inn and first_day and last_day:
        from smena.reconciliation.rehearsal import rehearse as run

        made = run(
            context_from_environment(),
            inn,
            Window(first_day, last_day),
            settings=settings_of(settings),
            products=(product,) if product else (),
        )
    else:
        raise WrongUse("--inn, --from and --to are needed", fix="give them, or --batch")
    from smena.matching.differences import sums_of

    rows, sums = rows_of(made), sums_of(made.differences)
    data = {
        "inn": made.inn,
        "from": made.window.first_day,
        "to": made.window.last_day,
        "compared": made.compared,
        "left_aside": made.left_aside,
        "differences": rows,
        "sums": _sums_in_roubles(sums),
        "failed": made.failed,
    }
    session.answer(data, _text(made, rows, sums), waits=made.differs)


def rows_of(made: RehearsalResult) -> list[dict[str, Any]]:
    """Return the differences for JSON: money in roubles as text, unknown values as None."""
    frame = made.differences
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {str(key): value for key, value in row.items() if key != "kopecks"}
        | {"closed_at": row["closed_at"].to_pydatetime()}
        | {"difference": None if row["kopecks"] is None else roubles(int(row["kopecks"]))}
        for row in rows
    ]


def _text(made: RehearsalResult, rows: Sequence[Mapping[str, Any]], sums: Mapping[str, Any]) -> str:
    compared = f"{made.window}: {made.compared} shifts compared"
    if made.left_aside:
        compared += f", {made.left_aside} left aside: a person has decided about them, or is asked to"
    lines = [compared]
    shown = [
        {**row, "closed_at": f"{row['closed_at']:%Y-%m-%d %H:%M}", "what": _what(row), "made": _shown(row, "made")}
        | {"booked": _shown(row, "booked")}
        for row in rows
    ]
    if shown:
        lines += [table(shown, _DIFFERENCES), "", *_sums(sums)]
    elif not made.failed:
        lines.append("nothing differs")
    lines += [f"{unit}: its pages cannot be processed: {why}" for unit, why in made.failed.items()]
    return "\n".join(lines)


def _what(row: Mapping[str, Any]) -> str:
    if row["subject"] == "shift":
        return "shift"
    parts = [row["operation"], row["taxation"], "agent" if row["agent"] else ""]
    return " ".join(part for part in parts if part)


def _shown(row: Mapping[str, Any], side: str) -> str:
    return "—" if row[side] is None else str(row[side])


def _sums_in_roubles(sums: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sums) | {name: {key: roubles(total) for key, total in sums[name].items()} for name in ("amount", "vat")}


def _sums(sums: Mapping[str, Any]) -> list[str]:
    counts = f"differ: {sums['shifts']} shifts, {sums['orders']} orders ({sums['new']} new, {sums['gone']} gone)"
    money = [
        f"{operation}, {field}: by {written(roubles(total))} ₽"
        for field in ("amount", "vat")
        for operation, total in sums[field].items()
    ]
    return [counts, *money]
