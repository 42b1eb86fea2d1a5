"""`smena reconcile`: completeness and сверка."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from smena.cli.answer import Session, table
from smena.cli.parameters import DAY, inn_option
from smena.connections import road_from_environment
from smena.model.window import Window

if TYPE_CHECKING:
    from smena.pipeline.proof.reconcile import Reconciled

_DAYS = {"day": "day", "verdict": "verdict", "registers": "registers", "proved": "proved", "shifts": "shifts"}
_LACKING = {"day": "day", "kkt_reg_id": "РНМ", "verdict": "verdict", "what": "what"}
_DIFFERENCES = {
    "day": "day",
    "kind": "what differs",
    "kkt_reg_id": "РНМ",
    "amount": "by, ₽",
    "cause": "likely cause",
    "first_seen": "since",
    "difference_id": "id",
}


@click.command()
@inn_option
@click.option("--from", "first_day", type=DAY, required=True)
@click.option("--to", "last_day", type=DAY, required=True)
@click.pass_obj
def reconcile(session: Session, *, inn: str, first_day: date, last_day: date) -> None:
    """Is everything here, and does it agree? Completeness by register and day, and сверка with the source as it is now.

    Exit code 1 where a shift is missing or anything differs.
    """
    from smena.pipeline.proof.reconcile import reconcile as run

    made = run(
        road_from_environment(),
        inn,
        run_id=f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}",
        window=Window(first_day, last_day),
    )
    data = {
        "inn": made.inn,
        "from": first_day,
        "to": last_day,
        "batch_id": made.batch_id,
        "verdicts": dict(made.verdicts),
        "days": made.days,
        "registers": made.registers,
        "differences": made.differences,
        "closed": made.closed,
        "unasked": made.unasked,
    }
    session.answer(data, _told(made), waits=made.waits)


def _told(made: Reconciled) -> str:
    verdicts = ", ".join(f"{name} {count}" for name, count in sorted(made.verdicts.items())) or "no registers"
    lines = [f"{made.window}: days of registers: {verdicts}", table(made.days, _DAYS)]
    lacking = [row | {"what": "; ".join(row["missing"]) or row["reason"]} for row in made.lacking]
    if lacking:
        lines += ["\nnot here:", table(lacking, _LACKING)]
    if made.unasked:
        rows = [{"kkt_reg_id": name, "why": why} for name, why in made.unasked.items()]
        lines += ["\ncould not be asked:", table(rows, {"kkt_reg_id": "РНМ", "why": "why"})]
    if made.differences:
        rows = [row | {"first_seen": f"{row['first_seen']:%Y-%m-%d %H:%M}"} for row in made.differences]
        lines += ["\ndiffers (ours less theirs):", table(rows, _DIFFERENCES)]
    else:
        lines.append("\nnothing differs")
    if made.closed:
        lines.append(f"{made.closed} former differences are gone")
    return "\n".join(line for line in lines if line)
