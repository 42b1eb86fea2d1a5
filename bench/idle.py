"""`python -m bench.idle`: the share of a core that the demo uses while nothing is loaded, by process."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from demo.stack import Stack

LIMIT = 0.10
"""The share of one core that all parts of Airflow together may use."""
_WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the demo; return 1 where Airflow uses more than the limit, 2 where it does not run."""
    parser = argparse.ArgumentParser(prog="python -m bench.idle", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".demo"), help="of the demo, which runs")
    parser.add_argument("--minutes", type=float, default=5, help="how long to look (5)")
    given = parser.parse_args(arguments)
    console = Console(highlight=False, width=_WIDTH)
    stack = Stack(given.directory)
    airflow = stack.airflow()
    if not airflow.is_running():
        console.print("Airflow does not run: `make demo` starts it")
        return 2
    parts = airflow.processes.names()
    before, started = _spent(stack, parts), time.monotonic()
    time.sleep(given.minutes * 60)
    after, seconds = _spent(stack, parts), time.monotonic() - started
    shares = {name: (after[name] - before[name]) / seconds for name in before}
    whole = sum(shares[name] for name in parts)
    console.print(_table(shares, whole, seconds))
    return int(whole > LIMIT)


def _spent(stack: Stack, parts: Iterable[str]) -> dict[str, float]:
    """Return the processor's seconds so far, by part; those of ended children count for their parents."""
    airflow = stack.airflow().processes
    spent = {name: _seconds(airflow.members(name)) for name in parts}
    with suppress(psutil.Error):
        server = stack.postgres.process()
        if server is not None:
            spent["PostgreSQL"] = _seconds([server, *server.children(recursive=True)])
    return spent


def _seconds(processes: Iterable[psutil.Process]) -> float:
    seconds = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            seconds += sum(process.cpu_times()[:4])
    return seconds


def _table(shares: Mapping[str, float], whole: float, seconds: float) -> Table:
    table = Table(title=f"Of one core, over {seconds / 60:.1f} minutes")
    table.add_column("process")
    table.add_column("share", justify="right")
    for name, share in shares.items():
        table.add_row(name, f"{share:.1%}")
    table.add_row("Airflow's parts together", f"{whole:.1%} (at most {LIMIT:.0%})")
    return table


if __name__ == "__main__":
    sys.exit(main())
