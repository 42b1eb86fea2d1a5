"""`smena conflicts` and `smena resolve`: list what waits for a person, and answer it."""

from __future__ import annotations

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.organization import person
from smena.cli.parameters import any_inn_option
from smena.cli.shifts import COLUMNS
from smena.cli.tables import table
from smena.decisions import conflicts as decisions
from smena.messages import ENGLISH, readable, translate
from smena.model.answers import WORDS
from smena.model.window import MARKET
from smena.warehouse.database import Row, Warehouse

_ISSUED = {"document_id": "id", "kind": "kind", "number": "number", "date": "date", "amount": "amount, ₽"}


@click.command()
@any_inn_option
@click.pass_obj
def conflicts(session: Session, *, inn: str | None) -> None:
    """Decisions that wait for a person, with both sides, and the shifts that wait. Exit 1 where there are any."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        decisions.organization_known(transaction, inn)
        waiting = decisions.open_decisions(transaction, inn)
        shifts = decisions.waiting_shifts(transaction, inn)
    parts = [_line(row) for row in waiting]
    if shifts:
        parts.append(
            "shifts that wait:\n"
            + table([readable(row, ENGLISH) for row in shifts], {"organization_inn": "ИНН", **COLUMNS})
        )
    session.answer(
        {"decisions": waiting, "shifts": shifts},
        "\n\n".join(parts) or "nothing waits for a person",
        waits=bool(waiting or shifts),
    )


@click.command()
@click.argument("decision_ids", type=int, nargs=-1, required=True, metavar="ID…")
@click.argument("word", type=click.Choice(WORDS))
@click.option("--reason", required=True, help="Why: it is kept with the decision.")
@click.pass_obj
def resolve(session: Session, *, decision_ids: tuple[int, ...], word: str, reason: str) -> None:
    """Resolve decisions, one or many at once: all, or none of them.

    keep-ofd keeps what is booked; reverse reverses it and books what the source reports now.

    Where both sources report a shift with different sums, keep-ofd and keep-market book that side only, and both books
    both as two shifts.

    For a shift that needs review, approve books it from its sums, and reject books nothing.
    """
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        resolved = decisions.resolve_many(transaction, decision_ids, word, by=person(), reason=reason)
    data = [one.decision | {"reversed": one.reversed, "issued": one.issued} for one in resolved]
    text = "\n\n".join(_done(one, word) for one in resolved)
    session.answer(data[0] if len(data) == 1 else {"decisions": data}, text)


def _done(one: decisions.ResolveResult, word: str) -> str:
    lines = [
        f"decision {one.decision['decision_id']}: {word}, by {one.decision['resolved_by']}",
        f"{len(one.reversed)} orders reversed, {len(one.issued)} issued",
        table(one.issued, _ISSUED),
    ]
    return "\n".join(filter(None, lines))


def _line(row: Row) -> str:
    lines = [
        f"decision {row['decision_id']} of {row['organization_inn']}, {row['kind']}"
        f" since {row['since']:%Y-%m-%d %H:%M}: {translate(row['reason'], ENGLISH)}",
        f"  {_what(row)}",
    ]
    if row["competing_shift_id"] is not None:
        lines.append(
            f"  against what {row['competing_source']} reports: shift "
            f"{row['competing_shift_number'] or row['competing_shift_id']}"
            f" closed {row['competing_closed_at']}"
            + (f", РНМ {row['competing_kkt_reg_id']}" if row["competing_kkt_reg_id"] else "")
        )
    if row["kept"]:
        lines += [f"  {name}: current {kept}, proposed {held}" for name, (kept, held) in row["difference"].items()]
    else:
        lines += [f"  {name}: {value}" for name, value in row["held"].items()]
    if row["recommendation"]:
        lines.append(f"  recommended: {_recommended(row['recommendation'])}")
    pages = ", ".join(map(str, row["evidence"]))
    lines.append(
        f"  evidence: pages {pages}; `smena resolve {row['decision_id']} {'|'.join(row['choices'])} --reason …`"
    )
    return "\n".join(lines)


def _recommended(recommendation: dict[str, str | None]) -> str:
    """Return the recommended word, if any, and the reason."""
    return ": ".join(filter(None, [recommendation["word"], translate(recommendation["reason"], ENGLISH)]))


def _what(row: Row) -> str:
    if row["document_id"] is not None:
        return f"document {row['document_id']}"
    if row["source"] == MARKET:
        return f"shift of the cashbox {row['cashbox_id']} of Market, closed {row['closed_at']}, shop {row['shop_id']}"
    return (
        f"shift {row['shift_number']} closed {row['closed_at']}, РНМ {row['kkt_reg_id']},"
        f" ФН {row['fiscal_drive_number']}"
    )
