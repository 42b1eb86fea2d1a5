"""Match a month of Kontur.Market's cheques with shifts that are booked from the OFD already, and check the result.

Cheques are parsed, checked and summed to till shifts; each till shift must match its fiscal shift and be booked once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from multiprocessing.context import BaseContext

import psycopg2
from psycopg2.extras import RealDictCursor

from bench.evidence import fill_evidence, plan_market, plan_ofd
from bench.measuring import Steps, WrongFigures, run_pipeline, run_steps
from bench.memory import ServerMemory
from bench.shops import shops_of
from bench.statements import statement
from bench.tills import FIRST_DAY, TillTruth, is_market_only, tills_for


@dataclass(frozen=True)
class Match(Steps):
    """One month matched.

    Attributes:
        fiscal_shifts, fiscal_s: shifts booked from the OFD before, and the seconds of process and publish they took.
        cheques, till_shifts: how many Market reported.
        outcomes: how many till shifts match a fiscal shift (duplicate), are booked (issued), have no cash, or differ.
    """

    fiscal_shifts: int
    fiscal_s: float
    cheques: int
    till_shifts: int
    outcomes: Counter[str]


def match(
    dsn: str,
    database: str,
    cheques: int,
    workers: int,
    processes: BaseContext,
    memory: ServerMemory,
    say: Callable[[str], None],
) -> Match:
    """Match about so many cheques in an empty database. Raises WrongFigures where a result is not the expected one."""
    tills = tills_for(cheques)
    registers = [till for till in tills if not is_market_only(till)]
    say(f"{cheques:,} cheques: the OFD's {len(registers):,} registers, a month of them, are booked")
    fiscal_evidence = fill_evidence(dsn, database, plan_ofd(dsn, registers), workers, processes)
    fiscal = run_pipeline(dsn, fiscal_evidence, workers, processes, memory.peak_bytes)
    say(f"{cheques:,} cheques: they are invented and kept")
    evidence = fill_evidence(dsn, database, plan_market(dsn, shops_of(tills), FIRST_DAY), workers, processes)
    truth: TillTruth = evidence.truth
    reported = (
        f"{truth.cheques:,} of {len(tills):,} tills, {evidence.pages:,} pages, {evidence.raw_bytes / 1e6:,.0f} MB"
    )
    say(f"{cheques:,} cheques: {reported} of JSON; process and match")
    memory.forget()
    steps = run_steps(dsn, evidence, workers, processes, memory.peak_bytes)
    _prove(dsn, truth)
    return Match(
        **vars(steps),
        fiscal_shifts=fiscal.shifts,
        fiscal_s=fiscal.seconds,
        cheques=truth.cheques,
        till_shifts=len(truth.shifts),
        outcomes=Counter(row[3] for row in truth.shifts),
    )


def _prove(dsn: str, truth: TillTruth) -> None:
    rows = "".join("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in truth.shifts)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement("reported_tills"))
        cursor.copy_from(StringIO(rows), "reported_till")
        cursor.execute(statement("matched"))
        wrong = {name: count for name, count in dict(cursor.fetchone() or {}).items() if count}
    if wrong:
        raise WrongFigures(f"cheques were told, and the books say otherwise: {wrong}")
