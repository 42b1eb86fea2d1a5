"""`smena plan` and `smena load`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from smena.airflow.connections import context_from_environment
from smena.cli.answer import Session
from smena.cli.bar import watching
from smena.cli.parameters import DAY, PRODUCT, inn_option
from smena.cli.tables import table
from smena.mandates.lifecycle import check_from_start, required
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, message, readable, translate
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.model.window import OFD, Window
from smena.reads.completeness import gaps as gaps_of
from smena.warehouse.database import Row, Warehouse, as_json

if TYPE_CHECKING:
    from smena.loading.publish import PublishResult

_WINDOWS = {"unit_id": "РНМ or shop", "first_day": "from", "last_day": "to", "days": "days", "reason": "why"}
_SHIFTS_THAT_WAIT = ("incomplete", "needs_review", "conflict", "closed_period")
_GAPS = {"unit_id": "РНМ", "first_day": "from", "last_day": "to", "reason": "why", "details": "details"}


@click.command()
@inn_option
@click.option("--product", type=PRODUCT, default=OFD, show_default=True, help="The source.")
@click.pass_obj
def plan(session: Session, *, inn: str, product: str) -> None:
    """The windows that would be loaded now, their requests, what is covered and what cannot be read. A dry run."""
    from smena.planning.plan import preview

    made = preview(context_from_environment(), inn, product)
    windows = [
        {
            "unit_id": planned.unit_id,
            "first_day": planned.window.first_day,
            "last_day": planned.window.last_day,
            "days": planned.window.days,
            "reason": planned.reason,
        }
        for planned in made.windows
    ]
    asked = len(made.asked)
    gaps = [readable(gap, ENGLISH) for gap in made.gaps]
    asked_for = [one | {"reason": message(f"plan_{one['reason']}", ENGLISH, context="page")} for one in windows]
    lines = [
        f"{asked} windows to ask through {made.horizon}, {len(windows) - asked} silent ones that ask nothing",
        f"about {made.requests} requests; {made.covered['registers']} readable registers,"
        f" {made.covered['covered_days']} of their {made.covered['wanted_days']} days are covered already",
        table(asked_for, _WINDOWS),
        *([f"\n{len(gaps)} gaps, not readable now:", table(gaps, _GAPS)] if gaps else []),
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
@click.option("--product", type=PRODUCT, default=OFD, show_default=True, help="The source.")
@click.option("--from", "first_day", type=DAY, help="The first day, with --to; not before the start date in force.")
@click.option("--to", "last_day", type=DAY, help="The last day, with --from; through yesterday.")
@click.option("--today", is_flag=True, help="Only book closed shifts of today, as the next morning will.")
@click.pass_obj
def load(
    session: Session, *, inn: str, product: str, first_day: date | None, last_day: date | None, today: bool
) -> None:
    """Load what is wanted and not covered, as the daily run does; with --from and --to, these days, covered or not.

    Run it again at any time: it changes nothing that is already right. Exit code 1 only where this run left something
    that waits for a person; `smena alerts` lists everything that does.
    """
    window = _window(first_day, last_day)
    if window and today:
        raise WrongUse("--today goes with no other days", fix="leave out --from and --to")
    from smena.loading.load import load as run

    with watching(session) as watch:
        context = replace(context_from_environment(), watch=watch)
        organization_of(context.warehouse, inn)
        start = required(context.warehouse, inn, product)["start_date"]
        if window:
            check_from_start(window.first_day, start)
        known_gaps = gaps_of(context.warehouse, inn, product)
        loaded = run(
            context, inn, run_id=f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}", product=product, window=window,
            same_day=today,
        )  # fmt: skip
    if loaded.fault is not None:
        raise PassingFault(
            f"batch {loaded.published.batch_id} is published, but a part could not be read: {loaded.fault.message}",
            fix="run again",
        )
    if loaded.published.error:
        raise BrokenPromise(
            f"batch {loaded.published.batch_id} is published, but not finished:"
            f" {translate(loaded.published.error, ENGLISH)}"
        )
    waiting = _waiting(context.warehouse, loaded.published, product, window, known_gaps)
    gaps = gaps_of(context.warehouse, inn, product)
    data = asdict(loaded.published) | {"gaps": gaps, "waiting": waiting}
    session.answer(
        data, _summary_text(loaded.published.batch_id, loaded.published.summary, waiting), waits=any(waiting.values())
    )


def _window(first_day: date | None, last_day: date | None) -> Window | None:
    """Return the days given, None without any. Raises WrongUse where one is missing, or the first is after the last."""
    if first_day and last_day:
        return Window(first_day, last_day)
    if first_day or last_day:
        raise WrongUse(
            f"{'--to' if first_day else '--from'} is missing",
            fix="give both days, or none to load what is wanted and not covered",
        )
    return None


def _waiting(
    warehouse: Warehouse, published: PublishResult, product: str, window: Window | None, known_gaps: list[Row]
) -> Row:
    """Return the number of things that wait for a person after this run, by kind. `known_gaps`: gaps from before it."""
    left = warehouse.rows(
        "waiting_of_batch",
        batch_id=published.batch_id,
        inn=published.inn,
        product=product,
        first_day=window and window.first_day,
        last_day=window and window.last_day,
        known_gaps=as_json(known_gaps),
    )[0]
    outcomes = published.summary.get("outcomes", {})
    return left | {
        "shifts_waiting": sum(outcomes.get(outcome, 0) for outcome in _SHIFTS_THAT_WAIT),
        "windows_not_read": published.summary.get("not_read", 0),
    }


def _summary_text(batch_id: int, summary: dict[str, Any], waiting: Row) -> str:
    """Return the summary of a run, with what waits. Orders that stayed unchanged are counted separately."""

    def counts(count: dict[str, Any]) -> str:
        return ", ".join(f"{key} {value}" for key, value in sorted(count.items()) if value)

    orders = summary.get("orders", {})
    written = {kind: f"{count['count']} ({count['sum']:.2f} ₽)" for kind, count in orders.items() if count["count"]}
    lines = [
        f"batch {batch_id}: {summary.get('shifts', 0)} shifts read",
        f"  against what was booked: {counts(summary.get('verdicts', {})) or 'none'}",
        f"  outcomes: {counts(summary.get('outcomes', {})) or 'none'}",
        f"  orders written: {counts(written) or 0}",
    ]
    others = {
        "of them changed": {kind: count["changed"] for kind, count in orders.items()},
        "orders reversed": {kind: count["reversed"] for kind, count in orders.items()},
        "orders unchanged": summary.get("orders_unchanged", {}),
        "reports and waybills": summary.get("documents", {}),
        "waits for a person": waiting,
    }
    lines += [f"  {title}: {count}" for title, of_kind in others.items() if (count := counts(of_kind))]
    return "\n".join(lines)
