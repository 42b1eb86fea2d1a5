"""`python -m demo up | down | status`: all of Smena on this machine."""

from __future__ import annotations

import argparse
import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
from rich.console import Console

from demo.airflow import LocalAirflow
from demo.kontur import Hello
from demo.processes import ProcessTrouble
from demo.report import compare_with_truth, progress_line, read_loaded, result_table
from demo.rest import ENDED, AirflowRest, WaitedTooLong
from demo.stack import DAGS_FOR_PEOPLE, DAILY, POOLS, Stack
from demo.state import ACCOUNTING_ZONE, keep_state
from demo.trouble import Trouble

_LOAD_TIMEOUT_S = 900.0
_LOOK_AGAIN_S = 1.0
_MISSING_SHOWN = 5
_WIDTH_OF_A_FILE = 160


class Teller:
    """Prints lines that begin with the seconds since the start."""

    def __init__(self) -> None:
        console = Console(highlight=False)
        # In a file or a pipe a table is as wide as it needs, because there is no terminal width to fit.
        self.console = console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_FILE)
        self._start = time.monotonic()
        self._last = ""

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def say(self, line: str) -> None:
        """Print a line, unless it is the same as the last one."""
        if line != self._last:
            self.console.print(f"[{self.seconds:4.0f} s] {line}", markup=False, soft_wrap=True)
            self._last = line


def is_loaded(dag: dict[str, Any], runs: list[dict[str, Any]]) -> bool:
    """Whether the scheduler has nothing left to do: every run has ended and the next one is not due yet."""
    due = dag["next_dagrun_run_after"]
    nothing_due = due is None or datetime.fromisoformat(due) > datetime.now(UTC)
    return bool(runs) and nothing_due and all(run["state"] in ENDED for run in runs)


def all_runs(client: AirflowRest) -> list[dict[str, Any]]:
    """The runs of the daily DAGs."""
    return [run for dag_id in DAILY for run in client.runs(dag_id)]


def load(client: AirflowRest, stack: Stack, teller: Teller) -> list[dict[str, Any]]:
    """Let the scheduler load all that is due, print the progress, return the runs. Raises WaitedTooLong."""
    for pool, slots in POOLS.items():
        client.create_pool(pool, slots)
    for dag_id in DAILY:
        client.wait_dag(dag_id)
        client.unpause(dag_id)
    deadline = time.monotonic() + _LOAD_TIMEOUT_S
    while True:
        runs = all_runs(client)
        teller.say(progress_line(runs, read_loaded(stack.warehouse_dsn())))
        if all(is_loaded(client.dag(name), [run for run in runs if run["dag_id"] == name]) for name in DAILY):
            return runs
        if time.monotonic() > deadline:
            raise WaitedTooLong(f"{', '.join(DAILY)} are not done after {_LOAD_TIMEOUT_S:.0f} s; see {client.address}")
        time.sleep(_LOOK_AGAIN_S)


def print_result(airflow: LocalAirflow, hello: Hello, runs: list[dict[str, Any]], stack: Stack, teller: Teller) -> bool:
    """Print the table, the proof and the address; return whether all went well."""
    state, dsn = keep_state(stack.directory), stack.warehouse_dsn()
    out = teller.console
    out.print(result_table(read_loaded(dsn)))
    ends = [datetime.fromisoformat(run["data_interval_end"]) for run in runs if run["data_interval_end"]]
    last_day = max(ends).astimezone(ACCOUNTING_ZONE).date() - timedelta(days=1) if ends else state.start_date
    proof = compare_with_truth(dsn, hello, state.start_date, last_day)
    out.print(
        f"Closed from {state.start_date} to {last_day} and open to us at Kontur: {proof.known} shifts, cash "
        f"{proof.cash_kopecks / 100:,.2f} ₽; missing {len(proof.missing)}, with other cash {len(proof.wrong)}."
    )
    for word, shifts in (("missing", proof.missing), ("other cash", proof.wrong)):
        for inn, drive, number in sorted(shifts)[:_MISSING_SHOWN]:
            out.print(f"  {word}: ИНН {inn}, ФН {drive}, shift {number}")
    failed = [run for run in runs if run["state"] == "failed"]
    for run in failed:
        out.print(f"  failed: {airflow.address}/dags/{run['dag_id']}/runs/{run['dag_run_id']}", soft_wrap=True)
    print_address(airflow, teller)
    env = stack.write_env(airflow, hello)
    shown = env.relative_to(Path.cwd()) if env.is_relative_to(Path.cwd()) else env
    example = f"smena documents --inn {hello.organizations[0]['inn']}"
    out.print(f"Command line: `. {shown}`, then for example `{example}`", soft_wrap=True)
    out.print(f"Took {teller.seconds:.0f} s. `make stop` ends everything, `make demo` goes on from here.")
    return not proof.missing and not proof.wrong and not failed


