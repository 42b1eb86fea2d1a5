"""Books before and after a change: `python -m tests.books export DIR`, then `… compare BEFORE AFTER`.

`export` loads fresh warehouses with the code of this checkout, from pages that are the same in every run, and writes
what is booked as sorted CSV files. `compare` counts the differences of two exports by kind. To export a version that
has no `tests/books`, copy this folder into its checkout. `--sandbox CHECKOUT` takes the sandbox of another checkout, so
that both versions are given the same pages even where the sandbox has changed since.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from tests.books.comparing import compare
from tests.books.sandboxes import use_sandbox

KINDS = ("demo", "shifts-100000", "shifts-10000", "cheques-100000", "worlds")


def read_arguments(words: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.books", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("export", help="load fresh warehouses and write their books")
    one.add_argument("directory", type=Path, help="made anew")
    one.add_argument(
        "--parts", default=",".join(KINDS), help="demo, shifts-N, cheques-N, worlds, world-SEED (%(default)s)"
    )
    one.add_argument("--worlds", type=int, default=50, help="how many worlds of two sources (%(default)s)")
    one.add_argument("--seed", type=int, default=1, help="the seed of the first world (%(default)s)")
    one.add_argument("--processes", type=int, default=2, help="parts at once (%(default)s)")
    one.add_argument("--sandbox", type=Path, help="the checkout whose sandbox answers")
    two = commands.add_parser("compare", help="count the differences of two exports by kind; 1 where there are any")
    two.add_argument("before", type=Path)
    two.add_argument("after", type=Path)
    two.add_argument("--examples", type=int, default=3, help="of each kind (%(default)s)")
    two.add_argument("--ignore", default="reasons,pages", help="tables or table.column that do not count (%(default)s)")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """0 where all parts were exported, or nothing differs; else 1."""
    given = read_arguments(words)
    if given.command == "compare":
        return compare(given.before, given.after, given.examples, set(given.ignore.split(",")), print)
    use_sandbox(given.sandbox)
    from tests.books.loading import load_all, parts_of

    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {line}", file=sys.stderr, flush=True)

    shutil.rmtree(given.directory, ignore_errors=True)
    given.directory.mkdir(parents=True)
    parts = parts_of([word for word in given.parts.split(",") if word], given.worlds, given.seed)
    failed = load_all(parts, given.directory, given.processes, say)
    if failed:
        say(f"not exported: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
