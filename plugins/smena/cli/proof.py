"""`smena reconcile`, `smena certify` and `smena verify`: completeness, reconciliation (сверка), their certificate."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smena.airflow.connections import context_from_environment, warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, read_file, write_file
from smena.cli.organization import person
from smena.cli.parameters import DAY, inn_option
from smena.cli.tables import table
from smena.messages import ENGLISH, readable, translate
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.warehouse.database import Warehouse

if TYPE_CHECKING:
    from smena.reconciliation.certificate import VerifyResult
    from smena.reconciliation.reconcile import ReconcileResult

MOST_BYTES = 1 << 30
"""A certificate has a line for each register and day."""

_DAYS = {
    "day": "day",
    "verdict": "verdict",
    "registers": "registers",
    "proved": "proved",
    "shifts": "shifts",
    "waiting": "shifts that wait for a person",
}
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
@click.option("--from", "first_day", type=DAY, required=True, help="The first day.")
@click.option("--to", "last_day", type=DAY, required=True, help="The last day, inclusive.")
@click.pass_obj
def reconcile(session: Session, *, inn: str, first_day: date, last_day: date) -> None:
    """Is everything here, and does it agree? Completeness by register and day, and сверка with the source as it is now.

    Exit code 1 where a shift is missing or waits for a person, or there is a difference that no documents explain.
    """
    from smena.reconciliation.reconcile import reconcile as run

    made = run(
        context_from_environment(),
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
    session.answer(data, _summary_text(made), waits=made.waits)


@click.command()
@inn_option
@click.option("--from", "first_day", type=DAY, required=True, help="The first day.")
@click.option("--to", "last_day", type=DAY, required=True, help="The last day, inclusive.")
@click.option("--out", type=FILE, required=True, help="A name that ends in .json or .html.")
@click.pass_obj
def certify(session: Session, *, inn: str, first_day: date, last_day: date, out: Path) -> None:
    """The certificate of completeness of a period that was reconciled: counts, sums, verdicts and hashes, in one file.

    Exit code 1 where the certificate does not prove that everything is here and agrees.
    """
    from smena.reconciliation.certificate import as_file
    from smena.reconciliation.certificate import certify as make
    from smena.reconciliation.stored_certificates import keep

    warehouse = Warehouse(warehouse_from_environment())
    made = make(warehouse, inn, Window(first_day, last_day), made_by=person(), now=datetime.now(UTC))
    write_file(out, as_file(made, out.name))
    keep(warehouse, made)
    whole = made["is_complete"]
    data = {"file": str(out), "sha256": made["sha256"], "is_complete": whole, "differences": len(made["differences"])}
    text = f"{out}: {'everything is here and agrees' if whole else 'not everything is proved'}, sha256 {made['sha256']}"
    if made["unconfirmed"]:
        days = {row["day"] for row in made["unconfirmed"]}
        data["days_not_asked_again"] = len(days)
        text += (
            f"\nreceipts and cheques of {len(days)} days were not asked for again: run `smena reconcile --inn {inn} "
        )
        text += f"--from {first_day} --to {last_day}`"
    session.answer(data, text, waits=not whole)


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--all", "every", is_flag=True, help="The certificates that the warehouse stores, instead of a file.")
@click.pass_obj
def verify(session: Session, *, file: Path | None, every: bool) -> None:
    """Is a certificate true of the warehouse? Makes it again, evidence and all; exit 1 with the first difference.

    With --all: the newest certificate of each organisation and period that the warehouse stores, and when its newest
    load was published. Run it after a restore.
    """
    from smena.reconciliation.certificate import of_file
    from smena.reconciliation.certificate import verify as run

    if every == (file is not None):
        raise WrongUse("name a certificate's file, or give --all")
    if file is None:
        _verify_stored(session)
        return
    certificate = of_file(read_file(file, MOST_BYTES), file.name)
    found = run(Warehouse(warehouse_from_environment()), certificate)
    data = _verified(found) | {"sha256": certificate["sha256"]}
    session.answer(data, _verified_text(found), waits=found.difference is not None)


def _verify_stored(session: Session) -> None:
    """Verify every stored certificate. None at all proves nothing, so it waits for a person as a difference does."""
    from smena.reconciliation.certificate import verify as run
    from smena.reconciliation.stored_certificates import certificate_of, last_published, newest

    warehouse = Warehouse(warehouse_from_environment())
    stored = newest(warehouse)
    found = [run(warehouse, certificate_of(warehouse, row["inn"], row["certificate_id"]) or {}) for row in stored]
    false = [one for one in found if one.difference is not None]
    older, published_at = sum(row["older"] for row in stored), last_published(warehouse)
    data = {
        "is_true": bool(found) and not false,
        "certificates": [_verified(one) for one in found],
        "older": older,
        "last_published_at": published_at,
    }
    lines = [_verified_text(one) for one in found] or ["the warehouse stores no certificate: nothing was verified"]
    if found:
        aside = f"; {older} older ones of the same periods were left aside" if older else ""
        lines.append(f"certificates verified: {len(found)}, of which true: {len(found) - len(false)}{aside}")
    lines.append(f"the newest load was published at {published_at or 'no time: nothing is published'}")
    session.answer(data, "\n".join(lines), waits=not found or bool(false))


def _verified(found: VerifyResult) -> dict[str, Any]:
    return {
        "inn": found.inn,
        "from": found.window.first_day,
        "to": found.window.last_day,
        "is_true": found.difference is None,
        "difference": found.difference,
        "pages": found.pages,
    }


def _verified_text(found: VerifyResult) -> str:
    if found.difference is not None:
        return f"no: {found.inn}, {found.window}: {found.difference}"
    return f"yes: {found.inn}, {found.window}, {found.pages} pages of evidence hashed again"


def _summary_text(made: ReconcileResult) -> str:
    verdicts = ", ".join(f"{name} {count}" for name, count in sorted(made.verdicts.items())) or "no registers"
    lines = [f"{made.window}: days of registers: {verdicts}", table(made.days, _DAYS)]
    lacking = [
        row | {"what": "; ".join(row["missing"]) or row["reason"]}
        for row in (readable(one, ENGLISH) for one in made.lacking)
    ]
    if lacking:
        lines += ["\nnot here:", table(lacking, _LACKING)]
    if made.unasked:
        rows = [{"kkt_reg_id": name, "why": translate(why, ENGLISH)} for name, why in made.unasked.items()]
        lines += ["\ncould not be asked:", table(rows, {"kkt_reg_id": "РНМ", "why": "why"})]
    rows = [readable(row, ENGLISH) | {"first_seen": f"{row['first_seen']:%Y-%m-%d %H:%M}"} for row in made.differences]
    explained = [row for row in rows if row["is_explained"]]
    if made.unexplained:
        lines += ["\ndiffers (ours less theirs):", table([row for row in rows if row not in explained], _DIFFERENCES)]
    elif not explained:
        lines.append("\nnothing differs")
    if explained:
        lines += ["\ndiffers, and documents explain it (ours less theirs):", table(explained, _DIFFERENCES)]
    if made.closed:
        lines.append(f"{made.closed} former differences are gone")
    return "\n".join(line for line in lines if line)