def print_address(airflow: LocalAirflow, teller: Teller) -> None:
    """Print the address of the UI, and the users."""
    teller.console.print(f"Airflow: [bold]{airflow.address}[/bold]")
    for user, password in airflow.passwords.items():
        teller.console.print(f"  login {user:<10} password {password}", markup=False)


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Lock the directory, because two commands on it would start everything twice.

    Raises ProcessTrouble at once where another command has the lock.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ProcessTrouble(f"another `python -m demo` is at work on {directory}: wait for it or end it") from None
        yield


def up(directory: Path, *, stay: bool) -> int:
    """Start everything, load, print the result; return 0 if everything was loaded."""
    teller = Teller()
    stack = Stack(directory, teller.say)
    with only_one(directory):
        airflow, hello = stack.start()
        client = airflow.client()
        stack.show_connections(client, hello)
        runs = load(client, stack, teller)
        for dag_id in DAGS_FOR_PEOPLE:
            client.wait_dag(dag_id)
            client.unpause(dag_id)
        well = print_result(airflow, hello, runs, stack, teller)
        if stay:
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(_LOOK_AGAIN_S)
                    teller.say(progress_line(all_runs(client), read_loaded(stack.warehouse_dsn())))
            stack.stop()
    return 0 if well else 1


def down(directory: Path) -> int:
    """End everything."""
    if directory.exists():
        with only_one(directory):
            Stack(directory).stop()
    print("nothing of the demo is running")
    return 0


def status(directory: Path) -> int:
    """Print what runs and what is loaded; return 0 if Airflow is healthy."""
    teller = Teller()
    if not directory.exists():
        print("the demo has not been started here")
        return 1
    stack = Stack(directory)
    airflow = stack.airflow()
    healthy = airflow.is_healthy()
    teller.console.print(f"PostgreSQL: {'runs' if stack.postgres.is_running() else 'does not run'}")
    how = "healthy" if healthy else "not healthy" if airflow.is_running() else "does not run"
    teller.console.print(f"Airflow: {how}")
    if healthy:
        stack.postgres.start()
        teller.console.print(progress_line(all_runs(airflow.client()), read_loaded(stack.warehouse_dsn())))
        teller.console.print(result_table(read_loaded(stack.warehouse_dsn())))
        print_address(airflow, teller)
    return 0 if healthy else 1


def main() -> None:
    """Run a command. Exit code 0: success; 1: something was not loaded or does not run; 3: something did not start."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status"))
    parser.add_argument("--directory", type=Path, default=Path(".demo"), help="where everything is kept")
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--exit-when-loaded", dest="stay", action="store_false", help="leave it running; the default")
    ends.add_argument("--stay", action="store_true", help="show what happens until Ctrl-C, then end everything")
    parser.set_defaults(stay=False)
    given = parser.parse_args()
    directory = given.directory.absolute()
    try:
        if given.command == "up":
            sys.exit(up(directory, stay=given.stay))
        sys.exit(down(directory) if given.command == "down" else status(directory))
    except (Trouble, psycopg2.Error) as error:
        print(f"demo: {error}", file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        print("demo: interrupted; what was started goes on, `python -m demo down` ends it", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
