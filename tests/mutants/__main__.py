"""`python -m tests.mutants [WORD…]`, as `make mutants` runs it: each seeded fault must fail one of its tests.

With words, only faults whose file, tests or sentence have one of them. First the tests are run without a fault: they
must pass. `--without` leaves this out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.running import CAUGHT, SURVIVED, run_all
from tests.mutants.seeded import FAULTS, Fault

_NO_FAULT = Fault("", "", "", "no fault", ())


def main() -> int:
    """Prints a line for each fault; 1 where one was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--without", action="store_true", help="leave out the run without a fault")
    asked = parser.parse_args()
    chosen = [
        one
        for one in FAULTS
        if not asked.words or any(word in " ".join((one.file, one.breaks, *one.tests)) for word in asked.words)
    ]
    if not chosen:
        parser.error("no fault has any of these words")
    started, bad = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="smena-mutants-") as folder:
        if not asked.without:
            tests = sorted({test for one in chosen for test in one.tests})
            (right,) = run_all([(_NO_FAULT, tests)], Path(folder), at_once=1, plant_it=False)
            if right.word != SURVIVED:
                print(right.output)
                print("the tests do not pass without a fault")
                return 1
        for number, outcome in enumerate(
            run_all([(one, one.tests) for one in chosen], Path(folder), at_once=asked.processes), 1
        ):
            print(
                f"{number}/{len(chosen)} {outcome.word} in {outcome.seconds:.0f} s: {outcome.fault.breaks}", flush=True
            )
            if outcome.word != CAUGHT:
                bad += 1
                print(f"    {outcome.fault.file}: {outcome.fault.before} → {outcome.fault.after}")
                print(outcome.output[-3000:], flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} faults caught in {time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
