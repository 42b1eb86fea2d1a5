"""Report what was loaded: the progress as a line, the result as a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
from rich.table import Table

from demo.kontur import Hello, ask_truth
from demo.repository import REPOSITORY

_QUERIES = REPOSITORY / "include" / "sql" / "demo"
_OUTCOMES, _TOTALS = _QUERIES / "outcomes.sql", _QUERIES / "order_totals.sql"
_SHIFTS = Path(__file__).with_name("loaded_shifts.sql")

_ShiftKey = tuple[str, str, int]


@dataclass(slots=True)
class LoadSummary:
    """The content of the warehouse for one organisation: shifts by outcome, live orders by kind (`pko`, `rko`)."""

    name: str
    outcomes: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def read_loaded(dsn: str) -> dict[str, LoadSummary]:
    """Return the summaries by INN, from the warehouse."""
    found: dict[str, LoadSummary] = {}
    for inn, name, outcome, shifts in _rows(dsn, _OUTCOMES):
        found.setdefault(inn, LoadSummary(name)).outcomes[outcome] += shifts
    for inn, name, kind, orders, amount in _rows(dsn, _TOTALS):
        one = found.setdefault(inn, LoadSummary(name))
        one.orders[kind] += orders
        one.amounts[kind] += amount
    return found


def progress_line(runs: Iterable[dict[str, Any]], loaded: dict[str, LoadSummary]) -> str:
    """Return a line like `runs: 2 success, 1 running; shifts 812; ПКО 640`."""
    states = Counter(run["state"] for run in runs)
    reported = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none yet"
    shifts = sum(one.outcomes.total() for one in loaded.values())
    return f"runs: {reported}; shifts {shifts}; ПКО {sum(one.orders['pko'] for one in loaded.values())}"


def result_table(loaded: dict[str, LoadSummary]) -> Table:
    """Return a table with a row per organisation and their sum."""
    outcomes = sorted({outcome for one in loaded.values() for outcome in one.outcomes})
    table = Table(title="Loaded", show_footer=True)
    everything = LoadSummary("")
    for one in loaded.values():
        everything.outcomes += one.outcomes
        everything.orders += one.orders
        for kind, amount in one.amounts.items():
            everything.amounts[kind] += amount
    footer = _cells(everything, outcomes)
    headers = ["shifts", *outcomes, "ПКО", "ПКО, ₽", "РКО", "РКО, ₽"]
    table.add_column("ИНН")
    table.add_column("organisation", footer="all")
    for header, sum_ in zip(headers, footer, strict=True):
        table.add_column(header, footer=sum_, justify="right")
    for inn, one in sorted(loaded.items()):
        table.add_row(inn, one.name, *_cells(one, outcomes))
    return table


@dataclass(frozen=True, slots=True)
class Proof:
    """The comparison of Kontur's shifts with the warehouse; a shift is (INN, fiscal drive number, shift number).

    Attributes:
        known: the number of shifts closed within the days that Kontur has and lets us read.
        cash_kopecks: their cash, in minus out.
        missing: shifts that were not loaded.
        wrong: shifts that were loaded with other cash.
    """

    known: int
    cash_kopecks: int
    missing: set[_ShiftKey]
    wrong: set[_ShiftKey]


def compare_with_truth(dsn: str, hello: Hello, first_day: date, last_day: date) -> Proof:
    """Compare the truth of the sandbox with the warehouse."""
    days = first_day.isoformat(), last_day.isoformat()
    known = {
        (one["inn"], shift["fiscal_drive_number"].strip(), shift["shift_number"]): (
            shift["cash_income"] - shift["cash_refund"] - shift["cash_payout"] + shift["cash_payout_refund"]
        )
        for one in hello.organizations
        for shift in ask_truth(hello.address, one["inn"])
        if shift["permitted"] and days[0] <= shift["closed_at"][:10] <= days[1]
    }
    loaded = {(inn, drive, number): cash for inn, drive, number, cash in _rows(dsn, _SHIFTS)}
    wrong = {key for key, cash in known.items() if key in loaded and loaded[key] != cash}
    return Proof(len(known), sum(known.values()), known.keys() - loaded.keys(), wrong)


def _cells(one: LoadSummary, outcomes: list[str]) -> list[str]:
    return [
        str(one.outcomes.total()),
        *(str(one.outcomes[outcome]) for outcome in outcomes),
        str(one.orders["pko"]), _roubles(one.amounts["pko"]), str(one.orders["rko"]), _roubles(one.amounts["rko"]),
    ]  # fmt: skip


def _roubles(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ")


def _rows(dsn: str, statement: Path) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(statement.read_text(encoding="utf-8"))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
