"""Print the figures of a run as tables, and compare them with the targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.cheques import Match
from bench.competitors import DLT, UPSERT, Competitor
from bench.measuring import Run, Steps

TIMES_DLT, SHARE_OF_UPSERT, FLAT = 3.0, 0.25, 1.1
CHECKED = 0.10
LINEAR = 1.5
LAST_TO_FIRST = 1.3
FLAT_FROM = 100_000
_STATEMENTS_SHOWN = 10
_MB = 1_000_000


def print_runs(console: Console, runs: Sequence[Run]) -> None:
    """Print shifts per second and memory, a row per size."""
    table = Table(title="Pages already fetched → published: read, transform, check, match, publish")
    for name in ("shifts", "final rows", "process, s", "match + publish, s", "shifts/s", "rows/s"):
        table.add_column(name, justify="right")
    for name in ("peak of a process, MB", "peak of publish, MB", "PostgreSQL's own, MB"):
        table.add_column(name, justify="right")
    for run in runs:
        table.add_row(
            *(f"{run.shifts:,}", f"{run.rows:,}", f"{run.process_s:.2f}", f"{run.publish_s:.2f}"),
            *(f"{run.shifts / run.seconds:,.0f}", f"{run.rows / run.seconds:,.0f}"),
            *(f"{size / _MB:,.0f}" for size in (run.worker_bytes, run.publisher_bytes, run.server_bytes)),
        )
    console.print(table)


def print_parts(console: Console, runs: Sequence[Run]) -> None:
    """Print where the time goes: of `process` by part, of `publish` by statement."""
    sizes = [f"{run.shifts:,} shifts" for run in runs]
    console.print(_shares("Inside process, all processes together", sizes, [run.parts for run in runs]))
    statements = [run.statements for run in runs]
    console.print(_shares("Inside publish, by statement of include/sql", sizes, statements))


def print_matches(console: Console, matches: Sequence[Match]) -> None:
    """Print cheques per second and memory, a row per size; the outcomes of till shifts; where the time goes."""
    table = Table(title="A month of Market's cheques → till shifts, matched with the OFD's booked shifts")
    for name in (
        "cheques",
        "till shifts",
        "OFD's shifts",
        "process, s",
        "match + publish, s",
        "processor, s",
        "cheques/s",
    ):
        table.add_column(name, justify="right")
    for name in ("peak of a process, MB", "peak of publish, MB", "PostgreSQL's own, MB"):
        table.add_column(name, justify="right")
    became = Table(title="What became of the till shifts, each held against its truth")
    for name in ("cheques", "till shifts", "paired", "only Market's: ПКО", "only Market's: no cash", "conflicts"):
        became.add_column(name, justify="right")
    for one in matches:
        table.add_row(
            *(f"{count:,}" for count in (one.cheques, one.till_shifts, one.fiscal_shifts)),
            *(f"{one.process_s:.2f}", f"{one.publish_s:.2f}", f"{one.cpu_s:.2f}"),
            f"{one.cheques / one.seconds:,.0f}",
            *(f"{size / _MB:,.0f}" for size in (one.worker_bytes, one.publisher_bytes, one.server_bytes)),
        )
        found = [one.outcomes[name] for name in ("duplicate", "issued", "no_cash", "conflict")]
        became.add_row(*(f"{count:,}" for count in (one.cheques, one.till_shifts, *found)))
    console.print(table)
    console.print(became)
    sizes = [f"{one.cheques:,} cheques" for one in matches]
    console.print(_shares("Inside process, all processes together", sizes, [one.parts for one in matches]))
    console.print(_shares("Inside match + publish, by statement", sizes, [one.statements for one in matches]))


def _shares(title: str, sizes: Sequence[str], found: Sequence[Counter[str]]) -> Table:
    table = Table(title=title)
    table.add_column("part")
    for size in sizes:
        table.add_column(size, justify="right")
    shown = [name for name, _ in found[-1].most_common(_STATEMENTS_SHOWN)]
    for name in shown:
        table.add_row(name, *(_share(one, one[name]) for one in found))
    if len(shown) < len(found[-1]):
        table.add_row("the others", *(_share(one, one.total() - sum(one[name] for name in shown)) for one in found))
    return table


def _share(of: Counter[str], seconds: float) -> str:
    return f"{seconds:,.2f} s  {seconds / max(of.total(), 1e-9):4.0%}"


def print_competitors(console: Console, run: Run, competitors: Sequence[Competitor]) -> None:
    """Print each way to load the final rows of a run, beside the whole pipeline."""
    table = Table(title=f"The same {run.rows:,} final rows ({run.shifts:,} shifts) by other ways")
    table.add_column("way")
    for name in ("seconds", "rows/s", "shifts/s", "Smena is as fast × "):
        table.add_column(name, justify="right")
    for name, seconds in [
        ("Smena, the whole pipeline", run.seconds),
        *((one.name, one.seconds) for one in competitors),
    ]:
        table.add_row(
            name,
            *(f"{seconds:,.2f}", f"{run.rows / seconds:,.0f}", f"{run.shifts / seconds:,.0f}"),
            f"{seconds / run.seconds:.2f}",
        )
    console.print(table)


def print_targets(console: Console, runs: Sequence[Run], compared: Run, competitors: Sequence[Competitor]) -> bool:
    """Print a line for each target that applies to the run; return whether all are met."""
    seconds = {one.name: one.seconds for one in competitors}
    lines: list[tuple[str, float, bool]] = []
    if DLT in seconds:
        times = seconds[DLT] / compared.seconds
        lines.append((f"× dlt's merge of dictionaries (at least {TIMES_DLT:g})", times, times >= TIMES_DLT))
    if UPSERT in seconds:
        share = seconds[UPSERT] / compared.seconds
        lines.append((f"of COPY + ON CONFLICT (at least {SHARE_OF_UPSERT:g})", share, share >= SHARE_OF_UPSERT))
    share = compared.checked_share
    words = (
        f"of the time is checking, at {compared.shifts:,} (at most {CHECKED:g}), {compared.gate_s:.2f} s in the gate;"
        f" of the processor's time of Smena's processes {compared.checked_cpu_share:.2f}"
    )
    lines.append((words, share, share <= CHECKED))
    flat = [run for run in runs if run.shifts >= FLAT_FROM]
    lines += _growth(flat, [run.shifts for run in flat])
    # The last batch has only the remaining shifts; the one before it is as full as the first.
    lines += [
        (
            f"a batch's seconds at the end of {run.shifts:,} shifts, in those of the first (at most {LAST_TO_FIRST:g})",
            run.batches_s[-2] / run.batches_s[0],
            run.batches_s[-2] <= run.batches_s[0] * LAST_TO_FIRST,
        )
        for run in runs
        if len(run.batches_s) > 2
    ]
    return _print_checks(console, lines)


def print_match_targets(console: Console, matches: Sequence[Match]) -> bool:
    """Print the targets of the match: its memory, and that its time grows no faster than the number of cheques."""
    flat = [one for one in matches if one.cheques >= FLAT_FROM]
    lines = _growth(flat, [one.cheques for one in flat])
    if len(matches) > 1:
        pace = [one.seconds / one.cheques for one in (matches[0], matches[-1])]
        words = f"a cheque's time at {matches[-1].cheques:,}, in that at {matches[0].cheques:,} (at most {LINEAR:g})"
        lines.append((words, pace[1] / pace[0], pace[1] <= pace[0] * LINEAR))
    return _print_checks(console, lines)


def _growth(runs: Sequence[Steps], sizes: Sequence[int]) -> list[tuple[str, float, bool]]:
    """Return the ratio of the memory of the largest run to that of the smallest, by kind of process."""
    lines = []
    if len(runs) > 1:
        for name, held in (
            ("a process", [run.worker_bytes for run in runs]),
            ("publish", [run.publisher_bytes for run in runs]),
        ):
            growth = held[-1] / held[0]
            words = f"the memory of {name} at {sizes[-1]:,}, in that at {sizes[0]:,} (at most {FLAT:g})"
            lines.append((words, growth, growth <= FLAT))
    return lines


def _print_checks(console: Console, lines: Sequence[tuple[str, float, bool]]) -> bool:
    for words, figure, met in lines:
        console.print(f"{'met   ' if met else 'MISSED'}  {figure:6.2f} {words}", markup=False, highlight=False)
    return all(met for _, _, met in lines)
