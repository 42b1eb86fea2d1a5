"""The list of faults is of the code as it is: each has its place, its tests are there, and every stage has some."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutants.running import REPOSITORY, faulty
from tests.mutants.seeded import BY_STAGE, FAULTS

SAMPLE = (
    "a part of a kopeck",
    "two z-reports of one shift",
    "a link that a person has withdrawn",
    "VAT of cash is cut",
)


def test_every_stage_has_faults() -> None:
    assert len(FAULTS) >= 60
    assert {stage: len(faults) for stage, faults in BY_STAGE.items() if not faults} == {}
    assert len({fault.breaks for fault in FAULTS}) == len(FAULTS)


def test_each_fault_has_its_one_place() -> None:
    lost = []
    for fault in FAULTS:
        try:
            text = faulty(fault)
        except ValueError as error:
            lost.append(str(error))
            continue
        if fault.file.endswith(".py"):
            compile(text, fault.file, "exec")
    assert lost == []


def test_the_tests_of_each_fault_are_there() -> None:
    assert not [fault for fault in FAULTS if not fault.tests]
    assert not [test for fault in FAULTS for test in fault.tests if not (REPOSITORY / test).is_file()]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_sample_of_them_is_caught() -> None:
    # In a process of its own: this one has imported the code already.
    command = [sys.executable, "-m", "tests.mutants", *SAMPLE]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(SAMPLE)} of {len(SAMPLE)} faults caught" in done.stdout
